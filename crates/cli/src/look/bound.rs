//! A formula and the values of its inputs, from the command line.

use wengert::formula::{Formula, parse_bindings};
use wengert::prelude::*;

use crate::failure::Failure;
use crate::words::list;

/// A formula whose inputs have values.
pub struct Bound {
    formula: Formula,
    /// The names of its inputs, in the formula's order.
    pub names: Vec<String>,
    /// Their values.
    pub values: Vec<Tensor>,
}

impl Bound {
    /// Reads a formula, and the values that its inputs have: `x=0.5,y=[1,2,3]`.
    pub fn new(formula: &str, at: &str) -> Result<Bound, Failure> {
        let formula = Formula::parse(formula)?;
        let names: Vec<String> = formula.inputs().map(str::to_owned).collect();
        let given = parse_bindings(at)?;
        if let Some((name, _)) = given.iter().find(|(name, _)| !names.contains(name)) {
            let names = list(&names);
            return Err(Failure::Inputs(format!("--at names {name}, the formula has {names}")));
        }
        let find = |name: &String| given.iter().find(|(known, _)| known == name);
        let missing: Vec<String> =
            names.iter().filter(|name| find(name).is_none()).cloned().collect();
        if let Some(first) = missing.first() {
            let missing = list(&missing);
            return Err(Failure::Inputs(format!(
                "there is no value for {missing}; give one with --at {first}=0.5, or \
                 {first}=[1,2,3]"
            )));
        }
        let values = names.iter().filter_map(find).map(|(_, value)| value.clone()).collect();
        Ok(Bound { formula, names, values })
    }

    /// A formula with these values of its inputs, in its order.
    pub fn with_values(formula: Formula, values: Vec<Tensor>) -> Bound {
        let names = formula.inputs().map(str::to_owned).collect();
        Bound { formula, names, values }
    }

    /// Records the inputs and the formula.
    pub fn record<'t>(&self, tape: &'t Tape) -> Result<(Vec<Var<'t>>, Var<'t>), Failure> {
        let origins = self.formula.input_origins();
        let record = |(origin, value)| tape.with_origin(origin, || tape.input(value));
        let inputs: Vec<Var<'t>> = origins.iter().zip(&self.values).map(record).collect();
        let result = self.formula.record(tape, &inputs)?;
        Ok((inputs, result))
    }
}
