//! The handle that formulas are written in. Its methods are one file a family of operations; what
//! is composed of several operations is in [`formulas`](crate::formulas).

mod arrange;
mod decompose;
mod found;
mod index;
mod linalg;
mod operators;
mod order;
mod padding;
mod pieces;
mod pointwise;
pub(crate) mod product;
mod reduce;
mod segment;
mod unfold;
mod window;
mod write;

use std::fmt;
use std::sync::Arc;

use wengert_tensor::{Array, Shape, Tensor};

use crate::op::{Kind, Type};
use crate::ops::{Expand, Op};
use crate::origin::Origin;
use crate::tape::{NOTHING, NodeId, Tape};

pub use arrange::IntoAxes;
pub use found::Unique;
pub use padding::Padding;

/// A variable: a node of a tape. It is `Copy`, so formulas read like formulas.
///
/// Operands of different shapes are broadcast by NumPy's rules, and numbers are literals:
///
/// ```
/// # use wengert_autodiff::Tape;
/// let tape = Tape::new();
/// let x = tape.input([[1.0, 2.0], [3.0, 4.0]]);
/// let row = tape.input([10.0, 20.0]);
/// let y = 2.0 * x + row;
/// assert_eq!(y.to_string(), "[[12. 24.]\n [16. 28.]]");
/// ```
#[derive(Clone, Copy)]
pub struct Var<'t> {
    pub(crate) tape: &'t Tape,
    pub(crate) id: NodeId,
}

/// One variable as a slice, for what takes one or several.
impl<'t> AsRef<[Var<'t>]> for Var<'t> {
    fn as_ref(&self) -> &[Var<'t>] {
        std::slice::from_ref(self)
    }
}

impl<'t> Var<'t> {
    /// The tape that it is a node of.
    pub fn tape(self) -> &'t Tape {
        self.tape
    }

    /// Its shape and kind.
    pub fn type_of(self) -> Type {
        let core = self.tape.core.borrow();
        Type::clone(core.types.get(core.nodes[self.id as usize].type_of))
    }

    /// Its shape.
    pub fn shape(self) -> Shape {
        self.type_of().shape
    }

    /// Real or index.
    pub fn kind(self) -> Kind {
        let core = self.tape.core.borrow();
        core.types.get(core.nodes[self.id as usize].type_of).kind
    }

    /// How many axes it has.
    pub fn rank(self) -> usize {
        self.shape().rank()
    }

    /// The operation that computes it.
    pub fn op(self) -> Arc<Op> {
        self.tape.op_of(self.id)
    }

    /// Its operands.
    pub fn operands(self) -> Vec<Var<'t>> {
        let core = self.tape.core.borrow();
        let inputs = core.nodes[self.id as usize].inputs.iter();
        inputs.map(|&id| Var { tape: self.tape, id }).collect()
    }

    /// The user's source line, and the scope, that it was recorded at.
    pub fn origin(self) -> Origin {
        self.tape.origin_of(self.id)
    }

    /// Its place on the tape.
    pub fn position(self) -> usize {
        self.id as usize
    }

    /// Its value, computed now unless it is kept from an earlier time. What it needed on the way
    /// is kept too, until [`Tape::clear`] or the tape's byte limit.
    ///
    /// # Panics
    /// If an index is out of range; the message says where.
    #[track_caller]
    pub fn value(self) -> Tensor {
        match self.tape.try_value(self) {
            Ok(value) => value,
            Err(error) => panic!("{error}"),
        }
    }

    /// The value of a variable with one element.
    ///
    /// # Panics
    /// If it has more or fewer elements.
    #[track_caller]
    pub fn item(self) -> f64 {
        self.value().item()
    }

    /// The number that a literal is.
    pub(crate) fn literal(self) -> Option<f64> {
        let core = self.tape.core.borrow();
        let node = &core.nodes[self.id as usize];
        let is_literal = **core.ops.get(node.op) == Op::Literal;
        is_literal.then(|| core.literals[node.value as usize])
    }

    /// The positions in an index leaf, which are known when recording.
    pub(crate) fn known_indices(self) -> Option<Array<i64>> {
        let core = self.tape.core.borrow();
        let node = &core.nodes[self.id as usize];
        if node.value == NOTHING || core.types.get(node.type_of).kind != Kind::Index {
            return None;
        }
        core.values[node.value as usize].as_ref()?.array::<i64>().cloned()
    }

    /// Itself if it is already batched, else repeated `n` times along a new first axis.
    #[track_caller]
    pub(crate) fn batched_unless(self, batched: bool, n: usize) -> Var<'t> {
        if batched { self } else { self.expand_axes(&[(0, n)]) }
    }

    /// Repeated along new axes, given as (position in the result, size), ascending.
    #[track_caller]
    pub(crate) fn expand_axes(self, axes: &[(usize, usize)]) -> Var<'t> {
        if axes.is_empty() { self } else { self.tape.record(Expand { axes: axes.into() }, &[self]) }
    }

    /// Repeated over the axes of `like` that a reduction of it has removed.
    #[track_caller]
    pub(crate) fn expanded_over(self, axes: &[usize], like: Var<'t>) -> Var<'t> {
        let shape = like.shape();
        self.expand_axes(&axes.iter().map(|&axis| (axis, shape[axis])).collect::<Vec<_>>())
    }

    #[track_caller]
    fn filled_like(self, number: f64) -> Var<'t> {
        let axes: Vec<_> = self.shape().iter().copied().enumerate().collect();
        self.tape.literal(number).expand_axes(&axes)
    }

    /// Zeros of its shape.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0]).zeros_like().to_string(), "[0. 0.]");
    /// ```
    #[track_caller]
    pub fn zeros_like(self) -> Var<'t> {
        self.filled_like(0.0)
    }

    /// Ones of its shape.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0]).ones_like().to_string(), "[1. 1.]");
    /// ```
    #[track_caller]
    pub fn ones_like(self) -> Var<'t> {
        self.filled_like(1.0)
    }

    #[track_caller]
    pub(crate) fn half_like(self) -> Var<'t> {
        self.filled_like(0.5)
    }
}

/// All operands as batches of `n`: those that are none yet are repeated.
pub(crate) fn all_batched<'t>(which: &[bool], x: &[Var<'t>], n: usize) -> Vec<Var<'t>> {
    which.iter().zip(x).map(|(&is, &x)| x.batched_unless(is, n)).collect()
}

impl fmt::Display for Var<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tape.try_value(*self) {
            Ok(value) => value.fmt(f),
            Err(error) => write!(f, "{error}"),
        }
    }
}

impl fmt::Debug for Var<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}: {} {}", self.id, self.op().name(), self.type_of())
    }
}
