//! Programs that were saved to files.

use std::path::Path;

use wengert::autodiff::Kind;
use wengert::autodiff::check::{Check, Report};
use wengert::prelude::*;
use wengert::weights::load_program;

use crate::check::options::Options;
use crate::check::point::{Draw, given, in_precision, misshapen};
use crate::failure::Failure;

/// Checks the library's derivatives of a program, whose inputs are called input0, input1, ….
pub fn checked(options: &Options, path: &Path, check: &Check) -> Result<Report, Failure> {
    let program = load_program(path)?;
    let types = program.inputs();
    let names: Vec<String> = (0..types.len()).map(|k| format!("input{k}")).collect();
    if types.iter().all(|input| input.kind == Kind::Index) {
        let reason = "the program has no inputs that are real numbers, and so no gradient";
        return Err(Failure::Inputs(reason.into()));
    }
    let given = given(&options.at, &names, "program")?;
    let mut draw = Draw::new(options.seed);
    let mut values = Vec::new();
    for ((name, input), given) in names.iter().zip(types).zip(given) {
        let value = match (given, input.kind) {
            (Some(value), _) if *value.shape() != input.shape => {
                return Err(misshapen(name, value.shape(), &input.shape));
            }
            (Some(value), Kind::Index) => whole(name, &value)?,
            (Some(value), Kind::Real) => in_precision(&value, program.precision()),
            (None, Kind::Real) => in_precision(&draw.tensor(&input.shape), program.precision()),
            (None, Kind::Index) => return Err(undrawn(name, &input.shape)),
        };
        values.push(value);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(check.program(&program, &names, &values)?)
}

/// A value as positions.
fn whole(name: &str, value: &Tensor) -> Result<Tensor, Failure> {
    let numbers = value.to_vec_f64();
    if let Some(number) = numbers.iter().find(|x| x.fract() != 0.0 || x.abs() > 2.0_f64.powi(53)) {
        let reason = format!("{name} has whole numbers alone, --at gives it {number}");
        return Err(Failure::Inputs(reason));
    }
    let whole: Vec<i64> = numbers.iter().map(|&x| x as i64).collect();
    Ok(Tensor::from_vec(whole, value.shape().clone()).expect("as many as there were"))
}

/// The complaint that whole numbers can't be drawn.
fn undrawn(name: &str, shape: &Shape) -> Failure {
    Failure::Inputs(format!(
        "{name} has whole numbers, whose range only you know: give {shape} of them with --at {name}=…"
    ))
}
