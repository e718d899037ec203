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
mod gate;
mod image;
mod interpolate;
mod likelihood;
mod logic;
mod loss;
mod margin;
mod matrix;
mod norm;
mod normalise;
mod pool;
mod position;
mod quantile;
mod random;
mod scan;
mod shrink;
mod similarity;
mod softmax;
mod spectrum;
mod statistics;

pub use attention::Attention;
pub use cross_entropy::CrossEntropy;
pub use ctc::Ctc;
pub use interpolate::{Interpolation, Outside};
pub use position::Rotary;
pub use quantile::Quantile;
