//! Data sets, and what happens to them before they reach a model.
//!
//! A [`Dataset`] is rows with labels. It is read, divided, standardised and served in batches;
//! nothing is downloaded, and there is no global state. Whatever is drawn is drawn from a seed that
//! the caller gives, so that a run can be repeated to the last bit, whether a thread prepares the
//! batches or not.
//!
//! ```
//! use wengert_data::{Standardizer, digits, stratified_split};
//!
//! let [mut train, mut test] = stratified_split(&digits(), [0.8, 0.2], 7)?;
//! assert_eq!(train.len() + test.len(), 1797);
//!
//! // The test part must not have a say in how it is standardised.
//! let scale = Standardizer::fit(&train.x)?;
//! train.x = scale.apply(&train.x)?;
//! test.x = scale.apply(&test.x)?;
//!
//! for epoch in 0..2 {
//!     for batch in train.batches(128).shuffled(epoch) {
//!         assert_eq!(batch.x.shape()[1..], [64]);
//!         assert_eq!(batch.y.shape()[0], batch.rows.len());
//!     }
//! }
//! # Ok::<(), wengert_data::DataError>(())
//! ```
//!
//! The modules in reading order are `error`, `dataset`, `csv`, `table`, `classics`, `idx`,
//! `shuffle`, `split`, `standardize`, `batches` and `prefetch`.
#![forbid(unsafe_code)]

mod error;
pub use error::DataError;
mod dataset;
pub use dataset::Dataset;
mod csv;
mod table;
pub use table::Csv;
mod classics;
pub use classics::{breast_cancer, digits, iris, wine};
pub mod idx;
mod shuffle;
mod split;
pub use split::stratified_split;
mod standardize;
pub use standardize::Standardizer;
mod batches;
pub use batches::{Batch, Batches};
mod prefetch;
pub use prefetch::Prefetch;
