//! `wengert check`: whether a gradient is right, wrong, or cannot be told.

mod foreign;
mod options;
mod output;

pub use foreign::ForeignError;
pub use options::Options;

use std::ffi::OsString;
use std::io::Write;

use wengert::autodiff::check::{Check, Report, Verdict};
use wengert::formula::parse_bindings;

use crate::failure::Failure;
use crate::words::list;
use foreign::Foreign;

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
        .directions(number(options.directions));
    let (title, report) = program_that_answers(options, &options.command, &check)?;
    output::write(options, &title, &report, out)?;
    Ok(report.verdict)
}

/// Checks a program in any language.
fn program_that_answers(
    options: &Options,
    command: &[OsString],
    check: &Check,
) -> Result<(String, Report), Failure> {
    let mut foreign = Foreign::start(command, options.timeout, options.seed)?;
    for (name, value) in parse_bindings(&options.at)? {
        let Some(input) = foreign.inputs.iter_mut().find(|input| input.name == name) else {
            let names: Vec<String> =
                foreign.inputs.iter().map(|input| input.name.clone()).collect();
            let names = list(&names);
            return Err(Failure::Inputs(format!("--at names {name}, the program has {names}")));
        };
        if input.shape != *value.shape() {
            let (wanted, found) = (&input.shape, value.shape());
            let reason = format!("--at gives {name} the shape {found}, the program has {wanted}");
            return Err(Failure::Inputs(reason));
        }
        input.at = value.to_vec_f64();
    }
    let inputs = foreign.inputs.clone();
    let report = check.claim(&inputs, &mut foreign)?;
    let title = foreign.name.clone().unwrap_or_else(|| foreign.command().to_owned());
    Ok((title, report))
}
