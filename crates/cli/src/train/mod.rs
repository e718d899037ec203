//! `wengert train`: a perceptron that learns to read handwritten digits.

mod model;
mod options;
mod report;

use std::io::Write;
use std::time::Instant;

use wengert::nn::metrics::{ConfusionMatrix, accuracy};
use wengert::prelude::*;

use crate::failure::Failure;
use crate::train::model::{fingerprint, perceptron};
use crate::train::report::Progress;

pub use options::Options;

/// Of all rows: those to learn from, those to watch the learning by, those to judge it by.
const PARTS: [f64; 3] = [0.7, 0.15, 0.15];

/// Trains, and writes what happens. All but the seconds depends on the options alone.
pub fn run(options: &Options, out: &mut impl Write) -> Result<(), Failure> {
    let [train, valid, test] = standardised_parts(&digits(), options.seed)?;
    let mut params = Params::f32(options.seed);
    let model = perceptron(&mut params, options.noise, &options.sizes(&train));
    let mut optimizer = options.optimizer();
    let mut tape = Tape::f32();
    tape.set_seed(options.seed);

    writeln!(out, "{options}: {} parameters", params.trainable_size())?;
    let rows = [&train, &valid, &test].map(Dataset::len);
    writeln!(out, "{} rows to train, {} to validate, {} to test\n", rows[0], rows[1], rows[2])?;

    let steps = options.epochs.saturating_mul(train.batches(options.batch).len() as u64);
    let progress = Progress::new(steps);
    progress.line(out, "epoch  train loss  valid loss  accuracy  seconds")?;
    for epoch in 1..=options.epochs {
        let start = Instant::now();
        let diverged = |loss| Failure::Diverged { epoch, loss, rate: options.learning_rate() };
        let finite = |loss: f64| if loss.is_finite() { Ok(loss) } else { Err(diverged(loss)) };

        let mut sum = 0.0;
        for batch in train.batches(options.batch).shuffled(epoch_seed(options.seed, epoch)) {
            let step = tape.value_and_grad(&params, |scope| {
                let logits = model.forward(scope, scope.input(&batch.x));
                (logits.cross_entropy(&batch.y), [])
            });
            let done = progress.steps() as f64 / steps as f64;
            optimizer.set_learning_rate(options.learning_rate() * (1.0 - done));
            optimizer.step(&mut params, &step.gradients);
            sum += finite(step.loss)? * batch.rows.len() as f64;
            progress.step(epoch, step.loss);
        }

        let loss = sum / train.len() as f64;
        let (valid_loss, logits) = judge(&mut tape, &params, &model, &valid);
        let valid_loss = finite(valid_loss)?;
        let right = 100.0 * accuracy(&logits, &valid.y);
        let seconds = start.elapsed().as_secs_f64();
        let line =
            format!("{epoch:5}  {loss:10.4}  {valid_loss:10.4}  {right:7.2}%  {seconds:7.2}");
        progress.line(out, &line)?;
    }
    progress.finish();

    let (_, logits) = judge(&mut tape, &params, &model, &test);
    let matrix = ConfusionMatrix::new(&logits, &test.y).named(test.classes());
    writeln!(out, "\ntest accuracy {:.2}%\n\n{matrix}\n", 100.0 * matrix.accuracy())?;
    writeln!(out, "fingerprint of the parameters: {:016x}", fingerprint(&params))?;
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

/// The seed of an epoch's order: a different one for each seed and epoch, far apart.
fn epoch_seed(seed: u64, epoch: u64) -> u64 {
    seed.wrapping_add(epoch.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// The loss of a model on some data, and its logits.
fn judge(tape: &mut Tape, params: &Params, model: &Sequential, data: &Dataset) -> (f64, Tensor) {
    tape.clear();
    let scope = tape.scope(params);
    let logits = model.forward(&scope, scope.input(&data.x));
    let [loss, logits] = tape.run([logits.cross_entropy(&data.y), logits]);
    (loss.item(), logits)
}
