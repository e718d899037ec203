//! Sorting and what follows from it. Positions are found by an operation, values are gathered at
//! them: the derivative goes to the elements that were chosen, wholly.

use crate::input::Operand;
use crate::ops::{ArgSort, CumArgMax, SearchSorted};
use crate::tape::refuse;
use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// The elements along one axis in ascending order, NaN last. Equals keep their order, and the
    /// derivative of each is that of the element that has come there.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([3.0, 1.0, 2.0]);
    /// let y = x.sort(0);
    /// assert_eq!(y.to_string(), "[1. 2. 3.]");
    /// let [dx] = tape.vjp([(y, tape.input([10.0, 20.0, 30.0]))], [x]);
    /// assert_eq!(dx.to_string(), "[30. 10. 20.]");
    /// ```
    #[track_caller]
    pub fn sort(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("sort", axis);
        self.gather(axis, self.argsort(axis))
    }

    /// The elements along one axis in descending order, NaN first; see [`Var::sort`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([3.0, 1.0, 2.0]).sort_descending(0).to_string(), "[3. 2. 1.]");
    /// ```
    #[track_caller]
    pub fn sort_descending(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("sort_descending", axis);
        self.gather(axis, self.argsort_descending(axis))
    }

    /// The positions along one axis that sort it: `x.gather(axis, x.argsort(axis))` ascends, NaN
    /// last. Equals keep their order. Positions can be sorted too. An index: nothing is
    /// differentiated through it.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([3.0, 1.0, 2.0, 1.0]);
    /// assert_eq!(x.argsort(0).to_string(), "[1 3 2 0]");
    /// ```
    #[track_caller]
    pub fn argsort(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("argsort", axis);
        self.tape.record(ArgSort { axis, descending: false }, &[self])
    }

    /// The positions along one axis that sort it in descending order, NaN first. Equals keep their
    /// order; see [`Var::argsort`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([3.0, 1.0, 2.0, 1.0]);
    /// assert_eq!(x.argsort_descending(0).to_string(), "[0 2 1 3]");
    /// ```
    #[track_caller]
    pub fn argsort_descending(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("argsort_descending", axis);
        self.tape.record(ArgSort { axis, descending: true }, &[self])
    }

    /// For each element, how many along the axis come before it when they are sorted, from 0:
    /// equals in their order, NaN last. An index.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([3.0, 1.0, 2.0, 1.0]);
    /// assert_eq!(x.ranks(0).to_string(), "[3 0 2 1]");
    /// ```
    #[track_caller]
    pub fn ranks(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("ranks", axis);
        // What sorts a permutation is its inverse.
        self.argsort(axis).argsort(axis)
    }

    /// The `k` largest elements along one axis, the largest first, and their positions. NaN counts
    /// as largest; of equals, the earlier are taken.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (values, positions) = tape.input([1.0, 7.0, 3.0, 7.0]).topk(3, 0);
    /// assert_eq!(values.to_string(), "[7. 7. 3.]");
    /// assert_eq!(positions.to_string(), "[1 3 2]");
    /// ```
    ///
    /// # Panics
    /// If there are not that many.
    #[track_caller]
    pub fn topk(self, k: usize, axis: impl IntoAxes) -> (Var<'t>, Var<'t>) {
        let axis = self.axis("topk", axis);
        self.check_count("topk", k, axis);
        let positions = self.argsort_descending(axis).slice(axis, ..k);
        (self.gather(axis, positions), positions)
    }

    /// The `k` smallest elements along one axis, the smallest first, and their positions; see
    /// [`Var::topk`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (values, positions) = tape.input([1.0, 7.0, 3.0, 7.0]).bottomk(2, 0);
    /// assert_eq!(values.to_string(), "[1. 3.]");
    /// assert_eq!(positions.to_string(), "[0 2]");
    /// ```
    ///
    /// # Panics
    /// If there are not that many.
    #[track_caller]
    pub fn bottomk(self, k: usize, axis: impl IntoAxes) -> (Var<'t>, Var<'t>) {
        let axis = self.axis("bottomk", axis);
        self.check_count("bottomk", k, axis);
        let positions = self.argsort(axis).slice(axis, ..k);
        (self.gather(axis, positions), positions)
    }

    #[track_caller]
    fn check_count(self, operation: &str, k: usize, axis: usize) {
        let n = self.shape()[axis];
        if k > n {
            let message = format!("{k} of the {n} elements along axis {axis} of {}", self.shape());
            refuse(operation, message, &[self]);
        }
    }

    /// The order statistic $x_{(k)}$, the `k`-th smallest element along one axis, which disappears,
    /// and its position: for $k = 1$ the smallest. NaN counts as largest.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (value, position) = tape.input([5.0, 1.0, 3.0]).kth_smallest(2, 0);
    /// assert_eq!((value.item(), position.item()), (3.0, 2.0));
    /// ```
    ///
    /// # Panics
    /// If `k` is 0 or there are not that many elements.
    #[doc(alias = "kthvalue")]
    #[track_caller]
    pub fn kth_smallest(self, k: usize, axis: impl IntoAxes) -> (Var<'t>, Var<'t>) {
        let axis = self.axis("kth_smallest", axis);
        self.check_count("kth_smallest", k, axis);
        if k == 0 {
            refuse("kth_smallest", "counts from 1: there is no 0-th element".to_owned(), &[self]);
        }
        let position = self.argsort(axis).slice(axis, k - 1..k);
        (self.gather(axis, position).squeeze(axis), position.squeeze(axis))
    }

    /// $y_i = \max_{j \le i} x_j$ along one axis; NaN from the first NaN on. The derivative goes to
    /// the element that it is, the last of equals.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 3.0, 2.0, 4.0]);
    /// assert_eq!(x.cummax(0).to_string(), "[1. 3. 3. 4.]");
    /// assert_eq!(x.cummin(0).to_string(), "[1. 1. 1. 1.]");
    /// ```
    #[track_caller]
    pub fn cummax(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("cummax", axis);
        self.gather(axis, self.cumargmax(axis))
    }

    /// $y_i = \min_{j \le i} x_j$ along one axis; see [`Var::cummax`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([2.0, 3.0, 1.0]).cummin(0).to_string(), "[2. 2. 1.]");
    /// ```
    #[track_caller]
    pub fn cummin(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("cummin", axis);
        self.gather(axis, self.cumargmin(axis))
    }

    /// Where the largest element so far along one axis was, the last of equals; a NaN counts as
    /// largest. An index.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 3.0, 3.0, 2.0]);
    /// assert_eq!(x.cumargmax(0).to_string(), "[0 1 2 2]");
    /// ```
    #[track_caller]
    pub fn cumargmax(self, axis: impl IntoAxes) -> Var<'t> {
        self.tape.record(CumArgMax { axis: self.axis("cumargmax", axis) }, &[self])
    }

    /// Where the smallest element so far along one axis was; as [`Var::cumargmax`], also of equals
    /// and of NaN.
    #[track_caller]
    pub fn cumargmin(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("cumargmin", axis);
        (-self).cumargmax(axis)
    }

    /// For each value, how many of these numbers, sorted along the last axis, are below it: where
    /// it can be put in before its equals. Leading axes that both have are shared if these numbers
    /// have more than one axis. An index.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let bounds = tape.input([0.0, 1.0, 2.0]);
    /// let x = tape.input([-0.5, 1.0, 1.5, 9.0]);
    /// assert_eq!(bounds.search_sorted(x).to_string(), "[0 1 2 3]");
    /// assert_eq!(bounds.search_sorted_right(x).to_string(), "[0 2 2 3]");
    /// ```
    #[doc(alias = "bucketize")]
    #[doc(alias = "digitize")]
    #[track_caller]
    pub fn search_sorted(self, values: impl Operand<'t>) -> Var<'t> {
        self.search("search_sorted", values.on(self.tape), false)
    }

    /// For each value, how many of these numbers, sorted along the last axis, are at most it: where
    /// it can be put in behind its equals; see [`Var::search_sorted`].
    #[track_caller]
    pub fn search_sorted_right(self, values: impl Operand<'t>) -> Var<'t> {
        self.search("search_sorted_right", values.on(self.tape), true)
    }

    #[track_caller]
    fn search(self, operation: &str, values: Var<'t>, right: bool) -> Var<'t> {
        if self.rank() == 0 {
            refuse(operation, "sorted numbers need an axis".to_owned(), &[self, values]);
        }
        let op = SearchSorted { batch: self.rank() - 1, right };
        self.tape.record_as(operation, op, &[self, values])
    }
}
