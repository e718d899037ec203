//! Activations that are composed of operations. Relu, tanh, sigmoid and softplus are operations
//! themselves; see [`ops`](crate::ops).
//!
//! At ±∞ they have their limits, and their derivatives have theirs, which are finite: what would be
//! 0·∞ there is computed from limited numbers.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI};

use crate::input::Operand;
use crate::var::Var;

impl<'t> Var<'t> {
    /// $x$ for $x > 0$, else $a x$, with derivative 1 or $a$, $a$ at 0 (Maas, Hannun and Ng,
    /// "Rectifier nonlinearities improve neural network acoustic models", 2013). The slope $a$ may
    /// be a variable that is learnt (PReLU: He, Zhang, Ren and Sun, 2015); it is broadcast.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-2.0, 3.0]).leaky_relu(0.1).to_string(), "[-0.2  3. ]");
    /// ```
    #[track_caller]
    pub fn leaky_relu(self, slope: impl Operand<'t>) -> Var<'t> {
        self.gt(0.0).select(self, slope.on(self.tape) * self)
    }

    /// $\min(\max(x, 0), 6)$, with derivative 1 between 0 and 6, else 0, also at both (Krizhevsky,
    /// "Convolutional deep belief networks on CIFAR-10", 2010).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-2.0, 3.0, 7.0]).relu6().to_string(), "[0. 3. 6.]");
    /// ```
    #[track_caller]
    pub fn relu6(self) -> Var<'t> {
        self.ge(6.0).select(6.0, self.relu())
    }

    /// $x$ for $x > 0$, else $a\,(e^x - 1)$, with derivative 1 or $a e^x$, $a$ at 0 (Clevert,
    /// Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear
    /// units", 2016).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([-0.5_f64.ln(), 0.5_f64.ln()]).elu(1.0);
    /// assert!((y.at(0, 0).item() - 2.0_f64.ln()).abs() < 1e-15);
    /// assert!((y.at(0, 1).item() + 0.5).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn elu(self, a: f64) -> Var<'t> {
        let is_positive = self.gt(0.0);
        is_positive.select(self, a * is_positive.select(0.0, self).exp_m1())
    }

    /// $\lambda \operatorname{elu}_\alpha x$ with the two constants that let mean 0 and variance 1
    /// pass from layer to layer (Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing
    /// neural networks", 2017). Its derivative is $\lambda$ or $\lambda\alpha e^x$, $\lambda\alpha$
    /// at 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(2.0).selu().item(), 2.0 * 1.0507009873554805);
    /// ```
    #[track_caller]
    pub fn selu(self) -> Var<'t> {
        1.050_700_987_355_480_5 * self.elu(1.673_263_242_354_377_2)
    }

    /// $x$ for $x > 0$, else $a\,(e^{x/a} - 1)$, with derivative 1 or $e^{x/a}$, 1 at 0 (Barron,
    /// "Continuously differentiable exponential linear units", 2017).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input(2.0 * 0.5_f64.ln()).celu(2.0);
    /// assert!((y.item() + 1.0).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn celu(self, a: f64) -> Var<'t> {
        let is_positive = self.gt(0.0);
        is_positive.select(self, a * (is_positive.select(0.0, self) / a).exp_m1())
    }

    /// $x\, \Phi(x)$ with the distribution function $\Phi$ of the normal distribution, exact; its
    /// derivative is $\Phi(x) + x\, \Phi'(x)$ (Hendrycks and Gimpel, "Gaussian error linear units",
    /// 2016).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert!((tape.input(1.0).gelu().item() - 0.8413447460685429).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn gelu(self) -> Var<'t> {
        // Φ(−40) is less than any number.
        let (x, limited) = self.limited(40.0);
        0.5 * x * (limited * -FRAC_1_SQRT_2).erfc()
    }

    /// $\frac x 2 \left(1 + \tanh\left(\sqrt{2/\pi}\,(x + 0.044715\, x^3)\right)\right)$: the same
    /// authors' approximation of [`Var::gelu`], which some models were trained with.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert!((tape.input(1.0).gelu_tanh().item() - 0.8411919906082768).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn gelu_tanh(self) -> Var<'t> {
        let (x, limited) = self.limited(40.0);
        // (1 + tanh z)/2 is the sigmoid of 2z, in which nothing cancels.
        let z = FRAC_2_PI.sqrt() * (limited + 0.044_715 * limited * limited * limited);
        x * (2.0 * z).sigmoid()
    }

    /// $x\,\sigma(x) = x / (1 + e^{-x})$, with derivative $\sigma(x)\,(1 + x\,\sigma(-x))$
    /// (Elfwing, Uchibe and Doya, 2017; "swish").
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert!((tape.input(1.0).silu().item() - 0.7310585786300049).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn silu(self) -> Var<'t> {
        let (x, limited) = self.limited(800.0);
        x * limited.sigmoid()
    }

    /// $x\,t$ with $t = \tanh \ln(1 + e^x)$, and with derivative $t + x\,(1 - t^2)\,\sigma(x)$
    /// (Misra, "Mish: a self regularized non-monotonic activation function", 2020).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert!((tape.input(1.0).mish().item() - 0.8650983882673103).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn mish(self) -> Var<'t> {
        let (x, limited) = self.limited(800.0);
        x * limited.softplus().tanh()
    }

    /// $\ln \sigma(x) = \ln \frac{1}{1 + e^{-x}}$, accurate where that is near 0 or 1, with
    /// derivative $\sigma(-x)$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(-1000.0).log_sigmoid().item(), -1000.0);
    /// ```
    #[track_caller]
    pub fn log_sigmoid(self) -> Var<'t> {
        -(-self).softplus()
    }

    /// $x / (1 + |x|)$, with derivative $(1 + |x|)^{-2}$ (Turian, Bergstra and Bengio, "Quadratic
    /// features and deep architectures for chunking", 2009). Its second derivative is 0 at 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-1.0, 0.0, 3.0]).softsign().to_string(), "[-0.5   0.    0.75]");
    /// ```
    #[track_caller]
    pub fn softsign(self) -> Var<'t> {
        let size = self.abs();
        let (is_near, rest) = (size.lt(1.0), 1.0 / (1.0 + size));
        // Far from 0, the same as the distance from its limits: no difference of two large slopes.
        is_near.select(is_near.select(self, 0.0) * rest, self.sign() * (1.0 - rest))
    }

    /// $\min(\max(x, -1), 1)$, with derivative 1 between −1 and 1, else 0, also at both. Other
    /// limits: [`Var::clamp`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-2.0, 0.5, 2.0]).hard_tanh().to_string(), "[-1.   0.5  1. ]");
    /// ```
    #[track_caller]
    pub fn hard_tanh(self) -> Var<'t> {
        self.abs().lt(1.0).select(self, self.sign())
    }

    /// $\min(\max(\frac x 6 + \frac 1 2, 0), 1)$, with derivative $\frac16$ between ±3, else 0
    /// (Howard et al., "Searching for MobileNetV3", 2019).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-4.0, 1.5, 4.0]).hard_sigmoid().to_string(), "[0.   0.75 1.  ]");
    /// ```
    #[track_caller]
    pub fn hard_sigmoid(self) -> Var<'t> {
        self.abs().lt(3.0).select(self / 6.0, 0.5 * self.sign()) + 0.5
    }

    /// $x \min(\max(\frac x 6 + \frac 1 2, 0), 1)$, with derivative $\frac x 3 + \frac 1 2$ between
    /// −3 and 3, 0 at −3 and below, 1 at 3 and above; same source as [`Var::hard_sigmoid`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-1.5, 1.5, 4.0]).hard_swish().to_string(), "[-0.375  1.125  4.   ]");
    /// ```
    #[track_caller]
    pub fn hard_swish(self) -> Var<'t> {
        let (x, limited) = self.limited(3.0);
        x * (limited / 6.0 + 0.5)
    }

    /// $x$ but not below `-limit`, and the same but not above `limit` either. Of what is $x$ times
    /// a factor that is 0 below and 1 above, to the last digit, the first is for $x$ and the second
    /// for the factor: then neither the product nor its derivatives are 0·∞.
    #[track_caller]
    fn limited(self, limit: f64) -> (Var<'t>, Var<'t>) {
        let from_below = self.le(-limit).select(-limit, self);
        (from_below, from_below.ge(limit).select(limit, from_below))
    }
}
