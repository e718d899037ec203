//! Conformance with PyTorch: cases with reference values are replayed through the public API.
//!
//! A case is an operation with inputs, outputs, and derivatives in given directions. What PyTorch
//! calls by a name is written in ours in [`operations`]; [`replay`] records it, differentiates it
//! and compares; [`expected`] lists what we do otherwise on purpose and what we can't do yet.
//! `docs/conformance.md` explains the files and the tolerances.
//!
//! With `WENGERT_CONFORMANCE_DIR` set, the files of that folder are replayed in place of those in
//! `tests/conformance/data`. An argument is a part of the names of the cases to replay.

mod call;
mod case;
mod compare;
mod expected;
mod files;
mod operations;
mod replay;
mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use report::{Outcome, Report};

fn main() -> ExitCode {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/data");
    let given = std::env::var_os("WENGERT_CONFORMANCE_DIR").map(PathBuf::from);
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_wanted = |id: &str| wanted.as_deref().is_none_or(|part| id.contains(part));
    // A case that panics has failed, and its message is part of the report.
    std::panic::set_hook(Box::new(|_| {}));

    let mut report = Report::default();
    let (families, faults) = files::read(given.as_deref().unwrap_or(&ours));
    for fault in faults {
        report.fault(fault);
    }
    for family in families {
        for entry in family.cases.into_iter().filter(|entry| is_wanted(&entry.id)) {
            let outcome = match &entry.case {
                Ok(case) => replay::outcome(case),
                Err(message) => Outcome::Failed(vec![message.clone()]),
            };
            report.add(&family.name, &entry.id, &entry.op, outcome);
        }
    }
    if given.is_none() && wanted.is_none() {
        report.find_stale_expectations();
    }
    report.print()
}
