//! Gradient descent, with or without momentum.

use wengert_autodiff::{Gradients, Params, Real};

use crate::update::{Memories, Rule, update_all};
use crate::{Optimizer, valid_decay, valid_rate};

/// Gradient descent: $p \leftarrow p - \eta g$ with the learning rate $\eta$ ("stochastic" as
/// soon as the gradient is that of a batch).
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_optim::{Optimizer, Sgd};
/// let mut params = Params::f64(0);
/// let w = params.add("w", 3.0);
/// let step = Tape::new().value_and_grad(&params, |scope| (scope.var(w).square(), []));
/// Sgd::new(0.25).step(&mut params, &step.gradients);
/// assert_eq!(params[w].value.item(), 3.0 - 0.25 * 6.0);
/// ```
#[derive(Clone, Debug)]
pub struct Sgd {
    descent: Descent,
    kind: Kind,
}

/// The hyper-parameters, by which a step is made.
#[derive(Clone, Debug)]
struct Descent {
    rate: f64,
    momentum: f64,
    nesterov: bool,
}

/// With momentum there is a velocity to be remembered; without, memory is not spent on it.
#[derive(Clone, Debug)]
enum Kind {
    Plain(Memories<0>),
    Momentum(Memories<1>),
}

impl Sgd {
    /// Gradient descent with a learning rate.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Sgd {
        let descent = Descent { rate: valid_rate(rate), momentum: 0.0, nesterov: false };
        Sgd { descent, kind: Kind::Plain(Memories::new()) }
    }

    /// With a velocity that decays by `momentum` $= \mu$ a step: $v \leftarrow \mu v + g$, then
    /// $p \leftarrow p - \eta v$ (Polyak 1964). It begins at $v = 0$.
    ///
    /// Some write $v \leftarrow \mu v + (1 - \mu) g$ instead. That is the same path at a rate
    /// $1 - \mu$ times as large: where they have rate $\eta$, set $(1 - \mu)\, \eta$ here.
    ///
    /// # Panics
    ///
    /// If it is not in $[0, 1)$.
    #[track_caller]
    pub fn momentum(mut self, momentum: f64) -> Sgd {
        self.descent.momentum = valid_decay("momentum", momentum);
        self.kind = Kind::Momentum(Memories::new());
        self
    }

    /// Looks ahead along the velocity: $p \leftarrow p - \eta\, (g + \mu v)$ with the new $v$
    /// (Nesterov 1983, in the form of Sutskever, Martens, Dahl and Hinton, "On the importance of
    /// initialization and momentum in deep learning", 2013). Without momentum it changes nothing.
    pub fn nesterov(mut self) -> Sgd {
        self.descent.nesterov = true;
        self
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, params: &mut Params, gradients: &Gradients) {
        match &mut self.kind {
            Kind::Plain(memories) => update_all(&self.descent, memories, params, gradients),
            Kind::Momentum(memories) => update_all(&self.descent, memories, params, gradients),
        }
    }

    fn learning_rate(&self) -> f64 {
        self.descent.rate
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.descent.rate = valid_rate(rate);
    }
}

impl Rule<0> for Descent {
    fn update<T: Real>(&self, _: i32, p: &mut [T], g: &[T], []: [&mut [T]; 0]) {
        let rate = T::from_f64(self.rate);
        for (p, &g) in p.iter_mut().zip(g) {
            *p = *p - rate * g;
        }
    }
}

impl Rule<1> for Descent {
    fn update<T: Real>(&self, _: i32, p: &mut [T], g: &[T], [v]: [&mut [T]; 1]) {
        let [rate, momentum] = [self.rate, self.momentum].map(T::from_f64);
        for ((p, &g), v) in p.iter_mut().zip(g).zip(v) {
            *v = momentum * *v + g;
            *p = *p - rate * if self.nesterov { g + momentum * *v } else { *v };
        }
    }
}
