//! Means and variances, differences and sums under a curve, covariances.

use crate::input::Operand;
use crate::tape::refuse;
use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// The mean of all elements.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 6.0]).mean().item(), 3.0);
    /// ```
    #[track_caller]
    pub fn mean(self) -> Var<'t> {
        self.sum() / self.shape().size() as f64
    }

    /// The mean over these axes, which disappear.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0], [3.0, 6.0]]);
    /// assert_eq!(x.mean_over(1).to_string(), "[1.5 4.5]");
    /// ```
    #[track_caller]
    pub fn mean_over(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("mean_over", axes);
        let axes = axes.as_slice();
        self.sum_over(axes) / self.count_over(axes)
    }

    /// The mean over these axes, which are left with size 1.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0], [3.0, 6.0]]);
    /// assert_eq!(x.mean_keeping(0).to_string(), "[[2. 4.]]");
    /// ```
    #[track_caller]
    pub fn mean_keeping(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("mean_keeping", axes);
        let axes = axes.as_slice();
        self.sum_keeping(axes) / self.count_over(axes)
    }

    /// How many elements each result of a reduction over these axes is made of.
    fn count_over(self, axes: &[usize]) -> f64 {
        let shape = self.shape();
        axes.iter().map(|&axis| shape[axis]).product::<usize>() as f64
    }

    /// The variance of all elements: $\sum_i (x_i - \bar x)^2 / (n - c)$ with the correction $c$,
    /// 0 for that of the elements themselves, 1 for an unbiased estimate from a sample.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 6.0]).var(1).item(), 7.0);
    /// ```
    #[track_caller]
    pub fn var(self, correction: usize) -> Var<'t> {
        let axes: Vec<usize> = (0..self.rank()).collect();
        self.var_over(axes.as_slice(), correction)
    }

    /// The variance over these axes, which disappear; see [`Var::var`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0], [3.0, 6.0]]);
    /// assert_eq!(x.var_over(0, 1).to_string(), "[2. 8.]");
    /// ```
    #[track_caller]
    pub fn var_over(self, axes: impl IntoAxes, correction: usize) -> Var<'t> {
        let axes = self.sorted_axes("var_over", axes);
        let axes = axes.as_slice();
        let n = (self.count_over(axes) - correction as f64).max(0.0);
        (self - self.mean_keeping(axes)).square().sum_over(axes) / n
    }

    /// The standard deviation of all elements, the root of [`Var::var`]. Where all are equal, its
    /// derivative is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 3.0]).std(0).item(), 1.0);
    /// ```
    #[track_caller]
    pub fn std(self, correction: usize) -> Var<'t> {
        self.var(correction).sqrt_or_zero()
    }

    /// The standard deviation over these axes, which disappear; see [`Var::std`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0], [3.0, 6.0]]);
    /// assert_eq!(x.std_over(1, 0).to_string(), "[0.5 1.5]");
    /// ```
    #[track_caller]
    pub fn std_over(self, axes: impl IntoAxes, correction: usize) -> Var<'t> {
        let axes = self.sorted_axes("std_over", axes);
        self.var_over(axes.as_slice(), correction).sqrt_or_zero()
    }

    /// The sum of the elements that are not NaN; the derivative by NaN is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, f64::NAN, 5.0]);
    /// assert_eq!((x.nansum().item(), x.nanmean().item()), (6.0, 3.0));
    /// ```
    #[track_caller]
    pub fn nansum(self) -> Var<'t> {
        self.is_nan().select(0.0, self).sum()
    }

    /// The sum over these axes, which disappear, of the elements that are not NaN; see
    /// [`Var::nansum`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, f64::NAN], [3.0, 6.0]]);
    /// assert_eq!(x.nansum_over(0).to_string(), "[4. 6.]");
    /// ```
    #[track_caller]
    pub fn nansum_over(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("nansum_over", axes);
        self.is_nan().select(0.0, self).sum_over(axes.as_slice())
    }

    /// The mean of the elements that are not NaN, NaN if there are none; see [`Var::nansum`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, f64::NAN], [3.0, 6.0]]);
    /// assert_eq!(x.nanmean().item(), 10.0 / 3.0);
    /// ```
    #[track_caller]
    pub fn nanmean(self) -> Var<'t> {
        self.nansum() / self.eq(self).sum()
    }

    /// The mean over these axes, which disappear, of the elements that are not NaN; see
    /// [`Var::nanmean`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, f64::NAN], [3.0, 6.0]]);
    /// assert_eq!(x.nanmean_over(1).to_string(), "[1.  4.5]");
    /// ```
    #[track_caller]
    pub fn nanmean_over(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("nanmean_over", axes);
        let axes = axes.as_slice();
        self.nansum_over(axes) / self.eq(self).sum_over(axes)
    }

    /// $x_{i+1} - x_i$ along one axis, which becomes one element shorter; of a higher order, the
    /// differences of differences.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 4.0, 9.0, 16.0]);
    /// assert_eq!(x.diff(1, 0).to_string(), "[3. 5. 7.]");
    /// assert_eq!(x.diff(2, 0).to_string(), "[2. 2.]");
    /// ```
    #[track_caller]
    pub fn diff(self, order: usize, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("diff", axis);
        let mut y = self;
        for _ in 0..order.min(self.shape()[axis]) {
            y = y.slice(axis, 1..) - y.slice(axis, ..y.shape()[axis] - 1);
        }
        y
    }

    /// The area under the points of one axis, which disappears, by the trapezoidal rule. The
    /// spacing is a number, or the distances between neighbours, one less than there are points.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([0.0, 1.0, 4.0]);
    /// assert_eq!(y.trapezoid(1.0, 0).item(), 3.0);
    /// let x = tape.input([0.0, 1.0, 3.0]);
    /// assert_eq!(y.trapezoid(x.diff(1, 0), 0).item(), 5.5);
    /// ```
    ///
    /// # Panics
    /// If the spacing is neither.
    #[track_caller]
    pub fn trapezoid(self, spacing: impl Operand<'t>, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("trapezoid", axis);
        self.trapezoids("trapezoid", spacing.on(self.tape()), axis).sum_over(axis)
    }

    /// The area up to each point but the first; see [`Var::trapezoid`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([0.0, 1.0, 4.0]);
    /// assert_eq!(y.cumulative_trapezoid(1.0, 0).to_string(), "[0.5 3. ]");
    /// ```
    #[track_caller]
    pub fn cumulative_trapezoid(self, spacing: impl Operand<'t>, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("cumulative_trapezoid", axis);
        self.trapezoids("cumulative_trapezoid", spacing.on(self.tape()), axis).cumsum(axis)
    }

    /// The areas between neighbouring points.
    #[track_caller]
    fn trapezoids(self, operation: &str, spacing: Var<'t>, axis: usize) -> Var<'t> {
        let n = self.shape()[axis];
        if n == 0 {
            return self;
        }
        let heights = 0.5 * (self.slice(axis, 1..) + self.slice(axis, ..n - 1));
        let widths = match spacing.shape()[..] {
            [] => spacing,
            [count] if count == n - 1 => {
                let mut along = vec![1; self.rank()];
                along[axis] = count;
                spacing.reshape(along)
            }
            _ if spacing.shape() == heights.shape() => spacing,
            _ => {
                let message = format!("a spacing of {} for {n} points", spacing.shape());
                refuse(operation, message, &[self, spacing])
            }
        };
        heights * widths
    }

    /// The covariances of several variables, a row each, of which the columns are observations:
    /// $\sum_k (x_{ik} - \bar x_i)(x_{jk} - \bar x_j) / (n - c)$ with the correction $c$; see
    /// [`Var::var`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0], [6.0, 4.0, 2.0]]);
    /// assert_eq!(x.cov(1).to_string(), "[[ 1. -2.]\n [-2.  4.]]");
    /// ```
    ///
    /// # Panics
    /// If it is not a matrix.
    #[track_caller]
    pub fn cov(self, correction: usize) -> Var<'t> {
        if self.rank() != 2 {
            refuse("cov", format!("takes a matrix, got {}", self.shape()), &[self]);
        }
        let n = (self.shape()[1] as f64 - correction as f64).max(0.0);
        let centred = self - self.mean_keeping(1);
        centred.matmul(centred.t()) / n
    }

    /// The correlations of several variables, a row each: [`Var::cov`] divided by the standard
    /// deviations of both. NaN for a variable that does not vary.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0], [6.0, 4.0, 2.0]]);
    /// assert_eq!(x.corrcoef().to_string(), "[[ 1. -1.]\n [-1.  1.]]");
    /// ```
    ///
    /// # Panics
    /// If it is not a matrix.
    #[track_caller]
    pub fn corrcoef(self) -> Var<'t> {
        if self.rank() != 2 {
            refuse("corrcoef", format!("takes a matrix, got {}", self.shape()), &[self]);
        }
        // The correction cancels.
        let cov = self.cov(0);
        let deviation = cov.diagonal(0, 0, 1).sqrt();
        cov / deviation.unsqueeze(1) / deviation.unsqueeze(0)
    }
}
