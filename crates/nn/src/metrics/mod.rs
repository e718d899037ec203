//! How good a model's answers are, as numbers and tables. These work on tensors, not variables:
//! nothing is differentiated through them.

use wengert_tensor::Tensor;

mod confusion;
pub use confusion::{ConfusionMatrix, Scores};

mod regression;
pub use regression::{mean_absolute_error, mean_squared_error, r_squared};

/// The share of rows whose largest logit is that of the label, from 0 to 1; NaN without rows.
///
/// Logits are `[…, classes]` and labels, an index tensor, `[…]`. As for
/// [`Var::argmax`](wengert_autodiff::Var::argmax), the first of equal logits is the largest, and
/// a NaN counts as larger than any number.
///
/// ```
/// # use wengert_nn::metrics::accuracy;
/// # use wengert_tensor::Tensor;
/// let logits = Tensor::from([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]);
/// let labels = Tensor::from([0_i64, 1, 1]);
/// assert_eq!(accuracy(&logits, &labels), 2.0 / 3.0);
/// ```
///
/// # Panics
///
/// If the labels are not an index tensor of the logits' shape without its last axis.
#[track_caller]
pub fn accuracy(logits: &Tensor, labels: &Tensor) -> f64 {
    let answers = answers("accuracy", logits, labels);
    let hits = answers.iter().filter(|(answer, label)| *answer as i64 == *label).count();
    hits as f64 / answers.len() as f64
}

/// The share of rows whose label is among the classes of the `k` largest logits, from 0 to 1; NaN
/// without rows. Logits that are equal to the label's, or NaN, count as larger if their class comes
/// first, so with `k = 1` it is [`accuracy`].
///
/// ```
/// # use wengert_nn::metrics::top_k_accuracy;
/// # use wengert_tensor::Tensor;
/// let logits = Tensor::from([[3.0, 1.0, 2.0], [3.0, 1.0, 2.0]]);
/// let labels = Tensor::from([1_i64, 2]);
/// assert_eq!(top_k_accuracy(&logits, &labels, 2), 0.5);
/// ```
///
/// # Panics
///
/// If the labels are not an index tensor of the logits' shape without its last axis.
#[track_caller]
pub fn top_k_accuracy(logits: &Tensor, labels: &Tensor, k: usize) -> f64 {
    let rows = rows("top-k accuracy", logits, labels);
    let is_hit = |(row, label): &(Vec<f64>, i64)| {
        let label = usize::try_from(*label).ok().filter(|&label| label < row.len());
        label.is_some_and(|label| {
            let ahead =
                |&j: &usize| larger(row[j], row[label]) || j < label && !larger(row[label], row[j]);
            (0..row.len()).filter(ahead).count() < k
        })
    };
    rows.iter().filter(|row| is_hit(row)).count() as f64 / rows.len() as f64
}

/// The class that each row of logits stands for, and its label.
#[track_caller]
fn answers(metric: &str, logits: &Tensor, labels: &Tensor) -> Vec<(usize, i64)> {
    rows(metric, logits, labels).iter().map(|(row, label)| (argmax(row), *label)).collect()
}

/// The logits of each row, and its label.
#[track_caller]
fn rows(metric: &str, logits: &Tensor, labels: &Tensor) -> Vec<(Vec<f64>, i64)> {
    let (shape, rows) = (logits.shape(), labels.shape());
    let (classes, front) = shape.split_last().map_or((0, &[][..]), |(&last, front)| (last, front));
    let Some(labels) = labels.array::<i64>().filter(|_| classes > 0 && front == &rows[..]) else {
        let dtype = labels.dtype();
        panic!("{metric}: logits {shape} need one label (i64) a row, not {rows} of {dtype}");
    };
    let logits = logits.to_vec_f64();
    logits.chunks_exact(classes).map(<[f64]>::to_vec).zip(labels.iter()).collect()
}

/// The position of the largest number: the first of equals, and of NaNs if there are any.
fn argmax(row: &[f64]) -> usize {
    (1..row.len()).fold(0, |best, k| if larger(row[k], row[best]) { k } else { best })
}

/// Whether a number is larger than another; NaN is larger than all of them.
fn larger(x: f64, than: f64) -> bool {
    x > than || x.is_nan() && !than.is_nan()
}
