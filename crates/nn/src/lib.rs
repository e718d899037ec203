//! Layers, initialisers, penalties and metrics.
//!
//! A [`Layer`] is plain data that holds keys of parameters; the parameters themselves are in a
//! [`Params`](wengert_autodiff::Params) that the caller owns. Whatever has no parameters and no
//! mode – activations, softmax, losses – is a method on [`Var`](wengert_autodiff::Var), and not
//! repeated here.
//!
//! ```
//! use wengert_autodiff::{Params, Tape};
//! use wengert_nn::{Layer, Sequential};
//!
//! let mut params = Params::f32(0);
//! let model = Sequential::new().dense(&mut params, 4, 8).relu().dense(&mut params, 8, 3);
//! assert_eq!(params.trainable_size(), (4 * 8 + 8) + (8 * 3 + 3));
//!
//! let mut tape = Tape::f32();
//! let step = tape.value_and_grad(&params, |scope| {
//!     let logits = model.forward(scope, scope.input([[0.0, 0.5, 1.0, -1.0]]));
//!     (logits.cross_entropy(scope.tape().indices([2])), [logits])
//! });
//! assert_eq!(step.outputs[0].shape()[..], [1, 3]);
//! assert_eq!(step.gradients.iter().count(), 4);
//! ```
//!
//! The modules in reading order are `initializer`, `layer`, `activation`, `dense`, `conv`,
//! `pool`, `embedding`, `norm`, `random`, `flatten`, `sequential`, [`penalty`] and [`metrics`].
#![forbid(unsafe_code)]

mod initializer;
pub use initializer::Initializer;

mod layer;
pub use layer::{Function, Layer};

mod activation;
pub use activation::Activation;

mod dense;
pub use dense::Dense;

mod conv;
pub use conv::Conv;

mod pool;
pub use pool::{AvgPool, GlobalAvgPool, MaxPool};

mod embedding;
pub use embedding::Embedding;

mod norm;
pub use norm::{Affine, BatchNorm, GroupNorm, LayerNorm, RmsNorm};

mod random;
pub use random::{ChannelDropout, Dropout, Noise};

mod flatten;
pub use flatten::Flatten;

mod sequential;
pub use sequential::Sequential;

pub mod penalty;

pub mod metrics;
