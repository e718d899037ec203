//! Padding along one axis with more than zeros: with a number, or with elements of the axis.

use crate::input::Operand;
use crate::tape::refuse;
use crate::var::{IntoAxes, Var};

/// Which elements of an axis its padding repeats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Padding {
    /// Mirrored at the first and last element, which are not repeated: `c b | a b c | b a`.
    Reflect,
    /// The first and the last element again and again: `a a | a b c | c c`.
    Replicate,
    /// As if the axis were a circle: `b c | a b c | a b`.
    Circular,
}

impl Padding {
    /// The position among `n` of what stands at `k`, which may lie outside.
    fn position(self, k: isize, n: isize) -> isize {
        match self {
            Padding::Reflect if k < 0 => -k,
            Padding::Reflect => k.min(2 * (n - 1) - k),
            Padding::Replicate => k.clamp(0, n - 1),
            Padding::Circular => k.rem_euclid(n),
        }
    }
}

impl<'t> Var<'t> {
    /// Padded before and behind along one axis with elements of this axis. What was repeated gets
    /// the derivatives of all its copies.
    ///
    /// ```
    /// # use wengert_autodiff::{Padding, Tape};
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0]);
    /// assert_eq!(x.pad_with(0, 2, 1, Padding::Reflect).to_string(), "[3. 2. 1. 2. 3. 2.]");
    /// assert_eq!(x.pad_with(0, 1, 1, Padding::Replicate).to_string(), "[1. 1. 2. 3. 3.]");
    /// assert_eq!(x.pad_with(0, 0, 2, Padding::Circular).to_string(), "[1. 2. 3. 1. 2.]");
    /// ```
    ///
    /// # Panics
    /// If the axis has no elements to repeat, or, to reflect, not more than are padded.
    #[track_caller]
    pub fn pad_with(
        self,
        axis: impl IntoAxes,
        before: usize,
        behind: usize,
        how: Padding,
    ) -> Var<'t> {
        let (axis, shape) = (self.axis("pad_with", axis), self.shape());
        if before + behind == 0 {
            return self;
        }
        let n = shape[axis];
        let needed = if how == Padding::Reflect { before.max(behind) + 1 } else { 1 };
        if n < needed {
            let message = format!(
                "{n} elements along axis {axis} of {shape}, of {needed} that {how:?} needs to \
                 pad {before} before and {behind} behind"
            );
            refuse("pad_with", message, &[self]);
        }
        let places = -(before as isize)..(n + behind) as isize;
        let positions = places.map(|k| how.position(k, n as isize) as i64);
        self.take(axis, self.tape.indices(positions.collect::<Vec<_>>()))
    }

    /// Padded before and behind along one axis with a number, or a variable without axes.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// assert_eq!(x.pad_constant(0, 1, 2, 7.0).to_string(), "[7. 1. 2. 7. 7.]");
    /// ```
    #[track_caller]
    pub fn pad_constant(
        self,
        axis: impl IntoAxes,
        before: usize,
        behind: usize,
        number: impl Operand<'t>,
    ) -> Var<'t> {
        let (axis, number) = (self.axis("pad_constant", axis), number.on(self.tape));
        let (mut sizes, from) = (self.shape().to_vec(), number.shape());
        sizes[axis] = before;
        let first = number.spread(&from, &sizes.as_slice().into());
        sizes[axis] = behind;
        let last = number.spread(&from, &sizes.as_slice().into());
        Var::concat(&[first, self, last], axis)
    }
}
