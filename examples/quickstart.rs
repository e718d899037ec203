//! A formula, its first three derivatives, and the tape they are on.
//! `cargo run --example quickstart`

use wengert::prelude::*;

fn main() {
    let tape = Tape::new();
    let x = tape.input([0.5, -1.0, 2.0]);
    let y = (x * x.sin()).sum();

    // A derivative is recorded on the same tape, so it can be differentiated again.
    let [dy] = tape.grad(y, [x]);
    let [d2y] = tape.grad(dy.sum(), [x]);
    let [d3y] = tape.grad(d2y.sum(), [x]);

    println!("x                          = {x}");
    println!("y    = Σ x sin x           = {y}");
    println!("y'   = sin x + x cos x     = {dy}");
    println!("y''  = 2 cos x − x sin x   = {d2y}");
    println!("y''' = −3 sin x − x cos x  = {d3y}");

    // The part of the tape between x and y, y' can be run elsewhere, without the tape.
    let f = tape.program([x], [y, dy]);
    let [y, dy] = f.run([&Tensor::from([1.0, 2.0, 3.0])]);
    println!("\nat [1, 2, 3]: y = {y}, y' = {dy}\n");

    // The function and its first derivative, as they were recorded.
    let tape = Tape::new();
    let x = tape.input([0.5, -1.0, 2.0]);
    let y = (x * x.sin()).sum();
    tape.grad(y, [x]);
    print!("{tape}");
}
