//! The loss of sequences of labels whose places are not known, as in speech and handwriting.

use crate::input::Operand;
use crate::op::Kind;
use crate::tape::refuse;
use crate::var::Var;

/// Connectionist temporal classification: how surprising a sequence of labels is if it may be
/// stretched over a longer sequence of frames in every possible way (Graves, Fernández, Gomez and
/// Schmidhuber, 2006). A label may last for several frames; between labels there may be frames of
/// a blank, and between equal labels there must be.
///
/// Logits are `[batch, frames, classes]`, blank included, labels `[batch, most]`, an index. Where
/// sequences are shorter, `frames` and `lengths` say so, one index for each example; what is behind
/// does not count, but labels there must be classes. The loss of an example is
/// $-\ln \sum_\pi \prod_t p_{t, \pi_t}$ over all stretched sequences $\pi$, with the softmax $p$,
/// computed from frame to frame, in logarithms. It is ∞, with derivative 0, if there are too few
/// frames.
///
/// ```
/// # use wengert_autodiff::{Ctc, Tape};
/// let tape = Tape::new();
/// let logits = tape.input([[[0.0, 0.0], [0.0, 0.0]]]);
/// let labels = tape.indices([[1]]);
/// let (frames, lengths) = (tape.indices([2]), tape.indices([1]));
/// // Of four equally likely sequences, three are the label: `1 1`, `1 0` and `0 1`.
/// let loss = Ctc::new(0).each(logits, labels, frames, lengths);
/// assert!((loss.item() - (4.0_f64 / 3.0).ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ctc {
    blank: usize,
    takes_logarithms: bool,
    skips_impossible: bool,
}

impl Ctc {
    /// With this class as the blank.
    pub fn new(blank: usize) -> Ctc {
        Ctc { blank, takes_logarithms: false, skips_impossible: false }
    }

    /// Of logarithms $\ln p$ of probabilities in place of logits: they are taken as they are.
    ///
    /// ```
    /// # use wengert_autodiff::{Ctc, Tape};
    /// let tape = Tape::new();
    /// let logarithms = tape.input([[[0.25, 0.75]]]).ln();
    /// let one = tape.indices([1]);
    /// let loss = Ctc::new(0).of_logarithms().each(logarithms, tape.indices([[1]]), one, one);
    /// assert_eq!(loss.item(), -0.75_f64.ln());
    /// ```
    pub fn of_logarithms(self) -> Ctc {
        Ctc { takes_logarithms: true, ..self }
    }

    /// With a loss of 0 in place of ∞ for examples with too few frames.
    pub fn skip_impossible(self) -> Ctc {
        Ctc { skips_impossible: true, ..self }
    }

    /// The mean over all examples of the loss divided by the number of labels, or by 1 if there are
    /// none.
    ///
    /// # Panics
    /// As [`Ctc::each`].
    #[track_caller]
    pub fn mean<'t>(
        &self,
        logits: Var<'t>,
        labels: impl Operand<'t>,
        frames: impl Operand<'t>,
        lengths: impl Operand<'t>,
    ) -> Var<'t> {
        let lengths = lengths.on(logits.tape);
        let losses = self.each(logits, labels, frames, lengths);
        (losses / lengths.to_real().maximum(1.0)).mean()
    }

    /// The loss of each example.
    ///
    /// # Panics
    /// If the shapes do not agree, or labels, frames and lengths are not indices.
    #[track_caller]
    pub fn each<'t>(
        &self,
        logits: Var<'t>,
        labels: impl Operand<'t>,
        frames: impl Operand<'t>,
        lengths: impl Operand<'t>,
    ) -> Var<'t> {
        let tape = logits.tape;
        let [labels, frames, lengths] = [labels.on(tape), frames.on(tape), lengths.on(tape)];
        check([logits, labels, frames, lengths]);
        let shape = logits.shape();
        let (batch, states) = (shape[0], 2 * labels.shape()[1] + 1);
        let read = self.classes(labels).unsqueeze(1).broadcast_to([batch, shape[1], states]);
        let logarithms = if self.takes_logarithms { logits } else { logits.log_softmax(-1) };
        let likely = logarithms.gather(-1, read);
        // The blank before a label may be left out, unless it divides equal labels.
        let never = tape.literal(f64::NEG_INFINITY);
        let jump = may_jump(labels).select(0.0, never);
        let start = likely.at(1, 0).slice(1, ..states.min(2));
        let rest = never.broadcast_to([batch, states.saturating_sub(2)]);
        let mut reached = Var::concat(&[start, rest], 1);
        for t in 1..shape[1] {
            let ways = [reached, behind(reached, 1), behind(reached, 2) + jump];
            let next = Var::stack(&ways, 2).logsumexp(2) + likely.at(1, t as isize);
            // What has ended stays as it was.
            let goes_on = frames.to_real().gt(t as f64).unsqueeze(1);
            reached = goes_on.select(next, reached);
        }
        let ends = Var::stack(&ends(reached, lengths), 1);
        let losses = -ends.logsumexp(1);
        if self.skips_impossible { losses.eq(f64::INFINITY).select(0.0, losses) } else { losses }
    }

    /// Blank, label, blank, …, label, blank: the classes of the states that are gone through in
    /// this order, `[batch, states]`.
    #[track_caller]
    fn classes<'t>(&self, labels: Var<'t>) -> Var<'t> {
        let (batch, most) = (labels.shape()[0], labels.shape()[1]);
        let blank = labels.tape.indices(self.blank as i64);
        let pairs = [labels, blank.broadcast_to([batch, most])];
        let pairs = Var::stack(&pairs, 2).reshape([batch, 2 * most]);
        Var::concat(&[blank.broadcast_to([batch, 1]), pairs], 1)
    }
}

/// What was reached so many states before, −∞ where there are none.
#[track_caller]
fn behind(reached: Var<'_>, n: usize) -> Var<'_> {
    let (batch, states) = (reached.shape()[0], reached.shape()[1]);
    let none = reached.tape.literal(f64::NEG_INFINITY).broadcast_to([batch, n.min(states)]);
    Var::concat(&[none, reached.slice(1, ..states.saturating_sub(n))], 1)
}

/// 1 for the states, `[batch, states]`, that can be reached from the last but one before.
#[track_caller]
fn may_jump(labels: Var<'_>) -> Var<'_> {
    let (tape, shape) = (labels.tape, labels.shape());
    let (batch, most) = (shape[0], shape[1]);
    if most < 2 {
        return tape.literal(0.0).broadcast_to([batch, 2 * most + 1]);
    }
    let differ = 1.0 - labels.slice(1, 1..).same(labels.slice(1, ..most - 1));
    let pairs = Var::stack(&[differ, differ.zeros_like()], 2).reshape([batch, 2 * most - 2]);
    pairs.pad(1, 3, 0)
}

/// The two states that a sequence can end in: its last label, and the blank behind it.
#[track_caller]
fn ends<'t>(reached: Var<'t>, lengths: Var<'t>) -> [Var<'t>; 2] {
    let blank = 2.0 * lengths.to_real();
    let label = reached.pick((blank - 1.0).maximum(0.0).to_index());
    let has_labels = blank.gt(0.0);
    [reached.pick(blank.to_index()), has_labels.select(label, f64::NEG_INFINITY)]
}

#[track_caller]
fn check(operands: [Var<'_>; 4]) {
    let [logits, labels, frames, lengths] = operands.map(Var::shape);
    let suits = logits.rank() == 3
        && logits[1] > 0
        && labels.rank() == 2
        && labels[0] == logits[0]
        && frames[..] == logits[..1]
        && lengths[..] == logits[..1];
    if !suits || operands[1..].iter().any(|x| x.kind() != Kind::Index) {
        let [logits, labels, frames, lengths] = operands.map(Var::type_of);
        let message = format!(
            "logits {logits}, labels {labels}, frames {frames} and lengths {lengths} should be \
             [batch, frames, classes], [batch, most], [batch] and [batch], all but the first indices"
        );
        refuse("ctc", message, &operands);
    }
}
