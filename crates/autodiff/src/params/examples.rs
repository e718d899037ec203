//! The gradients of each example of a batch, where a training step has their sum.

use wengert_tensor::{Shape, Tensor};

use crate::op::Type;
use crate::params::scope::{Mode, Scope};
use crate::params::{ParamMap, Selection};
use crate::tape::{Tape, refuse};
use crate::var::Var;

/// The losses of several examples, and the gradients of each.
#[derive(Clone, Debug)]
pub struct Examples {
    /// A loss for each example.
    pub losses: Tensor,
    /// For each parameter that a loss depends on, its gradients: one more axis in front.
    pub gradients: ParamMap<Tensor>,
}

impl Tape {
    /// Computes the loss of each example of a batch and its gradients by the trainable parameters
    /// of a store, or of a part of it: what clipping example by example (differential privacy),
    /// gradient noise and the influence of examples are made of. `f` records the loss of one
    /// example; each of `batches` has one more axis in front than `f` is given, and all one size.
    ///
    /// The sweep is made once and batched, so this costs about what a training step on the batch
    /// costs, and the memory of all gradients. Each example has random numbers of its own; running
    /// statistics are not collected. The tape is cleared before and after.
    ///
    /// ```
    /// # use wengert_autodiff::{Params, Tape};
    /// # use wengert_tensor::Tensor;
    /// let mut params = Params::f64(0);
    /// let w = params.add("w", [1.0, 1.0]);
    /// let (x, y) = (Tensor::from([[1.0, 2.0], [3.0, 4.0]]), Tensor::from([0.0, 6.0]));
    /// let examples = Tape::new()
    ///     .gradients_of_examples(&params, [&x, &y], |scope, [x, y]| (scope.var(w).dot(x) - y).square());
    /// assert_eq!(examples.losses.to_string(), "[9. 1.]");
    /// assert_eq!(examples.gradients[w].to_string(), "[[ 6. 12.]\n [ 6.  8.]]");
    /// ```
    ///
    /// # Panics
    /// If a loss has more or fewer elements than one, a batch is a single number or of another size
    /// or precision than the others, or the store is of another precision.
    #[track_caller]
    pub fn gradients_of_examples<'p, const N: usize>(
        &mut self,
        params: impl Into<Selection<'p>>,
        batches: [&Tensor; N],
        f: impl for<'t> FnOnce(&Scope<'t>, [Var<'t>; N]) -> Var<'t>,
    ) -> Examples {
        self.clear();
        let seed = self.next_seed();
        let examples = self.examples_on(&params.into(), seed, batches, f);
        self.clear();
        examples
    }

    #[track_caller]
    fn examples_on<'t, const N: usize>(
        &'t self,
        selection: &'t Selection<'_>,
        seed: u64,
        batches: [&Tensor; N],
        f: impl FnOnce(&Scope<'t>, [Var<'t>; N]) -> Var<'t>,
    ) -> Examples {
        let scope = Scope::for_step(self, selection.params, Mode::Train, seed);
        let batches = batches.map(|batch| self.input(batch));
        let n = batches.first().and_then(|batch| batch.shape().first().copied());
        let examples = batches.map(|batch| {
            let Type { shape, kind } = batch.type_of();
            let Some((_, one)) = shape.split_first() else {
                refuse("gradients_of_examples", "a batch is a single number".into(), &[batch]);
            };
            self.placeholder(&Type { shape: Shape::from(one), kind })
        });
        let loss = f(&scope, examples);
        let found = self.gradients_by(loss, &selection.used_in(&scope));

        let results: Vec<Var<'t>> =
            [loss].into_iter().chain(found.iter().map(|&(_, g)| g)).collect();
        let mut pairs: Vec<(Var<'t>, Var<'t>)> = examples.into_iter().zip(batches).collect();
        if let Some(n) = n {
            // As far apart as the seeds of steps are.
            let seeds = (0..n as u64).map(|k| {
                seed.wrapping_add((k + 1).wrapping_mul(0xA24B_AED4_963E_E407)).cast_signed()
            });
            pairs.push((scope.seed(), self.indices(seeds.collect::<Vec<i64>>())));
        }
        let values = match self.try_run(&self.vmap_of(&results, &pairs)) {
            Ok(values) => values,
            Err(error) => panic!("{error}"),
        };
        let mut values = values.into_iter();
        let losses = values.next().expect("a value for each result");
        let size = losses.size();
        let mut gradients = ParamMap::new();
        for ((id, _), value) in found.into_iter().zip(values) {
            gradients.insert(id, value);
        }
        let losses = losses.reshape([size]).expect("a loss is one number");
        Examples { losses, gradients }
    }
}
