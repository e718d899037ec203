//! The determinant, its logarithm and sign, and the matrix of its cofactors.

use crate::linear::Linear;
use crate::op::{Branch, Operation, Sample, ShapeError, Type, Value};
use crate::ops::linalg::rotation::identity;
use crate::ops::linalg::solve::eliminate;
use crate::ops::linalg::{on_matrices, regular, square, transposing};
use crate::ops::shape::sole;
use crate::ops::{Axes, Expand, MatMul, Neg, Op, Solve, Sum};
use crate::real::Real;
use crate::var::Var;

/// Eliminates a copy of a matrix: whether an odd number of rows was exchanged, and the pivots.
fn pivots<T: Real>(a: &[T], n: usize) -> (bool, Vec<T>) {
    let mut a = a.to_vec();
    let odd = eliminate(&mut a, n, &mut []);
    (odd, (0..n).map(|k| a[k * n + k]).collect())
}

/// The last two axes.
fn last_axes(rank: usize) -> Axes {
    [rank - 2, rank - 1].into_iter().collect()
}

/// Makes an operation from each matrix to a number.
macro_rules! of_matrices {
    ($Name:ident, $name:literal, $math:literal, $value:expr,
     $derivative:expr, $branch:expr, $(#[$doc:meta])*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $Name;

        impl Operation for $Name {
            const NAME: &'static str = $name;
            const MATH: &'static str = $math;

            fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
                let a = sole(x)?;
                square(a)?;
                Ok(a.with_shape(a.shape.without(&last_axes(a.shape.rank()))))
            }

            fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
                let a = x[0].real();
                let n = a.shape()[a.rank() - 1];
                let value: fn(bool, Vec<T>) -> T = $value;
                let shape = a.shape().without(&last_axes(a.rank()));
                Value::Real(on_matrices(&[a], shape, |x, y| {
                    let (odd, pivots) = pivots(x[0], n);
                    y[0] = value(odd, pivots);
                }))
            }

            fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
                let slope: fn(Var<'t>) -> Option<Var<'t>> = $derivative;
                match slope(x[0]) {
                    None => Linear::Zero,
                    Some(slope) => {
                        let axes = last_axes(slope.rank());
                        let sum = Linear::partial(Sum { axes }, &[slope], 0);
                        Linear::then(Linear::Scale(slope), sum)
                    }
                }
            }

            fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
                x[0].tape().record(Op::from(*self), x)
            }

            fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
                let has_branches: bool = $branch;
                let sign = |x: f64| i64::from(x > 0.0) - i64::from(x < 0.0);
                has_branches.then(|| {
                    let y = self.eval(x);
                    Branch(y.real().iter().map(|y| sign(y.to_f64())).collect())
                })
            }

            fn flops(&self, x: &[Type], _: &Type) -> u64 {
                let shape = &x[0].shape;
                (2 * shape.size() * shape[shape.rank() - 1] / 3) as u64
            }

            fn samples() -> Vec<Sample<Self>> {
                let shapes: [&[usize]; 5] = [&[3, 3], &[1, 1], &[2, 2, 2], &[0, 0], &[0, 2, 2]];
                shapes.map(|shape| Sample { operation: $Name, x: vec![regular(shape, 0)] }).into()
            }
        }
    };
}

of_matrices! {
    Det, "det", r"\det A",
    |odd, pivots| {
        let product = pivots.into_iter().fold(T::from_f64(1.0), |product, pivot| product * pivot);
        if odd { -product } else { product }
    },
    |a| Some(a.tape().record(Cofactor, &[a])), false,
    /// $\det A$ of `[…, n, n]` matrices; 1 of those without elements. Its derivative is the matrix of
    /// cofactors, which is finite for singular matrices too.
}

of_matrices! {
    LogAbsDet, "log_abs_det", r"\ln |\det A|",
    |_, pivots| pivots.into_iter().fold(T::default(), |sum, pivot| sum + pivot.abs().ln()),
    |a| Some(a.inverse().transpose(-2, -1)), false,
    /// $\ln|\det A|$ of `[…, n, n]` matrices, where the determinant itself would overflow;
    /// $-\infty$ of singular ones. Its derivative is $A^{-T}$.
}

of_matrices! {
    DetSign, "det_sign", r"\operatorname{sign} \det A",
    |odd, pivots| {
        let sign = |x: T| {
            let zero = T::default();
            f64::from(i8::from(x > zero) - i8::from(x < zero))
        };
        let product: f64 = pivots.into_iter().map(sign).product();
        T::from_f64(if odd { -product } else { product })
    },
    |_| None, true,
    /// The sign of $\det A$ of `[…, n, n]` matrices: 1, −1, or 0 of singular ones; with derivative 0.
}

/// $C_{ij} = \partial \det A / \partial A_{ij}$, which is $\det(A)\, A^{-T}$ where that exists, and
/// finite everywhere: of `[…, n, n]` matrices. By elimination with the largest element of all that
/// is left as the pivot, the last of which is not divided by.
///
/// $dC = (\langle A^{-T}, dA\rangle - A^{-T} dA^T)\, C$: of singular matrices infinite or NaN.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cofactor;

impl Operation for Cofactor {
    const NAME: &'static str = "cofactor";
    const MATH: &'static str = r"\partial \det A / \partial A";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let a = sole(x)?;
        square(a).map(|_| a.clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let a = x[0].real();
        let n = a.shape()[a.rank() - 1];
        Value::Real(on_matrices(&[a], a.shape().clone(), |x, y| cofactors(x[0], n, y)))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        if y.shape().last() == Some(&1) {
            // That of a single number is 1.
            return Linear::Zero;
        }
        let inverse = x[0].inverse().transpose(-2, -1);
        let (rank, shape) = (y.rank(), y.shape());
        let axes = last_axes(rank);
        let back = axes.iter().map(|&axis| (axis, shape[axis])).collect();
        let number = inverse.sum_over([-2, -1]);
        let by_trace = [
            Linear::partial(Sum { axes }, &[inverse], 0),
            Linear::partial(Expand { axes: back }, &[number], 0),
            Linear::Scale(y),
        ];
        let by_trace = by_trace.into_iter().fold(Linear::Scale(inverse), Linear::then);
        let solve = Solve { transposed: true };
        let by_product = [
            Linear::partial(MatMul::PLAIN, &[y, y], 0),
            Linear::partial(solve, &[x[0], y], 1),
            Linear::partial(Neg, &[y], 0),
        ];
        let by_product = by_product.into_iter().fold(transposing(y), Linear::then);
        Linear::plus(by_trace, by_product)
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), x)
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        let shape = &x[0].shape;
        (2 * shape.size() * shape[shape.rank() - 1]) as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let shapes: [&[usize]; 4] = [&[3, 3], &[2, 2, 2], &[0, 0], &[0, 2, 2]];
        shapes.map(|shape| Sample { operation: Cofactor, x: vec![regular(shape, 0)] }).into()
    }
}

/// The cofactors of one matrix. With $P A Q = L U$ and $U = (R, u; 0, d)$, the adjugate is
/// $\pm Q\, (d\,p\,R^{-1}, -p\,R^{-1} u; 0, p)\, L^{-1} P$, where $p = \det R$; nothing is divided by
/// $d$, the last and smallest pivot.
fn cofactors<T: Real>(a: &[T], n: usize, y: &mut [T]) {
    let Some(last) = n.checked_sub(1) else { return };
    let one = T::from_f64(1.0);
    let (mut u, mut odd) = (a.to_vec(), false);
    let (mut rows, mut columns): (Vec<usize>, Vec<usize>) = ((0..n).collect(), (0..n).collect());
    // L⁻¹, which elimination makes of the identity.
    let mut w: Vec<T> = identity(n);
    for k in 0..last {
        let places = (k..n).flat_map(|i| (k..n).map(move |j| (i, j)));
        let size = |(i, j): (usize, usize)| u[i * n + j].abs();
        let (i, j) = places.fold((k, k), |best, at| if size(at) > size(best) { at } else { best });
        if u[i * n + j].is_zero() {
            // Two rows at least depend on the others: all cofactors are zero.
            return;
        }
        odd ^= (i != k) != (j != k);
        rows.swap(i, k);
        columns.swap(j, k);
        (0..n).for_each(|column| u.swap(i * n + column, k * n + column));
        (0..k).for_each(|column| w.swap(i * n + column, k * n + column));
        (0..n).for_each(|row| u.swap(row * n + j, row * n + k));
        for row in k + 1..n {
            let factor = u[row * n + k] / u[k * n + k];
            for column in k..n {
                u[row * n + column] = u[row * n + column] - factor * u[k * n + column];
            }
            for column in 0..=k {
                w[row * n + column] = w[row * n + column] - factor * w[k * n + column];
            }
        }
    }
    let p = (0..last).fold(one, |p, k| p * u[k * n + k]);
    let d = u[last * n + last];
    for b in 0..n {
        let bottom = w[last * n + b];
        let mut column = vec![T::default(); n];
        column[last] = bottom;
        for row in (0..last).rev() {
            let right = d * w[row * n + b] - u[row * n + last] * bottom;
            let rest = (row + 1..last).fold(right, |rest, k| rest - u[row * n + k] * column[k]);
            column[row] = rest / u[row * n + row];
        }
        for (a, &x) in column.iter().enumerate() {
            y[rows[b] * n + columns[a]] = if odd { -(p * x) } else { p * x };
        }
    }
}
