//! Positions made of positions: along several axes at once, and which of many writers is the last.

use wengert_tensor::{Array, Shape, Tensor};

use crate::linear::Linear;
use crate::op::{Operation, Sample, ShapeError, Type, Value};
use crate::ops::Op;
use crate::ops::index::{check_index, check_positions};
use crate::ops::shape::sole;
use crate::real::Real;
use crate::var::{Var, all_batched};

/// $k = (\dots(k_0 n_1 + k_1) n_2 + \dots)$: one position for a position along each axis, counted
/// in row-major order. Negative ones count from the end of their axis.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct FlatIndex {
    /// The sizes of the axes, an operand each.
    pub sizes: Shape,
}

impl Operation for FlatIndex {
    const NAME: &'static str = "flat_index";
    const MATH: &'static str = r"(\dots(k_0 n_1 + k_1) n_2 + \dots)";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        if x.len() != self.sizes.rank() || x.is_empty() {
            let (operands, axes) = (x.len(), self.sizes.rank());
            return Err(ShapeError::new(format!("{operands} operands for {axes} axes")));
        }
        x.iter().try_for_each(check_index)?;
        let beyond = |size: usize| i64::try_from(size).is_err();
        if beyond(self.sizes.size()) || self.sizes.iter().any(|&n| beyond(n)) {
            let sizes = &self.sizes;
            return Err(ShapeError::new(format!("no i64 counts the positions of {sizes}")));
        }
        match x.iter().find(|other| **other != x[0]) {
            Some(other) => Err(ShapeError::new(format!("{} and {other} differ", x[0]))),
            None => Ok(x[0].clone()),
        }
    }

    fn check(&self, indices: &[Option<&Array<i64>>], _: &[Type]) -> Result<(), ShapeError> {
        for (axis, (index, &n)) in indices.iter().zip(self.sizes.iter()).enumerate() {
            let Some(index) = index else { continue };
            let n = n as i64;
            if let Some(position) = index.iter().find(|position| !(-n..n).contains(position)) {
                return Err(ShapeError::new(format!(
                    "position {position} along axis {axis} is not one of -{n}..{n}"
                )));
            }
        }
        Ok(())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let mut flat = vec![0; x[0].shape().size()];
        for (index, &n) in x.iter().zip(self.sizes.iter()) {
            let n = n as i64;
            for (flat, k) in flat.iter_mut().zip(index.index().iter()) {
                *flat = *flat * n + if k < 0 { k + n } else { k };
            }
        }
        Value::Index(Array::from_vec(flat, x[0].shape().clone()).expect("as many as each operand"))
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        x[0].tape().record(Op::from(self.clone()), &all_batched(which, x, n))
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |sizes: &[usize], x: Vec<Tensor>| Sample {
            operation: FlatIndex { sizes: sizes.into() },
            x,
        };
        vec![
            sample(&[5], vec![[[2_i64, -1], [0, -5]].into()]),
            sample(&[2, 3], vec![[1_i64, -1, 0].into(), [2_i64, 0, -3].into()]),
            sample(&[3, 1, 2], vec![2_i64.into(), 0_i64.into(), (-1_i64).into()]),
            sample(&[0], vec![Tensor::from_vec(Vec::<i64>::new(), [0]).expect("none")]),
        ]
    }
}

/// Where each of `n` rows is to be read after others were written over them, if those written are
/// counted behind the `n`: $n + \max\{i : k_{b,i} = j\}$, the last that was written to row $j$, or
/// $j$ itself if there is none. The index `k` is `[B…, I…]`, the result `[B…, n]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct LastWriter {
    /// How many leading axes `B` there are.
    pub batch: usize,
    /// How many rows can be written to.
    pub n: usize,
}

impl LastWriter {
    fn result(self, index: &Shape) -> Shape {
        index[..self.batch].iter().copied().chain([self.n]).collect()
    }
}

impl Operation for LastWriter {
    const NAME: &'static str = "last_writer";
    const MATH: &'static str =
        r"n + \max\{i : k_{b,i} = j\}, \text{ or } j \text{ if there is none}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let index = sole(x)?;
        check_index(index)?;
        if index.shape.rank() < self.batch {
            let (shape, batch) = (&index.shape, self.batch);
            return Err(ShapeError::new(format!(
                "positions {shape} have not {batch} leading axes"
            )));
        }
        Ok(Type::index(self.result(&index.shape)))
    }

    fn check(&self, indices: &[Option<&Array<i64>>], _: &[Type]) -> Result<(), ShapeError> {
        indices[0].map_or(Ok(()), |index| check_positions(index, self.n))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let (index, n) = (x[0].index(), self.n);
        let shape = self.result(index.shape());
        let count: usize = index.shape()[self.batch..].iter().product();
        let mut y: Vec<i64> = (0..shape.size()).map(|k| (k % n) as i64).collect();
        for (k, row) in index.iter().enumerate() {
            y[k / count * n + row as usize] = (n + k % count) as i64;
        }
        Value::Index(Array::from_vec(y, shape).expect("a place for each row"))
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(LastWriter { batch: self.batch + 1, n: self.n }), x)
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample =
            |batch, n, x: Tensor| Sample { operation: LastWriter { batch, n }, x: vec![x] };
        let none = |shape: [usize; 2]| Tensor::from_vec(Vec::<i64>::new(), shape).expect("none");
        vec![
            sample(0, 5, [3_i64, 0, 3].into()),
            sample(0, 5, [[3_i64, 0], [0, 1]].into()),
            sample(1, 3, [[0_i64, 2, 0], [1, 1, 1]].into()),
            sample(0, 2, 1_i64.into()),
            sample(0, 3, none([0, 2])),
            sample(1, 2, none([3, 0])),
            sample(1, 0, none([3, 0])),
        ]
    }
}
