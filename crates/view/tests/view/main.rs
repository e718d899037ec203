//! Explanations and pictures of computations.

mod explanations;
