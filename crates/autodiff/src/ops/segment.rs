//! The largest of the rows that share a label: what scatter-add is for sums.

use wengert_tensor::{Array, Shape, Tensor};

use crate::linear::Linear;
use crate::op::{Branch, Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::index::{Rows, check_index, check_positions};
use crate::ops::{Gather, Op, ScatterAdd, Select, ordinary};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// $y_{b,j,r} = \max_{i:\, k_{b,i} = j} x_{b,i,r}$: the largest of the rows with each label $j$, or
/// $-\infty$ where there is none. `x` is `[B…, I…, R…]`, the labels `k` are `[B…, I…]`, the result
/// is `[B…, n, R…]`.
///
/// Where several elements are it, each takes an equal share of the derivative. NaN if any of them
/// is NaN.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct SegmentMax {
    /// How many leading axes `B` both operands share.
    pub batch: usize,
    /// How many labels there are.
    pub n: usize,
}

impl SegmentMax {
    fn result(self, x: &Shape, labels: &Shape) -> Shape {
        let batch = labels[..self.batch].iter().copied();
        batch.chain([self.n]).chain(x[labels.rank()..].iter().copied()).collect()
    }

    /// Which elements are the largest with their labels, as a mask of the shape of `x`.
    fn is_largest<'t>(self, x: &[Var<'t>], y: Var<'t>) -> Var<'t> {
        x[0].eq(y.tape().record(Gather { batch: self.batch }, &[y, x[1]]))
    }
}

impl Operation for SegmentMax {
    const NAME: &'static str = "segment_max";
    const MATH: &'static str = r"y_{b,j,r} = \max_{i: k_{b,i} = j} x_{b,i,r}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let [values, labels] = x else {
            return Err(ShapeError::new("takes values and their labels"));
        };
        check_index(labels)?;
        if values.kind == Kind::Index {
            return Err(ShapeError::new(format!("takes real values, got {values}")));
        }
        let (x, k) = (&values.shape, &labels.shape);
        if k.rank() < self.batch || x.rank() < k.rank() || x[..k.rank()] != k[..] {
            return Err(ShapeError::new(format!("values {x} do not begin with labels {k}")));
        }
        Ok(Type::real(self.result(x, k)))
    }

    fn check(&self, indices: &[Option<&Array<i64>>], _: &[Type]) -> Result<(), ShapeError> {
        indices[1].map_or(Ok(()), |labels| check_positions(labels, self.n))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let (values, labels) = (x[0].real().to_vec(), x[1].index());
        let shape = self.result(x[0].shape(), labels.shape());
        let mut y = vec![T::from_f64(f64::NEG_INFINITY); shape.size()];
        let rows = Rows::new(self.batch, &shape, labels.shape());
        for (to, from) in rows.pairs(&labels.to_vec()) {
            for r in 0..rows.width {
                let (best, x) = (&mut y[to + r], values[from + r]);
                if x > *best || x.is_nan() {
                    *best = x;
                }
            }
        }
        Value::Real(Array::from_vec(y, shape).expect("as many elements as places"))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        let mask = self.is_largest(x, y);
        let sum = ScatterAdd { batch: self.batch, n: self.n };
        let count = y.tape().record(sum, &[mask, x[1]]);
        // Of no rows at all, or of NaN, there is no share to take.
        let share = 1.0 / (count + count.eq(0.0));
        let zeros = mask.zeros_like();
        let masked = Linear::partial(Select, &[mask, zeros, zeros], 1);
        Linear::then(masked, Linear::then(Linear::partial(sum, x, 0), Linear::Scale(share)))
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        let op = SegmentMax { batch: self.batch + 1, n: self.n };
        x[0].tape().record(Op::from(op), &all_batched(which, x, n))
    }

    fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
        let (y, labels) = (self.eval(x).real().to_vec(), x[1].index());
        let values = x[0].real().to_vec();
        let shape = self.result(x[0].shape(), labels.shape());
        let rows = Rows::new(self.batch, &shape, labels.shape());
        let mut taken = Vec::with_capacity(values.len());
        for (to, from) in rows.pairs(&labels.to_vec()) {
            taken.extend((0..rows.width).map(|r| i64::from(y[to + r] == values[from + r])));
        }
        Some(Branch(taken))
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        x[0].shape.size() as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |batch, n, x: Tensor, labels: Tensor| Sample {
            operation: SegmentMax { batch, n },
            x: vec![x, labels],
        };
        vec![
            sample(0, 3, ordinary(&[5], 0), [2_i64, 0, 2, 0, 1].into()),
            sample(0, 2, ordinary(&[3, 2], 0), [1_i64, 0, 1].into()),
            sample(1, 2, ordinary(&[2, 3, 2], 0), [[0_i64, 1, 1], [1, 0, 1]].into()),
            sample(0, 2, ordinary(&[2, 2], 0), [[0_i64, 1], [1, 1]].into()),
            sample(0, 1, ordinary(&[], 0), 0_i64.into()),
            sample(0, 2, [1.5, 2.0, 1.5, -1.0].into(), [0_i64, 1, 0, 0].into()),
            sample(
                0,
                0,
                ordinary(&[0, 2], 0),
                Tensor::from_vec(Vec::<i64>::new(), [0]).expect("none"),
            ),
        ]
    }
}
