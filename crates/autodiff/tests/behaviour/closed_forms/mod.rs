//! Values and derivatives of whole formulas, in every mode and up to the third order, against
//! closed forms that are worked out by hand and computed in plain Rust.

mod activations;
mod batches;
mod curvature;
mod formulas;
mod learning;
mod losses;
mod nesting;
mod order;
mod pieces;
mod samples;
mod stability;
mod windows;
mod writing;
