//! How far numbers are from what they should be.

use wengert_tensor::Tensor;

/// The mean of $|y - t|$ over all elements; NaN without any.
///
/// ```
/// # use wengert_nn::metrics::mean_absolute_error;
/// # use wengert_tensor::Tensor;
/// let (answers, targets) = (Tensor::from([1.0, 5.0]), Tensor::from([2.0, 2.0]));
/// assert_eq!(mean_absolute_error(&answers, &targets), 2.0);
/// ```
///
/// # Panics
///
/// If the shapes differ.
#[track_caller]
pub fn mean_absolute_error(answers: &Tensor, targets: &Tensor) -> f64 {
    mean(pairs("mean absolute error", answers, targets).iter().map(|(y, t)| (y - t).abs()))
}

/// The mean of $(y - t)^2$ over all elements; NaN without any.
///
/// # Panics
///
/// If the shapes differ.
#[track_caller]
pub fn mean_squared_error(answers: &Tensor, targets: &Tensor) -> f64 {
    mean(pairs("mean squared error", answers, targets).iter().map(|(y, t)| (y - t).powi(2)))
}

/// $R^2 = 1 - \sum (y - t)^2 / \sum (t - \bar t)^2$ over all elements: the share of the targets'
/// variance that the answers explain. 1 if they are all right, 0 if they are no better than the
/// targets' mean, less if they are worse. If all targets are equal it is −∞, or NaN for answers
/// that are right.
///
/// ```
/// # use wengert_nn::metrics::r_squared;
/// # use wengert_tensor::Tensor;
/// let targets = Tensor::from([1.0, 2.0, 3.0]);
/// assert_eq!(r_squared(&targets, &targets), 1.0);
/// assert_eq!(r_squared(&Tensor::from([2.0, 2.0, 2.0]), &targets), 0.0);
/// ```
///
/// # Panics
///
/// If the shapes differ.
#[track_caller]
pub fn r_squared(answers: &Tensor, targets: &Tensor) -> f64 {
    let pairs = pairs("R²", answers, targets);
    let middle = mean(pairs.iter().map(|(_, t)| *t));
    let of_answers: f64 = pairs.iter().map(|(y, t)| (y - t).powi(2)).sum();
    let of_mean: f64 = pairs.iter().map(|(_, t)| (t - middle).powi(2)).sum();
    1.0 - of_answers / of_mean
}

/// Each element of the answers with that of the targets.
#[track_caller]
fn pairs(metric: &str, answers: &Tensor, targets: &Tensor) -> Vec<(f64, f64)> {
    let (have, want) = (answers.shape(), targets.shape());
    assert!(have == want, "{metric}: answers {have} and targets {want} differ");
    answers.to_vec_f64().into_iter().zip(targets.to_vec_f64()).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}
