//! Linear algebra beyond products: systems of equations, factors, determinants. Plain algorithms
//! on any scalar; the last two axes are a matrix, those in front a batch.

mod cholesky;
mod determinant;
mod solve;
mod triangular;

pub use cholesky::Cholesky;
pub use determinant::{Cofactor, Det, DetSign, LogAbsDet};
pub use solve::Solve;
pub(crate) use solve::solve_in_place;
pub use triangular::TriangularSolve;

use wengert_tensor::{Array, Shape, Tensor};

use crate::linear::Linear;
use crate::op::{Kind, ShapeError, Type};
use crate::ops::{Axes, Permute, ordinary};
use crate::real::Real;
use crate::var::Var;

/// The size of the square matrices that an operand is a batch of.
fn square(x: &Type) -> Result<usize, ShapeError> {
    let shape = &x.shape;
    let axis = shape.rank().wrapping_sub(2);
    if x.kind == Kind::Index {
        return Err(ShapeError::new(format!("takes a real operand, got {x}")));
    }
    if shape.rank() < 2 || shape[axis] != shape[axis + 1] {
        return Err(ShapeError::new(format!("takes square matrices, got {x}")));
    }
    Ok(shape[axis])
}

/// Checks a matrix and right sides of as many rows, in equal batches; the solution has the type of
/// the right sides.
fn system(x: &[Type]) -> Result<Type, ShapeError> {
    let [a, b] = x else {
        return Err(ShapeError::new(format!("takes a matrix and right sides, got {}", x.len())));
    };
    square(a)?;
    let (rows, fits) = (a.shape.rank() - 1, a.shape.rank() == b.shape.rank());
    if b.kind == Kind::Index || !fits || a.shape[..rows] != b.shape[..rows] {
        return Err(ShapeError::new(format!(
            "{a} and {b}: the right sides should have as many rows as the matrix, in equal batches"
        )));
    }
    Ok(b.clone())
}

/// Applies `f` to the elements of each matrix of a batch.
fn on_matrices<T: Real>(a: &Array<T>, shape: Shape, f: impl Fn(&[T], &mut [T])) -> Array<T> {
    let axis = a.rank() - 2;
    let batch: usize = a.shape()[..axis].iter().product();
    let (from, to) = (a.size() / batch.max(1), shape.size() / batch.max(1));
    let (a, mut y) = (a.to_vec(), vec![T::default(); shape.size()]);
    for k in 0..batch {
        f(&a[k * from..(k + 1) * from], &mut y[k * to..(k + 1) * to]);
    }
    Array::from_vec(y, shape).expect("as many elements as the shape has places")
}

/// The last two axes exchanged: of values of this type, as a linear map.
fn transposing<'t>(like: Var<'t>) -> Linear<'t> {
    Linear::partial(Permute { axes: exchanged(like.rank()) }, &[like], 0)
}

/// All axes, the last two of them exchanged.
fn exchanged(rank: usize) -> Axes {
    let mut axes: Axes = (0..rank).collect();
    axes.swap(rank - 2, rank - 1);
    axes
}

/// Square matrices for samples, far from singular: the diagonal outweighs the rest.
fn regular(shape: &[usize], tag: u32) -> Tensor {
    let n = shape[shape.len() - 1];
    let on_diagonal = |at: usize| (at % (n * n)).is_multiple_of(n + 1);
    let values = ordinary(shape, tag).to_vec_f64().into_iter().enumerate();
    let values = values.map(|(at, x)| if on_diagonal(at) { x + 5.0 } else { x });
    Tensor::from_vec(values.collect(), shape).expect("as many as before")
}
