//! Command lines that are refused, and training that can't go on.

use wengert::autodiff::Params;
use wengert::weights::Checkpoint;

use crate::{Directory, content, text, wengert};

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
    let optimizers = "[possible values: adam, sgd, momentum, nesterov, rmsprop, adamw]";
    refused("--optimizer", "magic", optimizers);
    refused("--dropout", "1", "expected a number from 0 up to but not including 1");
    refused("--patience", "0", whole);
    refused("--threads", "0", whole);
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

/// `wengert train` fails with this message before anything is learnt.
#[track_caller]
pub fn fails(arguments: &[&str], message: &str) {
    let output = wengert(&[&["train"], arguments].concat());
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.starts_with("error: ") && errors.contains(message), "{errors}");
    assert!(!text(&output.stdout).contains("train loss"), "{}", text(&output.stdout));
}

#[test]
fn convolutions_need_images() {
    let message = "--model cnn is for images, and the rows of iris are none";
    fails(&["--data", "iris", "--model", "cnn"], message);
}

#[test]
fn a_place_where_nothing_can_be_written_is_refused_at_once() {
    let directory = Directory::new("places");
    directory.write("file", b"not a directory");
    let nowhere = directory.file("nowhere/model");
    let below = directory.file("file/model");
    for place in [nowhere.as_str(), &below, directory.0.to_str().unwrap(), ".."] {
        fails(&["--save", place], ": no checkpoint can be written there: ");
    }
    assert_eq!(content(directory.file("file")), b"not a directory");
}

#[test]
fn steps_between_checkpoints_need_a_place() {
    let output = wengert(&["train", "--checkpoint-every", "5"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--save"), "{}", text(&output.stderr));
}

/// A short training whose checkpoint is in a file.
const SHORT: [&str; 8] =
    ["--epochs", "1", "--hidden", "8", "--batch", "256", "--optimizer", "momentum"];

#[track_caller]
fn short_training(path: &str, more: &[&str]) {
    let output = wengert(&[&["train", "--save", path], &SHORT[..], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn checkpoints_that_are_none_are_refused_and_left_alone() {
    let directory = Directory::new("damaged");
    let path = directory.file("model");
    fails(&["--resume", &path], "model: ");
    short_training(&path, &[]);
    let whole = content(&path);
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for damaged in [&whole[..whole.len() - 1], &whole[..100], b"", b"something else", &flipped] {
        directory.write("model", damaged);
        fails(&["--resume", &path], "model: ");
        assert_eq!(content(&path), damaged);
    }

    let mut params = Params::f32(0);
    params.add("weight", [[1.0, 2.0]]);
    Checkpoint::new().params(&params).save(&path).unwrap();
    fails(&["--resume", &path], "it was not written by `wengert train`");
}

#[test]
fn going_on_with_other_options_names_the_difference() {
    let directory = Directory::new("others");
    let path = directory.file("model");
    short_training(&path, &[]);
    for (option, value, message) in [
        ("--hidden", "16", "--hidden was 8, and can't be 16 from now on"),
        ("--optimizer", "adam", "--optimizer was momentum, and can't be adam from now on"),
        ("--learning-rate", "0.5", "--learning-rate was 0.02, and can't be 0.5 from now on"),
        ("--patience", "3", "--patience was never, and can't be 3 from now on"),
        ("--seed", "7", "--seed was 0, and can't be 7 from now on"),
        // The linear schedule's rates depend on the number of steps.
        ("--epochs", "2", "--epochs was 1, and can't be 2 from now on"),
        ("--data", "iris", "its data were others than iris are now"),
    ] {
        let saved = content(&path);
        fails(&["--resume", &path, option, value], message);
        assert_eq!(content(&path), saved);
    }
    // The same options may be said again.
    let output = wengert(&[&["train", "--resume", &path], &SHORT[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn training_that_diverges_keeps_the_last_good_checkpoint() {
    let directory = Directory::new("diverged");
    let path = directory.file("model");
    let diverging = ["train", "--save", &path, "--checkpoint-every", "1", "--optimizer", "sgd"];
    let output = wengert(&[&diverging[..], &["--learning-rate", "1e30"]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("error: training diverged: "));
    let checkpoint = Checkpoint::load(&path).expect("the first steps were good");
    assert!(checkpoint.parse::<u64>("batch").unwrap() > 0);
}
