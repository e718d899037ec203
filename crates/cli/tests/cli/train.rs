//! `wengert train` succeeds, and does the same again.

use crate::{text, wengert};

/// What `wengert train` writes, without the seconds that it took.
#[track_caller]
fn trained(arguments: &[&str]) -> String {
    let output = wengert(&[&["train"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "no bar where there is no terminal");
    let is_epoch = |line: &str| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let timeless = text(&output.stdout).lines().map(|line| match line.rsplit_once("  ") {
        Some((rest, _)) if is_epoch(line) => format!("{rest}\n"),
        _ => format!("{line}\n"),
    });
    timeless.collect()
}

fn test_accuracy(output: &str) -> f64 {
    let (_, rest) = output.split_once("test accuracy ").expect("a test accuracy");
    let (percent, _) = rest.split_once('%').expect("in percent");
    percent.parse().expect("a number")
}

#[test]
fn the_defaults_read_97_percent_of_the_digits() {
    for seed in ["0", "1", "2"] {
        let accuracy = test_accuracy(&trained(&["--seed", seed]));
        assert!(accuracy >= 97.0, "{accuracy}% with seed {seed}");
    }
}

#[test]
fn every_optimizer_learns() {
    for optimizer in ["sgd", "momentum"] {
        let accuracy = test_accuracy(&trained(&["--optimizer", optimizer, "--seed", "1"]));
        assert!(accuracy >= 96.0, "{accuracy}% with {optimizer}");
    }
}

#[test]
fn equal_seeds_give_equal_bits_and_others_do_not() {
    let run = |seed| trained(&["--epochs", "2", "--hidden", "16", "--seed", seed]);
    let (first, again, other) = (run("3"), run("3"), run("4"));
    assert_eq!(first, again);
    let fingerprint = |output: &str| output.lines().last().map(str::to_owned);
    assert!(fingerprint(&first).is_some_and(|line| line.starts_with("fingerprint")));
    assert_ne!(fingerprint(&first), fingerprint(&other));
}

#[test]
fn all_rows_may_be_one_batch() {
    let output = trained(&["--epochs", "1", "--hidden", "8", "--batch", "1000000"]);
    assert_eq!(output.lines().filter(|line| line.starts_with("    1  ")).count(), 1);
}
