//! The cross-entropy of answers to yes-or-no questions, one for each element.
//!
//! As for the other [losses](super::loss), what each is the mean of has the same name with `_each`.

use crate::input::Operand;
use crate::var::Var;

impl<'t> Var<'t> {
    /// The mean of $-t \ln \sigma(x) - (1 - t) \ln(1 - \sigma(x))$: the cross-entropy of logits $x$
    /// with targets $t$ from 0 to 1 of the same shape, accurate however large the logits are.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let logits = tape.input([0.0, 800.0]);
    /// let loss = logits.binary_cross_entropy_with_logits(tape.input([1.0, 0.0]));
    /// assert_eq!(loss.item(), (2.0_f64.ln() + 800.0) / 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn binary_cross_entropy_with_logits(self, target: impl Operand<'t>) -> Var<'t> {
        let target = self.target("binary_cross_entropy_with_logits", target);
        self.surprise(target, target).mean()
    }

    /// The values that [`Var::binary_cross_entropy_with_logits`] is the mean of.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let logits = tape.input([0.0, 800.0]);
    /// let losses = logits.binary_cross_entropy_with_logits_each(tape.input([1.0, 0.0]));
    /// assert_eq!(losses.value().to_vec_f64(), [2.0_f64.ln(), 800.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn binary_cross_entropy_with_logits_each(self, target: impl Operand<'t>) -> Var<'t> {
        let target = self.target("binary_cross_entropy_with_logits_each", target);
        self.surprise(target, target)
    }

    /// As [`Var::binary_cross_entropy_with_logits_each`] with the part of $t$ multiplied by a
    /// weight, which is broadcast: where there are few positives, the number of negatives for each
    /// balances them.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let logits = tape.input([0.0, 0.0]);
    /// let losses = logits.balanced_binary_cross_entropy_each(tape.input([1.0, 0.0]), 3.0);
    /// assert_eq!(losses.at(0, 0).item(), 3.0 * losses.at(0, 1).item());
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn balanced_binary_cross_entropy_each(
        self,
        target: impl Operand<'t>,
        weight: impl Operand<'t>,
    ) -> Var<'t> {
        let target = self.target("balanced_binary_cross_entropy_each", target);
        self.surprise(target, weight.on(self.tape) * target)
    }

    /// Softplus of minus the logit is minus the logarithm of its sigmoid. Nothing cancels: both
    /// terms are positive, and one is 0 if the target is 0 or 1.
    #[track_caller]
    fn surprise(self, target: Var<'t>, weighted: Var<'t>) -> Var<'t> {
        weighted * (-self).softplus() + (1.0 - target) * self.softplus()
    }

    /// The mean of $-t \ln p - (1 - t) \ln(1 - p)$ for probabilities $p$ and targets $t$ from 0 to
    /// 1 of the same shape, with $0 \ln 0 = 0$, which has derivative 0. If the probabilities come
    /// from a sigmoid, [`Var::binary_cross_entropy_with_logits`] is the more accurate.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let loss = tape.input([0.5, 1.0]).binary_cross_entropy(tape.input([1.0, 1.0]));
    /// assert_eq!(loss.item(), 2.0_f64.ln() / 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn binary_cross_entropy(self, target: impl Operand<'t>) -> Var<'t> {
        let target = self.target("binary_cross_entropy", target);
        -(target.xlogy(self) + (1.0 - target).xlogy(1.0 - self)).mean()
    }

    /// The values that [`Var::binary_cross_entropy`] is the mean of.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let losses = tape.input([0.5, 1.0]).binary_cross_entropy_each(tape.input([1.0, 1.0]));
    /// assert_eq!(losses.value().to_vec_f64(), [2.0_f64.ln(), 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn binary_cross_entropy_each(self, target: impl Operand<'t>) -> Var<'t> {
        let target = self.target("binary_cross_entropy_each", target);
        -(target.xlogy(self) + (1.0 - target).xlogy(1.0 - self))
    }
}
