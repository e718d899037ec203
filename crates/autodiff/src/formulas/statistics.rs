//! Means, variances, norms and products.

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
    #[track_caller]
    pub fn mean_over(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("mean_over", axes);
        let axes = axes.as_slice();
        self.sum_over(axes) / self.count_over(axes)
    }

    /// The mean over these axes, which are left with size 1.
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
    #[track_caller]
    pub fn var_over(self, axes: impl IntoAxes, correction: usize) -> Var<'t> {
        let axes = self.sorted_axes("var_over", axes);
        let axes = axes.as_slice();
        let n = self.count_over(axes) - correction as f64;
        (self - self.mean_keeping(axes)).square().sum_over(axes) / n
    }

    /// The standard deviation of all elements, the root of [`Var::var`]. Where all are equal, its
    /// derivative is 0.
    #[track_caller]
    pub fn std(self, correction: usize) -> Var<'t> {
        self.var(correction).sqrt_or_zero()
    }

    /// The standard deviation over these axes, which disappear; see [`Var::std`].
    #[track_caller]
    pub fn std_over(self, axes: impl IntoAxes, correction: usize) -> Var<'t> {
        let axes = self.sorted_axes("std_over", axes);
        self.var_over(axes.as_slice(), correction).sqrt_or_zero()
    }

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
    #[track_caller]
    pub fn norm_over(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("norm_over", axes);
        self.square().sum_over(axes.as_slice()).sqrt_or_zero()
    }

    /// The root, with derivative 0 at 0 in place of ∞: for sums of squares, which are smooth
    /// behind it. The inner choice keeps 1/0 out of the derivative of the branch not taken.
    #[track_caller]
    fn sqrt_or_zero(self) -> Var<'t> {
        let is_zero = self.eq(0.0);
        is_zero.select(0.0, is_zero.select(1.0, self).sqrt())
    }

    /// The product of all elements, as a tree of products of halves: its derivatives are exact
    /// where elements are 0, and of any order. 1 if there are none.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([2.0, 0.0, 5.0]);
    /// let y = x.prod();
    /// let [dy] = tape.grad(y, [x]);
    /// assert_eq!(dy.to_string(), "[ 0. 10.  0.]");
    /// ```
    #[track_caller]
    pub fn prod(self) -> Var<'t> {
        self.flatten().prod_over(0)
    }

    /// The product over one axis, which disappears; see [`Var::prod`].
    #[track_caller]
    pub fn prod_over(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("prod_over", axis);
        let (mut rest, mut odd) = (self, None);
        loop {
            let n = rest.shape()[axis];
            if n % 2 == 1 {
                let last = rest.at(axis, -1);
                odd = Some(match odd {
                    None => last,
                    Some(odd) => odd * last,
                });
            }
            if n < 2 {
                break;
            }
            let half = n / 2;
            rest = rest.slice(axis, ..half) * rest.slice(axis, half..2 * half);
        }
        match odd {
            Some(product) => product,
            None => self.sum_over(axis).ones_like(),
        }
    }

    /// $y_i = \prod_{j \le i} x_j$ along one axis, in a logarithm of its size as many steps: in each,
    /// products of twice as many elements. Exact where elements are 0, as [`Var::prod`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 3.0, 4.0]).cumprod(0).to_string(), "[ 1.  2.  6. 24.]");
    /// ```
    #[track_caller]
    pub fn cumprod(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("cumprod", axis);
        self.scan(axis, |a, b| a * b)
    }

    /// $y_i = \ln \sum_{j \le i} e^{x_j}$ along one axis, without overflow: a doubling scan of
    /// [`Var::log_add_exp`], as [`Var::cumprod`] is one of products. One shift for a whole row, as
    /// in [`Var::logsumexp`], would lose its first sums beside a much larger element further on.
    /// Of several −∞ it is −∞, with derivative 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([0.0, 0.0, 1000.0]).logcumsumexp(0);
    /// assert_eq!(y.value().to_vec_f64(), [0.0, 2.0_f64.ln(), 1000.0]);
    /// ```
    #[track_caller]
    pub fn logcumsumexp(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("logcumsumexp", axis);
        self.scan(axis, |a, b| {
            let is_nothing = a.maximum(b).eq(f64::NEG_INFINITY);
            let [a, b] = [a, b].map(|x| is_nothing.select(0.0, x));
            is_nothing.select(f64::NEG_INFINITY, a.log_add_exp(b))
        })
    }

    /// What all elements up to each become when two are `join`ed at a time, in a logarithm of their
    /// number as many steps: in each, of twice as many.
    #[track_caller]
    fn scan(self, axis: usize, join: impl Fn(Var<'t>, Var<'t>) -> Var<'t>) -> Var<'t> {
        let n = self.shape()[axis];
        let (mut y, mut width) = (self, 1);
        while width < n {
            let joined = join(y.slice(axis, width..), y.slice(axis, ..n - width));
            y = Var::concat(&[y.slice(axis, ..width), joined], axis);
            width *= 2;
        }
        y
    }
}
