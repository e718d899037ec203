//! Values and derivatives of whole formulas, in every mode and up to the third order, against
//! closed forms that are worked out by hand and computed in plain Rust.

mod activations;
mod attention;
mod batches;
mod curvature;
mod einsum;
mod formulas;
mod interpolation;
mod learning;
mod losses;
mod nesting;
mod order;
mod pooling;
mod sequences;
mod stability;
mod unfold;
mod windows;
mod writing;
