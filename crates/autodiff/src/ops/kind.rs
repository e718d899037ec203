//! From real numbers to positions and back, and the comparison of positions. Arithmetic on
//! positions is arithmetic on real numbers: there is no other.

use wengert_tensor::{Array, Tensor};

use crate::linear::Linear;
use crate::op::{Branch, Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::shape::sole;
use crate::ops::{Op, ordinary};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// $\lfloor x \rfloor$ as an index. NaN and what is beyond the range of i64 become its least or
/// greatest number, which is no position of anything. Nothing is differentiated through it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ToIndex;

impl Operation for ToIndex {
    const NAME: &'static str = "to_index";
    const MATH: &'static str = r"\lfloor x \rfloor \text{ as an index}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let x = sole(x)?;
        match x.kind {
            Kind::Real => Ok(Type::index(x.shape.clone())),
            Kind::Index => Err(ShapeError::new(format!("takes a real operand, got {x}"))),
        }
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        // Conversions of floats to integers saturate; but for NaN they give 0, a valid position.
        let floor = |x: T| if x.is_nan() { i64::MIN } else { x.floor().to_f64() as i64 };
        Value::Index(x[0].real().map(floor))
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(*self), x)
    }

    fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
        let on = |x: T| x.floor().to_f64() as i64 * 2 + i64::from(x == x.floor());
        Some(Branch(x[0].real().iter().map(on).collect()))
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |x: Tensor| Sample { operation: ToIndex, x: vec![x] };
        vec![
            sample([-2.5, -1.0, -0.0, 0.3, 2.0, 3.7].into()),
            sample([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 1.5].into()),
            sample(ordinary(&[2, 3], 0)),
            sample(ordinary(&[2, 0], 0)),
            sample(ordinary(&[1], 0)),
            sample(1.25.into()),
        ]
    }
}

/// The positions as real numbers, in the precision of the tape.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ToReal;

impl Operation for ToReal {
    const NAME: &'static str = "to_real";
    const MATH: &'static str = r"k \text{ as a real number}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let x = sole(x)?;
        match x.kind {
            Kind::Index => Ok(Type::real(x.shape.clone())),
            Kind::Real => Err(ShapeError::new(format!("takes an index operand, got {x}"))),
        }
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        Value::Real(x[0].index().map(|k| T::from_f64(k as f64)))
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
        let sample = |x: Tensor| Sample { operation: ToReal, x: vec![x] };
        vec![
            sample([[2_i64, -1, 0], [7, 7, 1 << 40]].into()),
            sample(Tensor::from_vec(Vec::<i64>::new(), [0, 2]).expect("no elements")),
            sample([3_i64].into()),
            sample(3_i64.into()),
        ]
    }
}

/// 1 where two positions are the same, else 0: exact for all of them, whatever the precision.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Same;

impl Operation for Same {
    const NAME: &'static str = "same";
    const MATH: &'static str = r"\mathbf 1_{k = l}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        match x {
            [a, b] if a == b && a.kind == Kind::Index => Ok(Type::real(a.shape.clone())),
            _ => Err(ShapeError::new(format!("takes two index operands of one shape, got {x:?}"))),
        }
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let (a, b) = (x[0].index(), x[1].index());
        let both = a.iter().zip(b.iter());
        let same = both.map(|(a, b)| T::from_f64(f64::from(u8::from(a == b)))).collect();
        Value::Real(Array::from_vec(same, a.shape().clone()).expect("an answer for each"))
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        let x = all_batched(which, x, n);
        x[0].tape().record(Op::from(*self), &x)
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |a: Tensor, b: Tensor| Sample { operation: Same, x: vec![a, b] };
        let (big, none) = (1_i64 << 60, || Tensor::from_vec(Vec::<i64>::new(), [0]).expect("none"));
        vec![
            sample([[2_i64, -1], [big, big]].into(), [[2_i64, 1], [big + 1, big]].into()),
            sample([3_i64].into(), [3_i64].into()),
            sample(4_i64.into(), 3_i64.into()),
            sample(none(), none()),
        ]
    }
}
