//! Programs with planted cuts: the operation that severs a gradient is named, with its line.

use wengert_autodiff::{Reason, Tape, Var};

#[track_caller]
fn check(line: u32, wanted: &str, f: impl for<'t> Fn(Var<'t>) -> Var<'t>) {
    let tape = Tape::new();
    let x = tape.input([0.3, 1.7]);
    let y = f(x);
    let Some(Reason::Cut { operation, origin }) = tape.missing(y, x) else {
        panic!("a gradient by way of {wanted}")
    };
    assert_eq!((operation, &*origin.file, origin.line), (wanted, file!(), line));
}

#[test]
fn the_cut_is_named() {
    check(line!(), "stop_gradient", |x| x.exp().stop_gradient().sum());
    check(line!(), "floor", |x| (x * 3.0).floor().sin().sum());
    check(line!(), "round", |x| x.round().sum());
    check(line!(), "argmax", |x| x.exp().argmax(0).one_hot(2).sum());
    check(line!(), "lt", |x| x.gt(1.0).sum());
    check(line!(), "argsort", |x| x.argsort(0).one_hot(2).sum());
}

#[test]
fn a_path_is_not_missing() {
    let tape = Tape::new();
    let x = tape.input([0.3, 1.7]);
    assert_eq!(tape.missing(x.floor().sum() + x.sin().sum(), x), None);
    assert_eq!(tape.missing(tape.input(2.0), x), Some(Reason::Unused));
    assert!(matches!(tape.missing(x.argmax(0), x), Some(Reason::Cut { operation: "argmax", .. })));
}
