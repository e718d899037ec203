//! Composed formulas: values and gradients, of all elements and along axes.

use std::f64::consts::{PI, SQRT_2};

use wengert_autodiff::{Tape, Var};
use wengert_tensor::Tensor;

use crate::check::{check, dot, weighted, weights};

/// The elements of a matrix of two rows.
const ROWS: [[f64; 4]; 2] = [[0.5, -1.2, 2.0, 0.1], [1.5, 0.3, -0.4, -2.5]];

/// Checks a formula along the last axis of [`ROWS`] against a function of a row, and its gradient
/// against what that row's cotangent becomes; then along the first axis of the transpose.
#[track_caller]
fn check_rows(
    formula: impl for<'t> Fn(Var<'t>, i32) -> Var<'t>,
    value: impl Fn(&[f64]) -> Vec<f64>,
    pulled: impl Fn(&[f64], &[f64]) -> Vec<f64>,
) {
    let tape = Tape::new();
    let x = tape.input(ROWS);
    let y = formula(x, -1);
    check(y, ROWS.map(|row| value(&row)).concat());
    let u = weights(y.shape().size());
    let cotangents = u.chunks_exact(u.len() / 2);
    let wanted: Vec<f64> =
        ROWS.iter().zip(cotangents).flat_map(|(row, u)| pulled(row, u)).collect();
    check(tape.grad(weighted(y), [x])[0], &wanted);

    let across = formula(x.t(), 0);
    let across = if across.rank() == 2 { across.t() } else { across };
    check(across, ROWS.map(|row| value(&row)).concat());
    check(tape.grad(weighted(across), [x])[0], &wanted);
}

/// The same for a formula of all elements, which has one result.
#[track_caller]
fn check_all(
    formula: impl for<'t> Fn(Var<'t>) -> Var<'t>,
    value: impl Fn(&[f64]) -> f64,
    gradient: impl Fn(&[f64]) -> Vec<f64>,
) {
    let tape = Tape::new();
    let x = tape.input(ROWS);
    let (y, all) = (formula(x), ROWS.concat());
    check(y, [value(&all)]);
    check(tape.grad(y, [x])[0], gradient(&all));
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn centred(x: &[f64]) -> Vec<f64> {
    let mean = mean(x);
    x.iter().map(|x| x - mean).collect()
}

fn var(x: &[f64], correction: usize) -> f64 {
    let centred = centred(x);
    dot(&centred, &centred) / (x.len() - correction) as f64
}

fn scaled(x: &[f64], factor: f64) -> Vec<f64> {
    x.iter().map(|x| x * factor).collect()
}

#[test]
fn means() {
    let spread = |n: f64| move |x: &[f64], u: &[f64]| vec![u[0] / n; x.len()];
    check_rows(|x, axis| x.mean_over(axis), |x| vec![mean(x)], spread(4.0));
    check_rows(|x, axis| x.mean_keeping(axis), |x| vec![mean(x)], spread(4.0));
    check_all(|x| x.mean(), mean, |x| vec![0.125; x.len()]);
    let tape = Tape::new();
    let x = tape.input(ROWS);
    assert_eq!(x.mean_keeping([0, 1]).shape()[..], [1, 1]);
    assert_eq!(x.mean_keeping(-1).shape()[..], [2, 1]);
    assert_eq!(x.mean_over([1, 0]).shape()[..], [0; 0]);
}

#[test]
fn variances_and_deviations() {
    for correction in [0, 1] {
        let n = 4.0 - correction as f64;
        check_rows(
            |x, axis| x.var_over(axis, correction),
            |x| vec![var(x, correction)],
            |x, u| scaled(&centred(x), 2.0 * u[0] / n),
        );
        check_rows(
            |x, axis| x.std_over(axis, correction),
            |x| vec![var(x, correction).sqrt()],
            |x, u| scaled(&centred(x), u[0] / (n * var(x, correction).sqrt())),
        );
        let n = 8.0 - correction as f64;
        check_all(|x| x.var(correction), |x| var(x, correction), |x| scaled(&centred(x), 2.0 / n));
        check_all(
            |x| x.std(correction),
            |x| var(x, correction).sqrt(),
            |x| scaled(&centred(x), 1.0 / (n * var(x, correction).sqrt())),
        );
    }
}

#[test]
fn norms() {
    let norm = |x: &[f64]| dot(x, x).sqrt();
    check_all(|x| x.norm(), norm, |x| scaled(x, 1.0 / norm(x)));
    check_rows(|x, axis| x.norm_over(axis), |x| vec![norm(x)], |x, u| scaled(x, u[0] / norm(x)));
}

fn softmax(x: &[f64]) -> Vec<f64> {
    let total: f64 = x.iter().map(|x| x.exp()).sum();
    x.iter().map(|x| x.exp() / total).collect()
}

#[test]
fn softmax_and_its_kin() {
    check_rows(
        |x, axis| x.softmax(axis),
        softmax,
        |x, u| {
            let p = softmax(x);
            let mean = dot(u, &p);
            p.iter().zip(u).map(|(p, u)| p * (u - mean)).collect()
        },
    );
    check_rows(
        |x, axis| x.log_softmax(axis),
        |x| softmax(x).iter().map(|p| p.ln()).collect(),
        |x, u| {
            let total: f64 = u.iter().sum();
            softmax(x).iter().zip(u).map(|(p, u)| u - p * total).collect()
        },
    );
    check_rows(
        |x, axis| x.logsumexp(axis),
        |x| vec![x.iter().map(|x| x.exp()).sum::<f64>().ln()],
        |x, u| scaled(&softmax(x), u[0]),
    );
    check_all(|x| x.logsumexp([0, 1]), |x| x.iter().map(|x| x.exp()).sum::<f64>().ln(), softmax);
}

/// Shares above a level that is found by halving intervals.
fn sparsemax(x: &[f64]) -> Vec<f64> {
    let shares = |level: f64| x.iter().map(move |x| (x - level).max(0.0)).collect::<Vec<_>>();
    let (mut low, mut high) = (-10.0, 10.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if shares(middle).iter().sum::<f64>() > 1.0 { low = middle } else { high = middle }
    }
    shares(low)
}

#[test]
fn sparse_shares() {
    for scale in [1.0, 0.25, 0.05] {
        let scale_all = |x: &[f64]| scaled(x, scale);
        check_rows(
            |x, axis| (scale * x).sparsemax(axis),
            |x| sparsemax(&scale_all(x)),
            |x, u| {
                let shares = sparsemax(&scale_all(x));
                let is_positive = shares.iter().map(|&p| f64::from(u8::from(p > 0.0)));
                let mask: Vec<f64> = is_positive.collect();
                let mean = dot(u, &mask) / mask.iter().sum::<f64>();
                mask.iter().zip(u).map(|(m, u)| scale * m * (u - mean)).collect()
            },
        );
    }
    // Ties are alike, what just gets nothing is held for nothing, and −∞ gets nothing.
    let tape = Tape::new();
    let x = tape.input([[2.0, 2.0, 1.0], [1.5, 0.5, 0.5], [0.3, f64::NEG_INFINITY, 0.1]]);
    let y = x.sparsemax(-1);
    check(y, [0.5, 0.5, 0.0, 1.0, 0.0, 0.0, 0.6, 0.0, 0.4]);
    let u = tape.input([[1.0, 2.0, 3.0]; 3]);
    let [dx] = tape.vjp([(y, u)], [x]);
    check(dx, [-0.5, 0.5, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 1.0]);
    let nothing = tape.input([f64::NEG_INFINITY; 3]);
    let y = nothing.sparsemax(0);
    check(y, [0.0; 3]);
    check(tape.grad(weighted(y), [nothing])[0], [0.0; 3]);
}

/// The error function by its series, which needs no help at these arguments.
fn erf(x: f64) -> f64 {
    let mut term = x;
    let mut sum = x;
    for n in 1..80 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    2.0 / PI.sqrt() * sum
}

#[test]
fn smooth_activations() {
    let phi = |x: f64| (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
    let cumulative = |x: f64| 0.5 * (1.0 + erf(x / SQRT_2));
    check_rows(
        |x, _| x.gelu(),
        |x| x.iter().map(|&x| x * cumulative(x)).collect(),
        |x, u| x.iter().zip(u).map(|(&x, u)| u * (cumulative(x) + x * phi(x))).collect(),
    );
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    check_rows(
        |x, _| x.silu(),
        |x| x.iter().map(|&x| x * sigmoid(x)).collect(),
        |x, u| {
            let slope = |x: f64| sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x)));
            x.iter().zip(u).map(|(&x, u)| u * slope(x)).collect()
        },
    );
}

#[test]
fn layer_norm() {
    for epsilon in [0.0, 0.3] {
        let value = move |x: &[f64]| scaled(&centred(x), 1.0 / (var(x, 0) + epsilon).sqrt());
        check_rows(
            |x, axis| x.layer_norm(axis, epsilon),
            value,
            |x, u| {
                let y = value(x);
                let (u_mean, along) = (mean(u), dot(u, &y) / 4.0);
                let pulled = u.iter().zip(&y).map(|(u, y)| u - u_mean - y * along);
                scaled(&pulled.collect::<Vec<_>>(), 1.0 / (var(x, 0) + epsilon).sqrt())
            },
        );
    }
}

#[test]
fn cross_entropy_with_labels() {
    let labels = [2_usize, 0];
    let tape = Tape::new();
    let x = tape.input(ROWS);
    let loss = x.cross_entropy(tape.indices(labels.map(|label| label as i64)));
    let p = ROWS.map(|row| softmax(&row));
    check(loss, [-(p[0][2].ln() + p[1][0].ln()) / 2.0]);
    let mut wanted = p.concat();
    labels.into_iter().enumerate().for_each(|(row, label)| wanted[4 * row + label] -= 1.0);
    check(tape.grad(loss, [x])[0], scaled(&wanted, 0.5));

    // The same with the labels given as a tensor, and with more or fewer axes.
    check(x.cross_entropy(&Tensor::from([2_i64, 0])), [loss.item()]);
    let deep = x.reshape([2, 1, 4]).cross_entropy(tape.indices([[2], [0]]));
    check(deep, [loss.item()]);
    check(x.at(0, 0).cross_entropy(tape.indices(2)), [-p[0][2].ln()]);
    // Its second derivative for one row is that of logsumexp: diag p − p pᵀ.
    let row = tape.input(ROWS[0]);
    let hessian = tape.hessian(row.cross_entropy(tape.indices(1)), row);
    let p = &p[0];
    let entry = |i: usize, j: usize| p[i] * (f64::from(u8::from(i == j)) - p[j]);
    check(hessian, (0..16).map(|k| entry(k / 4, k % 4)).collect::<Vec<_>>());
}

#[test]
fn mean_squared_error() {
    let tape = Tape::new();
    let (x, t) = (tape.input(ROWS), tape.input([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]));
    let difference: Vec<f64> =
        ROWS.concat().iter().zip(1..).map(|(x, t)| x - f64::from(t)).collect();
    let loss = x.mse(t);
    check(loss, [dot(&difference, &difference) / 8.0]);
    let [by_x, by_t] = tape.grad(loss, [x, t]);
    check(by_x, scaled(&difference, 0.25));
    check(by_t, scaled(&difference, -0.25));
    check(x.mse(&t.value()), [loss.item()]);
}

/// The product of all but one of the first elements.
fn product_without(x: &[f64], left_out: usize) -> f64 {
    x.iter().enumerate().filter(|(k, _)| *k != left_out).map(|(_, x)| x).product()
}

#[test]
fn running_products() {
    let pulled = |x: &[f64], u: &[f64]| {
        let slope = |k: usize, i: usize| u[i] * product_without(&x[..=i], k);
        (0..x.len()).map(|k| (k..x.len()).map(|i| slope(k, i)).sum()).collect()
    };
    let value = |x: &[f64]| (0..x.len()).map(|i| x[..=i].iter().product()).collect();
    check_rows(|x, axis| x.cumprod(axis), value, pulled);

    // Nothing is divided by what is 0; no elements and one are their own products.
    let tape = Tape::new();
    for x in [vec![2.0, 0.0, 3.0, 0.0, 5.0], vec![0.0], vec![]] {
        let u = tape.input((1..=x.len()).map(|k| k as f64).collect::<Vec<f64>>());
        let leaf = tape.input(x.clone());
        let [slopes] = tape.vjp([(leaf.cumprod(0), u)], [leaf]);
        assert_eq!(leaf.cumprod(0).value().to_vec_f64(), value(&x));
        assert_eq!(slopes.value().to_vec_f64(), pulled(&x, &u.value().to_vec_f64()));
    }
}

#[test]
fn the_smallest_position_is_the_first_of_equals_or_that_of_a_nan() {
    let tape = Tape::new();
    let x = tape.input([[2.0, 1.0, 1.0], [0.0, f64::NAN, -1.0], [f64::INFINITY; 3]]);
    assert_eq!(x.argmin(1).to_string(), "[1 1 0]");
    assert_eq!(x.argmin(0).to_string(), "[1 1 1]");
}
