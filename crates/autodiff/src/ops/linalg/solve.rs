//! The solution of a system of linear equations.

use crate::linear::Linear;
use crate::op::{Adjoint, Operation, Sample, ShapeError, Type, Value};
use crate::ops::linalg::{on_matrices, regular, system};
use crate::ops::{MatMul, Neg, Op, ordinary};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// $Y$ with $A\,Y = B$, or $A^T Y = B$: `A` is `[…, n, n]`, `B` and `Y` are `[…, n, k]`, and the
/// axes in front are a batch and agree. By Gaussian elimination, the pivot of a column being its
/// largest element; where there is none but zero, the answer is infinite or NaN.
///
/// $dY = A^{-1} (dB - dA\,Y)$.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Solve {
    /// The matrix is read as its transpose.
    pub transposed: bool,
}

impl Operation for Solve {
    const NAME: &'static str = "solve";
    const MATH: &'static str = r"A^{-1} B";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        system(x)
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let shape = x[1].shape().clone();
        let n = shape[shape.rank() - 2];
        Value::Real(on_matrices(&[x[0].real(), x[1].real()], shape, |x, y| {
            let mut a = x[0].to_vec();
            if self.transposed {
                transpose(&mut a, n);
            }
            y.copy_from_slice(x[1]);
            solve_in_place(&mut a, n, y);
        }))
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        let solved = Linear::partial(*self, &[x[0], y], 1);
        if i == 1 {
            return solved;
        }
        let product = MatMul { transpose_a: self.transposed, transpose_b: false };
        let product = Linear::partial(product, &[x[0], y], 0);
        Linear::then(product, Linear::then(solved, Linear::partial(Neg, &[y], 0)))
    }

    fn adjoint(&self, _: usize, _: &[Type], _: &Type) -> Adjoint {
        Adjoint::new(Solve { transposed: !self.transposed }, [Some(0), None])
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), &all_batched(which, x, n))
    }

    fn flops(&self, x: &[Type], y: &Type) -> u64 {
        let shape = &x[0].shape;
        let n = shape[shape.rank() - 1];
        (2 * shape.size() * n / 3 + 2 * y.shape.size() * n) as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |a: &[usize], b: &[usize], transposed| Sample {
            operation: Solve { transposed },
            x: vec![regular(a, 0), ordinary(b, 1)],
        };
        vec![
            sample(&[3, 3], &[3, 2], false),
            sample(&[3, 3], &[3, 1], true),
            sample(&[2, 2, 2], &[2, 2, 3], false),
            sample(&[2, 2, 2], &[2, 2, 1], true),
            sample(&[1, 1], &[1, 2], false),
            sample(&[0, 0], &[0, 2], false),
            sample(&[2, 2], &[2, 0], true),
            sample(&[0, 2, 2], &[0, 2, 1], false),
        ]
    }
}

fn transpose<T: Real>(a: &mut [T], n: usize) {
    for i in 0..n {
        for j in 0..i {
            a.swap(i * n + j, j * n + i);
        }
    }
}

/// Makes an upper triangle of the rows of a square matrix, the pivot of a column being its largest
/// element, and does to the rows of `b` what it does to those: whether it has exchanged rows an odd
/// number of times. What is left below the diagonal means nothing.
pub(super) fn eliminate<T: Real>(a: &mut [T], n: usize, b: &mut [T]) -> bool {
    let k = b.len() / n.max(1);
    let mut odd = false;
    for column in 0..n {
        let size = |row: usize| a[row * n + column].abs();
        let larger = |best: usize, row: usize| if size(row) > size(best) { row } else { best };
        let pivot = (column..n).fold(column, larger);
        if pivot != column {
            odd = !odd;
            (0..n).for_each(|j| a.swap(pivot * n + j, column * n + j));
            (0..k).for_each(|j| b.swap(pivot * k + j, column * k + j));
        }
        for row in column + 1..n {
            // A column of zeros is eliminated already.
            if a[row * n + column].is_zero() {
                continue;
            }
            let factor = a[row * n + column] / a[column * n + column];
            for j in column + 1..n {
                a[row * n + j] = a[row * n + j] - factor * a[column * n + j];
            }
            for j in 0..k {
                b[row * k + j] = b[row * k + j] - factor * b[column * k + j];
            }
        }
    }
    odd
}

/// Solves $A Y = B$: `a` has the rows of a square matrix, `b` those of the right sides, of which
/// the rows of the solution are left. Nothing is left of `a`.
pub(crate) fn solve_in_place<T: Real>(a: &mut [T], n: usize, b: &mut [T]) {
    let k = b.len() / n.max(1);
    eliminate(a, n, b);
    for row in (0..n).rev() {
        for j in 0..k {
            let known = (row + 1..n).fold(b[row * k + j], |rest, column| {
                rest - a[row * n + column] * b[column * k + j]
            });
            b[row * k + j] = known / a[row * n + row];
        }
    }
}
