//! Cosines and distances, and the losses made of them.

use wengert_autodiff::{Tape, Var};

use super::losses::{PROBABILITIES, X, check_refusal, mean};
use crate::check::{check, check_slopes, dot, weights};

const A: [[f64; 3]; 2] = X;
const B: [[f64; 3]; 2] = [[1.5, 0.3, -0.4], [-0.2, 2.0, 0.9]];

fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    dot(a, b) / (norm(a) * norm(b))
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
}

/// Checks a function of vectors along the last axis, and along the first, and its gradient
/// against a closed form.
#[track_caller]
fn check_vectors(
    formula: impl for<'t> Fn(Var<'t>, Var<'t>, i32) -> Var<'t>,
    value: impl Fn(&[f64], &[f64]) -> f64,
    by_first: impl Fn(&[f64], &[f64]) -> Vec<f64>,
) {
    let tape = Tape::new();
    let (a, b) = (tape.input(A), tape.input(B));
    let wanted = [0, 1].map(|row| value(&A[row], &B[row]));
    let u = weights(2);
    for y in [formula(a, b, -1), formula(a.t(), b.t(), 0)] {
        check(y, wanted);
        let [by_a, by_b] = tape.vjp([(y, tape.input(u.as_slice()))], [a, b]);
        let scaled = |x: Vec<f64>, u: f64| x.into_iter().map(move |x| u * x);
        let rows = |f: &dyn Fn(usize) -> Vec<f64>| {
            (0..2).flat_map(|row| scaled(f(row), u[row])).collect::<Vec<f64>>()
        };
        check(by_a, rows(&|row| by_first(&A[row], &B[row])));
        check(by_b, rows(&|row| by_first(&B[row], &A[row])));
    }
    // One vector beside many, and one number beside a vector, which are all of its elements.
    check(formula(a, tape.input(B[1]), -1), [0, 1].map(|row| value(&A[row], &B[1])));
    let constant = tape.input([[0.7], [-0.2]]);
    check(formula(a, constant, -1), [value(&A[0], &[0.7; 3]), value(&A[1], &[-0.2; 3])]);
    check_slopes(|[a, b]| formula(a, b, -1).mean(), &[A.into(), B.into()]);
}

#[test]
fn cosines() {
    let slope = |a: &[f64], b: &[f64]| {
        let y = cosine(a, b);
        a.iter().zip(b).map(|(x, z)| (z / norm(b) - y * x / norm(a)) / norm(a)).collect()
    };
    check_vectors(|a, b, axis| a.cosine_similarity(b, axis), cosine, slope);
    // Nothing has no direction, and nothing is differentiated there, once or twice.
    let tape = Tape::new();
    let (a, b) = (tape.input([[0.0, 0.0], [1.0, 2.0]]), tape.input([[3.0, 4.0], [0.0, 0.0]]));
    let y = a.cosine_similarity(b, -1);
    check(y, [0.0; 2]);
    for dy in tape.grad(y.sum(), [a, b]) {
        check(dy, [0.0; 4]);
        check(tape.grad(dy.sum(), [a])[0], [0.0; 4]);
    }
}

#[test]
fn distances() {
    let slope =
        |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, z)| (x - z) / distance(a, b)).collect();
    check_vectors(|a, b, axis| a.pairwise_distance(b, axis), distance, slope);
    let tape = Tape::new();
    let a = tape.input([1.0, 2.0]);
    let y = a.pairwise_distance(tape.input([1.0, 2.0]), 0);
    check(y, [0.0]);
    check(tape.grad(y, [a])[0], [0.0; 2]);
}

#[test]
fn pairs_that_belong_together_or_not() {
    let tape = Tape::new();
    let (a, b, t) = (tape.input(A), tape.input(B), tape.input([-1.0, 1.0]));
    let wanted = [(cosine(&A[0], &B[0]) + 0.5).max(0.0), 1.0 - cosine(&A[1], &B[1])];
    check(a.cosine_embedding_each(b, t, -0.5), wanted);
    check(a.cosine_embedding(b, t, -0.5), [mean(&wanted)]);
    check_slopes(
        |[a, b]| a.cosine_embedding(b, a.tape().input([-1.0, 1.0]), -0.5),
        &[A.into(), B.into()],
    );
    let (x, t) = (tape.input([0.25, 0.25, 1.0, 3.0]), tape.input([1.0, -1.0, -1.0, -1.0]));
    let losses = x.hinge_embedding_each(t, 1.0);
    check(losses, [0.25, 0.75, 0.0, 0.0]);
    check(x.hinge_embedding(t, 1.0), [0.25]);
    check(tape.grad(losses.sum(), [x])[0], [1.0, -1.0, 0.0, 0.0]);
}

#[test]
fn triplets() {
    let tape = Tape::new();
    let [a, p, n] = [A, B, PROBABILITIES].map(|x| tape.input(x));
    let row = |row: usize, margin: f64| {
        (distance(&A[row], &B[row]) - distance(&A[row], &PROBABILITIES[row]) + margin).max(0.0)
    };
    for margin in [0.5, -0.3] {
        let wanted = [row(0, margin), row(1, margin)];
        check(a.triplet_margin_each(p, n, margin), wanted);
        check(a.triplet_margin(p, n, margin), [mean(&wanted)]);
        check_slopes(
            |[a, p, n]| a.triplet_margin(p, n, margin),
            &[A.into(), B.into(), PROBABILITIES.into()],
        );
    }
    // Just far enough, and all at one point.
    let a = tape.input([[0.0, 0.0], [0.0, 0.0]]);
    let (p, n) = (tape.input([[1.0, 0.0], [0.0, 0.0]]), tape.input([[0.0, 2.0], [0.0, 0.0]]));
    let losses = a.triplet_margin_each(p, n, 1.0);
    check(losses, [0.0, 1.0]);
    for slope in tape.grad(losses.sum(), [a, p, n]) {
        check(slope, [0.0; 4]);
    }
}

#[test]
fn misuse_is_refused() {
    let tape = Tape::new();
    let a = tape.input(A);
    check_refusal(
        || a.cosine_embedding(a, tape.input([1.0; 3]), 0.0),
        "cosine_embedding",
        "vectors [2, 3] need one target a row, not [3]",
    );
    check_refusal(
        || a.triplet_margin(tape.input([0.0; 3]), a, 0.0),
        "triplet_margin",
        "[2, 3] and its target [3] differ",
    );
    check_refusal(|| a.cosine_similarity(a, [0, 1]), "cosine_similarity", "takes one axis");
}
