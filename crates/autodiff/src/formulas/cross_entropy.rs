//! Losses of classifiers: how surprising the right classes are. Classes are along the last axis;
//! all axes before it are rows.
//!
//! As for the other [losses](super::loss), what each is the mean of has the same name with `_each`.

use crate::input::Operand;
use crate::op::Kind;
use crate::tape::refuse;
use crate::var::Var;

impl<'t> Var<'t> {
    /// The mean over all rows of $\ln \sum_j e^{x_j} - x_k$ with the row's label $k$: the
    /// cross-entropy of the softmax of these logits, `[…, classes]`, with labels `[…]`, an index.
    /// [`CrossEntropy`] smooths labels and weighs classes.
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
        let labels = self.labels("cross_entropy", labels);
        (self.logsumexp(-1) - self.pick_for("cross_entropy", labels)).mean()
    }

    /// The values that [`Var::cross_entropy`] is the mean of, one for each row.
    ///
    /// # Panics
    /// As [`Var::cross_entropy`].
    #[track_caller]
    pub fn cross_entropy_each(self, labels: impl Operand<'t>) -> Var<'t> {
        let labels = self.labels("cross_entropy_each", labels);
        self.logsumexp(-1) - self.pick_for("cross_entropy_each", labels)
    }

    /// The mean over all rows of $-\sum_j t_j \ln p_j$ with the softmax $p$ of these logits and
    /// probabilities $t$ of their shape: labels that are not certain, or a teacher's answers
    /// (Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let logits = tape.input([[0.0, 0.0]]);
    /// let loss = logits.soft_cross_entropy(tape.input([[0.25, 0.75]]));
    /// assert!((loss.item() - 2.0_f64.ln()).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn soft_cross_entropy(self, target: impl Operand<'t>) -> Var<'t> {
        let target = self.target("soft_cross_entropy", target);
        self.expected_surprise("soft_cross_entropy", target).mean()
    }

    /// The values that [`Var::soft_cross_entropy`] is the mean of, one for each row.
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn soft_cross_entropy_each(self, target: impl Operand<'t>) -> Var<'t> {
        let target = self.target("soft_cross_entropy_each", target);
        self.expected_surprise("soft_cross_entropy_each", target)
    }

    /// What is impossible and masked out with a logit of −∞ counts nothing: 0·∞ = 0 here.
    #[track_caller]
    fn expected_surprise(self, loss: &str, target: Var<'t>) -> Var<'t> {
        let classes = self.axis(loss, -1);
        let surprise = -self.log_softmax(classes);
        let excluded = target.eq(0.0) * surprise.eq(f64::INFINITY);
        (target * excluded.select(0.0, surprise)).sum_over(classes)
    }

    /// The mean over all rows of $-x_k$ with the row's label $k$, for logarithms $x$ of
    /// probabilities: the rest of [`Var::cross_entropy`] after [`Var::log_softmax`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let log_probabilities = tape.input([[0.25, 0.75]]).ln();
    /// assert_eq!(log_probabilities.nll(tape.indices([0])).item(), 4.0_f64.ln());
    /// ```
    ///
    /// # Panics
    /// As [`Var::cross_entropy`].
    #[track_caller]
    pub fn nll(self, labels: impl Operand<'t>) -> Var<'t> {
        let labels = self.labels("nll", labels);
        -self.pick_for("nll", labels).mean()
    }

    /// The values that [`Var::nll`] is the mean of, one for each row.
    ///
    /// # Panics
    /// As [`Var::cross_entropy`].
    #[track_caller]
    pub fn nll_each(self, labels: impl Operand<'t>) -> Var<'t> {
        let labels = self.labels("nll_each", labels);
        -self.pick_for("nll_each", labels)
    }

    /// The labels as a variable with one index for each row.
    #[track_caller]
    pub(super) fn labels(self, loss: &str, labels: impl Operand<'t>) -> Var<'t> {
        let labels = labels.on(self.tape);
        let (shape, rows) = (self.shape(), labels.shape());
        if labels.kind() != Kind::Index
            || shape.rank() == 0
            || rows[..] != shape[..shape.rank() - 1]
        {
            let message =
                format!("logits {shape} need one label (i64) a row, not {}", labels.type_of());
            refuse(loss, message, &[self, labels]);
        }
        labels
    }
}

/// The cross-entropy of logits with labels that are smoothed, and classes of different weight.
///
/// With smoothing $\varepsilon$ and weights $w$ for the $n$ classes, a row with label $k$ counts
/// $(1 - \varepsilon)\, w_k \ell_k + \frac \varepsilon n \sum_j w_j \ell_j$, where
/// $\ell_j = \ln \sum_i e^{x_i} - x_j$: a part of the label is spread over all classes (Szegedy,
/// Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the inception architecture for computer
/// vision", 2016). The mean is that of weighted numbers: the sum over all rows, divided by
/// $\sum w_k$ over their labels.
///
/// ```
/// # use wengert_autodiff::{CrossEntropy, Tape};
/// let loss = CrossEntropy::new().smoothing(0.1).weights([1.0, 5.0]);
/// let tape = Tape::new();
/// let logits = tape.input([[0.0, 0.0], [0.0, 0.0]]);
/// let mean = loss.mean(logits, tape.indices([1, 0]));
/// assert!((mean.item() - 2.0_f64.ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CrossEntropy {
    smoothing: f64,
    /// The classes' weights; empty if all are 1.
    weights: Vec<f64>,
    ignored: Option<usize>,
}

impl CrossEntropy {
    /// Without smoothing, all classes alike: [`Var::cross_entropy`].
    pub fn new() -> CrossEntropy {
        CrossEntropy::default()
    }

    /// With this part of each label spread evenly over all classes, its own included.
    ///
    /// # Panics
    /// If it is not in `[0, 1]`.
    #[track_caller]
    pub fn smoothing(self, part: f64) -> CrossEntropy {
        assert!((0.0..=1.0).contains(&part), "a smoothed part of {part} is not in [0, 1]");
        CrossEntropy { smoothing: part, ..self }
    }

    /// With these weights for the classes, such as large ones for rare classes.
    pub fn weights(self, weights: impl Into<Vec<f64>>) -> CrossEntropy {
        CrossEntropy { weights: weights.into(), ..self }
    }

    /// Rows with this label do not count: the token that short sentences are filled up with.
    ///
    /// ```
    /// # use wengert_autodiff::{CrossEntropy, Tape};
    /// let tape = Tape::new();
    /// let logits = tape.input([[0.0, 0.0, 0.0], [5.0, 1.0, 2.0]]);
    /// let loss = CrossEntropy::new().ignoring(2).mean(logits, tape.indices([0, 2]));
    /// assert!((loss.item() - 3.0_f64.ln()).abs() < 1e-15);
    /// ```
    pub fn ignoring(self, label: usize) -> CrossEntropy {
        CrossEntropy { ignored: Some(label), ..self }
    }

    /// The weighted mean over all rows of logits `[…, classes]` with labels `[…]`, an index; NaN if
    /// there are none that count.
    ///
    /// # Panics
    /// As [`Var::cross_entropy`], or if there are not as many weights as classes.
    #[track_caller]
    pub fn mean<'t>(&self, logits: Var<'t>, labels: impl Operand<'t>) -> Var<'t> {
        match self.losses(logits, labels) {
            (losses, None) => losses.mean(),
            (losses, Some(weights)) => losses.sum() / weights.sum(),
        }
    }

    /// The weighted losses of all rows.
    ///
    /// # Panics
    /// As [`CrossEntropy::mean`].
    #[track_caller]
    pub fn each<'t>(&self, logits: Var<'t>, labels: impl Operand<'t>) -> Var<'t> {
        self.losses(logits, labels).0
    }

    /// The weighted losses of all rows, and their weights, if they differ.
    #[track_caller]
    fn losses<'t>(&self, logits: Var<'t>, labels: impl Operand<'t>) -> (Var<'t>, Option<Var<'t>>) {
        let labels = logits.labels("cross_entropy", labels);
        let picked = logits.pick_for("cross_entropy", labels);
        let (classes, counts) = (self.class_weights(logits), self.counts(logits, labels));
        let weights = match (classes, counts) {
            (None, counts) => counts,
            (Some(classes), None) => Some(classes.take(0, labels)),
            (Some(classes), Some(counts)) => Some(classes.take(0, labels) * counts),
        };
        let total = logits.logsumexp(-1);
        let mut losses = total - picked;
        if let Some(weights) = weights {
            losses = losses * weights;
        }
        if self.smoothing > 0.0 {
            let mut spread = match classes {
                None => total - logits.mean_over(-1),
                Some(classes) => (classes * (total.unsqueeze(total.rank()) - logits)).mean_over(-1),
            };
            if let Some(counts) = counts {
                spread = spread * counts;
            }
            losses = (1.0 - self.smoothing) * losses + self.smoothing * spread;
        }
        (losses, weights)
    }

    /// The weights of the classes, if they differ.
    #[track_caller]
    fn class_weights<'t>(&self, logits: Var<'t>) -> Option<Var<'t>> {
        if self.weights.is_empty() {
            return None;
        }
        let shape = logits.shape();
        let (have, want) = (self.weights.len(), shape[shape.rank() - 1]);
        if have != want {
            let message = format!("{have} weights for the {want} classes of logits {shape}");
            refuse("cross_entropy", message, &[logits]);
        }
        Some(logits.tape.input(self.weights.as_slice()))
    }

    /// 0 for each row whose label is ignored and 1 for the others, if a label is.
    #[track_caller]
    fn counts<'t>(&self, logits: Var<'t>, labels: Var<'t>) -> Option<Var<'t>> {
        let shape = logits.shape();
        let mut counts = vec![1.0; shape[shape.rank() - 1]];
        *counts.get_mut(self.ignored?)? = 0.0;
        Some(logits.tape.input(counts).take(0, labels))
    }
}
