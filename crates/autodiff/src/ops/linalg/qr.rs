//! An orthonormal basis of columns, and the columns in it.

use crate::linear::Linear;
use crate::op::{Operation, Sample, ShapeError, Type, Value};
use crate::ops::linalg::rotation::are_finite;
use crate::ops::linalg::{matrix, norm, on_matrices, placing, regular, transposing, with_sizes};
use crate::ops::shape::sole;
use crate::ops::{MatMul, Neg, Op, Slice, TriangularSolve, ordinary, whole};
use crate::real::Real;
use crate::var::Var;

/// $Q$ and $R$ with $A = Q R$, $Q^T Q = I$ and $R$ upper triangular with a diagonal that is not
/// negative: of `[…, m, n]` matrices, with $k = \min(m, n)$, in one value `[…, m + n, k]`, in which
/// the rows of $Q$ come first, then those of $R^T$. By reflections (Householder, 1958). NaN of a
/// matrix that is not finite.
///
/// Let $X$ and $R_1$ be the first $k$ columns of $A$ and $R$, $B = dX\, R_1^{-1}$, and $L$ the
/// triangle of $Q^T B$ below the diagonal. With $\Omega = L - L^T$, $dQ = B - Q (Q^T B - \Omega)$ and
/// $dR$ is the upper triangle of $Q^T dA - \Omega R$. Infinite or NaN where the columns of $X$ are
/// dependent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Qr;

impl Qr {
    /// $Q$ and $R$ of `[…, m, n]` matrices.
    pub(crate) fn parts(y: Var<'_>, m: usize) -> [Var<'_>; 2] {
        [y.slice(-2, ..m), y.slice(-2, m..).transpose(-2, -1)]
    }
}

impl Operation for Qr {
    const NAME: &'static str = "qr";
    const MATH: &'static str = r"Q, R : A = Q R";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let a = sole(x)?;
        let [m, n] = matrix(a)?;
        Ok(a.with_shape(with_sizes(&a.shape, [m + n, m.min(n)])))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let a = x[0].real();
        let [m, n] = [a.shape()[a.rank() - 2], a.shape()[a.rank() - 1]];
        let shape = with_sizes(a.shape(), [m + n, m.min(n)]);
        Value::Real(on_matrices(&[a], shape, |x, y| factors(x[0], [m, n], y)))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        let (a, rank) = (x[0], y.rank());
        let [m, k] = [a.shape()[rank - 2], y.shape()[rank - 1]];
        let [q, r] = Qr::parts(y, m);
        let first = r.slice(-1, ..k);
        let by_q = MatMul { transpose_a: true, transpose_b: false };
        let solve = TriangularSolve { upper: true, transposed: true, unit: false };
        let negated = |like: Var<'t>| Linear::partial(Neg, &[like], 0);
        let region = |like: Var<'t>| {
            let mut region = whole(&like.shape());
            region[rank - 1].len = k;
            region
        };
        // B, whose transpose solves a system.
        let b = [
            transposing(q),
            Linear::partial(solve, &[first, q.transpose(-2, -1)], 1),
            transposing(q.transpose(-2, -1)),
        ]
        .into_iter()
        .fold(Linear::partial(Slice { region: region(a) }, &[a], 0), Linear::then);
        let inside = || Linear::partial(by_q, &[q, q], 1);
        let below = || {
            let lower = Linear::Scale(first.ones_like().tril(-1));
            let upper = Linear::then(transposing(first), negated(first));
            Linear::then(lower, Linear::plus(Linear::Identity, upper))
        };
        // Qᵀ B less Ω, of B.
        let rest = Linear::then(
            inside(),
            Linear::plus(Linear::Identity, Linear::then(below(), negated(first))),
        );
        let out = Linear::then(Linear::partial(MatMul::PLAIN, &[q, first], 1), negated(q));
        let of_q = [Linear::plus(Linear::Identity, Linear::then(rest, out)), placing(q, 0, y)]
            .into_iter()
            .fold(b.clone(), Linear::then);
        let turned =
            [inside(), below(), Linear::partial(MatMul::PLAIN, &[first, r], 0), negated(r)]
                .into_iter()
                .fold(b, Linear::then);
        let of_r = [
            Linear::Scale(r.ones_like().triu(0)),
            transposing(r),
            placing(r.transpose(-2, -1), m, y),
        ]
        .into_iter()
        .fold(Linear::plus(Linear::partial(by_q, &[q, a], 1), turned), Linear::then);
        Linear::plus(of_q, of_r)
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), x)
    }

    fn flops(&self, x: &[Type], y: &Type) -> u64 {
        (4 * x[0].shape.size() * y.shape[y.shape.rank() - 1]) as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let squares: [&[usize]; 4] = [&[3, 3], &[2, 2, 2], &[0, 0], &[0, 2, 2]];
        let others: [&[usize]; 6] = [&[1, 1], &[4, 2], &[2, 4], &[2, 3, 2], &[0, 2], &[2, 0]];
        let square = squares.map(|shape| regular(shape, 0)).into_iter();
        let all = square.chain(others.map(|shape| ordinary(shape, 0)));
        all.map(|a| Sample { operation: Qr, x: vec![a] }).collect()
    }
}

/// The reflection that maps a vector to a multiple of the first axis: $I - \tau v v^T$.
struct Reflection<T> {
    /// Its first element is 1.
    v: Vec<T>,
    tau: T,
}

impl<T: Real> Reflection<T> {
    /// That of this vector, with what is left of it; nothing for zeros.
    fn new(x: &[T]) -> Option<(Reflection<T>, T)> {
        let size = norm(x);
        if size == T::default() {
            return None;
        }
        // To the other side, so that nothing cancels.
        let image = if x[0] < T::default() { size } else { -size };
        let head = x[0] - image;
        let mut v: Vec<T> = x.iter().map(|&x| x / head).collect();
        v[0] = T::from_f64(1.0);
        Some((Reflection { v, tau: -head / image }, image))
    }

    /// Reflects column `j` of rows of `width`, from row `top` on.
    fn reflect(&self, a: &mut [T], width: usize, top: usize, j: usize) {
        let at = |i: usize| (top + i) * width + j;
        let places = self.v.iter().enumerate();
        let inner = places.clone().fold(T::default(), |sum, (i, &v)| sum + v * a[at(i)]);
        for (i, &v) in places {
            a[at(i)] = a[at(i)] - self.tau * v * inner;
        }
    }
}

/// The rows of $Q$ and of $R^T$ of one matrix.
fn factors<T: Real>(a: &[T], [m, n]: [usize; 2], y: &mut [T]) {
    let k = m.min(n);
    let (zero, one) = (T::default(), T::from_f64(1.0));
    let mut r = a.to_vec();
    let mut reflections = Vec::new();
    for j in 0..k {
        let column: Vec<T> = (j..m).map(|i| r[i * n + j]).collect();
        let found = Reflection::new(&column);
        if let Some((reflection, image)) = &found {
            (j + 1..n).for_each(|right| reflection.reflect(&mut r, n, j, right));
            r[j * n + j] = *image;
        }
        reflections.push(found);
    }
    let (q, r_t) = y.split_at_mut(m * k);
    for j in 0..k {
        q[j * k + j] = one;
    }
    for (j, found) in reflections.iter().enumerate().rev() {
        if let Some((reflection, _)) = found {
            (0..k).for_each(|column| reflection.reflect(q, k, j, column));
        }
    }
    for i in 0..k {
        let sign = if r[i * n + i] < zero { -one } else { one };
        (0..m).for_each(|row| q[row * k + i] = sign * q[row * k + i]);
        (i..n).for_each(|j| r_t[j * k + i] = sign * r[i * n + j]);
    }
    if !are_finite(a) {
        y.fill(T::from_f64(f64::NAN));
    }
}
