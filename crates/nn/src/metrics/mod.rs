//! How good a model's answers are, as numbers and tables. These work on tensors, not variables:
//! nothing is differentiated through them.

use wengert_tensor::Tensor;

mod confusion;
pub use confusion::ConfusionMatrix;

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

/// The class that each row of logits stands for, and its label.
#[track_caller]
fn answers(metric: &str, logits: &Tensor, labels: &Tensor) -> Vec<(usize, i64)> {
    let (shape, rows) = (logits.shape(), labels.shape());
    let (classes, front) = shape.split_last().map_or((0, &[][..]), |(&last, front)| (last, front));
    let Some(labels) = labels.array::<i64>().filter(|_| classes > 0 && front == &rows[..]) else {
        let dtype = labels.dtype();
        panic!("{metric}: logits {shape} need one label (i64) a row, not {rows} of {dtype}");
    };
    let logits = logits.to_vec_f64();
    logits.chunks_exact(classes).map(argmax).zip(labels.iter()).collect()
}

/// The position of the largest number: the first of equals, and of NaNs if there are any.
fn argmax(row: &[f64]) -> usize {
    let larger = |x: f64, than: f64| x > than || x.is_nan() && !than.is_nan();
    (1..row.len()).fold(0, |best, k| if larger(row[k], row[best]) { k } else { best })
}
