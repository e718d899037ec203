//! Computing values again instead of keeping them: where temporaries must fit into a budget, or a
//! block of the program was recorded as a checkpoint.
//!
//! The listing is rewritten. What is computed again becomes one more node, of the same operation on
//! the same operands, so its bits are the same; places and lifetimes are then found as ever.
//!
//! The listing is walked in its order, as a run would, counting the memory in use. Where that is too
//! much, a value is dropped: the one that is cheapest to compute again for the memory that it takes
//! and the time that it would lie unused. Kirisame et al., *Dynamic Tensor Rematerialization* (2021),
//! do so while running, by the time that a value has not been used; a listing tells when it will be.

use std::cmp::Reverse;

use crate::op::Type;
use crate::ops::Op;
use crate::run::Tables;
use crate::run::listing::{Checkpoint, Line, Listing};
use crate::tape::NOTHING;

/// What a node's value takes of a run's memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home {
    /// The value whose memory it shares: itself, unless it is a view.
    pub root: u32,
    /// How many elements of the arena it takes: none if it is a view, an output, or one number.
    pub elements: usize,
}

/// A listing in which values are computed again.
pub(super) struct Again {
    pub listing: Listing,
    /// By node: the node that it was.
    pub was: Vec<u32>,
}

/// To read or write an element takes about as long as this many floating-point operations.
const OPERATIONS_AN_ELEMENT: f64 = 16.0;

/// No more than this many nodes are computed for each that there was.
const MOST_TIMES: usize = 8;

/// While nodes are still being counted, inputs are numbered from here.
const INPUTS: u32 = 1 << 31;

/// A listing, and what there is to know of its values before anything is dropped.
pub(super) struct Recomputation<'a> {
    listing: &'a Listing,
    lines: Vec<Line<'a>>,
    homes: Vec<Home>,
    /// By node: the effort of computing it, in floating-point operations.
    efforts: Vec<f64>,
    /// By root: the values that share its memory, itself included, and the nodes that read these.
    /// Whoever wants the outputs reads them last.
    members: Vec<Vec<u32>>,
    readers: Vec<Vec<u32>>,
    /// By node: whether it may be dropped.
    can_be_dropped: Vec<bool>,
    /// By node: where the last checkpoint ends that drops it, or 0.
    dropped_at: Vec<u32>,
}

impl<'a> Recomputation<'a> {
    pub fn new(listing: &'a Listing, tables: Tables<'_>, homes: Vec<Home>) -> Recomputation<'a> {
        let lines: Vec<Line<'a>> = listing.lines().collect();
        let len = lines.len();
        let type_of = |value: u32| {
            let input = || listing.inputs[value as usize - len];
            &*tables.types
                [lines.get(value as usize).map_or_else(input, |line| line.type_of) as usize]
        };
        let (mut members, mut readers) = (vec![Vec::new(); len], vec![Vec::new(); len]);
        let (mut efforts, mut can_be_dropped) = (Vec::new(), Vec::new());
        for (value, line) in (0..).zip(&lines) {
            if let Some(root) = root_of(&homes, value) {
                members[root as usize].push(value);
            }
            for root in line.operands.iter().filter_map(|&x| root_of(&homes, x)) {
                readers[root as usize].push(value);
            }
            let Home { root, elements } = homes[value as usize];
            let op = &*tables.ops[line.op as usize];
            // A user's operation need not be a function.
            can_be_dropped.push(elements > 0 && !matches!(op, Op::Custom(_)));
            let x: Vec<Type> = line.operands.iter().map(|&x| type_of(x).clone()).collect();
            let y = type_of(value);
            let moved: usize = x.iter().chain([y]).map(|x| x.shape.size()).sum();
            let effort = op.flops(&x, y) as f64 + OPERATIONS_AN_ELEMENT * moved as f64;
            efforts.push(if root == value { effort } else { 0.0 });
        }
        for root in listing.outputs.iter().filter_map(|&y| root_of(&homes, y)) {
            readers[root as usize].push(len as u32 + 1);
        }
        let mut all = Recomputation {
            dropped_at: vec![0; len],
            listing,
            lines,
            homes,
            efforts,
            members,
            readers,
            can_be_dropped,
        };
        for checkpoint in &listing.checkpoints {
            for value in all.dropped_by(checkpoint) {
                let end = &mut all.dropped_at[value as usize];
                *end = checkpoint.end.max(*end);
            }
        }
        all
    }

    /// The values that a checkpoint drops at its end.
    fn dropped_by(&self, checkpoint: &Checkpoint) -> Vec<u32> {
        let kept: Vec<u32> =
            checkpoint.results.iter().filter_map(|&value| self.root(value)).collect();
        let is_dropped =
            |&value: &u32| self.can_be_dropped[value as usize] && !kept.contains(&value);
        (checkpoint.start..checkpoint.end).filter(is_dropped).collect()
    }

    /// The listing whose values take no more than `limit` elements at any time, if one is found.
    /// Checkpoints are kept to whatever the limit.
    pub fn within(&self, limit: usize) -> Option<Again> {
        let len = self.lines.len();
        let mut walk = Walk {
            of: self,
            limit,
            now: 0,
            present: vec![NOTHING; len],
            in_use: 0,
            resident: Vec::new(),
            pins: vec![0; len],
            seen: vec![NOTHING; len],
            stamp: 0,
            order: Vec::new(),
            operands: Vec::new(),
        };
        // Inner checkpoints end first.
        let mut ends: Vec<_> = self.listing.checkpoints.iter().collect();
        ends.sort_by_key(|checkpoint| (checkpoint.end, Reverse(checkpoint.start)));
        let mut ends = ends.into_iter().peekable();
        for node in 0..len as u32 {
            walk.now = node;
            walk.compute(node)?;
            while let Some(checkpoint) = ends.next_if(|checkpoint| checkpoint.end <= node + 1) {
                self.dropped_by(checkpoint).into_iter().for_each(|value| walk.drop(value));
            }
        }
        walk.now = len as u32;
        for &output in &self.listing.outputs {
            let Some(root) = self.root(output) else { continue };
            if walk.present[output as usize] == NOTHING {
                walk.compute(output)?;
            }
            walk.pins[root as usize] += 1;
        }
        Some(walk.finish())
    }

    fn root(&self, value: u32) -> Option<u32> {
        root_of(&self.homes, value)
    }
}

/// The node in whose memory a value lies, unless that is an input's.
fn root_of(homes: &[Home], value: u32) -> Option<u32> {
    let root = homes.get(value as usize)?.root;
    ((root as usize) < homes.len()).then_some(root)
}

/// A walk through a listing, as a run would go.
struct Walk<'a> {
    of: &'a Recomputation<'a>,
    limit: usize,
    /// The node of the listing that is next to be computed.
    now: u32,
    /// By node: the newest node that has its value, or [`NOTHING`] where that was dropped.
    present: Vec<u32>,
    /// Elements of the arena.
    in_use: usize,
    /// The roots that are present and can be dropped.
    resident: Vec<u32>,
    /// By root: who is about to read it.
    pins: Vec<u32>,
    seen: Vec<u32>,
    stamp: u32,
    /// The nodes in the order of computing them, and their operands as they are numbered then.
    order: Vec<u32>,
    operands: Vec<u32>,
}

impl Walk<'_> {
    /// Computes a node, and first what it needs and is not there.
    fn compute(&mut self, target: u32) -> Option<()> {
        let of = self.of;
        let nodes = self.missing_for(target, None);
        if self.order.len() + nodes.len() > MOST_TIMES * of.lines.len() {
            return None;
        }
        let roots = |node: u32| of.lines[node as usize].operands.iter().filter_map(|&x| of.root(x));
        for &node in &nodes {
            roots(node).for_each(|root| self.pins[root as usize] += 1);
        }
        for &node in &nodes {
            self.make_room(of.homes[node as usize].elements)?;
            self.append(node);
            roots(node).for_each(|root| self.pins[root as usize] -= 1);
            roots(node).chain(of.root(node)).for_each(|root| self.drop_if_done(root));
        }
        Some(())
    }

    /// The nodes that have to be computed for this one, itself included, in order: as things are,
    /// or as they would be without the value of `dropped`.
    fn missing_for(&mut self, target: u32, dropped: Option<u32>) -> Vec<u32> {
        self.stamp += 1;
        self.seen[target as usize] = self.stamp;
        let mut found = vec![target];
        let mut next = 0;
        while let Some(&node) = found.get(next) {
            next += 1;
            for &operand in self.of.lines[node as usize].operands {
                let Some(seen) = self.seen.get_mut(operand as usize) else { continue };
                let is_there = self.present[operand as usize] != NOTHING
                    && (dropped.is_none() || self.of.root(operand) != dropped);
                if !is_there && *seen != self.stamp {
                    *seen = self.stamp;
                    found.push(operand);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// Writes down that a node is computed now.
    fn append(&mut self, node: u32) {
        let of = self.of;
        let len = of.lines.len() as u32;
        self.present[node as usize] = self.order.len() as u32;
        self.order.push(node);
        for &x in of.lines[node as usize].operands {
            self.operands.push(match x.checked_sub(len) {
                Some(input) => INPUTS + input,
                None => self.present[x as usize],
            });
        }
        self.in_use += of.homes[node as usize].elements;
        if of.can_be_dropped[node as usize] {
            self.resident.push(node);
        }
    }

    /// Drops values until there is room for so many more elements.
    fn make_room(&mut self, elements: usize) -> Option<()> {
        while self.in_use.saturating_add(elements) > self.limit {
            let mut best: Option<(f64, u32)> = None;
            for k in 0..self.resident.len() {
                let root = self.resident[k];
                if self.pins[root as usize] > 0 {
                    continue;
                }
                let score = self.worth(root);
                if best.is_none_or(|(least, _)| score < least) {
                    best = Some((score, root));
                }
            }
            let (_, root) = best?;
            self.drop(root);
        }
        Some(())
    }

    /// What keeping a value saves, for each element and step that it would be kept.
    fn worth(&mut self, root: u32) -> f64 {
        let Some(next) = self.next_use(root) else { return 0.0 };
        let again = self.missing_for(root, Some(root));
        let effort: f64 = again.iter().map(|&node| self.of.efforts[node as usize]).sum();
        let elements = self.of.homes[root as usize].elements;
        effort / (elements as f64 * f64::from(next - self.now))
    }

    /// When a value is read next, of the nodes behind the present one: by a reader that is still to
    /// come, or to compute what was dropped and will be read.
    fn next_use(&mut self, root: u32) -> Option<u32> {
        self.stamp += 1;
        self.seen[root as usize] = self.stamp;
        let (mut found, mut next) = (vec![root], None);
        while let Some(root) = found.pop() {
            let readers = &self.of.readers[root as usize];
            let passed = readers.partition_point(|&reader| reader <= self.now);
            next = next.into_iter().chain(readers.get(passed).copied()).min();
            for &reader in &readers[..passed] {
                let Some(root) = self.of.root(reader) else { continue };
                // What the end of a checkpoint will drop counts as dropped.
                let is_dropped = self.present[reader as usize] == NOTHING
                    || self.now < self.of.dropped_at[root as usize];
                if is_dropped && self.seen[root as usize] != self.stamp {
                    self.seen[root as usize] = self.stamp;
                    found.push(root);
                }
            }
        }
        next
    }

    /// Drops a value that nobody will need any more, and those that were there for it.
    fn drop_if_done(&mut self, root: u32) {
        let of = self.of;
        let mut candidates = vec![root];
        while let Some(root) = candidates.pop() {
            let is_resident = self.resident.contains(&root);
            if is_resident && self.pins[root as usize] == 0 && self.next_use(root).is_none() {
                self.drop(root);
                let operands = of.lines[root as usize].operands;
                candidates.extend(operands.iter().filter_map(|&x| of.root(x)));
            }
        }
    }

    /// Drops a value and all views of it, if it can be.
    fn drop(&mut self, root: u32) {
        if let Some(place) = self.resident.iter().position(|&other| other == root) {
            self.resident.swap_remove(place);
            self.in_use -= self.of.homes[root as usize].elements;
            for &member in &self.of.members[root as usize] {
                self.present[member as usize] = NOTHING;
            }
        }
    }

    fn finish(self) -> Again {
        let (of, count) = (self.of, self.order.len() as u32);
        let mut listing = Listing::default();
        let mut rest = self.operands.as_slice();
        let number = |x: u32| x.checked_sub(INPUTS).map_or(x, |input| count + input);
        for &node in &self.order {
            let line = of.lines[node as usize];
            let (operands, behind) = rest.split_at(line.operands.len());
            rest = behind;
            listing.push(line.op, line.type_of, operands.iter().map(|&x| number(x)));
        }
        listing.inputs.clone_from(&of.listing.inputs);
        listing.outputs.extend(of.listing.outputs.iter().map(|&output| {
            match output.checked_sub(of.lines.len() as u32) {
                Some(input) => count + input,
                None => self.present[output as usize],
            }
        }));
        Again { listing, was: self.order }
    }
}
