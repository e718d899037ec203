//! Pooling that is composed of operations: means of what is there, norms, windows that suit the
//! size of their result, and the way back from maxima. Pooling by maxima, sums and means under a
//! given window is in [`window`](Var::max_pool).

use std::ops::Range;

use wengert_tensor::{Array, Shape, Window};

use crate::input::Operand;
use crate::op::Kind;
use crate::ops::ScatterAdd;
use crate::tape::refuse;
use crate::var::Var;

impl<'t> Var<'t> {
    /// As [`Var::avg_pool`], of those elements alone that are there: padding is not counted.
    ///
    /// ```
    /// # use wengert_tensor::Window;
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 6.0]);
    /// let window = Window::new([3]).padding(1);
    /// assert_eq!(x.avg_pool_inside(&window).to_string(), "[1.5 3.  4. ]");
    /// ```
    ///
    /// # Panics
    /// If the window does not fit into the padded axes.
    #[track_caller]
    pub fn avg_pool_inside(self, window: &Window) -> Var<'t> {
        let sums = self.sum_pool(window);
        let axes = window.spans.len();
        let (sizes, places) = (self.shape(), sums.shape());
        let (sizes, places) = (&sizes[sizes.rank() - axes..], &places[places.rank() - axes..]);
        let mut counts = vec![0.0; places.iter().product()];
        window.visits(sizes).iter().for_each(|visit| counts[visit.place] += 1.0);
        sums / self.tape.input(counts).reshape(places)
    }

    /// $\left(\sum_t |x_{sp+dt}|^q\right)^{1/q}$ under a window: between sums ($q = 1$) and maxima
    /// (large $q$). Where all elements are 0, so is its derivative. Padding counts as zeros.
    ///
    /// ```
    /// # use wengert_tensor::Window;
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([3.0, -4.0, 0.0]).lp_pool(2.0, &Window::new([2]));
    /// assert_eq!(y.to_string(), "[5. 4.]");
    /// ```
    ///
    /// # Panics
    /// If the window does not fit into the padded axes, or $q$ is not positive.
    #[track_caller]
    pub fn lp_pool(self, q: f64, window: &Window) -> Var<'t> {
        if q.is_nan() || q <= 0.0 {
            refuse("lp_pool", format!("an exponent of {q} is not positive"), &[self]);
        }
        // An even power needs no |x|, whose second derivative at 0 would be lost.
        let powers = if q % 2.0 == 0.0 { self.pow(q) } else { self.abs().pow(q) };
        let sums = powers.sum_pool(window);
        let is_zero = sums.eq(0.0);
        is_zero.select(0.0, is_zero.select(1.0, sums).pow(1.0 / q))
    }

    /// Means over windows that are laid evenly over the last axes, so many that the result has
    /// these sizes: the $i$-th of $m$ windows over $n$ elements takes those from
    /// $\lfloor i n / m \rfloor$ to before $\lceil (i + 1)\, n / m \rceil$. Neighbours share an
    /// element where $m$ does not divide $n$. The axes before are a batch.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 6.0, 8.0, 0.0]);
    /// assert_eq!(x.adaptive_avg_pool([2]).to_string(), "[3.         4.66666667]");
    /// ```
    ///
    /// # Panics
    /// If there are fewer axes than sizes, or no elements along one of them, or a size is 0.
    #[track_caller]
    pub fn adaptive_avg_pool(self, sizes: impl Into<Shape>) -> Var<'t> {
        let sizes = sizes.into();
        let first = self.first_adapted("adaptive_avg_pool", &sizes);
        let mut y = self;
        for (axis, &m) in (first..).zip(sizes.iter()) {
            let n = y.shape()[axis];
            y = if n.is_multiple_of(m) {
                let others = y.shape().without(&[axis]);
                y.reshape(others.with(&[(axis, m), (axis + 1, n / m)])).mean_over(axis + 1)
            } else {
                let mut means = Vec::with_capacity(m);
                for i in 0..m {
                    means.push(y.slice(axis, part(i, n, m)).mean_keeping(axis));
                }
                Var::concat(&means, axis)
            };
        }
        y
    }

    /// Maxima over the windows of [`Var::adaptive_avg_pool`]. A NaN is larger than all numbers; of
    /// equal elements the first takes the whole derivative.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0, 6.0, 8.0, 0.0]);
    /// assert_eq!(x.adaptive_max_pool([2]).to_string(), "[6. 8.]");
    /// assert_eq!(x.adaptive_argmax_pool([2]).to_string(), "[2 3]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::adaptive_avg_pool`].
    #[track_caller]
    pub fn adaptive_max_pool(self, sizes: impl Into<Shape>) -> Var<'t> {
        self.adaptive_largest("adaptive_max_pool", self, &sizes.into())
    }

    /// Where [`Var::adaptive_max_pool`] finds its elements: their positions among those of the axes
    /// under the windows, counted in row-major order. An index: nothing is differentiated through
    /// it.
    ///
    /// # Panics
    /// As [`Var::adaptive_avg_pool`].
    #[track_caller]
    pub fn adaptive_argmax_pool(self, sizes: impl Into<Shape>) -> Var<'t> {
        let (sizes, shape) = (sizes.into(), self.shape());
        let plane = &shape[self.first_adapted("adaptive_argmax_pool", &sizes)..];
        let positions = Array::from_fn(plane, |k| k as i64);
        let positions = self.tape.indices(positions).broadcast_to(shape.clone());
        self.adaptive_largest("adaptive_argmax_pool", positions, &sizes)
    }

    /// What `carried` has in the places of the largest elements. From the last axis to the first,
    /// each window keeps the first of its largest: in the end, the first in row-major order.
    #[track_caller]
    fn adaptive_largest(self, name: &str, carried: Var<'t>, sizes: &Shape) -> Var<'t> {
        let first = self.first_adapted(name, sizes);
        let (mut x, mut carried) = (self, carried);
        for axis in (first..self.rank()).rev() {
            let (n, m) = (x.shape()[axis], sizes[axis - first]);
            let width = (0..m).map(|i| part(i, n, m).len()).max().unwrap_or(0);
            // A shorter window has its last element several times, which changes no maximum.
            let position = |k: usize| {
                let part = part(k / width, n, m);
                (part.start + k % width).min(part.end - 1) as i64
            };
            let positions = self.tape.indices(Array::from_fn([m, width], position));
            let windows = x.take(axis, positions);
            let largest = windows.argmax(axis + 1).unsqueeze(axis + 1);
            carried = carried.take(axis, positions).gather(axis + 1, largest).squeeze(axis + 1);
            x = windows.gather(axis + 1, largest).squeeze(axis + 1);
        }
        carried
    }

    /// The first of the axes that windows are laid over.
    #[track_caller]
    fn first_adapted(self, name: &str, sizes: &Shape) -> usize {
        let shape = self.shape();
        match shape.rank().checked_sub(sizes.rank()) {
            Some(first) if shape[first..].iter().chain(sizes.iter()).all(|&n| n > 0) => first,
            _ => refuse(name, format!("{shape} can't be divided into {sizes} windows"), &[self]),
        }
    }

    /// Values put back to where [`Var::argmax_pool`] or [`Var::adaptive_argmax_pool`] found them,
    /// among zeros: positions count the elements of the last axes, whose sizes are given. Where
    /// windows shared an element, its values are added up, as by the derivative of pooling.
    ///
    /// ```
    /// # use wengert_tensor::Window;
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 5.0, 7.0, 2.0]);
    /// let window = Window::new([2]).stride(2);
    /// let y = x.max_pool(&window).max_unpool(x.argmax_pool(&window), [4]);
    /// assert_eq!(y.to_string(), "[0. 5. 7. 0.]");
    /// ```
    ///
    /// # Panics
    /// If the positions are not an index of this shape, or one is outside, or there are fewer axes
    /// than sizes.
    #[track_caller]
    pub fn max_unpool(self, positions: impl Operand<'t>, sizes: impl Into<Shape>) -> Var<'t> {
        let (positions, sizes, shape) = (positions.on(self.tape), sizes.into(), self.shape());
        if positions.kind() != Kind::Index || positions.shape() != shape {
            let message = format!("values {shape} at positions {}", positions.type_of());
            refuse("max_unpool", message, &[self, positions]);
        }
        let Some(batch) = shape.rank().checked_sub(sizes.rank()) else {
            let message = format!("{shape} has no {} axes to be of sizes {sizes}", sizes.rank());
            refuse("max_unpool", message, &[self, positions]);
        };
        let (before, places) = shape.split_at(batch);
        let row = before.iter().copied().chain([places.iter().product()]).collect::<Shape>();
        let operands = [self.reshape(row.clone()), positions.reshape(row)];
        let op = ScatterAdd { batch, n: sizes.size() };
        let y = self.tape.record_as("max_unpool", op, &operands);
        y.reshape(before.iter().chain(sizes.iter()).copied().collect::<Shape>())
    }
}

/// The elements of window `i` of `m` over `n`.
fn part(i: usize, n: usize, m: usize) -> Range<usize> {
    i * n / m..((i + 1) * n).div_ceil(m)
}
