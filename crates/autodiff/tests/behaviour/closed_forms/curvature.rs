//! Second and third derivatives: every order of modes gives the same numbers, the right ones.

use std::f64::consts::PI;

use wengert_autodiff::{Tape, Var};

use crate::check::{check, dot, times, weighted, weights};

const POINTS: [f64; 4] = [0.3, 0.8, 1.1, 2.6];

/// Differentiates a pointwise function three times, in each of the eight orders of the two modes.
#[track_caller]
fn check_third(f: impl for<'t> Fn(Var<'t>) -> Var<'t>, third: impl Fn(f64) -> f64) {
    for modes in 0..8 {
        let tape = Tape::new();
        let x = tape.input(POINTS);
        let mut y = f(x);
        for level in 0..3 {
            let is_forward = modes >> level & 1 == 1;
            [y] = if is_forward {
                tape.jvp([y], [(x, x.ones_like())])
            } else {
                tape.grad(y.sum(), [x])
            };
        }
        check(y, POINTS.map(&third));
    }
}

#[test]
fn third_derivatives_in_every_order_of_modes() {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    check_third(|x| x.square() * x.sin(), |x| (6.0 - x * x) * x.cos() - 6.0 * x * x.sin());
    check_third(|x| x.square() * x.square() * x, |x| 60.0 * x * x);
    check_third(|x| (2.0 * x).exp(), |x| 8.0 * (2.0 * x).exp());
    check_third(|x| x.ln(), |x| 2.0 / x.powi(3));
    check_third(|x| x.recip(), |x| -6.0 / x.powi(4));
    check_third(|x| x.sqrt(), |x| 0.375 * x.powf(-2.5));
    check_third(|x| x.pow(2.5), |x| 1.875 * x.powf(-0.5));
    check_third(|x| x.tan(), |x| 2.0 * (1.0 + x.tan().powi(2)) * (1.0 + 3.0 * x.tan().powi(2)));
    check_third(|x| x.cos(), f64::sin);
    check_third(
        |x| x.tanh(),
        |x| {
            let square = x.tanh().powi(2);
            -2.0 * (1.0 - square) * (1.0 - 3.0 * square)
        },
    );
    check_third(
        |x| x.sigmoid(),
        |x| {
            let s = sigmoid(x);
            s * (1.0 - s) * (1.0 - 6.0 * s + 6.0 * s * s)
        },
    );
    check_third(
        |x| x.softplus(),
        |x| {
            let s = sigmoid(x);
            s * (1.0 - s) * (1.0 - 2.0 * s)
        },
    );
    check_third(|x| x.erf(), |x| (4.0 * x * x - 2.0) * (-x * x).exp() * 2.0 / PI.sqrt());
}

#[test]
fn mixed_third_derivatives() {
    let tape = Tape::new();
    let (a, b, c) = (1.3, -0.7, 2.1);
    let [x, y, z] = [a, b, c].map(|value| tape.input(value));
    // x² y³ sin z, differentiated by all three in all orders.
    let f = x.square() * y * y * y * z.sin();
    let wanted = 2.0 * a * 3.0 * b * b * c.cos();
    for [first, second, third] in [[x, y, z], [x, z, y], [y, x, z], [y, z, x], [z, x, y], [z, y, x]]
    {
        let [d] = tape.grad(f, [first]);
        let [dd] = tape.grad(d, [second]);
        let [ddd] = tape.grad(dd, [third]);
        check(ddd, [wanted]);
    }
}

/// A symmetric matrix.
const A: [[f64; 3]; 3] = [[2.0, 0.5, -0.3], [0.5, 1.5, 0.7], [-0.3, 0.7, 1.0]];

/// `ln(1 + xᵀ A x)`: its Hessian is `2A/q − 4 (Ax)(Ax)ᵀ/q²` with `q = 1 + xᵀ A x`.
fn logarithm<'t>(tape: &'t Tape, x: Var<'t>) -> Var<'t> {
    (1.0 + x.dot(tape.input(A).matmul(x))).ln()
}

fn hessian_of_logarithm(x: &[f64]) -> Vec<Vec<f64>> {
    let ax = times(&A, x);
    let q = 1.0 + dot(x, &ax);
    let entry = |i: usize, j: usize| 2.0 * A[i][j] / q - 4.0 * ax[i] * ax[j] / (q * q);
    (0..3).map(|i| (0..3).map(|j| entry(i, j)).collect()).collect()
}

#[test]
fn hessian_times_vector_in_three_ways_and_in_full() {
    let (at, direction) = ([0.4, -1.2, 0.9], [1.5, 0.2, -0.8]);
    let rows = hessian_of_logarithm(&at);
    let wanted: Vec<f64> = rows.iter().map(|row| dot(row, &direction)).collect();

    let tape = Tape::new();
    let (x, v) = (tape.input(at), tape.input(direction));
    let y = logarithm(&tape, x);
    let [gradient] = tape.grad(y, [x]);

    let [forward_over_reverse] = tape.jvp([gradient], [(x, v)]);
    check(forward_over_reverse, &wanted);
    let [reverse_over_reverse] = tape.grad(gradient.dot(v), [x]);
    check(reverse_over_reverse, &wanted);
    let [slope] = tape.jvp([y], [(x, v)]);
    let [reverse_over_forward] = tape.grad(slope, [x]);
    check(reverse_over_forward, &wanted);

    let [by_name] = tape.hvp(y, [(x, v)]);
    check(by_name, &wanted);
    let hessian = tape.hessian(y, x);
    check(hessian, rows.concat());
    check(hessian.matmul(v), &wanted);
    // vᵀ H v twice by forward mode alone.
    let [curvature] = tape.jvp([slope], [(x, v)]);
    check(curvature, [dot(&direction, &wanted)]);
}

#[test]
fn hessian_times_vector_by_several_variables() {
    // f = Σ aₖ² sin bₖ: the blocks are 2 sin b, 2a cos b and −a² sin b.
    let (a, b) = ([0.5, -1.1], [0.9, 2.2]);
    let (u, v) = ([1.0, -2.0], [0.3, 0.7]);
    let tape = Tape::new();
    let (x, y) = (tape.input(a), tape.input(b));
    let f = (x.square() * y.sin()).sum();
    let [by_x, by_y] = tape.hvp(f, [(x, tape.input(u)), (y, tape.input(v))]);
    let each = |f: &dyn Fn(usize) -> f64| [f(0), f(1)];
    check(by_x, each(&|k| 2.0 * b[k].sin() * u[k] + 2.0 * a[k] * b[k].cos() * v[k]));
    check(by_y, each(&|k| 2.0 * a[k] * b[k].cos() * u[k] - a[k] * a[k] * b[k].sin() * v[k]));
}

/// `Σ 100 (xₖ₊₁ − xₖ²)² + (1 − xₖ)²`: its Hessian has three diagonals.
#[test]
fn hessian_of_the_rosenbrock_function() {
    let at = [-1.2, 1.0, 0.3, -0.5, 1.7];
    let n = at.len();
    let mut wanted = vec![0.0; n * n];
    for k in 0..n - 1 {
        wanted[k * n + k] += 1200.0 * at[k] * at[k] - 400.0 * at[k + 1] + 2.0;
        wanted[(k + 1) * n + k + 1] += 200.0;
        wanted[k * n + k + 1] -= 400.0 * at[k];
        wanted[(k + 1) * n + k] -= 400.0 * at[k];
    }

    let tape = Tape::new();
    let x = tape.input(at);
    let (here, next) = (x.slice(0, ..n - 1), x.slice(0, 1..));
    let f = (100.0 * (next - here.square()).square() + (1.0 - here).square()).sum();
    check(tape.hessian(f, x), &wanted);

    // The minimum is at (1, …, 1): value and gradient are 0, and the Hessian is positive.
    let program = tape.program([x], [f, tape.grad(f, [x])[0], tape.hessian(f, x)]);
    let [value, gradient, hessian] = program.run([&[1.0; 5].into()]);
    assert_eq!(value.item(), 0.0);
    assert_eq!(gradient.to_vec_f64(), [0.0; 5]);
    assert_eq!(hessian.to_vec_f64()[..3], [802.0, -400.0, 0.0]);
}

/// A Hessian of something that is not a vector has its axes twice.
#[test]
fn hessian_by_a_matrix() {
    let tape = Tape::new();
    let x = tape.input([[0.5, -1.0], [2.0, 0.25]]);
    let hessian = tape.hessian(weighted(x.square() * x), x);
    assert_eq!(hessian.shape()[..], [2, 2, 2, 2]);
    let (at, u) = (x.value().to_vec_f64(), weights(4));
    let mut wanted = [0.0; 16];
    (0..4).for_each(|k| wanted[5 * k] = 6.0 * u[k] * at[k]);
    check(hessian, wanted);
}
