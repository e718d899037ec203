//! A training step: record, differentiate, run, and give the memory back.

use wengert_tensor::Tensor;

use crate::derive::OwnRules;
use crate::inspect::Reason;
use crate::params::scope::{Mode, Scope};
use crate::params::{Gradients, Missing, ParamId, Selection};
use crate::tape::Tape;
use crate::var::Var;

/// New values of buffers, by key.
pub type Buffers = Vec<(ParamId, Tensor)>;

/// What a training step has computed.
#[derive(Clone, Debug)]
pub struct Step<const N: usize> {
    /// The value of the loss.
    pub loss: f64,
    /// The values of the other outputs that were asked for.
    pub outputs: [Tensor; N],
    /// The gradients of the loss.
    pub gradients: Gradients,
    /// New values of buffers, for [`Params::absorb`](crate::Params::absorb).
    pub buffers: Buffers,
}

impl Tape {
    /// Computes a loss and its gradients by the trainable parameters of a store, or of a part of
    /// it ([`Params::only`](crate::Params::only)). `f` records the loss, and answers with it and
    /// with whatever else is wanted back.
    ///
    /// The tape is cleared before and after, so parameters are not shared with it when it is done,
    /// and an optimizer can change them in place. The step's random numbers depend on the tape's
    /// seed ([`Tape::set_seed`]) and on how many steps were made since it was set.
    ///
    /// No variable leaves `f`: what is wanted back is an output.
    ///
    /// ```compile_fail,E0521
    /// # use wengert_autodiff::{Params, Tape};
    /// let mut params = Params::f64(0);
    /// let w = params.add("w", 3.0);
    /// let mut kept = None;
    /// Tape::new().value_and_grad(&params, |scope| {
    ///     kept = Some(scope.var(w));
    ///     (scope.var(w).square(), [])
    /// });
    /// ```
    ///
    /// # Panics
    /// If the loss has more or fewer elements than one, or the store is of another precision.
    #[track_caller]
    pub fn value_and_grad<'p, const N: usize>(
        &mut self,
        params: impl Into<Selection<'p>>,
        f: impl for<'t> FnOnce(&Scope<'t>) -> (Var<'t>, [Var<'t>; N]),
    ) -> Step<N> {
        self.clear();
        let seed = self.next_seed();
        let step = self.step_on(&params.into(), seed, f);
        self.clear();
        step
    }

    #[track_caller]
    fn step_on<'t, const N: usize>(
        &'t self,
        selection: &'t Selection<'_>,
        seed: u64,
        f: impl FnOnce(&Scope<'t>) -> (Var<'t>, [Var<'t>; N]),
    ) -> Step<N> {
        let scope = Scope::for_step(self, selection.params, Mode::Train, seed);
        let (loss, outputs) = f(&scope);
        let trained = selection.used_in(&scope);
        let gradients = self.gradients_by(loss, &trained);

        let buffers = scope.buffers();
        let mut targets = vec![loss];
        targets.extend(outputs);
        targets.extend(gradients.iter().map(|&(_, gradient)| gradient));
        targets.extend(buffers.iter().map(|&(_, value)| value));
        let values = match self.try_run(&targets) {
            Ok(values) => values,
            Err(error) => panic!("{error}"),
        };

        let mut values = values.into_iter();
        let mut next = || values.next().expect("a value for each target");
        let mut step = Step {
            loss: next().item(),
            outputs: outputs.map(|_| next()),
            gradients: Gradients::default(),
            buffers: Buffers::new(),
        };
        for (id, _) in gradients {
            step.gradients.map.insert(id, next());
        }
        step.buffers.extend(buffers.iter().map(|&(id, _)| (id, next())));
        step.gradients.missing =
            self.parameters_missing(selection, &trained, &step.gradients, loss);
        step
    }

    /// Computes what `f` records with the parameters of a store, to answer: nothing is random, and
    /// there are no gradients. The tape is cleared before and after.
    ///
    /// ```
    /// # use wengert_autodiff::{Params, Tape};
    /// let mut params = Params::f64(0);
    /// let w = params.add("w", [1.0, 2.0]);
    /// let y = Tape::new().evaluate(&params, |scope| 2.0 * scope.var(w));
    /// assert_eq!(y.to_string(), "[2. 4.]");
    /// ```
    ///
    /// # Panics
    /// If the store is of another precision.
    #[track_caller]
    pub fn evaluate<'p>(
        &mut self,
        params: impl Into<Selection<'p>>,
        f: impl for<'t> FnOnce(&Scope<'t>) -> Var<'t>,
    ) -> Tensor {
        self.clear();
        let selection = params.into();
        let value = {
            let scope = Scope::for_step(self, selection.params, Mode::Eval, 0);
            let [value] = self.run([f(&scope)]);
            value
        };
        self.clear();
        value
    }

    /// Records the gradients of a loss by those of these parameters that it depends on.
    #[track_caller]
    pub(super) fn gradients_by<'t>(
        &'t self,
        loss: Var<'t>,
        params: &[(ParamId, Var<'t>)],
    ) -> Vec<(ParamId, Var<'t>)> {
        let vars: Vec<Var<'t>> = params.iter().map(|&(_, var)| var).collect();
        let found = params.iter().zip(self.grad_with(&OwnRules, loss, &vars));
        found.filter_map(|((id, _), gradient)| Some((*id, gradient?))).collect()
    }

    /// The parameters that a gradient was wanted by and that have none, and why.
    fn parameters_missing(
        &self,
        selection: &Selection<'_>,
        trained: &[(ParamId, Var<'_>)],
        gradients: &Gradients,
        loss: Var<'_>,
    ) -> Vec<Missing> {
        let wanted = selection.params.iter().filter(|(_, parameter)| selection.includes(parameter));
        let without = wanted.filter(|&(id, _)| gradients.get(id).is_none());
        let missing = without.map(|(id, parameter)| {
            let var = trained.iter().find(|(known, _)| *known == id);
            let reason = var.map_or(Reason::Unused, |&(_, var)| self.cut_between(var, loss));
            Missing { id, name: parameter.name.clone(), reason }
        });
        missing.collect()
    }
}
