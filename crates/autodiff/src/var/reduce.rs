//! Reductions as methods. `sum` is over everything; `sum_over` removes the axes it reduces, and
//! `sum_keeping` leaves them with size 1.

use wengert_tensor::Shape;

use crate::ops::{ArgMax, Axes, CumSum, Max, Min, Sum};
use crate::var::{IntoAxes, Var};

macro_rules! reductions {
    ($($Op:ident, $word:literal: $all:ident, $over:ident, $keeping:ident, $example:literal;)*) => {
        impl<'t> Var<'t> {$(
            #[doc = concat!("The ", $word, " of all elements.")]
            ///
            /// ```
            /// # let tape = wengert_autodiff::Tape::new();
            /// let x = tape.input([[1.0, 2.0], [3.0, 4.0]]);
            #[doc = concat!("assert_eq!(x.", stringify!($all), "().item(), ", $example, ");")]
            /// ```
            #[track_caller]
            pub fn $all(self) -> Var<'t> {
                self.tape.record($Op { axes: (0..self.rank()).collect() }, &[self])
            }

            #[doc = concat!("The ", $word, " over these axes, which disappear.")]
            #[track_caller]
            pub fn $over(self, axes: impl IntoAxes) -> Var<'t> {
                let axes = self.sorted_axes(stringify!($over), axes);
                self.tape.record($Op { axes }, &[self])
            }

            #[doc = concat!("The ", $word, " over these axes, which are left with size 1.")]
            #[track_caller]
            pub fn $keeping(self, axes: impl IntoAxes) -> Var<'t> {
                let axes = self.sorted_axes(stringify!($keeping), axes);
                let kept = self.with_ones(&axes);
                self.tape.record($Op { axes }, &[self]).reshape(kept)
            }
        )*}
    };
}

reductions! {
    Sum, "sum": sum, sum_over, sum_keeping, "10.0";
    Max, "maximum": max, max_over, max_keeping, "4.0";
    Min, "minimum": min, min_over, min_keeping, "1.0";
}

impl<'t> Var<'t> {
    #[track_caller]
    pub(crate) fn sorted_axes(self, operation: &str, axes: impl IntoAxes) -> Axes {
        let mut axes = self.axes(operation, axes);
        axes.sort_unstable();
        axes
    }

    /// Its shape with these axes of size 1.
    pub(crate) fn with_ones(self, axes: &[usize]) -> Shape {
        let shape = self.shape();
        (0..shape.rank()).map(|axis| if axes.contains(&axis) { 1 } else { shape[axis] }).collect()
    }

    /// The position of the largest element along one axis, which disappears: the first of equals;
    /// a NaN counts as largest. An index: nothing is differentiated through it.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 5.0, 2.0], [7.0, 0.0, 7.0]]);
    /// assert_eq!(x.argmax(-1).to_string(), "[1 0]");
    /// ```
    #[track_caller]
    pub fn argmax(self, axis: impl IntoAxes) -> Var<'t> {
        self.tape.record(ArgMax { axis: self.axis("argmax", axis) }, &[self])
    }

    /// The position of the smallest element along one axis; as [`Var::argmax`], also of equals and
    /// of NaN.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 5.0, 2.0], [7.0, 0.0, 0.0]]);
    /// assert_eq!(x.argmin(-1).to_string(), "[0 1]");
    /// ```
    #[track_caller]
    pub fn argmin(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("argmin", axis);
        (-self).argmax(axis)
    }

    /// $y_i = \sum_{j \le i} x_j$ along one axis.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 3.0]).cumsum(0).to_string(), "[1. 3. 6.]");
    /// ```
    #[track_caller]
    pub fn cumsum(self, axis: impl IntoAxes) -> Var<'t> {
        self.tape.record(CumSum { axis: self.axis("cumsum", axis), reverse: false }, &[self])
    }
}
