//! `wengert train` succeeds, and does the same again.

use crate::{text, wengert};

/// What `wengert train` writes, without the seconds that it took.
#[track_caller]
pub fn trained(arguments: &[&str]) -> String {
    let output = wengert(&[&["train"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "no bar where there is no terminal");
    timeless(text(&output.stdout))
}

/// The lines of an output, those about epochs without the seconds at their ends.
pub fn timeless(output: &str) -> String {
    let lines = output.lines().map(|line| match line.rsplit_once("  ") {
        Some((rest, _)) if epoch_of(line).is_some() => format!("{}\n", rest.trim_end()),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

pub fn test_accuracy(output: &str) -> f64 {
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
fn convolutions_read_97_percent_after_a_few_epochs() {
    let output = trained(&["--model", "cnn", "--epochs", "5"]);
    assert!(test_accuracy(&output) >= 97.0, "{output}");
    assert!(output.contains("convolution 3×3, 16 → 32         4640\n"), "{output}");
}

#[test]
fn tables_are_learnt() {
    for (data, least) in [("iris", 90.0), ("wine", 90.0), ("breast-cancer", 93.0)] {
        let accuracy = test_accuracy(&trained(&["--data", data]));
        assert!(accuracy >= least, "{accuracy}% of {data}");
    }
}

#[test]
fn threads_change_nothing_and_schedules_do() {
    let run = |threads| trained(&["--epochs", "2", "--schedule", "constant", "--threads", threads]);
    assert_eq!(run("1"), run("2"));
    for schedule in ["linear", "cosine"] {
        assert_ne!(run("1"), trained(&["--epochs", "2", "--schedule", schedule]));
    }
}

#[test]
fn the_best_weights_are_kept_and_patience_ends() {
    let output = trained(&["--data", "iris", "--patience", "3", "--epochs", "200"]);
    let epochs: Vec<(u64, f64)> = output.lines().filter_map(epoch_of).collect();
    let last = epochs.last().unwrap().0;
    let (_, rest) = output.split_once("the best weights are those of epoch ").unwrap();
    let best: u64 = rest.split_once(':').unwrap().0.parse().unwrap();
    assert!(last < 200, "it stops early");
    assert_eq!(last, best + 3);
    let accuracy = |epoch: u64| epochs[epoch as usize - 1].1;
    assert!((1..=last).all(|epoch| accuracy(epoch) <= accuracy(best)));
}

/// The number and the accuracy of an epoch, if a line is about one.
pub fn epoch_of(line: &str) -> Option<(u64, f64)> {
    let mut fields = line.split_whitespace();
    let (epoch, _, _) = (fields.next()?.parse().ok()?, fields.next()?, fields.next()?);
    Some((epoch, fields.next()?.strip_suffix('%')?.parse().ok()?))
}

#[test]
fn every_optimizer_learns() {
    for optimizer in ["sgd", "momentum", "nesterov", "rmsprop", "adamw"] {
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
