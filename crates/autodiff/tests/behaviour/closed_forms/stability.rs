//! Extreme inputs: large exponents, infinities, zeros in products, rows without spread. And what is
//! random: its scale.

use std::f64::consts::LN_2;

use wengert_autodiff::{Tape, Var};

use crate::check::check;

const INF: f64 = f64::INFINITY;

/// Checks a formula and the gradient of the sum of its results.
#[track_caller]
fn check_at<const N: usize>(
    x: [f64; N],
    formula: impl for<'t> Fn(Var<'t>) -> Var<'t>,
    value: &[f64],
    gradient: [f64; N],
) {
    let tape = Tape::new();
    let x = tape.input(x);
    let y = formula(x);
    check(y, value);
    check(tape.grad(y.sum(), [x])[0], gradient);
}

#[test]
fn logsumexp_does_not_overflow() {
    check_at([1e3, 1e3], |x| x.logsumexp(0), &[1e3 + LN_2], [0.5, 0.5]);
    check_at([-1e3, -1e3], |x| x.logsumexp(0), &[LN_2 - 1e3], [0.5, 0.5]);
    check_at([1e3, -1e3], |x| x.logsumexp(0), &[1e3], [1.0, 0.0]);
    check_at([-INF, 0.0], |x| x.logsumexp(0), &[0.0], [0.0, 1.0]);
    check_at([1e3, -INF, 1e3], |x| x.logsumexp(0), &[1e3 + LN_2], [0.5, 0.0, 0.5]);
    let tape = Tape::new();
    let value = |x: [f64; 2]| tape.input(x).logsumexp(0).item();
    check_at([-INF, -INF], |x| x.logsumexp(0), &[-INF], [0.0, 0.0]);
    assert_eq!(value([INF, 0.0]), INF);
    assert!(value([f64::NAN, 0.0]).is_nan());
}

#[test]
fn softmax_of_extremes() {
    check_at([1e3, 0.0], |x| x.softmax(0), &[1.0, 0.0], [0.0, 0.0]);
    // Masked positions get nothing, and pass nothing on.
    check_at([-INF, 2.0, 2.0], |x| x.softmax(0), &[0.0, 0.5, 0.5], [0.0; 3]);
    check_at([-INF, 2.0, 2.0], |x| x.softmax(0).slice(0, 1..2), &[0.5], [0.0, 0.25, -0.25]);
    check_at([0.0, 1e3, -1e3], |x| x.log_softmax(0), &[-1e3, 0.0, -2e3], [1.0, -2.0, 1.0]);
    check_at(
        [-INF, 2.0, 2.0],
        |x| x.log_softmax(0).slice(0, 1..2),
        &[-2.0_f64.ln()],
        [0.0, 0.5, -0.5],
    );
    let tape = Tape::new();
    assert_eq!(tape.input([-INF, 0.0]).log_softmax(0).value().to_vec_f64(), [-INF, 0.0]);
}

/// A row that is wholly masked out attends to nothing, and spoils no other row.
#[test]
fn rows_of_nothing_but_minus_infinity() {
    let tape = Tape::new();
    let x = tape.input([[-INF, -INF], [0.0, 0.0]]);
    check(x.softmax(-1), [0.0, 0.0, 0.5, 0.5]);
    check(tape.grad(x.softmax(-1).slice(1, ..1).sum(), [x])[0], [0.0, 0.0, 0.25, -0.25]);
    check(x.logsumexp(-1), [-INF, LN_2]);
    let [slope] = tape.grad(x.logsumexp(-1).sum(), [x]);
    check(slope, [0.0, 0.0, 0.5, 0.5]);
    check(tape.grad(slope.slice(1, ..1).sum(), [x])[0], [0.0, 0.0, 0.25, -0.25]);
    check(x.log_softmax(-1), [-INF, -INF, -LN_2, -LN_2]);
    check(x.logsumexp([0, 1]), [LN_2]);
    check(tape.grad(x.logsumexp([0, 1]), [x])[0], [0.0, 0.0, 0.5, 0.5]);
}

/// A confident and wrong classifier has a large loss and a bounded gradient.
#[test]
fn cross_entropy_of_extremes() {
    let tape = Tape::new();
    let x = tape.input([[1e3, -1e3], [-1e3, 1e3]]);
    let loss = x.cross_entropy(tape.indices([1, 1]));
    check(loss, [1e3]);
    check(tape.grad(loss, [x])[0], [0.5, -0.5, 0.0, 0.0]);
    // A class that is masked out is no problem unless it is the label.
    let masked = tape.input([[-INF, 0.0, 0.0]]);
    let loss = masked.cross_entropy(tape.indices([1]));
    check(loss, [2.0_f64.ln()]);
    check(tape.grad(loss, [masked])[0], [0.0, -0.5, 0.5]);
}

#[test]
fn saturated_activations() {
    let at = [-1e3, -40.0, 40.0, 1e3];
    check_at(at, |x| x.sigmoid(), &[0.0, 0.0, 1.0, 1.0], [0.0; 4]);
    check_at(at, |x| x.softplus(), &[0.0, 0.0, 40.0, 1e3], [0.0, 0.0, 1.0, 1.0]);
    check_at(at, |x| x.tanh(), &[-1.0, -1.0, 1.0, 1.0], [0.0; 4]);
    check_at(at, |x| x.gelu(), &[0.0, 0.0, 40.0, 1e3], [0.0, 0.0, 1.0, 1.0]);
    check_at(at, |x| x.silu(), &[0.0, 0.0, 40.0, 1e3], [0.0, 0.0, 1.0, 1.0]);
    // Not only near 0: e⁻⁴⁰ to its last digits.
    let tape = Tape::new();
    let x = tape.input(-40.0);
    let relative = |found: Var<'_>| (found.item() / (-40.0_f64).exp() - 1.0).abs();
    assert!(relative(x.sigmoid()) < 1e-15 && relative(x.softplus()) < 1e-15);
}

#[test]
fn statistics_of_extremes() {
    // All equal: the deviation is 0, and so is its derivative. So at the origin for the norm.
    check_at([2.0; 3], |x| x.std(0), &[0.0], [0.0; 3]);
    check_at([2.0; 3], |x| x.std_over(0, 1), &[0.0], [0.0; 3]);
    check_at([0.0; 3], |x| x.norm(), &[0.0], [0.0; 3]);
    check_at([0.0; 3], |x| x.norm_over(0), &[0.0], [0.0; 3]);
    // Small differences between large numbers.
    let third = 2.0 / 3.0;
    check_at([1e8 + 1.0, 1e8 + 2.0, 1e8 + 3.0], |x| x.var(0), &[third], [-third, 0.0, third]);
    check_at([1e8 + 1.0, 1e8 + 3.0], |x| x.layer_norm(0, 0.0), &[-1.0, 1.0], [0.0; 2]);
    check_at([5.0; 4], |x| x.layer_norm(0, 1e-5), &[0.0; 4], [0.0; 4]);
}

/// The second derivatives of a product are the products of all others, zeros or not.
#[test]
fn products_with_zeros() {
    for at in [
        [2.0, 0.0, 5.0, -1.5, 0.5],
        [0.0, 3.0, 0.0, 4.0, -2.0],
        [0.0, 0.0, 0.0, 7.0, 1.0],
        [1.1, 2.2, -0.3, 0.4, 5.5],
    ] {
        let without = |left_out: &[usize]| -> f64 {
            (0..5).filter(|k| !left_out.contains(k)).map(|k| at[k]).product()
        };
        let tape = Tape::new();
        let x = tape.input(at);
        check(x.prod(), [without(&[])]);
        let [by_x] = tape.grad(x.prod(), [x]);
        check(by_x, [0, 1, 2, 3, 4].map(|k| without(&[k])));
        let entry = |i: usize, j: usize| if i == j { 0.0 } else { without(&[i, j]) };
        let wanted: Vec<f64> = (0..25).map(|k| entry(k / 5, k % 5)).collect();
        check(tape.hessian(x.prod(), x), wanted);
    }
    let tape = Tape::new();
    let x = tape.input([[2.0, 0.0, 5.0], [3.0, 4.0, 0.5]]);
    check(x.prod_over(1), [0.0, 6.0]);
    check(x.prod_over(0), [6.0, 0.0, 2.5]);
    check(tape.grad(x.prod_over(0).sum(), [x])[0], [3.0, 4.0, 0.5, 2.0, 0.0, 5.0]);
    check(x.slice(1, ..0).prod_over(1), [1.0, 1.0]);
    check(x.slice(0, ..0).prod(), [1.0]);
}

/// What is kept is scaled so that the expectation stays, and the derivative is the same mask.
#[test]
fn dropout_keeps_the_expectation() {
    let (n, rate) = (40_000, 0.3);
    let tape = Tape::new();
    let x = tape.input(2.0).broadcast_to([n]);
    let y = x.dropout(rate, tape.indices(11));
    let values = y.value().to_vec_f64();
    let kept = 2.0 / (1.0 - rate);
    assert!(values.iter().all(|&y| y == 0.0 || y == kept));
    // Five standard deviations: the seed is fixed, so this can't fail by chance.
    let mean = y.mean().item();
    assert!((mean - 2.0).abs() < 5.0 * 2.0 * (rate / (1.0 - rate) / n as f64).sqrt(), "{mean}");
    let mask: Vec<f64> = values.iter().map(|y| y / 2.0).collect();
    check(tape.grad(y.sum(), [x])[0], mask);
    // Nothing is dropped at rate 0.
    check(x.dropout(0.0, tape.indices(11)).slice(0, ..5), [2.0; 5]);
}

/// The first four moments of what is drawn, within five standard deviations of what is expected.
#[test]
fn random_numbers_have_their_moments() {
    let n = 40_000;
    let tape = Tape::new();
    let seed = tape.indices(5);
    let check_moments = |x: Var<'_>, moments: [f64; 5]| {
        let mut power = x;
        for k in 1..3 {
            let deviation = ((moments[2 * k] - moments[k].powi(2)) / f64::from(n)).sqrt();
            let mean = power.mean().item();
            assert!((mean - moments[k]).abs() < 5.0 * deviation, "moment {k}: {mean}");
            power = power * x;
        }
    };
    check_moments(tape.uniform(seed, [n as usize]), [1.0, 0.5, 1.0 / 3.0, 0.25, 0.2]);
    check_moments(tape.normal(seed, [n as usize]), [1.0, 0.0, 1.0, 0.0, 3.0]);
}
