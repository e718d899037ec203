//! `wengert train`: a perceptron that learns to read handwritten digits.

mod model;
mod options;
mod report;
mod training;

use std::io::Write;
use std::time::Instant;

use wengert::nn::metrics::{ConfusionMatrix, accuracy};
use wengert::prelude::*;

use crate::failure::Failure;
use crate::train::model::fingerprint;
use crate::train::report::Progress;
use crate::train::training::Training;

pub use options::Options;

/// Of all rows: those to learn from, those to watch the learning by, those to judge it by.
const PARTS: [f64; 3] = [0.7, 0.15, 0.15];

/// Trains, and writes what happens. All but the seconds depends on the options alone.
pub fn run(options: &Options, out: &mut impl Write) -> Result<(), Failure> {
    let [train, valid, test] = standardised_parts(&digits(), options.seed)?;
    let mut training = Training::new(options, &train);
    let rows = [&train, &valid, &test].map(Dataset::len);
    writeln!(out, "{options}: {} parameters", training.params.trainable_size())?;
    writeln!(out, "{} rows to train, {} to validate, {} to test\n", rows[0], rows[1], rows[2])?;

    let progress = Progress::new(training.steps);
    progress.line(out, "epoch  train loss  valid loss  accuracy  seconds")?;
    for epoch in 1..=options.epochs {
        let start = Instant::now();
        let loss = training.epoch(epoch, &train, |loss| progress.step(epoch, loss))?;
        let (valid_loss, logits) = training.judge(epoch, &valid)?;
        let right = 100.0 * accuracy(&logits, &valid.y);
        let seconds = start.elapsed().as_secs_f64();
        let line =
            format!("{epoch:5}  {loss:10.4}  {valid_loss:10.4}  {right:7.2}%  {seconds:7.3}");
        progress.line(out, &line)?;
    }
    progress.finish();

    let (_, logits) = training.judge(options.epochs, &test)?;
    let matrix = ConfusionMatrix::new(&logits, &test.y).named(test.classes());
    writeln!(out, "\ntest accuracy {:.2}%\n\n{matrix}\n", 100.0 * matrix.accuracy())?;
    writeln!(out, "fingerprint of the parameters: {:016x}", fingerprint(&training.params))?;
    Ok(())
}

/// The parts of a data set, standardised by what is known of the first.
fn standardised_parts(data: &Dataset, seed: u64) -> Result<[Dataset; 3], Failure> {
    let mut parts = stratified_split(data, PARTS, seed)?;
    let scale = Standardizer::fit(&parts[0].x)?;
    for part in &mut parts {
        part.x = scale.apply(&part.x)?;
    }
    Ok(parts)
}
