//! Why there is no gradient.

use std::fmt;

use rustc_hash::FxHashSet;

use crate::derive::{OwnRules, between_nodes};
use crate::linear::Linear;
use crate::op::Kind;
use crate::origin::Origin;
use crate::tape::{NodeId, Tape};
use crate::var::Var;

/// Why there is no gradient.
#[derive(Clone, PartialEq, Debug)]
pub enum Reason {
    /// The result does not depend on it.
    Unused,
    /// Every path to the result goes through an operation without a derivative; this is the first.
    Cut {
        /// The operation.
        operation: &'static str,
        /// Where it was recorded.
        origin: Origin,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Unused => f.write_str("the loss does not depend on it"),
            Reason::Cut { operation, origin } => {
                write!(f, "nothing is differentiated through {operation} at {origin}")
            }
        }
    }
}

impl Tape {
    /// Why `y` has no derivative by `x`, so that [`Tape::grad`] answers with zeros; `None` if there
    /// is a path from one to the other.
    ///
    /// ```
    /// # use wengert_autodiff::{Reason, Tape};
    /// let tape = Tape::new();
    /// let x = tape.input([0.5, 2.5]);
    /// assert_eq!(tape.missing((x * x).sum(), x), None);
    /// assert_eq!(tape.missing(tape.input(1.0), x), Some(Reason::Unused));
    /// let Some(Reason::Cut { operation, .. }) = tape.missing(x.floor().sum(), x) else { panic!() };
    /// assert_eq!(operation, "floor");
    /// ```
    ///
    /// # Panics
    /// If a variable is on another tape.
    #[track_caller]
    pub fn missing<'t>(&'t self, y: Var<'t>, x: Var<'t>) -> Option<Reason> {
        self.check_own("missing", &[y, x]);
        let is_real = y.kind() == Kind::Real;
        let found = is_real.then(|| self.vjp_with(&OwnRules, &[(y, y.ones_like())], &[x]));
        let is_there = found.is_some_and(|found| found[0].is_some());
        (!is_there).then(|| self.cut_between(x, y))
    }

    /// The reason why `y` has no derivative by `x`, which it has not.
    pub(crate) fn cut_between(&self, x: Var<'_>, y: Var<'_>) -> Reason {
        match self.first_cut(x, y) {
            None => Reason::Unused,
            Some(cut) => Reason::Cut { operation: cut.op().name(), origin: cut.origin() },
        }
    }

    /// The first node on the way from `x` to `y` through which nothing is differentiated.
    fn first_cut<'t>(&'t self, x: Var<'t>, y: Var<'t>) -> Option<Var<'t>> {
        let mut carrying: FxHashSet<NodeId> = [x.id].into_iter().collect();
        for id in between_nodes(self, &[x.id], &[y.id]) {
            let node = Var { tape: self, id };
            let (op, operands) = (node.op(), node.operands());
            for (i, operand) in operands.iter().enumerate() {
                if !carrying.contains(&operand.id) || operand.kind() == Kind::Index {
                    continue;
                }
                if matches!(op.derivative(i, &operands, node), Linear::Zero) {
                    return Some(node);
                }
                carrying.insert(id);
            }
        }
        None
    }
}
