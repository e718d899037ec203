//! Command lines that are refused, and training that can't go on.

use crate::{text, wengert};

/// `wengert train` with this option says so on standard error, and nothing else happens.
#[track_caller]
fn refused(option: &str, value: &str, message: &str) {
    let output = wengert(&["train", option, value]);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains(message) && errors.contains(option), "{errors}");
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn bad_values_are_refused() {
    let whole = "expected a whole number of at least 1";
    for (option, value) in [("--epochs", "0"), ("--epochs", "-3"), ("--batch", "0")] {
        refused(option, value, whole);
    }
    for value in ["-0.1", "NaN", "inf", "1e999", "fast"] {
        refused("--learning-rate", value, "expected a finite number that is not negative");
    }
    refused("--noise", "-1", "expected a finite number that is not negative");
    for value in ["", "0", "128,0", "128,,64", "-5", "1000000000"] {
        refused("--hidden", value, "expected whole numbers from 1 to 8192, such as 128,64");
    }
    refused("--optimizer", "magic", "[possible values: adam, sgd, momentum]");
    refused("--seed", "-1", "expected a whole number from 0 to 18446744073709551615");
}

#[test]
fn training_that_diverges_stops() {
    let output = wengert(&["train", "--optimizer", "sgd", "--learning-rate", "1e30"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    let start = "error: training diverged: the loss became ";
    let end = " in epoch 1; try a --learning-rate below 1e30\n";
    assert!(errors.starts_with(start) && errors.ends_with(end), "{errors}");
    assert!(!text(&output.stdout).contains("fingerprint"));
}
