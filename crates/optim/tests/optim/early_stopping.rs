//! When it is time to stop.

use wengert_optim::{EarlyStopping, ReduceOnPlateau};

/// After which of the numbers it is due, and the best of them until then.
#[track_caller]
fn check(mut stopping: EarlyStopping, values: &[f64], due: Option<usize>, best: Option<f64>) {
    let found = values.iter().position(|&value| {
        stopping.improves(value);
        stopping.is_due()
    });
    assert_eq!((found, stopping.best()), (due, best));
}

#[test]
fn patience_counts_looks_without_improvement() {
    let losses = [3.0, 2.0, 2.5, 1.0, 1.5, 1.2, 1.1, 0.9];
    check(EarlyStopping::smallest(1), &losses, Some(2), Some(2.0));
    check(EarlyStopping::smallest(2), &losses, Some(5), Some(1.0));
    check(EarlyStopping::smallest(4), &losses, None, Some(0.9));
    let accuracies = losses.map(|loss| -loss);
    check(EarlyStopping::largest(2), &accuracies, Some(5), Some(-1.0));
}

#[test]
fn equal_is_no_better_and_little_is_not_enough() {
    check(EarlyStopping::smallest(2), &[1.0, 1.0, 1.0], Some(2), Some(1.0));
    let slow = [1.0, 0.95, 0.91, 0.89];
    check(EarlyStopping::smallest(2), &slow, None, Some(0.89));
    // Against the best that counted: what is gained slowly counts once there is enough of it.
    check(EarlyStopping::smallest(3).by(0.1), &slow, None, Some(0.89));
    check(EarlyStopping::smallest(2).by(0.1), &slow, Some(2), Some(1.0));
}

#[test]
fn nan_is_never_better_and_infinity_may_be() {
    let nan = f64::NAN;
    check(EarlyStopping::smallest(2), &[nan, nan, 1.0], Some(1), None);
    check(EarlyStopping::smallest(2), &[nan, 1.0, nan, 0.5], None, Some(0.5));
    check(EarlyStopping::smallest(2), &[f64::INFINITY, 1.0], None, Some(1.0));
    check(EarlyStopping::largest(2), &[f64::NEG_INFINITY, 1.0], None, Some(1.0));
}

#[test]
fn it_goes_on_from_its_state() {
    let losses = [f64::NAN, 3.0, 2.0, 2.5, 1.0, 1.5, f64::NAN, 1.2, 1.1];
    for stop in 0..losses.len() {
        let make = || EarlyStopping::smallest(4);
        let (mut first, mut second) = (make(), make());
        for &loss in &losses[..stop] {
            first.improves(loss);
        }
        second.load_state(&first.state()).unwrap();
        assert_eq!(second, first);
    }
    let mut stopping = EarlyStopping::smallest(4);
    let refused = stopping.load_state(&ReduceOnPlateau::new(0.1).state()).unwrap_err();
    let expected = "the state is of plateau, expected one of early_stopping";
    assert_eq!(refused.to_string(), expected);
}
