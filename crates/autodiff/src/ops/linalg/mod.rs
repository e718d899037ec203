//! Linear algebra beyond products: systems of equations, factors, determinants, eigenvalues, the
//! exponential. Plain algorithms on any scalar; the last two axes are a matrix, those in front a
//! batch. What has several results has them in the rows of one value.

mod cholesky;
mod determinant;
mod eigen;
mod exponential;
mod qr;
mod rotation;
mod singular;
mod solve;
mod triangular;

pub use cholesky::Cholesky;
pub use determinant::{Cofactor, Det, DetSign, LogAbsDet};
pub use eigen::Eigh;
pub use exponential::MatrixExp;
pub use qr::Qr;
pub(crate) use singular::cutoff;
pub use singular::{Pinv, Svd};
pub use solve::Solve;
pub(crate) use solve::solve_in_place;
pub use triangular::TriangularSolve;

use wengert_tensor::{Array, Shape, Tensor};

use crate::linear::Linear;
use crate::op::{Kind, ShapeError, Type};
use crate::ops::{Assemble, Axes, Expand, Permute, Sum, ordinary, whole};
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

/// Rows and columns of the matrices that an operand is a batch of.
fn matrix(x: &Type) -> Result<[usize; 2], ShapeError> {
    if x.kind == Kind::Index {
        return Err(ShapeError::new(format!("takes a real operand, got {x}")));
    }
    match x.shape[..] {
        [.., m, n] => Ok([m, n]),
        _ => Err(ShapeError::new(format!("takes matrices, got {x}"))),
    }
}

/// The shape with matrices of these sizes in place of others.
fn with_sizes(shape: &Shape, [rows, columns]: [usize; 2]) -> Shape {
    shape[..shape.rank() - 2].iter().copied().chain([rows, columns]).collect()
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

/// Applies `f` to the elements of the matrices of each example, which are the last two axes of every
/// operand: its result is that example of a value of this shape.
fn on_matrices<T: Real>(x: &[&Array<T>], shape: Shape, f: impl Fn(&[&[T]], &mut [T])) -> Array<T> {
    let axis = x[0].rank() - 2;
    let batch: usize = x[0].shape()[..axis].iter().product();
    let size = shape.size() / batch.max(1);
    let (x, mut y): (Vec<Vec<T>>, _) =
        (x.iter().map(|x| x.to_vec()).collect(), vec![T::default(); shape.size()]);
    for k in 0..batch {
        let example = |x: &Vec<T>| k * (x.len() / batch)..(k + 1) * (x.len() / batch);
        let x: Vec<&[T]> = x.iter().map(|x| &x[example(x)]).collect();
        f(&x, &mut y[k * size..(k + 1) * size]);
    }
    Array::from_vec(y, shape).expect("as many elements as the shape has places")
}

/// The last two axes exchanged: of values of this type, as a linear map.
fn transposing<'t>(like: Var<'t>) -> Linear<'t> {
    Linear::partial(Permute { axes: exchanged(like.rank()) }, &[like], 0)
}

/// The diagonals of square matrices, each as a matrix of one row: of values of this type, as a
/// linear map.
fn diagonal<'t>(like: Var<'t>) -> Linear<'t> {
    let axis = like.rank() - 2;
    let ones = like.tape().eye(like.shape()[axis]).broadcast_to(like.shape());
    let sum = like.sum_over(axis);
    [
        Linear::partial(Sum { axes: [axis].into_iter().collect() }, &[like], 0),
        Linear::partial(Expand { axes: [(axis, 1)].into_iter().collect() }, &[sum], 0),
    ]
    .into_iter()
    .fold(Linear::Scale(ones), Linear::then)
}

/// The rows of a part from this one on, in place of those of a whole, with zeros elsewhere: of
/// values of the type of the part, as a linear map.
fn placing<'t>(part: Var<'t>, row: usize, whole_like: Var<'t>) -> Linear<'t> {
    let axis = part.rank() - 2;
    let mut region = whole(&part.shape());
    region[axis].start = row;
    Linear::partial(Assemble::pad(whole_like.shape(), region), &[part], 0)
}

/// The Euclidean norm, without overflow on the way.
fn norm<T: Real>(x: &[T]) -> T {
    let largest = x.iter().map(|x| x.abs().to_f64()).fold(0.0, f64::max);
    if largest == 0.0 {
        // Also of dual numbers: at the kink, the derivative is 0.
        return T::default();
    }
    let scale = T::from_f64(largest);
    let squares = x.iter().map(|&x| x / scale).fold(T::default(), |sum, x| sum + x * x);
    scale * squares.sqrt()
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
