//! Gradients written by hand in Python that are right or wrong where that is hard to see: none is
//! judged wrongly.

use std::path::Path;
use std::process::Command;

use crate::check::{found, run};
use crate::text;

#[test]
fn no_verdict_is_wrong() {
    let Some(python) = found("python3") else { return };
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/check/table.py");
    let table = table.to_str().expect("the path is UTF-8");
    let listed = Command::new(python).arg(table).output().expect("it starts");
    let (mut seen, mut failures) = (0, Vec::new());
    for line in text(&listed.stdout).lines() {
        let (kind, name) = line.split_once('\t').expect("a kind and a name");
        let (code, output, errors) = run(&["--budget", "4000", "--", python, table, name]);
        // At a kink it may be that it can't be told.
        let is_true = match kind {
            "right" => code == 0,
            "kinked" => code == 0 || code == 2,
            _ => code == 1,
        };
        if !is_true {
            failures.push(format!("{kind} {name}: exit code {code}\n{output}{errors}"));
        }
        seen += 1;
    }
    assert_eq!(seen, 21);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
