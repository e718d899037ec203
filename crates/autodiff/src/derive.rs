//! The sweeps: reverse and forward mode. They walk the tape and record the derivative program on
//! it, in the same operations. A sweep visits only the nodes between its inputs and its outputs.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::linear::{Linear, Partial};
use crate::marks::Marks;
use crate::op::Kind;
use crate::ops::{Assemble, MatMul, Op, ScatterAdd};
use crate::tape::{Met, NOTHING, NodeId, Tape};
use crate::var::Var;

/// Where the sweeps get derivatives from: by default, from the operations themselves.
///
/// Rules are an argument of the sweeps, so that a test can corrupt one, and a user can override
/// one, without anything global.
pub trait Rules {
    /// `∂y/∂xᵢ` of this operation.
    fn derivative<'t>(&self, op: &Op, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        op.derivative(i, x, y)
    }
}

/// Every operation's own derivative.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnRules;

impl Rules for OwnRules {}

/// The nodes from `xs` (included) to `ys`: ancestors of the latter that depend on the former, in
/// ascending order; through real values alone unless `through` says otherwise. Their places in it
/// are their marks.
fn between(tape: &Tape, xs: &[NodeId], ys: &[NodeId], through: Through) -> (Vec<NodeId>, Marks) {
    let core = &mut *tape.core.borrow_mut();
    let (nodes, mut marks) = (&core.nodes, std::mem::take(&mut core.marks));
    // A node's operands precede it, so nothing before the first input depends on one.
    let first = xs.iter().copied().min().unwrap_or(NodeId::MAX);
    let inputs = |node: NodeId| {
        nodes[node as usize].inputs.iter().copied().filter(move |&input| input >= first)
    };
    let targets: Vec<NodeId> = ys.iter().copied().filter(|&y| y >= first).collect();
    let mut found = marks.take_list();
    marks.reachable(nodes.len(), &targets, |node| Some(inputs(node)), &mut found);
    marks.restart(nodes.len());
    let mut place = 0;
    found.retain(|&node| {
        let reached = xs.contains(&node) || inputs(node).any(|input| marks.get(input).is_some());
        let type_of = nodes[node as usize].type_of;
        let counts =
            reached && (through == Through::All || core.types.get(type_of).kind == Kind::Real);
        if counts {
            marks.set(node, place);
            place += 1;
        }
        counts
    });
    (found, marks)
}

/// What dependence is followed through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Through {
    /// Real values: nothing is differentiated by an index.
    Reals,
    /// All values.
    All,
}

/// The nodes from `xs` (included) to `ys`, in ascending order.
pub(crate) fn between_nodes(tape: &Tape, xs: &[NodeId], ys: &[NodeId]) -> Vec<NodeId> {
    let (nodes, marks) = between(tape, xs, ys, Through::All);
    tape.core.borrow_mut().marks = marks;
    nodes
}

/// Records `Σₖ (∂yₖ/∂xᵢ)ᵀ uₖ` for every `xᵢ`; `None` where no path leads to it.
pub(crate) fn reverse<'t>(
    tape: &'t Tape,
    rules: &dyn Rules,
    ys: &[(Var<'t>, Var<'t>)],
    xs: &[Var<'t>],
) -> Vec<Option<Var<'t>>> {
    let x_ids: Vec<_> = xs.iter().map(|x| x.id).collect();
    let y_ids: Vec<_> = ys.iter().map(|(y, _)| y.id).collect();
    let (nodes, marks) = between(tape, &x_ids, &y_ids, Through::Reals);
    let mut cotangents = Cotangents::new(tape, nodes.len(), marks);
    for &(y, u) in ys {
        if let Some(place) = cotangents.place(y.id) {
            cotangents.add(place, u);
        }
    }
    let _origin = nodes.first().map(|&id| tape.inherit_origin(id));
    let (mut met, mut x) = (Met::default(), SmallVec::new());
    for (place, &id) in nodes.iter().enumerate().rev() {
        // What is recorded now has the origin of the node that is differentiated.
        let op = met.application(tape, id, &mut x);
        let Some(u) = cotangents.finish(place) else { continue };
        let y = Var { tape, id };
        for (i, input) in x.iter().enumerate() {
            if let Some(place) = cotangents.place(input.id) {
                cotangents.push(place, rules.derivative(op, i, &x, y), u);
            }
        }
    }
    let found = x_ids.iter().map(|&x| cotangents.sum(cotangents.place(x)?)).collect();
    let Cotangents { mut marks, sums, .. } = cotangents;
    marks.give_list(sums);
    marks.give_list(nodes);
    tape.core.borrow_mut().marks = marks;
    found
}

/// Records `Σᵢ (∂yₖ/∂xᵢ) vᵢ` for every `yₖ`; `None` where no path leads to it.
pub(crate) fn forward<'t>(
    tape: &'t Tape,
    rules: &dyn Rules,
    ys: &[Var<'t>],
    xs: &[(Var<'t>, Var<'t>)],
) -> Vec<Option<Var<'t>>> {
    let x_ids: Vec<_> = xs.iter().map(|(x, _)| x.id).collect();
    let y_ids: Vec<_> = ys.iter().map(|y| y.id).collect();
    let (nodes, mut marks) = between(tape, &x_ids, &y_ids, Through::Reals);
    let mut tangents: Vec<Option<Var<'t>>> = Vec::with_capacity(nodes.len());
    let added = |sum: Option<Var<'t>>, term| Some(sum.map_or(term, |sum| sum + term));
    let _origin = nodes.first().map(|&id| tape.inherit_origin(id));
    let (mut met, mut x) = (Met::default(), SmallVec::new());
    for &id in &nodes {
        let op = met.application(tape, id, &mut x);
        let given = xs.iter().filter(|(x, _)| x.id == id);
        let mut tangent = given.fold(None, |sum, &(_, v)| added(sum, v));
        let mut parts = Parts::default();
        for (i, input) in x.iter().enumerate() {
            let v = marks.get(input.id).and_then(|place| tangents[place as usize]);
            let Some(v) = v else { continue };
            let derivative = rules.derivative(op, i, &x, Var { tape, id });
            if !parts.takes(&derivative, v)
                && let Some(term) = derivative.apply(v)
            {
                tangent = added(tangent, term);
            }
        }
        for term in parts.joined(tape) {
            tangent = added(tangent, term);
        }
        tangents.push(tangent);
    }
    let found = y_ids.iter().map(|&y| tangents[marks.get(y)? as usize]).collect();
    marks.give_list(nodes);
    tape.core.borrow_mut().marks = marks;
    found
}

/// What goes to places of one result, or to it through matrix products, collected to be emitted
/// once: a sum of padded copies would make the tangent of a concatenation quadratic in the number
/// of its parts, and products are added to the sum while they are computed.
#[derive(Default)]
struct Parts<'t> {
    assembled: Option<(Assemble, Vec<Var<'t>>)>,
    /// Values and their positions in turn.
    scattered: Option<(ScatterAdd, Vec<Var<'t>>)>,
    /// Factors in turn.
    multiplied: Option<(MatMul, Vec<Var<'t>>)>,
}

impl<'t> Parts<'t> {
    /// Takes the image of `v`, if it is one part among zeros, or a product.
    fn takes(&mut self, derivative: &Linear<'t>, v: Var<'t>) -> bool {
        let Linear::Partial(partial) = derivative else { return false };
        let Partial { op, operands, slot, .. } = &**partial;
        match (op, operands.as_slice()) {
            (Op::Assemble(pad), [_]) => {
                let first = || (Assemble { regions: Vec::new(), ..pad.clone() }, Vec::new());
                let (all, parts) = self.assembled.get_or_insert_with(first);
                all.regions.extend_from_slice(&pad.regions);
                parts.push(v);
                true
            }
            (Op::ScatterAdd(op), [_, positions]) if *slot == 0 => {
                let (known, pairs) = self.scattered.get_or_insert_with(|| (*op, Vec::new()));
                let is_same = known == op;
                if is_same {
                    pairs.extend([v, *positions]);
                }
                is_same
            }
            (Op::MatMul(op), &[a, b]) => {
                let (known, factors) = self.multiplied.get_or_insert_with(|| (*op, Vec::new()));
                let is_same = known == op;
                if is_same {
                    factors.extend(if *slot == 0 { [v, b] } else { [a, v] });
                }
                is_same
            }
            _ => false,
        }
    }

    /// Records what was taken.
    fn joined(self, tape: &'t Tape) -> impl Iterator<Item = Var<'t>> {
        let assembled = self.assembled.map(|(mut op, parts)| {
            op.overlapping = parts.len() > 1;
            tape.record(op, &parts)
        });
        let scattered = self.scattered.map(|(op, pairs)| tape.record(op, &pairs));
        let multiplied = self.multiplied.map(|(op, factors)| tape.record(op, &factors));
        assembled.into_iter().chain(scattered).chain(multiplied)
    }
}

/// The cotangents of a sweep: the one place where what reaches a node is added up.
///
/// What reaches it through slices, gathers and matrix products is collected, and emitted once when
/// the node is visited: one assembly of all slices, one scatter-add of all gathers, one sum of
/// products. A sum of padded copies would make the cotangent of a sequence quadratic in its length.
struct Cotangents<'t> {
    tape: &'t Tape,
    /// The place of a node in the sweep.
    marks: Marks,
    /// By place: what has been added up, or [`NOTHING`].
    sums: Vec<NodeId>,
    /// By place: what has come through slices, gathers and products.
    parts: FxHashMap<usize, Parts<'t>>,
}

impl<'t> Cotangents<'t> {
    /// For a sweep over this many nodes.
    fn new(tape: &'t Tape, len: usize, mut marks: Marks) -> Cotangents<'t> {
        let mut sums = marks.take_list();
        sums.resize(len, NOTHING);
        Cotangents { tape, marks, sums, parts: FxHashMap::default() }
    }

    /// The place of a node that the sweep visits.
    fn place(&self, node: NodeId) -> Option<usize> {
        self.marks.get(node).map(|place| place as usize)
    }

    fn sum(&self, place: usize) -> Option<Var<'t>> {
        let id = self.sums[place];
        (id != NOTHING).then_some(Var { tape: self.tape, id })
    }

    fn add(&mut self, place: usize, u: Var<'t>) {
        self.sums[place] = match self.sum(place) {
            None => u.id,
            Some(sum) => (sum + u).id,
        };
    }

    /// Takes the cotangent `u` of a result back to the operand that has this place.
    fn push(&mut self, place: usize, derivative: Linear<'t>, u: Var<'t>) {
        let term = if let Linear::Partial(_) = derivative {
            let pulled = derivative.transposed();
            if self.parts.entry(place).or_default().takes(&pulled, u) {
                return;
            }
            pulled.apply(u)
        } else {
            derivative.pull(u)
        };
        if let Some(term) = term {
            self.add(place, term);
        }
    }

    /// The whole cotangent of the node at this place, now that all its uses were visited.
    fn finish(&mut self, place: usize) -> Option<Var<'t>> {
        if !self.parts.is_empty()
            && let Some(parts) = self.parts.remove(&place)
        {
            for term in parts.joined(self.tape) {
                self.add(place, term);
            }
        }
        self.sum(place)
    }
}
