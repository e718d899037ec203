//! `wengert check`: whether a gradient is right, wrong, or cannot be told.

mod foreign;
mod formula;
mod options;
mod output;
mod point;
mod program;

pub use foreign::ForeignError;
pub use options::Options;

use std::io::Write;

use wengert::autodiff::check::{Check, Report, Verdict};

use crate::failure::Failure;
use foreign::Foreign;
use point::{given, misshapen};

/// The exit code if there is no verdict.
pub const NOTHING_CHECKED: u8 = 3;

/// The exit code of a verdict.
pub fn exit_code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Right => 0,
        Verdict::Wrong => 1,
        Verdict::CannotTell => 2,
    }
}

/// Checks what the options name, and writes the report.
pub fn run(options: &Options, out: &mut impl Write) -> Result<Verdict, Failure> {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let check = Check::new()
        .seed(options.seed)
        .budget(number(options.budget))
        .directions(number(options.directions))
        .order(options.order.into());
    let (title, report) = match (&options.formula, &options.program) {
        (Some(text), _) => (text.clone(), formula::checked(options, text, &check)?),
        (None, Some(path)) => {
            (path.display().to_string(), program::checked(options, path, &check)?)
        }
        (None, None) => answered(options, &check)?,
    };
    output::write(options, &title, &report, out)?;
    Ok(report.verdict)
}

/// Checks a program that is started; it may have a name of its own.
fn answered(options: &Options, check: &Check) -> Result<(String, Report), Failure> {
    if options.order > 1 {
        let reason = "--order 2 is for formulas and programs in files: one that is started answers \
                      with numbers, which have no derivative";
        return Err(Failure::Inputs(reason.into()));
    }
    let mut foreign = Foreign::start(&options.command, options.timeout, options.seed)?;
    let names: Vec<String> = foreign.inputs.iter().map(|input| input.name.clone()).collect();
    let given = given(&options.at, &names, "program")?;
    for (input, value) in foreign.inputs.iter_mut().zip(given) {
        let Some(value) = value else { continue };
        if input.shape != *value.shape() {
            return Err(misshapen(&input.name, value.shape(), &input.shape));
        }
        input.at = value.to_vec_f64();
    }
    let inputs = foreign.inputs.clone();
    let report = check.claim(&inputs, &mut foreign)?;
    let title = foreign.name.clone().unwrap_or_else(|| foreign.command().to_owned());
    Ok((title, report))
}
