//! What is refused, and with which words.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wengert_autodiff::Params;
use wengert_optim::{Adam, Optimizer, Sgd};
use wengert_tensor::{DType, Tensor};

use crate::gradients;

/// What the panic of `f` says.
#[track_caller]
fn message(f: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it should have panicked");
    *panic.downcast::<String>().expect("a formatted message")
}

#[test]
fn rates_that_are_none() {
    for rate in [-0.1, f64::NAN, f64::INFINITY] {
        let expected = format!("a learning rate is finite and not negative, unlike {rate}");
        assert_eq!(message(|| drop(Sgd::new(rate))), expected);
        assert_eq!(message(|| drop(Adam::new(rate))), expected);
        assert_eq!(message(|| Sgd::new(0.1).set_learning_rate(rate)), expected);
        assert_eq!(message(|| Adam::new(0.1).set_learning_rate(rate)), expected);
    }
}

#[test]
fn decays_that_are_none() {
    for decay in [-0.1, 1.0, f64::NAN] {
        let refusal = |name: &str| format!("{name} is in [0, 1), unlike {decay}");
        assert_eq!(message(|| drop(Sgd::new(0.1).momentum(decay))), refusal("momentum"));
        assert_eq!(message(|| drop(Adam::new(0.1).betas(decay, 0.9))), refusal("beta1"));
        assert_eq!(message(|| drop(Adam::new(0.1).betas(0.9, decay))), refusal("beta2"));
    }
    let refusal = "epsilon is finite and not negative, unlike -1";
    assert_eq!(message(|| drop(Adam::new(0.1).epsilon(-1.0))), refusal);
}

#[test]
fn gradients_of_another_store() {
    let (mut ours, mut theirs) = (Params::f64(0), Params::f64(0));
    let (p, q) = (ours.add("p", [1.0]), theirs.add("p", [1.0]));
    let (of_p, of_q) = (gradients(&ours, p, [2.0]), gradients(&theirs, q, [2.0]));
    for mut optimizer in [Box::new(Sgd::new(0.1)) as Box<dyn Optimizer>, Box::new(Adam::new(0.1))] {
        let refusal = message(|| optimizer.step(&mut ours, &of_q));
        assert!(refusal.contains("it was made with another `Params`"), "{refusal}");
    }
    // Moments are those of one store.
    let mut adam = Adam::new(0.1);
    adam.step(&mut ours, &of_p);
    let refusal = message(|| adam.step(&mut theirs, &of_q));
    assert!(refusal.contains("it was made with another `Params`"), "{refusal}");
}

#[test]
fn parameters_that_have_changed_their_type() {
    let mut params = Params::f64(0);
    let p = params.add("p", [1.0, 2.0]);
    let old = gradients(&params, p, [2.0, 2.0]);
    let mut sgd = Sgd::new(0.1).momentum(0.9);
    sgd.step(&mut params, &old);

    params.get_mut(p).value = Tensor::zeros(DType::F64, [3]);
    let refusal = "parameter \"p\" is [3] of f64, its gradient [2] of f64";
    assert_eq!(message(|| sgd.step(&mut params, &old)), refusal);

    let new = gradients(&params, p, [1.0, 1.0, 1.0]);
    let refusal = "parameter \"p\" has changed its shape or precision since the first step";
    assert_eq!(message(|| sgd.step(&mut params, &new)), refusal);
}
