//! Tapes that grow from step to step.

use wengert_autodiff::Tape;

#[test]
fn a_tape_that_is_not_cleared() {
    let tape = Tape::new();
    for k in 0..50 {
        let x = tape.input([f64::from(k), 1.0]);
        let _ = x.sin().sum().value();
    }
    let growth = tape.growth().expect("it grows");
    assert_eq!((growth.nodes, growth.rounds, growth.nodes_a_round), (150, 50, 3));
    assert_eq!((growth.needed, growth.carried.clone()), (3, None));
    assert!(growth.held_bytes >= 50 * 16, "{growth}");
    assert!(growth.to_string().contains("Tape::clear"), "{growth}");
}

/// A running loss keeps all rounds alive; its root is named.
#[test]
fn what_is_carried_is_named_with_its_root() {
    let tape = Tape::new();
    let start = tape.input(1.0);
    let root = line!() + 1;
    let mut state = start.exp();
    let mut line = 0;
    for _ in 0..20 {
        let x = tape.input(0.5);
        line = line!() + 1;
        state = state * x;
        let _ = state.sin();
    }
    let growth = tape.growth().expect("it grows");
    assert_eq!((growth.rounds, growth.nodes_a_round), (20, 3));
    let carried = growth.carried.clone().expect("the state");
    assert_eq!((carried.operation, carried.origin.line), ("mul", line));
    assert_eq!((carried.root, carried.root_origin.line), ("exp", root));
    assert!(growth.to_string().contains(&format!("{}:{root}", file!())), "{growth}");
}

#[test]
fn a_tape_without_rounds_does_not_grow() {
    let tape = Tape::new();
    assert_eq!(tape.growth(), None);
    let _ = tape.input(1.0).sin().cos();
    assert_eq!(tape.growth(), None);
}
