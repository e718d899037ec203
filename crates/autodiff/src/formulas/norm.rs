//! Norms of vectors, and of whatever several axes are made of.

use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// The Euclidean norm of all elements. At the origin, its derivative is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([3.0, 4.0]).norm().item(), 5.0);
    /// ```
    #[track_caller]
    pub fn norm(self) -> Var<'t> {
        self.square().sum().sqrt_or_zero()
    }

    /// The Euclidean norm over these axes, which disappear; see [`Var::norm`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[3.0, 4.0], [0.0, 2.0]]).norm_over(1).to_string(), "[5. 2.]");
    /// ```
    #[track_caller]
    pub fn norm_over(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("norm_over", axes);
        self.square().sum_over(axes.as_slice()).sqrt_or_zero()
    }

    /// The norm of order $p$ of all elements, $(\sum_i |x_i|^p)^{1/p}$: for $p = \infty$ the largest
    /// of $|x_i|$, for $-\infty$ the smallest, for 0 how many are not 0. By an element that is 0 the
    /// derivative is 0, as is that at the origin; of several largest, each takes an equal share.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([3.0, 0.0, -4.0]);
    /// assert_eq!(x.p_norm(1.0).item(), 7.0);
    /// assert_eq!(x.p_norm(f64::INFINITY).item(), 4.0);
    /// assert_eq!(x.p_norm(0.0).item(), 2.0);
    /// ```
    #[track_caller]
    pub fn p_norm(self, p: f64) -> Var<'t> {
        let axes: Vec<usize> = (0..self.rank()).collect();
        self.p_norm_over(p, axes.as_slice())
    }

    /// The norm of order $p$ over these axes, which disappear; see [`Var::p_norm`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[3.0, -4.0], [0.0, 2.0]]).p_norm_over(1.0, 1).to_string(), "[7. 2.]");
    /// ```
    #[track_caller]
    pub fn p_norm_over(self, p: f64, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("p_norm_over", axes);
        let axes = axes.as_slice();
        match p {
            0.0 => self.ne(0.0).sum_over(axes),
            1.0 => self.abs().sum_over(axes),
            2.0 => self.norm_over(axes),
            f64::INFINITY => self.abs().max_over(axes),
            f64::NEG_INFINITY => self.abs().min_over(axes),
            p => {
                let at_zero = if p > 0.0 { 0.0 } else { f64::INFINITY };
                let sum = self.abs().pow_unless_zero(p, at_zero).sum_over(axes);
                sum.pow_unless_zero(1.0 / p, 0.0)
            }
        }
    }

    /// A power, but this number, with derivative 0, where its base is 0. The inner choice keeps the
    /// slope that is infinite there out of the derivative of the branch not taken.
    #[track_caller]
    fn pow_unless_zero(self, exponent: f64, at_zero: f64) -> Var<'t> {
        let is_zero = self.eq(0.0);
        is_zero.select(at_zero, is_zero.select(1.0, self).pow(exponent))
    }

    /// The root, with derivative 0 at 0 in place of ∞: for sums of squares, which are smooth
    /// behind it.
    #[track_caller]
    pub(super) fn sqrt_or_zero(self) -> Var<'t> {
        let is_zero = self.eq(0.0);
        is_zero.select(0.0, is_zero.select(1.0, self).sqrt())
    }
}
