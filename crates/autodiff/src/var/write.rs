//! Writing at positions: what comes from elsewhere takes the place of elements, or is added to
//! them. Nothing is changed in place; each method gives a new variable, whose derivative goes to
//! what is left of the old elements and to what was written.

use std::ops::RangeBounds;

use wengert_tensor::Array;

use crate::input::Operand;
use crate::ops::{FlatIndex, Gather, LastWriter, ScatterAdd};
use crate::tape::refuse;
use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// This with `values` written at positions along the axis: `y[i][index[i][j]] = values[i][j]`
    /// for the last of two axes. Of several at one position, the last one stays.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0, 4.0]);
    /// let values = tape.input([7.0, 8.0, 9.0]);
    /// let y = x.scatter(0, tape.indices([3, 0, 3]), values);
    /// assert_eq!(y.to_string(), "[8. 2. 3. 9.]");
    /// ```
    ///
    /// # Panics
    /// If index and values do not have the shape of this but for that axis.
    #[doc(alias = "put_along_axis")]
    #[track_caller]
    pub fn scatter(
        self,
        axis: impl IntoAxes,
        index: impl Operand<'t>,
        values: impl Operand<'t>,
    ) -> Var<'t> {
        let axis = self.axis("scatter", axis);
        let (index, values) = (index.on(self.tape), values.on(self.tape));
        self.check_pairs("scatter", axis, index, values);
        let last = self.rank() - 1;
        let shown = index.move_axis(axis, last).last_writer(last, self.shape()[axis]);
        let all = Var::concat(&[self.move_axis(axis, last), values.move_axis(axis, last)], last);
        self.tape.record(Gather { batch: last }, &[all, shown]).move_axis(last, axis)
    }

    /// Where each of `n` rows is read after others were written over it at these positions.
    #[track_caller]
    fn last_writer(self, batch: usize, n: usize) -> Var<'t> {
        self.tape.record(LastWriter { batch, n }, &[self])
    }

    /// For rows along the first axis of `self`, those written over at positions.
    #[track_caller]
    fn rows_written(self, index: Var<'t>, rows: Var<'t>) -> Var<'t> {
        let n = self.shape()[0];
        self.tape
            .record(Gather { batch: 0 }, &[Var::concat(&[self, rows], 0), index.last_writer(0, n)])
    }

    /// The entries at these positions along the first axes, an index for each: `y[k] =
    /// x[index₀[k]][index₁[k]]` for two of them. The indices are broadcast, the axes behind those
    /// that are indexed stay. Negative positions count from the end.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let (rows, columns) = (tape.indices([0, 1, 1]), tape.indices([2, 0, -1]));
    /// assert_eq!(x.index(&[rows, columns]).to_string(), "[3. 4. 6.]");
    /// assert_eq!(x.index(&[tape.indices([-1])]).to_string(), "[[4. 5. 6.]]");
    /// ```
    ///
    /// # Panics
    /// If there are none, or more than axes, or they can't be broadcast.
    #[track_caller]
    pub fn index(self, indices: &[Var<'t>]) -> Var<'t> {
        let (flat, rows) = self.indexed("index", indices);
        self.tape.record_as("index", Gather { batch: 0 }, &[rows, flat])
    }

    /// This with `values` written at these positions along the first axes: what
    /// [`index`](Var::index) reads there. The values are broadcast to what is read; of several at
    /// one position, the last one stays.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let (rows, columns) = (tape.indices([0, 1]), tape.indices([2, -1]));
    /// let y = x.index_put(&[rows, columns], tape.input([0.0, 9.0]));
    /// assert_eq!(y.to_string(), "[[1. 2. 0.]\n [4. 5. 9.]]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::index`], or if the values do not broadcast to what is read.
    #[track_caller]
    pub fn index_put(self, indices: &[Var<'t>], values: impl Operand<'t>) -> Var<'t> {
        let (flat, rows) = self.indexed("index_put", indices);
        let values = rows.values_at("index_put", flat, values.on(self.tape));
        let rest = rows.shape();
        let values = values.reshape([&[flat.shape().size()], &rest[1..]].concat());
        rows.rows_written(flat, values).reshape(self.shape())
    }

    /// This with `values` added at these positions along the first axes. Repeated positions add up;
    /// see [`Var::index_put`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0]);
    /// let y = x.index_put_add(&[tape.indices([0, 2, 0])], 10.0);
    /// assert_eq!(y.to_string(), "[21.  2. 13.]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::index_put`].
    #[track_caller]
    pub fn index_put_add(self, indices: &[Var<'t>], values: impl Operand<'t>) -> Var<'t> {
        let (flat, rows) = self.indexed("index_put_add", indices);
        let values = rows.values_at("index_put_add", flat, values.on(self.tape));
        let op = ScatterAdd { batch: 0, n: rows.shape()[0] };
        self + self.tape.record(op, &[values, flat]).reshape(self.shape())
    }

    /// One position for those along each of the first axes, and this with these axes as one.
    #[track_caller]
    fn indexed(self, operation: &str, indices: &[Var<'t>]) -> (Var<'t>, Var<'t>) {
        let shape = self.shape();
        if indices.is_empty() || indices.len() > shape.rank() {
            let message = format!("{} indices for the axes of {shape}", indices.len());
            refuse(operation, message, &[self]);
        }
        let mut common = indices[0].shape();
        for index in indices {
            let Some(both) = common.broadcast(&index.shape()) else {
                let message = format!("indices {common} and {} can't be broadcast", index.shape());
                refuse(operation, message, indices);
            };
            common = both;
        }
        let mut spread = Vec::with_capacity(indices.len());
        for index in indices {
            spread.push(index.spread(&index.shape(), &common));
        }
        let (sizes, rest) = shape.split_at(indices.len());
        let op = FlatIndex { sizes: sizes.into() };
        let flat = self.tape.record_as(operation, op, &spread);
        let rows = sizes.iter().product();
        (flat, self.reshape([&[rows], rest].concat()))
    }

    /// Values broadcast to the shape of these rows at positions.
    #[track_caller]
    fn values_at(self, operation: &str, flat: Var<'t>, values: Var<'t>) -> Var<'t> {
        let read: Vec<usize> = flat.shape().iter().chain(&self.shape()[1..]).copied().collect();
        let (from, read) = (values.shape(), read.into());
        if from.broadcast(&read).as_ref() != Some(&read) {
            let message = format!("values {from} do not broadcast to {read}, which is read there");
            refuse(operation, message, &[self, flat, values]);
        }
        values.spread(&from, &read)
    }

    /// This with entries of one axis replaced by those of `values`, at positions given by an index
    /// with one axis; of several at one position, the last one stays. `values` has the shape of
    /// this but for that axis, or broadcasts to it.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.index_copy(1, tape.indices([2, 0]), tape.input([[7.0, 8.0], [9.0, 0.0]]));
    /// assert_eq!(y.to_string(), "[[8. 2. 7.]\n [0. 5. 9.]]");
    /// assert_eq!(x.index_copy(0, tape.indices([0]), 0.0).to_string(), "[[0. 0. 0.]\n [4. 5. 6.]]");
    /// ```
    #[doc(alias = "index_fill")]
    #[track_caller]
    pub fn index_copy(
        self,
        axis: impl IntoAxes,
        index: impl Operand<'t>,
        values: impl Operand<'t>,
    ) -> Var<'t> {
        let (axis, index) = (self.axis("index_copy", axis), index.on(self.tape));
        let count = self.count_of("index_copy", index);
        let values = self.entries("index_copy", axis, count, values.on(self.tape));
        let rows = self.move_axis(axis, 0).rows_written(index, values.move_axis(axis, 0));
        rows.move_axis(0, axis)
    }

    /// This with `values` added to entries of one axis, at positions given by an index with one
    /// axis. Repeated positions add up; see [`Var::index_copy`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.index_add(1, tape.indices([0, 0, 1]), 10.0);
    /// assert_eq!(y.to_string(), "[[21. 12.]\n [23. 14.]]");
    /// ```
    #[track_caller]
    pub fn index_add(
        self,
        axis: impl IntoAxes,
        index: impl Operand<'t>,
        values: impl Operand<'t>,
    ) -> Var<'t> {
        let (axis, index) = (self.axis("index_add", axis), index.on(self.tape));
        let count = self.count_of("index_add", index);
        let values = self.entries("index_add", axis, count, values.on(self.tape));
        let op = ScatterAdd { batch: 0, n: self.shape()[axis] };
        self + self.tape.record(op, &[values.move_axis(axis, 0), index]).move_axis(0, axis)
    }

    /// How many positions an index with one axis has.
    #[track_caller]
    fn count_of(self, operation: &str, index: Var<'t>) -> usize {
        if index.rank() != 1 {
            let message = format!("takes an index with one axis, got {}", index.shape());
            refuse(operation, message, &[self, index]);
        }
        index.shape()[0]
    }

    /// Values broadcast to so many entries of the axis.
    #[track_caller]
    fn entries(self, operation: &str, axis: usize, count: usize, values: Var<'t>) -> Var<'t> {
        let (from, mut shape) = (values.shape(), self.shape().to_vec());
        shape[axis] = count;
        let shape = shape.into();
        if from.broadcast(&shape).as_ref() != Some(&shape) {
            let message = format!("values {from} do not broadcast to the entries, {shape}");
            refuse(operation, message, &[self, values]);
        }
        values.spread(&from, &shape)
    }

    /// This with the elements in a range of one axis replaced by `values`, which broadcast to what
    /// [`slice`](Var::slice) gives.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(x.slice_assign(0, 1..3, 0.0).to_string(), "[1. 0. 0. 4.]");
    /// ```
    #[doc(alias = "slice_scatter")]
    #[track_caller]
    pub fn slice_assign(
        self,
        axis: impl IntoAxes,
        range: impl RangeBounds<usize>,
        values: impl Operand<'t>,
    ) -> Var<'t> {
        let axis = self.axis("slice_assign", axis);
        let range = self.range_of("slice_assign", axis, range, 1);
        let values = self.entries("slice_assign", axis, range.len, values.on(self.tape));
        let behind = self.slice(axis, range.start + range.len..);
        Var::concat(&[self.slice(axis, ..range.start), values, behind], axis)
    }

    /// This with every `step`-th element in a range of one axis replaced by `values`; see
    /// [`Var::slice_assign`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(x.slice_step_assign(0, 1.., 2, 0.0).to_string(), "[1. 0. 3. 0.]");
    /// ```
    #[track_caller]
    pub fn slice_step_assign(
        self,
        axis: impl IntoAxes,
        range: impl RangeBounds<usize>,
        step: usize,
        values: impl Operand<'t>,
    ) -> Var<'t> {
        let axis = self.axis("slice_assign", axis);
        let range = self.range_of("slice_assign", axis, range, step);
        let position = |k: usize| (range.start + k * step) as i64;
        let index = self.tape.indices(Array::from_fn([range.len], position));
        let values = self.entries("slice_assign", axis, range.len, values.on(self.tape));
        self.index_copy(axis, index, values)
    }

    /// This with the elements where the mask is not 0 replaced by those of `values`, one after the
    /// other in row-major order, as many as are needed. The mask is broadcast to this.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, -2.0, 3.0, -4.0]);
    /// let y = x.masked_scatter(x.lt(0.0), tape.input([7.0, 8.0, 9.0]));
    /// assert_eq!(y.to_string(), "[1. 7. 3. 8.]");
    /// ```
    ///
    /// # Panics
    /// If the mask does not broadcast to this; when it is run, if there are too few values.
    #[track_caller]
    pub fn masked_scatter(self, mask: impl Operand<'t>, values: impl Operand<'t>) -> Var<'t> {
        let mask = mask.on(self.tape).broadcast_to(self.shape()).ne(0.0);
        // Before the first, positions would be −1: what is read there is not taken.
        let number = mask.flatten().cumsum(0) - 1.0;
        let position = number.maximum(0.0).to_index();
        let values = values.on(self.tape).flatten();
        if values.shape()[0] == 0 {
            return self;
        }
        let written =
            self.tape.record_as("masked_scatter", Gather { batch: 0 }, &[values, position]);
        mask.select(written.reshape(self.shape()), self)
    }
}
