//! Program files that are right but for a few places.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use wengert::autodiff::Op;
use wengert::prelude::*;
use wengert::weights::{read_program, write_program};

use crate::generate::{changed, characters, rearranged};

/// Files of programs: one for each sample of each operation, and a step of training.
fn files() -> Vec<String> {
    let mut programs = Vec::new();
    for sample in Op::samples() {
        let tape = Tape::new();
        let x: Vec<Var<'_>> = sample.x.iter().map(|value| tape.input(value)).collect();
        if let Ok(y) = tape.try_record(sample.operation, &x) {
            programs.push(tape.program_of(&x, &[y]));
        }
    }
    let tape = Tape::f32();
    let (x, w) = (tape.input([[0.5, -1.0]]), tape.input([[0.1, 0.2], [0.3, 0.4]]));
    let loss = tape.named("head", || (2.5 * x.matmul(w).tanh()).sum());
    let [dw] = tape.grad(loss, [w]);
    programs.push(tape.program([w], [loss, dw]));
    // Equations are not written.
    programs.iter().filter_map(|program| write_program(program).ok()).collect()
}

/// Reads a changed file, and writes what was read again.
pub fn case() -> impl Fn(&mut ChaCha8Rng, &mut String) -> &'static str {
    let files = files();
    move |random, text| {
        let file = &files[random.random_range(0..files.len())];
        *text = match random.random_range(0..8) {
            0 => characters(random),
            1..4 => changed(random, file),
            _ => rearranged(random, file),
        };
        match read_program(text) {
            Err(error) => {
                assert!(!error.to_string().is_empty(), "errors say something");
                "refused"
            }
            Ok(program) => {
                let again = write_program(&program).expect("what was read can be written");
                let third = read_program(&again).expect("what was written can be read");
                assert_eq!(write_program(&third).expect("and written"), again);
                "read"
            }
        }
    }
}
