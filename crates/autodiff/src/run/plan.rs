//! From a listing to a plan: which steps, in which order, and where every value lies. Nothing is
//! computed here.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wengert_tensor::{Layout, Shape};

use crate::op::{Kind, Type};
use crate::ops::{Kernel, Op};
use crate::run::arena::{Arena, Stretch};
use crate::run::listing::Listing;
use crate::run::recompute::{Again, Home, Recomputation};
use crate::run::simplify::{Simplified, simplify};
use crate::run::step::{OnCells, Operand, Room, Step, Target, Wide, Work};
use crate::run::{Policy, Scalar, lower};
use crate::tape::NOTHING;

/// A listing made ready to be carried out on the scalars `T`.
pub(crate) struct Plan<T> {
    pub steps: Vec<Step>,
    /// By step: the node of the listing that it computes.
    pub nodes: Vec<u32>,
    pub wide: Vec<Wide<T>>,
    /// The loops of pointwise operations on cells.
    pub kernels: Vec<OnCells<T>>,
    /// How many cells, elements and index slots the run needs.
    pub cells: usize,
    pub arena: usize,
    pub slots: usize,
    /// How many positions the steps find, in all slots together.
    pub positions: usize,
    /// For each input: where it goes if it is not read in place.
    pub inputs: Vec<Binding>,
    pub outputs: Vec<Output>,
    /// For each output that is written by a step: its size.
    pub output_sizes: Vec<usize>,
    /// Whether everything is kept, not the outputs alone.
    pub keep: bool,
    /// If everything is kept: where each computed value lies.
    pub kept: Vec<(u32, Output)>,
    /// How many operations the steps carry out.
    pub operations: usize,
}

/// What happens to an input when a run begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Binding {
    /// It has one element, which is copied to a cell.
    Cell(u32),
    /// Real: it is read where it lies.
    InPlace,
    /// Index: it goes to a slot.
    Slot(u32),
}

/// Where an output is found when a run has ended.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    /// It is an input.
    Input(u32),
    /// In a cell.
    Cell(u32, Shape),
    /// In the output of this number.
    Written(u32, Shape),
    /// In the arena (where everything is kept).
    Arena(Stretch, Shape),
    /// In an index slot.
    Slot(u32),
}

/// What a listing's numbers of operations and types mean.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'a> {
    pub ops: &'a [Arc<Op>],
    pub types: &'a [Arc<Type>],
}

/// Where a value lies while planning.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Cell(u32),
    /// A real value of several elements, or of none: its number among `wide`.
    Wide(u32),
    Slot(u32),
}

/// The state of planning: where values lie, what is free, and the steps so far.
pub(super) struct Planner<'a, T> {
    pub tables: Tables<'a>,
    keep: bool,
    /// By value: the number of its type.
    types: Vec<u32>,
    /// By value: where it lies.
    places: Vec<Place>,
    /// For views: the value whose memory they share.
    roots: FxHashMap<u32, u32>,
    /// By value: who will still read it, views of it included.
    readers: Vec<u32>,
    wide: Vec<Operand>,
    /// The outputs that values are written to at once.
    written: FxHashMap<u32, u32>,
    output_sizes: Vec<usize>,
    free_cells: Vec<u32>,
    cells: u32,
    arena: Arena,
    slots: u32,
    positions: usize,
    steps: Vec<Step>,
    nodes: Vec<u32>,
    wide_steps: Vec<Wide<T>>,
    kernels: Vec<OnCells<T>>,
    /// By operation: its number among the kernels, if it has one.
    kernel_numbers: Vec<Option<u16>>,
    operations: usize,
}

/// How many limits are tried to make temporaries fit into a budget.
const MOST_TRIES: usize = 10;

impl<T: Scalar> Plan<T> {
    /// The plan of a listing, once it is rewritten.
    pub fn new(original: &Listing, tables: Tables<'_>, policy: Policy) -> Plan<T> {
        let simplified = simplify(original, tables, policy.rewriting);
        let (listing, tables) = match &simplified {
            Some(Simplified { listing, ops, .. }) => (listing, Tables { ops, ..tables }),
            None => (original, tables),
        };
        let mut plan = Plan::lay_out(listing, tables, None);
        // What is left for the arena, in elements.
        let budget = policy.memory_budget.map(|bytes| {
            let others = plan.bytes() - plan.arena * size_of::<T>();
            bytes.saturating_sub(others) / size_of::<T>()
        });
        let too_large = budget.is_some_and(|budget| plan.arena > budget);
        // Where everything is kept there is nothing to compute again.
        if !listing.keep && (too_large || !listing.checkpoints.is_empty()) {
            let mut homes = Vec::new();
            Plan::<T>::lay_out(listing, tables, Some(&mut homes));
            plan = plan.recomputing(&Recomputation::new(listing, tables, homes), tables, budget);
        }
        if let Some(Simplified { now, was, .. }) = &simplified {
            plan.renumber_nodes(was);
            let kept = (0..original.len() as u32).filter_map(|value| {
                let now = now[value as usize];
                let place = plan.kept.binary_search_by_key(&now, |&(value, _)| value).ok()?;
                Some((value, plan.kept[place].1.clone()))
            });
            plan.kept = kept.collect();
        }
        plan
    }

    /// The plan of this listing as it stands, and if that is asked for, where it puts the values of
    /// nodes.
    fn lay_out(listing: &Listing, tables: Tables<'_>, homes: Option<&mut Vec<Home>>) -> Plan<T> {
        let mut planner = Planner::new(listing, tables);
        let bindings = planner.bind_inputs(listing);
        let kernels: Vec<Option<Kernel<T>>> =
            tables.ops.iter().map(|op| op.kernel::<T>()).collect();
        let mut kept = Vec::new();
        for (value, line) in (0..).zip(listing.lines()) {
            let kernel = kernels[line.op as usize].as_ref();
            let before = planner.operations;
            if !kernel.is_some_and(|kernel| planner.on_cells(value, line, kernel)) {
                lower::lower(&mut planner, value, line, kernel);
            }
            if listing.keep && planner.operations > before {
                kept.push((value, planner.kept_at(value)));
            }
            planner.release(line.operands);
        }
        if let Some(homes) = homes {
            homes.extend((0..listing.len() as u32).map(|value| planner.home(value)));
        }
        let outputs = planner.collect_outputs(listing);
        Plan {
            steps: planner.steps,
            nodes: planner.nodes,
            wide: planner.wide_steps,
            kernels: planner.kernels,
            cells: planner.cells as usize,
            arena: planner.arena.size(),
            slots: planner.slots as usize,
            positions: planner.positions,
            inputs: bindings,
            outputs,
            output_sizes: planner.output_sizes,
            keep: listing.keep,
            kept,
            operations: planner.operations,
        }
    }

    /// The plan that computes values again where there are checkpoints, and where temporaries take
    /// more elements than `budget`. If none is found that fits, the smallest one.
    fn recomputing(
        self,
        recomputation: &Recomputation<'_>,
        tables: Tables<'_>,
        budget: Option<usize>,
    ) -> Plan<T> {
        let within = |limit: usize| {
            let Again { listing, was } = recomputation.within(limit)?;
            let mut plan = Plan::lay_out(&listing, tables, None);
            plan.renumber_nodes(&was);
            Some(plan)
        };
        let mut best = within(usize::MAX).unwrap_or(self);
        let Some(budget) = budget else { return best };
        let (mut too_low, mut enough, mut limit) = (0, best.arena, budget);
        for _ in 0..MOST_TRIES {
            if best.arena <= budget {
                break;
            }
            let mut next = enough;
            match within(limit) {
                // There are gaps in the arena between what lies in it.
                Some(plan) => {
                    enough = limit;
                    next = (limit as f64 * budget as f64 / plan.arena as f64 * 0.98) as usize;
                    if plan.arena < best.arena {
                        best = plan;
                    }
                }
                None => too_low = limit,
            }
            let is_new = too_low < next && next < enough;
            limit = if is_new { next } else { too_low.midpoint(enough) };
        }
        best
    }

    /// Lets steps speak of the nodes that theirs were in an earlier listing.
    fn renumber_nodes(&mut self, was: &[u32]) {
        for node in &mut self.nodes {
            *node = was[*node as usize];
        }
    }

    /// What each step is, and the node that it computes.
    pub fn forms(&self) -> impl Iterator<Item = (u32, &'static str)> {
        self.nodes.iter().zip(&self.steps).map(|(&node, step)| match step {
            Step::Cells { .. } => (node, "single numbers"),
            Step::Wide(wide) => (node, self.wide[*wide as usize].work.form()),
        })
    }

    /// The bytes that the temporaries of a run take.
    pub fn bytes(&self) -> usize {
        (self.arena + self.cells) * size_of::<T>() + self.positions * size_of::<i64>()
    }
}

impl<'a, T: Scalar> Planner<'a, T> {
    fn new(listing: &Listing, tables: Tables<'a>) -> Planner<'a, T> {
        let values = listing.values();
        let mut readers = vec![0; values];
        let mut types = Vec::with_capacity(values);
        for line in listing.lines() {
            types.push(line.type_of);
            for &operand in line.operands {
                readers[operand as usize] += 1;
            }
        }
        types.extend_from_slice(&listing.inputs);
        let mut written = FxHashMap::default();
        let mut output_sizes = Vec::new();
        for &output in &listing.outputs {
            let type_of = &tables.types[types[output as usize] as usize];
            // The reader that never comes: an output is not freed.
            readers[output as usize] += 1;
            let is_wide = type_of.kind == Kind::Real && type_of.shape.size() != 1;
            let is_computed = (output as usize) < listing.len();
            if is_wide && is_computed && !written.contains_key(&output) {
                written.insert(output, output_sizes.len() as u32);
                output_sizes.push(type_of.shape.size());
            }
        }
        Planner {
            tables,
            keep: listing.keep,
            types,
            places: vec![Place::Slot(NOTHING); values],
            roots: FxHashMap::default(),
            readers,
            wide: Vec::new(),
            written,
            output_sizes,
            free_cells: Vec::new(),
            cells: 0,
            arena: Arena::default(),
            slots: 0,
            positions: 0,
            steps: Vec::with_capacity(listing.len()),
            nodes: Vec::with_capacity(listing.len()),
            wide_steps: Vec::new(),
            kernels: Vec::new(),
            kernel_numbers: vec![None; tables.ops.len()],
            operations: 0,
        }
    }

    fn bind_inputs(&mut self, listing: &Listing) -> Vec<Binding> {
        let bind = |(number, &type_of): (usize, &u32)| {
            let type_of = &self.tables.types[type_of as usize];
            let (binding, place) = if type_of.kind == Kind::Index {
                let slot = self.new_slot();
                (Binding::Slot(slot), Place::Slot(slot))
            } else if type_of.shape.size() == 1 {
                let cell = self.new_cell();
                (Binding::Cell(cell), Place::Cell(cell))
            } else {
                let layout = Layout::contiguous(type_of.shape.clone());
                self.wide.push(Operand { room: Room::Input(number as u32), layout });
                (Binding::InPlace, Place::Wide(self.wide.len() as u32 - 1))
            };
            self.places[listing.len() + number] = place;
            binding
        };
        listing.inputs.iter().enumerate().map(bind).collect()
    }

    pub fn type_of(&self, number: u32) -> &'a Type {
        &self.tables.types[number as usize]
    }

    pub fn place(&self, value: u32) -> Place {
        self.places[value as usize]
    }

    fn new_cell(&mut self) -> u32 {
        self.free_cells.pop().unwrap_or_else(|| {
            self.cells += 1;
            self.cells - 1
        })
    }

    pub fn new_slot(&mut self) -> u32 {
        self.slots += 1;
        self.slots - 1
    }

    /// A pointwise operation whose operands all are cells: the quick way, for scalars. Says
    /// whether it was one.
    fn on_cells(&mut self, value: u32, line: super::listing::Line<'_>, kernel: &Kernel<T>) -> bool {
        let mut x = [0; 3];
        for (x, &operand) in x.iter_mut().zip(line.operands) {
            match self.places[operand as usize] {
                Place::Cell(cell) => *x = cell,
                _ => return false,
            }
        }
        let y = self.new_cell();
        self.places[value as usize] = Place::Cell(y);
        let kernel = *self.kernel_numbers[line.op as usize].get_or_insert_with(|| {
            self.kernels.push(kernel.scalar);
            u16::try_from(self.kernels.len() - 1).expect("fewer pointwise operations than 2¹⁶")
        });
        self.steps.push(Step::Cells { kernel, x, y });
        self.nodes.push(value);
        self.operations += 1;
        true
    }

    /// A real operand as steps read it.
    pub fn operand(&self, value: u32) -> Operand {
        match self.places[value as usize] {
            Place::Cell(cell) => {
                let shape = &self.type_of(self.types[value as usize]).shape;
                let layout = Layout::contiguous(shape.clone());
                Operand { room: Room::Cell(cell), layout }
            }
            Place::Wide(wide) => self.wide[wide as usize].clone(),
            Place::Slot(_) => unreachable!("the shape rule asks for a real operand"),
        }
    }

    /// The slot of an index operand.
    pub fn slot(&self, value: u32) -> u32 {
        match self.places[value as usize] {
            Place::Slot(slot) => slot,
            _ => unreachable!("the shape rule asks for an index operand"),
        }
    }

    /// Makes `value` a view of `of`, in this layout of the same room.
    pub fn view(&mut self, value: u32, of: u32, view: Operand) {
        let root = self.roots.get(&of).copied().unwrap_or(of);
        self.roots.insert(value, root);
        self.readers[root as usize] += 1;
        let place = match view.room {
            Room::Cell(cell) if view.layout.size() == 1 => Place::Cell(cell),
            _ => self.new_wide(view),
        };
        self.places[value as usize] = place;
    }

    fn new_wide(&mut self, operand: Operand) -> Place {
        self.wide.push(operand);
        Place::Wide(self.wide.len() as u32 - 1)
    }

    /// Appends the step that computes `value`, and gives it its place.
    pub fn compute(&mut self, value: u32, type_of: &Type, work: Work<T>) {
        let (place, y) = if type_of.kind == Kind::Index {
            let slot = self.new_slot();
            self.positions += type_of.shape.size();
            (Place::Slot(slot), Target::Index(slot))
        } else if type_of.shape.size() == 1 {
            let cell = self.new_cell();
            (Place::Cell(cell), Target::Real(Room::Cell(cell)))
        } else {
            let room = match self.written.get(&value) {
                Some(&output) => Room::Output(output),
                None => Room::Arena(self.arena.take(type_of.shape.size())),
            };
            let layout = Layout::contiguous(type_of.shape.clone());
            (self.new_wide(Operand { room, layout }), Target::Real(room))
        };
        self.places[value as usize] = place;
        // A constant is not worth counting, nor keeping.
        self.operations += usize::from(!matches!(work, Work::Constant(_)));
        self.push_wide(value, Wide { work, y });
    }

    /// A contiguous copy of an operand, for a step that needs one: it is free again when the step
    /// of `value`, which comes next, is done; see [`Planner::free_copies`].
    pub fn contiguous(&mut self, value: u32, x: Operand, copies: &mut Vec<Stretch>) -> Operand {
        if x.layout.is_contiguous() {
            return x;
        }
        let layout = Layout::contiguous(x.layout.shape().clone());
        let stretch = self.arena.take(layout.size());
        copies.push(stretch);
        let room = Room::Arena(stretch);
        let y = Target::Real(room);
        self.push_wide(value, Wide { work: Work::Copy(x), y });
        Operand { room, layout }
    }

    fn push_wide(&mut self, node: u32, wide: Wide<T>) {
        self.nodes.push(node);
        self.steps.push(Step::Wide(self.wide_steps.len() as u32));
        self.wide_steps.push(wide);
    }

    /// Takes back the memory of copies.
    pub fn free_copies(&mut self, copies: Vec<Stretch>) {
        for stretch in copies {
            self.arena.give(stretch);
        }
    }

    /// One reader of each of these values is done.
    fn release(&mut self, values: &[u32]) {
        for &value in values {
            self.release_one(value);
        }
    }

    fn release_one(&mut self, value: u32) {
        let readers = &mut self.readers[value as usize];
        *readers -= 1;
        if *readers > 0 || self.keep {
            return;
        }
        if let Some(&root) = self.roots.get(&value) {
            return self.release_one(root);
        }
        match self.places[value as usize] {
            Place::Cell(cell) => self.free_cells.push(cell),
            Place::Wide(wide) => {
                if let Room::Arena(stretch) = self.wide[wide as usize].room {
                    self.arena.give(stretch);
                }
            }
            Place::Slot(_) => {}
        }
    }

    /// Where the value of a node lies.
    fn home(&self, value: u32) -> Home {
        let elements = match self.places[value as usize] {
            Place::Wide(wide) if !self.roots.contains_key(&value) => {
                match self.wide[wide as usize].room {
                    Room::Arena(stretch) => stretch.room(),
                    _ => 0,
                }
            }
            _ => 0,
        };
        Home { root: self.roots.get(&value).copied().unwrap_or(value), elements }
    }

    fn kept_at(&self, value: u32) -> Output {
        let shape = self.type_of(self.types[value as usize]).shape.clone();
        match self.places[value as usize] {
            Place::Cell(cell) => Output::Cell(cell, shape),
            Place::Slot(slot) => Output::Slot(slot),
            Place::Wide(wide) => match self.wide[wide as usize].room {
                Room::Arena(stretch) => Output::Arena(stretch, shape),
                Room::Output(output) => Output::Written(output, shape),
                room => unreachable!("what is computed is not in {room:?}"),
            },
        }
    }

    /// Where the outputs are found, after copies of those that are views.
    fn collect_outputs(&mut self, listing: &Listing) -> Vec<Output> {
        let mut outputs = Vec::with_capacity(listing.outputs.len());
        for &value in &listing.outputs {
            let place = self.places[value as usize];
            let output = match place {
                _ if value as usize >= listing.len() => Output::Input(value - listing.len() as u32),
                Place::Slot(slot) => Output::Slot(slot),
                Place::Cell(cell) => {
                    let type_of = self.types[value as usize];
                    Output::Cell(cell, self.type_of(type_of).shape.clone())
                }
                Place::Wide(wide) => {
                    let x = self.wide[wide as usize].clone();
                    let shape = x.layout.shape().clone();
                    let output = self.written[&value];
                    if x.room != Room::Output(output) {
                        // It is a view. A second mention of it finds it written.
                        let room = Room::Output(output);
                        let y = Target::Real(room);
                        self.push_wide(value, Wide { work: Work::Copy(x), y });
                        let layout = Layout::contiguous(shape.clone());
                        self.wide[wide as usize] = Operand { room, layout };
                    }
                    Output::Written(output, shape)
                }
            };
            outputs.push(output);
        }
        outputs
    }
}
