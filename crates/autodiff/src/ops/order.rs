//! Positions that order decides: how to sort, where the largest was so far, where a number belongs
//! among sorted ones. All are indices; sorted values, running extrema and quantiles are gathers of
//! them, so these operations have no derivatives.
//!
//! NaN counts as larger than every number, and equal to itself; −0 equals 0.

use std::cmp::Ordering;

use wengert_tensor::{Array, Element, Shape, Tensor};

use crate::linear::Linear;
use crate::op::{Branch, Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::shape::sole;
use crate::ops::{Op, ordinary};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// The order of real numbers, NaN included.
fn ascending<T: Real>(a: &T, b: &T) -> Ordering {
    a.partial_cmp(b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// The lanes along one axis: the rows that are left when the others are fixed.
#[derive(Clone, Copy)]
struct Lanes {
    n: usize,
    /// How far apart the elements of a lane lie in row-major order.
    stride: usize,
}

impl Lanes {
    fn new(shape: &Shape, axis: usize) -> Lanes {
        Lanes { n: shape[axis], stride: shape[axis + 1..].iter().product() }
    }

    /// Writes for each lane of `x` an equally long one of positions, which `find` is to fill.
    fn map<E: Element>(self, x: &Array<E>, mut find: impl FnMut(&[E], &mut [i64])) -> Array<i64> {
        let Lanes { n, stride } = self;
        let elements = x.to_vec();
        let mut y = vec![0; elements.len()];
        let (mut lane, mut positions) = (Vec::with_capacity(n), vec![0; n]);
        for number in 0..elements.len() / n.max(1) {
            let start = number / stride * n * stride + number % stride;
            lane.clear();
            lane.extend((0..n).map(|k| elements[start + k * stride]));
            find(&lane, &mut positions);
            for (k, &position) in positions.iter().enumerate() {
                y[start + k * stride] = position;
            }
        }
        Array::from_vec(y, x.shape().clone()).expect("a position for each element")
    }
}

/// That `axis` is one of the one operand.
fn check_axis(x: &[Type], axis: usize) -> Result<&Type, ShapeError> {
    let x = sole(x)?;
    let rank = x.shape.rank();
    if axis < rank {
        return Ok(x);
    }
    Err(ShapeError::new(format!("axis {axis} of {x}, which has {rank} axes")))
}

/// Real numbers without order among them: ties, both zeros, NaN twice.
fn ties() -> Tensor {
    let nan = f64::NAN;
    [[1.0, nan, 0.0, -0.0, 1.0], [-2.0, 1.0, 1.0, nan, 0.5], [nan, -1.0, -1.0, -2.0, nan]].into()
}

/// The positions along one axis that put its elements in order: the first is that of the smallest,
/// or, descending, of the largest. Of equals, the earlier comes first. Either kind can be sorted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ArgSort {
    /// The axis sorted along.
    pub axis: usize,
    /// Largest first.
    pub descending: bool,
}

impl ArgSort {
    fn apply<E: Element>(self, x: &Array<E>, ascending: fn(&E, &E) -> Ordering) -> Array<i64> {
        Lanes::new(x.shape(), self.axis).map(x, |lane, positions| {
            positions.iter_mut().zip(0..).for_each(|(position, k)| *position = k);
            // Stable: equals stay in their order both ways.
            positions.sort_by(|&a, &b| {
                let (a, b) = (&lane[a as usize], &lane[b as usize]);
                if self.descending { ascending(b, a) } else { ascending(a, b) }
            });
        })
    }
}

impl Operation for ArgSort {
    const NAME: &'static str = "argsort";
    const MATH: &'static str = r"\pi:\; x_{\pi_1} \le x_{\pi_2} \le \dots";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        Ok(Type::index(check_axis(x, self.axis)?.shape.clone()))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        Value::Index(match x[0] {
            Value::Real(x) => self.apply(x, ascending),
            Value::Index(x) => self.apply(x, i64::cmp),
        })
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        let ArgSort { axis, descending } = *self;
        x[0].tape().record(Op::from(ArgSort { axis: axis + 1, descending }), x)
    }

    fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
        Some(Branch(self.eval(x).index().to_vec()))
    }

    fn flops(&self, x: &[Type], y: &Type) -> u64 {
        // A comparison for each element and halving.
        let halvings = x[0].shape[self.axis].max(1).next_power_of_two().trailing_zeros();
        y.shape.size() as u64 * u64::from(halvings)
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |x: Tensor, axis, descending| Sample {
            operation: ArgSort { axis, descending },
            x: vec![x],
        };
        vec![
            sample(ordinary(&[7], 0), 0, false),
            sample(ordinary(&[2, 3, 4], 0), 1, true),
            sample(ordinary(&[4, 2], 0), 0, false),
            sample(ordinary(&[1], 0), 0, true),
            sample(ordinary(&[2, 0], 0), 1, false),
            sample(ordinary(&[0, 2], 0), 1, false),
            sample(ties(), 1, false),
            sample(ties(), 1, true),
            sample(ties(), 0, true),
            sample([[3_i64, -1, 3], [0, 5, 0]].into(), 1, false),
        ]
    }
}

/// $\operatorname{arg\,max}_{j \le i} x_j$ along one axis: where the largest element so far was,
/// the last of equals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct CumArgMax {
    /// The axis searched along.
    pub axis: usize,
}

impl Operation for CumArgMax {
    const NAME: &'static str = "cumargmax";
    const MATH: &'static str = r"\operatorname{arg\,max}_{j \le i} x_j";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let x = check_axis(x, self.axis)?;
        match x.kind {
            Kind::Real => Ok(Type::index(x.shape.clone())),
            Kind::Index => Err(ShapeError::new(format!("takes a real operand, got {x}"))),
        }
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let x = x[0].real();
        Value::Index(Lanes::new(x.shape(), self.axis).map(x, |lane, positions| {
            let mut best = 0;
            for (k, position) in positions.iter_mut().enumerate() {
                best = if ascending(&lane[k], &lane[best]).is_ge() { k } else { best };
                *position = best as i64;
            }
        }))
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(CumArgMax { axis: self.axis + 1 }), x)
    }

    fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
        Some(Branch(self.eval(x).index().to_vec()))
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |x: Tensor, axis| Sample { operation: CumArgMax { axis }, x: vec![x] };
        vec![
            sample(ordinary(&[7], 0), 0),
            sample(ordinary(&[2, 3, 4], 0), 1),
            sample(ordinary(&[1], 0), 0),
            sample(ordinary(&[2, 0], 0), 1),
            sample(ordinary(&[0, 2], 0), 1),
            sample(ties(), 1),
            sample(ties(), 0),
        ]
    }
}

/// How many of the numbers sorted along the last axis are below each value (or, on the `right`,
/// at most it): where it can be put in so that they stay sorted. The sorted ones are `[B…, n]`, the
/// values `[B…, I…]`, both of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct SearchSorted {
    /// How many leading axes `B` both operands share.
    pub batch: usize,
    /// Behind its equals instead of before them.
    pub right: bool,
}

impl SearchSorted {
    fn apply<E: Element>(
        self,
        sorted: &Array<E>,
        values: &Array<E>,
        ascending: fn(&E, &E) -> Ordering,
    ) -> Array<i64> {
        let (rows, n) = (sorted.to_vec(), sorted.shape()[self.batch]);
        let each = values.shape()[self.batch..].iter().product::<usize>().max(1);
        let place = |(k, value): (usize, E)| {
            let row = &rows[k / each * n..][..n];
            let is_before = |other: &E| match ascending(other, &value) {
                Ordering::Less => true,
                Ordering::Equal => self.right,
                Ordering::Greater => false,
            };
            row.partition_point(is_before) as i64
        };
        let places = values.iter().enumerate().map(place).collect();
        Array::from_vec(places, values.shape().clone()).expect("a place for each value")
    }
}

impl Operation for SearchSorted {
    const NAME: &'static str = "search_sorted";
    const MATH: &'static str = r"|\{j: s_j < x_i\}|, \text{ or } |\{j: s_j \le x_i\}|";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let [sorted, values] = x else {
            return Err(ShapeError::new("takes sorted numbers and values"));
        };
        let (s, v, b) = (&sorted.shape, &values.shape, self.batch);
        if v.rank() < b || s.rank() != b + 1 || s[..b] != v[..b] {
            return Err(ShapeError::new(format!(
                "sorted numbers {s} and values {v} do not share {b} leading axes, with one more \
                 axis of the numbers behind them"
            )));
        }
        if sorted.kind != values.kind {
            return Err(ShapeError::new(format!("{sorted} and {values} are of two kinds")));
        }
        Ok(Type::index(v.clone()))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        Value::Index(match x[0] {
            Value::Real(sorted) => self.apply(sorted, x[1].real(), ascending),
            Value::Index(sorted) => self.apply(sorted, x[1].index(), i64::cmp),
        })
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        // More values among the same numbers.
        if self.batch == 0 && !which[0] {
            return x[0].tape().record(Op::from(*self), x);
        }
        let op = SearchSorted { batch: self.batch + 1, right: self.right };
        x[0].tape().record(Op::from(op), &all_batched(which, x, n))
    }

    fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
        Some(Branch(self.eval(x).index().to_vec()))
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |batch, right, sorted: Tensor, values: Tensor| Sample {
            operation: SearchSorted { batch, right },
            x: vec![sorted, values],
        };
        let steps = || Tensor::from([-1.5, -1.0, 0.0, 0.0, 1.25]);
        let values = || Tensor::from([[0.0, -3.0, 1.25], [f64::NAN, -0.0, 2.0]]);
        vec![
            sample(0, false, steps(), values()),
            sample(0, true, steps(), values()),
            sample(0, false, steps(), 0.5.into()),
            sample(
                1,
                true,
                [[0.0, 1.0, 2.0], [1.0, 1.0, f64::NAN]].into(),
                values().permute(&[0, 1]),
            ),
            sample(0, true, ordinary(&[0], 0), ordinary(&[2], 1)),
            sample(0, true, steps(), ordinary(&[0, 3], 1)),
            sample(0, false, [1_i64, 4, 4].into(), [4_i64, 0, 9].into()),
        ]
    }
}
