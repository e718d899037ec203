//! NAdam: Adam that looks ahead along its momentum.

use wengert_autodiff::Real;

use crate::update::{Common, Pace, Rule, with_decay};
use crate::{optimizer, valid_average, valid_epsilon, valid_weight_decay};

/// NAdam (Dozat, "Incorporating Nesterov momentum into Adam", 2016): with the moving averages $m$
/// and $v$ of [`Adam`](crate::Adam), and a momentum that grows,
/// $\mu_t = \beta_1 \left(1 - \frac12\, 0.96^{t \psi}\right)$,
///
/// $$p \leftarrow p - \eta\, \left(
///   \frac{1 - \mu_t}{1 - \prod_{i \le t} \mu_i}\, g +
///   \frac{\mu_{t+1}}{1 - \prod_{i \le t+1} \mu_i}\, m \right) \Big/
///   \left(\sqrt{v / (1 - \beta_2^t)} + \varepsilon\right).$$
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_optim::{NAdam, Optimizer};
/// let mut params = Params::f64(0);
/// let w = params.add("w", [1.0, 1.0]);
/// let mut nadam = NAdam::new(0.1);
/// for _ in 0..100 {
///     let step = Tape::new().value_and_grad(&params, |scope| {
///         ((scope.var(w) * scope.input([3.0, 0.1])).square().sum(), [])
///     });
///     nadam.step(&mut params, &step.gradients);
/// }
/// // Both come near, however steep it is.
/// assert!(params[w].value.to_vec_f64().iter().all(|w| w.abs() < 0.01));
/// ```
#[derive(Clone, Debug)]
pub struct NAdam {
    rule: Ahead,
    common: Common,
}

#[derive(Clone, Debug)]
struct Ahead {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    momentum_decay: f64,
    decoupled: bool,
}

impl NAdam {
    /// NAdam with a learning rate, and $\beta_1 = 0.9$, $\beta_2 = 0.999$,
    /// $\varepsilon = 10^{-8}$, $\psi = 0.004$.
    ///
    /// # Panics
    ///
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> NAdam {
        let rule = Ahead {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            momentum_decay: 0.004,
            decoupled: false,
        };
        NAdam { rule, common: Common::new(rate) }
    }

    /// With other decay rates of the moving averages: $\beta_1$ of the gradient, $\beta_2$ of its
    /// square.
    ///
    /// # Panics
    ///
    /// If one is not in $[0, 1)$.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> NAdam {
        self.rule.beta1 = valid_average("beta1", beta1);
        self.rule.beta2 = valid_average("beta2", beta2);
        self
    }

    /// With another $\varepsilon$: the larger, the shorter the steps along small gradients.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> NAdam {
        self.rule.epsilon = valid_epsilon(epsilon);
        self
    }

    /// With another $\psi$: the larger, the sooner the momentum has grown to $\beta_1$.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn momentum_decay(mut self, decay: f64) -> NAdam {
        let valid = decay.is_finite() && decay >= 0.0;
        assert!(valid, "the decay of a momentum is finite and not negative, unlike {decay}");
        self.rule.momentum_decay = decay;
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
    pub fn weight_decay(mut self, decay: f64) -> NAdam {
        self.common.decay = valid_weight_decay(decay);
        self
    }

    /// With the weight decay of [`AdamW`](crate::AdamW), which shrinks parameters by themselves.
    pub fn decoupled(mut self) -> NAdam {
        self.rule.decoupled = true;
        self
    }
}

optimizer!(NAdam);

impl Ahead {
    /// $\mu_t$.
    fn momentum(&self, t: i32) -> f64 {
        self.beta1 * (1.0 - 0.5 * 0.96_f64.powf(f64::from(t) * self.momentum_decay))
    }

    /// $\prod_{i \le t} \mu_i$, and no more factors than can be told from 1 when it is taken from
    /// that. So nothing needs to be remembered of it.
    fn product(&self, t: i32) -> f64 {
        let mut product = 1.0;
        for i in 1..=t {
            product *= self.momentum(i);
            if product < f64::EPSILON / 4.0 {
                return 0.0;
            }
        }
        product
    }
}

impl Rule for Ahead {
    const NAME: &'static str = "nadam";

    fn memory(&self) -> &'static [&'static str] {
        &["m", "v"]
    }

    #[inline(always)]
    fn update<T: Real>(&self, pace: &Pace, p: &mut [T], g: &[T], memory: &mut [&mut [T]]) {
        let [m, v] = memory else { unreachable!("it is what `memory` says") };
        let &Ahead { beta1, beta2, epsilon, decoupled, .. } = self;
        let &Pace { t, rate, decay } = pace;
        let (now, next, product) =
            (self.momentum(t), self.momentum(t.saturating_add(1)), self.product(t));
        let along_g = T::from_f64(rate * (1.0 - now) / (1.0 - product));
        let along_m = T::from_f64(rate * next / (1.0 - product * next));
        let root = T::from_f64((1.0 - beta2.powi(t)).sqrt().recip());
        let [keep1, take1, keep2, take2, epsilon] =
            [beta1, 1.0 - beta1, beta2, 1.0 - beta2, epsilon].map(T::from_f64);
        let (shrink, decay) = if decoupled { (1.0 - rate * decay, 0.0) } else { (1.0, decay) };
        let [shrink, decay] = [shrink, decay].map(T::from_f64);
        for (((p, &g), m), v) in p.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut()) {
            let g = with_decay(g, *p, decay);
            *m = keep1 * *m + take1 * g;
            *v = keep2 * *v + take2 * (g * g);
            *p = shrink * *p - (along_g * g + along_m * *m) / (v.sqrt() * root + epsilon);
        }
    }
}
