//! Learning rates and weight decays by group, and who decays at all.

use wengert_autodiff::{ParamId, Params, Tape};
use wengert_optim::{AdamW, Group, Optimizer, Sgd};

/// A matrix and a vector of an encoder, and a matrix of a head, all ones.
fn model() -> (Params, [ParamId; 3]) {
    let mut params = Params::f64(0);
    let ids = [
        params.add("encoder.0.weight", [[1.0, 1.0]]),
        params.add("encoder.0.bias", [1.0, 1.0]),
        params.add("head.weight", [[1.0, 1.0]]),
    ];
    (params, ids)
}

/// The first elements after a step in which all gradients are `g`.
fn after(mut optimizer: impl Optimizer, g: f64) -> [f64; 3] {
    let (mut params, ids) = model();
    let step = Tape::new().value_and_grad(&params, |scope| {
        let [a, b, c] = ids.map(|id| (scope.var(id) * scope.input(g)).sum());
        (a + b + c, [])
    });
    optimizer.step(&mut params, &step.gradients);
    ids.map(|id| params[id].value.to_vec_f64()[0])
}

#[test]
fn only_what_decays_decays() {
    assert_eq!(after(Sgd::new(0.5).weight_decay(0.25), 0.0), [0.875, 1.0, 0.875]);
    assert_eq!(after(AdamW::new(0.5).weight_decay(0.25), 0.0), [0.875, 1.0, 0.875]);
    // Nor does a group make it decay.
    let sgd = Sgd::new(0.5).group(Group::new("*").decay(0.25));
    assert_eq!(after(sgd, 0.0), [0.875, 1.0, 0.875]);
}

#[test]
fn rates_are_multiplied_and_decays_replaced() {
    let sgd = || Sgd::new(0.5).weight_decay(0.5);
    let encoder = || Group::new("encoder.*");
    assert_eq!(after(sgd().group(encoder().rate(0.25)), 1.0), [0.8125, 0.875, 0.25]);
    assert_eq!(after(sgd().group(encoder().decay(0.0)), 1.0), [0.5, 0.5, 0.25]);
    assert_eq!(after(sgd().group(encoder().rate(0.0)), 1.0), [1.0, 1.0, 0.25]);
    // A schedule changes the rates of all.
    let mut scheduled = sgd().group(encoder().rate(0.25));
    scheduled.set_learning_rate(1.0);
    assert_eq!(after(scheduled, 1.0), [0.625, 0.75, -0.5]);
}

#[test]
fn the_last_group_counts() {
    let all = || Group::new("*").rate(0.5);
    let head = || Group::new("head.*").rate(2.0);
    assert_eq!(after(Sgd::new(0.25).group(all()).group(head()), 1.0), [0.875, 0.875, 0.5]);
    assert_eq!(after(Sgd::new(0.25).group(head()).group(all()), 1.0), [0.875, 0.875, 0.875]);
}
