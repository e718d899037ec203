//! Losses with margins against their definitions, and by hand at their kinks.

use wengert_autodiff::Tape;
use wengert_tensor::Tensor;

use super::losses::{LABELS, PROBABILITIES, X, check_elements, check_refusal, mean};
use crate::check::{check, check_slopes};

const INF: f64 = f64::INFINITY;

/// Targets of −1 and 1.
const SIGNS: [[f64; 3]; 2] = [[1.0, -1.0, -1.0], [1.0, 1.0, -1.0]];

#[test]
fn of_one_score() {
    let one = |x: f64, t: f64| (1.0 - t * x).max(0.0);
    check_elements(|x, t| x.hinge(t), |x, t| x.hinge_each(t), X, one);
    let one = |x: f64, t: f64| (-t * x).exp().ln_1p();
    check_elements(|x, t| x.soft_margin(t), |x, t| x.soft_margin_each(t), X, one);
    let tape = Tape::new();
    let x = tape.input([0.0, 1.0, -1.0, INF, -INF]);
    let one = tape.input([1.0; 5]);
    check(tape.grad(x.hinge_each(one).sum(), [x])[0], [-1.0, 0.0, -1.0, 0.0, -1.0]);
    let (x, t) = (tape.input([0.0, 800.0, 800.0, -INF]), tape.input([1.0, 1.0, -1.0, 1.0]));
    let losses = x.soft_margin_each(t);
    check(losses, [std::f64::consts::LN_2, 0.0, 800.0, INF]);
    check(tape.grad(losses.sum(), [x])[0], [-0.5, 0.0, 1.0, -1.0]);
}

#[test]
fn of_two_scores() {
    let all = (0..6).map(|k| (X.concat()[k], PROBABILITIES.concat()[k], SIGNS.concat()[k]));
    let wanted: Vec<f64> = all.map(|(a, b, t)| (0.4 - t * (a - b)).max(0.0)).collect();
    let tape = Tape::new();
    let (a, b, t) = (tape.input(X), tape.input(PROBABILITIES), tape.input(SIGNS));
    check(a.margin_ranking_each(b, t, 0.4), &wanted);
    check(a.margin_ranking(b, t, 0.4), [mean(&wanted)]);
    check_slopes(
        |[a, b]| a.margin_ranking(b, a.tape().input(SIGNS), 0.4),
        &[X.into(), PROBABILITIES.into()],
    );
    // Ahead by exactly the margin is far enough.
    let (a, b) = (tape.input([1.0, 1.0]), tape.input([0.5, 1.0]));
    let losses = a.margin_ranking_each(b, tape.input([1.0, -1.0]), 0.5);
    check(losses, [0.0, 0.5]);
    let [by_a, by_b] = tape.grad(losses.sum(), [a, b]);
    check(by_a, [0.0, 1.0]);
    check(by_b, [0.0, -1.0]);
}

#[test]
fn of_many_scores() {
    let margin = 0.7;
    let row = |row: usize| {
        let right = LABELS[row] as usize;
        let wrong = (0..3).filter(|&j| j != right);
        wrong.map(|j| (margin - X[row][right] + X[row][j]).max(0.0)).sum::<f64>() / 3.0
    };
    let wanted = [row(0), row(1)];
    let tape = Tape::new();
    let x = tape.input(X);
    check(x.multi_margin_each(tape.indices(LABELS), margin), wanted);
    check(x.multi_margin(&Tensor::from(LABELS), margin), [mean(&wanted)]);
    check_slopes(|[x]| x.multi_margin(x.tape().indices(LABELS), margin), &[X.into()]);
    // The right one counts once for each that comes too near, and one that is just far enough
    // does not.
    let x = tape.input([3.0, 2.0, 2.5, 4.0]);
    let loss = x.multi_margin(tape.indices(0), 1.0);
    check(loss, [(0.5 + 2.0) / 4.0]);
    check(tape.grad(loss, [x])[0], [-0.5, 0.0, 0.25, 0.25]);
    // One row without an axis, and no rows.
    let none = x.unsqueeze(0).slice(0, ..0).multi_margin_each(tape.indices([0; 0]), 1.0);
    assert_eq!(none.shape()[..], [0]);
}

#[test]
fn misuse_is_refused() {
    let tape = Tape::new();
    let x = tape.input(X);
    check_refusal(
        || x.margin_ranking(x, tape.input([1.0, 1.0]), 0.0),
        "margin_ranking",
        "[2, 3] and its target [2] differ",
    );
    check_refusal(
        || x.multi_margin(tape.input([0.0, 1.0]), 1.0),
        "multi_margin",
        "logits [2, 3] need one label (i64) a row, not [2]",
    );
    check_refusal(
        || x.multi_margin_each(tape.indices([0, 3]), 1.0),
        "multi_margin_each",
        "position 3 (element 1 of the index) is not one of 0..3",
    );
}
