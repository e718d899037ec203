//! The language of formulas: what it means, what it refuses, and that no text makes it panic.

mod errors;
mod functions;
mod language;
mod random;

use wengert_autodiff::{Tape, Var};
use wengert_formula::{Formula, parse_bindings};

/// Records a formula on values that are written as text; answers with its printed value.
#[track_caller]
fn value(formula: &str, at: &str) -> String {
    let tape = Tape::new();
    recorded(&tape, formula, at).unwrap_or_else(|error| panic!("{error}")).to_string()
}

/// Records a formula on values that are written as text.
fn recorded<'t>(tape: &'t Tape, formula: &str, at: &str) -> Result<Var<'t>, String> {
    let formula = Formula::parse(formula).map_err(|error| error.to_string())?;
    let values = parse_bindings(at).map_err(|error| error.to_string())?;
    let mut inputs = Vec::new();
    for name in formula.inputs() {
        let known = values.iter().find(|(known, _)| known == name);
        let (_, tensor) = known.ok_or_else(|| format!("no value for {name}"))?;
        inputs.push(tape.input(tensor));
    }
    formula.record(tape, &inputs).map_err(|error| error.to_string())
}
