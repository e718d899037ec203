//! One gradient, exported to WebAssembly; `run.mjs` calls it and knows the answer.
//!
//! It is no binding to JavaScript, only the proof that the engine runs without an operating system.

use wengert::prelude::*;

/// The derivative of `x·sin(x) + tanh(x²)` at `x`, by the tape.
#[allow(unsafe_code, reason = "nothing else has this name")]
#[unsafe(no_mangle)]
pub extern "C" fn gradient(x: f64) -> f64 {
    let tape = Tape::new();
    let x = tape.input(x);
    let y = x * x.sin() + (x * x).tanh();
    let [dy] = tape.grad(y, [x]);
    dy.value().item()
}
