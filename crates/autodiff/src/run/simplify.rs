//! Exact rewriting of a listing before it is planned: identities, chains of views, common
//! subexpressions, dead code. No rewriting changes a bit of any value (which NaN it is aside), so
//! none reassociates, and `x + 0`, which turns −0 into 0, stays.

use std::hash::BuildHasher;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;

use crate::ops::{Add, Constant, Div, Mul, Neg, Op, Permute, Sub};
use crate::run::Tables;
use crate::run::listing::{Line, Listing};
use crate::tape::NOTHING;

/// Which rewritings are made before a program is run. None of them changes a bit of a result; they
/// can be switched off to see what they save, or to look for a fault of theirs.
///
/// ```
/// # use wengert_autodiff::{Rewriting, Tape};
/// let mut tape = Tape::new();
/// tape.set_rewriting(Rewriting::NONE);
/// let x = tape.input(2.0);
/// let _ = tape.run([x.sin() * x.sin()]);
/// assert_eq!(tape.statistics().operations, 3); // with all of them: 2
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rewriting {
    /// $x \cdot 1 = x$, $x - 0 = x$, $-(-x) = x$, $a + (-b) = a - b$ and the like.
    pub identities: bool,
    /// Views of views become one view, and views of everything, what they are views of.
    pub views: bool,
    /// What is computed twice is computed once.
    pub common: bool,
}

impl Rewriting {
    /// All rewritings, as they are made unless a tape is told otherwise.
    pub const ALL: Rewriting = Rewriting { identities: true, views: true, common: true };

    /// A program as it was recorded.
    pub const NONE: Rewriting = Rewriting { identities: false, views: false, common: false };
}

impl Default for Rewriting {
    fn default() -> Rewriting {
        Rewriting::ALL
    }
}

/// A listing that computes the same values in fewer steps.
pub(super) struct Simplified {
    pub listing: Listing,
    /// The operations, those that rewriting has added included.
    pub ops: Vec<Arc<Op>>,
    /// By value of the original listing: the value that it is now, or [`NOTHING`].
    pub now: Vec<u32>,
    /// By node: the node of the original listing that it was.
    pub was: Vec<u32>,
}

/// While nodes are still being counted, inputs are numbered from here.
const INPUTS: u32 = 1 << 31;

type Operands = SmallVec<[u32; 4]>;

/// Listings with more single numbers than this are run as they were recorded: to compute a number
/// takes less time than to find out that there is no need.
const MANY: usize = 1 << 14;

/// A node in its new form.
struct Entry {
    op: u32,
    type_of: u32,
    operands: Operands,
    was: u32,
}

impl Entry {
    fn hash(&self) -> u64 {
        FxBuildHasher.hash_one((self.op, self.operands.as_slice()))
    }
}

/// What a node can be replaced by.
enum Instead {
    /// A value that is there.
    Value(u32),
    /// Another operation on values that are there.
    Node(Op, Operands),
}

/// Rewrites a listing, if that is asked for and worth it.
pub(super) fn simplify(
    listing: &Listing,
    tables: Tables<'_>,
    rewriting: Rewriting,
) -> Option<Simplified> {
    let is_scalar = |line: &Line<'_>| tables.types[line.type_of as usize].shape.size() == 1;
    if rewriting == Rewriting::NONE
        || listing.len() > MANY && listing.lines().filter(is_scalar).count() > MANY
    {
        return None;
    }
    let mut rewriter = Rewriter {
        rewriting,
        ops: tables.ops.to_vec(),
        entries: Vec::with_capacity(listing.len()),
        listing,
        known: FxHashMap::default(),
    };
    let renumber = |value: u32, now: &[u32]| match value.checked_sub(listing.len() as u32) {
        Some(input) => INPUTS + input,
        None => now[value as usize],
    };
    let mut now: Vec<u32> = Vec::with_capacity(listing.values());
    for (was, line) in (0..).zip(listing.lines()) {
        let operands = line.operands.iter().map(|&x| renumber(x, &now)).collect();
        now.push(rewriter.add(was, line, operands));
    }
    now.extend((0..listing.inputs.len() as u32).map(|input| INPUTS + input));
    Some(rewriter.finish(now))
}

struct Rewriter<'a> {
    rewriting: Rewriting,
    ops: Vec<Arc<Op>>,
    entries: Vec<Entry>,
    listing: &'a Listing,
    /// The nodes that there are, by a hash of operation and operands.
    known: FxHashMap<u64, u32>,
}

impl Rewriter<'_> {
    /// Adds a node, or finds the value that it is.
    fn add(&mut self, was: u32, line: Line<'_>, operands: Operands) -> u32 {
        let mut entry = Entry { op: line.op, type_of: line.type_of, operands, was };
        // Each replacement has fewer operations below it, so this ends.
        while let Some(instead) = self.replacement(&entry) {
            match instead {
                // What is given away does not share the memory of an input.
                Instead::Value(INPUTS..) if self.listing.outputs.contains(&was) => break,
                Instead::Value(value) => return value,
                Instead::Node(op, operands) => {
                    entry = Entry { op: self.number(op), operands, ..entry };
                }
            }
        }
        let next = self.entries.len() as u32;
        if self.rewriting.common {
            let op = &*self.ops[entry.op as usize];
            if let (Op::Add(_) | Op::Mul(_), [a, b]) = (op, entry.operands.as_mut_slice())
                && *a > *b
            {
                std::mem::swap(a, b);
            }
            let known = *self.known.entry(entry.hash()).or_insert(next);
            // A user's operation need not be a function. Other nodes of one hash that differ are
            // rare, and then one of them is not found again.
            if known != next && !matches!(op, Op::Custom(_)) {
                let other = &self.entries[known as usize];
                if other.op == entry.op && other.operands == entry.operands {
                    return known;
                }
            }
        }
        self.entries.push(entry);
        next
    }

    /// The number of an operation that rewriting has come up with.
    fn number(&mut self, op: Op) -> u32 {
        let place = self.ops.iter().position(|known| **known == op);
        place.unwrap_or_else(|| {
            self.ops.push(Arc::new(op));
            self.ops.len() - 1
        }) as u32
    }

    fn replacement(&self, entry: &Entry) -> Option<Instead> {
        let op = &*self.ops[entry.op as usize];
        let identity = self.rewriting.identities.then(|| self.identity(op, &entry.operands));
        let view = || self.rewriting.views.then(|| self.view(op, entry)).flatten();
        identity.flatten().or_else(view)
    }

    /// Arithmetic that is exact, signs of zeros included.
    fn identity(&self, op: &Op, x: &[u32]) -> Option<Instead> {
        use Constant::{MinusOne, One, Zero};
        let is = |value: u32, constant| self.constant(value) == Some(constant);
        let node = |op: Op, operands: &[u32]| Some(Instead::Node(op, operands.into()));
        match (op, x) {
            (Op::Mul(_), &[x, one] | &[one, x]) if is(one, One) => Some(Instead::Value(x)),
            (Op::Mul(_), &[x, minus] | &[minus, x]) if is(minus, MinusOne) => {
                node(Neg.into(), &[x])
            }
            (Op::Div(_), &[x, one]) if is(one, One) => Some(Instead::Value(x)),
            (Op::Sub(_), &[x, zero]) if is(zero, Zero) => Some(Instead::Value(x)),
            (Op::Neg(_), &[x]) => self.negated(x).map(Instead::Value),
            (Op::Add(_), &[a, b]) => match (self.negated(a), self.negated(b)) {
                (_, Some(b)) => node(Sub.into(), &[a, b]),
                (Some(a), None) => node(Sub.into(), &[b, a]),
                (None, None) => None,
            },
            (Op::Sub(_), &[a, b]) => node(Add.into(), &[a, self.negated(b)?]),
            (Op::Mul(_), &[a, b]) => node(Mul.into(), &[self.negated(a)?, self.negated(b)?]),
            (Op::Div(_), &[a, b]) => node(Div.into(), &[self.negated(a)?, self.negated(b)?]),
            (Op::Select(_), &[_, a, b]) if a == b => Some(Instead::Value(a)),
            (Op::Select(_), &[c, a, b]) => {
                let constant = self.constant(c)?;
                Some(Instead::Value(if constant == Zero { b } else { a }))
            }
            _ => None,
        }
    }

    /// Views that show all of what they are views of, and views of views.
    fn view(&self, op: &Op, entry: &Entry) -> Option<Instead> {
        if let (Op::StraightThrough(_), &[x, _]) = (op, entry.operands.as_slice()) {
            return Some(Instead::Value(x));
        }
        let &[x] = entry.operands.as_slice() else { return None };
        let shows_all = match op {
            Op::StopGradient(_) => true,
            Op::Reshape(_) | Op::Slice(_) => self.type_of(x) == entry.type_of,
            Op::Permute(permute) => permute.axes.is_sorted(),
            Op::Expand(expand) => expand.axes.is_empty(),
            Op::Flip(flip) => flip.axes.is_empty(),
            Op::Sum(sum) => sum.axes.is_empty(),
            _ => false,
        };
        if shows_all {
            return Some(Instead::Value(x));
        }
        let (inner, operands) = self.node(x)?;
        let &[below] = operands else { return None };
        match (op, inner) {
            (Op::Reshape(_), Op::Reshape(_)) => Some(Instead::Node(op.clone(), operands.into())),
            (Op::Permute(outer), Op::Permute(inner)) => {
                let axes = outer.axes.iter().map(|&axis| inner.axes[axis]).collect();
                Some(Instead::Node(Permute { axes }.into(), operands.into()))
            }
            (Op::Flip(outer), Op::Flip(inner)) if outer == inner => Some(Instead::Value(below)),
            _ => None,
        }
    }

    /// The operation and operands of a value, unless it is an input.
    fn node(&self, value: u32) -> Option<(&Op, &[u32])> {
        let entry = self.entries.get(value as usize)?;
        Some((&self.ops[entry.op as usize], &entry.operands))
    }

    fn type_of(&self, value: u32) -> u32 {
        match value.checked_sub(INPUTS) {
            Some(input) => self.listing.inputs[input as usize],
            None => self.entries[value as usize].type_of,
        }
    }

    /// The value that this one is the negative of.
    fn negated(&self, value: u32) -> Option<u32> {
        match self.node(value)? {
            (Op::Neg(_), &[x]) => Some(x),
            _ => None,
        }
    }

    /// The constant that every element of a value is.
    fn constant(&self, mut value: u32) -> Option<Constant> {
        loop {
            match self.node(value)? {
                (Op::Constant(constant), _) => return Some(*constant),
                (Op::Expand(_) | Op::Reshape(_) | Op::Permute(_) | Op::Slice(_), &[x]) => value = x,
                _ => return None,
            }
        }
    }

    /// The listing of what is still needed.
    fn finish(self, mut now: Vec<u32>) -> Simplified {
        let original = self.listing;
        let mut needed = vec![false; self.entries.len()];
        let need = |value: u32, needed: &mut Vec<bool>| {
            if value < INPUTS {
                needed[value as usize] = true;
            }
        };
        for &output in &original.outputs {
            need(now[output as usize], &mut needed);
        }
        for (k, entry) in self.entries.iter().enumerate().rev() {
            if needed[k] {
                entry.operands.iter().for_each(|&x| need(x, &mut needed));
            }
        }
        let count = needed.iter().filter(|&&is| is).count() as u32;
        let mut numbers = vec![NOTHING; self.entries.len()];
        let number = |value: u32, numbers: &[u32]| match value.checked_sub(INPUTS) {
            Some(input) => count + input,
            None => numbers[value as usize],
        };
        let mut listing = Listing::default();
        let mut was = Vec::with_capacity(count as usize);
        for (k, entry) in self.entries.iter().enumerate().filter(|&(k, _)| needed[k]) {
            numbers[k] = was.len() as u32;
            was.push(entry.was);
            let operands = entry.operands.iter().map(|&x| number(x, &numbers));
            listing.push(entry.op, entry.type_of, operands);
        }
        for value in &mut now {
            *value = number(*value, &numbers);
        }
        listing.inputs.clone_from(&original.inputs);
        listing.outputs.extend(original.outputs.iter().map(|&output| now[output as usize]));
        listing.keep = original.keep;
        listing.checkpoints.extend(original.checkpoints.iter().map(|checkpoint| {
            checkpoint.renumbered(&was, |value| Some(now[value as usize]).filter(|&x| x != NOTHING))
        }));
        Simplified { listing, ops: self.ops, now, was }
    }
}
