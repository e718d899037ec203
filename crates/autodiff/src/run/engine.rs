//! The part of a tape that runs it: its plans, its memory, and its counters.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use wengert_tensor::{Pool, Tensor, Threads};

use crate::op::ShapeError;
use crate::ops::Op;
use crate::run::{
    Bound, Checkpoint, Failure, Listing, Outcome, Plan, Policy, Rewriting, RunError, Scalar,
    Selection, Tables, Workspace, execute,
};
use crate::tape::{Core, NOTHING, NodeId, Precision, Tape, refuse};
use crate::var::Var;

/// How many plans a tape remembers.
const MOST_PLANS: usize = 64;

/// What a tape has done, for tests and for the curious.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Statistics {
    /// Plans made.
    pub plans: usize,
    /// Runs of a plan.
    pub runs: usize,
    /// Operations carried out in these runs; views are free and do not count.
    pub operations: usize,
    /// The most bytes that the temporaries of one run took. Inputs and outputs – data, parameters,
    /// gradients – do not count, nor does what a step needs while it is carried out.
    pub peak_bytes: usize,
}

/// Plans, memory and counters, in the tape's precision.
pub(crate) struct Engine {
    runner: Runner,
    policy: Policy,
    threads: Threads,
    /// The memory of the last selection.
    selection: Selection,
    pub statistics: Statistics,
}

enum Runner {
    F32(Typed<f32>),
    F64(Typed<f64>),
}

/// As [`Engine`], for one scalar.
struct Typed<T> {
    plans: FxHashMap<Arc<Listing>, Arc<Plan<T>>>,
    /// The listings of the plans, the oldest first.
    order: VecDeque<Arc<Listing>>,
    workspace: Workspace<T>,
    pool: Pool<T>,
}

impl<T: Scalar> Default for Typed<T> {
    fn default() -> Typed<T> {
        Typed {
            plans: FxHashMap::default(),
            order: VecDeque::new(),
            workspace: Workspace::default(),
            pool: Pool::default(),
        }
    }
}

impl Engine {
    pub fn new(precision: Precision) -> Engine {
        let runner = match precision {
            Precision::F32 => Runner::F32(Typed::default()),
            Precision::F64 => Runner::F64(Typed::default()),
        };
        Engine {
            runner,
            policy: Policy::default(),
            threads: Threads::default(),
            selection: Selection::default(),
            statistics: Statistics::default(),
        }
    }

    pub fn policy(&self) -> Policy {
        self.policy
    }

    pub fn threads(&self) -> &Threads {
        &self.threads
    }

    pub fn forget_plans(&mut self) {
        match &mut self.runner {
            Runner::F32(typed) => (typed.plans.clear(), typed.order.clear()),
            Runner::F64(typed) => (typed.plans.clear(), typed.order.clear()),
        };
    }
}

impl<T: Scalar> Typed<T> {
    /// The plan of this listing, and whether it had to be made; then the listing is taken.
    fn plan(
        &mut self,
        listing: &mut Listing,
        tables: Tables<'_>,
        policy: Policy,
    ) -> (Arc<Plan<T>>, bool) {
        if let Some(plan) = self.plans.get(&*listing) {
            return (Arc::clone(plan), false);
        }
        if self.order.len() == MOST_PLANS
            && let Some(oldest) = self.order.pop_front()
        {
            self.plans.remove(&oldest);
        }
        let plan = Arc::new(Plan::new(listing, tables, policy));
        let listing = Arc::new(std::mem::take(listing));
        self.order.push_back(Arc::clone(&listing));
        self.plans.insert(listing, Arc::clone(&plan));
        (plan, true)
    }
}

/// The tape's engine for one scalar, out of either.
trait OfEngine: Scalar {
    fn typed(engine: &mut Engine) -> &mut Typed<Self>;
}

impl OfEngine for f32 {
    fn typed(engine: &mut Engine) -> &mut Typed<f32> {
        match &mut engine.runner {
            Runner::F32(typed) => typed,
            Runner::F64(_) => unreachable!("a tape has one precision"),
        }
    }
}

impl OfEngine for f64 {
    fn typed(engine: &mut Engine) -> &mut Typed<f64> {
        match &mut engine.runner {
            Runner::F64(typed) => typed,
            Runner::F32(_) => unreachable!("a tape has one precision"),
        }
    }
}

impl Core {
    /// The value of a leaf or of a node that is held.
    pub(crate) fn bound(&self, node: NodeId) -> Bound {
        let node = &self.nodes[node as usize];
        if **self.ops.get(node.op) == Op::Literal {
            return Bound::Number(self.literals[node.value as usize]);
        }
        let value = self.values[node.value as usize].clone();
        Bound::Tensor(value.expect("a held value is there"))
    }

    /// The value of a node that has one: a leaf, or one that was kept.
    fn held(&self, node: NodeId) -> Option<Tensor> {
        match self.is_held(node).then(|| self.bound(node))? {
            Bound::Tensor(value) => Some(value),
            // A literal is rounded by a run.
            Bound::Number(_) => None,
        }
    }

    /// Keeps computed values for later, and drops the oldest beyond the byte limit.
    fn keep(&mut self, values: Vec<(NodeId, Tensor)>) {
        let bytes = values.iter().map(|(_, value)| value.bytes()).sum();
        let mut nodes = Vec::with_capacity(values.len());
        for (node, value) in values {
            self.nodes[node as usize].value = self.values.len() as u32;
            self.values.push(Some(value));
            nodes.push(node);
        }
        self.kept.push_back((nodes, bytes));
        self.kept_bytes += bytes;
        while self.kept_bytes > self.byte_limit {
            let Some((nodes, bytes)) = self.kept.pop_front() else { break };
            self.kept_bytes -= bytes;
            for node in nodes {
                let value = std::mem::replace(&mut self.nodes[node as usize].value, NOTHING);
                self.values[value as usize] = None;
            }
        }
    }
}

impl Tape {
    /// The values of several variables, computed in one run. Nothing but these is kept, and these
    /// only by the caller; see [`Var::value`] for the other way.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input(3.0);
    /// let [y, z] = tape.run([x * x, x + 1.0]);
    /// assert_eq!((y.item(), z.item()), (9.0, 4.0));
    /// ```
    ///
    /// # Panics
    /// If an index is out of range; the message says where.
    #[track_caller]
    pub fn run<const N: usize>(&self, vars: [Var<'_>; N]) -> [Tensor; N] {
        match self.try_run(&vars) {
            Ok(values) => values.try_into().expect("one value a variable"),
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`Tape::run`], for any number of variables, with the error as a value.
    ///
    /// # Errors
    /// If an index is out of range.
    ///
    /// # Panics
    /// If a variable is on another tape.
    #[track_caller]
    pub fn try_run(&self, vars: &[Var<'_>]) -> Result<Vec<Tensor>, RunError> {
        self.check_own("run", vars);
        let ids: Vec<NodeId> = vars.iter().map(|x| x.id).collect();
        Ok(self.compute(&ids, false)?.outputs)
    }

    pub(crate) fn try_value(&self, var: Var<'_>) -> Result<Tensor, RunError> {
        if let Some(value) = self.core.borrow().held(var.id) {
            return Ok(value);
        }
        if self.core.borrow().engine.policy.memory_budget.is_none() {
            return Ok(self.compute(&[var.id], true)?.outputs.swap_remove(0));
        }
        // Within a budget there is no room to keep what was not asked for.
        let value = self.compute(&[var.id], false)?.outputs.swap_remove(0);
        self.core.borrow_mut().keep(vec![(var.id, value.clone())]);
        Ok(value)
    }

    /// The same tape, whose runs share their work between `count` threads: this one and others that
    /// wait for it. What is too short to be shared is not, and no bit of a result depends on it.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::f32().threads(2);
    /// assert_eq!(tape.input([1.0, 2.0]).sum().item(), 3.0);
    /// ```
    pub fn threads(mut self, count: usize) -> Tape {
        self.set_threads(&Threads::new(count));
        self
    }

    /// Sets the threads that runs share their work between, from now on and in programs that are
    /// cut from the tape later. The team may be that of other tapes, programs and optimizers, too.
    pub fn set_threads(&mut self, threads: &Threads) {
        self.core.get_mut().engine.threads = threads.clone();
    }

    /// Which rewritings are made before a program is run: all of them unless set. Programs that
    /// are cut from the tape later keep to it too.
    pub fn set_rewriting(&mut self, rewriting: Rewriting) {
        let engine = &mut self.core.get_mut().engine;
        engine.policy.rewriting = rewriting;
        engine.forget_plans();
    }

    /// The same tape, whose runs keep their temporaries within so many bytes: values are dropped
    /// and computed again where they are needed, those first that take much memory, little time,
    /// and are not needed soon. Results are the same to the bit.
    ///
    /// Data, parameters, gradients and other results are not counted; what was needed is
    /// [`Statistics::peak_bytes`]. Less memory than a step's operands and result take is not
    /// possible: where no way within the budget is found, the smallest one that is found is taken.
    /// [`Var::value`] keeps that value alone then, and nothing that was computed on the way to it.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let gradient = |tape: &Tape| {
    ///     let x = tape.input(vec![0.5; 1000]);
    ///     let y = (0..20).fold(x, |y, _| y.sin());
    ///     let [dx] = tape.grad(y.sum(), [x]);
    ///     tape.run([dx])
    /// };
    /// let (free, frugal) = (Tape::new(), Tape::new().memory_budget(80_000));
    /// assert_eq!(gradient(&free), gradient(&frugal));
    /// assert!(free.statistics().peak_bytes > 160_000);
    /// assert!(frugal.statistics().peak_bytes <= 80_000);
    /// assert!(frugal.statistics().operations > free.statistics().operations);
    /// ```
    pub fn memory_budget(mut self, bytes: usize) -> Tape {
        self.set_memory_budget(Some(bytes));
        self
    }

    /// Sets how many bytes temporaries may take ([`Tape::memory_budget`]), or lifts the limit.
    /// Programs that are cut from the tape later keep to it too.
    pub fn set_memory_budget(&mut self, bytes: Option<usize>) {
        let engine = &mut self.core.get_mut().engine;
        engine.policy.memory_budget = bytes;
        engine.forget_plans();
    }

    /// Records what `f` records, as a block whose values are not kept for what comes behind it,
    /// its results aside: where a derivative needs them, they are computed again from what the
    /// block was given. This is what Chen et al., *Training Deep Nets with Sublinear Memory Cost*
    /// (2016), do with a segment of a network. Results are the same to the bit.
    ///
    /// Blocks may be nested. Where everything is kept because a value was looked at
    /// ([`Var::value`]), a block is nothing special.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([0.5, 1.0]);
    /// let y = tape.checkpoint(|| x.sin().exp().tanh());
    /// let [dx] = tape.grad(y.sum(), [x]);
    /// tape.run([dx]); // sin and exp twice
    /// ```
    pub fn checkpoint<'t, R: AsRef<[Var<'t>]>>(&'t self, f: impl FnOnce() -> R) -> R {
        let start = self.len() as NodeId;
        let results = f();
        let end = self.len() as NodeId;
        if start < end {
            let results = results.as_ref().iter().map(|result| result.id).collect();
            self.core.borrow_mut().checkpoints.push(Checkpoint { start, end, results });
        }
        results
    }

    /// What the tape has done since it was made.
    pub fn statistics(&self) -> Statistics {
        self.core.borrow().engine.statistics
    }

    #[track_caller]
    pub(crate) fn check_own(&self, operation: &str, vars: &[Var<'_>]) {
        if vars.iter().any(|x| !std::ptr::eq(x.tape, self)) {
            refuse(operation, "a variable is on another tape".into(), vars);
        }
    }

    fn compute(&self, outputs: &[NodeId], keep: bool) -> Result<Outcome, RunError> {
        match self.precision() {
            Precision::F32 => self.compute_in::<f32>(outputs, keep),
            Precision::F64 => self.compute_in::<f64>(outputs, keep),
        }
    }

    fn compute_in<T: OfEngine>(&self, outputs: &[NodeId], keep: bool) -> Result<Outcome, RunError> {
        // Steps may run a user's operation: the tape is borrowed before and after, not while they
        // do.
        let mut ready = self.core.borrow_mut().make_ready::<T>(outputs, keep);
        let Ready { plan, bound, pool, threads, workspace, .. } = &mut ready;
        let outcome = execute(plan, bound, workspace, pool, threads);
        self.core.borrow_mut().finish(ready, outcome)
    }
}

/// What a run needs, taken out of the tape.
struct Ready<T> {
    plan: Arc<Plan<T>>,
    bound: Vec<Bound>,
    workspace: Workspace<T>,
    pool: Pool<T>,
    threads: Threads,
    selection: Selection,
    keep: bool,
}

impl Core {
    fn make_ready<T: OfEngine>(&mut self, outputs: &[NodeId], keep: bool) -> Ready<T> {
        let earlier = std::mem::take(&mut self.engine.selection);
        let mut selection = self.select(outputs, keep, Core::is_held, earlier);
        let bound = selection.inputs.iter().map(|&node| self.bound(node)).collect();
        let tables = Tables { ops: self.ops.items(), types: self.types.items() };
        let (policy, threads) = (self.engine.policy, self.engine.threads.clone());
        let typed = T::typed(&mut self.engine);
        let (plan, is_new) = typed.plan(&mut selection.listing, tables, policy);
        // What is kept takes its memory along.
        let workspace =
            if keep { Workspace::default() } else { std::mem::take(&mut typed.workspace) };
        let pool = typed.pool.clone();
        let statistics = &mut self.engine.statistics;
        statistics.plans += usize::from(is_new);
        statistics.runs += 1;
        statistics.peak_bytes = statistics.peak_bytes.max(plan.bytes());
        Ready { plan, bound, workspace, pool, threads, selection, keep }
    }

    fn finish<T: OfEngine>(
        &mut self,
        ready: Ready<T>,
        outcome: Result<Outcome, Failure>,
    ) -> Result<Outcome, RunError> {
        let Ready { workspace, selection, keep, .. } = ready;
        if !keep {
            T::typed(&mut self.engine).workspace = workspace;
        }
        let node_of = |value: u32| selection.nodes[value as usize];
        let mut outcome = outcome.map_err(|Failure { node, error }| {
            let node = &self.nodes[node_of(node) as usize];
            let operation = self.ops.get(node.op).name().to_owned();
            let origin = Some(self.origins.get(node.origin));
            RunError { error: ShapeError { operation, ..error }, origin }
        })?;
        self.engine.statistics.operations += outcome.operations;
        let kept = std::mem::take(&mut outcome.kept).into_iter();
        let kept: Vec<_> = kept.map(|(value, tensor)| (node_of(value), tensor)).collect();
        if !kept.is_empty() {
            self.keep(kept);
        }
        self.engine.selection = selection;
        Ok(outcome)
    }
}
