//! The loops that decide how fast everything else is. They work on plain slices and layouts, are
//! vectorised by the compiler for each width of vectors ([`dispatch`]), and use one thread unless
//! they are given more.

mod conv;
mod copy;
mod dispatch;
mod elementary;
mod gemm;
mod pool;
mod reduce;

pub use conv::{Channels, Convolution, Tiles};
pub use copy::{copy, copy_range};
pub use dispatch::{Work, dispatch};
pub use elementary::Elementary;
pub use gemm::{Factors, Gemm};
pub use pool::WindowSearch;
pub use reduce::{fold, sum};
