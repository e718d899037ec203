//! Which parameters have gradients, and what can be done with these.

use wengert_autodiff::{ParamId, Params, Step, Tape};
use wengert_tensor::{DType, Tensor};

use crate::check::check_values;

/// Two matrices and a bias.
struct Model {
    params: Params,
    w: ParamId,
    bias: ParamId,
    head: ParamId,
}

fn model() -> Model {
    let mut params = Params::f64(0);
    let (w, bias) = params.named("encoder", |params| {
        (params.add("weight", [[1.0, 2.0], [3.0, 4.0]]), params.add("bias", [0.5, -0.5]))
    });
    let head = params.add("head.weight", [2.0, -1.0]);
    Model { params, w, bias, head }
}

impl Model {
    /// The value and gradients of `head · (W x + b)`, by what is selected of the parameters.
    fn step(&self, pattern: &str) -> Step<0> {
        Tape::new().value_and_grad(self.params.only(pattern), |scope| {
            let hidden = scope.var(self.w).matmul(scope.input([1.0, -1.0])) + scope.var(self.bias);
            (scope.var(self.head).dot(hidden), [])
        })
    }
}

#[test]
fn all_that_is_used_has_a_gradient() {
    let model = model();
    let step = model.step("*");
    assert_eq!(step.loss, 2.0 * -0.5 - -1.5);
    check_values(&step.gradients[model.w], [2.0, -2.0, -1.0, 1.0]);
    check_values(&step.gradients[model.bias], [2.0, -1.0]);
    check_values(&step.gradients[model.head], [-0.5, -1.5]);
    assert!(step.gradients.missing().is_empty());
    assert_eq!(step.gradients[model.w].shape()[..], [2, 2]);
    let keys: Vec<ParamId> = step.gradients.iter().map(|(id, _)| id).collect();
    assert_eq!(keys, [model.w, model.bias, model.head]);
}

#[test]
fn only_some_parameters() {
    let model = model();
    let names = |pattern: &str| -> Vec<String> {
        let step = model.step(pattern);
        assert!(step.gradients.missing().is_empty(), "what is not wanted is not missed");
        step.gradients.iter().map(|(id, _)| model.params[id].name.clone()).collect()
    };
    assert_eq!(names("encoder.*"), ["encoder.weight", "encoder.bias"]);
    assert_eq!(names("*.weight"), ["encoder.weight", "head.weight"]);
    assert_eq!(names("head.weight"), ["head.weight"]);
    assert_eq!(names("*o*.b*"), ["encoder.bias"]);
    assert_eq!(names("decoder.*"), [""; 0]);
    assert_eq!(names("head"), [""; 0]);
    check_values(&model.step("*.bias").gradients[model.bias], [2.0, -1.0]);
}

#[test]
fn frozen_parameters_have_no_gradient() {
    let mut model = model();
    model.params.get_mut(model.w).trainable = false;
    let step = model.step("*");
    assert!(step.gradients.get(model.w).is_none());
    assert!(step.gradients.missing().is_empty());
    check_values(&step.gradients[model.bias], [2.0, -1.0]);
    assert_eq!(model.params.trainable_size(), 4);
    // In a scope as well.
    let tape = Tape::new();
    let scope = tape.scope(&model.params);
    let y = (scope.var(model.w).sum() * scope.var(model.bias)).sum();
    let gradient = scope.grad(y);
    assert_eq!((gradient.len(), gradient.get(model.w).is_none()), (1, true));
    assert_eq!(gradient[model.bias].value().to_vec_f64(), [10.0, 10.0]);
    // Thawed, it has one again.
    model.params.get_mut(model.w).trainable = true;
    check_values(&model.step("*").gradients[model.w], [2.0, -2.0, -1.0, 1.0]);
}

/// A key that is used twice is one variable with one gradient, the sum over its uses.
#[test]
fn weights_are_shared_by_using_a_key_twice() {
    let mut params = Params::f64(0);
    let w = params.add("w", [[1.0, 2.0], [0.5, -1.0]]);
    let x = [0.3, 0.7];
    let mut tape = Tape::new();
    let step = tape.value_and_grad(&params, |scope| {
        let (first, second) = (scope.var(w), scope.var(w));
        assert_eq!(first.position(), second.position());
        let clone = scope.clone();
        assert_eq!(clone.named("deep", |scope| scope.var(w).position()), first.position());
        (second.matmul(first.matmul(scope.input(x))).sum(), [])
    });
    // 1ᵀ W W x: by W, 1 (W x)ᵀ + (Wᵀ 1) xᵀ.
    let wx = [x[0] + 2.0 * x[1], 0.5 * x[0] - x[1]];
    let columns = [1.5, 1.0];
    let wanted = [0, 1].map(|i: usize| [0, 1].map(|j: usize| wx[j] + columns[i] * x[j]));
    check_values(&step.gradients[w], wanted.concat());
}

#[test]
fn gradients_are_added_scaled_and_measured() {
    let model = model();
    let (mut sum, part) = (model.step("encoder.*").gradients, model.step("*.weight").gradients);
    let copy = sum.clone();
    sum += part;
    check_values(&sum[model.w], [4.0, -4.0, -2.0, 2.0]);
    check_values(&sum[model.bias], [2.0, -1.0]);
    check_values(&sum[model.head], [-0.5, -1.5]);
    // The copy has its own numbers.
    check_values(&copy[model.w], [2.0, -2.0, -1.0, 1.0]);
    assert!(copy.get(model.head).is_none());
    sum.scale(0.5);
    check_values(&sum[model.w], [2.0, -2.0, -1.0, 1.0]);
    check_values(&sum[model.head], [-0.25, -0.75]);
    let squares = 4.0 + 4.0 + 1.0 + 1.0 + 1.0 + 0.25 + 0.0625 + 0.5625;
    assert!((sum.norm() - f64::sqrt(squares)).abs() < 1e-15);
    for (_, gradient) in sum.iter_mut() {
        *gradient = Tensor::zeros(gradient.dtype(), gradient.shape());
    }
    assert_eq!(sum.norm(), 0.0);
    assert_eq!(wengert_autodiff::Gradients::default().norm(), 0.0);
}

#[test]
fn gradients_have_the_precision_of_their_parameters() {
    let mut params = Params::f32(0);
    let w = params.add("w", [1e-3, 0.1]);
    let mut step = Tape::f32().value_and_grad(&params, |scope| (scope.var(w).square().sum(), []));
    assert_eq!(step.gradients[w].dtype(), DType::F32);
    let again = step.gradients.clone();
    step.gradients += again;
    step.gradients.scale(0.25);
    assert_eq!(step.gradients[w].to_vec_f64(), [1e-3_f32, 0.1].map(f64::from));
    // The norm is accumulated in double precision.
    let wanted = f64::from(1e-3_f32).hypot(f64::from(0.1_f32));
    assert!((step.gradients.norm() - wanted).abs() < 1e-16);
}

/// Gradients of batches in parts: what is missing in both stays missing.
#[test]
fn what_is_missing_in_one_part_is_not_missing_in_the_sum() {
    let mut params = Params::f64(0);
    let keys = ["a", "b", "c"].map(|name| params.add(name, 1.0));
    let part = |used: usize| {
        Tape::new().value_and_grad(&params, |scope| (scope.var(keys[used]).exp(), [])).gradients
    };
    let (mut sum, other) = (part(0), part(1));
    let names = |gradients: &wengert_autodiff::Gradients| -> Vec<String> {
        gradients.missing().iter().map(|missing| missing.name.clone()).collect()
    };
    assert_eq!(
        (names(&sum), names(&other)),
        (vec!["b".into(), "c".into()], vec!["a".into(), "c".into()])
    );
    sum += other;
    assert_eq!(names(&sum), ["c"]);
}

#[test]
fn clipping_by_the_norm() {
    let model = model();
    let Step { gradients, .. } = model.step("*");
    let norm = gradients.norm();
    // As PyTorch does: a little shorter than asked for, and never longer than they were.
    for most in [0.0, 0.5, norm, norm + 1e-3, f64::INFINITY] {
        let mut clipped = gradients.clone();
        assert_eq!(clipped.clip_norm(most), norm);
        let factor = (most / (norm + 1e-6)).min(1.0);
        for (id, gradient) in gradients.iter() {
            let expected = gradient.to_vec_f64().into_iter().map(|g| factor * g);
            check_values(&clipped[id], expected.collect::<Vec<_>>());
        }
        assert!(clipped.norm() <= most);
    }
}

#[test]
fn clipping_by_the_value() {
    let model = model();
    let mut gradients = model.step("*").gradients;
    gradients.clip_value(1.25);
    check_values(&gradients[model.w], [1.25, -1.25, -1.0, 1.0]);
    check_values(&gradients[model.head], [-0.5, -1.25]);
}

#[test]
fn what_is_not_finite_is_found_and_not_scaled() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let model = model();
        let mut gradients = model.step("*").gradients;
        assert!(gradients.is_finite());
        let (_, last) = gradients.iter_mut().last().unwrap();
        *last = Tensor::from([bad, 2.0]);
        assert!(!gradients.is_finite());
        let before = gradients.clone();
        assert_eq!(gradients.clip_norm(1.0).is_nan(), bad.is_nan());
        check_values(&gradients[model.w], before[model.w].to_vec_f64());
        gradients.clip_value(1.0);
        let clipped = gradients[model.head].to_vec_f64();
        assert_eq!(clipped[0].is_nan(), bad.is_nan());
        assert!(bad.is_nan() || clipped[0] == bad.signum());
    }
}
