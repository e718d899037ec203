//! A model while it learns: one step after the other, and its answers in between. What is written
//! about it, and kept of it, is elsewhere.

use wengert::nn::metrics::accuracy;
use wengert::prelude::*;

use crate::failure::Failure;
use crate::train::model::Model;
use crate::train::recipe::Recipe;

/// A model while it learns.
pub struct Training {
    pub recipe: Recipe,
    pub model: Model,
    pub params: Params,
    pub optimizer: Box<dyn Optimizer>,
    tape: Tape,
    schedule: Schedule,
    /// How many batches an epoch has.
    batches: u64,
    pub place: Place,
    pub best: Option<Best>,
}

/// How far training has come. With the parameters and what the optimizer remembers, this is all
/// that the steps to come depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The epoch that is under way, from 1.
    pub epoch: u64,
    /// How many of its batches have been learnt from.
    pub batch: u64,
    /// The sum of their rows' losses.
    pub loss: f64,
}

/// The parameters after the epoch that did best on the validation part.
#[derive(Clone, Debug)]
pub struct Best {
    pub epoch: u64,
    pub score: Score,
    pub params: Params,
}

/// How well some data are answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    pub accuracy: f64,
    pub loss: f64,
}

impl Score {
    /// The share of right answers counts, and among equal shares the loss.
    fn beats(self, other: Score) -> bool {
        (self.accuracy, -self.loss) > (other.accuracy, -other.loss)
    }
}

/// How many rows are answered at a time: the memory for a layer's outputs is not without end.
const ROWS_AT_A_TIME: usize = 512;

impl Training {
    /// A model that has learnt nothing yet of this data, and will with so many threads.
    pub fn new(recipe: Recipe, data: &Dataset, threads: usize) -> Training {
        let mut params = Params::f32(recipe.seed);
        let batches = data.batches(recipe.batch).len() as u64;
        Training {
            model: Model::new(&mut params, &recipe, data),
            params,
            optimizer: recipe.optimizer(),
            tape: Tape::f32().threads(threads),
            schedule: recipe.schedule(recipe.epochs.saturating_mul(batches)),
            batches,
            place: Place { epoch: 1, batch: 0, loss: 0.0 },
            best: None,
            recipe,
        }
    }

    /// How many steps there will be, if it does not stop early.
    pub fn steps(&self) -> u64 {
        self.recipe.epochs.saturating_mul(self.batches)
    }

    /// How many there have been.
    pub fn done(&self) -> u64 {
        (self.place.epoch - 1) * self.batches + self.place.batch
    }

    /// Whether the epochs are over, or the last ones were no better for too long.
    pub fn is_over(&self) -> bool {
        let over = self.place.epoch - 1;
        let waited = self.best.as_ref().map_or(0, |best| over - best.epoch);
        over >= self.recipe.epochs || self.recipe.patience.is_some_and(|most| waited >= most)
    }

    /// Goes through what is left of the epoch that is under way, in an order that depends on the
    /// seed and the epoch alone, and calls `after` with the loss of each batch. The answer is the
    /// mean loss of all the epoch's rows.
    pub fn rest_of_epoch(
        &mut self,
        data: &Dataset,
        mut after: impl FnMut(&Training, f64) -> Result<(), Failure>,
    ) -> Result<f64, Failure> {
        let pass = data.batches(self.recipe.batch).shuffled(self.seed_of(self.place.epoch));
        for batch in pass.skip(self.place.batch as usize).prefetch(2) {
            let loss = self.step(&batch)?;
            after(self, loss)?;
        }
        Ok(self.place.loss / data.len() as f64)
    }

    fn step(&mut self, batch: &Batch) -> Result<f64, Failure> {
        // So that the noise depends on nothing but the place.
        self.tape.set_seed(self.seed_of(self.done()));
        let step = self.tape.value_and_grad(&self.params, |scope| {
            (self.model.logits(scope, &batch.x).cross_entropy(&batch.y), [])
        });
        let loss = self.finite(step.loss)?;
        self.optimizer.set_learning_rate(self.schedule.rate(self.done()));
        self.optimizer.step(&mut self.params, &step.gradients);
        self.params.absorb(step.buffers);
        self.place.batch += 1;
        self.place.loss += loss * batch.rows.len() as f64;
        Ok(loss)
    }

    /// Ends an epoch: answers the validation part, and keeps the parameters if they are the best.
    pub fn close_epoch(&mut self, valid: &Dataset) -> Result<Score, Failure> {
        let (score, _) = self.answer(&self.params.clone(), valid)?;
        if self.best.as_ref().is_none_or(|best| score.beats(best.score)) {
            let (epoch, params) = (self.place.epoch, self.params.clone());
            self.best = Some(Best { epoch, score, params });
        }
        self.place = Place { epoch: self.place.epoch + 1, batch: 0, loss: 0.0 };
        Ok(score)
    }

    /// What parameters answer to some data: how well, and the logits.
    pub fn answer(&mut self, params: &Params, data: &Dataset) -> Result<(Score, Tensor), Failure> {
        let (mut loss, mut answers) = (0.0, Vec::new());
        for batch in data.batches(ROWS_AT_A_TIME) {
            self.tape.clear();
            let scope = self.tape.scope(params);
            let logits = self.model.logits(&scope, &batch.x);
            let [mean, logits] = self.tape.run([logits.cross_entropy(&batch.y), logits]);
            loss += mean.item() * batch.rows.len() as f64;
            answers.extend(logits.array::<f32>().expect("the tape is f32").iter());
        }
        self.tape.clear();
        let loss = self.finite(loss / data.len() as f64)?;
        let logits = Tensor::from_vec(answers, [data.len(), data.classes().len()]);
        let logits = logits.expect("a row of logits for each of the data");
        Ok((Score { accuracy: accuracy(&logits, &data.y), loss }, logits))
    }

    /// Fails if a parameter is not a finite number: the next loss would not be either.
    pub fn check_params(&self) -> Result<(), Failure> {
        let finite = |value: &Tensor| match value {
            Tensor::F32(x) => x.iter().all(f32::is_finite),
            Tensor::F64(x) => x.iter().all(f64::is_finite),
            Tensor::I64(_) => true,
        };
        let all = self.params.iter().all(|(_, parameter)| finite(&parameter.value));
        self.finite(if all { 0.0 } else { f64::NAN }).map(drop)
    }

    /// Different for every seed and number, and far apart.
    fn seed_of(&self, number: u64) -> u64 {
        self.recipe.seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn finite(&self, loss: f64) -> Result<f64, Failure> {
        let (epoch, rate) = (self.place.epoch, self.recipe.learning_rate);
        if loss.is_finite() { Ok(loss) } else { Err(Failure::Diverged { epoch, loss, rate }) }
    }
}
