//! Where time goes, by a clock that counts its readings.

use std::cell::Cell;
use std::time::Duration;

use wengert_autodiff::{Profile, Tape, Var};
use wengert_tensor::Tensor;

/// Profiles a function of a vector by a clock that goes on by a second at each reading.
fn profile(x: &Tensor, f: impl for<'t> Fn(Var<'t>) -> Var<'t>) -> Profile {
    let tape = Tape::new();
    let input = tape.input(x);
    let program = tape.program([input], [f(input)]);
    let seconds = Cell::new(0);
    let clock = || {
        seconds.set(seconds.get() + 1);
        Duration::from_secs(seconds.get())
    };
    program.profile(&[x], 3, clock).expect("it runs")
}

#[test]
fn each_step_has_its_time() {
    let x = Tensor::from([0.5, 1.5]);
    let profile = profile(&x, |x| (x.exp() * x).sum());
    let names: Vec<&str> = profile.lines.iter().map(|line| line.cost.operation).collect();
    assert_eq!(names, ["exp", "mul", "sum"]);
    assert!(profile.lines.iter().all(|line| line.time == Duration::from_secs(1)));
    let forms: Vec<&str> = profile.lines.iter().map(|line| line.form).collect();
    assert_eq!(forms, ["pointwise", "pointwise", "reduction"]);
    // One reading before all, four in each run, one behind.
    assert_eq!(profile.time, Duration::from_secs(13) / 3);
    assert_eq!(profile.by_operation().lines[0].time, Some(Duration::from_secs(1)));
    assert_eq!(profile.lines[0].flops_per_second(), 2.0);
}

#[test]
fn what_was_not_carried_out_is_counted() {
    let x = Tensor::from([0.5, 1.5]);
    // A view, an equal operation, and a constant.
    let profile = profile(&x, |x| x.reshape([2, 1]).sum() + x.exp().sum() * x.exp().sum());
    assert_eq!(profile.recorded, 8);
    assert_eq!((profile.views, profile.saved, profile.again), (1, 2, 0));
    assert_eq!(profile.lines.len(), 5);
    let text = profile.to_string();
    assert!(text.contains("Of 8 recorded operations 5 were carried out"), "{text}");
}

#[test]
fn what_is_computed_again_is_counted() {
    let tape = Tape::new().memory_budget(80_000);
    let x = tape.input(vec![0.5; 1000]);
    let y = (0..20).fold(x, |y, _| y.sin());
    let [dx] = tape.grad(y.sum(), [x]);
    let program = tape.program([x], [dx]);
    let profile = program.profile(&[&x.value()], 1, || Duration::ZERO).expect("it runs");
    assert!(profile.again > 0, "{profile}");
}

/// Numbers in cells are carried out and timed one by one.
#[test]
fn single_numbers_are_profiled_too() {
    let profile = profile(&Tensor::from(0.5), |x| x.sin() * x.cos());
    assert_eq!(profile.lines.len(), 3);
    assert!(profile.lines.iter().all(|line| line.form == "single numbers"));
}

#[test]
fn wrong_input_is_an_error() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0]);
    let program = tape.program([x], [x.exp()]);
    let wrong = Tensor::from([1.0]);
    let error = program.profile(&[&wrong], 1, || Duration::ZERO).unwrap_err().to_string();
    assert!(error.contains("input 0 should be [2]"), "{error}");
}
