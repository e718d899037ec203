//! Gradient descent, with or without momentum.

use wengert_autodiff::Real;

use crate::update::{Common, Pace, Rule, with_decay};
use crate::{optimizer, valid_average, valid_weight_decay};

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
    rule: Descent,
    common: Common,
}

#[derive(Clone, Debug)]
struct Descent {
    momentum: f64,
    dampening: f64,
    nesterov: bool,
}

impl Sgd {
    /// Gradient descent with a learning rate.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Sgd {
        let rule = Descent { momentum: 0.0, dampening: 0.0, nesterov: false };
        Sgd { rule, common: Common::new(rate) }
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
        self.rule.momentum = valid_average("momentum", momentum);
        self
    }

    /// Dampens what is added to the velocity by `dampening` $= \tau$:
    /// $v \leftarrow \mu v + (1 - \tau) g$, except for the first gradient, which is the first
    /// velocity. Without momentum it changes nothing.
    ///
    /// # Panics
    ///
    /// If it is not in $[0, 1)$.
    #[track_caller]
    pub fn dampening(mut self, dampening: f64) -> Sgd {
        self.rule.dampening = valid_average("dampening", dampening);
        self
    }

    /// Looks ahead along the velocity: $p \leftarrow p - \eta\, (g + \mu v)$ with the new $v$
    /// (Nesterov 1983, in the form of Sutskever, Martens, Dahl and Hinton, "On the importance of
    /// initialization and momentum in deep learning", 2013). Without momentum it changes nothing.
    pub fn nesterov(mut self) -> Sgd {
        self.rule.nesterov = true;
        self
    }

    /// With weight decay `decay` $= \lambda$: the gradient is that of the loss and
    /// $\frac{\lambda}{2} p^2$ together, $g + \lambda p$. For parameters that
    /// [decay](wengert_autodiff::Parameter::decays).
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn weight_decay(mut self, decay: f64) -> Sgd {
        self.common.decay = valid_weight_decay(decay);
        self
    }
}

optimizer!(Sgd);

impl Rule for Descent {
    const NAME: &'static str = "sgd";

    /// Without momentum, memory is not spent on a velocity.
    fn memory(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 { &[] } else { &["velocity"] }
    }

    #[inline(always)]
    fn update<T: Real>(&self, pace: &Pace, p: &mut [T], g: &[T], memory: &mut [&mut [T]]) {
        let [rate, decay, momentum] = [pace.rate, pace.decay, self.momentum].map(T::from_f64);
        let take = T::from_f64(if pace.t == 1 { 1.0 } else { 1.0 - self.dampening });
        let [velocity] = memory else {
            for (p, &g) in p.iter_mut().zip(g) {
                *p = *p - rate * with_decay(g, *p, decay);
            }
            return;
        };
        for ((p, &g), v) in p.iter_mut().zip(g).zip(velocity.iter_mut()) {
            let g = with_decay(g, *p, decay);
            *v = momentum * *v + take * g;
            *p = *p - rate * if self.nesterov { g + momentum * *v } else { *v };
        }
    }
}
