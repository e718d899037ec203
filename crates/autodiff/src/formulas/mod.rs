//! What is composed of operations and has neither parameters nor mode: statistics, activations,
//! normalisation, products by equations, resizing, attention, losses – methods on
//! [`Var`](crate::Var). The derivatives are those of their parts.

mod activation;
mod attention;
mod binary;
mod cross_entropy;
mod ctc;
mod einsum;
mod elementary;
mod embedding;
mod image;
mod interpolate;
mod loss;
mod normalise;
mod pool;
mod quantile;
mod random;
mod rotary;
mod softmax;
mod statistics;

pub use attention::Attention;
pub use cross_entropy::CrossEntropy;
pub use ctc::Ctc;
pub use interpolate::{Interpolation, Outside};
pub use quantile::Quantile;
pub use rotary::Rotary;
