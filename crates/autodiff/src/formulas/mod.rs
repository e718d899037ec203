//! What is composed of operations and has neither parameters nor mode: statistics, activations,
//! normalisation, products by equations, resizing, attention, losses – methods on
//! [`Var`](crate::Var). The derivatives are those of their parts.

mod activation;
mod binary;
mod cross_entropy;
mod einsum;
mod elementary;
mod image;
mod loss;
mod normalise;
mod pool;
mod random;
mod softmax;
mod statistics;

pub use cross_entropy::CrossEntropy;
