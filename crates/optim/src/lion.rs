//! Lion: every step is as long as the learning rate, in each coordinate.

use wengert_autodiff::Real;

use crate::update::{Common, Pace, Rule};
use crate::{optimizer, valid_average, valid_weight_decay};

/// Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023): the sign of a moving
/// average, which is remembered longer than it is followed, and decoupled weight decay,
///
/// $$p \leftarrow (1 - \eta \lambda)\, p - \eta \operatorname{sign}
///   \left(\beta_1 m + (1 - \beta_1)\, g\right), \qquad
///   m \leftarrow \beta_2 m + (1 - \beta_2)\, g,$$
///
/// where the sign of 0 is 0. It remembers one array a parameter, Adam two; rates three to ten times
/// smaller than Adam's suit it, with a decay as much larger.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_optim::{Lion, Optimizer};
/// let mut params = Params::f64(0);
/// let w = params.add("w", [1.0, 1.0, 1.0]);
/// let step = Tape::new().value_and_grad(&params, |scope| {
///     ((scope.var(w) * scope.input([1e3, -1e-3, 0.0])).sum(), [])
/// });
/// Lion::new(0.25).step(&mut params, &step.gradients);
/// assert_eq!(params[w].value.to_string(), "[0.75 1.25 1.  ]");
/// ```
#[derive(Clone, Debug)]
pub struct Lion {
    rule: Signs,
    common: Common,
}

#[derive(Clone, Debug)]
struct Signs {
    beta1: f64,
    beta2: f64,
}

impl Lion {
    /// Lion with a learning rate, and $\beta_1 = 0.9$, $\beta_2 = 0.99$, $\lambda = 0$.
    ///
    /// # Panics
    ///
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Lion {
        Lion { rule: Signs { beta1: 0.9, beta2: 0.99 }, common: Common::new(rate) }
    }

    /// With other decay rates of the moving average: $\beta_1$ when it is followed, $\beta_2$ when
    /// it is remembered.
    ///
    /// # Panics
    ///
    /// If one is not in $[0, 1)$.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Lion {
        self.rule.beta1 = valid_average("beta1", beta1);
        self.rule.beta2 = valid_average("beta2", beta2);
        self
    }

    /// With decoupled weight decay $\lambda$, for parameters that
    /// [decay](wengert_autodiff::Parameter::decays).
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn weight_decay(mut self, decay: f64) -> Lion {
        self.common.decay = valid_weight_decay(decay);
        self
    }
}

optimizer!(Lion);

impl Rule for Signs {
    const NAME: &'static str = "lion";

    fn memory(&self) -> &'static [&'static str] {
        &["m"]
    }

    #[inline(always)]
    fn update<T: Real>(&self, pace: &Pace, p: &mut [T], g: &[T], memory: &mut [&mut [T]]) {
        let [m] = memory else { unreachable!("it is what `memory` says") };
        let [keep1, take1, keep2, take2] =
            [self.beta1, 1.0 - self.beta1, self.beta2, 1.0 - self.beta2].map(T::from_f64);
        let [rate, shrink] = [pace.rate, 1.0 - pace.rate * pace.decay].map(T::from_f64);
        for ((p, &g), m) in p.iter_mut().zip(g).zip(m.iter_mut()) {
            let direction = keep1 * *m + take1 * g;
            *p = shrink * *p - rate * sign(direction);
            *m = keep2 * *m + take2 * g;
        }
    }
}

/// 1, -1, or the number itself if it is 0 or NaN.
fn sign<T: Real>(x: T) -> T {
    let one = T::from_f64(1.0);
    if x > T::default() {
        one
    } else if x < T::default() {
        -one
    } else {
        x
    }
}
