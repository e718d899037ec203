//! What equations define: that it is found, that it is differentiated to any order through the
//! equation alone, and what happens where there is nothing to find. The laws of its derivative are
//! checked by the walk along the operations.

use wengert_autodiff::{Params, Tape, Var};
use wengert_tensor::Tensor;

fn near(found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() <= tolerance * wanted.abs().max(1.0), "{found}, not {wanted}");
}

/// $x = \cos(a x)$, whose derivatives have closed forms.
#[test]
fn a_fixed_point_has_derivatives_of_any_order() {
    let tape = Tape::new();
    let a = tape.input(0.7);
    let x = tape.fixed_point(tape.input(0.5), |x| (a * x).cos());
    let value = x.item();
    near(value, (0.7 * value).cos(), 1e-15);
    let slope = |a: f64, x: f64| -x * (a * x).sin() / (1.0 + a * (a * x).sin());
    let [first] = tape.grad(x, [a]);
    near(first.item(), slope(0.7, value), 1e-14);
    let [forward] = tape.jvp([x], [(a, tape.input(2.0))]);
    near(forward.item(), 2.0 * first.item(), 1e-14);
    // d/da of the slope, along the curve x(a).
    let h = 1e-5;
    let at = |a: f64| {
        let x = (0..500).fold(0.5, |x: f64, _| (a * x).cos());
        slope(a, x)
    };
    let wanted = (at(0.7 + h) - at(0.7 - h)) / (2.0 * h);
    let [second] = tape.grad(first, [a]);
    near(second.item(), wanted, 1e-9);
    let [third] = tape.grad(second, [a]);
    let [also_third] = tape.jvp([second], [(a, tape.input(1.0))]);
    near(third.item(), also_third.item(), 1e-12);
}

/// Of ridge regression, the weights and how they move are known.
#[test]
fn a_minimum_moves_as_linear_algebra_says() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2], [-1.0, 1.0]]);
    let t = tape.input([1.0, 0.0, 2.0, -1.0]);
    let penalty = tape.input(0.3);
    let w = tape.argmin(tape.input([0.0, 0.0]), |w| {
        (x.matmul(w) - t).square().sum() + penalty * w.square().sum()
    });
    // (XᵀX + λ) w = Xᵀ t
    let normal = x.t().matmul(x) + penalty * tape.input([[1.0, 0.0], [0.0, 1.0]]);
    let residual = normal.matmul(w) - x.t().matmul(t);
    assert!(residual.abs().max().item() < 1e-14);
    // A loss on other data, by the penalty and by the targets: the outer gradient.
    let loss = (w.dot(tape.input([0.3, -0.8])) - 1.0).square();
    let [by_penalty, by_targets] = tape.grad(loss, [penalty, t]);
    let along = |penalty: f64, targets: [f64; 4]| {
        let tape = Tape::new();
        let (x, t) = (tape.input(x.value()), tape.input(targets));
        let w = tape.argmin(tape.input([0.0, 0.0]), |w| {
            (x.matmul(w) - t).square().sum() + penalty * w.square().sum()
        });
        (w.dot(tape.input([0.3, -0.8])) - 1.0).square().item()
    };
    let (targets, h) = ([1.0, 0.0, 2.0, -1.0], 1e-5);
    let slope = (along(0.3 + h, targets) - along(0.3 - h, targets)) / (2.0 * h);
    near(by_penalty.item(), slope, 1e-8);
    let moved = |d: f64| {
        let mut targets = targets;
        targets[2] += d;
        targets
    };
    let slope = (along(0.3, moved(h)) - along(0.3, moved(-h))) / (2.0 * h);
    near(by_targets.value().to_vec_f64()[2], slope, 1e-8);
}

/// Newton's method alone would go to the maximum in between, or away.
#[test]
fn a_minimum_is_not_a_maximum() {
    let tape = Tape::new();
    for (start, wanted) in [(0.3, 1.0), (-0.05, -1.0), (4.0, 1.0), (-30.0, -1.0)] {
        let y = tape.argmin(tape.input(start), |y| (y.square() - 1.0).square());
        near(y.item(), wanted, 1e-14);
    }
}

#[test]
fn where_there_is_nothing_to_find_is_nan() {
    let tape = Tape::new();
    let start = tape.input(0.5);
    assert!(tape.root(start, |y| y.square() + 1.0).item().is_nan());
    assert!(tape.fixed_point(start, |y| 2.0 * y + 1.0).item().is_nan());
    assert!(tape.argmin(start, |y| 3.0 * y).item().is_nan());
    assert!(tape.root(tape.input(-1.0), Var::ln).item().is_nan(), "no value at the start");
    // None at all is found at once.
    let none = tape.input(Vec::new());
    assert_eq!(tape.root(none, |y| y * y - 1.0).shape()[..], [0]);
}

#[test]
fn in_single_precision_and_for_examples() {
    let tape = Tape::f32();
    let a = tape.input([2.0, 3.0, 10.0]);
    let root = tape.root(a.ones_like(), |y| y * y - a);
    for (found, wanted) in root.value().to_vec_f64().into_iter().zip([2.0_f64, 3.0, 10.0]) {
        near(found, wanted.sqrt(), 1e-7);
    }
    let one = tape.input(2.0);
    let y = tape.root(tape.input(1.0), |y| y * y - one);
    let [slope] = tape.grad(y, [one]);
    let [all] = tape.vmap([slope], [(one, a)]);
    for (found, wanted) in all.value().to_vec_f64().into_iter().zip([2.0_f64, 3.0, 10.0]) {
        near(found, 0.5 / wanted.sqrt(), 1e-6);
    }
}

/// Steps of training through a minimum are one plan: equal equations are equal operations.
#[test]
fn a_model_is_trained_through_a_minimum() {
    let mut params = Params::f64(0);
    let penalty = params.add("log penalty", 1.0);
    let x = Tensor::from([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2]]);
    let mut tape = Tape::new();
    let mut losses = Vec::new();
    for step in 0..30 {
        let targets = Tensor::from([1.0, 0.1, 2.0 + 1e-3 * f64::from(step)]);
        let step = tape.value_and_grad(&params, |scope| {
            let (x, t) = (scope.input(&x), scope.input(&targets));
            let penalty = scope.var(penalty).exp();
            let w = scope.tape().argmin(scope.input([0.0, 0.0]), |w| {
                (x.matmul(w) - t).square().sum() + penalty * w.square().sum()
            });
            ((w - scope.input([0.6, 0.2])).square().sum(), [])
        });
        let gradient = step.gradients.get(penalty).unwrap().item();
        let value = &mut params.get_mut(penalty).value;
        *value = Tensor::from(value.item() - 2.0 * gradient);
        losses.push(step.loss);
    }
    assert!(losses[29] < 0.5 * losses[0], "{losses:?}");
    assert_eq!(tape.statistics().plans, 1);
}

#[test]
#[should_panic(expected = "root: 1 equations for 2 unknowns")]
fn there_are_as_many_equations_as_unknowns() {
    let tape = Tape::new();
    tape.root(tape.input([1.0, 2.0]), |y| y.sum());
}

#[test]
#[should_panic(expected = "fixed_point: f gives [] for [2]")]
fn a_fixed_point_has_a_shape() {
    let tape = Tape::new();
    tape.fixed_point(tape.input([1.0, 2.0]), |y| y.sum());
}
