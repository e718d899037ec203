//! Values and derivatives of whole formulas, in every mode and up to the third order, against
//! closed forms that are worked out by hand and computed in plain Rust.

mod activations;
mod batches;
mod curvature;
mod draws;
mod formulas;
mod learning;
mod likelihoods;
mod losses;
mod margins;
mod nesting;
mod order;
mod similarity;
mod stability;
mod windows;
mod writing;
