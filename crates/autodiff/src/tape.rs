//! The tape: nodes in the order they were recorded, which is an order in which they can be
//! computed. Nothing is computed here.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::Location;
use std::sync::Arc;

use smallvec::SmallVec;
use wengert_tensor::{DType, Shape, Tensor};

use crate::input::{IndexValue, InputValue};
use crate::intern::Interner;
use crate::marks::Marks;
use crate::op::{Kind, ShapeError, Type};
use crate::ops::{Constant, Op, Point, Pointwise};
use crate::origin::{Origin, Origins};
use crate::run::{Checkpoint, Engine};
use crate::var::Var;

/// In which floating-point numbers a tape computes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Precision {
    /// Single precision, 24 bits: for training.
    F32,
    /// Double precision, 53 bits: for everything where gradients are looked at.
    F64,
}

impl Precision {
    /// The type of real tensors in this precision.
    pub fn dtype(self) -> DType {
        match self {
            Precision::F32 => DType::F32,
            Precision::F64 => DType::F64,
        }
    }
}

/// A Wengert list: the operations of a computation in the order they were recorded.
///
/// Recording computes nothing; values are computed when they are asked for, and kept.
/// Derivatives are recorded on the same tape, in the same operations, and so can be differentiated
/// again.
///
/// ```
/// # use wengert_autodiff::Tape;
/// let tape = Tape::new();
/// let x = tape.input([0.5, -1.0, 2.0]);
/// let y = (x * x.sin()).sum();
/// let [dy] = tape.grad(y, [x]);
/// let [d2y] = tape.grad(dy.sum(), [x]);
/// println!("{} {}", dy.value(), d2y.value());
/// ```
///
/// A handle can't outlive what it points to:
///
/// ```compile_fail,E0502
/// # use wengert_autodiff::Tape;
/// let mut tape = Tape::new();
/// let x = tape.input(1.0);
/// tape.clear();
/// println!("{}", x.value());
/// ```
pub struct Tape {
    precision: Precision,
    /// The seed of training steps, and how many have been made with it.
    seed: (u64, u64),
    /// While a node is differentiated, the origin of what that records; else [`NOTHING`].
    inherited_origin: Cell<u32>,
    pub(crate) core: RefCell<Core>,
}

/// The number of a node: its place on the tape.
pub(crate) type NodeId = u32;

/// One line of the list.
pub(crate) struct Node {
    pub op: u32,
    pub type_of: u32,
    pub origin: u32,
    /// A leaf's value, or a computed one that is kept: its place in `Core::values` (for a
    /// literal, in `Core::literals`), or [`NOTHING`].
    pub value: u32,
    pub inputs: SmallVec<[NodeId; 4]>,
}

/// Operations that a sweep has met, by number: the tape can't lend them while rules record.
#[derive(Default)]
pub(crate) struct Met(Vec<Option<Arc<Op>>>);

impl Met {
    /// The operation of a node, and its operands in `x`; nodes are recorded with its origin from
    /// now on.
    pub fn application<'t>(
        &mut self,
        tape: &'t Tape,
        id: NodeId,
        x: &mut SmallVec<[Var<'t>; 4]>,
    ) -> &Op {
        let core = tape.core.borrow();
        let node = &core.nodes[id as usize];
        tape.inherited_origin.set(node.origin);
        x.clear();
        for &id in &node.inputs {
            x.push(Var { tape, id });
        }
        let number = node.op as usize;
        if self.0.len() <= number {
            self.0.resize(number + 1, None);
        }
        self.0[number].get_or_insert_with(|| Arc::clone(core.ops.get(node.op)))
    }
}

/// The absence of a value.
pub(crate) const NOTHING: u32 = u32::MAX;

/// What a tape consists of.
pub(crate) struct Core {
    pub nodes: Vec<Node>,
    pub ops: Interner<Op>,
    /// The numbers of the pointwise operations that have been recorded, else [`NOTHING`].
    points: [u32; Point::COUNT],
    pub types: Interner<Type>,
    pub origins: Origins,
    pub literals: Vec<f64>,
    pub values: Vec<Option<Tensor>>,
    /// Computed values that are kept, oldest first: their nodes, and their bytes together.
    pub kept: VecDeque<(Vec<NodeId>, usize)>,
    pub kept_bytes: usize,
    pub byte_limit: usize,
    /// Blocks that are not kept; an inner one before those around it.
    pub checkpoints: Vec<Checkpoint>,
    /// The scope that nodes are recorded in.
    pub scope: u32,
    /// How many random sequences have been started.
    streams: u32,
    pub marks: Marks,
    pub engine: Engine,
}

/// When more distinct operations than this were interned, `clear` forgets them, and with them the
/// plans that name them.
const MOST_OPERATIONS: usize = 1 << 16;

/// Computed values beyond this many bytes are dropped, oldest first, unless the tape is told
/// otherwise.
const BYTE_LIMIT: usize = 1 << 30;

impl Default for Tape {
    fn default() -> Tape {
        Tape::new()
    }
}

impl Tape {
    /// An empty tape in double precision.
    pub fn new() -> Tape {
        Tape::with_precision(Precision::F64)
    }

    /// An empty tape in single precision, for training.
    pub fn f32() -> Tape {
        Tape::with_precision(Precision::F32)
    }

    /// An empty tape.
    pub fn with_precision(precision: Precision) -> Tape {
        let core = Core {
            nodes: Vec::new(),
            ops: Interner::new(),
            points: [NOTHING; Point::COUNT],
            types: Interner::new(),
            origins: Origins::new(),
            literals: Vec::new(),
            values: Vec::new(),
            kept: VecDeque::new(),
            kept_bytes: 0,
            byte_limit: BYTE_LIMIT,
            checkpoints: Vec::new(),
            scope: 0,
            streams: 0,
            marks: Marks::default(),
            engine: Engine::new(precision),
        };
        Tape {
            precision,
            seed: (0, 0),
            inherited_origin: Cell::new(NOTHING),
            core: RefCell::new(core),
        }
    }

    /// Its precision.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// How many nodes have been recorded since the last [`clear`](Tape::clear).
    pub fn len(&self) -> usize {
        self.core.borrow().nodes.len()
    }

    /// Whether nothing has been recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all nodes and values. Buffers and plans stay, for the next step to reuse.
    pub fn clear(&mut self) {
        let core = self.core.get_mut();
        core.nodes.clear();
        core.origins.clear();
        core.literals.clear();
        core.values.clear();
        core.kept.clear();
        core.kept_bytes = 0;
        core.checkpoints.clear();
        core.scope = 0;
        core.streams = 0;
        self.inherited_origin.set(NOTHING);
        if core.ops.items().len() > MOST_OPERATIONS {
            core.ops = Interner::new();
            core.points = [NOTHING; Point::COUNT];
            core.types = Interner::new();
            core.engine.forget_plans();
        }
    }

    /// Sets the seed that the random numbers of training steps depend on (0 unless set), and
    /// starts counting steps again.
    pub fn set_seed(&mut self, seed: u64) {
        self.seed = (seed, 0);
    }

    /// The seed, and how many training steps were made since it was set: what the random numbers of
    /// the next depend on.
    pub fn random_state(&self) -> (u64, u64) {
        self.seed
    }

    /// Goes on as a tape with this [`random_state`](Tape::random_state) would.
    pub fn set_random_state(&mut self, state: (u64, u64)) {
        self.seed = state;
    }

    /// The seed of the next training step.
    pub(crate) fn next_seed(&mut self) -> u64 {
        let (seed, step) = self.seed;
        self.seed.1 += 1;
        // Steps of one seed, and the same step of neighbouring seeds, lie far apart.
        seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .wrapping_add(step.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    /// Computed values are kept until they need more than `bytes`; then the oldest are dropped,
    /// and computed again if they are asked for again. 1 GiB unless set.
    pub fn set_byte_limit(&mut self, bytes: usize) {
        self.core.get_mut().byte_limit = bytes;
    }

    /// Records a value given from outside: a number, a nested array (both rounded to the tape's
    /// precision), or a tensor. It is never folded into anything.
    ///
    /// # Panics
    /// If a tensor of another precision is given: convert it with [`Tensor::cast`].
    #[track_caller]
    pub fn input(&self, value: impl InputValue) -> Var<'_> {
        let tensor = match value.into_tensor(self.precision) {
            Ok(tensor) => tensor,
            Err(message) => panic!("input: {message}"),
        };
        self.leaf(&tensor)
    }

    /// Records positions: labels, tokens, seeds. Nothing is differentiated by them.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let labels = tape.indices([2, 0, 1]);
    /// assert_eq!(labels.one_hot(3).to_string(), "[[0. 0. 1.]\n [1. 0. 0.]\n [0. 1. 0.]]");
    /// ```
    #[track_caller]
    pub fn indices(&self, value: impl IndexValue) -> Var<'_> {
        self.leaf(&Tensor::I64(value.into_indices()))
    }

    #[track_caller]
    fn leaf(&self, tensor: &Tensor) -> Var<'_> {
        let kind = if tensor.dtype() == DType::I64 { Kind::Index } else { Kind::Real };
        let type_of = Type { shape: tensor.shape().clone(), kind };
        let core = &mut *self.core.borrow_mut();
        let value = core.values.len() as u32;
        core.values.push(Some(tensor.contiguous()));
        let type_of = core.types.number(type_of);
        let origin = self.origin_here(core, Location::caller());
        let op = core.ops.number(Op::Input);
        let id = core.push(op, type_of, value, &[], origin);
        Var { tape: self, id }
    }

    /// Records a number: 0, ±1, 2 and ½ as constants of the program, any other as
    /// a literal, which every precision rounds for itself.
    #[track_caller]
    pub fn literal(&self, number: f64) -> Var<'_> {
        let core = &mut *self.core.borrow_mut();
        let type_of = core.types.number(Type::real([]));
        let (op, value) = match Constant::of(number) {
            Some(constant) => (Op::Constant(constant), NOTHING),
            None => (Op::Literal, core.literals.len() as u32),
        };
        if value != NOTHING {
            core.literals.push(number);
        }
        let origin = self.origin_here(core, Location::caller());
        let op = core.ops.number(op);
        let id = core.push(op, type_of, value, &[], origin);
        Var { tape: self, id }
    }

    /// Records an operation on these operands.
    ///
    /// # Panics
    /// If the operation does not admit them; see [`Tape::try_record`].
    #[track_caller]
    pub fn record<'t>(&'t self, op: impl Into<Op>, inputs: &[Var<'t>]) -> Var<'t> {
        self.record_op(op.into(), inputs)
    }

    #[track_caller]
    fn record_op<'t>(&'t self, op: Op, inputs: &[Var<'t>]) -> Var<'t> {
        match self.try_record_op(op, inputs) {
            Ok(var) => var,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`Tape::record`], for a method of another name than its operation.
    #[track_caller]
    pub(crate) fn record_as<'t>(
        &'t self,
        name: &str,
        op: impl Into<Op>,
        inputs: &[Var<'t>],
    ) -> Var<'t> {
        match self.try_record(op, inputs) {
            Ok(var) => var,
            Err(error) => panic!("{}", ShapeError { operation: name.to_owned(), ..error }),
        }
    }

    /// Records an operation on these operands, or says why it does not admit them: for code that
    /// builds programs from data.
    ///
    /// # Errors
    /// If the operation does not admit the operands, or they are on different tapes.
    #[track_caller]
    pub fn try_record<'t>(
        &'t self,
        op: impl Into<Op>,
        inputs: &[Var<'t>],
    ) -> Result<Var<'t>, ShapeError> {
        self.try_record_op(op.into(), inputs)
    }

    #[track_caller]
    fn try_record_op<'t>(&'t self, op: Op, inputs: &[Var<'t>]) -> Result<Var<'t>, ShapeError> {
        let location = Location::caller();
        if let Some(point) = op.point()
            && let Some(y) = self.push_pointwise(point, inputs, location)
        {
            return Ok(y);
        }
        if inputs.iter().any(|x| !std::ptr::eq(x.tape, self)) {
            let name = op.name().to_owned();
            return Err(explained(name, "operands are on different tapes".into(), inputs));
        }
        // The shape rule may be a user's: no borrow is held while it runs.
        let types: SmallVec<[Type; 4]> = inputs.iter().map(|x| x.type_of()).collect();
        let indices: SmallVec<[_; 4]> = inputs.iter().map(|x| x.known_indices()).collect();
        let known: SmallVec<[_; 4]> = indices.iter().map(Option::as_ref).collect();
        let type_of = op.shape(&types).and_then(|y| {
            check_size(&y.shape)?;
            op.check(&known, &types).map(|()| y)
        });
        let type_of = match type_of {
            Ok(type_of) => type_of,
            Err(error) => {
                let name = match error.operation.as_str() {
                    "" => op.name().to_owned(),
                    name => name.to_owned(),
                };
                return Err(explained(name, error.message, inputs));
            }
        };
        let core = &mut *self.core.borrow_mut();
        let (op, type_of) = (core.ops.number(op), core.types.number(type_of));
        let origin = self.origin_here(core, location);
        Ok(Var { tape: self, id: core.push(op, type_of, NOTHING, inputs, origin) })
    }

    /// Records a pointwise operation whose operands are real and of one shape, and on this tape:
    /// the result's type is theirs. The common case, without asking the operation.
    #[track_caller]
    pub(crate) fn record_pointwise<'t>(
        &'t self,
        op: impl Pointwise,
        inputs: &[Var<'t>],
    ) -> Option<Var<'t>> {
        self.push_pointwise(op.into(), inputs, Location::caller())
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a third of the time of recording a scalar")]
    fn push_pointwise<'t>(
        &'t self,
        point: Point,
        inputs: &[Var<'t>],
        location: &'static Location<'static>,
    ) -> Option<Var<'t>> {
        let core = &mut *self.core.borrow_mut();
        let first = *inputs.first()?;
        if inputs.len() != point.arity() || !std::ptr::eq(first.tape, self) {
            return None;
        }
        let type_of = core.nodes[first.id as usize].type_of;
        for x in &inputs[1..] {
            if !std::ptr::eq(x.tape, self) || core.nodes[x.id as usize].type_of != type_of {
                return None;
            }
        }
        if core.types.get(type_of).kind != Kind::Real {
            return None;
        }
        if core.points[point as usize] == NOTHING {
            core.points[point as usize] = core.ops.number(point.op());
        }
        let origin = self.origin_here(core, location);
        let op = core.points[point as usize];
        Some(Var { tape: self, id: core.push(op, type_of, NOTHING, inputs, origin) })
    }

    /// The origin of a node that is recorded now.
    #[inline]
    fn origin_here(&self, core: &mut Core, location: &'static Location<'static>) -> u32 {
        match self.inherited_origin.get() {
            NOTHING => core.origins.number(location, core.scope),
            inherited => inherited,
        }
    }

    /// The number of a random sequence that no other node since the last `clear` has.
    pub(crate) fn new_stream(&self) -> u32 {
        let core = &mut *self.core.borrow_mut();
        core.streams += 1;
        core.streams - 1
    }

    /// Until the answer is dropped, nodes are recorded in the scope `name` inside the current one.
    pub(crate) fn enter<'t>(&'t self, name: &str) -> impl Drop + use<'t> {
        struct Return<'t>(&'t Tape, u32);
        impl Drop for Return<'_> {
            fn drop(&mut self) {
                self.0.core.borrow_mut().scope = self.1;
            }
        }
        let core = &mut *self.core.borrow_mut();
        let inner = core.origins.scope(core.scope, name);
        Return(self, std::mem::replace(&mut core.scope, inner))
    }

    /// Until the answer is dropped, nodes are recorded with the origin of this one, or of the last
    /// that was asked of [`Met`].
    pub(crate) fn inherit_origin(&self, id: NodeId) -> impl Drop {
        let origin = self.core.borrow().nodes[id as usize].origin;
        self.replace_origin(origin)
    }

    fn replace_origin(&self, origin: u32) -> impl Drop {
        struct Return<'t>(&'t Tape, u32);
        impl Drop for Return<'_> {
            fn drop(&mut self) {
                self.0.inherited_origin.set(self.1);
            }
        }
        Return(self, self.inherited_origin.replace(origin))
    }

    /// Records what `f` records with this origin instead of the caller's: for what is read from a
    /// formula or a file.
    ///
    /// ```
    /// # use wengert_autodiff::{Origin, Tape};
    /// let tape = Tape::new();
    /// let origin = Origin { file: "model.txt".into(), line: 3, column: 7, scope: "head".into() };
    /// let y = tape.with_origin(&origin, || tape.input(0.5).sin());
    /// assert_eq!(y.origin().to_string(), "model.txt:3:7 in head");
    /// ```
    pub fn with_origin<R>(&self, origin: &Origin, f: impl FnOnce() -> R) -> R {
        let number = self.core.borrow_mut().origins.stated(origin);
        let _return = self.replace_origin(number);
        f()
    }

    /// Records what `f` records in the scope `name`, inside the one it is called in: a block of its
    /// own in listings, tables and pictures. Layers do this by themselves.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// let y = tape.named("norm", || (x * x).sum().sqrt());
    /// assert_eq!(y.origin().scope, "norm");
    /// ```
    pub fn named<R>(&self, name: &str, f: impl FnOnce() -> R) -> R {
        let _leave = self.enter(name);
        f()
    }

    pub(crate) fn origin_of(&self, id: NodeId) -> Origin {
        let core = self.core.borrow();
        core.origins.get(core.nodes[id as usize].origin)
    }

    pub(crate) fn op_of(&self, id: NodeId) -> Arc<Op> {
        let core = self.core.borrow();
        Arc::clone(core.ops.get(core.nodes[id as usize].op))
    }
}

/// That the elements of a result can be counted, and their bytes: with one for each axis of size 0,
/// so that no part of it is larger.
fn check_size(shape: &Shape) -> Result<(), ShapeError> {
    const MOST: usize = isize::MAX as usize / size_of::<f64>();
    let size = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size.max(1)));
    if size.is_some_and(|size| size <= MOST) {
        return Ok(());
    }
    Err(ShapeError::new(format!("a result of {shape} is larger than any memory")))
}

/// An error about these operands: what they are and where they were made.
pub(crate) fn explained(operation: String, message: String, operands: &[Var<'_>]) -> ShapeError {
    let lines = operands.iter().enumerate().map(|(k, x)| {
        let (op, origin) = (x.op(), x.origin());
        format!("\n  operand {k}: {} from {} at {origin}", x.type_of(), op.name())
    });
    ShapeError { operation, message: message + &lines.collect::<String>() }
}

/// Panics on the user's line, naming the operation that was misused and its operands.
#[track_caller]
pub(crate) fn refuse(operation: &str, message: String, operands: &[Var<'_>]) -> ! {
    panic!("{}", explained(operation.to_owned(), message, operands))
}

impl Core {
    pub fn type_of(&self, node: NodeId) -> Type {
        Type::clone(self.types.get(self.nodes[node as usize].type_of))
    }

    /// The recording door: nothing else appends a node.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a third of the time of recording a scalar")]
    fn push(
        &mut self,
        op: u32,
        type_of: u32,
        value: u32,
        inputs: &[Var<'_>],
        origin: u32,
    ) -> NodeId {
        let id = self.nodes.len() as NodeId;
        // Growing fourfold moves long tapes seldom; memory that is not written to costs nothing.
        if self.nodes.len() == self.nodes.capacity() {
            self.nodes.reserve_exact((3 * self.nodes.len()).max(64));
        }
        // Nearly all nodes have one or two operands; made in one piece, these cost nothing.
        let inputs = match *inputs {
            [a] => SmallVec::from_buf_and_len([a.id, 0, 0, 0], 1),
            [a, b] => SmallVec::from_buf_and_len([a.id, b.id, 0, 0], 2),
            _ => inputs.iter().map(|x| x.id).collect(),
        };
        self.nodes.push(Node { op, type_of, origin, value, inputs });
        id
    }
}
