//! The command line of `wengert check`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// Tell whether a gradient is right
///
/// Of a program in any language that answers questions on its standard input, as
/// docs/check-protocol.md describes.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 the gradient is right, 1 it is wrong, 2 it can't be told, \
                  3 nothing was checked: the command line is not understood, or the program does \
                  not answer as it should")]
pub struct Options {
    /// A program to be started, and its arguments
    #[arg(last = true, required = true)]
    pub command: Vec<OsString>,

    /// Where to check: x=0.5,y=[1,2,3]
    #[arg(long, value_name = "VALUES", default_value = "", hide_default_value = true)]
    pub at: String,

    /// How long a program may take for an answer
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub timeout: Duration,

    /// How often the function may be evaluated, about
    #[arg(long, value_name = "COUNT", default_value = "20000", value_parser = whole)]
    pub budget: u64,

    /// What directions, weights and values are drawn from
    #[arg(long, default_value = "0", value_parser = whole)]
    pub seed: u64,

    /// How many random directions are looked along in each input
    #[arg(long, value_name = "COUNT", default_value = "2", value_parser = whole)]
    pub directions: u64,

    /// Where to write the report [default: standard output]
    #[arg(long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|&seconds: &f64| seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "expected a positive number of seconds".into())
}
