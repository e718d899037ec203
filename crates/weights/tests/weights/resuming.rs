//! Training that is stopped, saved, loaded elsewhere and resumed ends as if it had not been.

use std::ops::Range;
use std::path::Path;

use wengert_autodiff::{ParamId, Params, Precision, Tape};
use wengert_optim::{Adagrad, Adam, AdamW, Adamax, Lion, NAdam, Optimizer, RmsProp, Schedule, Sgd};
use wengert_weights::Checkpoint;

use crate::{Directory, bits};

fn all() -> Vec<Box<dyn Optimizer>> {
    vec![
        Box::new(Sgd::new(0.1).weight_decay(0.1)),
        Box::new(Sgd::new(0.1).momentum(0.9).nesterov()),
        Box::new(RmsProp::new(0.1).centred().momentum(0.5)),
        Box::new(Adam::new(0.1).amsgrad()),
        Box::new(AdamW::new(0.1)),
        Box::new(Adagrad::new(0.1).initial(0.1).rate_decay(0.1)),
        Box::new(Adamax::new(0.1)),
        Box::new(NAdam::new(0.1)),
        Box::new(Lion::new(0.1).weight_decay(0.1)),
    ]
}

/// Training with dropout, running statistics, a frozen parameter, and one that is trained from the
/// fourth step on.
struct Training {
    params: Params,
    ids: [ParamId; 4],
    optimizer: Box<dyn Optimizer>,
    tape: Tape,
    schedule: Schedule,
    step: u64,
}

impl Training {
    fn new(precision: Precision, optimizer: Box<dyn Optimizer>) -> Training {
        let mut params = Params::with_precision(precision, 3);
        let [a, b, c] = [0; 3].map(|_| params.normal([4, 4], 0.0, 1.0));
        let (early, late, frozen) = (params.add("a", a), params.add("b", b), params.add("c", c));
        let mean = params.add_buffer("mean", 0.0);
        params.get_mut(frozen).trainable = false;
        let mut tape = Tape::with_precision(precision);
        tape.set_seed(u64::MAX - 5);
        let schedule = Schedule::Cosine { from: 0.1, to: 0.01, steps: 8 }.after_warm_up(2);
        Training { params, ids: [early, late, frozen, mean], optimizer, tape, schedule, step: 0 }
    }

    fn train(&mut self, steps: Range<u64>) {
        for t in steps {
            assert_eq!(t, self.step);
            self.optimizer.set_learning_rate(self.schedule.rate(t));
            let [early, late, frozen, mean] = self.ids;
            let step = self.tape.value_and_grad(&self.params, |scope| {
                let x = scope.dropout(scope.var(early).matmul(scope.var(frozen)), 0.5).tanh();
                let x = if t < 3 { x } else { x * scope.var(late) };
                scope.update_buffer(mean, 0.9 * scope.var(mean) + 0.1 * x.mean());
                (x.square().sum(), [])
            });
            self.optimizer.step(&mut self.params, &step.gradients);
            self.params.absorb(step.buffers);
            self.step += 1;
        }
    }

    fn save(&self, path: &Path) {
        let checkpoint = Checkpoint::new()
            .params(&self.params)
            .optimizer(self.optimizer.as_ref(), &self.params)
            .random(&self.tape)
            .meta("step", self.step);
        checkpoint.save(path).unwrap();
    }

    fn restore(&mut self, path: &Path) {
        let checkpoint = Checkpoint::load(path).unwrap();
        checkpoint.restore_params(&mut self.params).unwrap();
        checkpoint.restore_optimizer(self.optimizer.as_mut(), &self.params).unwrap();
        checkpoint.restore_random(&mut self.tape).unwrap();
        self.step = checkpoint.parse("step").unwrap();
    }
}

#[test]
fn to_the_bit() {
    let directory = Directory::new("resuming");
    let path = directory.file("checkpoint");
    for precision in [Precision::F32, Precision::F64] {
        for stop in [0, 2, 5] {
            for ((one, two), three) in all().into_iter().zip(all()).zip(all()) {
                let [mut straight, mut first, mut second] =
                    [one, two, three].map(|optimizer| Training::new(precision, optimizer));
                straight.train(0..10);
                first.train(0..stop);
                first.save(&path);
                first.train(stop..10);
                second.restore(&path);
                second.train(stop..10);
                assert_eq!(bits(&first.params), bits(&straight.params));
                assert_eq!(bits(&second.params), bits(&straight.params));
                let [one, two] = [&second, &straight].map(|t| t.optimizer.state(&t.params));
                assert_eq!(one, two);
            }
        }
    }
}
