//! Adagrad: steps that get shorter the more a parameter has been moved.

use wengert_autodiff::Real;

use crate::update::{Common, Pace, Rule, with_decay};
use crate::{optimizer, valid_epsilon, valid_weight_decay};

/// Adagrad (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and
/// stochastic optimization", 2011): with the sum of all squares of the gradient,
///
/// $$s \leftarrow s + g^2, \qquad p \leftarrow p - \eta\, \frac{g}{\sqrt s + \varepsilon}.$$
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_optim::{Adagrad, Optimizer};
/// let mut params = Params::f64(0);
/// let w = params.add("w", 0.0);
/// let step = Tape::new().value_and_grad(&params, |scope| (7.0 * scope.var(w), []));
/// let mut adagrad = Adagrad::new(0.5);
/// let mut places = [0; 4].map(|_| {
///     adagrad.step(&mut params, &step.gradients);
///     params[w].value.item()
/// });
/// // Steps of lengths 1, 1/√2, 1/√3 … in halves.
/// assert_eq!(places.map(|place| format!("{place:.3}")), ["-0.500", "-0.854", "-1.142", "-1.392"]);
/// ```
#[derive(Clone, Debug)]
pub struct Adagrad {
    rule: SumOfSquares,
    common: Common,
}

#[derive(Clone, Debug)]
struct SumOfSquares {
    epsilon: f64,
    initial: f64,
    rate_decay: f64,
}

impl Adagrad {
    /// Adagrad with a learning rate, and $\varepsilon = 10^{-10}$.
    ///
    /// # Panics
    ///
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Adagrad {
        let rule = SumOfSquares { epsilon: 1e-10, initial: 0.0, rate_decay: 0.0 };
        Adagrad { rule, common: Common::new(rate) }
    }

    /// With another $\varepsilon$: the larger, the shorter the steps along small gradients.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Adagrad {
        self.rule.epsilon = valid_epsilon(epsilon);
        self
    }

    /// With sums that begin at `initial` instead of 0: shorter first steps.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn initial(mut self, initial: f64) -> Adagrad {
        let valid = initial.is_finite() && initial >= 0.0;
        assert!(valid, "a sum of squares is finite and not negative, unlike {initial}");
        self.rule.initial = initial;
        self
    }

    /// With the rate $\eta / (1 + (t - 1)\, \delta)$ at the $t$-th gradient of a parameter, where
    /// `decay` $= \delta$.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn rate_decay(mut self, decay: f64) -> Adagrad {
        let valid = decay.is_finite() && decay >= 0.0;
        assert!(valid, "the decay of a rate is finite and not negative, unlike {decay}");
        self.rule.rate_decay = decay;
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
    pub fn weight_decay(mut self, decay: f64) -> Adagrad {
        self.common.decay = valid_weight_decay(decay);
        self
    }
}

optimizer!(Adagrad);

impl Rule for SumOfSquares {
    const NAME: &'static str = "adagrad";

    fn memory(&self) -> &'static [&'static str] {
        &["sum"]
    }

    #[inline(always)]
    fn update<T: Real>(&self, pace: &Pace, p: &mut [T], g: &[T], memory: &mut [&mut [T]]) {
        let [sum] = memory else { unreachable!("it is what `memory` says") };
        let rate = T::from_f64(pace.rate / (1.0 + f64::from(pace.t - 1) * self.rate_decay));
        let initial = T::from_f64(if pace.t == 1 { self.initial } else { 0.0 });
        let [decay, epsilon] = [pace.decay, self.epsilon].map(T::from_f64);
        for ((p, &g), s) in p.iter_mut().zip(g).zip(sum.iter_mut()) {
            let g = with_decay(g, *p, decay);
            *s = *s + initial + g * g;
            *p = *p - rate * g / (s.sqrt() + epsilon);
        }
    }
}
