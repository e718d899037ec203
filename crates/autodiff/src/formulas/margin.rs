//! Losses of decisions: what is right, by a margin, costs nothing.
//!
//! As for the other [losses](super::loss), what each is the mean of has the same name with `_each`.

use crate::input::Operand;
use crate::var::Var;

impl<'t> Var<'t> {
    /// The mean of $\max(0, 1 - t x)$, with derivative 0 where that becomes 0, for targets $t$ of
    /// −1 and 1: the loss of support vector machines (Cortes and Vapnik, "Support-vector
    /// networks", 1995).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let loss = tape.input([0.5, 3.0, 1.0]).hinge(tape.input([1.0, 1.0, -1.0]));
    /// assert_eq!(loss.item(), (0.5 + 0.0 + 2.0) / 3.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn hinge(self, target: impl Operand<'t>) -> Var<'t> {
        (1.0 - self.target("hinge", target) * self).relu().mean()
    }

    /// $\max(0, 1 - t x)$ for each element; see [`Var::hinge`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([0.5, 3.0, 1.0]);
    /// let losses = x.hinge_each(tape.input([1.0, 1.0, -1.0]));
    /// assert_eq!(losses.to_string(), "[0.5 0.  2. ]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn hinge_each(self, target: impl Operand<'t>) -> Var<'t> {
        (1.0 - self.target("hinge_each", target) * self).relu()
    }

    /// The mean of $\ln(1 + e^{-t x})$ for targets $t$ of −1 and 1: the hinge without its kink. The
    /// derivative is $-t / (1 + e^{t x})$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let loss = tape.input([0.0, -800.0]).soft_margin(tape.input([1.0, 1.0]));
    /// assert_eq!(loss.item(), (2.0_f64.ln() + 800.0) / 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn soft_margin(self, target: impl Operand<'t>) -> Var<'t> {
        (-self.target("soft_margin", target) * self).softplus().mean()
    }

    /// The values that [`Var::soft_margin`] is the mean of.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let losses = tape.input([0.0, 800.0]).soft_margin_each(tape.input([1.0, -1.0]));
    /// assert_eq!(losses.value().to_vec_f64(), [2.0_f64.ln(), 800.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn soft_margin_each(self, target: impl Operand<'t>) -> Var<'t> {
        (-self.target("soft_margin_each", target) * self).softplus()
    }

    /// The mean of $\max(0, m - t\,(x - b))$, with derivative 0 where that becomes 0: scores $x$
    /// should be above scores $b$ by a margin $m$ where the target $t$ is 1, and below where it is
    /// −1.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (x, b) = (tape.input([2.0, 2.0]), tape.input([1.5, 1.5]));
    /// let loss = x.margin_ranking(b, tape.input([1.0, -1.0]), 0.25);
    /// assert_eq!(loss.item(), (0.0 + 0.75) / 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn margin_ranking(
        self,
        other: impl Operand<'t>,
        target: impl Operand<'t>,
        margin: f64,
    ) -> Var<'t> {
        let lead = self - self.target("margin_ranking", other);
        (margin - self.target("margin_ranking", target) * lead).relu().mean()
    }

    /// The values that [`Var::margin_ranking`] is the mean of.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (x, b) = (tape.input([2.0, 2.0]), tape.input([1.5, 1.5]));
    /// let losses = x.margin_ranking_each(b, tape.input([1.0, -1.0]), 0.25);
    /// assert_eq!(losses.to_string(), "[0.   0.75]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn margin_ranking_each(
        self,
        other: impl Operand<'t>,
        target: impl Operand<'t>,
        margin: f64,
    ) -> Var<'t> {
        let lead = self - self.target("margin_ranking_each", other);
        (margin - self.target("margin_ranking_each", target) * lead).relu()
    }

    /// The mean over all rows of $\frac1n \sum_{j \ne k} \max(0, m - x_k + x_j)$ with the row's
    /// label $k$ of $n$ classes, for scores `[…, classes]` and labels `[…]`, an index: the hinge of
    /// many classes (Crammer and Singer, "On the algorithmic implementation of multiclass
    /// kernel-based vector machines", 2001, with a sum in place of the maximum). Where a term
    /// becomes 0, its derivative is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let loss = tape.input([[1.0, 0.5, 3.0]]).multi_margin(tape.indices([0]), 1.0);
    /// assert_eq!(loss.item(), (0.5 + 3.0) / 3.0);
    /// ```
    ///
    /// # Panics
    /// As [`Var::cross_entropy`].
    #[track_caller]
    pub fn multi_margin(self, labels: impl Operand<'t>, margin: f64) -> Var<'t> {
        let labels = self.labels("multi_margin", labels);
        self.lack_of_margin("multi_margin", labels, margin).mean()
    }

    /// The values that [`Var::multi_margin`] is the mean of, one for each row.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 0.5, 2.5], [4.0, 0.5, 1.0]]);
    /// let losses = x.multi_margin_each(tape.indices([0, 0]), 1.0);
    /// assert_eq!(losses.to_string(), "[1. 0.]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::cross_entropy`].
    #[track_caller]
    pub fn multi_margin_each(self, labels: impl Operand<'t>, margin: f64) -> Var<'t> {
        let labels = self.labels("multi_margin_each", labels);
        self.lack_of_margin("multi_margin_each", labels, margin)
    }

    #[track_caller]
    fn lack_of_margin(self, loss: &str, labels: Var<'t>, margin: f64) -> Var<'t> {
        let classes = self.axis(loss, -1);
        let right = self.pick_for(loss, labels).unsqueeze(classes);
        let is_right = labels.one_hot(self.shape()[classes]);
        is_right.select(0.0, (margin - right + self).relu()).mean_over(classes)
    }
}
