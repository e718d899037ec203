//! The operations: one file a family, and the one list that names them all.
//!
//! To add one: write its `impl Operation` (or its row in a file of `ops/pointwise/`), add its name to the list
//! below, and give it a method on [`Var`].

mod constant;
mod conv;
mod custom;
mod foreign;
mod implicit;
mod index;
mod kind;
mod linalg;
mod matmul;
mod order;
mod place;
mod pointwise;
mod pool;
mod random;
mod reduce;
mod region;
mod segment;
#[cfg(feature = "serde")]
mod serial;
mod shape;
mod stop;

pub use constant::Constant;
pub use conv::{Conv, Side};
pub use custom::Custom;
pub use foreign::{Foreign, ForeignDerivative, ForeignOperation};
pub use implicit::{Implicit, Method};
pub(crate) use index::Rows;
pub use index::{Gather, ScatterAdd};
pub use kind::{Same, ToIndex, ToReal};
pub use linalg::{
    Cholesky, Cofactor, Det, DetSign, Eigh, LogAbsDet, MatrixExp, Pinv, Qr, Solve, Svd,
    TriangularSolve,
};
pub(crate) use linalg::{cutoff, solve_in_place};
pub(crate) use matmul::Extents;
pub use matmul::MatMul;
pub use order::{ArgSort, CumArgMax, SearchSorted};
pub use place::{FlatIndex, LastWriter};
pub use pointwise::{
    Abs, Acos, Acosh, Add, Asin, Asinh, Atan, Atan2, Atanh, Cbrt, Cos, Cosh, Digamma, Div, Equal,
    Erf, Erfc, Erfinv, Exp, Exp2, ExpM1, Floor, Fmod, Hypot, Less, LessEqual, Ln, Ln1p, LnGamma,
    Log2, Log10, LogAddExp, Logit, Maximum, Minimum, Mul, Neg, NotEqual, Polygamma, Pow, Relu,
    Remainder, Round, Select, Sigmoid, Sign, Sin, Sinh, Softplus, Sqrt, Sub, Tan, Tanh, Trunc,
};
pub(crate) use pointwise::{Kernel, Pointwise};
pub use pool::WindowArgMax;
pub(crate) use random::bits as random_bits;
pub use random::{Normal, Uniform};
pub(crate) use reduce::Join;
pub use reduce::{ArgMax, CumSum, Max, Min, Sum};
pub(crate) use region::whole;
pub use region::{Assemble, Region, Slice};
pub use segment::SegmentMax;
pub use shape::{Axes, Expand, Flip, Permute, Reshape};
pub use stop::{StopGradient, StraightThrough};

use wengert_tensor::{Array, Tensor};

use crate::linear::Linear;
use crate::op::{Adjoint, Branch, Operation, Sample, ShapeError, Type, Value};
use crate::real::Real;
use crate::var::Var;

/// Makes [`Op`], the enum of all operations, and hands every question on to the operation asked.
macro_rules! operations {
    (pointwise: $($Point:ident)*; others: $($Other:ident)*;) => {
        /// An operation: what a node of the tape does with its operands. It holds no operands, no
        /// precision and no floats, so equal programs have equal operations.
        #[derive(Clone, PartialEq, Eq, Hash, Debug)]
        pub enum Op {
            /// A leaf whose value is given from outside: data, parameters, seeds, rates.
            Input,
            /// A leaf: a number typed in a formula.
            Literal,
            $(#[doc = concat!("See [`", stringify!($Point), "`].")] $Point($Point),)*
            $(#[doc = concat!("See [`", stringify!($Other), "`].")] $Other($Other),)*
            /// A user's own operation.
            Custom(Custom),
        }

        $(impl From<$Point> for Op { fn from(op: $Point) -> Op { Op::$Point(op) } })*
        $(impl From<$Other> for Op { fn from(op: $Other) -> Op { Op::$Other(op) } })*

        /// Evaluates an expression on the operation inside, whichever it is.
        macro_rules! each {
            ($self:expr, $op:ident => $answer:expr, leaf: $leaf:expr) => {
                match $self {
                    Op::Input | Op::Literal => $leaf,
                    $(Op::$Point($op) => $answer,)*
                    $(Op::$Other($op) => $answer,)*
                    Op::Custom($op) => $answer,
                }
            };
        }

        /// The pointwise operations as numbers, for the quick way of recording them.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Point {
            $($Point,)*
        }

        impl Point {
            pub const COUNT: usize = [$(Point::$Point),*].len();

            /// The operation.
            pub fn op(self) -> Op {
                match self {
                    $(Point::$Point => Op::$Point($Point),)*
                }
            }

            /// How many operands it takes.
            pub fn arity(self) -> usize {
                match self {
                    $(Point::$Point => $Point::ARITY,)*
                }
            }
        }

        $(impl From<$Point> for Point { fn from(_: $Point) -> Point { Point::$Point } })*

        impl Op {
            /// The loops of a pointwise operation; `None` for all others.
            pub(crate) fn kernel<T: Real>(&self) -> Option<Kernel<T>> {
                match self {
                    $(Op::$Point(_) => Some($Point::kernel()),)*
                    _ => None,
                }
            }

            /// Which pointwise operation it is, if it is one.
            pub(crate) fn point(&self) -> Option<Point> {
                match self {
                    $(Op::$Point(_) => Some(Point::$Point),)*
                    _ => None,
                }
            }

            /// The operations of the list on all their samples.
            pub fn samples() -> Vec<Sample<Op>> {
                let mut all = Vec::new();
                $(all.extend($Point::samples().into_iter().map(erase));)*
                $(all.extend($Other::samples().into_iter().map(erase));)*
                all
            }

            /// The names of the operations of the list, in its order.
            pub fn names() -> Vec<&'static str> {
                vec![$($Point::NAME,)* $($Other::NAME,)*]
            }
        }

        #[cfg(feature = "serde")]
        impl Op {
            /// Writes an operation of the list: its name, with its parameters if it has any.
            fn write<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Op::$Point(_) => to.serialize_str($Point::NAME),)*
                    $(Op::$Other(op) => serial::write(op, $Other::NAME, to),)*
                    other => Err(serial::not_of_the_list(other.name())),
                }
            }

            /// The operation of this name, with these parameters.
            fn read<'de, D>(name: &str, parameters: D) -> Result<Op, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                use serde::Deserialize;
                match name {
                    $($Point::NAME => <()>::deserialize(parameters).map(|()| $Point.into()),)*
                    $($Other::NAME => $Other::deserialize(parameters).map(Op::from),)*
                    _ => Err(serial::unknown(name)),
                }
            }
        }
    };
}

operations! {
    pointwise:
        Neg Add Sub Mul Div Pow Maximum Minimum
        Fmod Remainder LogAddExp Hypot Atan2
        Exp ExpM1 Ln Ln1p Sin Cos Tan Tanh Sqrt Abs Sign Floor Erf Erfc Relu Sigmoid Softplus
        Exp2 Log2 Log10 Cbrt Asin Acos Atan Sinh Cosh Asinh Acosh Atanh
        Round Trunc
        Erfinv Logit LnGamma Digamma Polygamma
        Equal NotEqual Less LessEqual Select;
    others:
        Constant
        Sum Max Min ArgMax CumSum
        Reshape Permute Expand Flip Slice Assemble
        Gather ScatterAdd SegmentMax
        ToIndex ToReal Same FlatIndex LastWriter
        ArgSort CumArgMax SearchSorted
        MatMul
        Conv WindowArgMax
        Uniform Normal
        StopGradient StraightThrough
        Solve TriangularSolve Cholesky Det LogAbsDet DetSign Cofactor
        Qr Eigh Svd Pinv MatrixExp
        Implicit;
}

fn erase<O: Operation + Into<Op>>(sample: Sample<O>) -> Sample<Op> {
    Sample { operation: sample.operation.into(), x: sample.x }
}

fn name_of<O: Operation>(_: &O) -> &'static str {
    O::NAME
}

fn math_of<O: Operation>(_: &O) -> &'static str {
    O::MATH
}

/// See [`Operation`] for what each of these answers.
impl Op {
    /// Whether it works element by element on operands of one shape.
    pub fn is_pointwise(&self) -> bool {
        self.point().is_some()
    }

    /// A user's own operation, equal to another by type and value.
    pub fn custom(op: impl Operation) -> Op {
        Op::Custom(Custom::new(op))
    }

    /// Its name, as errors and listings print it.
    pub fn name(&self) -> &'static str {
        match self {
            Op::Literal => "literal",
            Op::Custom(custom) => custom.name(),
            op => each!(op, op => name_of(op), leaf: "input"),
        }
    }

    /// Its parameters, such as `axes: [0]`; empty if it has none.
    pub fn parameters(&self) -> String {
        // Its fields, as its `Debug` writes them.
        let text = format!("{self:?}");
        let inside = text.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}'));
        inside.map_or_else(String::new, |(inside, _)| inside.trim().to_owned())
    }

    /// What it computes, in TeX.
    pub fn math(&self) -> &'static str {
        match self {
            Op::Custom(custom) => custom.math(),
            op => each!(op, op => math_of(op), leaf: ""),
        }
    }

    /// Whether its result has the elements of its operand, so that nothing is computed: of real
    /// values, a run reads them where they lie.
    pub fn is_view(&self) -> bool {
        matches!(
            self,
            Op::Reshape(_)
                | Op::Permute(_)
                | Op::Expand(_)
                | Op::Flip(_)
                | Op::Slice(_)
                | Op::StopGradient(_)
                | Op::StraightThrough(_)
        )
    }

    /// Whether it has a value of its own instead of operands.
    pub fn is_leaf(&self) -> bool {
        matches!(self, Op::Input | Op::Literal)
    }

    pub(crate) fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        each!(self, op => op.shape(x), leaf: Err(ShapeError::new("a leaf is made with its value")))
    }

    /// Its value on these operands, on any scalar.
    ///
    /// # Panics
    /// If it is a leaf, which has a value instead of a meaning, or if its shape rule does not
    /// admit the operands.
    pub fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        each!(self, op => op.eval(x), leaf: panic!("a leaf has a value, not a meaning"))
    }

    pub(crate) fn check(
        &self,
        indices: &[Option<&Array<i64>>],
        x: &[Type],
    ) -> Result<(), ShapeError> {
        each!(self, op => op.check(indices, x), leaf: Ok(()))
    }

    /// `∂y/∂xᵢ`.
    pub fn derivative<'t>(&self, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        each!(self, op => op.derivative(i, x, y), leaf: Linear::Zero)
    }

    pub(crate) fn adjoint(&self, slot: usize, x: &[Type], y: &Type) -> Adjoint {
        each!(self, op => op.adjoint(slot, x, y), leaf: panic!("a leaf has no operands"))
    }

    pub(crate) fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        each!(self, op => op.batched(which, x, n), leaf: panic!("a leaf has no operands"))
    }

    /// Which side of its kinks it takes at these operands; `None` if it has no kinks.
    pub fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
        each!(self, op => op.branch(x), leaf: None)
    }

    /// Floating-point operations.
    pub fn flops(&self, x: &[Type], y: &Type) -> u64 {
        each!(self, op => op.flops(x, y), leaf: 0)
    }

    /// Whether it can be evaluated on every scalar, not only on f32 and f64.
    pub fn replays(&self) -> bool {
        each!(self, op => op.replays(), leaf: true)
    }
}

/// A real tensor for samples: reproducible values without ties, zeros or integers, both signs.
pub(crate) fn ordinary(shape: &[usize], tag: u32) -> Tensor {
    let size: usize = shape.iter().product();
    let values = (0..size).map(|k| {
        // The fractional parts of multiples of the golden ratio never meet again.
        let turn = (k as f64 + 1.0) * 0.618_033_988_749_894_9 + f64::from(tag) * 0.271_828_182_845;
        3.0 * (turn.fract() - 0.5) + 0.003
    });
    Tensor::from_vec(values.collect(), shape).expect("as many values as the shape has places")
}
