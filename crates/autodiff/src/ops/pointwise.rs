//! The pointwise operations, a row each: name, mathematics, meaning, derivatives, flops, and where
//! to test them. All operands have one shape; broadcasting is an operation of its own.

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
const KINK: [f64; 6] = [-2.5, -1e-9, 0.0, -0.0, 1e-9, 3.2];
const MASK: [f64; 6] = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0];

pointwise! {
    Neg = "neg", r"-x":
        (x) -> y = -x,
        d: [Linear::partial(Neg, &[x], 0)], self_adjoint: [0],
        on: [REAL];

    Add = "add", r"a + b":
        (a, b) -> y = a + b,
        d: [Linear::Identity, Linear::Identity],
        on: [REAL, OTHER];

    Sub = "sub", r"a - b":
        (a, b) -> y = a - b,
        d: [Linear::Identity, Linear::partial(Neg, &[b], 0)],
        on: [REAL, OTHER];

    Mul = "mul", r"a b":
        (a, b) -> y = a * b,
        d: [Linear::Scale(b), Linear::Scale(a)],
        on: [REAL, OTHER];

    Div = "div", r"a / b":
        (a, b) -> y = a / b,
        d: [Linear::partial(Div, &[a, b], 0), Linear::Scale(-y / b)], self_adjoint: [0],
        on: [REAL, OTHER];

    /// At $a = 0$ the derivative by the exponent is 0 for $b \ge 0$ (its limit from the right for
    /// $b > 0$); $0^0 = 1$.
    Pow = "pow", r"a^b":
        (a, b) -> y = a.pow(b),
        d: [
            // Where b = 0, only what is not 0·∞: b·aᵇ⁻¹ is 0 there, but its derivative by b is not.
            // The inner choice keeps ∞ out of the derivatives of the branch not taken.
            Linear::Scale({
                let is_finite = b.ne(0.0).maximum(a.recip().abs().lt(f64::INFINITY));
                is_finite.select(b * is_finite.select(a, 1.0).pow(b - 1.0), 0.0)
            }),
            Linear::Scale((a.eq(0.0) * b.ge(0.0)).select(0.0, y * a.ln()))
        ],
        on: [POSITIVE, OTHER];

    /// Where they are equal, each takes half of the derivative. NaN if either is NaN.
    Maximum = "maximum", r"\max(a, b)":
        (a, b) -> y = if a > b || a.is_nan() { a } else { b },
        d: [taken(a.gt(b), a.eq(b)), taken(b.gt(a), a.eq(b))],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// Where they are equal, each takes half of the derivative. NaN if either is NaN.
    Minimum = "minimum", r"\min(a, b)":
        (a, b) -> y = if a < b || a.is_nan() { a } else { b },
        d: [taken(a.lt(b), a.eq(b)), taken(b.lt(a), a.eq(b))],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    Exp = "exp", r"e^x":
        (x) -> y = x.exp(),
        d: [Linear::Scale(y)],
        on: [REAL];

    /// Accurate near 0, unlike the difference.
    ExpM1 = "exp_m1", r"e^x - 1":
        (x) -> y = x.exp_m1(),
        d: [Linear::Scale(x.exp())],
        on: [REAL];

    /// The natural logarithm, for $x > 0$.
    Ln = "ln", r"\ln x":
        (x) -> y = x.ln(),
        d: [Linear::partial(Div, &[x, x], 0)],
        on: [POSITIVE];

    Sin = "sin", r"\sin x":
        (x) -> y = x.sin(),
        d: [Linear::Scale(x.cos())],
        on: [REAL];

    Cos = "cos", r"\cos x":
        (x) -> y = x.cos(),
        d: [Linear::Scale(-x.sin())],
        on: [REAL];

    Tan = "tan", r"\tan x":
        (x) -> y = x.tan(),
        d: [Linear::Scale(1.0 + y * y)],
        on: [REAL];

    Tanh = "tanh", r"\tanh x":
        (x) -> y = x.tanh(),
        d: [Linear::Scale(1.0 - y * y)],
        on: [REAL];

    /// For $x \ge 0$; its slope at 0 is infinite.
    Sqrt = "sqrt", r"\sqrt x":
        (x) -> y = x.sqrt(),
        d: [Linear::Scale(0.5 / y)],
        on: [POSITIVE];

    /// The derivative at 0 is 0.
    Abs = "abs", r"|x|":
        (x) -> y = x.abs(),
        d: [Linear::Scale(x.sign())],
        branch: |x| side(x, zero()),
        on: [KINK];

    /// 0 at 0; the derivative is 0 everywhere.
    Sign = "sign", r"\operatorname{sign} x":
        (x) -> y = if x > zero() { one() } else if x < zero() { -one::<T>() } else { x },
        d: [Linear::Zero],
        branch: |x| side(x, zero()),
        on: [KINK];

    /// The derivative is 0 everywhere.
    Floor = "floor", r"\lfloor x \rfloor":
        (x) -> y = x.floor(),
        d: [Linear::Zero],
        branch: |x| x.floor().to_f64() as i64 * 2 + i64::from(x == x.floor()),
        on: [[-2.5, -1.0, -0.3, 0.0, 1.0, 3.7]];

    /// The error function.
    Erf = "erf", r"\frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt":
        (x) -> y = x.erf(),
        d: [Linear::Scale((-(x * x)).exp() * std::f64::consts::FRAC_2_SQRT_PI)],
        on: [REAL];

    /// Accurate where it is small, unlike $1 - \operatorname{erf} x$.
    Erfc = "erfc", r"1 - \operatorname{erf} x":
        (x) -> y = x.erfc(),
        d: [Linear::Scale((-(x * x)).exp() * -std::f64::consts::FRAC_2_SQRT_PI)],
        on: [REAL];

    /// The derivative at 0 is 0.
    Relu = "relu", r"\max(x, 0)":
        (x) -> y = if x > zero() || x.is_nan() { x } else { zero() },
        d: [masked(x.gt(0.0))],
        branch: |x| side(x, zero()),
        on: [KINK];

    Sigmoid = "sigmoid", r"\frac{1}{1 + e^{-x}}":
        (x) -> y = x.sigmoid(),
        d: [Linear::Scale(y * (1.0 - y))],
        on: [REAL];

    Softplus = "softplus", r"\ln(1 + e^x)":
        (x) -> y = if x > zero() { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() },
        d: [Linear::Scale(x.sigmoid())],
        on: [REAL];

    /// 1 where true, else 0; the derivative is 0.
    Equal = "eq", r"\mathbf 1_{a = b}":
        (a, b) -> y = indicator(a == b),
        d: [Linear::Zero, Linear::Zero],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// 1 where true, else 0; the derivative is 0.
    NotEqual = "ne", r"\mathbf 1_{a \ne b}":
        (a, b) -> y = indicator(a != b),
        d: [Linear::Zero, Linear::Zero],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// 1 where true, else 0; the derivative is 0.
    Less = "lt", r"\mathbf 1_{a < b}":
        (a, b) -> y = indicator(a < b),
        d: [Linear::Zero, Linear::Zero],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// 1 where true, else 0; the derivative is 0.
    LessEqual = "le", r"\mathbf 1_{a \le b}":
        (a, b) -> y = indicator(a <= b),
        d: [Linear::Zero, Linear::Zero],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// $a$ where the condition is not 0, else $b$. The branch not taken has derivative 0, whatever
    /// its value; so has the condition.
    Select = "select", r"c \mathbin{?} a : b":
        (c, a, b) -> y = if c == zero() { b } else { a },
        d: [Linear::Zero, masked(c), masked(c.eq(0.0))], self_adjoint: [1, 2],
        branch: |c, _a, _b| i64::from(c != zero()),
        on: [MASK, OTHER, THIRD];
}

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
