//! The triangular factor of a positive definite matrix.

use crate::linear::Linear;
use crate::op::{Operation, Sample, ShapeError, Type, Value};
use crate::ops::linalg::{on_matrices, regular, square, transposing};
use crate::ops::shape::sole;
use crate::ops::{MatMul, Op, TriangularSolve};
use crate::real::Real;
use crate::var::Var;

/// $L$, lower triangular with a positive diagonal, with $L L^T = S$, the symmetric part
/// $(A + A^T)/2$ of `[…, n, n]` matrices. NaN where that is not positive definite.
///
/// $dL = L\,\Phi(L^{-1} dS\, L^{-T})$, where $\Phi$ takes the lower triangle and half of the diagonal
/// (Smith, "Differentiation of the Cholesky algorithm", 1995; in this form Murray, 2016).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cholesky;

impl Operation for Cholesky {
    const NAME: &'static str = "cholesky";
    const MATH: &'static str = r"L : L L^T = A";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let a = sole(x)?;
        square(a).map(|_| a.clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let a = x[0].real();
        let n = a.shape()[a.rank() - 1];
        Value::Real(on_matrices(&[a], a.shape().clone(), |x, y| factor(x[0], n, y)))
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        let solve = TriangularSolve { upper: false, transposed: false, unit: false };
        let solve = || Linear::partial(solve, &[y, y], 1);
        let half = 0.5 * y.ones_like();
        // L⁻¹ (L⁻¹ dSᵀ)ᵀ is symmetric, as dS is.
        [
            Linear::Scale(half),
            solve(),
            transposing(y),
            solve(),
            Linear::Scale(half.tril(0) + half.tril(-1)),
            Linear::partial(MatMul::PLAIN, &[y, y], 1),
        ]
        .into_iter()
        .fold(Linear::plus(Linear::Identity, transposing(y)), Linear::then)
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), x)
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        let shape = &x[0].shape;
        (shape.size() * shape[shape.rank() - 1] / 3) as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let shapes: [&[usize]; 5] = [&[3, 3], &[1, 1], &[2, 2, 2], &[0, 0], &[0, 2, 2]];
        shapes.map(|shape| Sample { operation: Cholesky, x: vec![regular(shape, 0)] }).into()
    }
}

/// The factor of one matrix, column by column.
fn factor<T: Real>(a: &[T], n: usize, l: &mut [T]) {
    let half = T::from_f64(0.5);
    for j in 0..n {
        for i in j..n {
            let symmetric = half * (a[i * n + j] + a[j * n + i]);
            let rest = (0..j).fold(symmetric, |rest, k| rest - l[i * n + k] * l[j * n + k]);
            l[i * n + j] = if i > j {
                rest / l[j * n + j]
            } else if rest > T::default() {
                rest.sqrt()
            } else {
                T::from_f64(f64::NAN)
            };
        }
    }
}
