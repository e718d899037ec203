//! A program without handles: the nodes that some outputs need, renumbered from 0, so that equal
//! computations have equal listings wherever they stand on the tape.

use std::hash::{BuildHasher, Hash, Hasher};

use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use crate::tape::{Core, NOTHING, Node, NodeId};

/// What is computed from what. Values are numbered: first the nodes in the order of recording, then
/// the inputs in the order of their first use, so that it does not matter where they were recorded.
///
/// Operations and types are numbers in the tables of whoever made the listing.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Listing {
    /// The hash of all that follows, computed once: listings are long.
    hash: u64,
    /// The types of the inputs.
    pub inputs: Vec<u32>,
    /// Of each node in turn: its operation, its type, how many operands it has, and these.
    words: Vec<u32>,
    /// The values that are wanted.
    pub outputs: Vec<u32>,
    /// Whether all values are wanted, not the outputs alone.
    pub keep: bool,
    /// Blocks whose values are computed again where they are needed behind them.
    pub checkpoints: Vec<Checkpoint>,
    count: usize,
}

/// A block of nodes, of the tape or of a listing.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Checkpoint {
    pub start: u32,
    /// Behind its last node.
    pub end: u32,
    /// The values that are kept.
    pub results: SmallVec<[u32; 2]>,
}

impl Checkpoint {
    /// The same block where other numbers, ascending, stand for its nodes.
    pub fn renumbered(&self, nodes: &[u32], result: impl Fn(u32) -> Option<u32>) -> Checkpoint {
        let place = |node: u32| nodes.partition_point(|&other| other < node) as u32;
        let results = self.results.iter().filter_map(|&value| result(value)).collect();
        Checkpoint { start: place(self.start), end: place(self.end), results }
    }

    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

impl Hash for Listing {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// A node of a listing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub op: u32,
    pub type_of: u32,
    pub operands: &'a [u32],
}

impl Listing {
    /// Its nodes in order; the first is value 0.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut rest = self.words.as_slice();
        std::iter::from_fn(move || {
            let (&[op, type_of, count], behind) = rest.split_first_chunk()?;
            let (operands, behind) = behind.split_at(count as usize);
            rest = behind;
            Some(Line { op, type_of, operands })
        })
    }

    /// How many nodes it has.
    pub fn len(&self) -> usize {
        self.count
    }

    /// How many values it has: nodes and inputs.
    pub fn values(&self) -> usize {
        self.inputs.len() + self.count
    }

    /// Computes its hash, now that it is complete.
    pub fn seal(&mut self) {
        let parts = (&self.inputs, &self.words, &self.outputs, self.keep, &self.checkpoints);
        self.hash = FxBuildHasher.hash_one(parts);
    }

    fn clear(&mut self) {
        self.inputs.clear();
        self.words.clear();
        self.outputs.clear();
        self.checkpoints.clear();
        self.count = 0;
    }

    /// Appends a node.
    pub fn push(&mut self, op: u32, type_of: u32, operands: impl ExactSizeIterator<Item = u32>) {
        self.words.extend([op, type_of, operands.len() as u32]);
        self.words.extend(operands);
        self.count += 1;
    }
}

/// A listing and the nodes of the tape that its values are.
#[derive(Default)]
pub(crate) struct Selection {
    pub listing: Listing,
    /// The nodes that are inputs, in the listing's order: leaves, and nodes whose value is held.
    pub inputs: Vec<NodeId>,
    /// The nodes that are computed, in the listing's order.
    pub nodes: Vec<NodeId>,
}

impl Core {
    /// The slice of the tape that `outputs` need, cut at leaves and where `is_input` says so. The
    /// memory of an earlier selection is used again.
    pub fn select(
        &mut self,
        outputs: &[NodeId],
        keep: bool,
        is_input: impl Fn(&Core, NodeId) -> bool,
        earlier: Selection,
    ) -> Selection {
        let mut marks = std::mem::take(&mut self.marks);
        let operands_unless_cut = |node: NodeId| {
            let Node { op, inputs, .. } = &self.nodes[node as usize];
            let is_leaf = inputs.is_empty() && self.ops.get(*op).is_leaf();
            let is_cut = is_leaf || is_input(self, node);
            (!is_cut).then(|| inputs.iter().copied())
        };
        let Selection { mut listing, mut inputs, mut nodes } = earlier;
        listing.clear();
        inputs.clear();
        marks.reachable(self.nodes.len(), outputs, operands_unless_cut, &mut nodes);

        marks.restart(self.nodes.len());
        for (number, &node) in nodes.iter().enumerate() {
            marks.set(node, number as u32);
        }
        listing.keep = keep;
        let Listing { inputs: types, words, outputs: wanted, count, .. } = &mut listing;
        let mut number = |node: NodeId| {
            if let Some(number) = marks.get(node) {
                return number;
            }
            let number = (nodes.len() + inputs.len()) as u32;
            marks.set(node, number);
            inputs.push(node);
            types.push(self.nodes[node as usize].type_of);
            number
        };
        words.reserve(6 * nodes.len());
        for &node in &nodes {
            let Node { op, type_of, inputs, .. } = &self.nodes[node as usize];
            words.extend_from_slice(&[*op, *type_of, inputs.len() as u32]);
            for &input in inputs {
                words.push(number(input));
            }
        }
        *count = nodes.len();
        wanted.extend(outputs.iter().map(|&output| number(output)));
        for checkpoint in &self.checkpoints {
            let checkpoint = checkpoint.renumbered(&nodes, |node| marks.get(node));
            if !checkpoint.is_empty() {
                listing.checkpoints.push(checkpoint);
            }
        }
        self.marks = marks;
        listing.seal();
        Selection { listing, inputs, nodes }
    }

    /// Whether a node's value is there.
    pub fn is_held(&self, node: NodeId) -> bool {
        let node = &self.nodes[node as usize];
        node.value != NOTHING
    }
}
