//! Adamax: Adam with the largest gradient in place of the mean square.

use wengert_autodiff::Real;

use crate::update::{Common, Pace, Rule, with_decay};
use crate::{optimizer, valid_average, valid_epsilon, valid_weight_decay};

/// Adamax (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 7): with a
/// moving average of the gradient and a fading maximum of its size,
///
/// $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad
///   u \leftarrow \max(\beta_2 u,\; |g| + \varepsilon), \qquad
///   p \leftarrow p - \frac{\eta}{1 - \beta_1^t} \frac{m}{u}.$$
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_optim::{Adamax, Optimizer};
/// let mut params = Params::f64(0);
/// let w = params.add("w", [1.0, 1.0]);
/// let step = Tape::new().value_and_grad(&params, |scope| {
///     ((scope.var(w) * scope.input([1e3, -1e-3])).sum(), [])
/// });
/// Adamax::new(0.5).step(&mut params, &step.gradients);
/// assert_eq!(format!("{:.4}", params[w].value), "[0.5000 1.5000]");
/// ```
#[derive(Clone, Debug)]
pub struct Adamax {
    rule: Largest,
    common: Common,
}

#[derive(Clone, Debug)]
struct Largest {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}

impl Adamax {
    /// Adamax with a learning rate, and $\beta_1 = 0.9$, $\beta_2 = 0.999$,
    /// $\varepsilon = 10^{-8}$.
    ///
    /// # Panics
    ///
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Adamax {
        let rule = Largest { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        Adamax { rule, common: Common::new(rate) }
    }

    /// With other decay rates: $\beta_1$ of the moving average, $\beta_2$ of the maximum.
    ///
    /// # Panics
    ///
    /// If one is not in $[0, 1)$.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Adamax {
        self.rule.beta1 = valid_average("beta1", beta1);
        self.rule.beta2 = valid_average("beta2", beta2);
        self
    }

    /// With another $\varepsilon$. At 0, a gradient that has always been 0 makes NaN of its
    /// parameter.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Adamax {
        self.rule.epsilon = valid_epsilon(epsilon);
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
    pub fn weight_decay(mut self, decay: f64) -> Adamax {
        self.common.decay = valid_weight_decay(decay);
        self
    }
}

optimizer!(Adamax);

impl Rule for Largest {
    const NAME: &'static str = "adamax";

    fn memory(&self) -> &'static [&'static str] {
        &["m", "u"]
    }

    #[inline(always)]
    fn update<T: Real>(&self, pace: &Pace, p: &mut [T], g: &[T], memory: &mut [&mut [T]]) {
        let [m, u] = memory else { unreachable!("it is what `memory` says") };
        let step = T::from_f64(pace.rate / (1.0 - self.beta1.powi(pace.t)));
        let [keep, take, fade, epsilon, decay] =
            [self.beta1, 1.0 - self.beta1, self.beta2, self.epsilon, pace.decay].map(T::from_f64);
        for (((p, &g), m), u) in p.iter_mut().zip(g).zip(m.iter_mut()).zip(u.iter_mut()) {
            let g = with_decay(g, *p, decay);
            *m = keep * *m + take * g;
            let (faded, size) = (fade * *u, g.abs() + epsilon);
            *u = if size > faded { size } else { faded };
            *p = *p - step * *m / *u;
        }
    }
}
