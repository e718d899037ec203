//! Arranging, cutting, joining and picking elements, as methods.

use std::ops::{Bound, RangeBounds};

use smallvec::SmallVec;
use wengert_tensor::{Range, Shape};

use crate::input::Operand;
use crate::op::Kind;
use crate::ops::{Assemble, Flip, Gather, Permute, Reshape, ScatterAdd, Slice};
use crate::tape::refuse;
use crate::var::Var;

/// Axes, counted from the front, or from the back if negative.
pub trait IntoAxes {
    /// The axes of something with `rank` axes, in the order given.
    ///
    /// # Errors
    /// If it has no such axis.
    fn into_axes(self, rank: usize) -> Result<SmallVec<[usize; 4]>, String>;
}

/// The axis that `axis` means among `rank`.
fn resolved(axis: i64, rank: usize) -> Result<usize, String> {
    let from_front = if axis < 0 { axis + rank as i64 } else { axis };
    match usize::try_from(from_front) {
        Ok(axis) if axis < rank => Ok(axis),
        _ if rank == 0 => Err(format!("axis {axis} of a 0-d value, which has none")),
        _ => Err(format!("axis {axis} is not one of 0..{rank} (or -{rank}..0)")),
    }
}

macro_rules! into_axes {
    ($($T:ty)*) => {$(
        impl IntoAxes for $T {
            fn into_axes(self, rank: usize) -> Result<SmallVec<[usize; 4]>, String> {
                [self].as_slice().into_axes(rank)
            }
        }

        impl<const N: usize> IntoAxes for [$T; N] {
            fn into_axes(self, rank: usize) -> Result<SmallVec<[usize; 4]>, String> {
                self.as_slice().into_axes(rank)
            }
        }

        impl IntoAxes for &[$T] {
            fn into_axes(self, rank: usize) -> Result<SmallVec<[usize; 4]>, String> {
                let axes = self.iter().map(|&axis| i64::try_from(axis).unwrap_or(i64::MAX));
                axes.map(|axis| resolved(axis, rank)).collect()
            }
        }
    )*};
}

into_axes! { i32 isize usize }

impl<'t> Var<'t> {
    /// The axes that the user means, for the operation of this name.
    #[track_caller]
    pub(crate) fn axes(self, operation: &str, axes: impl IntoAxes) -> SmallVec<[usize; 4]> {
        match axes.into_axes(self.rank()) {
            Ok(axes) => axes,
            Err(message) => refuse(operation, message, &[self]),
        }
    }

    /// The one axis that the user means.
    #[track_caller]
    pub(crate) fn axis(self, operation: &str, axis: impl IntoAxes) -> usize {
        match self.axes(operation, axis).as_slice() {
            &[axis] => axis,
            axes => {
                let message = format!("takes one axis, got {axes:?}");
                refuse(operation, message, &[self])
            }
        }
    }

    /// The same elements in row-major order, in another shape of the same size.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.reshape([3, 2]).to_string(), "[[1. 2.]\n [3. 4.]\n [5. 6.]]");
    /// ```
    #[track_caller]
    pub fn reshape(self, shape: impl Into<Shape>) -> Var<'t> {
        let shape = shape.into();
        if shape == self.shape() {
            return self;
        }
        self.tape.record(Reshape { shape }, &[self])
    }

    /// All elements along one axis.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[1.0, 2.0], [3.0, 4.0]]).flatten().to_string(), "[1. 2. 3. 4.]");
    /// ```
    #[track_caller]
    pub fn flatten(self) -> Var<'t> {
        self.reshape([self.shape().size()])
    }

    /// A new axis of size 1 at this position of the result.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0]).unsqueeze(1).shape()[..], [2, 1]);
    /// ```
    #[track_caller]
    pub fn unsqueeze(self, axis: usize) -> Var<'t> {
        if axis > self.rank() {
            let message = format!("a new axis {axis} would lie beyond those of {}", self.shape());
            refuse("unsqueeze", message, &[self]);
        }
        self.reshape(self.shape().with(&[(axis, 1)]))
    }

    /// Without an axis of size 1.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[1.0], [2.0]]).squeeze(-1).shape()[..], [2]);
    /// ```
    #[track_caller]
    pub fn squeeze(self, axis: impl IntoAxes) -> Var<'t> {
        let (axis, shape) = (self.axis("squeeze", axis), self.shape());
        if shape[axis] != 1 {
            let message = format!("axis {axis} of {shape} has {} elements, not one", shape[axis]);
            refuse("squeeze", message, &[self]);
        }
        self.reshape(shape.without(&[axis]))
    }

    /// The axes in another order: axis `k` of the result is axis `axes[k]` of this.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input(vec![0.0; 24]).reshape([2, 3, 4]);
    /// assert_eq!(x.permute([2, 0, 1]).shape()[..], [4, 2, 3]);
    /// ```
    #[track_caller]
    pub fn permute(self, axes: impl IntoAxes) -> Var<'t> {
        let axes = self.axes("permute", axes);
        if axes.iter().copied().eq(0..self.rank()) {
            return self;
        }
        self.tape.record(Permute { axes }, &[self])
    }

    /// Two axes exchanged.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input(vec![0.0; 24]).reshape([2, 3, 4]);
    /// assert_eq!(x.transpose(0, -1).shape()[..], [4, 3, 2]);
    /// ```
    #[track_caller]
    pub fn transpose(self, a: impl IntoAxes, b: impl IntoAxes) -> Var<'t> {
        let (a, b) = (self.axis("transpose", a), self.axis("transpose", b));
        let mut axes: Vec<usize> = (0..self.rank()).collect();
        axes.swap(a, b);
        self.permute(axes.as_slice())
    }

    /// The transposed matrix, or matrices of a batch.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[1.0, 2.0], [3.0, 4.0]]).t().to_string(), "[[1. 3.]\n [2. 4.]]");
    /// ```
    #[track_caller]
    pub fn t(self) -> Var<'t> {
        self.transpose(-2, -1)
    }

    /// One axis moved to another position, the others in their order.
    #[track_caller]
    pub(crate) fn move_axis(self, from: usize, to: usize) -> Var<'t> {
        let mut axes: Vec<usize> = (0..self.rank()).collect();
        let axis = axes.remove(from);
        axes.insert(to, axis);
        self.permute(axes.as_slice())
    }

    /// Repeated to this shape by NumPy's rules.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0]).broadcast_to([2, 2]).to_string(), "[[1. 2.]\n [1. 2.]]");
    /// ```
    ///
    /// # Panics
    /// If its shape does not broadcast to it.
    #[track_caller]
    pub fn broadcast_to(self, shape: impl Into<Shape>) -> Var<'t> {
        let (from, shape) = (self.shape(), shape.into());
        if from.broadcast(&shape).as_ref() != Some(&shape) {
            let message = format!("{from} does not broadcast to {shape}");
            refuse("broadcast_to", message, &[self]);
        }
        self.spread(&from, &shape)
    }

    /// Read backwards along these axes.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 3.0]).flip(0).to_string(), "[3. 2. 1.]");
    /// ```
    #[track_caller]
    pub fn flip(self, axes: impl IntoAxes) -> Var<'t> {
        let mut axes = self.axes("flip", axes);
        axes.sort_unstable();
        self.tape.record(Flip { axes }, &[self])
    }

    /// The elements in a range of one axis.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0, 4.0, 5.0]);
    /// assert_eq!(x.slice(0, 1..3).to_string(), "[2. 3.]");
    /// assert_eq!(x.slice_step(0, 1.., 2).to_string(), "[2. 4.]");
    /// ```
    #[track_caller]
    pub fn slice(self, axis: impl IntoAxes, range: impl RangeBounds<usize>) -> Var<'t> {
        self.slice_step(axis, range, 1)
    }

    /// Every `step`-th element in a range of one axis, from its first.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([0.0, 1.0, 2.0, 3.0, 4.0]).slice_step(0, 1.., 2).to_string(), "[1. 3.]");
    /// ```
    #[track_caller]
    pub fn slice_step(
        self,
        axis: impl IntoAxes,
        range: impl RangeBounds<usize>,
        step: usize,
    ) -> Var<'t> {
        let axis = self.axis("slice", axis);
        let mut region = crate::ops::whole(&self.shape());
        region[axis] = self.range_of("slice", axis, range, step);
        self.tape.record(Slice { region }, &[self])
    }

    /// Every `step`-th position in a range of the axis.
    #[track_caller]
    pub(super) fn range_of(
        self,
        operation: &str,
        axis: usize,
        range: impl RangeBounds<usize>,
        step: usize,
    ) -> Range {
        let shape = self.shape();
        let start = match range.start_bound() {
            Bound::Included(&start) => start,
            Bound::Excluded(&start) => start + 1,
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&end) => end + 1,
            Bound::Excluded(&end) => end,
            Bound::Unbounded => shape[axis],
        };
        if start > end || end > shape[axis] || step == 0 {
            let message = match step {
                0 => "takes steps of at least 1, not of 0".to_owned(),
                _ => format!("{start}..{end} is no range of axis {axis} of {shape}"),
            };
            refuse(operation, message, &[self]);
        }
        Range { start, step, len: (end - start).div_ceil(step) }
    }

    /// The elements at one position of an axis, which disappears; counted from the end if
    /// negative.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[1.0, 2.0], [3.0, 4.0]]).at(0, -1).to_string(), "[3. 4.]");
    /// ```
    #[track_caller]
    pub fn at(self, axis: impl IntoAxes, position: isize) -> Var<'t> {
        let (axis, shape) = (self.axis("at", axis), self.shape());
        let n = shape[axis];
        let from_front = if position < 0 { position + n as isize } else { position };
        let Some(start) = usize::try_from(from_front).ok().filter(|&start| start < n) else {
            let message = format!("axis {axis} of {shape} has no position {position}");
            refuse("at", message, &[self]);
        };
        self.slice(axis, start..=start).reshape(shape.without(&[axis]))
    }

    /// Zeros before and behind, along one axis.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0]).pad(0, 1, 2).to_string(), "[0. 1. 2. 0. 0.]");
    /// ```
    #[track_caller]
    pub fn pad(self, axis: impl IntoAxes, before: usize, behind: usize) -> Var<'t> {
        let (axis, mut shape) = (self.axis("pad", axis), self.shape().to_vec());
        let mut region = crate::ops::whole(&shape);
        region[axis].start = before;
        shape[axis] += before + behind;
        self.tape.record(Assemble::pad(shape.into(), region), &[self])
    }

    /// Several variables one behind the other along one axis, their other axes equal.
    ///
    /// ```
    /// # use wengert_autodiff::{Tape, Var};
    /// let tape = Tape::new();
    /// let (a, b) = (tape.input([1.0, 2.0]), tape.input([3.0]));
    /// assert_eq!(Var::concat(&[a, b], 0).to_string(), "[1. 2. 3.]");
    /// ```
    ///
    /// # Panics
    /// If there are none, or their shapes differ along another axis.
    #[track_caller]
    pub fn concat(vars: &[Var<'t>], axis: impl IntoAxes) -> Var<'t> {
        let first = *vars.first().expect("concat: no variables, so no tape and no shape");
        let axis = first.axis("concat", axis);
        let mut shape = first.shape().to_vec();
        let shapes: Vec<Shape> = vars.iter().map(|x| x.shape()).collect();
        let others = |shape: &Shape| (shape.rank() > axis).then(|| shape.without(&[axis]));
        if shapes.iter().any(|other| others(other) != others(&shapes[0])) {
            let message = format!("shapes {shapes:?} differ on another axis than {axis}");
            refuse("concat", message, vars);
        }
        let mut end = 0;
        let regions = shapes.iter().map(|part| {
            let mut region = crate::ops::whole(part);
            region[axis].start = end;
            end += part[axis];
            region
        });
        let regions = regions.collect();
        shape[axis] = end;
        let op = Assemble { shape: shape.into(), regions, overlapping: false };
        first.tape.record_as("concat", op, vars)
    }

    /// Several variables of one shape, one behind the other along a new axis at this position.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([1.0, 2.0]), tape.input([3.0, 4.0]));
    /// let both = wengert_autodiff::Var::stack(&[a, b], 1);
    /// assert_eq!(both.to_string(), "[[1. 3.]\n [2. 4.]]");
    /// ```
    #[track_caller]
    pub fn stack(vars: &[Var<'t>], axis: usize) -> Var<'t> {
        let mut rows = Vec::with_capacity(vars.len());
        for x in vars {
            rows.push(x.unsqueeze(axis));
        }
        Var::concat(&rows, axis)
    }

    /// The entries of one axis at these positions, an index of any shape, whose axes take the
    /// place of that axis: embedding is `table.take(0, tokens)`.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let table = tape.input([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// let rows = table.take(0, tape.indices([2, 0]));
    /// assert_eq!(rows.to_string(), "[[5. 6.]\n [1. 2.]]");
    /// ```
    #[track_caller]
    pub fn take(self, axis: impl IntoAxes, index: impl Operand<'t>) -> Var<'t> {
        let (axis, index) = (self.axis("take", axis), index.on(self.tape));
        let inner = index.rank();
        let mut y =
            self.tape.record_as("take", Gather { batch: 0 }, &[self.move_axis(axis, 0), index]);
        for _ in 0..inner {
            y = y.move_axis(0, axis + inner - 1);
        }
        y
    }

    /// For each position of `index`, the element at that position along the axis, all other
    /// positions being equal: `y[i][j] = x[i][index[i][j]]` for the last of two axes. The index
    /// has the shape of this but for that axis.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let index = tape.indices([[2, 0], [1, 1]]);
    /// assert_eq!(x.gather(1, index).to_string(), "[[3. 1.]\n [5. 5.]]");
    /// ```
    #[track_caller]
    pub fn gather(self, axis: impl IntoAxes, index: impl Operand<'t>) -> Var<'t> {
        let (axis, index, last) = (self.axis("gather", axis), index.on(self.tape), self.rank() - 1);
        self.check_along("gather", axis, index);
        let (x, index) = (self.move_axis(axis, last), index.move_axis(axis, last));
        self.tape.record(Gather { batch: last }, &[x, index]).move_axis(last, axis)
    }

    /// This with `values` added at positions along the axis: `y[i][index[i][j]] += values[i][j]`
    /// for the last of two axes. Repeated positions add up.
    #[track_caller]
    pub fn scatter_add(
        self,
        axis: impl IntoAxes,
        index: impl Operand<'t>,
        values: impl Operand<'t>,
    ) -> Var<'t> {
        let (axis, last) = (self.axis("scatter_add", axis), self.rank() - 1);
        let (index, values) = (index.on(self.tape), values.on(self.tape));
        self.check_pairs("scatter_add", axis, index, values);
        let op = ScatterAdd { batch: last, n: self.shape()[axis] };
        let operands = [values.move_axis(axis, last), index.move_axis(axis, last)];
        self + self.tape.record(op, &operands).move_axis(last, axis)
    }

    /// That there are values for the positions along the axis.
    #[track_caller]
    pub(super) fn check_pairs(self, operation: &str, axis: usize, index: Var<'t>, values: Var<'t>) {
        self.check_along(operation, axis, index);
        if values.shape() != index.shape() {
            let message = format!("values {} at positions {}", values.shape(), index.shape());
            refuse(operation, message, &[self, index, values]);
        }
    }

    #[track_caller]
    fn check_along(self, operation: &str, axis: usize, index: Var<'t>) {
        let (x, k) = (self.shape(), index.shape());
        if index.kind() != Kind::Index {
            let message = "positions must be an index tensor (i64), got a real one".to_owned();
            refuse(operation, message, &[self, index]);
        }
        if k.rank() != x.rank() || k.without(&[axis]) != x.without(&[axis]) {
            let message = format!("positions {k} and {x} differ on another axis than {axis}");
            refuse(operation, message, &[self, index]);
        }
    }

    /// For the last axis and one position each: `y[i] = x[i][index[i]]`. The index has the shape
    /// of this without its last axis.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.pick(tape.indices([2, 0])).to_string(), "[3. 4.]");
    /// ```
    #[track_caller]
    pub fn pick(self, index: impl Operand<'t>) -> Var<'t> {
        self.pick_for("pick", index.on(self.tape))
    }

    /// As [`Var::pick`], as a part of the operation of this name.
    #[track_caller]
    pub(crate) fn pick_for(self, operation: &str, index: Var<'t>) -> Var<'t> {
        self.tape.record_as(operation, Gather { batch: index.rank() }, &[self, index])
    }

    /// For positions below `n`, rows of zeros with a one there, along a new last axis.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.indices([2, 0]).one_hot(3).to_string(), "[[0. 0. 1.]\n [1. 0. 0.]]");
    /// ```
    #[track_caller]
    pub fn one_hot(self, n: usize) -> Var<'t> {
        let axes: Vec<_> = self.shape().iter().copied().enumerate().collect();
        let ones = self.tape.literal(1.0).expand_axes(&axes);
        self.tape.record_as("one_hot", ScatterAdd { batch: self.rank(), n }, &[ones, self])
    }
}
