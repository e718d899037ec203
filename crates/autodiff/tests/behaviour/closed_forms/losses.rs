//! Losses against their definitions, their gradients against differences, and how they refuse.

use std::f64::consts::LN_2;

use wengert_autodiff::{CrossEntropy, Tape, Var};
use wengert_tensor::Tensor;

use crate::check::{check, check_slopes, dot};
use crate::refusal::refusal;

const INF: f64 = f64::INFINITY;

pub(super) const X: [[f64; 3]; 2] = [[0.5, -1.2, 2.0], [-0.4, 0.3, -2.5]];
pub(super) const PROBABILITIES: [[f64; 3]; 2] = [[0.2, 0.7, 0.1], [0.5, 0.125, 0.375]];
pub(super) const LABELS: [i64; 2] = [2, 0];

pub(super) fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// Checks a loss of [`X`] and [`PROBABILITIES`] that is a mean over all elements: against what it
/// is for one, and its gradients by both.
#[track_caller]
pub(super) fn check_elements(
    loss: impl for<'t> Fn(Var<'t>, Var<'t>) -> Var<'t>,
    each: impl for<'t> Fn(Var<'t>, Var<'t>) -> Var<'t>,
    x: [[f64; 3]; 2],
    one: impl Fn(f64, f64) -> f64,
) {
    let tape = Tape::new();
    let (of, target) = (tape.input(x), tape.input(PROBABILITIES));
    let elements = x.concat().into_iter().zip(PROBABILITIES.concat());
    let wanted: Vec<f64> = elements.map(|(x, t)| one(x, t)).collect();
    assert_eq!(each(of, target).shape()[..], [2, 3]);
    check(each(of, target), &wanted);
    check(loss(of, target), [mean(&wanted)]);
    check_slopes(|[x, t]| loss(x, t), &[x.into(), PROBABILITIES.into()]);
}

/// The same for a mean over rows.
#[track_caller]
pub(super) fn check_rows(
    loss: impl for<'t> Fn(Var<'t>, Var<'t>) -> Var<'t>,
    each: impl for<'t> Fn(Var<'t>, Var<'t>) -> Var<'t>,
    x: [[f64; 3]; 2],
    one: impl Fn(&[f64], &[f64]) -> f64,
) {
    let tape = Tape::new();
    let (of, target) = (tape.input(x), tape.input(PROBABILITIES));
    let wanted = [0, 1].map(|row| one(&x[row], &PROBABILITIES[row]));
    assert_eq!(each(of, target).shape()[..], [2]);
    check(each(of, target), wanted);
    check(loss(of, target), [mean(&wanted)]);
    check_slopes(|[x, t]| loss(x, t), &[x.into(), PROBABILITIES.into()]);
}

#[test]
fn distances() {
    check_elements(|x, t| x.mse(t), |x, t| x.mse_each(t), X, |x, t| (x - t).powi(2));
    check_elements(|x, t| x.mae(t), |x, t| x.mae_each(t), X, |x, t| (x - t).abs());
    for delta in [0.4, 1.5] {
        let one = move |x: f64, t: f64| {
            let d = (x - t).abs();
            if d <= delta { 0.5 * d * d } else { delta * (d - 0.5 * delta) }
        };
        check_elements(|x, t| x.huber(t, delta), |x, t| x.huber_each(t, delta), X, one);
        let one = move |x, t| one(x, t) / delta;
        check_elements(|x, t| x.smooth_l1(t, delta), |x, t| x.smooth_l1_each(t, delta), X, one);
    }
}

#[test]
fn distances_at_kinks_and_infinity() {
    let tape = Tape::new();
    let (x, zero) = (tape.input([0.0, 1.0, -1.0, INF, -INF]), tape.input([0.0; 5]));
    let huber = x.huber_each(zero, 1.0);
    check(huber, [0.0, 0.5, 0.5, INF, INF]);
    let [slope] = tape.grad(huber.sum(), [x]);
    check(slope, [0.0, 1.0, -1.0, 1.0, -1.0]);
    check(tape.grad(slope.sum(), [x])[0].slice(0, ..1), [1.0]);
    check(tape.grad(x.mae_each(zero).sum(), [x])[0], [0.0, 1.0, -1.0, 1.0, -1.0]);
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[test]
fn yes_or_no() {
    let of_probability = |p: f64, t: f64| -t * p.ln() - (1.0 - t) * (1.0 - p).ln();
    check_elements(
        |x, t| x.binary_cross_entropy_with_logits(t),
        |x, t| x.binary_cross_entropy_with_logits_each(t),
        X,
        |x, t| of_probability(sigmoid(x), t),
    );
    check_elements(
        |x, t| x.binary_cross_entropy(t),
        |x, t| x.binary_cross_entropy_each(t),
        X.map(|row| row.map(sigmoid)),
        of_probability,
    );
    check_elements(
        |x, t| x.balanced_binary_cross_entropy_each(t, 2.5).mean(),
        |x, t| x.balanced_binary_cross_entropy_each(t, 2.5),
        X,
        |x, t| of_probability(sigmoid(x), t) - 1.5 * t * sigmoid(x).ln(),
    );
}

#[test]
fn yes_or_no_when_sure() {
    let tape = Tape::new();
    let x = tape.input([-1e3, 1e3, 1e3, -1e3, 0.0, 40.0, -40.0]);
    let t = tape.input([0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
    let tiny = (-40.0_f64).exp();
    let losses = x.binary_cross_entropy_with_logits_each(t);
    check(losses, [0.0, 0.0, 1e3, 1e3, LN_2, tiny, tiny]);
    let [slope] = tape.grad(losses.sum(), [x]);
    check(slope, [0.0, 0.0, 1.0, -1.0, -0.5, -tiny, tiny]);
    // What is nearly right has small losses and slopes to their last digits.
    for (found, wanted) in [(losses, tiny), (-slope, tiny)] {
        assert!((found.at(0, 5).item() / wanted - 1.0).abs() < 1e-14);
    }
    check(tape.grad(slope.sum(), [x])[0], [0.0, 0.0, 0.0, 0.0, 0.25, tiny, tiny]);

    let p = tape.input([0.0, 1.0, 1.0, 0.0]);
    let t = tape.input([0.0, 1.0, 0.0, 1.0]);
    let losses = p.binary_cross_entropy_each(t);
    check(losses, [0.0, 0.0, INF, INF]);
    check(tape.grad(losses.sum(), [p])[0], [1.0, -1.0, INF, -INF]);
}

fn log_softmax(x: &[f64]) -> Vec<f64> {
    let total = x.iter().map(|x| x.exp()).sum::<f64>().ln();
    x.iter().map(|x| x - total).collect()
}

#[test]
fn soft_targets() {
    check_rows(
        |x, t| x.soft_cross_entropy(t),
        |x, t| x.soft_cross_entropy_each(t),
        X,
        |x, t| -dot(t, &log_softmax(x)),
    );
    // A class that is masked out is no problem unless it is expected.
    let tape = Tape::new();
    let (x, t) = (tape.input([[-INF, 0.0, 0.0]]), tape.input([[0.0, 0.25, 0.75]]));
    let loss = x.soft_cross_entropy(t);
    check(loss, [LN_2]);
    check(tape.grad(loss, [x])[0], [0.0, 0.25, -0.25]);
    let kl = x.log_softmax(-1).kl_div(t);
    check(kl, [0.25 * 0.25_f64.ln() + 0.75 * 0.75_f64.ln() + LN_2]);
    check(tape.grad(kl, [x])[0], [0.0, 0.25, -0.25]);
    check(x.soft_cross_entropy(tape.input([[0.5, 0.5, 0.0]])), [INF]);
    check(x.log_softmax(-1).kl_div(tape.input([[0.5, 0.5, 0.0]])), [INF]);
}

#[test]
fn labels() {
    let tape = Tape::new();
    let (x, labels) = (tape.input(X), tape.indices(LABELS));
    let wanted = [-log_softmax(&X[0])[2], -log_softmax(&X[1])[0]];
    check(x.cross_entropy_each(labels), wanted);
    check(x.log_softmax(-1).nll_each(labels), wanted);
    check(x.log_softmax(-1).nll(labels), [mean(&wanted)]);
    check_slopes(|[x]| x.nll(x.tape().indices(LABELS)), &[X.into()]);
    // One row without an axis, and no rows.
    check(x.at(0, 0).cross_entropy_each(tape.indices(2)), [wanted[0]]);
    assert_eq!(x.slice(0, ..0).cross_entropy_each(labels.slice(0, ..0)).shape()[..], [0]);
}

/// What [`CrossEntropy`] promises, from its definition.
fn defined(smoothing: f64, weights: [f64; 3], ignored: Option<usize>) -> (Vec<f64>, f64) {
    let (mut losses, mut total) = (vec![], 0.0);
    for (row, label) in X.iter().zip([2_usize, 0]) {
        let surprise: Vec<f64> = log_softmax(row).iter().map(|p| -p).collect();
        let spread = dot(&weights, &surprise) / 3.0;
        let loss = (1.0 - smoothing) * weights[label] * surprise[label] + smoothing * spread;
        let counts = f64::from(u8::from(ignored != Some(label)));
        losses.push(counts * loss);
        total += counts * weights[label];
    }
    let mean = losses.iter().sum::<f64>() / total;
    (losses, mean)
}

#[test]
fn smoothed_and_weighted_labels() {
    let (even, uneven) = ([1.0; 3], [0.5, 3.0, 1.25]);
    for smoothing in [0.0, 0.1, 1.0] {
        for weights in [even, uneven] {
            for ignored in [None, Some(2), Some(1)] {
                let mut loss = CrossEntropy::new().smoothing(smoothing);
                if weights != even {
                    loss = loss.weights(weights);
                }
                if let Some(label) = ignored {
                    loss = loss.ignoring(label);
                }
                let tape = Tape::new();
                let (x, labels) = (tape.input(X), tape.indices(LABELS));
                let (losses, mean) = defined(smoothing, weights, ignored);
                check(loss.each(x, labels), losses);
                check(loss.mean(x, labels), [mean]);
                // With more axes in front, and with the labels as a tensor.
                let deep = loss.mean(x.reshape([1, 2, 3]), &Tensor::from([LABELS]));
                check(deep, [mean]);
                check_slopes(|[x]| loss.mean(x, x.tape().indices(LABELS)), &[X.into()]);
            }
        }
    }
}

/// Smoothing, weights and the mean are understood as by others: the numbers are PyTorch's.
#[test]
fn agrees_with_others_on_what_a_smoothed_and_weighted_mean_is() {
    let tape = Tape::new();
    let x = tape.input([[1.435, 0.839, -0.403], [1.6, -0.017, 0.962], [1.348, -0.495, 1.198]]);
    let labels = tape.indices([0, 2, 1]);
    let loss = CrossEntropy::new().smoothing(0.2).weights([0.708, 0.45, 0.909]);
    let mean = loss.mean(x, labels);
    check(mean, [1.261_935_251_178_975_9]);
    let [slope] = tape.grad(-0.946 * mean, [x]);
    check(
        slope,
        [
            0.092_367_701_108_584_25,
            -0.090_112_140_393_041_58,
            -0.002_255_560_715_542_685,
            -0.207_650_695_318_564_8,
            -0.031_775_064_550_072_34,
            0.239_425_759_868_637_2,
            -0.091_236_888_558_370_02,
            0.160_623_476_239_746_52,
            -0.069_386_587_681_376_48,
        ],
    );
}

#[test]
fn misuse_is_refused() {
    let tape = Tape::new();
    let (x, labels) = (tape.input(X), tape.indices(LABELS));
    check_refusal(
        || x.huber(tape.input([0.0; 3]), 1.0),
        "huber",
        "[2, 3] and its target [3] differ",
    );
    check_refusal(
        || x.binary_cross_entropy_with_logits(tape.input([[1.0], [0.0]])),
        "binary_cross_entropy_with_logits",
        "[2, 3] and its target [2, 1] differ",
    );
    check_refusal(
        || x.kl_div_each(tape.input([0.0; 3])),
        "kl_div_each",
        "[2, 3] and its target [3] differ",
    );
    check_refusal(
        || x.nll(tape.input([0.0, 1.0])),
        "nll",
        "logits [2, 3] need one label (i64) a row, not [2]",
    );
    check_refusal(
        || CrossEntropy::new().weights([1.0, 2.0]).mean(x, labels),
        "cross_entropy",
        "2 weights for the 3 classes of logits [2, 3]",
    );
    check_refusal(
        || CrossEntropy::new().weights([1.0; 3]).mean(x, tape.indices([7, 0])),
        "cross_entropy",
        "position 7 (element 0 of the index) is not one of 0..3",
    );
    check_refusal(|| x.glu(-1), "glu", "axis 1 of [2, 3] has no halves");
}

/// Checks which operation is refused on the line it is written in, and why.
#[track_caller]
pub(super) fn check_refusal<'t>(f: impl FnOnce() -> Var<'t>, operation: &str, why: &str) {
    let refusal = refusal(f);
    assert_eq!(refusal.operation(), operation);
    refusal.mentions(why);
}
