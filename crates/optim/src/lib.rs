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
//! else holds their tensors. The modules in reading order are `update`, `sgd` and `adam`.
#![forbid(unsafe_code)]

use wengert_autodiff::{Gradients, Params};

mod update;

mod sgd;
pub use sgd::Sgd;

mod adam;
pub use adam::Adam;

mod early_stopping;
pub use early_stopping::EarlyStopping;

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
    /// or a gradient has not the shape and precision of its parameter.
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
}

/// A learning rate, if it can be one. At rate 0 nothing moves, as at the start of a warm-up.
#[track_caller]
fn valid_rate(rate: f64) -> f64 {
    let valid = rate.is_finite() && rate >= 0.0;
    assert!(valid, "a learning rate is finite and not negative, unlike {rate}");
    rate
}

/// A decay rate of the moving average that `name` names, if it can be one.
#[track_caller]
fn valid_decay(name: &str, decay: f64) -> f64 {
    assert!((0.0..1.0).contains(&decay), "{name} is in [0, 1), unlike {decay}");
    decay
}
