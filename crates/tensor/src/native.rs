//! The three kinds of number that a tensor can hold, and the literals that become tensors.

use std::fmt;

use crate::{Array, Element, Tensor};

/// The kind of number that a [`Tensor`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DType {
    /// Single precision.
    F32,
    /// Double precision.
    F64,
    /// Indices.
    I64,
}

impl DType {
    /// The bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            DType::F32 => 4,
            DType::F64 | DType::I64 => 8,
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            DType::F32 => "f32",
            DType::F64 => "f64",
            DType::I64 => "i64",
        })
    }
}

/// The numbers that a [`Tensor`] can hold: `f32`, `f64`, `i64`.
pub trait Native:
    Element + Default + PartialEq + fmt::Debug + fmt::Display + sealed::Native
{
    /// The kind that this number is.
    const DTYPE: DType;

    /// The array as a tensor.
    fn wrap(array: Array<Self>) -> Tensor;

    /// The array in a tensor, if it is of this kind.
    fn unwrap(tensor: &Tensor) -> Option<&Array<Self>>;
}

pub(crate) mod sealed {
    /// Closes [`Native`](super::Native), and says how its numbers are written.
    pub trait Native: Sized {
        /// The numbers as text in a common format: set flush right, their points are aligned.
        fn cells(values: &[Self], decimals: Option<usize>) -> Vec<String>;

        /// The number as text on its own.
        fn text(self, decimals: Option<usize>) -> String;
    }
}

/// What makes a number one of the three kinds, and the literals that become tensors of it.
macro_rules! native {
    ($number:ty, $kind:ident) => {
        impl Native for $number {
            const DTYPE: DType = DType::$kind;

            fn wrap(array: Array<$number>) -> Tensor {
                Tensor::$kind(array)
            }

            fn unwrap(tensor: &Tensor) -> Option<&Array<$number>> {
                if let Tensor::$kind(array) = tensor { Some(array) } else { None }
            }
        }

        impl From<$number> for Tensor {
            fn from(value: $number) -> Tensor {
                Array::scalar(value).into()
            }
        }

        impl From<Vec<$number>> for Tensor {
            fn from(values: Vec<$number>) -> Tensor {
                let shape = [values.len()];
                filled(values, shape)
            }
        }

        impl From<&[$number]> for Tensor {
            fn from(values: &[$number]) -> Tensor {
                values.to_vec().into()
            }
        }

        impl<const N: usize> From<[$number; N]> for Tensor {
            fn from(x: [$number; N]) -> Tensor {
                filled(x.to_vec(), [N])
            }
        }

        impl<const M: usize, const N: usize> From<[[$number; N]; M]> for Tensor {
            fn from(x: [[$number; N]; M]) -> Tensor {
                filled(x.as_flattened().to_vec(), [M, N])
            }
        }

        impl<const L: usize, const M: usize, const N: usize> From<[[[$number; N]; M]; L]>
            for Tensor
        {
            fn from(x: [[[$number; N]; M]; L]) -> Tensor {
                filled(x.as_flattened().as_flattened().to_vec(), [L, M, N])
            }
        }

        impl<const K: usize, const L: usize, const M: usize, const N: usize>
            From<[[[[$number; N]; M]; L]; K]> for Tensor
        {
            fn from(x: [[[[$number; N]; M]; L]; K]) -> Tensor {
                filled(x.as_flattened().as_flattened().as_flattened().to_vec(), [K, L, M, N])
            }
        }
    };
}

native!(f32, F32);
native!(f64, F64);
native!(i64, I64);

fn filled<T: Native, const RANK: usize>(values: Vec<T>, shape: [usize; RANK]) -> Tensor {
    Tensor::from_vec(values, shape).expect("as many values as the literal has")
}
