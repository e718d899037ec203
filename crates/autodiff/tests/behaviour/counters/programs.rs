//! Programs: run from several threads, in either precision, with nothing shared but the plan.

use std::thread;

use wengert_autodiff::{Precision, Program, Tape};
use wengert_tensor::{Array, DType, Tensor};

use crate::check::check_bits;

fn is_send_and_sync<T: Send + Sync>(_: &T) {}

/// A loss of a small network and its gradient by the weights, captured data and randomness
/// included.
fn program() -> Program {
    let tape = Tape::new();
    let w = tape.input(Array::from_fn([8, 8], |_| 0.0));
    let x = tape.input(Array::from_fn([5, 8], |k| (k as f64 * 0.7).sin()));
    let hidden = x.matmul(w).tanh().dropout(0.2, tape.indices(3));
    let loss = hidden.matmul(w).cross_entropy(tape.indices([1, 0, 7, 3, 3]));
    let [by_w] = tape.grad(loss, [w]);
    tape.program([w], [loss, by_w])
}

fn weights(k: usize) -> Tensor {
    Array::from_fn([8, 8], |at| ((at * 31 + k * 17) as f64).cos()).into()
}

#[test]
fn a_program_gives_equal_bits_on_every_thread() {
    let program = program();
    is_send_and_sync(&program);
    let wanted: Vec<[Tensor; 2]> = (0..6).map(|k| program.run([&weights(k)])).collect();
    thread::scope(|scope| {
        for thread in 0..4 {
            let (program, wanted) = (&program, &wanted);
            scope.spawn(move || {
                for round in 0..30 {
                    let k = (round * 5 + thread) % wanted.len();
                    let found: [Tensor; 2] = program.run([&weights(k)]);
                    found.iter().zip(&wanted[k]).for_each(|(a, b)| check_bits(a, b));
                }
            });
        }
    });
}

/// The first run makes the plan: several may be first.
#[test]
fn a_program_that_has_never_run_may_start_on_every_thread() {
    let [wanted, _] = program().run([&weights(1)]);
    let fresh = program();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let [loss, _] = fresh.run([&weights(1)]);
                check_bits(&loss, &wanted);
            });
        }
    });
}

/// A program does what the tape does, and moves to another thread without it.
#[test]
fn a_program_outlives_its_tape() {
    let tape = Tape::new();
    let (x, scale) = (tape.input([1.0, 2.0]), tape.input(3.0));
    let y = (x * scale).sin();
    let [wanted] = tape.run([y]);
    let program = tape.program([x], [y]);
    drop(tape);
    let [found] = thread::spawn(move || program.run([&[1.0, 2.0].into()])).join().expect("it runs");
    check_bits(&found, &wanted);
}

/// Nothing is recorded, planned or counted on the tape by a program's runs; what is cut off before
/// its inputs does not run.
#[test]
fn a_program_starts_at_its_inputs() {
    let tape = Tape::new();
    let x = tape.input([4.0, 9.0]);
    let middle = x.sqrt();
    let y = middle * middle + 1.0;
    let program = tape.program([middle], [y, middle]);
    // The product, one, its expansion and the sum; no root.
    assert_eq!(program.len(), 4);
    let (nodes, before) = (tape.len(), tape.statistics());
    let [y, same] = program.run([&[10.0, 20.0].into()]);
    assert_eq!((y.to_vec_f64(), same.to_vec_f64()), (vec![101.0, 401.0], vec![10.0, 20.0]));
    assert_eq!((tape.len(), tape.statistics()), (nodes, before));
}

/// In another precision literals are rounded from what was typed, not from what was recorded.
#[test]
fn a_program_changes_its_precision() {
    let tape = Tape::f32();
    let x = tape.input([1.0, 2.0]);
    let program = tape.program([x], [x * 0.1]).in_precision(Precision::F64);
    assert_eq!(program.precision(), Precision::F64);
    let [y] = program.run([&[1.0, 3.0].into()]);
    assert_eq!(y.dtype(), DType::F64);
    assert_eq!(y.to_vec_f64(), [0.1, 3.0 * 0.1]);
}
