//! The program `wengert`: what can be had without writing any Rust.
#![forbid(unsafe_code)]

mod failure;
mod look;
mod train;

use std::io::{self, ErrorKind};
use std::process::ExitCode;

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
    Explain(look::ExplainOptions),
    Graph(look::GraphOptions),
    Cost(look::CostOptions),
}

/// Exit codes: 0 done, 1 failed, 2 (by clap) the command line was not understood, 130 interrupted.
fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        None => Arguments::command().print_help().map_err(Failure::from),
        Some(Command::Train(options)) => train::run(&options, &mut io::stdout()),
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
