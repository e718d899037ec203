//! Activations that take what is small for nothing.

use crate::input::Operand;
use crate::var::Var;

impl<'t> Var<'t> {
    /// $x$ where it is above the threshold, else `value`, broadcast. The derivative is 1 above the
    /// threshold, else 0, also at it.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([0.5, 1.0, 3.0]).threshold(1.0, -2.0).to_string(), "[-2. -2.  3.]");
    /// ```
    #[track_caller]
    pub fn threshold(self, threshold: impl Operand<'t>, value: impl Operand<'t>) -> Var<'t> {
        self.le(threshold).select(value, self)
    }

    /// $x$ where $|x| > \lambda$, else 0, with derivative 1 and 0, and 0 at the jumps at
    /// $\pm\lambda$ (Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", 1994).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-2.0, 0.5, 3.0]).hard_shrink(0.5).to_string(), "[-2.  0.  3.]");
    /// ```
    #[track_caller]
    pub fn hard_shrink(self, lambda: f64) -> Var<'t> {
        self.abs().le(lambda).select(0.0, self)
    }

    /// $x$ brought nearer to 0 by $\lambda$, but not across:
    /// $\operatorname{sign} x \cdot \max(|x| - \lambda, 0)$, with derivative 1 where
    /// $|x| > \lambda$, else 0, also at $\pm\lambda$; same source as [`Var::hard_shrink`]. It is
    /// the step that minimises $\lambda |y| + \frac12 (y - x)^2$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-2.0, 0.5, 3.0]).soft_shrink(0.5).to_string(), "[-1.5  0.   2.5]");
    /// ```
    #[track_caller]
    pub fn soft_shrink(self, lambda: f64) -> Var<'t> {
        self.abs().le(lambda).select(0.0, self - lambda * self.sign())
    }

    /// $x - \tanh x$, with derivative $\tanh^2 x$. Near 0 it is the rounded difference.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(2.0).tanh_shrink().item(), 2.0 - 2.0_f64.tanh());
    /// ```
    #[track_caller]
    pub fn tanh_shrink(self) -> Var<'t> {
        self - self.tanh()
    }
}
