//! Values and derivatives of whole formulas, in every mode and up to the third order, against
//! closed forms that are worked out by hand and computed in plain Rust.

mod activations;
mod attention;
mod batches;
mod curvature;
mod decompositions;
mod draws;
mod einsum;
mod formulas;
mod interpolation;
mod learning;
mod likelihoods;
mod linalg;
mod losses;
mod margins;
mod nesting;
mod order;
mod pieces;
mod pooling;
mod samples;
mod sequences;
mod similarity;
mod special;
mod stability;
mod unfold;
mod windows;
mod writing;
