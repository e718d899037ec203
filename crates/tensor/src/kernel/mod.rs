//! The loops that decide how fast everything else is. They work on plain slices and layouts, use
//! one thread, and are vectorised by the compiler, for each width of vectors ([`dispatch`]).

mod copy;
mod dispatch;
mod elementary;
mod gemm;
mod reduce;

pub use copy::{copy, copy_range};
pub use dispatch::{Work, dispatch};
pub use elementary::Elementary;
pub use gemm::Gemm;
pub use reduce::{fold, sum};
