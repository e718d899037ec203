//! `wengert check`: command lines, exit codes and reports.

mod examples;
mod foreign;
mod formula;
mod table;

use std::process::Command;

use crate::{Directory, content, text, wengert};

/// Runs `wengert check`, and answers with exit code, output and complaint.
#[track_caller]
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = wengert(&[&["check"], arguments].concat());
    let code = output.status.code().expect("it is not killed");
    (code, text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

/// A program that tests need, if it is there.
fn found(program: &str) -> Option<&str> {
    let asked = Command::new(program).arg("--version").output();
    if !asked.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no {program}");
        return None;
    }
    Some(program)
}

#[test]
fn command_lines_that_are_not_understood_have_no_verdict() {
    for arguments in [
        &[][..],
        &["--"],
        &["--no-such-option", "x", "--at", "x=1"],
        &["x", "--at", "x=1", "--", "true"],
        &["x", "--at", "x=1", "--program", "file"],
        &["--program", "file", "--", "true"],
        &["--input", "x=3", "--", "true"],
        &["--claim", "x=3", "--program", "file"],
        &["x", "--at", "x=1", "--timeout", "3"],
        &["--timeout", "0", "--", "true"],
        &["--timeout", "NaN", "--", "true"],
        &["--timeout", "1e300", "--", "true"],
        &["x", "--at", "x=1", "--budget", "-1"],
        &["x", "--at", "x=1", "--seed", "x"],
        &["x", "--at", "x=1", "--order", "3"],
        &["x", "--at", "x=1", "--format", "xml"],
    ] {
        let (code, output, errors) = run(arguments);
        assert_eq!((code, output.as_str()), (3, ""), "{arguments:?}");
        assert!(errors.starts_with("error: ") && errors.contains("'--help'"), "{errors}");
    }
    let (code, help, _) = run(&["--help"]);
    let codes = "Exit codes: 0 the gradient is right, 1 it is wrong, 2 it can't be told, 3 nothing";
    assert!(code == 0 && help.contains(codes), "{help}");
    // Elsewhere clap's exit code stays what it is.
    assert_eq!(wengert(&["explain", "check", "--no-such-option"]).status.code(), Some(2));
}

#[test]
fn reports_are_made_in_every_format() {
    let square = ["x^2", "--at", "x=3", "--claim", "x = x"];
    let report = |format: &str| {
        let (code, output, errors) = run(&[&square[..], &["--format", format]].concat());
        assert_eq!((code, errors.as_str()), (1, ""));
        output
    };
    assert!(report("text").starts_with("x^2\nverdict: wrong\n"));
    assert!(report("json").starts_with('{'));
    assert!(report("junit").contains("<testsuite name=\"x^2\" tests=\"1\" failures=\"1\""));
    assert!(report("html").starts_with("<!DOCTYPE html>"));
}

#[test]
fn reports_are_written_to_files() {
    let directory = Directory::new("check-output");
    let path = directory.file("report.txt");
    let (code, output, errors) = run(&["x^2", "--at", "x=3", "--output", &path]);
    assert_eq!((code, output.as_str(), errors.as_str()), (0, "", ""));
    assert!(text(&content(&path)).starts_with("x^2\nverdict: right\n"));
    let (code, _, errors) = run(&["x^2", "--at", "x=3", "--output", "/no/such/directory/x"]);
    assert!(code == 3 && errors.contains("/no/such/directory/x: No such file"), "{errors}");
}
