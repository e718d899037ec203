//! What counts as equal, for numbers that were computed in two ways.

use wengert_autodiff::Var;
use wengert_tensor::Tensor;

/// Panics unless the elements are these to 1e-12, relative where they are large.
#[track_caller]
pub(crate) fn check(found: Var<'_>, wanted: impl AsRef<[f64]>) {
    check_values(&found.value(), wanted);
}

/// As [`check`], for a value.
#[track_caller]
pub(crate) fn check_values(found: &Tensor, wanted: impl AsRef<[f64]>) {
    let (found, wanted) = (found.to_vec_f64(), wanted.as_ref());
    let near = |(a, b): (&f64, &f64)| {
        a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-12 * b.abs().max(1.0)
    };
    let all_near = found.len() == wanted.len() && found.iter().zip(wanted).all(near);
    assert!(all_near, "found  {found:?}\nwanted {wanted:?}");
}

/// Panics unless two values agree to the bit.
#[track_caller]
pub(crate) fn check_bits(found: &Tensor, wanted: &Tensor) {
    let bits = |x: &Tensor| x.to_vec_f64().into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(found.shape(), wanted.shape());
    assert_eq!(found.dtype(), wanted.dtype());
    assert_eq!(bits(found), bits(wanted), "{found} and {wanted}");
}

/// Weights without a pattern: what results are added up with, so that no two terms of a gradient
/// can stand for each other.
pub(crate) fn weights(n: usize) -> Vec<f64> {
    (0..n).map(|k| 0.3 + 1.7 * (1.0 + k as f64 * 2.4).sin()).collect()
}

/// ⟨u, y⟩ with [`weights`] `u`.
pub(crate) fn weighted(y: Var<'_>) -> Var<'_> {
    let u = y.tape().input(weights(y.shape().size())).reshape(y.shape());
    (u * y).sum()
}

/// The inner product of two vectors.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The product of a matrix, given by rows, and a vector.
pub(crate) fn times<const N: usize>(rows: &[[f64; N]], x: &[f64]) -> Vec<f64> {
    rows.iter().map(|row| dot(row, x)).collect()
}
