//! Carrying out a plan. Steps are run one after the other; each reads its operands where they lie
//! and writes its result once.

use std::sync::Arc;

use wengert_tensor::kernel;
use wengert_tensor::{Array, Layout, Pool, Tensor};

use crate::op::{ShapeError, Type, Value};
use crate::ops::{Extents, Op, Rows};
use crate::run::arena::Stretch;
use crate::run::plan::{Binding, Output, Plan};
use crate::run::step::{
    Access, Argument, Factor, Operand, Product, Room, Step, Target, Wide, Work,
};
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
    tiles: [Vec<T>; 3],
}

/// Strided operands of pointwise steps are read this many elements at a time.
const TILE: usize = 512;

/// Carries out a plan on these inputs.
pub(crate) fn execute<T: Scalar>(
    plan: &Plan<T>,
    inputs: &[Bound],
    workspace: &mut Workspace<T>,
    pool: &Pool<T>,
) -> Result<Outcome, Failure> {
    workspace.prepare(plan, pool);
    let in_place = bind(plan, inputs, workspace);
    let mut outputs: Vec<Vec<T>> = plan.output_sizes.iter().map(|&size| pool.take(size)).collect();
    for step in &plan.steps {
        match *step {
            Step::Cells { kernel, x, y } => {
                plan.kernels[usize::from(kernel)](&mut workspace.cells, x, y);
            }
            Step::Wide(number) => {
                let wide = &plan.wide[number as usize];
                run_wide(wide, workspace, &in_place, &mut outputs)
                    .map_err(|error| Failure { value: wide.value, error })?;
            }
        }
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
        self.tiles.iter_mut().for_each(|tile| grow(tile, TILE));
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

/// What a step can read: everything but the place that it writes to.
struct Memory<'a, T> {
    cells: &'a [T],
    arena: Around<'a, T>,
    inputs: &'a [&'a [T]],
    outputs: &'a [Vec<T>],
    slots: &'a [Option<Array<i64>>],
}

/// The arena around the place that is written to.
struct Around<'a, T> {
    before: &'a [T],
    behind: &'a [T],
    behind_start: usize,
}

impl<'a, T> Around<'a, T> {
    fn all(arena: &'a [T]) -> Around<'a, T> {
        Around { before: arena, behind: &[], behind_start: arena.len() }
    }

    fn split(arena: &'a mut [T], Stretch { start, len }: Stretch) -> (Around<'a, T>, &'a mut [T]) {
        let (before, rest) = arena.split_at_mut(start);
        let (place, behind) = rest.split_at_mut(len);
        (Around { before, behind, behind_start: start + len }, place)
    }

    fn get(&self, Stretch { start, len }: Stretch) -> &'a [T] {
        match self.before.get(start..start + len) {
            Some(elements) => elements,
            None => &self.behind[start - self.behind_start..][..len],
        }
    }
}

impl<'a, T: Scalar> Memory<'a, T> {
    /// The room that an operand's layout speaks of.
    fn room(&self, room: Room) -> &'a [T] {
        match room {
            Room::Cell(cell) => &self.cells[cell as usize..=cell as usize],
            Room::Arena(stretch) => self.arena.get(stretch),
            Room::Input(k) => self.inputs[k as usize],
            Room::Output(k) => &self.outputs[k as usize],
        }
    }

    /// The elements of a contiguous operand.
    fn elements(&self, x: &Operand) -> &'a [T] {
        let start = x.layout.offset();
        &self.room(x.room)[start..start + x.layout.size()]
    }

    fn slot(&self, slot: u32) -> &'a Array<i64> {
        self.slots[slot as usize].as_ref().expect("steps run after those they need")
    }

    fn value(&self, x: &Argument) -> Value<T> {
        match x {
            Argument::Index(slot) => Value::Index(self.slot(*slot).clone()),
            Argument::Real(x) => {
                let mut elements = vec![T::default(); x.layout.size()];
                kernel::copy(self.room(x.room), &x.layout, &mut elements);
                let array = Array::from_vec(elements, x.layout.shape().clone());
                Value::Real(array.expect("a layout has as many elements as its shape"))
            }
        }
    }
}

fn run_wide<T: Scalar>(
    wide: &Wide<T>,
    workspace: &mut Workspace<T>,
    inputs: &[&[T]],
    outputs: &mut [Vec<T>],
) -> Result<(), ShapeError> {
    let Workspace { cells, arena, slots, tiles } = workspace;
    match wide.y {
        Target::Index(slot) => {
            let Work::Eval { op, x } = &wide.work else {
                unreachable!("index results are evaluated as they are defined")
            };
            let memory = Memory { cells, arena: Around::all(arena), inputs, outputs, slots };
            let positions = evaluate(op, x, &memory)?.index().clone();
            slots[slot as usize] = Some(positions);
            Ok(())
        }
        Target::Real(Room::Cell(cell)) => {
            let mut y = [T::default()];
            let memory = Memory { cells, arena: Around::all(arena), inputs, outputs, slots };
            run(&wide.work, &memory, tiles, &mut y)?;
            cells[cell as usize] = y[0];
            Ok(())
        }
        Target::Real(Room::Output(k)) => {
            let mut y = std::mem::take(&mut outputs[k as usize]);
            let memory = Memory { cells, arena: Around::all(arena), inputs, outputs, slots };
            let done = run(&wide.work, &memory, tiles, &mut y);
            outputs[k as usize] = y;
            done
        }
        Target::Real(Room::Arena(place)) => {
            let (arena, y) = Around::split(arena, place);
            run(&wide.work, &Memory { cells, arena, inputs, outputs, slots }, tiles, y)
        }
        Target::Real(Room::Input(_)) => unreachable!("no step writes to an input"),
    }
}

/// Computes one result.
fn run<T: Scalar>(
    work: &Work<T>,
    memory: &Memory<'_, T>,
    tiles: &mut [Vec<T>; 3],
    y: &mut [T],
) -> Result<(), ShapeError> {
    match work {
        Work::Constant(number) => y[0] = *number,
        Work::Load(x) => y[0] = memory.room(x.room)[x.layout.offset()],
        Work::Copy(x) => kernel::copy(memory.room(x.room), &x.layout, y),
        Work::Pointwise { tile, x } => pointwise(*tile, x, memory, tiles, y),
        Work::Fold { x, axes, join } => {
            join.fold(memory.room(x.room), &x.layout, axes, y);
        }
        Work::MatMul(products) => {
            for (number, product) in products.iter().enumerate() {
                multiply(product, memory, number > 0, y);
            }
        }
        Work::Gather { op, batch, table, index } => {
            let positions = memory.slot(*index);
            let types = [Type::real(table.layout.shape()), Type::index(positions.shape())];
            op.check(&[None, Some(positions)], &types)?;
            let rows = Rows::new(*batch, table.layout.shape(), positions.shape());
            let (table, positions) = (memory.elements(table), positions.contiguous());
            for (to, from) in rows.pairs(positions.as_slice().expect("just made contiguous")) {
                let (to, from) = (from, to);
                y[to..to + rows.width].copy_from_slice(&table[from..from + rows.width]);
            }
        }
        Work::ScatterAdd { op, batch, shape, pairs } => {
            y.fill(T::default());
            for (values, index) in pairs {
                let positions = memory.slot(*index);
                op.check(&[None, Some(positions)], &[])?;
                let rows = Rows::new(*batch, shape, positions.shape());
                let (values, positions) = (memory.elements(values), positions.contiguous());
                for (to, from) in rows.pairs(positions.as_slice().expect("just made contiguous")) {
                    let (y, values) = (&mut y[to..to + rows.width], &values[from..]);
                    y.iter_mut().zip(values).for_each(|(y, &value)| *y += value);
                }
            }
        }
        Work::Assemble { parts, overlapping } => {
            y.fill(T::default());
            for (x, region) in parts {
                assemble(memory.room(x.room), &x.layout, region, *overlapping, y);
            }
        }
        Work::Eval { op, x } => {
            let value = evaluate(op, x, memory)?;
            let array = value.real();
            kernel::copy(array.buffer(), array.layout(), y);
        }
    }
    Ok(())
}

/// Computes a batch of products, or adds them to what `y` holds.
fn multiply<T: Scalar>(product: &Product, memory: &Memory<'_, T>, adds: bool, y: &mut [T]) {
    let Product { extents: Extents { m, k, n, .. }, a, b } = product;
    let [m, k, n] = [*m, *k, *n];
    let (a_room, b_room) = (memory.room(a.x.room), memory.room(b.x.room));
    if k == 0 && !adds {
        // Matrices without elements have no first one to start from.
        y.fill(T::default());
    }
    let starts = a.starts().zip(b.starts());
    for (y, (a_start, b_start)) in y.chunks_exact_mut((m * n).max(1)).zip(starts) {
        let (a_from, b_from) = (from(a_room, a_start), from(b_room, b_start));
        T::gemm(m, k, n, a_from, a.strides(), b_from, b.strides(), y, adds);
    }
}

/// The rest of a room, which may be empty.
fn from<T>(room: &[T], start: usize) -> &[T] {
    room.get(start..).unwrap_or_default()
}

impl Factor {
    fn strides(&self) -> (isize, isize) {
        (self.row_stride, self.column_stride)
    }

    /// Where the matrix of each product of the batch begins.
    fn starts(&self) -> impl Iterator<Item = usize> {
        let layout = &self.x.layout;
        let axis = layout.rank() - 2;
        // The first element of each matrix, if it has one.
        let mut region = crate::ops::whole(layout.shape());
        region[axis..].iter_mut().for_each(|range| range.len = range.len.min(1));
        let first = layout.slice(&region);
        first.offsets().collect::<Vec<_>>().into_iter()
    }
}

/// Evaluates an operation as it is defined, on copies of its operands.
fn evaluate<T: Scalar>(
    op: &Op,
    x: &[Argument],
    memory: &Memory<'_, T>,
) -> Result<Value<T>, ShapeError> {
    let values: Vec<Value<T>> = x.iter().map(|x| memory.value(x)).collect();
    let values: Vec<&Value<T>> = values.iter().collect();
    crate::program::eval_checked(op, &values)
}

fn pointwise<T: Scalar>(
    tile: fn([&[T]; 3], &mut [T]),
    x: &[(Access, Operand)],
    memory: &Memory<'_, T>,
    tiles: &mut [Vec<T>; 3],
    y: &mut [T],
) {
    let mut rooms: [&[T]; 3] = [&[]; 3];
    for (room, (access, x)) in rooms.iter_mut().zip(x) {
        *room = match access {
            Access::Direct => memory.elements(x),
            _ => memory.room(x.room),
        };
    }
    if x.iter().all(|(access, _)| *access == Access::Direct) {
        return tile(rooms, y);
    }
    for ((access, x), (room, elements)) in x.iter().zip(rooms.iter().zip(&mut *tiles)) {
        if *access == Access::Uniform && !y.is_empty() {
            elements.fill(room[x.layout.offset()]);
        }
    }
    for (number, y) in y.chunks_mut(TILE).enumerate() {
        let start = number * TILE;
        for ((access, x), (room, elements)) in x.iter().zip(rooms.iter().zip(&mut *tiles)) {
            if *access == Access::Strided {
                kernel::copy_range(room, &x.layout, start, &mut elements[..y.len()]);
            }
        }
        let mut now: [&[T]; 3] = [&[]; 3];
        for (k, (access, _)) in x.iter().enumerate() {
            now[k] = match access {
                Access::Direct => &rooms[k][start..],
                _ => &tiles[k],
            };
        }
        tile(now, y);
    }
}

/// Copies or adds `x` into a region of `y`.
fn assemble<T: Scalar>(x: &[T], from: &Layout, to: &Layout, adds: bool, y: &mut [T]) {
    let put = |y: &mut T, x: T| *y = if adds { *y + x } else { x };
    if from.size() == 0 {
        return;
    }
    if from.size() == 1 {
        return put(&mut y[to.offset()], x[from.offset()]);
    }
    // Whole innermost rows where both sides have them.
    let width = to.shape().last().copied().unwrap_or(1);
    if from.is_contiguous() && to.strides().last() == Some(&1) && width > 1 {
        let rows = x[from.offset()..].chunks_exact(width);
        for (x, start) in rows.zip(to.offsets().step_by(width)) {
            y[start..start + width].iter_mut().zip(x).for_each(|(y, &x)| put(y, x));
        }
    } else {
        for (from, to) in from.offsets().zip(to.offsets()) {
            put(&mut y[to], x[from]);
        }
    }
}
