//! The program as its users meet it: command lines in, text and exit codes out.

mod check;
mod data;
mod look;
mod refusals;
mod resuming;
mod train;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

/// Runs `wengert` with these arguments.
fn wengert(arguments: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_wengert")).args(arguments).output();
    program.expect("the program starts")
}

/// A directory of a test's own, which is gone when the test is over.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Directory {
        let path = env::temp_dir().join(format!("wengert-cli-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a directory can be made");
        Directory(path)
    }

    /// The path of a file in it.
    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("the path is UTF-8").to_owned()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join(name), bytes).expect("a file can be written");
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What is in a file.
#[track_caller]
fn content(path: impl AsRef<Path>) -> Vec<u8> {
    fs::read(path).expect("the file is there")
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
