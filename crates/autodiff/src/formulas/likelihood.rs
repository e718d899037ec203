//! How unlikely targets are, of which a model predicts the distribution; and how far distributions
//! diverge.
//!
//! As for the other [losses](super::loss), what each is the mean of has the same name with `_each`.

use crate::input::Operand;
use crate::var::Var;

impl<'t> Var<'t> {
    /// The mean of $e^x - t x$ for counts $t$ of events whose expected number is $e^x$: how
    /// unlikely they are by Poisson's distribution, without $\ln t!$, which does not depend on $x$.
    /// The derivative is $e^x - t$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([2.0, 5.0]).ln();
    /// let loss = x.poisson_nll(tape.input([2.0, 5.0]));
    /// let [dx] = tape.grad(loss, [x]);
    /// assert!(dx.value().to_vec_f64().iter().all(|slope| slope.abs() < 1e-15));
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn poisson_nll(self, target: impl Operand<'t>) -> Var<'t> {
        (self.exp() - self.target("poisson_nll", target) * self).mean()
    }

    /// The values that [`Var::poisson_nll`] is the mean of.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let losses = tape.input([0.0, 0.0]).poisson_nll_each(tape.input([1.0, 3.0]));
    /// assert_eq!(losses.to_string(), "[1. 1.]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn poisson_nll_each(self, target: impl Operand<'t>) -> Var<'t> {
        self.exp() - self.target("poisson_nll_each", target) * self
    }

    /// The mean of $\frac12 \left(\ln v + \frac{(x - t)^2}{v}\right)$ for targets $t$ that are
    /// normally distributed around $x$ with variance $v > 0$, which is broadcast: how unlikely they
    /// are, without $\frac12 \ln 2\pi$ (Nix and Weigend, "Estimating the mean and variance of the
    /// target probability distribution", 1994). The derivatives are $(x - t)/v$ and
    /// $\frac{1}{2v} \left(1 - \frac{(x - t)^2}{v}\right)$.
    ///
    /// Learn $\ln v$ or the like, so that the variance stays positive; near 0 the loss has no lower
    /// bound.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let loss = tape.input([1.0, 2.0]).gaussian_nll(tape.input([1.0, 4.0]), 1.0);
    /// assert_eq!(loss.item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes of prediction and target differ, or that of the variance does not broadcast.
    #[track_caller]
    pub fn gaussian_nll(self, target: impl Operand<'t>, variance: impl Operand<'t>) -> Var<'t> {
        self.surprise_of_normal(self.target("gaussian_nll", target), variance).mean()
    }

    /// The values that [`Var::gaussian_nll`] is the mean of.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let losses = tape.input([1.0, 2.0]).gaussian_nll_each(tape.input([1.0, 4.0]), 1.0);
    /// assert_eq!(losses.to_string(), "[0. 2.]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::gaussian_nll`].
    #[track_caller]
    pub fn gaussian_nll_each(
        self,
        target: impl Operand<'t>,
        variance: impl Operand<'t>,
    ) -> Var<'t> {
        self.surprise_of_normal(self.target("gaussian_nll_each", target), variance)
    }

    #[track_caller]
    fn surprise_of_normal(self, target: Var<'t>, variance: impl Operand<'t>) -> Var<'t> {
        let variance = variance.on(self.tape);
        0.5 * (variance.ln() + (self - target).square() / variance)
    }

    /// The mean over all rows of $\sum_j t_j (\ln t_j - x_j)$ with logarithms $x$ of probabilities
    /// and probabilities $t$ of their shape: how far the former diverge from the latter (Kullback
    /// and Leibler, 1951). $0 \ln 0 = 0$, with derivative 0. Mind that the mean is over rows, whose
    /// elements are added up, and not over elements.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[0.25, 0.75]]).ln();
    /// assert_eq!(x.kl_div(tape.input([[0.0, 1.0]])).item(), -0.75_f64.ln());
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn kl_div(self, target: impl Operand<'t>) -> Var<'t> {
        let target = self.target("kl_div", target);
        self.divergence("kl_div", target).mean()
    }

    /// The values that [`Var::kl_div`] is the mean of, one for each row.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[0.5, 0.5], [0.25, 0.75]]);
    /// let losses = x.ln().kl_div_each(x);
    /// assert_eq!(losses.to_string(), "[0. 0.]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn kl_div_each(self, target: impl Operand<'t>) -> Var<'t> {
        let target = self.target("kl_div_each", target);
        self.divergence("kl_div_each", target)
    }

    #[track_caller]
    fn divergence(self, loss: &str, target: Var<'t>) -> Var<'t> {
        let classes = self.axis(loss, -1);
        let excluded = target.eq(0.0) * self.eq(f64::NEG_INFINITY);
        let apart = target.xlogy(target) - target * excluded.select(0.0, self);
        apart.sum_over(classes)
    }

    /// [`Var::kl_div`] with the logarithms $s$ of the target's probabilities: the mean over all
    /// rows of $\sum_j e^{s_j} (s_j - x_j)$. What is impossible, $s_j = -\infty$, counts 0, with
    /// derivative 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (x, s) = (tape.input([[0.25, 0.75]]).ln(), tape.input([[0.0, 1.0]]).ln());
    /// assert_eq!(x.kl_div_log(s).item(), -0.75_f64.ln());
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn kl_div_log(self, target: impl Operand<'t>) -> Var<'t> {
        let target = self.target("kl_div_log", target);
        self.divergence_of_logs("kl_div_log", target).mean()
    }

    /// The values that [`Var::kl_div_log`] is the mean of, one for each row.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[0.5, 0.5], [0.25, 0.75]]).ln();
    /// assert_eq!(x.kl_div_log_each(x).to_string(), "[0. 0.]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn kl_div_log_each(self, target: impl Operand<'t>) -> Var<'t> {
        let target = self.target("kl_div_log_each", target);
        self.divergence_of_logs("kl_div_log_each", target)
    }

    /// Both sides of the difference are chosen: nothing infinite is differentiated.
    #[track_caller]
    fn divergence_of_logs(self, loss: &str, target: Var<'t>) -> Var<'t> {
        let classes = self.axis(loss, -1);
        let is_impossible = target.eq(f64::NEG_INFINITY);
        let apart = is_impossible.select(0.0, target) - is_impossible.select(0.0, self);
        (target.exp() * apart).sum_over(classes)
    }
}
