//! What holds for the steps of every optimizer.

use wengert_autodiff::{Params, Tape};
use wengert_optim::{NAdam, Optimizer, RmsProp};

use crate::{address, all, gradients};

#[test]
fn a_quadratic_is_minimised() {
    let target = [[1.0, -2.0], [0.5, 3.0]];
    for mut optimizer in all() {
        let mut params = Params::f64(0);
        let p = params.add("p", [[0.0, 0.0], [0.0, 0.0]]);
        let mut tape = Tape::new();
        let rate = optimizer.learning_rate();
        for t in 0..2000 {
            // Some don't come to rest by themselves.
            optimizer.set_learning_rate(rate * (1.0 - f64::from(t) / 2000.0));
            let step = tape.value_and_grad(&params, |scope| {
                let distance = scope.var(p) - scope.input(target);
                let scale = scope.input([[1.0, 2.0], [4.0, 0.5]]);
                ((scale * distance.square()).sum(), [])
            });
            optimizer.step(&mut params, &step.gradients);
        }
        for (have, want) in params[p].value.to_vec_f64().iter().zip(target.as_flattened()) {
            assert!((have - want).abs() < 1e-4, "{have}, not {want}");
        }
    }
}

#[test]
fn parameters_change_in_place() {
    for mut optimizer in all() {
        let mut params = Params::f32(0);
        let p = params.add("p", vec![1.0; 100]);
        let before = address(&params[p].value);
        for _ in 0..3 {
            let gradients = gradients(&params, p, vec![0.5; 100]);
            optimizer.step(&mut params, &gradients);
        }
        assert_eq!(address(&params[p].value), before);
    }
}

#[test]
fn whoever_holds_a_tensor_keeps_its_values() {
    for mut optimizer in all() {
        let mut params = Params::f64(0);
        let p = params.add("p", [1.0, 2.0]);
        let held = params[p].value.clone();
        let gradients = gradients(&params, p, [0.5, 0.5]);
        optimizer.step(&mut params, &gradients);
        assert_eq!(held.to_vec_f64(), [1.0, 2.0]);
        assert_ne!(params[p].value, held);
    }
}

#[test]
fn what_has_no_gradient_is_left_alone() {
    for (mut optimizer, mut alone) in all().into_iter().zip(all()) {
        let mut params = Params::f64(0);
        let (p, q) = (params.add("p", [1.0, 2.0]), params.add("q", [3.0, 4.0]));
        let mut other = params.clone();
        // `q` has its first gradient after two of `p`, and starts as if there had been none.
        for _ in 0..2 {
            let of_p = gradients(&params, p, [0.5, -1.0]);
            optimizer.step(&mut params, &of_p);
        }
        assert_eq!(params[q].value.to_vec_f64(), [3.0, 4.0]);
        let of_q = gradients(&params, q, [7.0, 1e-3]);
        optimizer.step(&mut params, &of_q);
        alone.step(&mut other, &of_q);
        assert_eq!(params[q].value, other[q].value);
        assert_ne!(params[q].value.to_vec_f64(), [3.0, 4.0]);
    }
}

#[test]
fn rate_zero_moves_nothing_and_a_new_rate_counts_from_the_next_step() {
    for mut optimizer in all() {
        let mut params = Params::f64(0);
        let p = params.add("p", [1.0, 2.0]);
        let gradients = gradients(&params, p, [0.5, -1.0]);
        optimizer.set_learning_rate(0.0);
        optimizer.step(&mut params, &gradients);
        assert_eq!(params[p].value.to_vec_f64(), [1.0, 2.0]);
        optimizer.set_learning_rate(0.125);
        assert_eq!(optimizer.learning_rate(), 0.125);
        optimizer.step(&mut params, &gradients);
        assert_ne!(params[p].value.to_vec_f64(), [1.0, 2.0]);
    }
}

#[test]
fn parameters_without_axes_and_without_elements_are_updated_too() {
    for mut optimizer in all() {
        let mut params = Params::f64(0);
        let (scalar, empty) = (params.add("scalar", 1.0), params.add("empty", Vec::<f64>::new()));
        let mut tape = Tape::new();
        let step = tape.value_and_grad(&params, |scope| {
            (scope.var(scalar).square() + scope.var(empty).sum(), [])
        });
        optimizer.step(&mut params, &step.gradients);
        assert!(params[scalar].value.item() < 1.0);
        assert_eq!(params[empty].value.size(), 0);
    }
}

#[test]
fn no_optimizer_hides_a_nan() {
    for mut optimizer in all() {
        let mut params = Params::f64(0);
        let p = params.add("p", [1.0, 2.0]);
        for c in [[1.0, 1.0], [f64::NAN, 1.0], [1.0, 1.0]] {
            let gradients = gradients(&params, p, c);
            optimizer.step(&mut params, &gradients);
        }
        let values = params[p].value.to_vec_f64();
        assert!(values[0].is_nan() && values[1].is_finite(), "{values:?}");
    }
}

/// A gradient that never changes has no variance, and rounding may make that negative.
#[test]
fn no_variance_is_negative() {
    for optimizer in [RmsProp::new(1e-6).centred(), RmsProp::new(1e-6).centred().momentum(0.5)] {
        let mut optimizer = optimizer.alpha(0.9);
        let mut params = Params::f32(0);
        let c: Vec<f64> = (1..100).map(|k| 0.1 * f64::from(k)).collect();
        let p = params.add("p", vec![0.0; c.len()]);
        let gradients = gradients(&params, p, c);
        for _ in 0..500 {
            optimizer.step(&mut params, &gradients);
        }
        assert!(params[p].value.to_vec_f64().iter().all(|x| x.is_finite()));
    }
}

/// The product of the momenta is cut off where that makes no difference.
#[test]
fn late_steps_of_nadam() {
    let mut params = Params::f64(0);
    let p = params.add("p", 0.0);
    let gradients = gradients(&params, p, 2.0);
    let mut nadam = NAdam::new(0.5).betas(0.9, 0.5).epsilon(0.0);
    let momentum = |t: f64| 0.9 * (1.0 - 0.5 * 0.96_f64.powf(0.004 * t));
    let mut product = 1.0;
    for t in 1..400 {
        let before = params[p].value.item();
        nadam.step(&mut params, &gradients);
        let have = before - params[p].value.item();
        let t = f64::from(t);
        let (now, next, m) = (momentum(t), momentum(t + 1.0), 1.0 - 0.9_f64.powf(t));
        product *= now;
        let want = 0.5 * ((1.0 - now) / (1.0 - product) + next * m / (1.0 - product * next));
        assert!((have - want).abs() < 1e-12, "step {t}: {have}, not {want}");
    }
}
