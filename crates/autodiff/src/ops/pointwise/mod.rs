//! The pointwise operations, a row each in the file of its family: name, mathematics, meaning,
//! derivatives, flops, and where to test them. All operands have one shape; broadcasting is an
//! operation of its own.

use std::marker::PhantomData;

use wengert_tensor::kernel::Work;
use wengert_tensor::{Array, Shape, Tensor};

use crate::linear::Linear;
use crate::op::{Adjoint, Branch, Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::{Op, Point};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// The loops of a pointwise operation on the scalars `T`.
pub(crate) struct Kernel<T> {
    /// `cells[y] = f(cells[x₀], cells[x₁], …)`; positions beyond the arity are ignored.
    pub scalar: fn(cells: &mut [T], x: [u32; 3], y: u32),
    /// `y[k] = f(x₀[k], x₁[k], …)` for as many `k` as `y` has.
    pub tile: fn(x: [&[T]; 3], y: &mut [T]),
}

/// What the rows of the table have in common.
pub(crate) trait Pointwise: Copy + Into<Op> + Into<Point> {
    /// How many operands it takes.
    const ARITY: usize;

    /// Its loops on the scalars `T`.
    fn kernel<T: Real>() -> Kernel<T>;

    /// [`Kernel::tile`], as it is compiled for each instruction set.
    fn tile<T: Real>(x: [&[T]; 3], y: &mut [T]);
}

/// The loop of the operation `P` over these slices.
struct Tile<'a, P, T> {
    x: [&'a [T]; 3],
    y: &'a mut [T],
    operation: PhantomData<P>,
}

impl<P: Pointwise, T: Real> Work for Tile<'_, P, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        P::tile(self.x, self.y);
    }
}

/// Makes a type, its loops and its `impl Operation` from each row.
///
/// `d:` gives for each operand the linear map `∂y/∂xᵢ`, an expression in the operands and the
/// result as variables. `adjoint:` names the operands (as a map from the cotangent) for rows that
/// are linear in an operand and say so with [`Linear::partial`]: each is its own adjoint there.
/// `branch:` says on which side of its kinks an element lies.
macro_rules! pointwise {
    ($(
        $(#[$doc:meta])*
        $Name:ident = $name:literal, $math:literal:
        ($($x:ident),+) -> $y:ident = $value:expr,
        d: [$($d:expr),+],
        $(self_adjoint: [$($slot:literal),+],)?
        $(branch: |$($b:ident),+| $branch:expr,)?
        on: [$($on:expr),+];
    )*) => {$(
        #[doc = concat!("$", $math, "$")]
        ///
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub struct $Name;

        impl $Name {
            /// What it does with one element.
            #[inline(always)]
            pub(crate) fn apply<T: Real>($($x: T),+) -> T {
                $value
            }
        }

        impl Pointwise for $Name {
            const ARITY: usize = [$(stringify!($x)),+].len();

            fn kernel<T: Real>() -> Kernel<T> {
                Kernel {
                    scalar: |cells, x, y| {
                        let [$($x,)+ ..] = x;
                        cells[y as usize] = $Name::apply($(cells[$x as usize]),+);
                    },
                    tile: |x, y| {
                        T::dispatch(Tile { x, y, operation: PhantomData::<$Name> });
                    },
                }
            }

            #[inline(always)]
            fn tile<T: Real>(x: [&[T]; 3], y: &mut [T]) {
                let [$($x,)+ ..] = x;
                $(let $x = &$x[..y.len()];)+
                for (k, y) in y.iter_mut().enumerate() {
                    *y = $Name::apply($($x[k]),+);
                }
            }
        }

        impl Operation for $Name {
            const NAME: &'static str = $name;
            const MATH: &'static str = $math;

            fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
                same_shape(x, $Name::ARITY)
            }

            fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
                element_by_element($Name::kernel().tile, x)
            }

            fn derivative<'t>(&self, i: usize, x: &[Var<'t>], $y: Var<'t>) -> Linear<'t> {
                let &[$($x),+] = x else { unreachable!("the shape rule counts operands") };
                let _ = ($($x,)+ $y);
                let rules: &[&dyn Fn() -> Linear<'t>] = &[$(&|| $d),+];
                rules[i]()
            }

            $(fn adjoint(&self, slot: usize, x: &[Type], _: &Type) -> Adjoint {
                assert!([$($slot),+].contains(&slot), "{} is not linear in {slot}", $name);
                let operands = (0..x.len()).map(|k| (k != slot).then_some(k));
                Adjoint::new(*self, operands)
            })?

            fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
                batched_pointwise(Op::from(*self), which, x, n)
            }

            $(fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
                let x: Vec<Vec<T>> = x.iter().map(|x| x.real().to_vec()).collect();
                let mut operands = x.iter();
                $(let $b = operands.next().expect("the shape rule counts operands");)+
                let side = |$($b: T),+| -> i64 { $branch };
                Some(Branch((0..x[0].len()).map(|k| side($($b[k]),+)).collect()))
            })?

            fn samples() -> Vec<Sample<Self>> {
                samples_on(&[$(&$on),+])
                    .into_iter()
                    .map(|x| Sample { operation: $Name, x })
                    .collect()
            }
        }
    )*};
}

/// A side of a kink as a number: below, on, above.
fn side<T: Real>(x: T, kink: T) -> i64 {
    i64::from(x > kink) - i64::from(x < kink)
}

fn zero<T: Real>() -> T {
    T::default()
}

fn one<T: Real>() -> T {
    T::from_f64(1.0)
}

fn indicator<T: Real>(condition: bool) -> T {
    if condition { one() } else { zero() }
}

/// `v ↦ v` where `mask` is not 0, else 0, without touching what is masked: `0·∞` stays 0.
fn masked<'t>(mask: Var<'t>) -> Linear<'t> {
    let zeros = mask.zeros_like();
    Linear::partial(Select, &[mask, zeros, zeros], 1)
}

/// The derivative of the operand that a maximum or minimum takes: all of the cotangent where it
/// is alone `ahead`, half of it where both are equal.
fn taken<'t>(ahead: Var<'t>, tie: Var<'t>) -> Linear<'t> {
    let half = Linear::Scale(tie.half_like());
    Linear::plus(masked(ahead), Linear::then(masked(tie), half))
}

const REAL: [f64; 6] = [-2.5, -1.0, -0.3, 0.4, 1.0, 3.2];
const OTHER: [f64; 6] = [0.7, -1.0, 2.0, 0.4, -0.25, 3.5];
const THIRD: [f64; 6] = [1.5, 0.3, -2.0, -0.8, 0.9, -1.1];
const POSITIVE: [f64; 6] = [1e-3, 0.3, 0.999, 1.0, 2.5, 40.0];
const FRACTION: [f64; 6] = [-0.97, -0.5, -0.01, 0.2, 0.6, 0.9];
const KINK: [f64; 6] = [-2.5, -1e-9, 0.0, -0.0, 1e-9, 3.2];
/// Beside [`KINK`]: twice the origin, and two points near it.
const ORIGIN: [f64; 6] = [0.7, 2e-9, 0.0, 0.0, -1e-9, 3.5];
const MASK: [f64; 6] = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0];

mod arithmetic;
mod comparison;
mod elementary;
mod rounding;
mod special;

pub use arithmetic::{
    Add, Atan2, Div, Fmod, Hypot, LogAddExp, Maximum, Minimum, Mul, Neg, Pow, Remainder, Sub,
};
pub use comparison::{Equal, Less, LessEqual, NotEqual, Select};
pub use elementary::{
    Acos, Acosh, Asin, Asinh, Atan, Atanh, Cbrt, Cos, Cosh, Exp, Exp2, ExpM1, Ln, Ln1p, Log2,
    Log10, Sigmoid, Sin, Sinh, Softplus, Sqrt, Tan, Tanh,
};
pub use rounding::{Abs, Floor, Relu, Round, Sign, Trunc};
pub use special::{Digamma, Erf, Erfc, Erfinv, LnGamma, Logit, Polygamma};

fn element_by_element<T: Real>(tile: fn([&[T]; 3], &mut [T]), x: &[&Value<T>]) -> Value<T> {
    let shape = x[0].shape().clone();
    let elements: Vec<Vec<T>> = x.iter().map(|x| x.real().to_vec()).collect();
    let mut operands: [&[T]; 3] = [&[]; 3];
    for (operand, elements) in operands.iter_mut().zip(&elements) {
        *operand = elements;
    }
    let mut y = vec![T::default(); shape.size()];
    tile(operands, &mut y);
    Value::Real(Array::from_vec(y, shape).expect("a result for each element"))
}

/// Pointwise operations are batched by repeating what is not.
fn batched_pointwise<'t>(op: Op, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
    let x = all_batched(which, x, n);
    x[0].tape().record(op, &x)
}

/// All operands are real and have the shape of the first.
fn same_shape(x: &[Type], arity: usize) -> Result<Type, ShapeError> {
    if x.len() != arity {
        return Err(ShapeError::new(format!("takes {arity} operands, got {}", x.len())));
    }
    if let Some(index) = x.iter().find(|x| x.kind == Kind::Index) {
        return Err(ShapeError::new(format!("takes real operands, got {index}")));
    }
    if let Some(other) = x.iter().find(|other| other.shape != x[0].shape) {
        let (a, b) = (&x[0].shape, &other.shape);
        return Err(ShapeError::new(format!("operands of one shape are expected, got {a}, {b}")));
    }
    Ok(x[0].clone())
}

/// The listed values as 0-d, flat, two-dimensional, empty and one-element operands.
fn samples_on(values: &[&[f64; 6]]) -> Vec<Vec<Tensor>> {
    let shapes: [Shape; 5] =
        [Shape::default(), [6].into(), [2, 3].into(), [2, 0].into(), [1, 1].into()];
    let operand = |values: &[f64; 6], shape: &Shape, from: usize| {
        let elements = (0..shape.size()).map(|k| values[(k + from) % 6]);
        Tensor::from_vec(elements.collect(), shape.clone()).expect("as many as there are places")
    };
    let mut samples: Vec<Vec<Tensor>> = shapes
        .iter()
        .map(|shape| values.iter().map(|values| operand(values, shape, 3)).collect())
        .collect();
    // Scalars at every listed value: kinks one by one.
    samples.extend((0..6).map(|from| {
        values.iter().map(|values| operand(values, &shapes[0], from)).collect::<Vec<_>>()
    }));
    samples
}
