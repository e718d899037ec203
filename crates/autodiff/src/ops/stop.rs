//! The identity through which nothing is differentiated.

use crate::linear::Linear;
use crate::op::{Operation, Sample, ShapeError, Type, Value};
use crate::ops::shape::sole;
use crate::ops::{Op, ordinary};
use crate::real::Real;
use crate::var::Var;

/// $y = x$, with derivative 0 by definition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
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
