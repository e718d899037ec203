//! The command line of `wengert check`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueEnum};

/// Tell whether a gradient is right
///
/// Of a program in any language that answers questions on its standard input, as
/// docs/check-protocol.md describes; of a formula, or of a gradient of it that was written by hand; of
/// a program in a file.
#[derive(Args, Clone, Debug)]
#[command(
    group(ArgGroup::new("subject").args(["formula", "program", "command"]).required(true)),
    override_usage = "wengert check [OPTIONS] -- COMMAND [ARGUMENT]…\n       \
                      wengert check [OPTIONS] FORMULA\n       \
                      wengert check [OPTIONS] --program FILE",
    after_help = "Exit codes: 0 the gradient is right, 1 it is wrong, 2 it can't be told, \
                  3 nothing was checked: the command line, the formula or the values of its inputs \
                  are not understood, or the program does not answer as it should"
)]
pub struct Options {
    /// A formula such as 'sum(tanh(x @ w))'
    pub formula: Option<String>,

    /// A program that was saved to a file (docs/program-format.md)
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,

    /// A program to be started, and its arguments
    #[arg(last = true)]
    pub command: Vec<OsString>,

    /// Where to check: x=0.5,y=[1,2,3]
    #[arg(long, value_name = "VALUES", default_value = "", hide_default_value = true)]
    pub at: String,

    /// Shapes of a formula's inputs: x=3x4,s=scalar; their values are drawn from the seed, between
    /// 0.5 and 1.5 in magnitude and of either sign
    #[arg(long = "input", value_name = "SHAPES", conflicts_with_all = ["program", "command"])]
    pub shapes: Vec<String>,

    /// The gradient by an input, written by hand: a formula of the same inputs and, if the result is
    /// not a single number, of its cotangent u, as in 'w = x.T @ u'. What has fewer elements than
    /// the input is broadcast to its shape
    #[arg(
        long = "claim",
        value_name = "INPUT = FORMULA",
        conflicts_with_all = ["program", "command"]
    )]
    pub claims: Vec<String>,

    /// Record the formula in single precision
    #[arg(long, conflicts_with_all = ["program", "command"])]
    pub f32: bool,

    /// How long a program that was started may take for an answer
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "10",
        value_parser = seconds,
        conflicts_with_all = ["formula", "program"]
    )]
    pub timeout: Duration,

    /// How often the function may be evaluated, about
    #[arg(long, value_name = "COUNT", default_value = "20000", value_parser = whole)]
    pub budget: u64,

    /// What directions, weights and values are drawn from
    #[arg(long, default_value = "0", value_parser = whole)]
    pub seed: u64,

    /// Up to which order derivatives are checked, 1 or 2
    #[arg(long, default_value = "1", value_parser = clap::value_parser!(u8).range(1..=2))]
    pub order: u8,

    /// How many random directions are looked along in each input
    #[arg(long, value_name = "COUNT", default_value = "2", value_parser = whole)]
    pub directions: u64,

    /// What to make of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Where to write the report [default: standard output]
    #[arg(long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// What reports are made of.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// Lines to read
    Text,
    /// For other programs
    Json,
    /// For continuous integration
    Junit,
    /// A page with maps of the Jacobians
    Html,
}

fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|&seconds: &f64| seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "expected a positive number of seconds".into())
}
