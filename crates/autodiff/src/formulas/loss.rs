//! Losses, each a mean over what it is given.

use crate::input::Operand;
use crate::op::Kind;
use crate::tape::refuse;
use crate::var::Var;

impl<'t> Var<'t> {
    /// The mean over all rows of $\ln \sum_j e^{x_j} - x_k$ with the row's label $k$: the
    /// cross-entropy of the softmax of these logits, `[…, classes]`, with labels `[…]`, an index.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let logits = tape.input([[0.0, 0.0], [0.0, 0.0]]);
    /// let loss = logits.cross_entropy(tape.indices([1, 0]));
    /// assert!((loss.item() - 2.0_f64.ln()).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If the labels are not an index tensor of the logits' shape without its last axis, or one of
    /// them is no class.
    #[track_caller]
    pub fn cross_entropy(self, labels: impl Operand<'t>) -> Var<'t> {
        let labels = labels.on(self.tape);
        let (shape, rows) = (self.shape(), labels.shape());
        if labels.kind() != Kind::Index
            || shape.rank() == 0
            || rows[..] != shape[..shape.rank() - 1]
        {
            let message =
                format!("logits {shape} need one label (i64) a row, not {}", labels.type_of());
            refuse("cross_entropy", message, &[self, labels]);
        }
        (self.logsumexp(-1) - self.pick_for("cross_entropy", labels)).mean()
    }

    /// The mean of $(x - t)^2$ over all elements of this and a target of its shape.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0]).mse(tape.input([1.0, 4.0])).item(), 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ: broadcasting a target is nearly always a mistake.
    #[track_caller]
    pub fn mse(self, target: impl Operand<'t>) -> Var<'t> {
        let target = target.on(self.tape);
        if self.shape() != target.shape() {
            let message = format!("{} and its target {} differ", self.shape(), target.shape());
            refuse("mse", message, &[self, target]);
        }
        (self - target).square().mean()
    }
}
