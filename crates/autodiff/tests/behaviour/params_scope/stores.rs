//! Several stores on one tape, and what a step leaves of them: the parameters, in one hand.

use wengert_autodiff::{ParamId, Params, Precision, Tape};
use wengert_tensor::Tensor;

use crate::check::check;

fn is_shared(params: &Params, id: ParamId) -> bool {
    match &params[id].value {
        Tensor::F32(x) => x.is_shared(),
        Tensor::F64(x) => x.is_shared(),
        Tensor::I64(x) => x.is_shared(),
    }
}

/// A generator and a critic: each step is by one of them, through the other.
#[test]
fn two_stores_on_one_tape() {
    let (mut makers, mut critics) = (Params::f64(0), Params::f64(1));
    let (g, c) = (makers.add("g", [2.0, 3.0]), critics.add("c", [0.5, -1.0]));
    let mut tape = Tape::new();
    let by_critic = tape.value_and_grad(&critics, |scope| {
        let made = scope.of(&makers).var(g) * scope.input([1.0, 2.0]);
        (scope.var(c).dot(made), [])
    });
    assert_eq!(by_critic.gradients[c].to_vec_f64(), [2.0, 6.0]);
    assert_eq!(by_critic.gradients.iter().count(), 1);
    assert!(by_critic.gradients.missing().is_empty());
    let by_maker = tape.value_and_grad(&makers, |scope| {
        let made = scope.var(g) * scope.input([1.0, 2.0]);
        (scope.of(&critics).var(c).dot(made), [])
    });
    assert_eq!(by_maker.gradients[g].to_vec_f64(), [0.5, -2.0]);
    assert!(!is_shared(&makers, g) && !is_shared(&critics, c));
}

/// A student learns from a teacher, which is a copy with the same keys and its own values.
#[test]
fn a_copy_has_the_same_keys() {
    let mut student = Params::f64(0);
    let w = student.add("w", [1.0, 2.0]);
    let mut teacher = student.clone();
    assert!(is_shared(&student, w), "a copy costs nothing until one of them changes");
    teacher.get_mut(w).value = [3.0, 5.0].into();
    let step = Tape::new()
        .value_and_grad(&student, |scope| (scope.var(w).mse(scope.of(&teacher).var(w)), []));
    assert_eq!(step.gradients[w].to_vec_f64(), [-2.0, -3.0]);
    assert_eq!(student[w].value.to_vec_f64(), [1.0, 2.0]);
}

#[test]
fn scopes_outside_of_steps() {
    let (mut first, mut second) = (Params::f64(0), Params::f64(0));
    let (a, b) = (first.add("w", 2.0), second.add("w", 3.0));
    let tape = Tape::new();
    let (one, two) = (tape.scope(&first), tape.scope(&second));
    let y = one.var(a) * two.var(b).square();
    check(one.grad(y)[a], [9.0]);
    check(two.grad(y)[b], [12.0]);
    assert_eq!((one.grad(y).len(), two.grad(y).len()), (1, 1));
    // Gradients are variables: of second order, across the stores.
    check(two.grad(one.grad(y)[a])[b], [6.0]);
    // A scope of another store has the mode of the first, and its own variables.
    assert_eq!(one.of(&second).mode(), one.mode());
    assert_ne!(one.of(&second).var(b).position(), two.var(b).position());
}

#[test]
fn a_step_leaves_parameters_unshared() {
    for precision in [Precision::F32, Precision::F64] {
        let mut params = Params::with_precision(precision, 0);
        let (w, unused) = (params.add("w", vec![1.0; 100]), params.add("unused", [1.0]));
        let frozen = params.add_buffer("frozen", vec![2.0; 100]);
        let mut tape = Tape::with_precision(precision);
        for _ in 0..3 {
            let step = tape.value_and_grad(&params, |scope| {
                let y = scope.var(w) * scope.var(frozen);
                // Looked at while recording, too.
                assert_eq!(y.value().size(), 100);
                // Outputs that are views of parameters, or copies of them.
                (y.sum(), [scope.var(w).reshape([10, 10]) * 1.0, y])
            });
            assert!(tape.is_empty());
            for id in [w, unused, frozen] {
                assert!(!is_shared(&params, id), "{:?} after a step", params[id].name);
            }
            // So an optimizer works in place.
            let before = address(&params[w].value);
            match (&mut params.get_mut(w).value, &step.gradients[w]) {
                (Tensor::F32(w), Tensor::F32(slope)) => {
                    w.make_mut().iter_mut().zip(slope.iter()).for_each(|(w, s)| *w -= 0.1 * s);
                }
                (Tensor::F64(w), Tensor::F64(slope)) => {
                    w.make_mut().iter_mut().zip(slope.iter()).for_each(|(w, s)| *w -= 0.1 * s);
                }
                _ => panic!("a gradient of another precision"),
            }
            assert_eq!(address(&params[w].value), before);
            tape.evaluate(&params, |scope| scope.var(w).exp());
            assert!(tape.is_empty() && !is_shared(&params, w));
        }
        assert!((params[w].value.to_vec_f64()[0] - 0.4).abs() < 1e-6);
    }
}

/// Where a tensor's first element lies.
fn address(x: &Tensor) -> usize {
    match x {
        Tensor::F32(x) => x.as_slice().expect("contiguous").as_ptr().addr(),
        Tensor::F64(x) => x.as_slice().expect("contiguous").as_ptr().addr(),
        Tensor::I64(x) => x.as_slice().expect("contiguous").as_ptr().addr(),
    }
}

/// A parameter that is itself wanted back is a value like any other.
#[test]
fn an_output_may_be_a_parameter() {
    let mut params = Params::f64(0);
    let w = params.add("w", [1.0, 2.0]);
    let mut tape = Tape::new();
    let step = tape.value_and_grad(&params, |scope| (scope.var(w).sum(), [scope.var(w)]));
    assert_eq!(step.outputs[0], params[w].value);
    let kept = tape.evaluate(&params, |scope| scope.var(w));
    params.get_mut(w).value = [7.0, 8.0].into();
    assert_eq!((step.outputs[0].to_vec_f64(), kept.to_vec_f64()), (vec![1.0, 2.0], vec![1.0, 2.0]));
}

#[test]
fn a_store_is_a_list_of_named_tensors() {
    let mut params = Params::f64(3);
    let (w, bias) = params.named("a", |params| {
        params.named("b", |params| (params.add("w", [[1.0]]), params.add("bias", [1.0])))
    });
    let mean = params.add_buffer("mean", [0.0; 4]);
    let names: Vec<&str> = params.iter().map(|(_, parameter)| parameter.name.as_str()).collect();
    assert_eq!(names, ["a.b.w", "a.b.bias", "mean"]);
    assert_eq!((params.find("a.b.bias"), params.find("bias")), (Some(bias), None));
    assert_eq!((params.len(), params.trainable_size()), (3, 2));
    assert!(params[w].decays && !params[bias].decays);
    assert!(params[w].trainable && !params[mean].trainable);
    // What is drawn depends on the seed, and on what was drawn before.
    let draw = |seed: u64| {
        let mut params = Params::f64(seed);
        [params.normal([5], 0.0, 1.0), params.normal([5], 0.0, 1.0), params.uniform([5], 2.0, 3.0)]
    };
    let [first, second, even] = draw(3);
    assert_eq!(draw(3), [first.clone(), second.clone(), even.clone()]);
    assert!(first != second && draw(4)[0] != first);
    assert!(even.to_vec_f64().iter().all(|x| (2.0..3.0).contains(x)));
}
