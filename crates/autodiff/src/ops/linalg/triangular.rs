//! The solution of a triangular system.

use crate::linear::Linear;
use crate::op::{Adjoint, Operation, Sample, ShapeError, Type, Value};
use crate::ops::linalg::{on_matrices, regular, system};
use crate::ops::{MatMul, Neg, Op, ordinary};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// $Y$ with $T\,Y = B$, or $T^T Y = B$, where $T$ is one triangle of $A$, its diagonal included;
/// the other triangle is not read. `A` is `[…, n, n]`, `B` and `Y` are `[…, n, k]`. Where there is a
/// zero on the diagonal, the answer is infinite or NaN.
///
/// $dY = T^{-1} (dB - dT\,Y)$.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct TriangularSolve {
    /// It is the upper triangle; else the lower.
    pub upper: bool,
    /// The triangle is read as its transpose.
    pub transposed: bool,
    /// The diagonal counts as ones, whatever it is.
    pub unit: bool,
}

impl TriangularSolve {
    /// `a` has the rows of a matrix, `y` those of the right sides, in place of which the solution
    /// is left.
    fn solve_in_place<T: Real>(self, a: &[T], n: usize, y: &mut [T]) {
        let k = y.len() / n.max(1);
        let at = |i: usize, j: usize| if self.transposed { a[j * n + i] } else { a[i * n + j] };
        let downwards = self.upper == self.transposed;
        for step in 0..n {
            let row = if downwards { step } else { n - 1 - step };
            let known = if downwards { 0..row } else { row + 1..n };
            for j in 0..k {
                let rest =
                    known.clone().fold(y[row * k + j], |rest, i| rest - at(row, i) * y[i * k + j]);
                y[row * k + j] = if self.unit { rest } else { rest / at(row, row) };
            }
        }
    }
}

impl Operation for TriangularSolve {
    const NAME: &'static str = "triangular_solve";
    const MATH: &'static str = r"T^{-1} B";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        system(x)
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let shape = x[1].shape().clone();
        let n = shape[shape.rank() - 2];
        Value::Real(on_matrices(&[x[0].real(), x[1].real()], shape, |x, y| {
            y.copy_from_slice(x[1]);
            self.solve_in_place(x[0], n, y);
        }))
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        let solved = Linear::partial(*self, &[x[0], y], 1);
        if i == 1 {
            return solved;
        }
        let ones = x[0].ones_like();
        let offset = isize::from(self.unit);
        let triangle = if self.upper { ones.triu(offset) } else { ones.tril(-offset) };
        let product = MatMul { transpose_a: self.transposed, transpose_b: false };
        [Linear::partial(product, &[x[0], y], 0), solved, Linear::partial(Neg, &[y], 0)]
            .into_iter()
            .fold(Linear::Scale(triangle), Linear::then)
    }

    fn adjoint(&self, _: usize, _: &[Type], _: &Type) -> Adjoint {
        let op = TriangularSolve { transposed: !self.transposed, ..*self };
        Adjoint::new(op, [Some(0), None])
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), &all_batched(which, x, n))
    }

    fn flops(&self, x: &[Type], y: &Type) -> u64 {
        (y.shape.size() * x[0].shape[x[0].shape.rank() - 1]) as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |a: &[usize], k: usize, [upper, transposed, unit]: [bool; 3]| {
            let b: Vec<usize> = a[..a.len() - 1].iter().copied().chain([k]).collect();
            let operation = TriangularSolve { upper, transposed, unit };
            Sample { operation, x: vec![regular(a, 0), ordinary(&b, 1)] }
        };
        vec![
            sample(&[3, 3], 2, [false, false, false]),
            sample(&[3, 3], 2, [true, false, false]),
            sample(&[3, 3], 1, [false, true, false]),
            sample(&[3, 3], 1, [true, true, true]),
            sample(&[2, 2, 2], 3, [false, false, true]),
            sample(&[2, 3, 3], 1, [true, true, false]),
            sample(&[1, 1], 2, [false, false, false]),
            sample(&[0, 0], 2, [true, false, false]),
            sample(&[2, 2], 0, [false, true, false]),
        ]
    }
}
