//! W1: a chain of scalar operations, where nothing but the engine's overhead costs time.

use wengert::prelude::*;

use crate::measure::{Outcome, measure};

/// `x = sin(x) a + b x` from `x0 = 1`, `a = b = ½`; the gradient of the last `x` by all three.
fn record(tape: &Tape, steps: usize) -> ([Var<'_>; 3], [Var<'_>; 4]) {
    let [x0, a, b] = [1.0, 0.5, 0.5].map(|number| tape.input(number));
    let mut x = x0;
    for _ in 0..steps {
        x = x.sin() * a + b * x;
    }
    let [x_bar, a_bar, b_bar] = tape.grad(x, [x0, a, b]);
    ([x0, a, b], [x, x_bar, a_bar, b_bar])
}

/// Times one gradient.
pub fn chain(peer: &str, steps: usize) -> Outcome {
    let mut tape = Tape::new();
    let (program, [value, gradient, ..]) = {
        let (inputs, outputs) = record(&tape, steps);
        (tape.program(inputs, outputs), tape.run(outputs))
    };
    let (one, half) = (Tensor::from(1.0), Tensor::from(0.5));
    let (samples, note) = match peer {
        "wengert-program" => {
            let call = || drop(program.run::<3, 4>([&one, &half, &half]));
            (measure(call), "a program run again")
        }
        "wengert-cleared" => {
            let call = || {
                tape.clear();
                drop(tape.run(record(&tape, steps).1));
            };
            (measure(call), "recorded again on a cleared tape")
        }
        _ => {
            let call = || {
                let tape = Tape::new();
                drop(tape.run(record(&tape, steps).1));
            };
            (measure(call), "a fresh tape a call")
        }
    };
    let extra = vec![("grad_x0".to_owned(), gradient.item().into())];
    Outcome { samples, loss: value.item(), extra, note }
}
