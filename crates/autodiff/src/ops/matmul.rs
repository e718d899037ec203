//! The matrix product, with either operand read as its transpose, so that both of its adjoints are
//! matrix products again; and a sum of such products as one operation, in which each is added to
//! the sum so far while it is computed.

use wengert_tensor::{Array, Shape};

use crate::linear::Linear;
use crate::op::{Adjoint, Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::{Op, ordinary};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// $y_{bij} = \sum_p \sum_k a^{(p)}_{bik}\, b^{(p)}_{bkj}$ over the last two axes, for the operands
/// $a^{(1)}, b^{(1)}, a^{(2)}, \dots$: one product, or a sum of several, of which each may have an
/// inner size of its own. The axes before the last two are a batch and agree. Vectors and broadcast
/// batches are arranged by [`Var::matmul`].
///
/// What reaches a matrix through several products, as it does the weight of a recurrent layer, is
/// one such sum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct MatMul {
    /// The first operand of each pair is read as its transpose.
    pub transpose_a: bool,
    /// The second operand of each pair is read as its transpose.
    pub transpose_b: bool,
}

/// The extents of a product: `batch` of `m×k` by `k×n`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extents {
    pub batch: usize,
    pub m: usize,
    pub k: usize,
    pub n: usize,
}

impl MatMul {
    /// `a b` as they are.
    pub const PLAIN: MatMul = MatMul { transpose_a: false, transpose_b: false };

    pub(crate) fn extents(self, a: &Shape, b: &Shape) -> Extents {
        let axis = a.rank() - 2;
        let (m, k) = if self.transpose_a { (a[axis + 1], a[axis]) } else { (a[axis], a[axis + 1]) };
        let n = if self.transpose_b { b[axis] } else { b[axis + 1] };
        Extents { batch: a[..axis].iter().product(), m, k, n }
    }

    /// The shape of one product.
    fn product_shape(self, a: &Shape, b: &Shape) -> Result<Shape, ShapeError> {
        if a.rank() < 2 || a.rank() != b.rank() {
            return Err(ShapeError::new(format!("takes matrices in equal batches, got {a}, {b}")));
        }
        let axis = a.rank() - 2;
        let Extents { m, k, n, .. } = self.extents(a, b);
        let rows = if self.transpose_b { b[axis + 1] } else { b[axis] };
        if a[..axis] != b[..axis] || k != rows {
            let read = |transposed| if transposed { "ᵀ" } else { "" };
            let (ta, tb) = (read(self.transpose_a), read(self.transpose_b));
            return Err(ShapeError::new(format!(
                "{a}{ta} by {b}{tb}: the inner sizes {k} and {rows} should be equal, and so \
                 should the batches"
            )));
        }
        Ok(a[..axis].iter().copied().chain([m, n]).collect())
    }

    /// Adds the product of a pair to `y`.
    fn add_product<T: Real>(self, a: &Array<T>, b: &Array<T>, y: &mut [T]) {
        let Extents { m, k, n, .. } = self.extents(a.shape(), b.shape());
        let (a, b) = (read(a, self.transpose_a).to_vec(), read(b, self.transpose_b).to_vec());
        for (e, row) in y.chunks_exact_mut(n.max(1)).enumerate() {
            let b = &b[e / m.max(1) * k * n..];
            for (l, &a) in a[e * k..(e + 1) * k].iter().enumerate() {
                for (y, &b) in row.iter_mut().zip(&b[l * n..(l + 1) * n]) {
                    *y += a * b;
                }
            }
        }
    }
}

/// The last two axes exchanged where asked.
fn read<T: Real>(x: &Array<T>, transposed: bool) -> Array<T> {
    let mut axes: Vec<usize> = (0..x.rank()).collect();
    if transposed {
        axes.swap(x.rank() - 2, x.rank() - 1);
    }
    x.permute(&axes)
}

impl Operation for MatMul {
    const NAME: &'static str = "matmul";
    const MATH: &'static str = r"y_{ij} = \sum_k a_{ik} b_{kj}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        if x.is_empty() || !x.len().is_multiple_of(2) {
            return Err(ShapeError::new(format!("takes pairs of operands, got {}", x.len())));
        }
        if let Some(index) = x.iter().find(|x| x.kind == Kind::Index) {
            return Err(ShapeError::new(format!("takes real operands, got {index}")));
        }
        let y = self.product_shape(&x[0].shape, &x[1].shape)?;
        for pair in x[2..].chunks_exact(2) {
            let other = self.product_shape(&pair[0].shape, &pair[1].shape)?;
            if other != y {
                let message = format!("products of one shape are summed, not {y} and {other}");
                return Err(ShapeError::new(message));
            }
        }
        Ok(Type::real(y))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let shape = self.product_shape(x[0].shape(), x[1].shape()).expect("the shape rule agrees");
        let mut y = vec![T::default(); shape.size()];
        for pair in x.chunks_exact(2) {
            self.add_product(pair[0].real(), pair[1].real(), &mut y);
        }
        Value::Real(Array::from_vec(y, shape).expect("as many elements as places"))
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        let pair = i - i % 2;
        Linear::partial(*self, &x[pair..pair + 2], i % 2)
    }

    /// With `Y = A B`: `Ā = Ȳ Bᵀ` and `B̄ = Aᵀ Ȳ`, and their transposes where an operand is read
    /// transposed.
    fn adjoint(&self, slot: usize, _: &[Type], _: &Type) -> Adjoint {
        let MatMul { transpose_a: ta, transpose_b: tb } = *self;
        let op = |transpose_a, transpose_b| MatMul { transpose_a, transpose_b };
        match (slot, ta, tb) {
            (0, false, _) => Adjoint::new(op(false, !tb), [None, Some(1)]),
            (0, true, _) => Adjoint::new(op(tb, true), [Some(1), None]),
            (_, _, false) => Adjoint::new(op(!ta, false), [Some(0), None]),
            (_, _, true) => Adjoint::new(op(true, ta), [None, Some(0)]),
        }
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        let x = all_batched(which, x, n);
        x[0].tape().record(Op::from(*self), &x)
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        let product = |pair: &[Type]| {
            let Extents { batch, m, k, n } = self.extents(&pair[0].shape, &pair[1].shape);
            2 * (batch * m * k * n) as u64
        };
        x.chunks_exact(2).map(product).sum()
    }

    fn samples() -> Vec<Sample<Self>> {
        let sum_of = |parts: Vec<Sample<Self>>| Sample {
            operation: parts[0].operation,
            x: parts.into_iter().flat_map(|part| part.x).collect(),
        };
        let sample = |batch: &[usize], [m, k, n]: [usize; 3], ta: bool, tb: bool| {
            let shape = |rows, columns, transposed| {
                let last = if transposed { [columns, rows] } else { [rows, columns] };
                batch.iter().copied().chain(last).collect::<Vec<_>>()
            };
            let x = vec![ordinary(&shape(m, k, ta), 0), ordinary(&shape(k, n, tb), 1)];
            Sample { operation: MatMul { transpose_a: ta, transpose_b: tb }, x }
        };
        vec![
            sample(&[], [2, 3, 4], false, false),
            sample(&[], [2, 3, 4], true, false),
            sample(&[], [2, 3, 4], false, true),
            sample(&[], [2, 3, 4], true, true),
            sample(&[2], [3, 2, 2], false, false),
            sample(&[2, 3], [1, 2, 3], true, true),
            sample(&[], [1, 1, 1], false, false),
            sample(&[], [2, 0, 3], false, false),
            sample(&[2], [0, 2, 3], false, true),
            sample(&[0], [2, 2, 2], false, false),
            sample(&[], [9, 17, 5], false, false),
            sum_of(vec![
                sample(&[], [2, 3, 4], false, false),
                sample(&[], [2, 5, 4], false, false),
            ]),
            sum_of(vec![sample(&[2], [2, 3, 1], true, true), sample(&[2], [2, 0, 1], true, true)]),
            sum_of((1..4).map(|k| sample(&[], [1, k, 3], true, false)).collect()),
        ]
    }
}
