//! The program as its users meet it: command lines in, text and exit codes out.

mod refusals;
mod train;

use std::process::{Command, Output};

/// Runs `wengert` with these arguments.
fn wengert(arguments: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_wengert")).args(arguments).output();
    program.expect("the program starts")
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("output is UTF-8")
}

#[test]
fn alone_it_explains_itself() {
    let output = wengert(&[]);
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    assert!(help.contains("Usage: wengert [COMMAND]") && help.contains("train"), "{help}");
    assert_eq!(text(&output.stderr), "");
}
