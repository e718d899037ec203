//! The numbers that are operations: 0, ±1, 2 and ½, which derivatives are full of. They are part of
//! a program's structure, so that it can be seen that `x·1` is `x`; all others are inputs to it.

use wengert_tensor::Array;

use crate::linear::Linear;
use crate::op::{Operation, Sample, ShapeError, Type, Value};
use crate::ops::Op;
use crate::real::Real;
use crate::var::Var;

/// A number that is part of the structure, as a 0-d value. All other numbers are literals: leaves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Constant {
    /// 0
    Zero,
    /// 1
    One,
    /// −1
    MinusOne,
    /// 2
    Two,
    /// ½
    Half,
}

impl Constant {
    const ALL: [Constant; 5] =
        [Constant::Zero, Constant::One, Constant::MinusOne, Constant::Two, Constant::Half];

    /// The constant that is this number, the sign of zero included.
    pub fn of(number: f64) -> Option<Constant> {
        Constant::ALL.into_iter().find(|c| c.number().to_bits() == number.to_bits())
    }

    /// The number.
    pub fn number(self) -> f64 {
        match self {
            Constant::Zero => 0.0,
            Constant::One => 1.0,
            Constant::MinusOne => -1.0,
            Constant::Two => 2.0,
            Constant::Half => 0.5,
        }
    }
}

impl Operation for Constant {
    const NAME: &'static str = "constant";
    const MATH: &'static str = r"0,\; \pm 1,\; 2 \text{ or } \tfrac12";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        match x.len() {
            0 => Ok(Type::real([])),
            n => Err(ShapeError::new(format!("takes no operands, got {n}"))),
        }
    }

    fn eval<T: Real>(&self, _: &[&Value<T>]) -> Value<T> {
        Value::Real(Array::scalar(T::from_f64(self.number())))
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), &[]).batched_unless(false, n)
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        Constant::ALL.map(|operation| Sample { operation, x: Vec::new() }).into()
    }
}
