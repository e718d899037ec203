//! `wengert train`: a model that learns to tell classes apart.

mod checkpoint;
mod fingerprint;
mod model;
mod options;
mod recipe;
mod report;
mod saving;
mod source;
mod training;

use std::io::Write;
use std::num::NonZero;
use std::time::Instant;

use wengert::nn::metrics::ConfusionMatrix;
use wengert::prelude::*;

use crate::failure::Failure;
use crate::train::recipe::Recipe;
use crate::train::report::Progress;
use crate::train::saving::Keeper;
use crate::train::source::Parts;
use crate::train::training::Training;

pub use options::Options;

/// Trains, and writes what happens. All but the seconds depends on the options alone.
pub fn run(options: &Options, out: &mut impl Write) -> Result<(), Failure> {
    let resumed = options.keeping.resume.as_ref().map(Checkpoint::load).transpose()?;
    let recipe = match &resumed {
        Some(saved) => checkpoint::recipe(saved, options)?,
        None => Recipe::new(options),
    };
    let mut keeper = Keeper::new(options)?;
    let parts = recipe.parts()?;
    let data = fingerprint::of_data([&parts.train, &parts.valid, &parts.test]);
    keeper.set_data(data);
    let threads = options.threads.unwrap_or_else(threads_there_are);
    let mut training = Training::new(recipe, &parts.train, threads);
    introduce(&training, &parts, out)?;
    if let Some(saved) = resumed {
        checkpoint::restore(&mut training, &saved, data)?;
        writeln!(out, "going on after step {}\n", training.done())?;
    }
    learn(&mut training, &parts, &mut keeper, out)?;
    // A model is judged even if it can't be saved where it was to be.
    let saved = keeper.finish(&training);
    conclude(&mut training, &parts, out)?;
    saved
}

fn threads_there_are() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Writes what learns what, and how.
fn introduce(training: &Training, parts: &Parts, out: &mut impl Write) -> Result<(), Failure> {
    let Parts { train, valid, test } = parts;
    let rows = [train, valid, test].map(Dataset::len);
    writeln!(
        out,
        "{}: {} rows to train, {} to validate, {} to test; each {}, of {} classes\n",
        training.recipe.source,
        rows[0],
        rows[1],
        rows[2],
        Shape::from(&train.x.shape()[1..]),
        train.classes().len()
    )?;
    for (place, line) in training.model.lines.iter().enumerate() {
        writeln!(out, "{place:3}  {line}")?;
    }
    writeln!(out, "{} parameters\n", training.params.trainable_size())?;
    let settings = training.recipe.settings().into_iter().skip(1);
    let settings = settings.filter_map(|(name, value)| Some(format!("{name} {}", value?)));
    writeln!(out, "{}\n", settings.collect::<Vec<_>>().join(", "))?;
    Ok(())
}

/// Goes through all epochs that are left.
fn learn(
    training: &mut Training,
    parts: &Parts,
    keeper: &mut Keeper,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let progress = Progress::new(training.steps(), training.done());
    progress.line(out, "epoch  train loss  valid loss  accuracy  seconds")?;
    while !training.is_over() {
        let (epoch, start) = (training.place.epoch, Instant::now());
        let loss = training.rest_of_epoch(&parts.train, |training, loss| {
            progress.step(epoch, loss);
            keeper.after_step(training, &progress)
        })?;
        let score = training.close_epoch(&parts.valid)?;
        let (right, seconds) = (100.0 * score.accuracy, start.elapsed().as_secs_f64());
        let valid = score.loss;
        let line = format!("{epoch:5}  {loss:10.4}  {valid:10.4}  {right:7.2}%  {seconds:7.3}");
        progress.line(out, &line)?;
        keeper.after_epoch(training, &progress)?;
    }
    progress.finish();
    Ok(())
}

/// Judges the best parameters by the test part.
fn conclude(training: &mut Training, parts: &Parts, out: &mut impl Write) -> Result<(), Failure> {
    let best = training.best.clone().expect("there was an epoch");
    let right = 100.0 * best.score.accuracy;
    writeln!(out, "\nthe best weights are those of epoch {}: {right:.2}% valid", best.epoch)?;
    let (_, logits) = training.answer(&best.params, &parts.test)?;
    let matrix = ConfusionMatrix::new(&logits, &parts.test.y).named(parts.test.classes());
    writeln!(out, "test accuracy {:.2}%\n\n{matrix}\n", 100.0 * matrix.accuracy())?;
    let fingerprint = fingerprint::of_params(&best.params);
    writeln!(out, "fingerprint of the parameters: {fingerprint:016x}")?;
    Ok(())
}
