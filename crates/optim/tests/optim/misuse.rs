//! What is refused, and with which words.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wengert_autodiff::Params;
use wengert_optim::{Adagrad, Adam, AdamW, Group, Lion, Optimizer, RmsProp, Sgd};
use wengert_tensor::{DType, Tensor};

use crate::{all, gradients};

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
        assert_eq!(message(|| drop(Group::new("*").rate(rate))), expected);
        for mut optimizer in all() {
            assert_eq!(message(|| optimizer.set_learning_rate(rate)), expected);
        }
    }
}

#[test]
fn hyper_parameters_that_are_none() {
    for average in [-0.1, 1.0, f64::NAN] {
        let refusal = |name: &str| format!("{name} is in [0, 1), unlike {average}");
        assert_eq!(message(|| drop(Sgd::new(0.1).momentum(average))), refusal("momentum"));
        assert_eq!(message(|| drop(Sgd::new(0.1).dampening(average))), refusal("dampening"));
        assert_eq!(message(|| drop(RmsProp::new(0.1).alpha(average))), refusal("alpha"));
        assert_eq!(message(|| drop(Adam::new(0.1).betas(average, 0.9))), refusal("beta1"));
        assert_eq!(message(|| drop(AdamW::new(0.1).betas(0.9, average))), refusal("beta2"));
        assert_eq!(message(|| drop(Lion::new(0.1).betas(0.9, average))), refusal("beta2"));
    }
    for number in [-0.1, f64::NAN, f64::INFINITY] {
        let refusal = |what: &str| format!("{what} is finite and not negative, unlike {number}");
        let adagrad = || Adagrad::new(0.1);
        assert_eq!(message(|| drop(Adam::new(0.1).epsilon(number))), refusal("epsilon"));
        assert_eq!(message(|| drop(adagrad().initial(number))), refusal("a sum of squares"));
        assert_eq!(message(|| drop(adagrad().rate_decay(number))), refusal("the decay of a rate"));
        assert_eq!(message(|| drop(Sgd::new(0.1).weight_decay(number))), refusal("a weight decay"));
        assert_eq!(message(|| drop(Group::new("*").decay(number))), refusal("a weight decay"));
    }
}

#[test]
fn a_group_of_nobody() {
    let mut params = Params::f64(0);
    let p = params.add("encoder.weight", [1.0]);
    let gradients = gradients(&params, p, [2.0]);
    let mut sgd = Sgd::new(0.1).group(Group::new("encodr.*").rate(0.1));
    let refusal = "there is a group \"encodr.*\", but no parameter has such a name";
    assert_eq!(message(|| sgd.step(&mut params, &gradients)), refusal);
}

#[test]
fn gradients_of_another_store() {
    let (mut ours, mut theirs) = (Params::f64(0), Params::f64(0));
    let (p, q) = (ours.add("p", [1.0]), theirs.add("p", [1.0]));
    let (of_p, of_q) = (gradients(&ours, p, [2.0]), gradients(&theirs, q, [2.0]));
    for mut optimizer in all() {
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
