//! Where a gradient is checked: the values of inputs, given or drawn.

use wengert::formula::parse_bindings;
use wengert::prelude::*;

use crate::failure::Failure;
use crate::words::list;

/// The values that `--at` gives to inputs of these names, in their order; the inputs are those of a
/// formula or a program.
pub fn given(at: &str, names: &[String], of: &str) -> Result<Vec<Option<Tensor>>, Failure> {
    let mut values = vec![None; names.len()];
    for (name, value) in parse_bindings(at)? {
        let known = names.iter().position(|known| *known == name);
        values[known.ok_or_else(|| unknown("--at", &name, names, of))?] = Some(value);
    }
    Ok(values)
}

/// The complaint that an option names what is no input.
pub fn unknown(option: &str, name: &str, names: &[String], of: &str) -> Failure {
    Failure::Inputs(format!("{option} names {name}, the {of} has {}", list(names)))
}

/// The complaint that a value is of another shape.
pub fn misshapen(name: &str, found: &Shape, wanted: &Shape) -> Failure {
    Failure::Inputs(format!("--at gives {name} the shape {found}, it has {wanted}"))
}

/// Values drawn one after the other, between ½ and 3⁄2 in magnitude and of either sign: neither so
/// small that they hide what they are multiplied by, nor so large that functions saturate.
pub struct Draw(Params);

impl Draw {
    /// All that is drawn depends on the seed alone.
    pub fn new(seed: u64) -> Draw {
        Draw(Params::f64(seed))
    }

    /// The next tensor.
    pub fn tensor(&mut self, shape: &Shape) -> Tensor {
        let drawn = self.0.uniform(shape.clone(), -1.0, 1.0).to_vec_f64();
        let moved = drawn.iter().map(|x| x + 0.5_f64.copysign(*x)).collect();
        Tensor::from_vec(moved, shape.clone()).expect("one number for each place")
    }
}

/// A value in the numbers of a tape.
pub fn in_precision(value: &Tensor, precision: Precision) -> Tensor {
    value.cast(precision.dtype()).expect("real numbers have every precision")
}
