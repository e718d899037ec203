//! Reductions of the rows that share a label, along the first axis, and reductions into what is
//! there. The labels are an index; how many there are, `n`, is known beforehand.

use crate::input::Operand;
use crate::ops::{FlatIndex, LastWriter, ScatterAdd, SegmentMax};
use crate::tape::refuse;
use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// For each label below `n`, the sum of the rows that have it: 0 where there is none. The
    /// labels may have more than one axis; they are the first ones of this.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// let y = x.segment_sum(tape.indices([1, 0, 1]), 3);
    /// assert_eq!(y.to_string(), "[[3. 4.]\n [6. 8.]\n [0. 0.]]");
    /// ```
    ///
    /// # Panics
    /// If labels and rows do not belong together, or a label is not below `n`.
    #[track_caller]
    pub fn segment_sum(self, labels: impl Operand<'t>, n: usize) -> Var<'t> {
        let labels = labels.on(self.tape);
        self.tape.record_as("segment_sum", ScatterAdd { batch: 0, n }, &[self, labels])
    }

    /// For each label below `n`, the mean of the rows that have it: 0 where there is none; see
    /// [`Var::segment_sum`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([1.0, 2.0, 4.0]).segment_mean(tape.indices([1, 1, 0]), 3);
    /// assert_eq!(y.to_string(), "[4.  1.5 0. ]");
    /// ```
    #[track_caller]
    pub fn segment_mean(self, labels: impl Operand<'t>, n: usize) -> Var<'t> {
        let labels = labels.on(self.tape);
        let sums = self.tape.record_as("segment_mean", ScatterAdd { batch: 0, n }, &[self, labels]);
        let counts = labels.bin_count(n).maximum(1.0);
        let rest = vec![1; sums.rank() - 1];
        sums / counts.reshape([&[n], rest.as_slice()].concat())
    }

    /// For each label below `n`, the largest elements of the rows that have it: −∞ where there is
    /// none, NaN where one is NaN. Where several elements are it, each takes an equal share of the
    /// derivative; see [`Var::segment_sum`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 4.0]);
    /// assert_eq!(x.segment_max(tape.indices([1, 1, 0]), 2).to_string(), "[4. 2.]");
    /// assert_eq!(x.segment_min(tape.indices([1, 1, 0]), 2).to_string(), "[4. 1.]");
    /// ```
    #[track_caller]
    pub fn segment_max(self, labels: impl Operand<'t>, n: usize) -> Var<'t> {
        let labels = labels.on(self.tape);
        self.tape.record(SegmentMax { batch: 0, n }, &[self, labels])
    }

    /// For each label below `n`, the smallest elements of the rows that have it: ∞ where there is
    /// none; as [`Var::segment_max`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let labels = tape.indices([0, 1, 0]);
    /// assert_eq!(tape.input([2.0, 3.0, 1.0]).segment_min(labels, 2).to_string(), "[1. 3.]");
    /// ```
    #[track_caller]
    pub fn segment_min(self, labels: impl Operand<'t>, n: usize) -> Var<'t> {
        let labels = labels.on(self.tape);
        -self.tape.record_as("segment_min", SegmentMax { batch: 0, n }, &[-self, labels])
    }

    /// For each label below `n`, the product of the rows that have it: 1 where there is none. The
    /// rows are sorted by label and multiplied in a doubling scan, so the derivatives are exact
    /// where elements are 0, and of any order, as those of [`Var::prod`]; see
    /// [`Var::segment_sum`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([2.0, 3.0, 0.0, 4.0]).segment_prod(tape.indices([1, 1, 2, 1]), 3);
    /// assert_eq!(y.to_string(), "[ 1. 24.  0.]");
    /// ```
    #[track_caller]
    pub fn segment_prod(self, labels: impl Operand<'t>, n: usize) -> Var<'t> {
        let labels = labels.on(self.tape);
        let (count, rest) = (labels.shape().size(), self.shape()[labels.rank()..].to_vec());
        // A row of ones for each label: a factor for those of which there are no others.
        let ones = self.tape.ones([&[n], rest.as_slice()].concat());
        let rows = Var::concat(&[ones, self.reshape([&[count], rest.as_slice()].concat())], 0);
        let labels = Var::concat(&[self.tape.positions(n), labels.flatten()], 0);
        let order = labels.argsort(0);
        let (labels, mut y, mut width) = (labels.take(0, order), rows.take(0, order), 1);
        let total = n + count;
        let each = [&[total], vec![1; rest.len()].as_slice()].concat();
        while width < total {
            let earlier = y.slice(0, ..total - width).pad(0, width, 0);
            let is_one = labels.slice(0, width..).same(labels.slice(0, ..total - width));
            let is_one = is_one.pad(0, width, 0).reshape(each.clone());
            y = y * is_one.select(earlier, 1.0);
            width *= 2;
        }
        // The last row with a label has the product of all; such rows are counted behind the `n`.
        let last = self.tape.record_as("segment_prod", LastWriter { batch: 0, n }, &[labels]);
        y.pad(0, n, 0).take(0, last)
    }

    /// How often each position below `n` occurs, as real numbers.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.indices([2, 0, 2]).bin_count(4).to_string(), "[1. 0. 2. 0.]");
    /// ```
    ///
    /// # Panics
    /// If it is not an index, or a position is not below `n`.
    #[track_caller]
    pub fn bin_count(self, n: usize) -> Var<'t> {
        let ones = self.ones_like();
        self.tape.record_as("bin_count", ScatterAdd { batch: 0, n }, &[ones, self])
    }

    /// How many elements lie in each of `bins` equal parts from `low` to `high`, which belongs to
    /// the last part; those outside, and NaN, are not counted. The derivative is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([0.0, 0.5, 1.0, 1.0, 2.0, 7.0]);
    /// assert_eq!(x.histogram(2, 0.0, 2.0).to_string(), "[2. 3.]");
    /// ```
    ///
    /// # Panics
    /// If there are no bins, or `low` is not below `high`.
    #[track_caller]
    pub fn histogram(self, bins: usize, low: f64, high: f64) -> Var<'t> {
        if bins == 0 || low >= high || !(high - low).is_finite() {
            let message = format!("{bins} bins from {low} to {high} have no width");
            refuse("histogram", message, &[self]);
        }
        let x = self.flatten();
        let inside = x.ge(low) * x.le(high);
        let bin = inside.select((x - low) * bins as f64 / (high - low), 0.0);
        let bin = bin.minimum(bins as f64 - 1.0).to_index();
        inside.segment_sum(bin, bins)
    }

    /// The larger of this and of `values` at positions along the axis: `y[i][j]` is the largest of
    /// `x[i][j]` and all `values[i][k]` with `index[i][k] = j`, for the last of two axes. Equals
    /// share the derivative.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0]);
    /// let values = tape.input([0.0, 5.0, 4.0]);
    /// assert_eq!(x.scatter_max(0, tape.indices([0, 2, 2]), values).to_string(), "[1. 2. 5.]");
    /// assert_eq!(x.scatter_min(0, tape.indices([0, 2, 2]), values).to_string(), "[0. 2. 3.]");
    /// ```
    ///
    /// # Panics
    /// If index and values do not have the shape of this but for that axis.
    #[track_caller]
    pub fn scatter_max(
        self,
        axis: impl IntoAxes,
        index: impl Operand<'t>,
        values: impl Operand<'t>,
    ) -> Var<'t> {
        let axis = self.axis("scatter_max", axis);
        let (index, values) = (index.on(self.tape), values.on(self.tape));
        self.check_pairs("scatter_max", axis, index, values);
        let (all, labels, last) = self.joined(axis, index, values);
        let op = SegmentMax { batch: last, n: self.shape()[axis] };
        self.tape.record(op, &[all, labels]).move_axis(last, axis)
    }

    /// The smaller of this and of `values` at positions along the axis; see [`Var::scatter_max`].
    #[track_caller]
    pub fn scatter_min(
        self,
        axis: impl IntoAxes,
        index: impl Operand<'t>,
        values: impl Operand<'t>,
    ) -> Var<'t> {
        let axis = self.axis("scatter_min", axis);
        -(-self).scatter_max(axis, index, -values.on(self.tape))
    }

    /// This times all `values` at positions along the axis; as [`Var::scatter_max`]. The
    /// derivatives are exact where elements are 0, as those of [`Var::segment_prod`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0]);
    /// let values = tape.input([0.0, 5.0, 4.0]);
    /// assert_eq!(x.scatter_mul(0, tape.indices([0, 2, 2]), values).to_string(), "[ 0.  2. 60.]");
    /// ```
    #[track_caller]
    pub fn scatter_mul(
        self,
        axis: impl IntoAxes,
        index: impl Operand<'t>,
        values: impl Operand<'t>,
    ) -> Var<'t> {
        let axis = self.axis("scatter_mul", axis);
        let (index, values) = (index.on(self.tape), values.on(self.tape));
        self.check_pairs("scatter_mul", axis, index, values);
        let (all, labels, last) = self.joined(axis, index, values);
        // One label for each row and position: then all rows are one.
        let n = self.shape()[axis];
        let (total, rows) = (all.shape()[last], all.shape()[..last].iter().product::<usize>());
        let row = self.tape.positions(rows).unsqueeze(1).broadcast_to([rows, total]);
        let op = FlatIndex { sizes: [rows, n].into() };
        let labels = self.tape.record(op, &[row, labels.reshape([rows, total])]);
        let y = all.flatten().segment_prod(labels.flatten(), rows * n);
        y.reshape([&all.shape()[..last], &[n]].concat()).move_axis(last, axis)
    }

    /// This and values behind it along the axis, as the last one, with the positions that both go
    /// to, and which axis that is.
    #[track_caller]
    fn joined(self, axis: usize, index: Var<'t>, values: Var<'t>) -> (Var<'t>, Var<'t>, usize) {
        let last = self.rank() - 1;
        let (x, n) = (self.move_axis(axis, last), self.shape()[axis]);
        let own = self.tape.positions(n).broadcast_to(x.shape());
        let all = Var::concat(&[x, values.move_axis(axis, last)], last);
        (all, Var::concat(&[own, index.move_axis(axis, last)], last), last)
    }
}
