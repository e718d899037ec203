//! `wengert cost`: what a formula and its gradient cost, and where their time goes.

use std::io::Write;
use std::time::Instant;

use clap::{Args, ValueEnum};
use wengert::autodiff::{Kind, OwnRules};
use wengert::prelude::*;

use crate::failure::Failure;
use crate::look::bound::Bound;

/// Tell what a formula and its gradient cost
///
/// Floating-point operations, bytes and memory of each operation, before anything is run; with
/// --runs, the time of each as well.
#[derive(Args, Clone, Debug)]
pub struct CostOptions {
    /// A formula such as 'sum(tanh(x @ w))'
    pub formula: String,

    /// The values of its inputs: x=0.5,y=[1,2,3]
    #[arg(long, value_name = "VALUES", default_value = "", hide_default_value = true)]
    pub at: String,

    /// Run it so often, and tell the time
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub runs: Option<u32>,

    /// Add up what has this in common
    #[arg(long, value_enum)]
    pub by: Option<Common>,

    /// The formula alone, without its gradient
    #[arg(long)]
    pub forward: bool,
}

/// What lines of a table may have in common.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Common {
    /// The operation
    Operation,
    /// The place in the formula
    Line,
}

/// Writes the table.
pub fn cost(options: &CostOptions, out: &mut impl Write) -> Result<(), Failure> {
    let bound = Bound::new(&options.formula, &options.at)?;
    let tape = Tape::new();
    let (inputs, result) = bound.record(&tape)?;
    let mut outputs = vec![result];
    if !options.forward && result.kind() == Kind::Real {
        let reals: Vec<_> = inputs.iter().copied().filter(|x| x.kind() == Kind::Real).collect();
        let seed = tape.with_origin(&result.origin(), || result.ones_like());
        let gradients = tape.vjp_with(&OwnRules, &[(result, seed)], &reals);
        outputs.extend(gradients.into_iter().flatten());
    }
    let program = tape.program_of(&inputs, &outputs);
    let Some(runs) = options.runs else {
        let cost = program.cost();
        match options.by {
            None => write!(out, "{cost}")?,
            Some(Common::Operation) => write!(out, "{}", cost.by_operation())?,
            Some(Common::Line) => write!(out, "{}", cost.by_line())?,
        }
        return Ok(());
    };
    let start = Instant::now();
    let values: Vec<&Tensor> = bound.values.iter().collect();
    let profile = program.profile(&values, runs as usize, || start.elapsed())?;
    match options.by {
        None => write!(out, "{profile}")?,
        Some(Common::Operation) => write!(out, "{}", profile.by_operation())?,
        Some(Common::Line) => write!(out, "{}", profile.by_line())?,
    }
    Ok(())
}
