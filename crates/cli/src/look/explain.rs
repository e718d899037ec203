//! `wengert explain`: a formula as a textbook shows it.

use std::io::Write;

use clap::Args;
use wengert::autodiff::Kind;
use wengert::formula::functions;
use wengert::prelude::*;
use wengert::view::Explanation;

use crate::failure::Failure;
use crate::look::bound::Bound;
use crate::words::list;

/// Show how a formula is computed and differentiated, line by line
///
/// The Wengert list of the formula, with the value of each line, its derivative by an input
/// (forward mode) and the derivative of the result by it (reverse mode).
#[derive(Args, Clone, Debug)]
pub struct ExplainOptions {
    /// A formula such as 'x*y + sin(x)'
    #[arg(required_unless_present = "functions", default_value = "", hide_default_value = true)]
    pub formula: String,

    /// The values of its inputs: x=0.5,y=[1,2,3]
    #[arg(long, value_name = "VALUES", default_value = "", hide_default_value = true)]
    pub at: String,

    /// The input that tangents are derivatives by [default: the first]
    #[arg(long, value_name = "INPUT")]
    pub by: Option<String>,

    /// Walk through the backward pass, sentence by sentence
    #[arg(long)]
    pub steps: bool,

    /// List the functions that formulas may use
    #[arg(long)]
    pub functions: bool,
}

/// Writes the explanation.
pub fn explain(options: &ExplainOptions, out: &mut impl Write) -> Result<(), Failure> {
    if options.functions {
        let width = functions().map(|function| function.signature().chars().count()).max();
        let width = width.unwrap_or(0);
        for function in functions() {
            writeln!(out, "{:width$}  {}", function.signature(), function.help())?;
        }
        return Ok(());
    }
    let explanation = explanation(&options.formula, &options.at, options.by.as_deref())?;
    write!(out, "{explanation}")?;
    if options.steps {
        write!(out, "\n{}", explanation.steps())?;
    }
    Ok(())
}

/// A formula explained at these values.
pub fn explanation(formula: &str, at: &str, by: Option<&str>) -> Result<Explanation, Failure> {
    let bound = Bound::new(formula, at)?;
    let names = &bound.names;
    let by = match by {
        None => 0,
        Some(by) => names.iter().position(|name| name == by).ok_or_else(|| {
            Failure::Inputs(format!("--by names {by}, the formula has {}", list(names)))
        })?,
    };
    let tape = Tape::new();
    let (inputs, result) = bound.record(&tape)?;
    if result.kind() == Kind::Index {
        let reason = "the result is an index, which has no derivatives; nothing is to be explained";
        return Err(Failure::Inputs(reason.into()));
    }
    let title = match at {
        "" => formula.to_owned(),
        at => format!("{formula}   at {at}"),
    };
    let named: Vec<(&str, Var<'_>)> = names.iter().map(String::as_str).zip(inputs).collect();
    Ok(Explanation::new(title, result, &named, by)?)
}
