//! Positions as variables: how they are made of real numbers, compared, and made real again.

use crate::input::Operand;
use crate::op::Kind;
use crate::ops::{Same, ToIndex, ToReal};
use crate::tape::refuse;
use crate::var::Var;

impl<'t> Var<'t> {
    /// $\lfloor x \rfloor$ as an index: positions that were computed. Round first for the nearest,
    /// and clamp what may lie outside. NaN becomes a number that is no position of anything.
    /// Nothing is differentiated through it.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.75, 0.0, -0.25]);
    /// assert_eq!(x.to_index().to_string(), "[ 1  0 -1]");
    /// assert_eq!(x.round().to_index().to_string(), "[2 0 0]");
    /// ```
    ///
    /// # Panics
    /// If it is an index.
    #[track_caller]
    pub fn to_index(self) -> Var<'t> {
        self.tape.record(ToIndex, &[self])
    }

    /// Positions as real numbers, of which one can compute others. Those beyond $2^{53}$, or
    /// $2^{24}$ on a tape of f32, are rounded.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let next = tape.indices([0, 4]).to_real() + 1.0;
    /// assert_eq!(next.to_string(), "[1. 5.]");
    /// ```
    ///
    /// # Panics
    /// If it is not an index.
    #[track_caller]
    pub fn to_real(self) -> Var<'t> {
        self.tape.record(ToReal, &[self])
    }

    /// 1 where two positions are the same, else 0, broadcast: the mean over predictions and labels
    /// is the accuracy.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let logits = tape.input([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]);
    /// let is_right = logits.argmax(1).same(tape.indices([0, 1, 1]));
    /// assert_eq!(is_right.to_string(), "[1. 1. 0.]");
    /// ```
    ///
    /// # Panics
    /// If one is not an index, or their shapes can't be broadcast.
    #[track_caller]
    pub fn same(self, other: impl Operand<'t>) -> Var<'t> {
        let other = other.on(self.tape);
        let (a, b) = (self.shape(), other.shape());
        let Some(shape) = a.broadcast(&b) else {
            refuse("same", format!("{a} and {b} can't be broadcast"), &[self, other]);
        };
        if self.kind() != Kind::Index || other.kind() != Kind::Index {
            refuse("same", "takes two index operands (i64)".to_owned(), &[self, other]);
        }
        self.tape.record(Same, &[self.spread(&a, &shape), other.spread(&b, &shape)])
    }
}
