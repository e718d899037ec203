//! Losses that are likelihoods or divergences, against their definitions.

use wengert_autodiff::Tape;

use super::losses::{PROBABILITIES, X, check_elements, check_rows, mean};
use crate::check::{check, check_slopes};

const INF: f64 = f64::INFINITY;

#[test]
fn counts() {
    check_elements(
        |x, t| x.poisson_nll(t),
        |x, t| x.poisson_nll_each(t),
        X,
        |x, t| x.exp() - t * x,
    );
    let tape = Tape::new();
    let (x, t) = (tape.input([-800.0, 0.0, 2.0]), tape.input([0.0, 3.0, 0.0]));
    let losses = x.poisson_nll_each(t);
    check(losses, [0.0, 1.0, 2.0_f64.exp()]);
    check(tape.grad(losses.sum(), [x])[0], [0.0, -2.0, 2.0_f64.exp()]);
}

#[test]
fn numbers_with_noise() {
    let variance = [[0.3, 1.0, 2.5], [0.7, 4.0, 1.5]];
    let one = |x: f64, t: f64, v: f64| 0.5 * (v.ln() + (x - t) * (x - t) / v);
    let all = (0..6).map(|k| (X.concat()[k], PROBABILITIES.concat()[k], variance.concat()[k]));
    let wanted: Vec<f64> = all.clone().map(|(x, t, v)| one(x, t, v)).collect();
    let tape = Tape::new();
    let (x, t, v) = (tape.input(X), tape.input(PROBABILITIES), tape.input(variance));
    check(x.gaussian_nll_each(t, v), &wanted);
    check(x.gaussian_nll(t, v), [mean(&wanted)]);
    let [by_x, by_v] = tape.grad(x.gaussian_nll_each(t, v).sum(), [x, v]);
    check(by_x, all.clone().map(|(x, t, v)| (x - t) / v).collect::<Vec<_>>());
    let slope = |(x, t, v): (f64, f64, f64)| 0.5 / v * (1.0 - (x - t).powi(2) / v);
    check(by_v, all.clone().map(slope).collect::<Vec<_>>());
    // One variance for all is broadcast; the second derivatives too agree with differences.
    let wanted: Vec<f64> = all.map(|(x, t, _)| one(x, t, 0.8)).collect();
    check(x.gaussian_nll_each(t, 0.8), &wanted);
    check_slopes(
        |[x, t, v]| x.gaussian_nll(t, v),
        &[X.into(), PROBABILITIES.into(), variance.into()],
    );
}

#[test]
fn divergences() {
    check_rows(
        |x, t| x.kl_div(t),
        |x, t| x.kl_div_each(t),
        X,
        |x, t| t.iter().zip(x).map(|(t, x)| t * (t.ln() - x)).sum(),
    );
    check_rows(
        |x, t| x.kl_div_log(t.ln()),
        |x, t| x.kl_div_log_each(t.ln()),
        X,
        |x, t| t.iter().zip(x).map(|(t, x)| t * (t.ln() - x)).sum(),
    );
}

/// What is impossible counts nothing, and gets no gradient, whatever the answer; what is possible
/// and held for impossible is infinitely bad.
#[test]
fn impossible_targets() {
    let tape = Tape::new();
    let (x, s) = (tape.input([[-INF, -0.5, -2.0]]), tape.input([[-INF, -1.0, -0.25]]));
    let loss = x.kl_div_log(s);
    let (a, b) = ((-1.0_f64).exp(), (-0.25_f64).exp());
    check(loss, [a * -0.5 + b * 1.75]);
    let [by_x, by_s] = tape.grad(loss, [x, s]);
    check(by_x, [0.0, -a, -b]);
    check(by_s, [0.0, a * 0.5, b * 2.75]);
    check(x.kl_div_log(tape.input([[-0.7, -INF, -0.7]])), [INF]);
}
