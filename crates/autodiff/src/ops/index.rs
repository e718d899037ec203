//! Reading and adding at positions that are data: gather, and its adjoint, scatter-add. Embedding,
//! picking along an axis and cross-entropy with labels are gathers on permuted views.

use wengert_tensor::{Array, Element, Shape, Tensor};

use crate::linear::Linear;
use crate::op::{Adjoint, Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::shape::arranged;
use crate::ops::{Op, ordinary};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// How the elements of gather and scatter-add correspond, with axes taken together: for each of
/// `batch` examples, `count` positions among `n` rows of `width` elements each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    pub batch: usize,
    pub n: usize,
    pub count: usize,
    pub width: usize,
}

impl Rows {
    /// Of a table `[B…, n, R…]` and positions `[B…, I…]` with `batch` axes `B`.
    pub fn new(batch: usize, table: &Shape, index: &Shape) -> Rows {
        Rows {
            batch: table[..batch].iter().product(),
            n: table[batch],
            count: index[batch..].iter().product(),
            width: table[batch + 1..].iter().product(),
        }
    }

    /// Pairs (first element in the table, first element among the picked) for each position.
    pub fn pairs(self, index: &[i64]) -> impl Iterator<Item = (usize, usize)> {
        (0..self.batch * self.count).map(move |k| {
            let row = k / self.count * self.n + index[k] as usize;
            (row * self.width, k * self.width)
        })
    }
}

/// The first position that is not one of `n` rows.
pub(crate) fn check_positions(index: &Array<i64>, n: usize) -> Result<(), ShapeError> {
    // As unsigned numbers, negative ones are beyond any size.
    if index.as_slice().is_some_and(|all| all.iter().all(|&position| (position as u64) < n as u64))
    {
        return Ok(());
    }
    match index.iter().enumerate().find(|(_, position)| !(0..n as i64).contains(position)) {
        None => Ok(()),
        Some((k, position)) => Err(ShapeError::new(format!(
            "position {position} (element {k} of the index) is not one of 0..{n}"
        ))),
    }
}

pub(crate) fn check_index(x: &Type) -> Result<(), ShapeError> {
    if x.kind == Kind::Index {
        return Ok(());
    }
    Err(ShapeError::new(format!("positions must be an index tensor (i64), got a real one, {x}")))
}

/// $y_{b,i,r} = x_{b,\,k_{b,i},\,r}$: rows of $x$ picked by position. `x` is `[B…, n, R…]`, the
/// index `k` is `[B…, I…]`, the result `[B…, I…, R…]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Gather {
    /// How many leading axes `B` both operands share.
    pub batch: usize,
}

impl Gather {
    fn apply<E: Element>(self, x: &Array<E>, index: &Array<i64>) -> Array<E> {
        let rows = Rows::new(self.batch, x.shape(), index.shape());
        let (values, positions) = (x.to_vec(), index.to_vec());
        let mut y = Vec::with_capacity(positions.len() * rows.width);
        for (from, _) in rows.pairs(&positions) {
            y.extend_from_slice(&values[from..from + rows.width]);
        }
        Array::from_vec(y, self.result(x.shape(), index.shape())).expect("a row each position")
    }

    fn result(self, x: &Shape, index: &Shape) -> Shape {
        index.iter().chain(&x[self.batch + 1..]).copied().collect()
    }
}

impl Operation for Gather {
    const NAME: &'static str = "gather";
    const MATH: &'static str = r"y_{b,i,r} = x_{b, k_{b,i}, r}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let [table, index] = x else {
            return Err(ShapeError::new("takes a table and positions"));
        };
        check_index(index)?;
        let (t, k, b) = (&table.shape, &index.shape, self.batch);
        if t.rank() <= b || k.rank() < b || t[..b] != k[..b] {
            return Err(ShapeError::new(format!(
                "a table {t} and positions {k} do not share {b} leading axes with rows behind them"
            )));
        }
        Ok(table.with_shape(self.result(t, k)))
    }

    fn check(&self, indices: &[Option<&Array<i64>>], x: &[Type]) -> Result<(), ShapeError> {
        indices[1].map_or(Ok(()), |index| check_positions(index, x[0].shape[self.batch]))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let index = x[1].index();
        arranged(x[0], |x| self.apply(x, index), |x| self.apply(x, index))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(*self, x, 0)
    }

    fn adjoint(&self, _: usize, x: &[Type], _: &Type) -> Adjoint {
        let scatter = ScatterAdd { batch: self.batch, n: x[0].shape[self.batch] };
        Adjoint::new(scatter, [None, Some(1)])
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        // Positions alone batched, rows shared: one gather with more positions.
        if self.batch == 0 && !which[0] {
            return x[0].tape().record(Op::from(*self), x);
        }
        let x = [x[0].batched_unless(which[0], n), x[1].batched_unless(which[1], n)];
        x[0].tape().record(Op::from(Gather { batch: self.batch + 1 }), &x)
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |batch, shape: &[usize], index: Tensor| Sample {
            operation: Gather { batch },
            x: vec![ordinary(shape, 0), index],
        };
        vec![
            sample(0, &[4], [2_i64, 0, 2, 3].into()),
            sample(0, &[3, 2], [[1_i64, 1], [2, 0]].into()),
            sample(1, &[3, 4], [3_i64, 0, 1].into()),
            sample(1, &[2, 3, 2], [[0_i64, 2, 2], [1, 1, 0]].into()),
            sample(0, &[3, 2], 1_i64.into()),
            sample(0, &[3, 2], Tensor::from_vec(Vec::<i64>::new(), [0]).expect("no elements")),
        ]
    }
}

/// $y_{b,j,r} = \sum_{i:\, k_{b,i} = j} u_{b,i,r}$: values added into rows of zeros by position.
///
/// Its operands come in pairs, values and their positions, all added into one result: the
/// cotangent of a table that was read many times. Repeated positions add up, in order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ScatterAdd {
    /// How many leading axes values and positions share.
    pub batch: usize,
    /// How many rows the result has.
    pub n: usize,
}

impl ScatterAdd {
    fn result(self, values: &Shape, index: &Shape) -> Shape {
        let batch = index[..self.batch].iter().copied();
        batch.chain([self.n]).chain(values[index.rank()..].iter().copied()).collect()
    }
}

impl Operation for ScatterAdd {
    const NAME: &'static str = "scatter_add";
    const MATH: &'static str = r"y_{b,j,r} = \sum_{i: k_{b,i} = j} u_{b,i,r}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        if x.is_empty() || !x.len().is_multiple_of(2) {
            return Err(ShapeError::new("takes pairs of values and positions"));
        }
        let mut result: Option<Shape> = None;
        for pair in x.chunks_exact(2) {
            let (values, index) = (&pair[0], &pair[1]);
            check_index(index)?;
            if values.kind == Kind::Index {
                return Err(ShapeError::new(format!("takes real values, got {values}")));
            }
            let (u, k) = (&values.shape, &index.shape);
            if k.rank() < self.batch || u.rank() < k.rank() || u[..k.rank()] != k[..] {
                return Err(ShapeError::new(format!("values {u} do not begin with positions {k}")));
            }
            let shape = self.result(u, k);
            if let Some(other) = result.replace(shape.clone()).filter(|other| *other != shape) {
                return Err(ShapeError::new(format!("pairs of results {other} and {shape}")));
            }
        }
        Ok(Type::real(result.expect("there is a pair")))
    }

    fn check(&self, indices: &[Option<&Array<i64>>], _: &[Type]) -> Result<(), ShapeError> {
        indices.iter().flatten().try_for_each(|index| check_positions(index, self.n))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let shape = self.result(x[0].shape(), x[1].shape());
        let mut y = vec![T::default(); shape.size()];
        for pair in x.chunks_exact(2) {
            let (values, index) = (pair[0].real().to_vec(), pair[1].index());
            let rows = Rows::new(self.batch, &shape, index.shape());
            for (to, from) in rows.pairs(&index.to_vec()) {
                for r in 0..rows.width {
                    y[to + r] += values[from + r];
                }
            }
        }
        Value::Real(Array::from_vec(y, shape).expect("as many elements as places"))
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(*self, &x[i..i + 2], 0)
    }

    fn adjoint(&self, _: usize, _: &[Type], _: &Type) -> Adjoint {
        Adjoint::new(Gather { batch: self.batch }, [None, Some(1)])
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        let x = all_batched(which, x, n);
        let op = ScatterAdd { batch: self.batch + 1, n: self.n };
        x[0].tape().record(Op::from(op), &x)
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        x.iter().step_by(2).map(|u| u.shape.size() as u64).sum()
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |batch, n, x: Vec<Tensor>| Sample { operation: ScatterAdd { batch, n }, x };
        vec![
            sample(0, 3, vec![ordinary(&[4], 0), [2_i64, 0, 2, 2].into()]),
            sample(0, 3, vec![ordinary(&[2, 2], 0), [2_i64, 2].into()]),
            sample(1, 4, vec![ordinary(&[3], 0), [3_i64, 0, 1].into()]),
            sample(1, 2, vec![ordinary(&[2, 3, 2], 0), [[0_i64, 1, 1], [1, 1, 0]].into()]),
            sample(
                0,
                3,
                vec![ordinary(&[4], 0), [2_i64, 0, 2, 2].into(), ordinary(&[], 1), 0_i64.into()],
            ),
        ]
    }
}
