//! RMSprop: steps in units of what gradients were of late.

use wengert_autodiff::Real;

use crate::update::{Common, Pace, Rule, with_decay};
use crate::{optimizer, valid_average, valid_epsilon, valid_weight_decay};

/// RMSprop (Tieleman and Hinton, "Lecture 6.5 – RMSProp", Neural Networks for Machine Learning,
/// 2012): with a moving average of the gradient's square,
///
/// $$s \leftarrow \alpha s + (1 - \alpha)\, g^2, \qquad
///   p \leftarrow p - \eta\, \frac{g}{\sqrt s + \varepsilon}.$$
///
/// The average begins at 0 and is not corrected for that, so the first steps are the longest.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_optim::{Optimizer, RmsProp};
/// let mut params = Params::f64(0);
/// let w = params.add("w", [1.0, 1.0]);
/// let step = Tape::new().value_and_grad(&params, |scope| {
///     ((scope.var(w) * scope.input([1e3, -1e-3])).sum(), [])
/// });
/// // The first step is η / √(1 - α) long, against the sign of the gradient.
/// RmsProp::new(0.05).step(&mut params, &step.gradients);
/// assert_eq!(format!("{:.3}", params[w].value), "[0.500 1.500]");
/// ```
#[derive(Clone, Debug)]
pub struct RmsProp {
    rule: Scaling,
    common: Common,
}

#[derive(Clone, Debug)]
struct Scaling {
    alpha: f64,
    epsilon: f64,
    momentum: f64,
    centred: bool,
}

impl RmsProp {
    /// RMSprop with a learning rate, and $\alpha = 0.99$, $\varepsilon = 10^{-8}$.
    ///
    /// # Panics
    ///
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> RmsProp {
        let rule = Scaling { alpha: 0.99, epsilon: 1e-8, momentum: 0.0, centred: false };
        RmsProp { rule, common: Common::new(rate) }
    }

    /// With another decay rate $\alpha$ of the moving average.
    ///
    /// # Panics
    ///
    /// If it is not in $[0, 1)$.
    #[track_caller]
    pub fn alpha(mut self, alpha: f64) -> RmsProp {
        self.rule.alpha = valid_average("alpha", alpha);
        self
    }

    /// With another $\varepsilon$: the larger, the shorter the steps along small gradients.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> RmsProp {
        self.rule.epsilon = valid_epsilon(epsilon);
        self
    }

    /// With a velocity that decays by `momentum` $= \mu$ a step:
    /// $v \leftarrow \mu v + g / (\sqrt s + \varepsilon)$, then $p \leftarrow p - \eta v$.
    ///
    /// # Panics
    ///
    /// If it is not in $[0, 1)$.
    #[track_caller]
    pub fn momentum(mut self, momentum: f64) -> RmsProp {
        self.rule.momentum = valid_average("momentum", momentum);
        self
    }

    /// In units of the gradient's deviation from its own moving average
    /// $m \leftarrow \alpha m + (1 - \alpha)\, g$: with $\sqrt{s - m^2}$ in place of $\sqrt s$
    /// (Graves, "Generating sequences with recurrent neural networks", 2013). Where rounding makes
    /// $s - m^2$ negative, it is 0.
    pub fn centred(mut self) -> RmsProp {
        self.rule.centred = true;
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
    pub fn weight_decay(mut self, decay: f64) -> RmsProp {
        self.common.decay = valid_weight_decay(decay);
        self
    }
}

optimizer!(RmsProp);

impl Rule for Scaling {
    const NAME: &'static str = "rmsprop";

    fn memory(&self) -> &'static [&'static str] {
        match (self.centred, self.momentum == 0.0) {
            (false, true) => &["square"],
            (false, false) => &["square", "velocity"],
            (true, true) => &["square", "mean"],
            (true, false) => &["square", "mean", "velocity"],
        }
    }

    #[inline(always)]
    fn update<T: Real>(&self, pace: &Pace, p: &mut [T], g: &[T], memory: &mut [&mut [T]]) {
        let [rate, decay, momentum] = [pace.rate, pace.decay, self.momentum].map(T::from_f64);
        let [keep, take, epsilon] = [self.alpha, 1.0 - self.alpha, self.epsilon].map(T::from_f64);
        let scaled = |g: T, s: &mut T| {
            *s = keep * *s + take * (g * g);
            g / (s.sqrt() + epsilon)
        };
        let centred = |g: T, s: &mut T, m: &mut T| {
            *s = keep * *s + take * (g * g);
            *m = keep * *m + take * g;
            let variance = *s - *m * *m;
            // Not the maximum, which would hide a NaN.
            let variance = if variance < T::default() { T::default() } else { variance };
            g / (variance.sqrt() + epsilon)
        };
        let p = p.iter_mut().zip(g).map(|(p, &g)| (with_decay(g, *p, decay), p));
        match (self.centred, memory) {
            (false, [s]) => {
                for ((g, p), s) in p.zip(s.iter_mut()) {
                    *p = *p - rate * scaled(g, s);
                }
            }
            (false, [s, v]) => {
                for (((g, p), s), v) in p.zip(s.iter_mut()).zip(v.iter_mut()) {
                    *v = momentum * *v + scaled(g, s);
                    *p = *p - rate * *v;
                }
            }
            (true, [s, m]) => {
                for (((g, p), s), m) in p.zip(s.iter_mut()).zip(m.iter_mut()) {
                    *p = *p - rate * centred(g, s, m);
                }
            }
            (true, [s, m, v]) => {
                let memory = s.iter_mut().zip(m.iter_mut()).zip(v.iter_mut());
                for ((g, p), ((s, m), v)) in p.zip(memory) {
                    *v = momentum * *v + centred(g, s, m);
                    *p = *p - rate * *v;
                }
            }
            _ => unreachable!("it is what `memory` says"),
        }
    }
}
