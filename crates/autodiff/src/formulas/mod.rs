//! What is composed of operations and has neither parameters nor mode: statistics, activations,
//! normalisation, losses – methods on [`Var`](crate::Var). The derivatives are those of their
//! parts.

mod activation;
mod binary;
mod cross_entropy;
mod elementary;
mod logic;
mod loss;
mod matrix;
mod norm;
mod normalise;
mod quantile;
mod random;
mod scan;
mod softmax;
mod statistics;

pub use cross_entropy::CrossEntropy;
pub use quantile::Quantile;
