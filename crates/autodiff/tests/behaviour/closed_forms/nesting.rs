//! Derivatives inside of formulas, values that are used on many paths, and what is held fixed.

use wengert_autodiff::{OwnRules, Tape, Var};

use crate::check::{check, dot, times};

/// Inner and outer derivatives must not be taken for each other: the inner variable is held fixed
/// by the inner derivative alone.
#[test]
fn a_derivative_of_a_formula_with_a_derivative_in_it() {
    let tape = Tape::new();
    let (x, y) = (tape.input(3.0), tape.input(1.0));
    // d/dx (x · d/dy (x y)) = d/dx x²; confusing the two gives x, or 3x.
    let [inner] = tape.grad(x * y, [y]);
    let [outer] = tape.grad(x * inner, [x]);
    check(outer, [6.0]);
    let [inner] = tape.jvp([x * y], [(y, y.ones_like())]);
    let [outer] = tape.jvp([x * inner], [(x, x.ones_like())]);
    check(outer, [6.0]);
    // d/dx (d/dy (x + y))² = 0.
    let [inner] = tape.grad(x + y, [y]);
    check(tape.grad(inner.square(), [x])[0], [0.0]);
}

/// A step of Newton's method as a formula: `n(x) = x − g/g′`, so `n′ = g g″ / g′²`.
#[test]
fn the_derivative_of_a_newton_step() {
    let tape = Tape::new();
    let at = [0.9, 1.3];
    let x = tape.input(at);
    let g = x.exp() - 3.0 * x;
    let [slope] = tape.grad(g.sum(), [x]);
    let step = x - g / slope;
    let [by_x] = tape.grad(step.sum(), [x]);
    check(
        by_x,
        at.map(|x: f64| {
            let (g, slope, curvature) = (x.exp() - 3.0 * x, x.exp() - 3.0, x.exp());
            g * curvature / (slope * slope)
        }),
    );
}

/// A critic `f(x) = Σₖ aₖ sin(wₖ·x)` and its penalty `(‖∇f‖ − 1)²`, by all that it depends on.
#[test]
fn gradient_penalty() {
    let a = [0.7, -1.2, 0.4];
    let w = [[0.5, -0.3], [1.1, 0.8], [-0.6, 0.9]];
    let at = [0.9, -0.4];
    let z = times(&w, &at);
    let mut slope = [0.0; 2];
    for k in 0..3 {
        (0..2).for_each(|i| slope[i] += a[k] * z[k].cos() * w[k][i]);
    }
    let norm = dot(&slope, &slope).sqrt();
    let factor = 2.0 * (norm - 1.0) / norm;
    let along = times(&w, &slope);

    let tape = Tape::new();
    let (a_var, w_var, x) = (tape.input(a), tape.input(w), tape.input(at));
    let f = a_var.dot(w_var.matmul(x).sin());
    let [gradient] = tape.grad(f, [x]);
    check(gradient, slope);
    let penalty = (gradient.norm() - 1.0).square();
    check(penalty, [(norm - 1.0).powi(2)]);
    let [by_a, by_w, by_x] = tape.grad(penalty, [a_var, w_var, x]);
    check(by_a, [0, 1, 2].map(|k| factor * z[k].cos() * along[k]));
    let mut wanted_w = Vec::new();
    let mut wanted_x = [0.0; 2];
    for k in 0..3 {
        for i in 0..2 {
            let turned = -z[k].sin() * along[k] * at[i] + z[k].cos() * slope[i];
            wanted_w.push(factor * a[k] * turned);
            wanted_x[i] -= factor * a[k] * z[k].sin() * along[k] * w[k][i];
        }
    }
    check(by_w, wanted_w);
    check(by_x, wanted_x);
}

#[test]
fn diamonds() {
    let tape = Tape::new();
    let at = [0.4, -1.1, 1.9];
    let x = tape.input(at);
    let square = x.square();
    let (left, right) = (square.sin(), (-square).exp());
    let y = left * right + left / right;
    let wanted = at.map(|x: f64| {
        let s = x * x;
        // d/ds (sin s · 2 cosh s), times ds/dx.
        2.0 * x * 2.0 * (s.cos() * s.cosh() + s.sin() * s.sinh())
    });
    check(tape.grad(y.sum(), [x])[0], wanted);
    check(tape.jvp([y], [(x, x.ones_like())])[0], wanted);
}

/// 2¹⁰⁰ paths, a few hundred nodes.
#[test]
fn a_ladder_of_diamonds_is_walked_once() {
    let tape = Tape::new();
    let x = tape.input(0.5);
    let mut y = x;
    for _ in 0..100 {
        y = 0.5 * y + 0.5 * y;
    }
    let [by_x] = tape.grad(y, [x]);
    let [forward] = tape.jvp([y], [(x, x.ones_like())]);
    assert!(tape.len() < 2000, "{} nodes", tape.len());
    assert_eq!((by_x.item(), forward.item()), (1.0, 1.0));
}

#[test]
fn what_is_not_used_has_derivative_zero_in_every_way() {
    let tape = Tape::new();
    let (x, other) = (tape.input([1.0, 2.0]), tape.input([[5.0], [6.0], [7.0]]));
    let y = x.square().sum();
    let [by_x, by_other] = tape.grad(y, [x, other]);
    check(by_x, [2.0, 4.0]);
    check(by_other, [0.0; 3]);
    assert_eq!(by_other.shape(), other.shape());
    check(tape.jvp([y], [(other, other)])[0], [0.0]);
    check(tape.hvp(y, [(other, other)])[0], [0.0; 3]);
    check(tape.hessian(y, other), [0.0; 9]);
    check(tape.jacobian(x, other), [0.0; 6]);
    // The second derivative of something linear is that of something unused.
    let linear = x.dot(tape.input([3.0, 4.0]));
    check(tape.hessian(linear, x), [0.0; 4]);
    // Whoever wants to know gets `None`.
    let found = tape.grad_with(&OwnRules, y, &[other, x]);
    assert!(found[0].is_none() && found[1].is_some());
    assert!(tape.jvp_with(&OwnRules, &[y], &[(other, other)])[0].is_none());
}

/// Derivatives by a node in the middle: of first and second order, and of a derivative.
#[test]
fn by_what_was_computed() {
    let tape = Tape::new();
    let at: [f64; 2] = [0.6, -1.4];
    let x = tape.input(at);
    let y = x * x;
    let z = (y.sin() * x).sum();
    check(tape.grad(z, [y])[0], at.map(|x| (x * x).cos() * x));
    check(tape.hvp(z, [(y, y.ones_like())])[0], at.map(|x| -(x * x).sin() * x));
    // The total derivative by the ancestor.
    check(tape.grad(z, [x])[0], at.map(|x| 2.0 * x * x * (x * x).cos() + (x * x).sin()));
    // By a derivative: g = 2x, so that g²/2 changes by g.
    let [g] = tape.grad(y.sum(), [x]);
    check(tape.grad(0.5 * g.dot(g), [g])[0], at.map(|x| 2.0 * x));
}

#[test]
fn what_is_stopped_is_held_fixed() {
    let tape = Tape::new();
    let at: [f64; 3] = [0.6, -1.4, 2.3];
    let x = tape.input(at);
    let frozen = x.sin().stop_gradient();
    check(frozen, at.map(f64::sin));
    let y = (frozen * x * x).sum();
    check(tape.grad(y, [x])[0], at.map(|x| 2.0 * x * x.sin()));
    check(tape.hvp(y, [(x, x.ones_like())])[0], at.map(|x| 2.0 * x.sin()));
    check(tape.jvp([y], [(x, x.ones_like())])[0], [at.iter().map(|x| 2.0 * x * x.sin()).sum()]);
    // Straight through: rounded in value, the identity in derivative.
    let rounded = x + (x.floor() - x).stop_gradient();
    check(rounded, [0.0, -2.0, 2.0]);
    check(tape.grad(rounded.square().sum(), [x])[0], [0.0, -4.0, 4.0]);
}

/// A gradient does not depend on what else the tape has seen.
#[test]
fn other_work_on_the_tape_changes_nothing() {
    let gradient = |before: usize, between: usize| {
        let tape = Tape::new();
        let noise = |n: usize| {
            let mut z: Var<'_> = tape.input(1.0);
            (0..n).for_each(|_| z = (z * 1.5).sin());
            tape.grad(z, [z]);
        };
        noise(before);
        let x = tape.input([0.3, 0.7]);
        noise(between);
        let y = (x.exp() * x).sum();
        noise(between);
        let start = tape.len();
        let [by_x] = tape.grad(y, [x]);
        (by_x.value().to_vec_f64(), tape.len() - start)
    };
    let wanted = gradient(0, 0);
    for (before, between) in [(10, 0), (0, 10), (3000, 2), (3, 3000)] {
        assert_eq!(gradient(before, between), wanted);
    }
}
