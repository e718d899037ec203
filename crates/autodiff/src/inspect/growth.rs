//! Why a tape grows from step to step.

use std::fmt;

use rustc_hash::FxHashSet;
use wengert_tensor::Tensor;

use crate::inspect::table::scaled;
use crate::origin::Origin;
use crate::tape::{NodeId, Tape};
use crate::var::Var;

/// What makes a tape long, seen from the line that was recorded last.
#[derive(Clone, PartialEq, Debug)]
pub struct Growth {
    /// How many nodes the tape has.
    pub nodes: usize,
    /// The bytes of values that the tape holds.
    pub held_bytes: usize,
    /// The line that was recorded last.
    pub line: Origin,
    /// How often that line was recorded with the same operation: how many rounds there were.
    pub rounds: usize,
    /// How many nodes the last round has recorded.
    pub nodes_a_round: usize,
    /// How many nodes the last one needs.
    pub needed: usize,
    /// A value that the last round took over from rounds before it, and that has a history.
    pub carried: Option<Carried>,
}

/// A value that is carried from round to round.
#[derive(Clone, PartialEq, Debug)]
pub struct Carried {
    /// Its operation.
    pub operation: &'static str,
    /// Where it was recorded.
    pub origin: Origin,
    /// The operation where its history begins: the oldest that was computed.
    pub root: &'static str,
    /// Where that was recorded.
    pub root_origin: Origin,
}

impl Tape {
    /// Why it has become so long: how often its last line was recorded, and what was carried from
    /// round to round. `None` if that line was recorded but once.
    ///
    /// A loop inside one step, such as a recurrence, looks the same: it is for the reader to say
    /// whether rounds should know of each other.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let mut total = tape.input(0.0);
    /// for k in 0..100 {
    ///     let loss = tape.input(f64::from(k)).sin();
    ///     total = total + loss; // its history grows
    /// }
    /// let growth = tape.growth().unwrap();
    /// assert_eq!((growth.rounds, growth.nodes_a_round), (100, 3));
    /// assert_eq!(growth.carried.unwrap().operation, "add");
    /// ```
    pub fn growth(&self) -> Option<Growth> {
        let last = (self.len() as NodeId).checked_sub(1)?;
        let rounds = self.alike(last);
        let &[.., before, _] = rounds.as_slice() else { return None };
        let held_bytes = self.core.borrow().values.iter().flatten().map(Tensor::bytes).sum();
        let needed = self.ancestors(&[last]);
        Some(Growth {
            nodes: self.len(),
            held_bytes,
            line: self.origin_of(last),
            rounds: rounds.len(),
            nodes_a_round: (last - before) as usize,
            needed: needed.len(),
            carried: self.carried(&needed, before),
        })
    }

    /// The nodes of the same operation and line as this one, oldest first.
    fn alike(&self, node: NodeId) -> Vec<NodeId> {
        let core = self.core.borrow();
        let wanted = &core.nodes[node as usize];
        let origin = core.origins.get(wanted.origin);
        let mut same_origin: FxHashSet<u32> = FxHashSet::default();
        let mut other_origin: FxHashSet<u32> = FxHashSet::default();
        let mut is_same = |number: u32| {
            if same_origin.contains(&number) || other_origin.contains(&number) {
                return same_origin.contains(&number);
            }
            let is_same = core.origins.get(number) == origin;
            if is_same { &mut same_origin } else { &mut other_origin }.insert(number);
            is_same
        };
        let alike = core
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.op == wanted.op && is_same(node.origin));
        alike.map(|(id, _)| id as NodeId).collect()
    }

    /// These nodes and all that they are computed from, in ascending order.
    pub(super) fn ancestors(&self, nodes: &[NodeId]) -> Vec<NodeId> {
        let core = &mut *self.core.borrow_mut();
        let mut marks = std::mem::take(&mut core.marks);
        let mut found = Vec::new();
        let inputs = |node: NodeId| Some(core.nodes[node as usize].inputs.iter().copied());
        marks.reachable(core.nodes.len(), nodes, inputs, &mut found);
        core.marks = marks;
        found
    }

    /// What the nodes behind `before` take over from those up to it, if that was computed in an
    /// earlier round.
    fn carried(&self, needed: &[NodeId], before: NodeId) -> Option<Carried> {
        let var = |id: NodeId| Var { tape: self, id };
        let is_computed = |id: NodeId| !var(id).operands().is_empty();
        let now = needed.iter().filter(|&&node| node > before);
        let operands = now.flat_map(|&node| var(node).operands());
        let old = operands.filter(|x| x.id <= before && is_computed(x.id));
        let newest = old.max_by_key(|x| x.id)?;
        let history = self.ancestors(&[newest.id]);
        let root = history.into_iter().find(|&id| is_computed(id)).map_or(newest, var);
        Some(Carried {
            operation: newest.op().name(),
            origin: newest.origin(),
            root: root.op().name(),
            root_origin: root.origin(),
        })
    }
}

/// The story in sentences, and what to do.
impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "the tape has {} nodes and holds {}B of values; its last line, {}, was recorded {} \
             times, {} nodes a time",
            self.nodes,
            scaled(self.held_bytes as f64),
            self.line,
            self.rounds,
            self.nodes_a_round,
        )?;
        match &self.carried {
            None => write!(
                f,
                "a round needs nothing that was computed in another: forget it with Tape::clear, or \
                 record it once and run it as a Program"
            ),
            Some(Carried { operation, origin, root, root_origin }) => write!(
                f,
                "a round goes on from what was computed before it, {operation} at {origin}, so that \
                 {} nodes are needed, back to {root} at {root_origin}; if that history is not to be \
                 differentiated, start from the value: tape.input(&x.value())",
                self.needed
            ),
        }
    }
}
