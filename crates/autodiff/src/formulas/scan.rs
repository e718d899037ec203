//! Products, whole and running, and running sums of exponentials: trees and scans that join two
//! elements at a time, so that their derivatives are exact and of any order.

use crate::var::{IntoAxes, Var};

/// What two elements become.
#[derive(Clone, Copy)]
enum Join {
    Product,
    LogSum,
}

impl Join {
    #[track_caller]
    fn of<'t>(self, a: Var<'t>, b: Var<'t>) -> Var<'t> {
        match self {
            Join::Product => a * b,
            Join::LogSum => {
                let is_nothing = a.maximum(b).eq(f64::NEG_INFINITY);
                let (a, b) = (is_nothing.select(0.0, a), is_nothing.select(0.0, b));
                is_nothing.select(f64::NEG_INFINITY, a.log_add_exp(b))
            }
        }
    }
}

impl<'t> Var<'t> {
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
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[1.0, 2.0], [3.0, 4.0]]).prod_over(0).to_string(), "[3. 8.]");
    /// ```
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
        self.scan(axis, Join::Product)
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
        self.scan(axis, Join::LogSum)
    }

    /// What all elements up to each become when two are joined at a time, in a logarithm of their
    /// number as many steps: in each, of twice as many.
    #[track_caller]
    fn scan(self, axis: usize, join: Join) -> Var<'t> {
        let n = self.shape()[axis];
        let (mut y, mut width) = (self, 1);
        while width < n {
            let joined = join.of(y.slice(axis, width..), y.slice(axis, ..n - width));
            y = Var::concat(&[y.slice(axis, ..width), joined], axis);
            width *= 2;
        }
        y
    }
}
