//! Operations that only arrange elements anew: reshape, permute, expand, flip. All are linear, and
//! all take either kind. The executor turns most of them into strides.

use smallvec::SmallVec;
use wengert_tensor::{Array, Element, Shape};

use crate::linear::Linear;
use crate::op::{Adjoint, Operation, Sample, ShapeError, Type, Value};
use crate::ops::{Op, Sum, ordinary};
use crate::real::Real;
use crate::var::Var;

/// A few axes.
pub type Axes = SmallVec<[usize; 4]>;

/// The type of the one operand.
pub(crate) fn sole(x: &[Type]) -> Result<&Type, ShapeError> {
    match x {
        [x] => Ok(x),
        _ => Err(ShapeError::new(format!("takes 1 operand, got {}", x.len()))),
    }
}

/// Evaluates an arrangement on either kind.
pub(crate) fn arranged<T: Real>(
    x: &Value<T>,
    real: impl FnOnce(&Array<T>) -> Array<T>,
    index: impl FnOnce(&Array<i64>) -> Array<i64>,
) -> Value<T> {
    match x {
        Value::Real(x) => Value::Real(real(x)),
        Value::Index(x) => Value::Index(index(x)),
    }
}

/// $y$ has the elements of $x$ in row-major order, in another shape.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Reshape {
    /// The shape of the result.
    pub shape: Shape,
}

impl Reshape {
    fn apply<E: Element>(&self, x: &Array<E>) -> Array<E> {
        x.reshape(self.shape.clone()).expect("the shape rule compares sizes")
    }
}

impl Operation for Reshape {
    const NAME: &'static str = "reshape";
    const MATH: &'static str = r"x \text{ in another shape}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let x = sole(x)?;
        if x.shape.size() == self.shape.size() {
            return Ok(x.with_shape(self.shape.clone()));
        }
        let (from, to) = (&x.shape, &self.shape);
        let (have, want) = (from.size(), to.size());
        Err(ShapeError::new(format!("{from} has {have} elements, {to} has {want}")))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        arranged(x[0], |x| self.apply(x), |x| self.apply(x))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(self.clone(), x, 0)
    }

    fn adjoint(&self, _: usize, x: &[Type], _: &Type) -> Adjoint {
        Adjoint::unary(Reshape { shape: x[0].shape.clone() })
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        let shape = [n].into_iter().chain(self.shape.iter().copied()).collect();
        x[0].tape().record(Op::from(Reshape { shape }), x)
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |from: &[usize], to: &[usize]| Sample {
            operation: Reshape { shape: to.into() },
            x: vec![ordinary(from, 0)],
        };
        vec![
            sample(&[2, 3], &[3, 2]),
            sample(&[2, 3, 2], &[12]),
            sample(&[1], &[]),
            sample(&[], &[1, 1]),
            sample(&[0, 3], &[2, 0]),
        ]
    }
}

/// $y_{i_0 i_1 \dots} = x$ with its axes in another order: axis `k` of the result is axis
/// `axes[k]` of the operand.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Permute {
    /// For each axis of the result, the axis of the operand.
    pub axes: Axes,
}

impl Permute {
    fn inverse(&self) -> Permute {
        let mut axes = self.axes.clone();
        for (to, &from) in self.axes.iter().enumerate() {
            axes[from] = to;
        }
        Permute { axes }
    }
}

impl Operation for Permute {
    const NAME: &'static str = "permute";
    const MATH: &'static str = r"x \text{ with its axes in another order}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let x = sole(x)?;
        let mut seen = self.axes.clone();
        seen.sort_unstable();
        if seen.iter().copied().ne(0..x.shape.rank()) {
            let (axes, shape) = (self.axes.as_slice(), &x.shape);
            return Err(ShapeError::new(format!(
                "{axes:?} are not the axes of {shape}, each once"
            )));
        }
        let shape: Shape = self.axes.iter().map(|&axis| x.shape[axis]).collect();
        Ok(x.with_shape(shape))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        arranged(x[0], |x| x.permute(&self.axes), |x| x.permute(&self.axes))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(self.clone(), x, 0)
    }

    fn adjoint(&self, _: usize, _: &[Type], _: &Type) -> Adjoint {
        Adjoint::unary(self.inverse())
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        let axes = [0].into_iter().chain(self.axes.iter().map(|axis| axis + 1)).collect();
        x[0].tape().record(Op::from(Permute { axes }), x)
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |shape: &[usize], axes: &[usize]| Sample {
            operation: Permute { axes: axes.into() },
            x: vec![ordinary(shape, 0)],
        };
        vec![
            sample(&[2, 3], &[1, 0]),
            sample(&[2, 3, 4], &[2, 0, 1]),
            sample(&[2, 1, 3], &[0, 2, 1]),
            sample(&[3], &[0]),
            sample(&[], &[]),
            sample(&[0, 2], &[1, 0]),
        ]
    }
}

/// $y$ repeats $x$ along new axes: broadcasting, the adjoint of [`Sum`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Expand {
    /// The new axes as (position in the result, size), ascending.
    pub axes: SmallVec<[(usize, usize); 2]>,
}

impl Operation for Expand {
    const NAME: &'static str = "expand";
    const MATH: &'static str = r"x \text{ repeated along new axes}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let x = sole(x)?;
        let rank = x.shape.rank() + self.axes.len();
        let ascending = self.axes.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if !ascending || self.axes.iter().any(|&(axis, _)| axis >= rank) {
            let (axes, shape) = (self.axes.as_slice(), &x.shape);
            return Err(ShapeError::new(format!(
                "{axes:?} are not ascending new axes of {shape} in {rank} dimensions"
            )));
        }
        Ok(x.with_shape(x.shape.with(&self.axes)))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        arranged(x[0], |x| x.expand(&self.axes), |x| x.expand(&self.axes))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(self.clone(), x, 0)
    }

    fn adjoint(&self, _: usize, _: &[Type], _: &Type) -> Adjoint {
        Adjoint::unary(Sum { axes: self.axes.iter().map(|&(axis, _)| axis).collect() })
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        let axes = self.axes.iter().map(|&(axis, size)| (axis + 1, size)).collect();
        x[0].tape().record(Op::from(Expand { axes }), x)
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |shape: &[usize], axes: &[(usize, usize)]| Sample {
            operation: Expand { axes: axes.into() },
            x: vec![ordinary(shape, 0)],
        };
        vec![
            sample(&[3], &[(0, 2)]),
            sample(&[3], &[(1, 4)]),
            sample(&[2, 3], &[(0, 2), (2, 2)]),
            sample(&[], &[(0, 3), (1, 2)]),
            sample(&[3], &[(0, 0)]),
            sample(&[2], &[(0, 1)]),
            sample(&[2], &[]),
        ]
    }
}

/// $y$ is $x$ read backwards along some axes. Its own adjoint.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Flip {
    /// The axes that are reversed.
    pub axes: Axes,
}

impl Operation for Flip {
    const NAME: &'static str = "flip";
    const MATH: &'static str = r"x \text{ backwards along some axes}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        crate::ops::reduce::check_axes(&self.axes, &sole(x)?.shape)?;
        Ok(x[0].clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        arranged(x[0], |x| x.flip(&self.axes), |x| x.flip(&self.axes))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(self.clone(), x, 0)
    }

    fn adjoint(&self, _: usize, _: &[Type], _: &Type) -> Adjoint {
        Adjoint::unary(self.clone())
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        let axes = self.axes.iter().map(|axis| axis + 1).collect();
        x[0].tape().record(Op::from(Flip { axes }), x)
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |shape: &[usize], axes: &[usize]| Sample {
            operation: Flip { axes: axes.into() },
            x: vec![ordinary(shape, 0)],
        };
        vec![
            sample(&[4], &[0]),
            sample(&[2, 3], &[1]),
            sample(&[2, 3, 2], &[0, 2]),
            sample(&[0, 2], &[0]),
            sample(&[], &[]),
        ]
    }
}
