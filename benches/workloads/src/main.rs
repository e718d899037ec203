//! Workloads that other engines run too, timed the same way: a process for each workload, peer and
//! number of threads, a JSON line for each. `cargo run --release -p wengert-workloads`.
//!
//! The peers are the ways of using Wengert: `wengert` makes a fresh tape for every call (or, to
//! train, `Tape::value_and_grad` and an optimizer), `wengert-cleared` records again on a cleared
//! one, `wengert-program` runs a program again.

#![forbid(unsafe_code)]

mod measure;
mod numbers;
mod scalar;
mod training;
mod transformer;

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use clap::Parser;
use serde_json::{Map, Value, json};

use measure::{Outcome, quantile, status_mb};
use transformer::Memory;

const PEERS: [&str; 3] = ["wengert", "wengert-cleared", "wengert-program"];

/// A workload: its name, the unit it is reported in, units a second, and how it is run.
type Workload =
    (&'static str, &'static str, f64, fn(peer: &str, threads: usize) -> Option<Outcome>);

const WORKLOADS: [Workload; 8] = [
    ("W1_scalar_chain", "ns/op", 1e9 / 40_000.0, |peer, _| Some(scalar::chain(peer, 10_000))),
    ("W1_scalar_chain_unrolled1000", "ns/op", 1e9 / 4_000.0, |peer, _| {
        (peer == "wengert-program").then(|| scalar::chain(peer, 1_000))
    }),
    ("W2_mlp_small", "us", 1e6, |peer, threads| {
        (peer == "wengert").then(|| training::small_perceptron(threads))
    }),
    ("W3_mlp_mnist", "ms", 1e3, |peer, threads| {
        (peer == "wengert").then(|| training::mnist_perceptron(threads))
    }),
    ("W5_cnn_mnist", "ms", 1e3, |peer, threads| {
        (peer == "wengert").then(|| training::mnist_convolutions(threads))
    }),
    ("W7_gpt_char", "ms", 1e3, |peer, threads| {
        (peer == "wengert").then(|| transformer::gpt(threads, Memory::Free))
    }),
    ("W7_gpt_char_half_memory", "ms", 1e3, |peer, threads| {
        (peer == "wengert").then(|| transformer::gpt(threads, Memory::Half))
    }),
    ("W7_gpt_char_checkpoints", "ms", 1e3, |peer, threads| {
        (peer == "wengert").then(|| transformer::gpt(threads, Memory::Checkpoints))
    }),
];

#[derive(Parser)]
struct Options {
    /// Only this way of using Wengert.
    #[arg(long, value_parser = PEERS)]
    peer: Option<String>,
    /// Only the workloads whose name begins so.
    #[arg(long, default_value = "")]
    workload: String,
    /// Numbers of threads.
    #[arg(long, value_delimiter = ',', default_value = "1")]
    threads: Vec<usize>,
    /// A file that the lines are appended to, beside being printed.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Run one workload in this process and print its line.
    #[arg(long, hide = true)]
    child: bool,
}

fn main() {
    let options = Options::parse();
    if options.child {
        let (peer, threads) = (options.peer.unwrap_or_default(), options.threads[0]);
        if let Some(row) = run_here(&options.workload, &peer, threads) {
            println!("{row}");
        }
        return;
    }
    for (name, ..) in WORKLOADS.iter().filter(|(name, ..)| name.starts_with(&options.workload)) {
        for peer in
            PEERS.iter().filter(|&&peer| options.peer.as_deref().is_none_or(|only| only == peer))
        {
            for &threads in &options.threads {
                let row = run_in_child(name, peer, threads);
                print!("{row}");
                if let Some(path) = &options.out {
                    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
                    let written = file.and_then(|mut file| file.write_all(row.as_bytes()));
                    if let Err(error) = written {
                        eprintln!("{}: {error}", path.display());
                        std::process::exit(1);
                    }
                }
            }
        }
    }
}

/// Runs a workload in a process of its own, so that its peak memory is its own, confined to as
/// many cores as it may use threads.
fn run_in_child(workload: &str, peer: &str, threads: usize) -> String {
    let program = std::env::current_exe().expect("this program has a path");
    let mut command = match measure::last_cores(threads) {
        Some(cores) => {
            let mut command = Command::new("taskset");
            command.args(["-c", &cores]).arg(program);
            command
        }
        None => Command::new(program),
    };
    let threads = threads.to_string();
    command.args(["--child", "--workload", workload, "--peer", peer, "--threads", &threads]);
    let output = command.output().expect("a child process starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn run_here(name: &str, peer: &str, threads: usize) -> Option<Value> {
    let base = status_mb("VmRSS");
    let (_, unit, scale, run) = WORKLOADS.iter().find(|(known, ..)| *known == name)?;
    let outcome = run(peer, threads)?;
    let at = |q| quantile(&outcome.samples, q) * scale;
    let mut row = Map::new();
    let facts = json!({
        "workload": name, "peer": peer, "version": env!("CARGO_PKG_VERSION"), "threads": threads,
        "unit": unit, "median": at(0.5), "min": at(0.0), "p90": at(0.9),
        "repeats": outcome.samples.len(), "loss": outcome.loss,
        "peak_rss_mb": status_mb("VmHWM"), "base_rss_mb": base, "note": outcome.note,
    });
    row.extend(facts.as_object().cloned().unwrap_or_default());
    row.extend(outcome.extra);
    Some(Value::Object(row))
}
