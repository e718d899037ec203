//! The exponential of matrices, and its derivatives of all orders.

use smallvec::SmallVec;

use crate::linear::Linear;
use crate::op::{Adjoint, Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::linalg::rotation::{are_finite, identity};
use crate::ops::linalg::{on_matrices, square};
use crate::ops::{Op, ordinary};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// $e^A = \sum_k A^k / k!$ of `[…, n, n]` matrices; with more operands $E_1, \dots, E_k$ of that shape,
/// the derivative of $e^A$ along all of them, which is linear in each and does not depend on their
/// order. NaN of matrices that are not finite.
///
/// It is what stands by $\varepsilon_1 \cdots \varepsilon_k$ in
/// $e^{A + \varepsilon_1 E_1 + \dots + \varepsilon_k E_k}$, where the squares of all $\varepsilon_i$
/// are 0: by Taylor's polynomial of $A/2^j$, squared $j$ times. So the derivative by $A$ is this
/// operation with one more operand. And since $\langle U, y\rangle$ is
/// $\operatorname{tr} U^T y$, in which all of $U^T, E_1, \dots, E_k$ can change places, the adjoint
/// by any $E_i$ is this operation too, with $U$ in its place and everything else transposed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct MatrixExp {
    /// Which of the operands are read as their transposes: $A$, then $E_1, \dots, E_k$.
    pub transposed: SmallVec<[bool; 4]>,
}

impl MatrixExp {
    /// The exponential itself.
    pub(crate) fn plain() -> MatrixExp {
        MatrixExp { transposed: [false].into_iter().collect() }
    }
}

impl Operation for MatrixExp {
    const NAME: &'static str = "matrix_exp";
    const MATH: &'static str = r"e^A";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        if x.len() != self.transposed.len() || x.is_empty() {
            let wanted = self.transposed.len();
            return Err(ShapeError::new(format!("takes {wanted} operands, got {}", x.len())));
        }
        square(&x[0])?;
        if let Some(other) = x.iter().find(|other| other.shape != x[0].shape) {
            return Err(ShapeError::new(format!("{} and {other} are of two shapes", x[0])));
        }
        if x.iter().any(|x| x.kind == Kind::Index) {
            return Err(ShapeError::new("takes real operands, got an index"));
        }
        Ok(x[0].clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let x: Vec<_> = x.iter().map(|x| x.real()).collect();
        let shape = x[0].shape().clone();
        let n = shape[shape.rank() - 1];
        Value::Real(on_matrices(&x, shape, |x, y| {
            if !x.iter().all(|x| are_finite(x)) {
                y.fill(T::from_f64(f64::NAN));
                return;
            }
            let read = |(x, transposed): (&&[T], &bool)| -> Vec<T> {
                let at = |k: usize| if *transposed { k % n * n + k / n } else { k };
                (0..n * n).map(|k| x[at(k)]).collect()
            };
            let x = Expansion::along(x.iter().zip(&self.transposed).map(read).collect(), n);
            y.copy_from_slice(&x.exp().parts[x.parts.len() - 1]);
        }))
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        if i > 0 {
            return Linear::partial(self.clone(), x, i);
        }
        let mut along = self.clone();
        along.transposed.push(self.transposed[0]);
        let x: Vec<_> = x.iter().chain([&x[0]]).copied().collect();
        Linear::partial(along, &x, x.len() - 1)
    }

    fn adjoint(&self, slot: usize, x: &[Type], _: &Type) -> Adjoint {
        // If the operand is read as its transpose, so is the result: all are transposed once more.
        let transposed = self.transposed.iter().enumerate();
        let transposed =
            transposed.map(|(k, &is)| if k == slot { is } else { is == self.transposed[slot] });
        let op = MatrixExp { transposed: transposed.collect() };
        Adjoint::new(op, (0..x.len()).map(|k| (k != slot).then_some(k)))
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        x[0].tape().record(Op::from(self.clone()), &all_batched(which, x, n))
    }

    fn flops(&self, x: &[Type], y: &Type) -> u64 {
        // Of a polynomial of about twenty terms; and each pair of parts has a product.
        let products = 20 * 3_usize.pow(x.len() as u32 - 1);
        (2 * products * y.shape.size() * y.shape[y.shape.rank() - 1]) as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |shape: &[usize], transposed: &[bool]| Sample {
            operation: MatrixExp { transposed: transposed.into() },
            x: (0..transposed.len() as u32).map(|tag| ordinary(shape, tag)).collect(),
        };
        vec![
            sample(&[3, 3], &[false]),
            sample(&[1, 1], &[true]),
            sample(&[2, 2, 2], &[false]),
            sample(&[0, 0], &[false]),
            sample(&[0, 2, 2], &[false, false]),
            sample(&[3, 3], &[false, false]),
            sample(&[2, 2], &[true, false]),
            sample(&[2, 2], &[false, true]),
            sample(&[2, 2], &[true, false, true]),
        ]
    }
}

/// A sum of matrices by products of different $\varepsilon_i$, of which the squares are 0.
struct Expansion<T> {
    n: usize,
    /// What stands by the product of those $\varepsilon_i$ of which bit `i` of the place is set.
    parts: Vec<Vec<T>>,
}

impl<T: Real> Expansion<T> {
    /// $A + \sum_i \varepsilon_i E_i$, of $A, E_1, E_2, \dots$
    fn along(x: Vec<Vec<T>>, n: usize) -> Expansion<T> {
        let mut parts = vec![vec![T::default(); n * n]; 1 << (x.len() - 1)];
        for (k, x) in x.into_iter().enumerate() {
            parts[(1 << k) >> 1] = x;
        }
        Expansion { n, parts }
    }

    fn times(&self, other: &Expansion<T>) -> Expansion<T> {
        let n = self.n;
        let mut parts = vec![vec![T::default(); n * n]; self.parts.len()];
        for (set, y) in parts.iter_mut().enumerate() {
            for part in (0..=set).filter(|part| part & set == *part) {
                let (a, b) = (&self.parts[part], &other.parts[set - part]);
                for (i, row) in y.chunks_exact_mut(n.max(1)).enumerate() {
                    for k in 0..n {
                        let x = a[i * n + k];
                        row.iter_mut().zip(&b[k * n..]).for_each(|(y, &b)| *y += x * b);
                    }
                }
            }
        }
        Expansion { n, parts }
    }

    /// Scaling, Taylor's polynomial by Horner's rule, and squaring. The matrices $E_i$ take no part
    /// in how much is scaled: what is linear in them is accurate whatever their size.
    fn exp(&self) -> Expansion<T> {
        let rows = self.parts[0].chunks_exact(self.n.max(1));
        let sizes = rows.map(|row| row.iter().map(|x| x.abs().to_f64()).sum::<f64>());
        let size = sizes.fold(0.0, f64::max).min(f64::MAX);
        // To a size of 1/2 at most.
        let squarings = if size > 0.5 { size.log2().ceil() as i32 + 1 } else { 0 };
        let scale = T::from_f64(0.5_f64.powi(squarings));
        let scaled = self.parts.iter().map(|x| x.iter().map(|&x| x * scale).collect()).collect();
        let x = Expansion { n: self.n, parts: scaled };
        let mut y = Expansion::along(vec![identity(self.n); 1], self.n);
        y.parts.resize(self.parts.len(), vec![T::default(); self.n * self.n]);
        let orders = self.parts.len().trailing_zeros() as usize + DUAL_ORDERS;
        for k in (1..=terms(T::roundoff()) + orders).rev() {
            let by = T::from_f64(1.0) / T::from_f64(k as f64);
            y = x.times(&y);
            y.parts.iter_mut().flatten().for_each(|y| *y = by * *y);
            for i in 0..self.n {
                let at = i * (self.n + 1);
                y.parts[0][at] = T::from_f64(1.0) + y.parts[0][at];
            }
        }
        (0..squarings).fold(y, |y, _| y.times(&y))
    }
}

/// With each order of derivatives, the rest of a series begins one term earlier. Dual numbers carry
/// derivatives that nobody counts: of as many orders, or of a few more, no harm is done.
const DUAL_ORDERS: usize = 3;

/// How many terms the series of $e^{1/2}$ has until the next is less than half of this.
fn terms(roundoff: f64) -> usize {
    let mut term = 0.5;
    let mut count = 0;
    while term > 0.5 * roundoff {
        count += 1;
        term *= 0.5 / (count + 1) as f64;
    }
    count
}
