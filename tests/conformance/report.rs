//! What became of all cases, and whether it was expected.

use std::collections::BTreeMap;
use std::process::ExitCode;

use crate::expected::{DIFFERENCES, NOT_YET};

/// What became of a case.
pub enum Outcome {
    /// Everything that counts matches. Derivatives at extreme arguments do not count.
    Passed {
        advisories: usize,
    },
    /// No operation of ours is written for it.
    NotYet,
    Failed(Vec<String>),
}

#[derive(Default)]
pub struct Report {
    families: BTreeMap<String, Counts>,
    /// Cases of operations that we have not, with their numbers.
    not_yet: BTreeMap<String, usize>,
    /// The reasons of failures on purpose.
    differences: Vec<String>,
    unexpected: Vec<String>,
    passed: Vec<String>,
}

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    not_yet: usize,
    advisories: usize,
}

impl Report {
    /// Something is wrong with the files.
    pub fn fault(&mut self, message: String) {
        self.unexpected.push(message);
    }

    pub fn add(&mut self, family: &str, id: &str, op: &str, outcome: Outcome) {
        let counts = self.families.entry(family.to_owned()).or_default();
        match outcome {
            Outcome::Passed { advisories } => {
                counts.passed += 1;
                counts.advisories += advisories;
                self.passed.push(id.to_owned());
            }
            Outcome::NotYet => {
                counts.not_yet += 1;
                *self.not_yet.entry(op.to_owned()).or_default() += 1;
            }
            Outcome::Failed(failures) => {
                counts.failed += 1;
                match DIFFERENCES.iter().find(|(other, _)| *other == id) {
                    Some((_, reason)) => self.differences.push(format!("{id}: {reason}")),
                    None => self.unexpected.push(format!("{id}: {}", failures.join("\n    "))),
                }
            }
        }
    }

    /// What is expected to fail and does not is a fault of the lists.
    pub fn find_stale_expectations(&mut self) {
        for op in NOT_YET.iter().filter(|op| !self.not_yet.contains_key(**op)) {
            self.unexpected
                .push(format!("{op} is on the list NOT_YET, but all its cases are replayed"));
        }
        for (id, _) in
            DIFFERENCES.iter().filter(|(id, _)| self.passed.iter().any(|other| other == id))
        {
            self.unexpected.push(format!("{id} is on the list DIFFERENCES, but has passed"));
        }
    }

    /// Everything, and in the last line how many cases passed and failed; those that we can't
    /// replay have failed too. A failure only if there is one that was not expected.
    pub fn print(&self) -> ExitCode {
        println!("{:16} {:>6} {:>6} {:>8}", "family", "passed", "failed", "not yet");
        for (family, counts) in &self.families {
            let Counts { passed, failed, not_yet, .. } = counts;
            println!("{family:16} {passed:>6} {failed:>6} {not_yet:>8}");
        }
        let sum = |count: fn(&Counts) -> usize| self.families.values().map(count).sum::<usize>();
        println!(
            "\nderivatives at extreme arguments that are not PyTorch's: {}",
            sum(|c| c.advisories)
        );
        list("different on purpose", &self.differences);
        let (not_yet, unknown): (Vec<_>, Vec<_>) =
            self.not_yet.iter().partition(|(op, _)| NOT_YET.contains(&op.as_str()));
        let named = |(op, cases): (&String, &usize)| format!("{op} ({cases})");
        list(
            "not yet, with the number of cases",
            &not_yet.into_iter().map(named).collect::<Vec<_>>(),
        );
        list("UNKNOWN OPERATIONS", &unknown.iter().copied().map(named).collect::<Vec<_>>());
        list("NOT EXPECTED", &self.unexpected);
        println!("\n{} passed, {} failed", sum(|c| c.passed), sum(|c| c.failed + c.not_yet));
        if self.unexpected.is_empty() && unknown.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn list(title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    println!("\n{title}:");
    for line in lines {
        println!("  {line}");
    }
}
