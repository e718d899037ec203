//! Penalties on parameters.

use wengert_autodiff::{Params, Step, Tape};
use wengert_nn::penalty;
use wengert_tensor::Tensor;

use crate::message;

#[test]
fn penalties_are_sums_over_the_named() {
    let mut params = Params::f64(0);
    let a = params.add("a.weight", [[3.0, -4.0], [0.0, 1.0]]);
    let b = params.add("b.weight", [-2.0]);
    params.add("a.bias", [100.0]);
    params.add_buffer("c.weight", [100.0]);
    let frozen = params.add("d.weight", [100.0]);
    params.get_mut(frozen).trainable = false;
    let step: Step<3> = Tape::new().value_and_grad(&params, |scope| {
        let l1 = penalty::l1(scope, "*.weight");
        let l2 = penalty::l2(scope, "*.weight");
        let net = penalty::elastic_net(scope, "a.w*", 0.25);
        (0.5 * l1 + 3.0 * l2 + 2.0 * net, [l1, l2, net])
    });
    let found = step.outputs.each_ref().map(Tensor::item);
    assert_eq!(found, [10.0, 0.5 * (26.0 + 4.0), 0.25 * 8.0 + 0.75 * 13.0]);
    // Of the first: sign/2 + 3 w + 2 (sign/4 + 3/4 w).
    let slope = |w: f64| 0.5 * w.signum() + 3.0 * w + 0.5 * w.signum() + 1.5 * w;
    assert_eq!(step.gradients[a].to_vec_f64(), [slope(3.0), slope(-4.0), 0.0, slope(1.0)]);
    assert_eq!(step.gradients[b].to_vec_f64(), [-6.5]);
    assert_eq!(step.gradients.iter().count(), 2);
}

#[test]
fn a_pattern_without_parameters_is_a_mistake() {
    let mut params = Params::f64(0);
    params.add("weight", [1.0]);
    let tape = Tape::new();
    let said = message(|| drop(penalty::l2(&tape.scope(&params), "*.weight").to_string()));
    assert_eq!(said, "l2: no trainable parameter is named \"*.weight\"");
}
