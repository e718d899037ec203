//! Rows of a table in place of the words that have their numbers.

use crate::input::Operand;
use crate::var::Var;

impl<'t> Var<'t> {
    /// The rows of this table at these positions, an index of any shape: [`Var::take`] along the
    /// first axis. Sums, means or maxima over bags of words are segments of them, as by
    /// [`Var::segment_sum`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let table = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(table.embedding(tape.indices([1, 1])).to_string(), "[[3. 4.]\n [3. 4.]]");
    /// ```
    ///
    /// # Panics
    /// If positions are no index, or outside the table.
    #[track_caller]
    pub fn embedding(self, positions: impl Operand<'t>) -> Var<'t> {
        self.take(0, positions)
    }

    /// As [`Var::embedding`], with one row that is read like any other but is held fixed: the
    /// derivative by it is 0. It belongs to the word that short sentences are filled up with.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let table = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// let rows = table.embedding_padded(tape.indices([1, 0, 1]), 1);
    /// let [slopes] = tape.grad(rows.sum(), [table]);
    /// assert_eq!(slopes.to_string(), "[[1. 1.]\n [0. 0.]]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::embedding`].
    #[track_caller]
    pub fn embedding_padded(self, positions: impl Operand<'t>, padding: usize) -> Var<'t> {
        let positions = positions.on(self.tape);
        let rows = self.take(0, positions);
        let mut is_padding = positions.same(self.tape.indices(padding as i64));
        for _ in 1..self.rank() {
            is_padding = is_padding.unsqueeze(is_padding.rank());
        }
        is_padding.select(rows.stop_gradient(), rows)
    }
}
