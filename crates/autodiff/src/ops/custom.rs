//! Users' own operations: any [`Operation`] behind a pointer, equal to another by type and value.

use std::any::Any;
use std::fmt::{self, Debug};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use wengert_tensor::Array;

use crate::linear::Linear;
use crate::op::{Adjoint, Branch, Operation, ShapeError, Type, Value};
use crate::real::{DoubleDouble, Dual, Real};
use crate::var::Var;

/// An operation that is not in the list.
#[derive(Clone)]
pub struct Custom(Arc<dyn Erased>);

impl Custom {
    pub(crate) fn new(op: impl Operation) -> Custom {
        Custom(Arc::new(op))
    }

    /// The operation inside, if it is an `O`.
    pub fn downcast<O: Operation>(&self) -> Option<&O> {
        self.0.as_any().downcast_ref()
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// What it computes, in TeX.
    pub fn math(&self) -> &'static str {
        self.0.math()
    }
}

impl PartialEq for Custom {
    fn eq(&self, other: &Custom) -> bool {
        self.0.equals(other.0.as_any())
    }
}

impl Eq for Custom {}

impl Hash for Custom {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash_value(state);
    }
}

impl Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// [`Operation`] without its generic methods. Values travel as `Any`, because a trait object can't
/// be generic over the scalar.
trait Erased: Debug + Send + Sync {
    fn name(&self) -> &'static str;
    fn math(&self) -> &'static str;
    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError>;
    /// From a `Vec<Value<T>>` to a `Value<T>`.
    fn eval(&self, x: &dyn Any) -> Box<dyn Any>;
    /// From a `Vec<Value<T>>`.
    fn branch(&self, x: &dyn Any) -> Option<Branch>;
    fn check(&self, indices: &[Option<&Array<i64>>], x: &[Type]) -> Result<(), ShapeError>;
    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t>;
    fn adjoint(&self, slot: usize, x: &[Type], y: &Type) -> Adjoint;
    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t>;
    fn flops(&self, x: &[Type], y: &Type) -> u64;
    fn replays(&self) -> bool;
    fn as_any(&self) -> &dyn Any;
    fn equals(&self, other: &dyn Any) -> bool;
    fn hash_value(&self, state: &mut dyn Hasher);
}

/// Finds out which scalar the operands are made of, among those that programs are evaluated on.
macro_rules! on_scalar {
    ($x:expr, $values:ident => $answer:expr) => {
        on_scalar!(@try $x, $values => $answer;
            f32, f64, DoubleDouble, Dual<f64>, Dual<DoubleDouble>, Dual<Dual<f64>>,
            Dual<Dual<DoubleDouble>>)
    };
    (@try $x:expr, $values:ident => $answer:expr; $($T:ty),*) => {
        $(if let Some(values) = $x.downcast_ref::<Vec<Value<$T>>>() {
            let $values: Vec<&Value<$T>> = values.iter().collect();
            $answer
        } else)* {
            panic!("custom operations are evaluated on f32, f64, double-double and their duals")
        }
    };
}

impl<O: Operation> Erased for O {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn math(&self) -> &'static str {
        O::MATH
    }

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        Operation::shape(self, x)
    }

    fn eval(&self, x: &dyn Any) -> Box<dyn Any> {
        on_scalar!(x, values => Box::new(Operation::eval(self, &values)))
    }

    fn branch(&self, x: &dyn Any) -> Option<Branch> {
        on_scalar!(x, values => Operation::branch(self, &values))
    }

    fn check(&self, indices: &[Option<&Array<i64>>], x: &[Type]) -> Result<(), ShapeError> {
        Operation::check(self, indices, x)
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        Operation::derivative(self, i, x, y)
    }

    fn adjoint(&self, slot: usize, x: &[Type], y: &Type) -> Adjoint {
        Operation::adjoint(self, slot, x, y)
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        Operation::batched(self, which, x, n)
    }

    fn flops(&self, x: &[Type], y: &Type) -> u64 {
        Operation::flops(self, x, y)
    }

    fn replays(&self) -> bool {
        Operation::replays(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<O>() == Some(self)
    }

    fn hash_value(&self, mut state: &mut dyn Hasher) {
        self.type_id().hash(&mut state);
        self.hash(&mut state);
    }
}

/// Hands every question on to the operation inside.
impl Operation for Custom {
    const NAME: &'static str = "custom";
    const MATH: &'static str = "";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        self.0.shape(x)
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let x: Vec<Value<T>> = x.iter().map(|&x| x.clone()).collect();
        *self.0.eval(&x).downcast().expect("the answer is made of the operands' scalars")
    }

    fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
        let x: Vec<Value<T>> = x.iter().map(|&x| x.clone()).collect();
        self.0.branch(&x)
    }

    fn check(&self, indices: &[Option<&Array<i64>>], x: &[Type]) -> Result<(), ShapeError> {
        self.0.check(indices, x)
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        self.0.derivative(i, x, y)
    }

    fn adjoint(&self, slot: usize, x: &[Type], y: &Type) -> Adjoint {
        self.0.adjoint(slot, x, y)
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        self.0.batched(which, x, n)
    }

    fn flops(&self, x: &[Type], y: &Type) -> u64 {
        self.0.flops(x, y)
    }

    fn replays(&self) -> bool {
        self.0.replays()
    }
}
