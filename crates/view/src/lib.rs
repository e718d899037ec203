//! Computations to be looked at: explained as in a textbook, and drawn.
//!
//! An [`Explanation`] is the Wengert list of a formula with the value, the tangent and the adjoint
//! of each line, and tells in sentences what each step of the backward pass does.
//!
//! Nothing here reads or writes files: what is made is text.
#![forbid(unsafe_code)]

mod explain;

pub use explain::{Contribution, Explanation, Line};
