//! What counts as equal, for numbers that were computed in two ways.

use wengert_autodiff::real::{DoubleDouble, Real};
use wengert_autodiff::{Tape, Value, Var};
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

/// Panics unless the gradient of the number that `f` computes agrees with its differences in
/// double-double, along a direction without a pattern, and unless its second derivative along it
/// agrees with the differences of the gradient.
#[track_caller]
pub(crate) fn check_slopes<const N: usize>(
    f: impl for<'t> Fn([Var<'t>; N]) -> Var<'t>,
    at: &[Tensor; N],
) {
    let tape = Tape::new();
    let x = at.each_ref().map(|x| tape.input(x));
    let mut direction = weights(at.iter().map(Tensor::size).sum());
    let direction = at.each_ref().map(|x| direction.split_off(direction.len() - x.size()));
    let y = f(x);
    let dy = along(&direction, y, x);
    let d2y = along(&direction, dy, x);
    for (y, slope) in [(y, dy), (dy, d2y)] {
        let program = tape.program(x, [y]);
        let at = |t: f64| -> DoubleDouble {
            let moved = at.iter().zip(&direction).map(|(x, v)| {
                let mut v = v.iter();
                let step = |x: f64| DoubleDouble::from(x) + *v.next().expect("as many") * t;
                Value::Real(x.to_f64().map(step))
            });
            let y = program.evaluate(&moved.collect::<Vec<_>>()).expect("inputs of its types");
            y[0].real().to_vec()[0]
        };
        let central = |t: f64| (at(t) - at(-t)) / (2.0 * t);
        // Two steps of Richardson's extrapolation: what is left is of the sixth order.
        let [a, b, c] = [1e-3, 5e-4, 2.5e-4].map(central);
        let [ab, bc] = [(b * 4.0 - a) / 3.0, (c * 4.0 - b) / 3.0];
        check(slope, [((bc * 16.0 - ab) / 15.0).to_f64()]);
    }
}

/// The derivative of a number along a direction, from its gradient.
#[track_caller]
fn along<'t, const N: usize>(direction: &[Vec<f64>], y: Var<'t>, x: [Var<'t>; N]) -> Var<'t> {
    let tape = y.tape();
    let slopes = tape.grad(y, x).into_iter().zip(direction);
    slopes.map(|(g, v)| (g.flatten() * tape.input(v.as_slice())).sum()).sum()
}
