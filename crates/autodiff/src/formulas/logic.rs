//! Questions about many elements, with the answers 1 and 0 or a number of elements. Everything but
//! 0 is true, NaN too. The derivatives are 0.

use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// 1 if no element is 0, else 0; of no elements it is 1.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([2.0, 0.0]);
    /// assert_eq!((x.all().item(), x.any().item(), x.count_nonzero().item()), (0.0, 1.0, 1.0));
    /// ```
    #[track_caller]
    pub fn all(self) -> Var<'t> {
        self.eq(0.0).sum().eq(0.0)
    }

    /// [`Var::all`] over these axes, which disappear.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[0.0, 2.0], [0.0, 0.0]]);
    /// assert_eq!(x.all_over(0).to_string(), "[0. 0.]");
    /// ```
    #[track_caller]
    pub fn all_over(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("all_over", axes);
        self.eq(0.0).sum_over(axes.as_slice()).eq(0.0)
    }

    /// 1 if any element is not 0, else 0; of no elements it is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[0.0, 2.0], [0.0, 0.0]]);
    /// assert_eq!(x.any().item(), 1.0);
    /// ```
    #[track_caller]
    pub fn any(self) -> Var<'t> {
        self.count_nonzero().ne(0.0)
    }

    /// [`Var::any`] over these axes, which disappear.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[0.0, 2.0], [0.0, 0.0]]);
    /// assert_eq!(x.any_over(1).to_string(), "[1. 0.]");
    /// ```
    #[track_caller]
    pub fn any_over(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("any_over", axes);
        self.ne(0.0).sum_over(axes.as_slice()).ne(0.0)
    }

    /// How many elements are not 0, as a real number.
    #[track_caller]
    pub fn count_nonzero(self) -> Var<'t> {
        self.ne(0.0).sum()
    }

    /// How many elements over these axes, which disappear, are not 0, as real numbers.
    #[track_caller]
    pub fn count_nonzero_over(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.sorted_axes("count_nonzero_over", axes);
        self.ne(0.0).sum_over(axes.as_slice())
    }
}
