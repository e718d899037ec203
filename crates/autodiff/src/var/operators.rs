//! `+ − × ÷` between variables and numbers, and the broadcasting before them.

use std::ops;

use wengert_tensor::Shape;

use crate::ops::{Add, Div, Mul, Neg, Op, Pointwise, Sub};
use crate::tape::refuse;
use crate::var::Var;

/// Records a pointwise operation on one operand.
#[track_caller]
pub(super) fn unary(op: impl Pointwise, x: Var<'_>) -> Var<'_> {
    match x.tape.record_pointwise(op, &[x]) {
        Some(y) => y,
        None => x.tape.record(op, &[x]),
    }
}

/// Records a pointwise operation on two operands after broadcasting them to one shape.
#[track_caller]
pub(super) fn binary<'t>(op: impl Pointwise, a: Var<'t>, b: Var<'t>) -> Var<'t> {
    if let Some(y) = a.tape.record_pointwise(op, &[a, b]) {
        return y;
    }
    let op: Op = op.into();
    broadcast(op.name(), op, a, b)
}

/// As [`binary`], for a method of another name than its operation.
#[track_caller]
pub(super) fn binary_as<'t>(name: &str, op: impl Pointwise, a: Var<'t>, b: Var<'t>) -> Var<'t> {
    match a.tape.record_pointwise(op, &[a, b]) {
        Some(y) => y,
        None => broadcast(name, op.into(), a, b),
    }
}

#[track_caller]
fn broadcast<'t>(name: &str, op: Op, a: Var<'t>, b: Var<'t>) -> Var<'t> {
    if !std::ptr::eq(a.tape, b.tape) {
        return a.tape.record_as(name, op, &[a, b]);
    }
    let (from_a, from_b) = (a.shape(), b.shape());
    let Some(shape) = from_a.broadcast(&from_b) else {
        let message = format!("shapes {from_a} and {from_b} do not broadcast");
        refuse(name, message, &[a, b]);
    };
    let (a, b) = (a.spread(&from_a, &shape), b.spread(&from_b, &shape));
    a.tape.record_as(name, op, &[a, b])
}

/// As [`binary`], for three operands.
#[track_caller]
pub(super) fn ternary<'t>(op: Op, x: [Var<'t>; 3]) -> Var<'t> {
    let shapes = x.map(Var::shape);
    let shape = shapes[0].broadcast(&shapes[1]).and_then(|shape| shape.broadcast(&shapes[2]));
    let Some(shape) = shape else {
        let [a, b, c] = &shapes;
        let message = format!("shapes {a}, {b} and {c} do not broadcast");
        refuse(op.name(), message, &x);
    };
    let [a, b, c] = x;
    let x =
        [a.spread(&shapes[0], &shape), b.spread(&shapes[1], &shape), c.spread(&shapes[2], &shape)];
    x[0].tape.record(op, &x)
}

impl<'t> Var<'t> {
    /// Repeated to `shape`, which its own shape `from` broadcasts to: axes are added in front, and
    /// axes of size 1 are repeated.
    #[track_caller]
    pub(crate) fn spread(self, from: &Shape, shape: &Shape) -> Var<'t> {
        if from == shape {
            return self;
        }
        let added = shape.rank() - from.rank();
        let is_new = |axis: usize| axis < added || from[axis - added] != shape[axis];
        let kept: Shape =
            (added..shape.rank()).filter(|&axis| !is_new(axis)).map(|axis| shape[axis]).collect();
        let new: Vec<_> = (0..shape.rank())
            .filter(|&axis| is_new(axis))
            .map(|axis| (axis, shape[axis]))
            .collect();
        self.reshape(kept).expand_axes(&new)
    }
}

/// The four ways of writing a binary operator between variables and numbers.
macro_rules! operators {
    ($($Op:ident::$method:ident;)*) => {$(
        impl<'t> ops::$Op for Var<'t> {
            type Output = Var<'t>;

            #[track_caller]
            fn $method(self, other: Var<'t>) -> Var<'t> {
                binary($Op, self, other)
            }
        }

        impl<'t> ops::$Op<f64> for Var<'t> {
            type Output = Var<'t>;

            #[track_caller]
            fn $method(self, other: f64) -> Var<'t> {
                binary($Op, self, self.tape.literal(other))
            }
        }

        impl<'t> ops::$Op<Var<'t>> for f64 {
            type Output = Var<'t>;

            #[track_caller]
            fn $method(self, other: Var<'t>) -> Var<'t> {
                binary($Op, other.tape.literal(self), other)
            }
        }
    )*};
}

operators! { Add::add; Sub::sub; Mul::mul; Div::div; }

impl<'t> ops::Neg for Var<'t> {
    type Output = Var<'t>;

    #[track_caller]
    fn neg(self) -> Var<'t> {
        unary(Neg, self)
    }
}

impl<'t> std::iter::Sum for Var<'t> {
    /// The sum of several variables, from the first to the last.
    ///
    /// # Panics
    /// If there are none: there is no tape to record a zero on.
    #[track_caller]
    fn sum<I: Iterator<Item = Var<'t>>>(vars: I) -> Var<'t> {
        let mut sum = None;
        for x in vars {
            sum = Some(match sum {
                None => x,
                Some(sum) => sum + x,
            });
        }
        sum.expect("the sum of no variables has no tape")
    }
}
