//! Code that knows f64 alone, and gives its own derivatives, as an operation. It can't be replayed
//! in other precisions, and it is differentiated once.

use std::fmt::Debug;
use std::hash::Hash;

use wengert_tensor::{Array, Shape};

use crate::linear::Linear;
use crate::op::{Adjoint, Kind, Operation, ShapeError, Type, Value};
use crate::ops::Op;
use crate::real::Real;
use crate::var::Var;

/// A function with hand-written derivatives, in f64: a solver, a simulation, a call into C.
///
/// At least one of [`vjp`](ForeignOperation::vjp) and [`jvp`](ForeignOperation::jvp) is needed to
/// differentiate it in that mode. Both are linear in their last argument. Record it with
/// [`Foreign`]: `tape.record(Op::custom(Foreign(f)), &[x])`.
pub trait ForeignOperation: Clone + Debug + Eq + Hash + Send + Sync + 'static {
    /// Its name, as errors and listings print it.
    const NAME: &'static str;

    /// The shape of the result.
    ///
    /// # Errors
    /// If the operands do not suit it.
    fn shape(&self, x: &[Shape]) -> Result<Shape, ShapeError>;

    /// `f(x)`.
    fn eval(&self, x: &[Array<f64>]) -> Array<f64>;

    /// `(∂f/∂xᵢ)ᵀ u`: the cotangent of operand `i`, of its shape. `None` if it is not known.
    fn vjp(&self, _i: usize, _x: &[Array<f64>], _u: &Array<f64>) -> Option<Array<f64>> {
        None
    }

    /// `(∂f/∂xᵢ) v`: the tangent of the result, of its shape. `None` if it is not known.
    fn jvp(&self, _i: usize, _x: &[Array<f64>], _v: &Array<f64>) -> Option<Array<f64>> {
        None
    }
}

/// A [`ForeignOperation`] as an [`Operation`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Foreign<F>(pub F);

/// The derivative of a [`Foreign`] by one operand, applied to a tangent or to a cotangent: the
/// operands of the operation and then that one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ForeignDerivative<F> {
    operation: F,
    /// By which operand.
    by: usize,
    /// To a cotangent instead of a tangent.
    transposed: bool,
}

fn shapes(x: &[Type]) -> Result<Vec<Shape>, ShapeError> {
    match x.iter().find(|x| x.kind == Kind::Index) {
        Some(index) => Err(ShapeError::new(format!("takes real operands, got {index}"))),
        None => Ok(x.iter().map(|x| x.shape.clone()).collect()),
    }
}

fn in_f64<T: Real>(x: &[&Value<T>]) -> Vec<Array<f64>> {
    x.iter().map(|x| x.real().map(Real::to_f64)).collect()
}

fn from_f64<T: Real>(y: &Array<f64>) -> Value<T> {
    Value::Real(y.map(T::from_f64))
}

impl<F: ForeignOperation> Operation for Foreign<F> {
    const NAME: &'static str = F::NAME;
    const MATH: &'static str = r"\text{a foreign function}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        Ok(Type::real(self.0.shape(&shapes(x)?)?))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        from_f64(&self.0.eval(&in_f64(x)))
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        let op = ForeignDerivative { operation: self.0.clone(), by: i, transposed: false };
        let operands: Vec<_> = x.iter().copied().chain([x[i]]).collect();
        Linear::partial(Op::custom(op), &operands, x.len())
    }

    fn replays(&self) -> bool {
        false
    }
}

impl<F: ForeignOperation> Operation for ForeignDerivative<F> {
    const NAME: &'static str = F::NAME;
    const MATH: &'static str = r"\text{the derivative of a foreign function}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let shapes = shapes(x)?;
        let operands = &shapes[..shapes.len() - 1];
        Ok(Type::real(if self.transposed {
            operands[self.by].clone()
        } else {
            self.operation.shape(operands)?
        }))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let mut x = in_f64(x);
        let direction = x.pop().expect("the operands and then the direction");
        let (answer, method) = if self.transposed {
            (self.operation.vjp(self.by, &x, &direction), "vjp")
        } else {
            (self.operation.jvp(self.by, &x, &direction), "jvp")
        };
        match answer {
            Some(y) => from_f64(&y),
            None => panic!("{} has no {method} by operand {}", F::NAME, self.by),
        }
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        assert!(i + 1 == x.len(), "{}: a foreign operation is differentiated only once", F::NAME);
        Linear::partial(Op::custom(self.clone()), x, i)
    }

    fn adjoint(&self, slot: usize, _: &[Type], _: &Type) -> Adjoint {
        let op = ForeignDerivative { transposed: !self.transposed, ..self.clone() };
        Adjoint::new(Op::custom(op), (0..slot).map(Some).chain([None]))
    }

    fn replays(&self) -> bool {
        false
    }
}
