//! Cutting into pieces, turning, repeating, and other shapes of the same elements: conveniences
//! made of slices, assemblies and views.

use wengert_tensor::{Array, Shape};

use crate::tape::refuse;
use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// Pieces of this size along one axis, of which the last may be smaller.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let pieces = tape.input([1.0, 2.0, 3.0, 4.0, 5.0]).split(2, 0);
    /// assert_eq!(pieces.len(), 3);
    /// assert_eq!(pieces[2].to_string(), "[5.]");
    /// ```
    ///
    /// # Panics
    /// If the size is 0.
    #[track_caller]
    pub fn split(self, size: usize, axis: impl IntoAxes) -> Vec<Var<'t>> {
        let axis = self.axis("split", axis);
        if size == 0 {
            refuse("split", "takes pieces of at least one element".to_owned(), &[self]);
        }
        let n = self.shape()[axis];
        let mut pieces = Vec::with_capacity(n.div_ceil(size));
        for start in (0..n.max(1)).step_by(size) {
            pieces.push(self.slice(axis, start..(start + size).min(n)));
        }
        pieces
    }

    /// Pieces of these sizes along one axis.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let pieces = tape.input([1.0, 2.0, 3.0]).split_sizes(&[1, 2], 0);
    /// assert_eq!(pieces[1].to_string(), "[2. 3.]");
    /// ```
    ///
    /// # Panics
    /// If they are not the whole axis.
    #[track_caller]
    pub fn split_sizes(self, sizes: &[usize], axis: impl IntoAxes) -> Vec<Var<'t>> {
        let (axis, shape) = (self.axis("split_sizes", axis), self.shape());
        if sizes.iter().sum::<usize>() != shape[axis] {
            let message = format!("pieces of {sizes:?} are not axis {axis} of {shape}");
            refuse("split_sizes", message, &[self]);
        }
        let (mut pieces, mut start) = (Vec::with_capacity(sizes.len()), 0);
        for size in sizes {
            pieces.push(self.slice(axis, start..start + size));
            start += size;
        }
        pieces
    }

    /// At most this many pieces along one axis, all of one size but for the last.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let pieces = tape.input([1.0, 2.0, 3.0, 4.0, 5.0]).chunk(2, 0);
    /// assert_eq!(pieces[0].to_string(), "[1. 2. 3.]");
    /// ```
    ///
    /// # Panics
    /// If their number is 0.
    #[track_caller]
    pub fn chunk(self, count: usize, axis: impl IntoAxes) -> Vec<Var<'t>> {
        let axis = self.axis("chunk", axis);
        if count == 0 {
            refuse("chunk", "takes at least one piece".to_owned(), &[self]);
        }
        self.split(self.shape()[axis].div_ceil(count).max(1), axis)
    }

    /// The entries of one axis, which disappears, one after the other.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let rows = tape.input([[1.0, 2.0], [3.0, 4.0]]).unbind(0);
    /// assert_eq!(rows[1].to_string(), "[3. 4.]");
    /// ```
    #[track_caller]
    pub fn unbind(self, axis: impl IntoAxes) -> Vec<Var<'t>> {
        let axis = self.axis("unbind", axis);
        let n = self.shape()[axis];
        let mut entries = Vec::with_capacity(n);
        for position in 0..n {
            entries.push(self.at(axis, position as isize));
        }
        entries
    }

    /// Moved on along one axis, by `shift` places; what leaves at one end comes in at the other.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(x.roll(1, 0).to_string(), "[4. 1. 2. 3.]");
    /// assert_eq!(x.roll(-1, 0).to_string(), "[2. 3. 4. 1.]");
    /// ```
    #[track_caller]
    pub fn roll(self, shift: isize, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("roll", axis);
        let n = self.shape()[axis];
        let cut = (-shift).rem_euclid(n.max(1) as isize) as usize;
        if cut == 0 {
            return self;
        }
        Var::concat(&[self.slice(axis, cut..), self.slice(axis, ..cut)], axis)
    }

    /// Copies side by side, so many along each axis. Axes that are missing in front have size 1.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// assert_eq!(x.repeat(&[2]).to_string(), "[1. 2. 1. 2.]");
    /// assert_eq!(x.repeat(&[2, 1]).to_string(), "[[1. 2.]\n [1. 2.]]");
    /// ```
    #[doc(alias = "tile")]
    #[track_caller]
    pub fn repeat(self, times: &[usize]) -> Var<'t> {
        let (rank, shape) = (times.len().max(self.rank()), self.shape());
        let at_rank = |sizes: &[usize]| [&vec![1; rank - sizes.len()], sizes].concat();
        let (shape, times) = (at_rank(&shape), at_rank(times));
        // Each axis becomes two, of which the first one is new.
        let new: Vec<_> = (0..rank).map(|axis| (2 * axis, times[axis])).collect();
        let whole: Shape = shape.iter().zip(&times).map(|(n, times)| n * times).collect();
        self.reshape(shape).expand_axes(&new).reshape(whole)
    }

    /// Each element along one axis so many times, one behind the other.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0]).repeat_interleave(2, 0).to_string(), "[1. 1. 2. 2.]");
    /// ```
    #[track_caller]
    pub fn repeat_interleave(self, times: usize, axis: impl IntoAxes) -> Var<'t> {
        let (axis, mut shape) = (self.axis("repeat_interleave", axis), self.shape().to_vec());
        shape[axis] *= times;
        self.expand_axes(&[(axis + 1, times)]).reshape(shape)
    }

    /// One axis moved to another position, the others in their order.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]);
    /// assert_eq!(x.movedim(0, -1).shape()[..], [2, 3, 1]);
    /// ```
    #[doc(alias = "moveaxis")]
    #[track_caller]
    pub fn movedim(self, from: impl IntoAxes, to: impl IntoAxes) -> Var<'t> {
        let (from, to) = (self.axis("movedim", from), self.axis("movedim", to));
        self.move_axis(from, to)
    }

    /// Turned by quarters of a circle, from axis `a` towards axis `b`.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.rot90(1, 0, 1).to_string(), "[[2. 4.]\n [1. 3.]]");
    /// ```
    #[track_caller]
    pub fn rot90(self, quarters: isize, a: impl IntoAxes, b: impl IntoAxes) -> Var<'t> {
        let (a, b) = (self.axis("rot90", a), self.axis("rot90", b));
        match quarters.rem_euclid(4) {
            0 => self,
            1 => self.flip(b).transpose(a, b),
            2 => self.flip([a, b]),
            _ => self.transpose(a, b).flip(b),
        }
    }

    /// The places of a window of this size that moves by `step` along one axis, where the axis was;
    /// the elements under it are a new last axis.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(x.sliding(0, 3, 1).to_string(), "[[1. 2. 3.]\n [2. 3. 4.]]");
    /// ```
    ///
    /// # Panics
    /// If the axis is shorter than the window, or the step is 0.
    #[doc(alias = "unfold")]
    #[track_caller]
    pub fn sliding(self, axis: impl IntoAxes, size: usize, step: usize) -> Var<'t> {
        let (axis, shape) = (self.axis("sliding", axis), self.shape());
        if size > shape[axis] || step == 0 {
            let message =
                format!("{size} elements in steps of {step} along axis {axis} of {shape}");
            refuse("sliding", message, &[self]);
        }
        let places = (shape[axis] - size) / step + 1;
        let position = |k: usize| (k / size.max(1) * step + k % size.max(1)) as i64;
        let index = self.tape.indices(Array::from_fn([places, size], position));
        self.take(axis, index).move_axis(axis + 1, self.rank())
    }

    /// The same elements in another shape, of which one size may be −1: whatever is left.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// assert_eq!(x.reshape_inferred(&[2, -1]).shape()[..], [2, 3]);
    /// ```
    ///
    /// # Panics
    /// If more than one size is negative, or the elements do not fit.
    #[doc(alias = "view")]
    #[track_caller]
    pub fn reshape_inferred(self, sizes: &[isize]) -> Var<'t> {
        let known: usize = sizes.iter().filter(|&&n| n >= 0).map(|&n| n as usize).product();
        let (size, unknown) = (self.shape().size(), sizes.iter().filter(|&&n| n < 0).count());
        if unknown > 1 || (unknown == 1 && (known == 0 || size % known != 0)) {
            let message = format!("{} has no shape like {sizes:?}", self.shape());
            refuse("reshape_inferred", message, &[self]);
        }
        let size_of = |&n: &isize| usize::try_from(n).unwrap_or(size / known.max(1));
        self.reshape(sizes.iter().map(size_of).collect::<Shape>())
    }

    /// The axes from `first` to `last`, which is included, as one.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[[1.0, 2.0], [3.0, 4.0]]]);
    /// assert_eq!(x.flatten_axes(1, -1).shape()[..], [1, 4]);
    /// ```
    ///
    /// # Panics
    /// If `last` comes before `first`.
    #[track_caller]
    pub fn flatten_axes(self, first: impl IntoAxes, last: impl IntoAxes) -> Var<'t> {
        let (first, last) = (self.axis("flatten_axes", first), self.axis("flatten_axes", last));
        let shape = self.shape();
        if last < first {
            refuse("flatten_axes", format!("axis {last} comes before axis {first}"), &[self]);
        }
        let all = shape[first..=last].iter().product();
        self.reshape([&shape[..first], &[all], &shape[last + 1..]].concat())
    }

    /// One axis as several of these sizes.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(x.unflatten(0, [2, 2]).to_string(), "[[1. 2.]\n [3. 4.]]");
    /// ```
    ///
    /// # Panics
    /// If they have another number of elements.
    #[track_caller]
    pub fn unflatten(self, axis: impl IntoAxes, sizes: impl Into<Shape>) -> Var<'t> {
        let (axis, shape, sizes) = (self.axis("unflatten", axis), self.shape(), sizes.into());
        if sizes.size() != shape[axis] {
            let message = format!("axis {axis} of {shape} does not have the elements of {sizes}");
            refuse("unflatten", message, &[self]);
        }
        self.reshape([&shape[..axis], &sizes, &shape[axis + 1..]].concat())
    }

    /// Without all axes of size 1.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[[1.0, 2.0]]]).squeeze_all().to_string(), "[1. 2.]");
    /// ```
    #[track_caller]
    pub fn squeeze_all(self) -> Var<'t> {
        let shape = self.shape();
        self.reshape(shape.iter().copied().filter(|&n| n != 1).collect::<Shape>())
    }
}
