//! Adam: steps of about one size, whatever the scale of the gradients.

use wengert_autodiff::{Gradients, Params, Real};

use crate::update::{Memories, Rule, update_all};
use crate::{Optimizer, valid_decay, valid_rate};

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
    averages: Averages,
    memories: Memories<2>,
}

/// The hyper-parameters, by which a step is made.
#[derive(Clone, Debug)]
struct Averages {
    rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}

impl Adam {
    /// Adam with a learning rate, and $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\varepsilon = 10^{-8}$.
    ///
    /// # Panics
    ///
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Adam {
        let rate = valid_rate(rate);
        let averages = Averages { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        Adam { averages, memories: Memories::new() }
    }

    /// With other decay rates of the moving averages: $\beta_1$ of the gradient, $\beta_2$ of its
    /// square.
    ///
    /// # Panics
    ///
    /// If one is not in $[0, 1)$.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Adam {
        self.averages.beta1 = valid_decay("beta1", beta1);
        self.averages.beta2 = valid_decay("beta2", beta2);
        self
    }

    /// With another $\varepsilon$: the larger, the shorter the steps along small gradients.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Adam {
        let valid = epsilon.is_finite() && epsilon >= 0.0;
        assert!(valid, "epsilon is finite and not negative, unlike {epsilon}");
        self.averages.epsilon = epsilon;
        self
    }
}

impl Optimizer for Adam {
    fn step(&mut self, params: &mut Params, gradients: &Gradients) {
        update_all(&self.averages, &mut self.memories, params, gradients);
    }

    fn learning_rate(&self) -> f64 {
        self.averages.rate
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.averages.rate = valid_rate(rate);
    }
}

impl Rule<2> for Averages {
    fn update<T: Real>(&self, t: i32, p: &mut [T], g: &[T], [m, v]: [&mut [T]; 2]) {
        let &Averages { rate, beta1, beta2, epsilon } = self;
        // What does not depend on the element is computed once, in double precision.
        let step = T::from_f64(rate / (1.0 - beta1.powi(t)));
        let root = T::from_f64((1.0 - beta2.powi(t)).sqrt().recip());
        let [keep1, take1, keep2, take2] =
            [beta1, 1.0 - beta1, beta2, 1.0 - beta2].map(T::from_f64);
        let epsilon = T::from_f64(epsilon);
        for (((p, &g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
            *m = keep1 * *m + take1 * g;
            *v = keep2 * *v + take2 * (g * g);
            *p = *p - step * *m / (v.sqrt() * root + epsilon);
        }
    }
}
