//! Every optimizer against the plainest loop of its formulas, on gradients of all sizes and signs.

use wengert_autodiff::{Params, Precision};
use wengert_optim::{Adam, Optimizer, Sgd};

use crate::{GRADIENTS, START, gradients};

/// The optimizer goes where `step` goes, which is given the parameter, the gradient, two numbers
/// of memory that begin at 0, and which step it is, and answers the new parameter.
#[track_caller]
fn check(
    make: impl Fn() -> Box<dyn Optimizer>,
    step: impl Fn(f64, f64, &mut [f64; 2], i32) -> f64,
) {
    for (precision, tolerance) in [(Precision::F64, 1e-12), (Precision::F32, 2e-5)] {
        let mut optimizer = make();
        let mut params = Params::with_precision(precision, 0);
        let p = params.add("p", START);
        let (mut expected, mut memory) = (START, [[0.0; 2]; 3]);
        for (t, c) in (1..).zip(GRADIENTS) {
            let gradients = gradients(&params, p, c);
            optimizer.step(&mut params, &gradients);
            for k in 0..3 {
                expected[k] = step(expected[k], c[k], &mut memory[k], t);
            }
            for (have, want) in params[p].value.to_vec_f64().into_iter().zip(expected) {
                let error = (have - want).abs();
                assert!(
                    error <= tolerance * want.abs().max(1.0),
                    "step {t} in {precision:?}: {have}, not {want}"
                );
            }
        }
    }
}

#[test]
fn plain_descent() {
    check(|| Box::new(Sgd::new(0.1)), |p, g, _, _| p - 0.1 * g);
}

#[test]
fn momentum_accumulates_whole_gradients() {
    check(
        || Box::new(Sgd::new(0.1).momentum(0.9)),
        |p, g, memory, _| {
            memory[0] = 0.9 * memory[0] + g;
            p - 0.1 * memory[0]
        },
    );
}

#[test]
fn the_other_convention_of_momentum_is_another_rate() {
    check(
        || Box::new(Sgd::new((1.0 - 0.9) * 0.3).momentum(0.9)),
        |p, g, memory, _| {
            memory[0] = 0.9 * memory[0] + (1.0 - 0.9) * g;
            p - 0.3 * memory[0]
        },
    );
}

#[test]
fn nesterov_looks_ahead() {
    check(
        || Box::new(Sgd::new(0.1).momentum(0.9).nesterov()),
        |p, g, memory, _| {
            memory[0] = 0.9 * memory[0] + g;
            p - 0.1 * (g + 0.9 * memory[0])
        },
    );
    // Without momentum there is nowhere to look.
    check(|| Box::new(Sgd::new(0.1).nesterov()), |p, g, _, _| p - 0.1 * g);
}

#[test]
fn adam_corrects_the_averages_for_their_start() {
    let step = |rate: f64, beta1: f64, beta2: f64, epsilon: f64| {
        move |p: f64, g: f64, memory: &mut [f64; 2], t: i32| {
            let [m, v] = memory;
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * g * g;
            let (m, v) = (*m / (1.0 - beta1.powi(t)), *v / (1.0 - beta2.powi(t)));
            p - rate * m / (v.sqrt() + epsilon)
        }
    };
    check(|| Box::new(Adam::new(0.01)), step(0.01, 0.9, 0.999, 1e-8));
    check(|| Box::new(Adam::new(0.2).betas(0.5, 0.75).epsilon(0.1)), step(0.2, 0.5, 0.75, 0.1));
}

#[test]
fn the_first_step_of_adam_is_as_long_as_its_rate() {
    let mut params = Params::f64(0);
    let p = params.add("p", [0.0, 0.0, 0.0]);
    let gradients = gradients(&params, p, [1e-3, -1.0, 1e6]);
    Adam::new(0.25).epsilon(0.0).step(&mut params, &gradients);
    for (have, want) in params[p].value.to_vec_f64().into_iter().zip([-0.25, 0.25, -0.25]) {
        assert!((have - want).abs() < 1e-12, "{have}, not {want}");
    }
}
