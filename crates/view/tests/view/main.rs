//! Explanations and pictures of computations, and answers of checks.

mod explanations;
mod markup;
mod pictures;
mod reports;
