//! Softmax and its kin: numbers as shares of a whole.

use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// $e^{x_i} / \sum_j e^{x_j}$ along one axis, without overflow. Of nothing but −∞, as of a row
    /// that is wholly masked out, it is 0, and so is its derivative.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([0.0, 3.0_f64.ln()]).softmax(0).to_string(), "[0.25 0.75]");
    /// ```
    #[track_caller]
    pub fn softmax(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("softmax", axis);
        let e = (self - self.shift(&[axis]).0).exp();
        e / e.sum_keeping(axis).or_one()
    }

    /// [`Var::softmax`] of $-x$: the smallest is the likeliest.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([0.0, 3.0_f64.ln()]).softmin(0).to_string(), "[0.75 0.25]");
    /// ```
    #[track_caller]
    pub fn softmin(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("softmin", axis);
        (-self).softmax(axis)
    }

    /// $x_i - \ln \sum_j e^{x_j}$ along one axis: the logarithm of [`Var::softmax`], accurate
    /// where that is tiny. Of nothing but −∞ it is −∞.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([0.0, 1000.0]).log_softmax(0).to_string(), "[-1000.     0.]");
    /// ```
    #[track_caller]
    pub fn log_softmax(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("log_softmax", axis);
        let shifted = self - self.shift(&[axis]).0;
        shifted - shifted.exp().sum_keeping(axis).or_one().ln()
    }

    /// $\ln \sum_i e^{x_i}$ over these axes, which disappear, without overflow. Of nothing but −∞
    /// it is −∞, with derivative 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([1000.0, 1000.0]).logsumexp(0);
    /// assert_eq!(y.item(), 1000.0 + 2.0_f64.ln());
    /// ```
    #[track_caller]
    pub fn logsumexp(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("logsumexp", axes);
        let axes = axes.as_slice();
        let (shift, max) = self.shift(axes);
        let sum = (self - shift).exp().sum_over(axes).or_one();
        sum.ln() + max.reshape(self.shape().without(axes))
    }

    /// The shares $\max(x_i - \tau, 0)$ along one axis, with $\tau$ such that they add up to 1: the
    /// point of the simplex that is nearest to $x$, in which most shares may be 0 (Martins and
    /// Astudillo, "From softmax to sparsemax", 2016). Cotangents $v$ become $v_i - \bar v$, with
    /// the mean over the positive shares, and 0 where the share is 0, also just so. Of nothing but
    /// −∞ it is 0, and so is its derivative.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([0.5, 1.0, -3.0]).sparsemax(0).to_string(), "[0.25 0.75 0.  ]");
    /// ```
    #[track_caller]
    pub fn sparsemax(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("sparsemax", axis);
        let x = self - self.shift(&[axis]).0;
        let sorted = x.sort_descending(axis);
        let count = sorted.ones_like().cumsum(axis);
        let is_positive = (1.0 + count * sorted).gt(sorted.cumsum(axis));
        let total = is_positive.select(sorted, 0.0).sum_keeping(axis);
        let tau = (total - 1.0) / is_positive.sum_keeping(axis).or_one();
        (x - tau).relu()
    }

    /// What exponents are reduced by, and the maximum over these axes, both held fixed. They are
    /// the same unless the maximum is infinite: ∞ − ∞ is not 0.
    #[track_caller]
    fn shift(self, axes: &[usize]) -> (Var<'t>, Var<'t>) {
        let max = self.max_keeping(axes).stop_gradient();
        (max.abs().eq(f64::INFINITY).select(0.0, max), max)
    }

    /// A sum of exponentials, and 1 where all of them are 0, so that neither it nor its derivative
    /// is divided by 0. It has the size of a result, and its derivative is that of the sum, so
    /// this costs little.
    #[track_caller]
    fn or_one(self) -> Var<'t> {
        self + self.eq(0.0)
    }
}
