//! No node runs twice, and no node runs that is not needed. Programs run as they were recorded:
//! what rewriting saves is counted elsewhere.

use wengert_autodiff::{Precision, Rewriting, Statistics, Tape, Var};

use crate::counters::during;
use crate::walk::operations;

fn as_recorded(precision: Precision) -> Tape {
    let mut tape = Tape::with_precision(precision);
    tape.set_rewriting(Rewriting::NONE);
    tape
}

/// A small network with a loss, and its gradients by two matrices.
fn network(tape: &Tape) -> (Var<'_>, [Var<'_>; 2]) {
    let x = tape.input([[0.5, -1.0, 0.3], [1.5, 0.2, -0.7]]);
    let (w, v) = (tape.input([[0.1, 0.4], [-0.3, 0.8], [0.9, -0.2]]), tape.input([[0.7], [-1.1]]));
    let hidden = (x.matmul(w) + 0.1).tanh();
    let loss = hidden.matmul(v).mse(tape.input([[1.0], [0.0]]));
    (loss, tape.grad(loss, [w, v]))
}

#[test]
fn loss_and_then_gradients_run_no_node_twice() {
    for precision in [Precision::F32, Precision::F64] {
        let tape = as_recorded(precision);
        let (loss, [by_w, by_v]) = network(&tape);
        let (work, _) = during(&tape, || loss.value());
        assert_eq!(work.operations, operations(&[loss]).len());
        let (work, _) = during(&tape, || by_w.value());
        let both = operations(&[loss, by_w]).len();
        assert_eq!(work.operations, both - operations(&[loss]).len());
        let (work, _) = during(&tape, || by_v.value());
        assert_eq!(work.operations, operations(&[loss, by_w, by_v]).len() - both);
        // Everything is there now.
        let (work, _) = during(&tape, || (loss.value(), by_w.value(), by_v.value()));
        assert_eq!(work.operations, 0);
    }
}

/// The other way round: what the gradient has computed is there for the loss.
#[test]
fn gradients_and_then_the_loss_run_no_node_twice() {
    let tape = as_recorded(Precision::F64);
    let (loss, [by_w, by_v]) = network(&tape);
    let (work, _) = during(&tape, || (by_v.value(), by_w.value(), loss.value()));
    assert_eq!(work.operations, operations(&[loss, by_w, by_v]).len());
}

#[test]
fn one_run_of_several_runs_no_node_twice_and_keeps_nothing() {
    let tape = as_recorded(Precision::F64);
    let (loss, [by_w, by_v]) = network(&tape);
    let all = operations(&[loss, by_w, by_v]).len();
    for plans in [1, 0] {
        let (work, values) = during(&tape, || tape.run([loss, by_w, by_v, loss]));
        assert_eq!((work.plans, work.runs, work.operations), (plans, 1, all));
        assert_eq!(values[0], values[3]);
    }
    let (work, _) = during(&tape, || tape.run([loss]));
    assert_eq!(work.operations, operations(&[loss]).len());
}

/// What was computed on the way is an input of what is asked for next.
#[test]
fn values_on_the_way_are_kept() {
    let tape = Tape::new();
    let x = tape.input([0.5, 1.5]);
    let (a, b) = (x.sin(), x.exp());
    let c = a * b;
    assert_eq!(during(&tape, || c.value()).0.operations, 3);
    assert_eq!(during(&tape, || (a.value(), b.value())).0.operations, 0);
    assert_eq!(during(&tape, || (c + a).value()).0.operations, 1);
    // Also through views, which are not worth keeping themselves.
    let rows = c.broadcast_to([3, 2]);
    assert_eq!(during(&tape, || rows.value()).0.operations, 0);
    assert_eq!(during(&tape, || (rows * 2.0).value()).0.operations, 1);
}

#[test]
fn what_is_not_needed_does_not_run() {
    let tape = Tape::new();
    let x = tape.input([0.5, 1.5]);
    let wanted = x.sin();
    let mut unwanted = x;
    (0..50).for_each(|_| unwanted = unwanted.exp() + wanted);
    let later = wanted * 3.0;
    assert_eq!(during(&tape, || tape.run([later])).0.operations, 2);
    assert_eq!(tape.statistics().operations, 2);
}

/// `x = step(x); x.value()`: every iteration costs the same, and all have one plan.
#[test]
fn a_thousand_iterations_take_one_plan_and_linear_work() {
    let tape = Tape::new();
    let (rate, mut x) = (tape.input(0.1), tape.input([1.0, 2.0, 3.0]));
    let mut operations = Vec::new();
    for _ in 0..1000 {
        x = x - rate * (x.sin() * x);
        operations.push(during(&tape, || x.value()).0.operations);
    }
    assert_eq!(operations, [4; 1000]);
    let Statistics { plans, runs, operations, .. } = tape.statistics();
    assert_eq!((plans, runs, operations), (1, 1000, 4000));
}

/// The same with a gradient in each iteration: descent as one writes it.
#[test]
fn a_thousand_steps_of_descent_take_one_plan_and_linear_work() {
    let tape = Tape::new();
    let mut x = tape.input([1.0, -2.0]);
    let mut recorded = Vec::new();
    for _ in 0..1000 {
        let start = tape.len();
        let loss = (x.square() + x.cos()).sum();
        let [slope] = tape.grad(loss, [x]);
        x = x - 0.01 * slope;
        x.value();
        recorded.push(tape.len() - start);
    }
    assert!(recorded.iter().all(|&nodes| nodes == recorded[0]), "{recorded:?}");
    let done = tape.statistics();
    assert_eq!((done.plans, done.runs), (1, 1000));
    assert_eq!(done.operations % 1000, 0);
    // Its minimum is where 2x = sin x, at the origin.
    assert!(x.value().to_vec_f64().iter().all(|x| x.abs() < 1e-3));
}
