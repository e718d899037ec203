//! Identities whose derivatives are others by definition: that through which nothing is
//! differentiated, and a value with the derivative of another.

use crate::linear::Linear;
use crate::op::{Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::shape::sole;
use crate::ops::{Op, ordinary};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// $y = x$, with derivative 0 by definition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StopGradient;

impl Operation for StopGradient {
    const NAME: &'static str = "stop_gradient";
    const MATH: &'static str = r"x, \text{ held fixed}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        sole(x).cloned()
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        x[0].clone()
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), x)
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        vec![Sample { operation: StopGradient, x: vec![ordinary(&[2, 3], 0)] }]
    }
}

/// $y = a$, with the derivative of $b$ by definition: $\partial y/\partial a = 0$,
/// $\partial y/\partial b = I$.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StraightThrough;

impl Operation for StraightThrough {
    const NAME: &'static str = "straight_through";
    const MATH: &'static str = r"a, \text{ with the derivative of } b";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        match x {
            [a, b] if a.kind == Kind::Index || b.kind == Kind::Index => {
                Err(ShapeError::new(format!("takes real operands, got {a} and {b}")))
            }
            [a, b] if a.shape == b.shape => Ok(a.clone()),
            [a, b] => Err(ShapeError::new(format!("takes operands of one shape, got {a} and {b}"))),
            _ => Err(ShapeError::new(format!("takes 2 operands, got {}", x.len()))),
        }
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        x[0].clone()
    }

    fn derivative<'t>(&self, i: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        if i == 0 { Linear::Zero } else { Linear::Identity }
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), &all_batched(which, x, n))
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        let x = vec![ordinary(&[2, 3], 0), ordinary(&[2, 3], 1)];
        vec![Sample { operation: StraightThrough, x }]
    }
}
