//! What an operation is: the trait that says everything about one of them in one place, and the
//! types it speaks of. The operations themselves are in [`ops`](crate::ops); nothing here records
//! or runs anything.

use std::fmt::{self, Debug};
use std::hash::Hash;

use smallvec::SmallVec;
use wengert_tensor::{Array, Shape, Tensor};

use crate::linear::Linear;
use crate::ops::Op;
use crate::real::Real;
use crate::var::Var;

/// What the elements of a value are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// Real numbers, in the precision of the tape.
    Real,
    /// Integers (i64): labels, positions, seeds. Nothing is differentiated by them.
    Index,
}

/// The type of a value: its shape and the kind of its elements. Precision belongs to the tape.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Type {
    /// The shape.
    pub shape: Shape,
    /// Real or index.
    pub kind: Kind,
}

impl Type {
    /// A real value of this shape.
    pub fn real(shape: impl Into<Shape>) -> Type {
        Type { shape: shape.into(), kind: Kind::Real }
    }

    /// An index value of this shape.
    pub fn index(shape: impl Into<Shape>) -> Type {
        Type { shape: shape.into(), kind: Kind::Index }
    }

    /// The same kind in another shape.
    pub fn with_shape(&self, shape: impl Into<Shape>) -> Type {
        Type { shape: shape.into(), kind: self.kind }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Real => write!(f, "{}", self.shape),
            Kind::Index => write!(f, "{} (index)", self.shape),
        }
    }
}

impl Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The value of a node when evaluated on the scalars `T`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<T: Real> {
    /// Real elements.
    Real(Array<T>),
    /// Index elements.
    Index(Array<i64>),
}

impl<T: Real> Value<T> {
    /// The tensor's elements as `T`; index tensors stay what they are.
    pub fn of(tensor: &Tensor) -> Value<T> {
        match tensor {
            Tensor::I64(array) => Value::Index(array.clone()),
            real => Value::Real(real.to_f64().map(T::from_f64)),
        }
    }

    /// Its shape.
    pub fn shape(&self) -> &Shape {
        match self {
            Value::Real(array) => array.shape(),
            Value::Index(array) => array.shape(),
        }
    }

    /// Its type.
    pub fn type_of(&self) -> Type {
        match self {
            Value::Real(array) => Type::real(array.shape()),
            Value::Index(array) => Type::index(array.shape()),
        }
    }

    /// The real elements.
    ///
    /// # Panics
    /// If it is an index value: the shape rule of the operation has let it through.
    #[track_caller]
    pub fn real(&self) -> &Array<T> {
        match self {
            Value::Real(array) => array,
            Value::Index(_) => panic!("an index value where a real one was expected"),
        }
    }

    /// The index elements.
    ///
    /// # Panics
    /// If it is a real value: the shape rule of the operation has let it through.
    #[track_caller]
    pub fn index(&self) -> &Array<i64> {
        match self {
            Value::Index(array) => array,
            Value::Real(_) => panic!("a real value where an index one was expected"),
        }
    }

    /// The value as a double-precision (or index) tensor, each element rounded to the nearest f64.
    pub fn to_tensor(&self) -> Tensor {
        match self {
            Value::Real(array) => Tensor::F64(array.map(Real::to_f64)),
            Value::Index(array) => Tensor::I64(array.clone()),
        }
    }
}

/// Why an operation can't be recorded on these operands: what the tape's panics are made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShapeError {
    /// The operation that the user wrote.
    pub operation: String,
    /// What was expected and what was found, operands included.
    pub message: String,
}

impl ShapeError {
    /// An error whose operation is named by whoever records it.
    pub fn new(message: impl Into<String>) -> ShapeError {
        ShapeError { operation: String::new(), message: message.into() }
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.message)
    }
}

impl std::error::Error for ShapeError {}

/// The adjoint of an operation that is linear in one of its operands, as an operation again.
pub struct Adjoint {
    /// The operation that computes it.
    pub op: Op,
    /// Its operands in order: `None` is the cotangent, `Some(k)` the operand `k` of the original.
    pub operands: SmallVec<[Option<usize>; 4]>,
}

impl Adjoint {
    /// An adjoint whose one operand is the cotangent.
    pub fn unary(op: impl Into<Op>) -> Adjoint {
        Adjoint::new(op, [None])
    }

    /// An adjoint with these operands: `None` stands for the cotangent.
    pub fn new(op: impl Into<Op>, operands: impl IntoIterator<Item = Option<usize>>) -> Adjoint {
        Adjoint { op: op.into(), operands: operands.into_iter().collect() }
    }
}

/// Which side of its kinks an operation took, element by element: masks, positions of maxima.
/// Two evaluations with equal branches lie on one smooth piece.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Branch(pub Vec<i64>);

/// Operands to test an operation on: edge shapes, kinks and ordinary values.
#[derive(Clone, Debug)]
pub struct Sample<O> {
    /// The operation.
    pub operation: O,
    /// Its operands: f64 and i64 tensors.
    pub x: Vec<Tensor>,
}

/// Everything that Wengert knows about an operation.
///
/// Implement it for a type of your own and record it with [`Tape::record`](crate::Tape::record):
/// such an operation is differentiated, batched, printed and checked like the ones of the list.
///
/// ```
/// use wengert_autodiff::{Linear, Operation, Op, Real, Sample, ShapeError, Tape, Type, Value, Var};
///
/// #[derive(Clone, Debug, PartialEq, Eq, Hash)]
/// struct Cube;
///
/// impl Operation for Cube {
///     const NAME: &'static str = "cube";
///     const MATH: &'static str = "y = x^3";
///     fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
///         Ok(x[0].clone())
///     }
///     fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
///         Value::Real(x[0].real().map(|x| x * x * x))
///     }
///     fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
///         Linear::Scale(3.0 * x[0] * x[0])
///     }
/// }
///
/// let tape = Tape::new();
/// let x = tape.input(2.0);
/// let y = tape.record(Op::custom(Cube), &[x]);
/// let [dy] = tape.grad(y, [x]);
/// assert_eq!((y.item(), dy.item()), (8.0, 12.0));
/// ```
pub trait Operation: Clone + Debug + Eq + Hash + Send + Sync + 'static {
    /// Its name, as errors and listings print it.
    const NAME: &'static str;

    /// What it computes, in TeX, with its conventions at kinks.
    const MATH: &'static str;

    /// The type of the result.
    ///
    /// # Errors
    /// If the operands do not suit it.
    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError>;

    /// What it means: the plain loop. The executor may know a faster way to the same numbers.
    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T>;

    /// Checks the values of the index operands (`None` for real ones): before
    /// [`eval`](Operation::eval), and when recording where they are known by then.
    ///
    /// # Errors
    /// If one is out of range.
    fn check(&self, _indices: &[Option<&Array<i64>>], _x: &[Type]) -> Result<(), ShapeError> {
        Ok(())
    }

    /// `∂y/∂xᵢ`, a linear map. It records what it needs; it is not asked for index operands.
    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t>;

    /// For an operation that is linear in operand `slot`: the adjoint of that map.
    ///
    /// # Panics
    /// If it is not linear in that operand, which [`Linear::partial`] has claimed.
    fn adjoint(&self, slot: usize, _x: &[Type], _y: &Type) -> Adjoint {
        panic!("{} has no adjoint in operand {slot}: it is not linear in it", Self::NAME)
    }

    /// The same operation on `n` examples at once: the operands for which `which` is true have one
    /// more axis in front, of size `n`, and so has the result. By default one example after the
    /// other.
    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        crate::transform::batched_by_loop(&Op::custom(self.clone()), which, x, n)
    }

    /// Which side of its kinks it takes at these operands; `None` if it has no kinks.
    fn branch<T: Real>(&self, _x: &[&Value<T>]) -> Option<Branch> {
        None
    }

    /// Floating-point operations, each of `+ − × ÷` and each elementary function counted as one.
    fn flops(&self, _x: &[Type], y: &Type) -> u64 {
        y.shape.size() as u64
    }

    /// Whether [`eval`](Operation::eval) has a meaning on every scalar. Code that knows f64 alone
    /// says no: its programs can't be replayed in higher precision or on dual numbers.
    fn replays(&self) -> bool {
        true
    }

    /// Where to test it: kinks and edge shapes included.
    fn samples() -> Vec<Sample<Self>> {
        Vec::new()
    }
}
