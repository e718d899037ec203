//! What is composed of operations and has neither parameters nor mode: statistics, activations,
//! normalisation, losses – methods on [`Var`](crate::Var). The derivatives are those of their
//! parts.

mod activation;
mod binary;
mod cross_entropy;
mod elementary;
mod gate;
mod likelihood;
mod loss;
mod margin;
mod normalise;
mod quantile;
mod random;
mod shrink;
mod similarity;
mod softmax;
mod statistics;

pub use cross_entropy::CrossEntropy;
pub use quantile::Quantile;
