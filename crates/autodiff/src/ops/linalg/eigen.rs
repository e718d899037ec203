//! Eigenvalues and eigenvectors of symmetric matrices.

use crate::linear::Linear;
use crate::op::{Operation, Sample, ShapeError, Type, Value};
use crate::ops::linalg::rotation::{
    Rotation, are_finite, identity, order, orientation, reciprocal, settle,
};
use crate::ops::linalg::{
    diagonal, on_matrices, placing, regular, square, transposing, with_sizes,
};
use crate::ops::shape::sole;
use crate::ops::{MatMul, Op};
use crate::real::Real;
use crate::var::Var;

/// $\lambda$ and $V$ with $S V = V \operatorname{diag} \lambda$ and $V^T V = I$, where $S$ is the
/// symmetric part $(A + A^T)/2$ of `[…, n, n]` matrices, in one value `[…, 1 + n, n]`: the
/// eigenvalues, ascending, as a first row, and below them the eigenvectors as columns, the largest
/// element of each positive (of those within a hundredth of it, the first). By rotations (Jacobi,
/// 1846). NaN of a matrix that is not finite.
///
/// With $P = V^T dS\, V$, $d\lambda = \operatorname{diag} P$ and $dV = V (F \circ P)$, where
/// $F_{ij} = 1/(\lambda_j - \lambda_i)$; but 0 where eigenvalues are equal, or differ by rounding
/// alone: eigenvectors of a repeated eigenvalue have no derivative, but what they span has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Eigh;

impl Eigh {
    /// The eigenvalues, as rows of one vector, and the eigenvectors.
    pub(crate) fn parts(y: Var<'_>) -> [Var<'_>; 2] {
        [y.slice(-2, ..1), y.slice(-2, 1..)]
    }
}

impl Operation for Eigh {
    const NAME: &'static str = "eigh";
    const MATH: &'static str = r"\lambda, V : A = V \operatorname{diag}(\lambda)\, V^T";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let a = sole(x)?;
        let n = square(a)?;
        Ok(a.with_shape(with_sizes(&a.shape, [1 + n, n])))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let a = x[0].real();
        let n = a.shape()[a.rank() - 1];
        let shape = with_sizes(a.shape(), [1 + n, n]);
        Value::Real(on_matrices(&[a], shape, |x, y| eigen(x[0], n, y)))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        let (a, [values, vectors]) = (x[0], Eigh::parts(y));
        let of_rows = values.transpose(-2, -1);
        let factors = reciprocal(values - of_rows, values.abs() + of_rows.abs());
        let product = MatMul { transpose_a: true, transpose_b: false };
        let rotated = [
            Linear::Scale(a.half_like()),
            Linear::partial(product, &[vectors, a], 1),
            Linear::partial(MatMul::PLAIN, &[a, vectors], 0),
        ]
        .into_iter()
        .fold(Linear::plus(Linear::Identity, transposing(a)), Linear::then);
        let of_values = Linear::then(diagonal(a), placing(values, 0, y));
        let of_vectors = [Linear::partial(MatMul::PLAIN, &[vectors, a], 1), placing(vectors, 1, y)]
            .into_iter()
            .fold(Linear::Scale(factors), Linear::then);
        Linear::then(rotated, Linear::plus(of_values, of_vectors))
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), x)
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        // Of about ten sweeps.
        let shape = &x[0].shape;
        (60 * shape.size() * shape[shape.rank() - 1]) as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let shapes: [&[usize]; 5] = [&[3, 3], &[1, 1], &[2, 2, 2], &[0, 0], &[0, 2, 2]];
        shapes.map(|shape| Sample { operation: Eigh, x: vec![regular(shape, 0)] }).into()
    }
}

/// The eigenvalues and below them the eigenvectors of one matrix.
fn eigen<T: Real>(a: &[T], n: usize, y: &mut [T]) {
    let half = T::from_f64(0.5);
    let symmetric = |k: usize| half * (a[k] + a[k % n * n + k / n]);
    let mut s: Vec<T> = (0..n * n).map(symmetric).collect();
    let mut v = identity(n);
    let largest = s.iter().map(|s| s.abs().to_f64()).fold(0.0, f64::max);
    let negligible = largest * T::roundoff();
    if are_finite(&s) {
        settle(|| sweep(&mut s, &mut v, n, negligible));
    }
    let values: Vec<T> = (0..n).map(|k| s[k * n + k]).collect();
    if !are_finite(&s) {
        y.fill(T::from_f64(f64::NAN));
        return;
    }
    for (k, from) in order(&values).into_iter().enumerate() {
        let column: Vec<T> = (0..n).map(|row| v[row * n + from]).collect();
        let sign = orientation(&column);
        y[k] = values[from];
        for (row, x) in column.into_iter().enumerate() {
            y[(row + 1) * n + k] = sign * x;
        }
    }
}

/// Rotates the axes in all planes, one after the other, so that the element that joins them is 0:
/// whether these were negligible all along.
fn sweep<T: Real>(s: &mut [T], v: &mut [T], n: usize, negligible: f64) -> bool {
    let mut is_diagonal = true;
    for p in 0..n {
        for q in p + 1..n {
            let joint = s[p * n + q];
            is_diagonal &= joint.abs().to_f64() <= negligible;
            let rotation = Rotation::diagonalising(s[p * n + p], joint, s[q * n + q]);
            let Some(rotation) = rotation else { continue };
            s[p * n + p] = s[p * n + p] - rotation.tan * joint;
            s[q * n + q] += rotation.tan * joint;
            (s[p * n + q], s[q * n + p]) = (T::default(), T::default());
            for k in 0..n {
                [v[k * n + p], v[k * n + q]] = rotation.turn(v[k * n + p], v[k * n + q]);
                if k != p && k != q {
                    let [x, y] = rotation.turn(s[k * n + p], s[k * n + q]);
                    (s[k * n + p], s[p * n + k]) = (x, x);
                    (s[k * n + q], s[q * n + k]) = (y, y);
                }
            }
        }
    }
    is_diagonal
}
