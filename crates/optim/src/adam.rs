//! Adam: steps of about one size, whatever the scale of the gradients. And AdamW, whose weight
//! decay is a matter of its own.

use wengert_autodiff::Real;

use crate::update::{Common, Pace, Rule, with_decay};
use crate::{optimizer, valid_average, valid_epsilon, valid_weight_decay};

/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015): with moving averages
/// of the gradient and of its square,
///
/// $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad
///   v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2,$$
/// $$p \leftarrow p - \eta\,
///   \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \varepsilon}.$$
///
/// The averages begin at 0, and what they lack for that is what the divisions make good. So $t$
/// counts the gradients that this parameter has had, from 1; one that is trained only later starts
/// as well as the others did.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_optim::{Adam, Optimizer};
/// let mut params = Params::f64(0);
/// let w = params.add("w", [1.0, 1.0]);
/// let step = Tape::new().value_and_grad(&params, |scope| {
///     ((scope.var(w) * scope.input([1e3, -1e-3])).sum(), [])
/// });
/// // The first step is the learning rate long, against the sign of the gradient.
/// Adam::new(0.5).step(&mut params, &step.gradients);
/// assert_eq!(format!("{:.4}", params[w].value), "[0.5000 1.5000]");
/// ```
#[derive(Clone, Debug)]
pub struct Adam {
    rule: Moments<false>,
    common: Common,
}

/// Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay
/// regularization", 2019): each step first shrinks the parameters,
/// $p \leftarrow (1 - \eta \lambda)\, p$, and then is that of [`Adam`] by the gradient of the loss
/// alone. So all weights shrink at one pace, also those whose gradients are large.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_optim::{AdamW, Optimizer};
/// let mut params = Params::f64(0);
/// let w = params.add("w", [[1.0, 2.0]]); // a matrix decays, a vector doesn't
/// let step = Tape::new().value_and_grad(&params, |scope| ((scope.var(w) * 0.0).sum(), []));
/// AdamW::new(0.5).weight_decay(0.2).step(&mut params, &step.gradients);
/// assert_eq!(params[w].value.to_string(), "[[0.9 1.8]]");
/// ```
#[derive(Clone, Debug)]
pub struct AdamW {
    rule: Moments<true>,
    common: Common,
}

/// The formulas of both.
#[derive(Clone, Debug)]
struct Moments<const DECOUPLED: bool> {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    amsgrad: bool,
}

impl Adam {
    /// Adam with a learning rate, and $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\varepsilon = 10^{-8}$.
    ///
    /// # Panics
    ///
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Adam {
        Adam { rule: Moments::new(), common: Common::new(rate) }
    }

    /// With other decay rates of the moving averages: $\beta_1$ of the gradient, $\beta_2$ of its
    /// square.
    ///
    /// # Panics
    ///
    /// If one is not in $[0, 1)$.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Adam {
        self.rule.set_betas(beta1, beta2);
        self
    }

    /// With another $\varepsilon$: the larger, the shorter the steps along small gradients.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Adam {
        self.rule.epsilon = valid_epsilon(epsilon);
        self
    }

    /// With the largest $v$ so far in place of $v$, so that steps do not grow when gradients shrink
    /// (AMSGrad: Reddi, Kale and Kumar, "On the convergence of Adam and beyond", 2018).
    pub fn amsgrad(mut self) -> Adam {
        self.rule.amsgrad = true;
        self
    }

    /// With weight decay `decay` $= \lambda$: the gradient is that of the loss and
    /// $\frac{\lambda}{2} p^2$ together, $g + \lambda p$. For parameters that
    /// [decay](wengert_autodiff::Parameter::decays). What shrinks parameters by themselves is
    /// [`AdamW`].
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn weight_decay(mut self, decay: f64) -> Adam {
        self.common.decay = valid_weight_decay(decay);
        self
    }
}

impl AdamW {
    /// AdamW with a learning rate, and $\beta_1 = 0.9$, $\beta_2 = 0.999$,
    /// $\varepsilon = 10^{-8}$, $\lambda = 0.01$.
    ///
    /// # Panics
    ///
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> AdamW {
        AdamW { rule: Moments::new(), common: Common::new(rate) }.weight_decay(0.01)
    }

    /// As [`Adam::betas`].
    ///
    /// # Panics
    ///
    /// If one is not in $[0, 1)$.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> AdamW {
        self.rule.set_betas(beta1, beta2);
        self
    }

    /// As [`Adam::epsilon`].
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> AdamW {
        self.rule.epsilon = valid_epsilon(epsilon);
        self
    }

    /// As [`Adam::amsgrad`].
    pub fn amsgrad(mut self) -> AdamW {
        self.rule.amsgrad = true;
        self
    }

    /// With another weight decay $\lambda$, for parameters that
    /// [decay](wengert_autodiff::Parameter::decays).
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn weight_decay(mut self, decay: f64) -> AdamW {
        self.common.decay = valid_weight_decay(decay);
        self
    }
}

optimizer!(Adam);
optimizer!(AdamW);

impl<const DECOUPLED: bool> Moments<DECOUPLED> {
    fn new() -> Self {
        Moments { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, amsgrad: false }
    }

    #[track_caller]
    fn set_betas(&mut self, beta1: f64, beta2: f64) {
        self.beta1 = valid_average("beta1", beta1);
        self.beta2 = valid_average("beta2", beta2);
    }
}

impl<const DECOUPLED: bool> Rule for Moments<DECOUPLED> {
    const NAME: &'static str = if DECOUPLED { "adamw" } else { "adam" };

    fn memory(&self) -> &'static [&'static str] {
        if self.amsgrad { &["m", "v", "largest_v"] } else { &["m", "v"] }
    }

    #[inline(always)]
    fn update<T: Real>(&self, pace: &Pace, p: &mut [T], g: &[T], memory: &mut [&mut [T]]) {
        let &Moments { beta1, beta2, epsilon, .. } = self;
        let &Pace { t, rate, decay } = pace;
        // What does not depend on the element is computed once, in double precision.
        let step = T::from_f64(rate / (1.0 - beta1.powi(t)));
        let root = T::from_f64((1.0 - beta2.powi(t)).sqrt().recip());
        let [keep1, take1, keep2, take2, epsilon] =
            [beta1, 1.0 - beta1, beta2, 1.0 - beta2, epsilon].map(T::from_f64);
        let (shrink, decay) = if DECOUPLED { (1.0 - rate * decay, 0.0) } else { (1.0, decay) };
        let [shrink, decay] = [shrink, decay].map(T::from_f64);
        let moments = |g: T, m: &mut T, v: &mut T| {
            *m = keep1 * *m + take1 * g;
            *v = keep2 * *v + take2 * (g * g);
        };
        let moved = |p: T, m: T, v: T| p - step * m / (v.sqrt() * root + epsilon);
        match memory {
            [m, v] => {
                for (((p, &g), m), v) in p.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut()) {
                    moments(with_decay(g, *p, decay), m, v);
                    *p = moved(shrink * *p, *m, *v);
                }
            }
            [m, v, largest] => {
                let memory = m.iter_mut().zip(v.iter_mut()).zip(largest.iter_mut());
                for ((p, &g), ((m, v), largest)) in p.iter_mut().zip(g).zip(memory) {
                    moments(with_decay(g, *p, decay), m, v);
                    *largest = if *v > *largest { *v } else { *largest };
                    *p = moved(shrink * *p, *m, *largest);
                }
            }
            _ => unreachable!("it is what `memory` says"),
        }
    }
}
