//! Singular values and vectors, and the inverse that every matrix has.

use crate::linear::Linear;
use crate::op::{Operation, Sample, ShapeError, Type, Value};
use crate::ops::linalg::rotation::{
    Rotation, are_finite, identity, order, orientation, reciprocal, settle,
};
use crate::ops::linalg::{
    diagonal, matrix, norm, on_matrices, placing, regular, transposing, with_sizes,
};
use crate::ops::shape::sole;
use crate::ops::{MatMul, Neg, Op, ordinary};
use crate::real::Real;
use crate::var::Var;

/// $U$, $s$ and $V$ with $A = U \operatorname{diag}(s)\, V^T$, orthonormal columns in $U$ and $V$
/// and $s \ge 0$: of `[…, m, n]` matrices, with $k = \min(m, n)$, in one value `[…, m + 1 + n, k]`,
/// in which the rows of $U$ come first, then the singular values, descending, then the rows of $V$.
/// The largest element of each column of $U$ is positive (of those within a hundredth of it, the
/// first). By rotations of columns (Hestenes, 1958), which finds small singular values accurately.
/// NaN of a matrix that is not finite.
///
/// With $P = U^T dA\, V$, $ds = \operatorname{diag} P$,
/// $dU = U (X + Y) + (I - U U^T)\, dA\, V \operatorname{diag}(s)^{-1}$ and
/// $dV = V (X - Y) + (I - V V^T)\, dA^T U \operatorname{diag}(s)^{-1}$, where
/// $X_{ij} = \frac12 (P_{ij} + P_{ji}) / (s_j - s_i)$ and
/// $Y_{ij} = \frac12 (P_{ij} - P_{ji}) / (s_j + s_i)$. Where one would divide by 0, or by a difference
/// made of rounding alone, there is 0: singular vectors of a repeated singular value have no
/// derivative, and those of the singular value 0 may have none. Nor has a singular value 0, which is
/// a kink as that of $|x|$: its derivative is 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Svd;

impl Svd {
    /// $U$, the singular values as rows of one vector, and $V$, of `[…, m, n]` matrices.
    pub(crate) fn parts(y: Var<'_>, m: usize) -> [Var<'_>; 3] {
        [y.slice(-2, ..m), y.slice(-2, m..=m), y.slice(-2, m + 1..)]
    }
}

impl Operation for Svd {
    const NAME: &'static str = "svd";
    const MATH: &'static str = r"U, s, V : A = U \operatorname{diag}(s)\, V^T";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let a = sole(x)?;
        let [m, n] = matrix(a)?;
        Ok(a.with_shape(with_sizes(&a.shape, [m + 1 + n, m.min(n)])))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let a = x[0].real();
        let [m, n] = [a.shape()[a.rank() - 2], a.shape()[a.rank() - 1]];
        let k = m.min(n);
        let shape = with_sizes(a.shape(), [m + 1 + n, k]);
        Value::Real(on_matrices(&[a], shape, |x, y| {
            let Triple { u, s, v } = Triple::of(x[0], [m, n]);
            let rows = u.iter().map(|u| &u[..]).zip(&s).zip(&v).enumerate();
            for (j, ((u, &s), v)) in rows {
                let column = u.iter().chain([&s]).chain(v);
                column.enumerate().for_each(|(row, &x)| y[row * k + j] = x);
            }
        }))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        let (a, m) = (x[0], x[0].shape()[y.rank() - 2]);
        let [u, s, v] = Svd::parts(y, m);
        let of_rows = s.transpose(-2, -1);
        let sum = s + of_rows;
        let by_u = MatMul { transpose_a: true, transpose_b: false };
        let p = Linear::then(
            Linear::partial(by_u, &[u, a], 1),
            Linear::partial(MatMul::PLAIN, &[a, v], 0),
        );
        let minus = |map: Linear<'t>, like| Linear::then(map, Linear::partial(Neg, &[like], 0));
        let symmetric = Linear::then(
            Linear::plus(Linear::Identity, transposing(sum)),
            Linear::Scale(0.5 * reciprocal(s - of_rows, sum)),
        );
        let skew = Linear::then(
            Linear::plus(Linear::Identity, minus(transposing(sum), sum)),
            Linear::Scale(0.5 * reciprocal(sum, sum.zeros_like())),
        );
        let inverse = reciprocal(s, s.zeros_like());
        let of_u = Linear::plus(
            Linear::then(
                Linear::then(p.clone(), Linear::plus(symmetric.clone(), skew.clone())),
                Linear::partial(MatMul::PLAIN, &[u, sum], 1),
            ),
            Linear::then(Linear::partial(MatMul::PLAIN, &[a, v], 0), beyond(u, inverse)),
        );
        let by_a_t =
            [Linear::partial(MatMul::PLAIN, &[a.transpose(-2, -1), u], 0), beyond(v, inverse)];
        let of_v = Linear::plus(
            Linear::then(
                Linear::then(p.clone(), Linear::plus(symmetric, minus(skew, sum))),
                Linear::partial(MatMul::PLAIN, &[v, sum], 1),
            ),
            by_a_t.into_iter().fold(transposing(a), Linear::then),
        );
        let is_kink = s.eq(0.0);
        let of_s = [diagonal(sum), Linear::Scale(1.0 - is_kink)].into_iter().fold(p, Linear::then);
        let at = [(of_u, u, 0), (of_s, s, m), (of_v, v, m + 1)];
        let placed = at.map(|(map, part, row)| Linear::then(map, placing(part, row, y)));
        placed.into_iter().reduce(Linear::plus).expect("three parts")
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), x)
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        // Of about ten sweeps.
        let shape = &x[0].shape;
        let shorter = shape[shape.rank() - 2..].iter().min();
        (60 * shape.size() * shorter.copied().unwrap_or(0)) as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        samples().map(|a| Sample { operation: Svd, x: vec![a] }).collect()
    }
}

/// $W \mapsto (I - Q Q^T)\, W \operatorname{diag}(d)$: nothing for a square $Q$.
fn beyond<'t>(q: Var<'t>, d: Var<'t>) -> Linear<'t> {
    let (rank, shape) = (q.rank(), q.shape());
    if shape[rank - 2] == shape[rank - 1] {
        return Linear::Scale(q.zeros_like());
    }
    let by_q = MatMul { transpose_a: true, transpose_b: false };
    let inside = [
        Linear::partial(MatMul::PLAIN, &[q, q.slice(-2, ..shape[rank - 1])], 1),
        Linear::partial(Neg, &[q], 0),
    ]
    .into_iter()
    .fold(Linear::partial(by_q, &[q, q], 1), Linear::then);
    Linear::then(Linear::plus(Linear::Identity, inside), Linear::Scale(d))
}

fn samples() -> impl Iterator<Item = wengert_tensor::Tensor> {
    let squares: [&[usize]; 4] = [&[3, 3], &[2, 2, 2], &[0, 0], &[0, 2, 2]];
    let others: [&[usize]; 6] = [&[1, 1], &[4, 2], &[2, 4], &[2, 3, 2], &[0, 2], &[2, 0]];
    let square = squares.map(|shape| regular(shape, 0)).into_iter();
    square.chain(others.map(|shape| ordinary(shape, 0)))
}

/// The singular values of one matrix, descending, with their vectors.
struct Triple<T> {
    u: Vec<Vec<T>>,
    s: Vec<T>,
    v: Vec<Vec<T>>,
}

impl<T: Real> Triple<T> {
    fn of(a: &[T], [m, n]: [usize; 2]) -> Triple<T> {
        let (k, long, is_wide) = (m.min(n), m.max(n), m < n);
        let nan = || T::from_f64(f64::NAN);
        let undefined =
            Triple { u: vec![vec![nan(); m]; k], s: vec![nan(); k], v: vec![vec![nan(); n]; k] };
        // To numbers of size 1, whose squares are neither too large nor too small.
        let largest = a.iter().map(|a| a.abs().to_f64()).fold(0.0, f64::max);
        let scale = if largest > 0.0 { largest.log2().floor().exp2() } else { 1.0 };
        if !are_finite(a) || !scale.is_finite() {
            return undefined;
        }
        let scale = T::from_f64(scale);
        let at = |i: usize, j: usize| a[if is_wide { j * n + i } else { i * n + j }] / scale;
        let mut columns: Vec<Vec<T>> =
            (0..k).map(|j| (0..long).map(|i| at(i, j)).collect()).collect();
        let mut basis: Vec<Vec<T>> = identity(k).chunks(k.max(1)).map(<[T]>::to_vec).collect();
        settle(|| sweep(&mut columns, &mut basis));
        let sizes: Vec<T> = columns.iter().map(|column| norm(column)).collect();
        if !are_finite(&sizes) {
            return undefined;
        }
        let mut long_side: Vec<Vec<T>> = Vec::new();
        let (mut s, mut short_side) = (Vec::new(), Vec::new());
        for j in order(&sizes).into_iter().rev() {
            let size = sizes[j];
            let unit = if size == T::default() {
                another(&long_side, long)
            } else {
                columns[j].iter().map(|&x| x / size).collect()
            };
            s.push(size * scale);
            long_side.push(unit);
            short_side.push(std::mem::take(&mut basis[j]));
        }
        let (mut u, mut v) =
            if is_wide { (short_side, long_side) } else { (long_side, short_side) };
        for (u, v) in u.iter_mut().zip(&mut v) {
            let sign = orientation(u);
            u.iter_mut().chain(v).for_each(|x| *x = sign * *x);
        }
        Triple { u, s, v }
    }
}

/// Rotates all pairs of columns, one after the other, so that they are orthogonal, and the basis
/// with them: whether they have been so all along.
fn sweep<T: Real>(columns: &mut [Vec<T>], basis: &mut [Vec<T>]) -> bool {
    let k = columns.len();
    let mut are_orthogonal = true;
    for p in 0..k {
        for q in p + 1..k {
            let [a, b, c] = [(p, p), (p, q), (q, q)].map(|(i, j)| dot(&columns[i], &columns[j]));
            let size = a.to_f64().sqrt() * c.to_f64().sqrt();
            let rounding = columns[p].len() as f64 * T::roundoff();
            are_orthogonal &= b.abs().to_f64() <= rounding * size;
            let Some(rotation) = Rotation::diagonalising(a, b, c) else { continue };
            for vectors in [&mut *columns, &mut *basis] {
                let (before, behind) = vectors.split_at_mut(q);
                for (x, y) in before[p].iter_mut().zip(&mut behind[0]) {
                    [*x, *y] = rotation.turn(*x, *y);
                }
            }
        }
    }
    are_orthogonal
}

fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::default(), |sum, (&a, &b)| sum + a * b)
}

/// A vector of size 1 that is orthogonal to these, which are fewer than there are axes.
fn another<T: Real>(vectors: &[Vec<T>], n: usize) -> Vec<T> {
    // The axis of which the most lies outside of what they span.
    let within = |axis: usize| -> f64 { vectors.iter().map(|v| v[axis].to_f64().powi(2)).sum() };
    let axis = (0..n).fold(0, |best, axis| if within(axis) < within(best) { axis } else { best });
    let mut rest = vec![T::default(); n];
    rest[axis] = T::from_f64(1.0);
    // Once more, since the first time leaves rounding.
    for v in vectors.iter().chain(vectors) {
        let inside = dot(v, &rest);
        rest.iter_mut().zip(v).for_each(|(x, &v)| *x = *x - inside * v);
    }
    let size = norm(&rest);
    rest.into_iter().map(|x| x / size).collect()
}

/// $A^+$, the matrix with $A A^+ A = A$ and $A^+ A A^+ = A^+$ of which both products with $A$ are
/// symmetric (Moore, 1920; Penrose, 1955): $V \operatorname{diag}(s)^{-1} U^T$ from singular values,
/// of which those count as 0 that are, relative to the largest, within $2 \max(m, n)$ roundings. Of
/// `[…, m, n]` matrices, `[…, n, m]`.
///
/// $dA^+ = -A^+ dA\, A^+ + A^+ A^{+T} dA^T (I - A A^+) + (I - A^+ A)\, dA^T A^{+T} A^+$ as long as the
/// rank stays (Golub and Pereyra, 1973): whether singular values are equal plays no part.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pinv;

impl Operation for Pinv {
    const NAME: &'static str = "pinv";
    const MATH: &'static str = r"A^+";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let a = sole(x)?;
        let [m, n] = matrix(a)?;
        Ok(a.with_shape(with_sizes(&a.shape, [n, m])))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let a = x[0].real();
        let [m, n] = [a.shape()[a.rank() - 2], a.shape()[a.rank() - 1]];
        let shape = with_sizes(a.shape(), [n, m]);
        Value::Real(on_matrices(&[a], shape, |x, y| {
            let Triple { u, s, v } = Triple::of(x[0], [m, n]);
            let least = s.first().map_or(0.0, |s| s.to_f64()) * cutoff::<T>([m, n]);
            for ((u, s), v) in u.iter().zip(s).zip(v) {
                // NaN is not less.
                if s.to_f64() <= least {
                    continue;
                }
                for (at, y) in y.iter_mut().enumerate() {
                    *y += v[at / m] / s * u[at % m];
                }
            }
        }))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        let (a, a_t) = (x[0], x[0].transpose(-2, -1));
        let y_t = y.transpose(-2, -1);
        let [left, right] = [y.matmul(y_t), y_t.matmul(y)];
        let [rows, columns] = [a.matmul(y), y.matmul(a)];
        let from_left = |q: Var<'t>, v: Var<'t>| Linear::partial(MatMul::PLAIN, &[q, v], 1);
        let from_right = |v: Var<'t>, q: Var<'t>| Linear::partial(MatMul::PLAIN, &[v, q], 0);
        let outside = |inside: Linear<'t>| {
            let inside = Linear::then(inside, Linear::partial(Neg, &[y], 0));
            Linear::plus(Linear::Identity, inside)
        };
        let chain = |maps: [Linear<'t>; 3]| maps.into_iter().reduce(Linear::then);
        let terms = [
            chain([from_left(y, a), from_right(columns, y), Linear::partial(Neg, &[y], 0)]),
            chain([transposing(a), from_left(left, a_t), outside(from_right(a_t, rows))]),
            chain([transposing(a), from_right(a_t, right), outside(from_left(columns, a_t))]),
        ];
        terms.into_iter().flatten().reduce(Linear::plus).expect("three terms")
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), x)
    }

    fn flops(&self, x: &[Type], y: &Type) -> u64 {
        Svd.flops(x, y)
    }

    fn samples() -> Vec<Sample<Self>> {
        samples().map(|a| Sample { operation: Pinv, x: vec![a] }).collect()
    }
}

/// What part of the largest singular value is none: what rounding may have left of it.
pub(crate) fn cutoff<T: Real>([m, n]: [usize; 2]) -> f64 {
    2.0 * T::roundoff() * m.max(n) as f64
}
