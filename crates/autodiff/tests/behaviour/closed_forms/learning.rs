//! Learning to learn (MAML: Finn, Abbeel and Levine, 2017): gradients through steps of gradient
//! descent that are taken by a scope with replaced parameters.

use wengert_autodiff::{ParamId, Params, Scope, Tape, Var};

use crate::check::{check, check_values, dot, times};

const A: [[f64; 2]; 2] = [[1.5, 0.4], [0.4, 0.8]];
const B: [f64; 2] = [0.3, -0.9];
const TARGET: [f64; 2] = [1.0, 2.0];
const START: [f64; 2] = [-0.5, 0.7];
const RATE: f64 = 0.2;

/// `½ wᵀAw − bᵀw`, whose gradient is `Aw − b`.
fn inner_loss<'t>(scope: &Scope<'t>, w: ParamId) -> Var<'t> {
    let w = scope.var(w);
    0.5 * w.dot(scope.input(A).matmul(w)) - w.dot(scope.input(B))
}

/// `½ |w − t|²`.
fn outer_loss<'t>(scope: &Scope<'t>, w: ParamId) -> Var<'t> {
    let w = scope.var(w);
    0.5 * (w - scope.input(TARGET)).square().sum()
}

/// A scope whose parameter has made some steps of gradient descent on the inner loss.
fn adapted<'t>(scope: &Scope<'t>, w: ParamId, steps: usize, first_order: bool) -> Scope<'t> {
    let mut scope = scope.clone();
    for _ in 0..steps {
        let now = scope.var(w);
        let [mut slope] = scope.tape().grad(inner_loss(&scope, w), [now]);
        if first_order {
            slope = slope.stop_gradient();
        }
        scope = scope.with([(w, now - RATE * slope)]);
    }
    scope
}

/// `(1 − rate·A) v`: what a step of descent does to a change of its start, and its own transpose.
fn contracted(v: &[f64]) -> Vec<f64> {
    times(&A, v).iter().zip(v).map(|(av, v)| v - RATE * av).collect()
}

/// Where the steps end.
fn end(steps: usize) -> Vec<f64> {
    (0..steps).fold(START.to_vec(), |w, _| {
        contracted(&w).iter().zip(B).map(|(w, b)| w + RATE * b).collect()
    })
}

#[test]
fn gradient_through_steps_of_gradient_descent() {
    for steps in 0..4 {
        let mut params = Params::f64(0);
        let w = params.add("w", START);
        let step = Tape::new().value_and_grad(&params, |scope| {
            let fast = adapted(scope, w, steps, false);
            (outer_loss(&fast, w), [fast.var(w)])
        });
        let end = end(steps);
        check_values(&step.outputs[0], &end);
        let difference: Vec<f64> = end.iter().zip(TARGET).map(|(w, t)| w - t).collect();
        assert!((step.loss - 0.5 * dot(&difference, &difference)).abs() < 1e-12);
        // Each step multiplies the gradient by 1 − rate·A.
        let wanted = (0..steps).fold(difference, |v, _| contracted(&v));
        check_values(&step.gradients[w], wanted);
    }
}

#[test]
fn first_order_gradient_through_stopped_steps() {
    let mut params = Params::f64(0);
    let w = params.add("w", START);
    let step = Tape::new()
        .value_and_grad(&params, |scope| (outer_loss(&adapted(scope, w, 3, true), w), []));
    let wanted: Vec<f64> = end(3).iter().zip(TARGET).map(|(w, t)| w - t).collect();
    check_values(&step.gradients[w], wanted);
}

/// What is replaced has its gradient by the key; the scope it was made from is as it was.
#[test]
fn a_replaced_parameter_in_a_scope_outside_of_a_step() {
    let mut params = Params::f64(0);
    let (w, v) = (params.add("w", START), params.add("v", [2.0, 3.0]));
    let tape = Tape::new();
    let scope = tape.scope(&params);
    let fast = scope.with([(w, scope.var(w) * scope.var(v))]);
    let loss = outer_loss(&fast, w);
    let gradient = scope.grad(loss);
    let wanted = |other: [f64; 2]| {
        [0, 1].map(|k| (START[k] * params[v].value.to_vec_f64()[k] - TARGET[k]) * other[k])
    };
    check(gradient[w], wanted([2.0, 3.0]));
    check(gradient[v], wanted(START));
    check(scope.var(w), START);
    check(fast.var(v), [2.0, 3.0]);
    // By the variable in its place instead: the plain difference.
    check(tape.grad(loss, [fast.var(w)])[0], wanted([1.0, 1.0]));
}

/// A rate that is learnt: the derivative by it is minus the product of the outer and the inner
/// gradient.
#[test]
fn gradient_by_the_rate_of_the_inner_steps() {
    let mut params = Params::f64(0);
    let (w, rate) = (params.add("w", START), params.add("rate", RATE));
    let step = Tape::new().value_and_grad(&params, |scope| {
        let now = scope.var(w);
        let [slope] = scope.tape().grad(inner_loss(scope, w), [now]);
        (outer_loss(&scope.with([(w, now - scope.var(rate) * slope)]), w), [])
    });
    let slope: Vec<f64> = times(&A, &START).iter().zip(B).map(|(aw, b)| aw - b).collect();
    let difference: Vec<f64> = end(1).iter().zip(TARGET).map(|(w, t)| w - t).collect();
    check_values(&step.gradients[rate], [-dot(&difference, &slope)]);
}
