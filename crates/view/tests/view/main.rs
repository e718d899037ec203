//! Explanations and pictures of computations.

mod explanations;
mod pictures;
