//! What is in a checkpoint of a training, and how training goes on from one. The format of the
//! file is the matter of [`wengert::weights`].

use wengert::optim::State;
use wengert::prelude::*;
use wengert::weights::Checkpoint;

use crate::failure::Failure;
use crate::train::options::Options;
use crate::train::recipe::{Recipe, options_of};
use crate::train::training::{Best, Place, Score, Training};

/// What the best parameters are called.
const BEST: &str = "best";

/// All that the steps to come depend on.
pub fn of(training: &Training, data: u64) -> Checkpoint {
    let Training { params, optimizer, place, .. } = training;
    let mut checkpoint = Checkpoint::new()
        .params(params)
        .optimizer(&**optimizer, params)
        .meta("data", format!("{data:016x}"))
        .meta("epoch", place.epoch)
        .meta("batch", place.batch)
        .meta("loss", place.loss);
    for (name, value) in training.recipe.settings() {
        if let Some(value) = value {
            checkpoint = checkpoint.meta(&format!("--{name}"), value);
        }
    }
    if let Some(Best { epoch, score, params }) = &training.best {
        let entries = params.iter().map(|(_, p)| (p.name.clone(), p.value.clone())).collect();
        checkpoint = checkpoint
            .state(BEST, State { kind: "parameters".into(), entries })
            .meta("best.epoch", epoch)
            .meta("best.accuracy", score.accuracy)
            .meta("best.loss", score.loss);
    }
    checkpoint
}

/// The recipe that a checkpoint was made by, unless the options that were given say otherwise. Some
/// may: the same data can lie elsewhere by now, and more epochs can follow where the steps of the
/// first do not depend on their number.
pub fn recipe(checkpoint: &Checkpoint, options: &Options) -> Result<Recipe, Failure> {
    let names = Recipe::new(&Options::default()).settings().map(|(name, _)| name);
    let setting = |name| Some((name, checkpoint.get(&format!("--{name}"))?.to_owned()));
    let settings: Vec<(&str, String)> = names.into_iter().filter_map(setting).collect();
    if settings.is_empty() {
        return Err(Failure::Unsuitable("it was not written by `wengert train`".into()));
    }
    let saved = options_of(&settings).map_err(|error| Failure::Unsuitable(error.to_string()))?;
    let (before, now) = (Recipe::new(&saved), Recipe::new(&options.clone().or(saved)));
    for ((name, before), (_, asked)) in before.settings().into_iter().zip(now.settings()) {
        let free = name == "data" || name == "epochs" && now.is_endless();
        if before != asked && !free {
            let [before, asked] = [before, asked].map(|value| value.unwrap_or("never".into()));
            return Err(Failure::Unsuitable(format!(
                "--{name} was {before}, and can't be {asked} from now on"
            )));
        }
    }
    Ok(now)
}

/// Takes a training to where a checkpoint was made.
pub fn restore(training: &mut Training, checkpoint: &Checkpoint, data: u64) -> Result<(), Failure> {
    if checkpoint.get("data") != Some(&format!("{data:016x}")) {
        let source = &training.recipe.source;
        return Err(Failure::Unsuitable(format!("its data were others than {source} are now")));
    }
    checkpoint.restore_params(&mut training.params)?;
    checkpoint.restore_optimizer(&mut *training.optimizer, &training.params)?;
    training.place = Place {
        epoch: checkpoint.parse("epoch")?,
        batch: checkpoint.parse("batch")?,
        loss: checkpoint.parse("loss")?,
    };
    training.best = match checkpoint.get("best.epoch") {
        None => None,
        Some(_) => Some(best(checkpoint, &training.params)?),
    };
    Ok(())
}

/// The best parameters, in a store with the same keys as `like`.
fn best(checkpoint: &Checkpoint, like: &Params) -> Result<Best, Failure> {
    let state = checkpoint.state_of(BEST)?;
    let mut params = like.clone();
    for (_, parameter) in params.iter_mut() {
        let fits = |(name, value): &&(String, Tensor)| {
            let type_of = |tensor: &Tensor| (tensor.shape().clone(), tensor.dtype());
            *name == parameter.name && type_of(value) == type_of(&parameter.value)
        };
        let found = state.entries.iter().find(fits);
        let missing = || format!("the best {:?} is missing", parameter.name);
        parameter.value = found.ok_or_else(|| Failure::Unsuitable(missing()))?.1.clone();
    }
    let (accuracy, loss) = (checkpoint.parse("best.accuracy")?, checkpoint.parse("best.loss")?);
    Ok(Best { epoch: checkpoint.parse("best.epoch")?, score: Score { accuracy, loss }, params })
}
