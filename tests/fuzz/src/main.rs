//! Random texts for what reads texts: `cargo run --release -p wengert-fuzz -- formula 10000000`.
//!
//! Nothing may panic, take long, or take much memory. Every text depends on the seed and its number
//! alone, so that a case is found again with `--first`.
#![forbid(unsafe_code)]

mod formula;
mod generate;
mod program;

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use indicatif::ProgressBar;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Feed random texts to what reads texts
#[derive(Parser)]
struct Arguments {
    /// What is to read them
    #[arg(value_enum)]
    target: Target,
    /// How many texts
    count: u64,
    /// What they depend on
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The number of the first
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// A text may take so many milliseconds
    #[arg(long, default_value_t = 2000)]
    most_milliseconds: u64,
    /// The process may take so many megabytes
    #[arg(long, default_value_t = 4000)]
    most_megabytes: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    /// The language of formulas: read, recorded and differentiated
    Formula,
    /// Program files: read, and written again
    Program,
}

/// A text, and what became of it.
struct Case {
    text: String,
    outcome: &'static str,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let case: &dyn Fn(&mut ChaCha8Rng, &mut String) -> &'static str = match arguments.target {
        Target::Formula => &formula::case,
        Target::Program => &program::case(),
    };
    let bar = ProgressBar::new(arguments.count);
    let mut outcomes: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut slowest = (Duration::ZERO, String::new());
    for number in arguments.first..arguments.first + arguments.count {
        let mut random = ChaCha8Rng::seed_from_u64(arguments.seed);
        random.set_stream(number);
        let start = Instant::now();
        let Case { text, outcome } = run(case, &mut random);
        let time = start.elapsed();
        *outcomes.entry(outcome).or_default() += 1;
        if outcome == "panicked" || time > Duration::from_millis(arguments.most_milliseconds) {
            bar.abandon();
            eprintln!("text {number} {outcome} after {time:?}:\n{text}");
            return ExitCode::FAILURE;
        }
        if time > slowest.0 {
            slowest = (time, text);
        }
        if number % 4096 == 0 {
            bar.set_position(number - arguments.first);
        }
    }
    bar.finish_and_clear();
    for (outcome, count) in outcomes {
        println!("{count:10}  {outcome}");
    }
    let shown: String = slowest.1.chars().take(300).collect();
    println!("slowest: {:?}\n{shown}", slowest.0);
    match peak_megabytes() {
        None => println!("memory: not known on this system"),
        Some(megabytes) => {
            println!("memory: {megabytes} MB at most");
            if megabytes > arguments.most_megabytes {
                eprintln!("that is more than {} MB", arguments.most_megabytes);
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Runs a case; a panic is an outcome.
fn run(
    case: &dyn Fn(&mut ChaCha8Rng, &mut String) -> &'static str,
    random: &mut ChaCha8Rng,
) -> Case {
    let mut text = String::new();
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| case(random, &mut text)));
    Case { outcome: outcome.unwrap_or("panicked"), text }
}

/// The most memory that this process has had.
fn peak_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

#[cfg(test)]
mod tests {
    use super::{ChaCha8Rng, SeedableRng, formula, program, run};

    fn try_some(case: &dyn Fn(&mut ChaCha8Rng, &mut String) -> &'static str) {
        for number in 0..3000 {
            let mut random = ChaCha8Rng::seed_from_u64(1);
            random.set_stream(number);
            let case = run(case, &mut random);
            assert_ne!(case.outcome, "panicked", "{}", case.text);
        }
    }

    #[test]
    fn formulas_do_not_panic() {
        try_some(&formula::case);
    }

    #[test]
    fn program_files_do_not_panic() {
        try_some(&program::case());
    }
}
