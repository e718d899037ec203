//! Programs as files: what was written is read again as the same program, and whatever else is read
//! is refused in words.

mod damage;
mod refusals;
mod round_trips;
mod wild;

use wengert_autodiff::ops::Gather;
use wengert_autodiff::{Program, Tape};
use wengert_tensor::Tensor;

/// The program that `docs/program-format.md` shows, with a line of each kind.
fn small() -> Program {
    let tape = Tape::new();
    let (x, k) = (tape.input([0.5, -1.0]), tape.indices([1, 0]));
    let b = tape.input([0.25, f64::INFINITY]);
    let y = 3.0 * x * x.sin() + tape.named("bias", || tape.record(Gather { batch: 0 }, &[b, k]));
    tape.program([x, k], [y])
}

/// The bits of a tensor; of NaN, those of one.
fn bits(tensor: &Tensor) -> (String, Vec<u64>) {
    let of_real = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
    let bits = match tensor {
        Tensor::I64(x) => x.iter().map(i64::cast_unsigned).collect(),
        real => real.to_vec_f64().into_iter().map(of_real).collect(),
    };
    (format!("{} {}", tensor.shape(), tensor.dtype()), bits)
}
