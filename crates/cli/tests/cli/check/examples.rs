//! The programs in `examples/check`: right, and wrong when they are asked to be.

use std::path::Path;
use std::process::Command;

use crate::Directory;
use crate::check::{found, run};

/// The path of an example.
fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/check").join(name);
    path.to_str().expect("the path is UTF-8").to_owned()
}

#[track_caller]
fn verdicts(command: &[&str], wrong: &[&str]) {
    let (code, output, errors) = run(&[&["--"], command].concat());
    assert_eq!((code, errors.as_str()), (0, ""), "{output}");
    let (code, output, errors) = run(&[&["--"], command, wrong].concat());
    assert_eq!((code, errors.as_str()), (1, ""), "{output}");
}

#[test]
fn a_shell() {
    verdicts(&["sh", &example("function.sh")], &["wrong"]);
}

#[test]
fn the_language_c() {
    let Some(compiler) = found("cc") else { return };
    let directory = Directory::new("check-c");
    let program = directory.file("function");
    let arguments = [&example("function.c"), "-o", &program, "-lm"];
    let compiled = Command::new(compiler).args(arguments).status();
    assert!(compiled.expect("it starts").success());
    verdicts(&[&program], &["wrong"]);
}

#[test]
fn python_with_numpy() {
    let Some(python) = found("python3") else { return };
    let asked = Command::new(python).args(["-c", "import numpy"]).output();
    if !asked.expect("it starts").status.success() {
        eprintln!("skipped: there is no numpy");
        return;
    }
    verdicts(&[python, &example("numpy_function.py")], &["--mistake", "sign"]);
}
