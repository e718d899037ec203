//! Carrying out a plan. Steps are run one after the other; each reads its operands where they lie
//! and writes its result once.

use std::sync::Arc;

use wengert_tensor::{Array, Layout, Pool, Tensor, Threads};

use crate::op::ShapeError;
use crate::run::arena::Stretch;
use crate::run::compute::{compute, evaluate};
use crate::run::memory::{Around, Memory};
use crate::run::plan::{Binding, Output, Plan};
use crate::run::step::{Room, Step, Target, Wide, Work};
use crate::run::{Failure, Outcome, Scalar};

/// The value of an input.
#[derive(Clone, Debug)]
pub(crate) enum Bound {
    /// A tensor, contiguous and of the run's precision or of indices.
    Tensor(Tensor),
    /// A literal, rounded to the run's precision when bound.
    Number(f64),
}

/// The memory of a run, kept for the next.
#[derive(Default)]
pub(crate) struct Workspace<T> {
    cells: Vec<T>,
    arena: Vec<T>,
    slots: Vec<Option<Array<i64>>>,
    /// The memory of positions that steps find.
    positions: Pool<i64>,
}

/// Carries out a plan on these inputs.
pub(crate) fn execute<T: Scalar>(
    plan: &Plan<T>,
    inputs: &[Bound],
    workspace: &mut Workspace<T>,
    pool: &Pool<T>,
    threads: &Threads,
) -> Result<Outcome, Failure> {
    execute_watched(plan, inputs, workspace, (pool, threads), || ())
}

/// As [`execute`]; calls `tick` before the first step and after each.
pub(crate) fn execute_watched<T: Scalar>(
    plan: &Plan<T>,
    inputs: &[Bound],
    workspace: &mut Workspace<T>,
    (pool, threads): (&Pool<T>, &Threads),
    mut tick: impl FnMut(),
) -> Result<Outcome, Failure> {
    workspace.prepare(plan, pool);
    let in_place = bind(plan, inputs, workspace);
    let mut outputs: Vec<Vec<T>> = plan.output_sizes.iter().map(|&size| pool.take(size)).collect();
    tick();
    for (step, &node) in plan.steps.iter().zip(&plan.nodes) {
        match *step {
            Step::Cells { kernel, x, y } => {
                plan.kernels[usize::from(kernel)](&mut workspace.cells, x, y);
            }
            Step::Wide(number) => {
                let wide = &plan.wide[number as usize];
                run_wide(wide, workspace, &in_place, &mut outputs, (pool, threads))
                    .map_err(|error| Failure { node, error })?;
            }
        }
        tick();
    }
    Ok(workspace.collect(plan, inputs, outputs, pool))
}

/// Puts inputs of one element into cells and indices into slots; what stays is read in place.
fn bind<'a, T: Scalar>(
    plan: &Plan<T>,
    inputs: &'a [Bound],
    workspace: &mut Workspace<T>,
) -> Vec<&'a [T]> {
    let mut in_place: Vec<&[T]> = Vec::with_capacity(inputs.len());
    for (input, binding) in inputs.iter().zip(&plan.inputs) {
        let mut elements: &[T] = &[];
        match (input, binding) {
            (Bound::Number(number), Binding::Cell(cell)) => {
                workspace.cells[*cell as usize] = T::from_f64(*number);
            }
            (Bound::Tensor(Tensor::I64(positions)), Binding::Slot(slot)) => {
                workspace.slots[*slot as usize] = Some(positions.clone());
            }
            (Bound::Tensor(tensor), binding) => {
                let array = T::unwrap(tensor).expect("inputs have the run's precision");
                let all = array.as_slice().expect("inputs are contiguous");
                match binding {
                    Binding::Cell(cell) => workspace.cells[*cell as usize] = all[0],
                    _ => elements = all,
                }
            }
            (Bound::Number(_), _) => unreachable!("a literal is one real element"),
        }
        in_place.push(elements);
    }
    in_place
}

impl<T: Scalar> Workspace<T> {
    fn prepare(&mut self, plan: &Plan<T>, pool: &Pool<T>) {
        let grow = |memory: &mut Vec<T>, size: usize| {
            if memory.len() < size {
                pool.give(std::mem::replace(memory, pool.take(size)));
            }
        };
        grow(&mut self.cells, plan.cells);
        grow(&mut self.arena, plan.arena);
        self.slots.clear();
        self.slots.resize(plan.slots, None);
    }

    /// The results of a run. Where everything is kept, cells and arena become their memory.
    fn collect(
        &mut self,
        plan: &Plan<T>,
        inputs: &[Bound],
        outputs: Vec<Vec<T>>,
        pool: &Pool<T>,
    ) -> Outcome {
        let mut written: Vec<_> =
            outputs.into_iter().map(|elements| Some(pool.freeze(elements))).collect();
        let (mut cells, mut arena) = (None, None);
        if plan.keep {
            let freeze = |memory: &mut Vec<T>, size: usize| {
                let mut memory = std::mem::take(memory);
                memory.truncate(size);
                pool.freeze(memory)
            };
            cells = Some(freeze(&mut self.cells, plan.cells));
            arena = Some(freeze(&mut self.arena, plan.arena));
        }
        let mut found: Vec<Option<Array<T>>> = vec![None; written.len()];
        let mut tensor = |output: &Output| match output {
            Output::Input(k) => match &inputs[*k as usize] {
                Bound::Tensor(tensor) => tensor.clone(),
                Bound::Number(number) => T::wrap(Array::scalar(T::from_f64(*number))),
            },
            Output::Cell(cell, shape) => {
                let cells = cells.as_ref().expect("only what is kept stays in a cell");
                let layout = Layout::contiguous(shape.clone()).shifted(*cell as usize);
                T::wrap(Array::from_buffer(Arc::clone(cells), layout))
            }
            Output::Arena(Stretch { start, .. }, shape) => {
                let arena = arena.as_ref().expect("only what is kept stays in the arena");
                let layout = Layout::contiguous(shape.clone()).shifted(*start);
                T::wrap(Array::from_buffer(Arc::clone(arena), layout))
            }
            Output::Written(k, shape) => {
                let array = found[*k as usize].get_or_insert_with(|| {
                    let buffer = written[*k as usize].take().expect("made into an array once");
                    Array::from_buffer(buffer, Layout::contiguous(shape.clone()))
                });
                T::wrap(array.clone())
            }
            Output::Slot(slot) => {
                let positions = self.slots[*slot as usize].clone();
                Tensor::I64(positions.expect("the step of this slot has run"))
            }
        };
        let outputs = plan.outputs.iter().map(|output| match output {
            // What is given away does not hold on to the values beside it.
            Output::Cell(cell, shape) => {
                let cells = cells.as_deref().map_or(&*self.cells, |cells| cells);
                T::wrap(Array::full(shape.clone(), cells[*cell as usize]))
            }
            output => tensor(output),
        });
        let outputs = outputs.collect();
        let kept = plan.kept.iter().map(|(value, output)| (*value, tensor(output))).collect();
        Outcome { outputs, kept, operations: plan.operations }
    }
}

fn run_wide<T: Scalar>(
    wide: &Wide<T>,
    workspace: &mut Workspace<T>,
    inputs: &[&[T]],
    outputs: &mut [Vec<T>],
    (pool, threads): (&Pool<T>, &Threads),
) -> Result<(), ShapeError> {
    let Workspace { cells, arena, slots, positions } = workspace;
    match wide.y {
        Target::Index(slot) => {
            let memory =
                Memory { cells, arena: Around::all(arena), inputs, outputs, slots, threads, pool };
            let found = match &wide.work {
                Work::Search(search) => search.compute(&memory, positions),
                Work::Eval { op, x } => evaluate(op, x, &memory)?.index().clone(),
                _ => unreachable!("other index results are evaluated as they are defined"),
            };
            slots[slot as usize] = Some(found);
            Ok(())
        }
        Target::Real(Room::Cell(cell)) => {
            let mut y = [T::default()];
            let memory =
                Memory { cells, arena: Around::all(arena), inputs, outputs, slots, threads, pool };
            compute(&wide.work, &memory, &mut y)?;
            cells[cell as usize] = y[0];
            Ok(())
        }
        Target::Real(Room::Output(k)) => {
            let mut y = std::mem::take(&mut outputs[k as usize]);
            let memory =
                Memory { cells, arena: Around::all(arena), inputs, outputs, slots, threads, pool };
            let done = compute(&wide.work, &memory, &mut y);
            outputs[k as usize] = y;
            done
        }
        Target::Real(Room::Arena(place)) => {
            let (arena, y) = Around::split(arena, place);
            compute(&wide.work, &Memory { cells, arena, inputs, outputs, slots, threads, pool }, y)
        }
        Target::Real(Room::Input(_)) => unreachable!("no step writes to an input"),
    }
}
