//! What can be given to a tape as an input: numbers and nested arrays, rounded to its precision,
//! and tensors, which must have it.

use wengert_tensor::{Array, DType, Tensor};

use crate::tape::{Precision, Tape};
use crate::var::Var;

/// A value that a tape takes as an input.
pub trait InputValue {
    /// The value as a tensor in this precision, or of indices.
    ///
    /// # Errors
    /// If it is a tensor of another precision.
    fn into_tensor(self, precision: Precision) -> Result<Tensor, String>;
}

impl InputValue for Tensor {
    fn into_tensor(self, precision: Precision) -> Result<Tensor, String> {
        if self.dtype() == precision.dtype() || self.dtype() == DType::I64 {
            return Ok(self);
        }
        let (have, want) = (self.dtype(), precision.dtype());
        Err(format!("a tensor of {have} on a tape of {want}; convert it with cast(DType::…)"))
    }
}

impl InputValue for &Tensor {
    fn into_tensor(self, precision: Precision) -> Result<Tensor, String> {
        self.clone().into_tensor(precision)
    }
}

/// Takes what the tensor crate turns into a tensor of f64, rounding it to the tape's precision.
macro_rules! rounded {
    ($([$($generics:tt)*] $T:ty;)*) => {$(
        impl<$($generics)*> InputValue for $T {
            fn into_tensor(self, precision: Precision) -> Result<Tensor, String> {
                let tensor: Tensor = self.into();
                Ok(match precision {
                    Precision::F64 => tensor,
                    Precision::F32 => Tensor::F32(tensor.to_f64().map(|x| x as f32)),
                })
            }
        }
    )*};
}

rounded! {
    [] f64;
    [] Vec<f64>;
    ['a] &'a [f64];
    [const N: usize] [f64; N];
    [const N: usize, const M: usize] [[f64; N]; M];
    [const N: usize, const M: usize, const L: usize] [[[f64; N]; M]; L];
    [const N: usize, const M: usize, const L: usize, const K: usize] [[[[f64; N]; M]; L]; K];
    [] Array<f64>;
}

/// Positions that a tape takes as an index input.
pub trait IndexValue {
    /// The positions as an array.
    fn into_indices(self) -> Array<i64>;
}

impl IndexValue for Array<i64> {
    fn into_indices(self) -> Array<i64> {
        self
    }
}

macro_rules! indices {
    ($([$($generics:tt)*] $T:ty;)*) => {$(
        impl<$($generics)*> IndexValue for $T {
            fn into_indices(self) -> Array<i64> {
                let tensor: Tensor = self.into();
                tensor.array::<i64>().expect("integers make an index tensor").clone()
            }
        }
    )*};
}

indices! {
    [] i64;
    [] Vec<i64>;
    ['a] &'a [i64];
    [const N: usize] [i64; N];
    [const N: usize, const M: usize] [[i64; N]; M];
    [const N: usize, const M: usize, const L: usize] [[[i64; N]; M]; L];
}

/// What a formula takes beside variables: a variable itself, or a value that becomes an input.
pub trait Operand<'t> {
    /// The variable, on this tape.
    fn on(self, tape: &'t Tape) -> Var<'t>;
}

impl<'t> Operand<'t> for Var<'t> {
    fn on(self, _: &'t Tape) -> Var<'t> {
        self
    }
}

impl<'t> Operand<'t> for &Tensor {
    #[track_caller]
    fn on(self, tape: &'t Tape) -> Var<'t> {
        tape.input(self)
    }
}

impl<'t> Operand<'t> for f64 {
    #[track_caller]
    fn on(self, tape: &'t Tape) -> Var<'t> {
        tape.literal(self)
    }
}
