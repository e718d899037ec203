//! Arrays of one of the three kinds of number that Wengert computes with. Their loops are those of
//! [`Array`].

use std::fmt;

use crate::{Array, CastError, DType, Native, Range, Shape, SizeError};

/// A shared, immutable n-dimensional array of `f32`, `f64` or `i64`.
///
/// ```
/// # use wengert_tensor::{DType, Tensor};
/// let x = Tensor::from([[1.0, 2.0], [3.0, 4.5]]);
/// assert_eq!((x.dtype(), x.rank(), x.size()), (DType::F64, 2, 4));
/// assert_eq!(x.to_string(), "[[1.  2. ]\n [3.  4.5]]");
/// ```
#[derive(Clone, PartialEq)]
pub enum Tensor {
    /// Single precision.
    F32(Array<f32>),
    /// Double precision.
    F64(Array<f64>),
    /// Indices: labels, positions, counts.
    I64(Array<i64>),
}

/// Evaluates the same expression for the array of whichever kind.
macro_rules! each {
    ($tensor:expr, $array:ident => $value:expr) => {
        match $tensor {
            Tensor::F32($array) => $value,
            Tensor::F64($array) => $value,
            Tensor::I64($array) => $value,
        }
    };
}
pub(crate) use each;

impl Tensor {
    /// The values in row-major order under a shape.
    ///
    /// # Errors
    ///
    /// If they do not fill the shape exactly.
    pub fn from_vec<T: Native>(
        values: Vec<T>,
        shape: impl Into<Shape>,
    ) -> Result<Tensor, SizeError> {
        Array::from_vec(values, shape).map(T::wrap)
    }

    /// A matrix from its rows; no rows give shape `[0, 0]`.
    ///
    /// # Errors
    ///
    /// If a row differs in length from the first.
    pub fn from_rows<T: Native>(rows: &[Vec<T>]) -> Result<Tensor, SizeError> {
        let expected = rows.first().map_or(0, Vec::len);
        if let Some(row) = rows.iter().position(|row| row.len() != expected) {
            return Err(SizeError::Ragged { row, expected, found: rows[row].len() });
        }
        Tensor::from_vec(rows.concat(), [rows.len(), expected])
    }

    /// Zeros.
    pub fn zeros(dtype: DType, shape: impl Into<Shape>) -> Tensor {
        Tensor::full(dtype, shape, 0.0)
    }

    /// Ones.
    pub fn ones(dtype: DType, shape: impl Into<Shape>) -> Tensor {
        Tensor::full(dtype, shape, 1.0)
    }

    /// The same value everywhere, rounded to the kind: to the nearest `f32`, towards zero to an
    /// `i64`.
    pub fn full(dtype: DType, shape: impl Into<Shape>, value: f64) -> Tensor {
        match dtype {
            DType::F32 => Array::full(shape, value as f32).into(),
            DType::F64 => Array::full(shape, value).into(),
            DType::I64 => Array::full(shape, value as i64).into(),
        }
    }

    /// The indices 0, 1, …, `n - 1`.
    pub fn arange(n: usize) -> Tensor {
        Array::from_fn([n], |i| i as i64).into()
    }

    /// The kind of number.
    pub fn dtype(&self) -> DType {
        match self {
            Tensor::F32(_) => DType::F32,
            Tensor::F64(_) => DType::F64,
            Tensor::I64(_) => DType::I64,
        }
    }

    /// The size along each axis.
    pub fn shape(&self) -> &Shape {
        each!(self, x => x.shape())
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape().rank()
    }

    /// The number of elements.
    pub fn size(&self) -> usize {
        self.shape().size()
    }

    /// The bytes that the elements need, shared or not.
    pub fn bytes(&self) -> usize {
        self.size() * self.dtype().bytes()
    }

    /// The array, if it holds numbers of this kind.
    pub fn array<T: Native>(&self) -> Option<&Array<T>> {
        T::unwrap(self)
    }

    /// The elements as `f64`; an `i64` beyond 2⁵³ is rounded.
    pub fn to_f64(&self) -> Array<f64> {
        match self {
            Tensor::F32(x) => x.map(f64::from),
            Tensor::F64(x) => x.clone(),
            Tensor::I64(x) => x.map(|value| value as f64),
        }
    }

    /// The elements as `f64` in row-major order.
    pub fn to_vec_f64(&self) -> Vec<f64> {
        self.to_f64().into_vec()
    }

    /// The elements as another kind of number, each rounded to the nearest that there is.
    ///
    /// # Errors
    ///
    /// If real numbers are to become indices, which loses what lies behind the point.
    pub fn cast(&self, dtype: DType) -> Result<Tensor, CastError> {
        Ok(match (self, dtype) {
            (Tensor::F32(_) | Tensor::I64(_), DType::F64) => self.to_f64().into(),
            (Tensor::F64(x), DType::F32) => x.map(|value| value as f32).into(),
            (Tensor::I64(x), DType::F32) => x.map(|value| value as f32).into(),
            (Tensor::F32(_) | Tensor::F64(_), DType::I64) => {
                return Err(CastError { from: self.dtype() });
            }
            (Tensor::F32(_), DType::F32)
            | (Tensor::F64(_), DType::F64)
            | (Tensor::I64(_), DType::I64) => self.clone(),
        })
    }

    /// The only element as `f64`.
    ///
    /// # Panics
    ///
    /// If there is not exactly one.
    pub fn item(&self) -> f64 {
        match self {
            Tensor::F32(x) => f64::from(x.item()),
            Tensor::F64(x) => x.item(),
            Tensor::I64(x) => x.item() as f64,
        }
    }

    /// A view with the axes in another order; see [`Layout::permute`](crate::Layout::permute).
    ///
    /// # Panics
    ///
    /// If `axes` does not name every axis once.
    pub fn permute(&self, axes: &[usize]) -> Tensor {
        each!(self, x => x.permute(axes).into())
    }

    /// A view with new axes along which the elements are repeated; see
    /// [`Layout::expand`](crate::Layout::expand).
    ///
    /// # Panics
    ///
    /// If a position lies outside the result or the positions do not ascend.
    pub fn expand(&self, axes: &[(usize, usize)]) -> Tensor {
        each!(self, x => x.expand(axes).into())
    }

    /// A view of the elements that one range per axis selects; see
    /// [`Layout::slice`](crate::Layout::slice).
    ///
    /// # Panics
    ///
    /// If there is not one range per axis, a step is 0, or a range leaves its axis.
    pub fn slice(&self, ranges: &[Range]) -> Tensor {
        each!(self, x => x.slice(ranges).into())
    }

    /// A view with the elements along some axes in reverse order.
    ///
    /// # Panics
    ///
    /// If an axis does not exist.
    pub fn flip(&self, axes: &[usize]) -> Tensor {
        each!(self, x => x.flip(axes).into())
    }

    /// The same elements in row-major order without gaps; itself, shared, if they already are.
    pub fn contiguous(&self) -> Tensor {
        each!(self, x => x.contiguous().into())
    }

    /// The same elements in row-major order under another shape.
    ///
    /// # Errors
    ///
    /// If they do not fill it exactly.
    pub fn reshape(&self, shape: impl Into<Shape>) -> Result<Tensor, SizeError> {
        each!(self, x => x.reshape(shape).map(Tensor::from))
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.dtype())?;
        each!(self, x => x.fmt(f))
    }
}

impl From<&Tensor> for Tensor {
    fn from(tensor: &Tensor) -> Tensor {
        tensor.clone()
    }
}

impl<T: Native> From<Array<T>> for Tensor {
    fn from(array: Array<T>) -> Tensor {
        T::wrap(array)
    }
}
