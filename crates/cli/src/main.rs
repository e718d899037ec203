//! The program `wengert`: what can be had without writing any Rust.
#![forbid(unsafe_code)]

mod check;
mod failure;
mod look;
mod train;
mod words;

use std::env;
use std::io::{self, ErrorKind};
use std::process::{self, ExitCode};

use clap::{CommandFactory, Parser, Subcommand};

use crate::failure::Failure;

/// Automatic differentiation on a tape
#[derive(Parser)]
#[command(name = "wengert", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Train(train::Options),
    Check(check::Options),
    Explain(look::ExplainOptions),
    Graph(look::GraphOptions),
    Cost(look::CostOptions),
}

/// Exit codes: 0 done, 1 failed, 2 (by clap) the command line was not understood, 130 interrupted;
/// those of `wengert check` are its own.
fn main() -> ExitCode {
    let done = match Arguments::try_parse().unwrap_or_else(|error| refused(&error)).command {
        None => Arguments::command().print_help().map_err(Failure::from),
        Some(Command::Train(options)) => train::run(&options, &mut io::stdout()),
        Some(Command::Check(options)) => return check(&options),
        Some(Command::Explain(options)) => look::explain(&options, &mut io::stdout()),
        Some(Command::Graph(options)) => look::graph(&options, &mut io::stdout()),
        Some(Command::Cost(options)) => look::cost(&options, &mut io::stdout()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // As with `wengert train | head`: the reader has read enough.
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(interrupted @ Failure::Interrupted { .. }) => {
            eprintln!("{interrupted}");
            ExitCode::from(interrupted.exit_code())
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn check(options: &check::Options) -> ExitCode {
    let code = match check::run(options, &mut io::stdout()) {
        Ok(verdict) => check::exit_code(verdict),
        Err(failure) => {
            eprintln!("error: {failure}");
            check::NOTHING_CHECKED
        }
    };
    ExitCode::from(code)
}

/// Prints what clap has to say: what is wrong with a command line, or its help. To `wengert check`
/// clap's own exit code would be a verdict.
fn refused(error: &clap::Error) -> ! {
    let is_check = env::args_os().nth(1).is_some_and(|command| command == "check");
    if is_check && error.use_stderr() {
        // Where standard error is closed, the exit code tells.
        let _ = error.print();
        process::exit(check::NOTHING_CHECKED.into());
    }
    error.exit()
}
