//! Optimizers: how parameters follow their gradients.
//!
//! An [`Optimizer`] changes the parameters of a store by the gradients of one step. It knows
//! parameters by their keys, so it serves any model; there are no layers and no tapes here.
//!
//! ```
//! use wengert_autodiff::{Params, Tape};
//! use wengert_optim::{Adam, Optimizer};
//!
//! let mut params = Params::f64(0);
//! let w = params.add("w", [4.0, -1.0]);
//! let mut adam = Adam::new(0.1);
//! let mut tape = Tape::new();
//! for _ in 0..200 {
//!     let step = tape.value_and_grad(&params, |scope| {
//!         ((scope.var(w) - scope.input([1.0, 2.0])).square().sum(), [])
//!     });
//!     adam.step(&mut params, &step.gradients);
//! }
//! assert_eq!(format!("{:.1}", params[w].value), "[1.0 2.0]");
//! ```
//!
//! Whatever an optimizer remembers of a parameter begins at zero when the first gradient arrives;
//! from the second step on nothing is allocated, and parameters change in place as long as nobody
//! else holds their tensors. What all optimizers have in common is in `update`; each has a file of
//! its own, from `sgd` to `lion`. A [`Group`] of parameters may be trained otherwise than the rest,
//! and a [`State`] is what another optimizer needs to go on. Learning rates follow a [`Schedule`] or
//! [`ReduceOnPlateau`], and averages of parameters are kept by [`Ema`]. Gradients are clipped by
//! their own methods, such as [`Gradients::clip_norm`].
#![forbid(unsafe_code)]

use wengert_autodiff::{Gradients, Params};
use wengert_tensor::Threads;

mod group;
pub use group::Group;

mod state;
pub use state::{Differences, Mismatch, State, StateError};

mod update;

mod sgd;
pub use sgd::Sgd;

mod rmsprop;
pub use rmsprop::RmsProp;

mod adam;
pub use adam::{Adam, AdamW};

mod adagrad;
pub use adagrad::Adagrad;

mod adamax;
pub use adamax::Adamax;

mod nadam;
pub use nadam::NAdam;

mod lion;
pub use lion::Lion;

mod early_stopping;
pub use early_stopping::EarlyStopping;

mod average;
pub use average::{Ema, MovingAverage};

mod schedule;
pub use schedule::Schedule;

mod plateau;
pub use plateau::ReduceOnPlateau;

/// What changes parameters by their gradients.
///
/// ```
/// # use wengert_optim::{Adam, Optimizer, Sgd};
/// // Which one is chosen when the program runs:
/// let mut optimizer: Box<dyn Optimizer> = match "adam" {
///     "adam" => Box::new(Adam::new(1e-3)),
///     _ => Box::new(Sgd::new(0.1).momentum(0.9)),
/// };
/// optimizer.set_learning_rate(0.5 * optimizer.learning_rate());
/// assert_eq!(optimizer.learning_rate(), 5e-4);
/// ```
pub trait Optimizer {
    /// Changes each parameter that has a gradient; the others, and what is remembered of them,
    /// stay as they are.
    ///
    /// # Panics
    ///
    /// If the gradients are of another store than the parameters, or than those of earlier steps,
    /// or a gradient has not the shape and precision of its parameter; at the first step, if there
    /// is a [`Group`] without parameters.
    #[track_caller]
    fn step(&mut self, params: &mut Params, gradients: &Gradients);

    /// The rate that the next step is made with.
    fn learning_rate(&self) -> f64;

    /// Sets the rate of the steps from now on: what a schedule does.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64);

    /// Sets the threads that share the work of a step, such as those of the tape that the gradients
    /// are from. No bit depends on them.
    fn set_threads(&mut self, threads: &Threads);

    /// What it has learnt: its learning rate, and what it remembers of these parameters.
    ///
    /// # Panics
    ///
    /// If the parameters are not those of its steps.
    #[track_caller]
    fn state(&self, params: &Params) -> State;

    /// Goes on from a state, with these parameters: what it learnt itself is forgotten. Its
    /// hyper-parameters stay as they are, but for the learning rate.
    ///
    /// # Errors
    ///
    /// If the state is of another kind of optimizer, or of other parameters. Then nothing changes.
    fn load_state(&mut self, params: &Params, state: &State) -> Result<(), StateError>;
}

/// Makes an optimizer of a struct that has a `rule` and what is `common`.
macro_rules! optimizer {
    ($name:ident) => {
        impl $name {
            /// With another learning rate or weight decay for some of the parameters.
            pub fn group(mut self, group: crate::Group) -> $name {
                self.common.groups.push(group);
                self
            }
        }

        impl crate::Optimizer for $name {
            fn step(
                &mut self,
                params: &mut wengert_autodiff::Params,
                gradients: &wengert_autodiff::Gradients,
            ) {
                self.common.step(&self.rule, params, gradients);
            }

            fn learning_rate(&self) -> f64 {
                self.common.rate
            }

            fn set_learning_rate(&mut self, rate: f64) {
                self.common.rate = crate::valid_rate(rate);
            }

            fn set_threads(&mut self, threads: &wengert_tensor::Threads) {
                self.common.threads = threads.clone();
            }

            fn state(&self, params: &wengert_autodiff::Params) -> crate::State {
                self.common.state(&self.rule, params)
            }

            fn load_state(
                &mut self,
                params: &wengert_autodiff::Params,
                state: &crate::State,
            ) -> Result<(), crate::StateError> {
                self.common.load_state(&self.rule, params, state)
            }
        }
    };
}
use optimizer;

/// A learning rate, if it can be one. At rate 0 nothing moves, as at the start of a warm-up.
#[track_caller]
fn valid_rate(rate: f64) -> f64 {
    let valid = rate.is_finite() && rate >= 0.0;
    assert!(valid, "a learning rate is finite and not negative, unlike {rate}");
    rate
}

/// A weight decay, if it can be one.
#[track_caller]
fn valid_weight_decay(decay: f64) -> f64 {
    let valid = decay.is_finite() && decay >= 0.0;
    assert!(valid, "a weight decay is finite and not negative, unlike {decay}");
    decay
}

/// A decay rate of the moving average that `name` names, if it can be one.
#[track_caller]
fn valid_average(name: &str, decay: f64) -> f64 {
    assert!((0.0..1.0).contains(&decay), "{name} is in [0, 1), unlike {decay}");
    decay
}

#[track_caller]
fn valid_epsilon(epsilon: f64) -> f64 {
    let valid = epsilon.is_finite() && epsilon >= 0.0;
    assert!(valid, "epsilon is finite and not negative, unlike {epsilon}");
    epsilon
}
