//! Formulas, and gradients of them that were written by hand.

use wengert::autodiff::Kind;
use wengert::autodiff::check::{Check, Report};
use wengert::formula::{Formula, parse_shapes};
use wengert::prelude::*;

use crate::check::options::Options;
use crate::check::point::{Draw, given, in_precision, unknown};
use crate::failure::Failure;
use crate::look::Bound;

/// Checks the library's derivatives of a formula, or those that are claimed.
pub fn checked(options: &Options, text: &str, check: &Check) -> Result<Report, Failure> {
    let formula = Formula::parse(text)?;
    let names: Vec<String> = formula.inputs().map(str::to_owned).collect();
    if names.is_empty() {
        return Err(Failure::Inputs("the formula has no inputs, and so no gradient".into()));
    }
    let claims = options.claims.iter().map(|text| HandWritten::read(text, &names));
    let claims: Vec<HandWritten> = claims.collect::<Result<_, Failure>>()?;
    for (k, claim) in claims.iter().enumerate() {
        if claims[..k].iter().any(|before| before.input == claim.input) {
            let name = &names[claim.input];
            return Err(Failure::Inputs(format!("there are two claims for {name}")));
        }
    }
    let precision = if options.f32 { Precision::F32 } else { Precision::F64 };
    let values = values(options, &names)?;
    let values = values.iter().map(|value| in_precision(value, precision)).collect();

    let tape = Tape::with_precision(precision);
    let (inputs, y) = Bound::with_values(formula, values).record(&tape)?;
    if y.kind() == Kind::Index {
        let reason = "the result is an index, which has no derivatives; nothing is to be checked";
        return Err(Failure::Inputs(reason.into()));
    }
    let named: Vec<(&str, Var<'_>)> = names.iter().map(String::as_str).zip(inputs).collect();
    if claims.is_empty() {
        return Ok(check.recorded(y, &named));
    }
    if options.order > 1 {
        let reason =
            "--order 2 is for the derivatives of the library, --claim claims those of order 1";
        return Err(Failure::Inputs(reason.into()));
    }
    let u = tape.input(y.ones_like().value());
    let record = |claim: &HandWritten| {
        let (name, x) = named[claim.input];
        Ok((name, x, claim.record(&named, y, u)?))
    };
    let claimed = claims.iter().map(record).collect::<Result<Vec<_>, Failure>>()?;
    Ok(check.claimed(y, u, &claimed))
}

/// The values of all inputs, in the formula's order: given, or drawn for a shape.
fn values(options: &Options, names: &[String]) -> Result<Vec<Tensor>, Failure> {
    let given = given(&options.at, names, "formula")?;
    let mut shapes: Vec<Option<Shape>> = vec![None; names.len()];
    for text in &options.shapes {
        for (name, shape) in parse_shapes(text)? {
            let known = names.iter().position(|known| *known == name);
            let known = known.ok_or_else(|| unknown("--input", &name, names, "formula"))?;
            if shapes[known].replace(shape).is_some() || given[known].is_some() {
                return Err(Failure::Inputs(format!("{name} is given twice")));
            }
        }
    }
    let mut draw = Draw::new(options.seed);
    let value = |(name, (given, shape)): (&String, (Option<Tensor>, Option<Shape>))| {
        let drawn = shape.map(|shape| draw.tensor(&shape));
        given.or(drawn).ok_or_else(|| {
            Failure::Inputs(format!(
                "there is no value for {name}; give one with --at {name}=0.5, or {name}=[1,2,3], or \
                 have it drawn with --input {name}=scalar, or {name}=3x4"
            ))
        })
    };
    names.iter().zip(given.into_iter().zip(shapes)).map(value).collect()
}

/// The name of the cotangent in gradients that are written by hand.
const COTANGENT: &str = "u";

/// The gradient by an input, written by hand.
struct HandWritten {
    /// Which input.
    input: usize,
    formula: Formula,
}

impl HandWritten {
    /// Reads `w = x.T @ u`, where the inputs have these names.
    fn read(text: &str, names: &[String]) -> Result<HandWritten, Failure> {
        let refused = |reason: String| Err(Failure::Inputs(reason));
        if names.iter().any(|name| name == COTANGENT) {
            let reason = "in --claim the cotangent of the result is called u, so no input can be";
            return refused(reason.into());
        }
        let Some((name, formula)) = text.split_once('=') else {
            return refused(format!("--claim '{text}' is no claim: expected 'INPUT = FORMULA'"));
        };
        let name = name.trim();
        let Some(input) = names.iter().position(|known| known == name) else {
            return Err(unknown("--claim", name, names, "formula"));
        };
        let formula = Formula::parse(formula.trim())?;
        let is_known = |used: &str| used == COTANGENT || names.iter().any(|name| name == used);
        if let Some(used) = formula.inputs().find(|used| !is_known(used)) {
            return refused(format!("the claim for {name} uses {used}, no input of the formula"));
        }
        Ok(HandWritten { input, formula })
    }

    /// Records it for the result `y` and its cotangent `u`.
    fn record<'t>(
        &self,
        inputs: &[(&str, Var<'t>)],
        y: Var<'t>,
        u: Var<'t>,
    ) -> Result<Var<'t>, Failure> {
        let (name, x) = inputs[self.input];
        let find = |name: &str| inputs.iter().find(|(known, _)| *known == name);
        let used: Vec<Var<'t>> =
            self.formula.inputs().map(|name| find(name).map_or(u, |(_, x)| *x)).collect();
        let mut claim = self.formula.record(y.tape(), &used)?;
        if claim.kind() == Kind::Index {
            let reason = format!("the claim for {name} is an index, and no gradient");
            return Err(Failure::Inputs(reason));
        }
        if self.formula.inputs().all(|name| name != COTANGENT) {
            if y.shape().size() != 1 {
                let reason = format!(
                    "the result has shape {}, so the claim for {name} has to say with which weights \
                     its elements are summed: by u, their cotangent, as in '{name} = 2 * u * …'",
                    y.shape()
                );
                return Err(Failure::Inputs(reason));
            }
            claim = claim * u.reshape(Shape::default());
        }
        let is_smaller = claim.shape().broadcast(&x.shape()).as_ref() == Some(&x.shape());
        Ok(if is_smaller { claim.broadcast_to(x.shape()) } else { claim })
    }
}
