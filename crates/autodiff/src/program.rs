//! A program: a slice of a tape, from inputs to outputs, without handles. It can be run again and
//! again, from any thread, in either precision, and evaluated on any scalar.

use std::any::TypeId;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use wengert_tensor::{Array, DType, Pool, Tensor, Threads};

use crate::op::{ShapeError, Type, Value};
use crate::ops::Op;
use crate::origin::Origin;
use crate::real::Real;
use crate::run::{
    Bound, Failure, Listing, Plan, Policy, RunError, Scalar, Selection, Tables, Workspace,
    execute_watched,
};
use crate::tape::{NodeId, Precision, Tape, refuse};
use crate::var::Var;

/// A slice of a tape, from inputs to outputs.
///
/// What the outputs need beside the inputs – data, parameters, literals – is part of the program,
/// with the values it had.
///
/// ```
/// # use wengert_autodiff::Tape;
/// # use wengert_tensor::Tensor;
/// let tape = Tape::new();
/// let x = tape.input(0.0);
/// let y = x * x * x;
/// let [dy] = tape.grad(y, [x]);
/// let f = tape.program([x], [y, dy]);
/// let [y, dy] = f.run([&Tensor::from(2.0)]);
/// assert_eq!((y.item(), dy.item()), (8.0, 12.0));
/// ```
pub struct Program {
    precision: Precision,
    listing: Listing,
    ops: Vec<Arc<Op>>,
    types: Vec<Arc<Type>>,
    /// For each input of the listing: a value, or which input of the program it is.
    inputs: Vec<Source>,
    /// The types of the program's inputs.
    signature: Vec<Type>,
    /// Where the nodes were recorded.
    origins: Vec<Origin>,
    policy: Policy,
    threads: Threads,
    single: Runner<f32>,
    double: Runner<f64>,
}

/// An operation of a program.
#[derive(Clone, Copy, Debug)]
pub struct ProgramNode<'p> {
    /// What it does.
    pub op: &'p Op,
    /// The numbers of the values that it does it with.
    pub operands: &'p [u32],
    /// The type of its result.
    pub type_of: &'p Type,
    /// Where it was recorded.
    pub origin: &'p Origin,
}

/// What a program starts from.
#[derive(Clone, Copy, Debug)]
pub enum Leaf<'p> {
    /// The input of this number.
    Input(usize),
    /// A tensor that it has captured: data, a parameter, a node's value.
    Data(&'p Tensor),
    /// A number typed in a formula.
    Number(f64),
}

/// Where an input of the listing comes from.
#[derive(Clone, Debug)]
enum Source {
    Given(usize),
    Captured(Bound),
}

/// A plan, and the memory of runs that have ended.
struct Runner<T> {
    plan: OnceLock<Plan<T>>,
    workspaces: Mutex<Vec<Workspace<T>>>,
    pool: Pool<T>,
}

impl<T: Scalar> Default for Runner<T> {
    fn default() -> Runner<T> {
        Runner { plan: OnceLock::new(), workspaces: Mutex::new(Vec::new()), pool: Pool::default() }
    }
}

impl Tape {
    /// Cuts out the program that computes `outputs` from `inputs`. Inputs may be any nodes; what
    /// they were computed from is not part of the program.
    ///
    /// # Panics
    /// If a variable is on another tape, or an input is named twice.
    #[track_caller]
    pub fn program<'t, const N: usize, const M: usize>(
        &'t self,
        inputs: [Var<'t>; N],
        outputs: [Var<'t>; M],
    ) -> Program {
        self.program_of(&inputs, &outputs)
    }

    /// As [`Tape::program`], for any number of inputs and outputs.
    ///
    /// # Panics
    /// As [`Tape::program`].
    #[track_caller]
    pub fn program_of(&self, inputs: &[Var<'_>], outputs: &[Var<'_>]) -> Program {
        self.program_and_nodes(inputs, outputs).0
    }

    /// The program, and for each of its operations the node that it was.
    #[track_caller]
    pub(crate) fn program_and_nodes(
        &self,
        inputs: &[Var<'_>],
        outputs: &[Var<'_>],
    ) -> (Program, Vec<NodeId>) {
        self.check_own("program", inputs);
        self.check_own("program", outputs);
        let positions: FxHashMap<NodeId, usize> = inputs.iter().map(|x| x.id).zip(0..).collect();
        if positions.len() < inputs.len() {
            refuse("program", "an input is named twice".into(), inputs);
        }
        let targets: Vec<NodeId> = outputs.iter().map(|y| y.id).collect();
        let core = &mut *self.core.borrow_mut();
        let selection =
            core.select(&targets, false, |_, x| positions.contains_key(&x), Selection::default());
        let sources = selection.inputs.iter().map(|&node| match positions.get(&node) {
            Some(&position) => Source::Given(position),
            None => Source::Captured(core.bound(node)),
        });
        let origin = |&node: &NodeId| core.origins.get(core.nodes[node as usize].origin);
        let program = Program {
            precision: self.precision(),
            inputs: sources.collect(),
            signature: inputs.iter().map(|x| core.type_of(x.id)).collect(),
            origins: selection.nodes.iter().map(origin).collect(),
            ops: core.ops.items().to_vec(),
            types: core.types.items().to_vec(),
            listing: selection.listing,
            policy: core.engine.policy(),
            threads: core.engine.threads().clone(),
            single: Runner::default(),
            double: Runner::default(),
        };
        (program.with_own_tables(), selection.nodes)
    }
}

impl Tape {
    /// Records a program's operations on this tape, with these variables as its inputs, and answers
    /// with its outputs. What the program has captured is recorded as inputs and literals.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input(0.0);
    /// let cube = tape.program([x], [x * x * x]);
    /// let other = Tape::new();
    /// let z = other.input(2.0);
    /// let y = other.call(&cube, &[z])[0];
    /// let [dz] = other.grad(y, [z]);
    /// assert_eq!((y.item(), dz.item()), (8.0, 12.0));
    /// ```
    ///
    /// # Panics
    /// If the variables are not of the program's types or on another tape, or the program has
    /// captured values of another precision.
    #[track_caller]
    pub fn call<'t>(&'t self, program: &Program, inputs: &[Var<'t>]) -> Vec<Var<'t>> {
        self.check_own("call", inputs);
        let types: Vec<Type> = inputs.iter().map(|x| x.type_of()).collect();
        if types != program.signature {
            let want = &program.signature;
            refuse("call", format!("the program takes {want:?}, not {types:?}"), inputs);
        }
        let sources: Vec<Var<'t>> = program
            .inputs
            .iter()
            .map(|source| match source {
                Source::Given(k) => inputs[*k],
                Source::Captured(Bound::Tensor(tensor)) => self.input(tensor),
                Source::Captured(Bound::Number(number)) => self.literal(*number),
            })
            .collect();
        let mut nodes: Vec<Var<'t>> = Vec::with_capacity(program.len());
        let values = |all: &[u32], nodes: &[Var<'t>]| -> Vec<Var<'t>> {
            let value = |&x: &u32| {
                let input = (x as usize).checked_sub(program.len());
                input.map_or_else(|| nodes[x as usize], |input| sources[input])
            };
            all.iter().map(value).collect()
        };
        for line in program.listing.lines() {
            let x = values(line.operands, &nodes);
            nodes.push(self.record(Op::clone(&program.ops[line.op as usize]), &x));
        }
        values(&program.listing.outputs, &nodes)
    }
}

impl Program {
    /// The same program with only those operations and types in its tables that it uses, in the
    /// order of first use.
    fn with_own_tables(mut self) -> Program {
        let (mut ops, mut types) = (Table::new(&self.ops), Table::new(&self.types));
        let mut listing = Listing::default();
        listing.outputs.clone_from(&self.listing.outputs);
        listing.checkpoints.clone_from(&self.listing.checkpoints);
        listing.inputs.extend(self.listing.inputs.iter().map(|&type_of| types.renumber(type_of)));
        for line in self.listing.lines() {
            let (op, type_of) = (ops.renumber(line.op), types.renumber(line.type_of));
            listing.push(op, type_of, line.operands.iter().copied());
        }
        listing.seal();
        (self.ops, self.types, self.listing) = (ops.used, types.used, listing);
        self
    }

    /// Whether it computes the same from the same: only programs that hold no values of their own
    /// can be compared, each other one is equal to itself alone.
    pub(crate) fn is_same_formula(&self, other: &Program) -> bool {
        let given = |program: &Program| -> Option<Vec<usize>> {
            let given = program.inputs.iter().map(|source| match source {
                Source::Given(k) => Some(*k),
                Source::Captured(_) => None,
            });
            given.collect()
        };
        std::ptr::eq(self, other)
            || self.precision == other.precision
                && self.signature == other.signature
                && self.listing == other.listing
                && self.ops == other.ops
                && self.types == other.types
                && given(self).is_some_and(|inputs| Some(inputs) == given(other))
    }

    /// Hashes what [`Program::is_same_formula`] compares.
    pub(crate) fn hash_formula(&self, state: &mut impl Hasher) {
        (self.precision, &self.signature, &self.listing, &self.ops, &self.types).hash(state);
    }

    /// Its operations, in an order in which they can be computed. Values are numbered: first the
    /// results of these, then [`Program::leaves`].
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input(0.5);
    /// let program = tape.program([x], [3.0 * x.sin()]);
    /// let lines = program.nodes().map(|node| format!("{} {:?}", node.op.name(), node.operands));
    /// assert_eq!(lines.collect::<Vec<_>>(), ["sin [2]", "mul [3, 0]"]);
    /// assert_eq!((program.leaves().len(), program.outputs()), (2, &[1][..]));
    /// ```
    pub fn nodes(&self) -> impl Iterator<Item = ProgramNode<'_>> {
        self.listing.lines().zip(&self.origins).map(|(line, origin)| ProgramNode {
            op: &self.ops[line.op as usize],
            operands: line.operands,
            type_of: &self.types[line.type_of as usize],
            origin,
        })
    }

    /// What its operations start from: inputs, and values that it has captured.
    pub fn leaves(&self) -> impl ExactSizeIterator<Item = (Leaf<'_>, &Type)> {
        let types = self.listing.inputs.iter().map(|&type_of| &*self.types[type_of as usize]);
        let leaves = self.inputs.iter().map(|source| match source {
            Source::Given(k) => Leaf::Input(*k),
            Source::Captured(Bound::Tensor(tensor)) => Leaf::Data(tensor),
            Source::Captured(Bound::Number(number)) => Leaf::Number(*number),
        });
        leaves.zip(types)
    }

    /// The numbers of the values that it answers with.
    pub fn outputs(&self) -> &[u32] {
        &self.listing.outputs
    }

    /// The types of its inputs.
    pub fn inputs(&self) -> &[Type] {
        &self.signature
    }

    /// How many operations it has.
    pub fn len(&self) -> usize {
        self.listing.len()
    }

    /// Whether it computes nothing: its outputs are inputs or captured values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its precision: that of the tape it was cut from, or the one given since.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Sets the threads that its runs share their work between; unless set, they are those of the
    /// tape that it was cut from. Runs from several threads at once do not wait for each other:
    /// one has the team, the others do their work alone.
    pub fn set_threads(&mut self, threads: &Threads) {
        self.threads = threads.clone();
    }

    /// Sets how many bytes the temporaries of a run may take, as [`Tape::memory_budget`] does, or
    /// lifts the limit; unless set, it is that of the tape that the program was cut from.
    pub fn set_memory_budget(&mut self, bytes: Option<usize>) {
        self.policy.memory_budget = bytes;
        (self.single, self.double) = (Runner::default(), Runner::default());
    }

    /// The same program in another precision: captured numbers and data are rounded to it.
    pub fn in_precision(mut self, precision: Precision) -> Program {
        self.precision = precision;
        for source in &mut self.inputs {
            if let Source::Captured(Bound::Tensor(tensor)) = source
                && tensor.dtype() != DType::I64
            {
                *tensor = match precision {
                    Precision::F32 => Tensor::F32(tensor.to_f64().map(|x| x as f32)),
                    Precision::F64 => Tensor::F64(tensor.to_f64()),
                };
            }
        }
        self
    }

    /// The values of its outputs at these inputs. Nothing is recorded. From the second run on,
    /// the memory of temporaries is used again.
    ///
    /// # Panics
    /// If an input has not the type that the program was recorded with, its number of outputs is
    /// not `M`, or an index is out of range.
    #[track_caller]
    pub fn run<const N: usize, const M: usize>(&self, inputs: [&Tensor; N]) -> [Tensor; M] {
        let outputs = match self.try_run(&inputs) {
            Ok(outputs) => outputs,
            Err(error) => panic!("{error}"),
        };
        let count = outputs.len();
        let Ok(outputs) = outputs.try_into() else {
            panic!("run: the program has {count} outputs, not {M}")
        };
        outputs
    }

    /// As [`Program::run`], for any number of inputs and outputs, with errors as values.
    ///
    /// # Errors
    /// If an input has not the type that the program was recorded with, or an index is out of
    /// range.
    pub fn try_run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, RunError> {
        self.run_watched(inputs, || ())
    }

    /// As [`Program::try_run`]; calls `tick` before the first step of its plan and after each.
    pub(crate) fn run_watched(
        &self,
        inputs: &[&Tensor],
        tick: impl FnMut(),
    ) -> Result<Vec<Tensor>, RunError> {
        self.check_inputs(inputs)?;
        let bound = self.inputs.iter().map(|source| match source {
            Source::Captured(bound) => bound.clone(),
            Source::Given(k) => Bound::Tensor(inputs[*k].contiguous()),
        });
        let bound: Vec<Bound> = bound.collect();
        match self.precision {
            Precision::F32 => self.run_on(&self.single, &bound, tick),
            Precision::F64 => self.run_on(&self.double, &bound, tick),
        }
    }

    fn check_inputs(&self, inputs: &[&Tensor]) -> Result<(), RunError> {
        let refuse = |message: String| {
            let error = ShapeError { operation: "run".into(), message };
            Err(RunError { error, origin: None })
        };
        if inputs.len() != self.signature.len() {
            let (have, want) = (inputs.len(), self.signature.len());
            return refuse(format!("the program has {want} inputs, {have} were given"));
        }
        for (k, (tensor, type_of)) in inputs.iter().zip(&self.signature).enumerate() {
            let dtype = match type_of.kind {
                crate::op::Kind::Real => self.precision.dtype(),
                crate::op::Kind::Index => DType::I64,
            };
            if tensor.shape() != &type_of.shape || tensor.dtype() != dtype {
                let (shape, have) = (tensor.shape(), tensor.dtype());
                let want = &type_of.shape;
                return refuse(format!(
                    "input {k} should be {want} of {dtype}, not {shape} of {have}"
                ));
            }
        }
        Ok(())
    }

    /// The bytes that the temporaries of a run take, as
    /// [`Statistics::peak_bytes`](crate::Statistics::peak_bytes) counts them. Nothing is run.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input(vec![1.0; 100]);
    /// let program = tape.program([x], [x.sin().exp().sum()]);
    /// assert!(program.peak_bytes() >= 2 * 800);
    /// ```
    pub fn peak_bytes(&self) -> usize {
        match self.precision {
            Precision::F32 => self.plan(&self.single).bytes(),
            Precision::F64 => self.plan(&self.double).bytes(),
        }
    }

    /// What the steps of its plan are, and the nodes that they compute.
    pub(crate) fn forms(&self) -> Vec<(u32, &'static str)> {
        match self.precision {
            Precision::F32 => self.plan(&self.single).forms().collect(),
            Precision::F64 => self.plan(&self.double).forms().collect(),
        }
    }

    fn plan<'a, T: Scalar>(&self, runner: &'a Runner<T>) -> &'a Plan<T> {
        let tables = Tables { ops: &self.ops, types: &self.types };
        runner.plan.get_or_init(|| Plan::new(&self.listing, tables, self.policy))
    }

    fn run_on<T: Scalar>(
        &self,
        runner: &Runner<T>,
        bound: &[Bound],
        tick: impl FnMut(),
    ) -> Result<Vec<Tensor>, RunError> {
        let plan = self.plan(runner);
        let workspaces = || runner.workspaces.lock().unwrap_or_else(PoisonError::into_inner);
        let mut workspace = workspaces().pop().unwrap_or_default();
        let teams = (&runner.pool, &self.threads);
        let outcome = execute_watched(plan, bound, &mut workspace, teams, tick);
        workspaces().push(workspace);
        match outcome {
            Ok(outcome) => Ok(outcome.outputs),
            Err(Failure { node, error }) => Err(self.located(node, error)),
        }
    }

    /// An error of this node's operation, named and located.
    fn located(&self, node: u32, error: ShapeError) -> RunError {
        let line = self.listing.lines().nth(node as usize).expect("one of the nodes");
        let operation = self.ops[line.op as usize].name().to_owned();
        let origin = Some(self.origins[node as usize].clone());
        RunError { error: ShapeError { operation, ..error }, origin }
    }

    /// The values of its outputs at these inputs, each operation evaluated as it is defined, on
    /// any scalar: in double-double, on dual numbers. Captured data keep the values they had in
    /// the program's precision; literals are exact.
    ///
    /// # Errors
    /// If an input has not the type that the program was recorded with, an index is out of range,
    /// or an operation has no meaning on these scalars.
    pub fn evaluate<T: Real>(&self, inputs: &[Value<T>]) -> Result<Vec<Value<T>>, RunError> {
        let all = self.evaluate_all(inputs)?;
        Ok(self.listing.outputs.iter().map(|&y| all[y as usize].clone()).collect())
    }

    /// As [`Program::evaluate`], with all values by their numbers.
    pub(crate) fn evaluate_all<T: Real>(
        &self,
        inputs: &[Value<T>],
    ) -> Result<Vec<Value<T>>, RunError> {
        let leaves = self.leaf_values(inputs)?;
        self.walk(leaves, |_, op, x| eval_checked(op, x))
    }

    /// The values of its leaves, with these inputs.
    pub(crate) fn leaf_values<T: Real>(
        &self,
        inputs: &[Value<T>],
    ) -> Result<Vec<Value<T>>, RunError> {
        let types: Vec<Type> = inputs.iter().map(Value::type_of).collect();
        if types != self.signature {
            let message = format!("inputs of {:?} are expected, not {types:?}", self.signature);
            let error = ShapeError { operation: "evaluate".into(), message };
            return Err(RunError { error, origin: None });
        }
        let given = self.inputs.iter().map(|source| match source {
            Source::Given(k) => inputs[*k].clone(),
            Source::Captured(Bound::Tensor(tensor)) => Value::of(tensor),
            Source::Captured(Bound::Number(x)) => Value::Real(Array::scalar(T::from_f64(*x))),
        });
        Ok(given.collect())
    }

    /// Walks its nodes, each computed by `eval` from its operands, whatever a value is; answers with
    /// all values by their numbers, those of the nodes and then the leaves.
    pub(crate) fn walk<V>(
        &self,
        leaves: Vec<V>,
        mut eval: impl FnMut(usize, &Op, &[&V]) -> Result<V, ShapeError>,
    ) -> Result<Vec<V>, RunError> {
        let nodes = self.len();
        let mut computed: Vec<V> = Vec::with_capacity(nodes + leaves.len());
        for line in self.listing.lines() {
            let op = &self.ops[line.op as usize];
            let value =
                |&x: &u32| computed.get(x as usize).unwrap_or_else(|| &leaves[x as usize - nodes]);
            let x: Vec<&V> = line.operands.iter().map(value).collect();
            let value = eval(computed.len(), op, &x);
            let value = value.map_err(|error| self.located(computed.len() as u32, error))?;
            computed.push(value);
        }
        computed.extend(leaves);
        Ok(computed)
    }
}

/// Whether programs run on these scalars, or are only evaluated.
fn is_native<T: Real>() -> bool {
    [TypeId::of::<f32>(), TypeId::of::<f64>()].contains(&TypeId::of::<T>())
}

/// The value of an operation as it is defined, once its indices have been checked; of a user's
/// operation, the type of the answer is checked too.
pub(crate) fn eval_checked<T: Real>(op: &Op, x: &[&Value<T>]) -> Result<Value<T>, ShapeError> {
    if !op.replays() && !is_native::<T>() {
        return Err(ShapeError::new("it is evaluated in f64 alone, not on these scalars"));
    }
    if x.iter().any(|x| matches!(x, Value::Index(_))) {
        let types: Vec<Type> = x.iter().map(|x| x.type_of()).collect();
        let indices = x.iter().map(|x| match x {
            Value::Index(positions) => Some(positions),
            Value::Real(_) => None,
        });
        op.check(&indices.collect::<Vec<_>>(), &types)?;
    }
    let y = op.eval(x);
    if let Op::Custom(_) = op {
        let types: Vec<Type> = x.iter().map(|x| x.type_of()).collect();
        let (have, want) = (y.type_of(), op.shape(&types)?);
        if have != want {
            let message = format!("its eval answers {have}, its shape rule {want}");
            return Err(ShapeError::new(message));
        }
    }
    Ok(y)
}

/// A table that is reduced to the entries in use.
struct Table<'a, T> {
    all: &'a [Arc<T>],
    numbers: Vec<Option<u32>>,
    used: Vec<Arc<T>>,
}

impl<'a, T> Table<'a, T> {
    fn new(all: &'a [Arc<T>]) -> Table<'a, T> {
        Table { all, numbers: vec![None; all.len()], used: Vec::new() }
    }

    /// The new number of an entry.
    fn renumber(&mut self, number: u32) -> u32 {
        let Table { all, numbers, used } = self;
        *numbers[number as usize].get_or_insert_with(|| {
            used.push(Arc::clone(&all[number as usize]));
            used.len() as u32 - 1
        })
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("inputs", &self.signature)
            .field("operations", &self.len())
            .finish_non_exhaustive()
    }
}
