//! A model while it learns: one epoch after the other, and its answers in between. What is
//! written about it is elsewhere.

use wengert::prelude::*;

use crate::failure::Failure;
use crate::train::Options;
use crate::train::model::perceptron;

/// A model while it learns.
pub struct Training<'o> {
    options: &'o Options,
    model: Sequential,
    pub params: Params,
    optimizer: Box<dyn Optimizer>,
    tape: Tape,
    /// How many steps there will be, and have been.
    pub steps: u64,
    done: u64,
}

impl Training<'_> {
    /// A model that has learnt nothing yet of this data.
    pub fn new<'o>(options: &'o Options, data: &Dataset) -> Training<'o> {
        let mut params = Params::f32(options.seed);
        let model = perceptron(&mut params, options.noise, &options.sizes(data));
        let mut tape = Tape::f32();
        tape.set_seed(options.seed);
        let batches = data.batches(options.batch).len() as u64;
        let steps = options.epochs.saturating_mul(batches);
        Training { options, model, params, optimizer: options.optimizer(), tape, steps, done: 0 }
    }

    /// Goes through the data once, in an order that depends on the seed and the epoch alone, and
    /// tells `watch` the loss of each batch. The answer is the mean loss of the rows.
    pub fn epoch(
        &mut self,
        epoch: u64,
        data: &Dataset,
        watch: impl Fn(f64),
    ) -> Result<f64, Failure> {
        let mut sum = 0.0;
        for batch in data.batches(self.options.batch).shuffled(self.order_seed(epoch)) {
            let step = self.tape.value_and_grad(&self.params, |scope| {
                let logits = self.model.forward(scope, scope.input(&batch.x));
                (logits.cross_entropy(&batch.y), [])
            });
            let left = 1.0 - self.done as f64 / self.steps as f64;
            self.optimizer.set_learning_rate(left * self.options.learning_rate());
            self.optimizer.step(&mut self.params, &step.gradients);
            self.done += 1;
            sum += self.finite(step.loss, epoch)? * batch.rows.len() as f64;
            watch(step.loss);
        }
        Ok(sum / data.len() as f64)
    }

    /// The loss on some data after an epoch, and the logits.
    pub fn judge(&mut self, epoch: u64, data: &Dataset) -> Result<(f64, Tensor), Failure> {
        self.tape.clear();
        let scope = self.tape.scope(&self.params);
        let logits = self.model.forward(&scope, scope.input(&data.x));
        let [loss, logits] = self.tape.run([logits.cross_entropy(&data.y), logits]);
        Ok((self.finite(loss.item(), epoch)?, logits))
    }

    /// Different for every seed and epoch, and far apart.
    fn order_seed(&self, epoch: u64) -> u64 {
        self.options.seed.wrapping_add(epoch.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn finite(&self, loss: f64, epoch: u64) -> Result<f64, Failure> {
        let rate = self.options.learning_rate();
        if loss.is_finite() { Ok(loss) } else { Err(Failure::Diverged { epoch, loss, rate }) }
    }
}
