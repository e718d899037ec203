//! Arrays made larger or smaller: each element of the result is a sum over a few neighbours. This
//! is done along one axis after another.
//!
//! Where sizes are in a ratio of small numbers, weights repeat themselves after so many elements,
//! and a slice is read for each: nearly three times as fast, for a factor of 2, as a gather of all
//! elements for each neighbour, which does for all other ratios.

use wengert_tensor::{Array, Range, Shape};

use super::{Interpolation, Method};
use crate::ops::{Assemble, whole};
use crate::tape::refuse;
use crate::var::Var;

impl<'t> Var<'t> {
    /// The last axes made as large as this; those before are a batch. See [`Interpolation`].
    ///
    /// ```
    /// # use wengert_autodiff::{Interpolation, Tape};
    /// let tape = Tape::new();
    /// let x = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.interpolate([3, 3], Interpolation::linear().align_corners());
    /// assert_eq!(y.to_string(), "[[1.  1.5 2. ]\n [2.  2.5 3. ]\n [3.  3.5 4. ]]");
    /// ```
    ///
    /// # Panics
    /// If there are fewer axes than sizes, or one has no elements.
    #[track_caller]
    pub fn interpolate(self, sizes: impl Into<Shape>, how: Interpolation) -> Var<'t> {
        let sizes = sizes.into();
        let first = self.first_resized("interpolate", sizes.rank());
        let (shape, mut y) = (self.shape(), self);
        if how.method == Method::Area {
            return self.adaptive_avg_pool(sizes);
        }
        for (axis, &m) in (first..).zip(sizes.iter()) {
            y = y.resized(axis, m, shape[axis] as f64 / m as f64, how);
        }
        y
    }

    /// The last axes made larger by these factors, or smaller by those below 1; sizes are rounded
    /// down, and elements of the result are exactly one over the factor apart.
    ///
    /// ```
    /// # use wengert_autodiff::{Interpolation, Tape};
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0, 3.0]);
    /// let y = x.interpolate_by([1.5], Interpolation::nearest());
    /// assert_eq!(y.to_string(), "[1. 1. 2. 3.]");
    /// ```
    ///
    /// # Panics
    /// If there are fewer axes than factors, or one has no elements, or a factor is not positive.
    #[track_caller]
    pub fn interpolate_by(self, factors: impl AsRef<[f64]>, how: Interpolation) -> Var<'t> {
        let factors = factors.as_ref();
        if let Some(factor) = factors.iter().find(|factor| !(0.0..f64::MAX).contains(*factor)) {
            refuse("interpolate_by", format!("a factor of {factor}"), &[self]);
        }
        let first = self.first_resized("interpolate_by", factors.len());
        let (shape, mut y) = (self.shape(), self);
        let size = |axis: usize| (shape[axis] as f64 * factors[axis - first]) as usize;
        if how.method == Method::Area {
            return self.adaptive_avg_pool((first..shape.rank()).map(size).collect::<Shape>());
        }
        for (axis, &factor) in (first..).zip(factors) {
            y = y.resized(axis, size(axis), 1.0 / factor, how);
        }
        y
    }

    /// The first of so many last axes, none of which may be empty.
    #[track_caller]
    fn first_resized(self, name: &str, axes: usize) -> usize {
        let shape = self.shape();
        match shape.rank().checked_sub(axes) {
            Some(first) if shape[first..].iter().all(|&n| n > 0) => first,
            Some(_) => refuse(name, format!("{shape} has nothing to interpolate"), &[self]),
            None => refuse(name, format!("{axes} axes of {shape}"), &[self]),
        }
    }

    /// One axis with `m` elements that are `step` apart.
    #[track_caller]
    fn resized(self, axis: usize, m: usize, step: f64, how: Interpolation) -> Var<'t> {
        let n = self.shape()[axis];
        let step = how.step(n, m, step);
        let common = common_divisor(n, m);
        let (stride, period) = (n / common, m / common);
        let repeats = !how.aligns_corners && !how.antialiases && step == n as f64 / m as f64;
        if repeats && stride == 1 && how.method == Method::Nearest {
            self.repeated_each(axis, period)
        } else if repeats && (1..=LONGEST_PERIOD).contains(&period) {
            self.resized_by_slices(axis, [stride, period, common], how)
        } else {
            self.resized_by_gathers(axis, m, step, how)
        }
    }

    /// Each element so many times, one behind the other.
    #[track_caller]
    fn repeated_each(self, axis: usize, times: usize) -> Var<'t> {
        let mut shape = self.shape().to_vec();
        let repeated = self.expand_axes(&[(axis + 1, times)]);
        shape[axis] *= times;
        repeated.reshape(shape)
    }

    /// So many times, elements of the same weights a stride further on: multiples of the whole are
    /// laid over each other.
    #[track_caller]
    fn resized_by_slices(
        self,
        axis: usize,
        [stride, period, times]: [usize; 3],
        how: Interpolation,
    ) -> Var<'t> {
        let mut shape = self.shape().to_vec();
        let (n, step) = (shape[axis], stride as f64 / period as f64);
        let phases: Vec<_> = (0..period).map(|phase| how.taps(phase, n, step)).collect();
        let positions = || phases.iter().flatten().map(|(position, _)| *position);
        let first = positions().min().unwrap_or(0).min(0);
        let last = positions().max().unwrap_or(0) + (stride * (times - 1)) as i64;
        let x = self.with_borders(axis, -first as usize, (last + 1 - n as i64).max(0) as usize);
        shape[axis] = times * period;
        let (mut parts, mut regions) = (Vec::new(), Vec::new());
        for (phase, taps) in phases.into_iter().enumerate() {
            for (position, weight) in taps.into_iter().filter(|(_, weight)| *weight != 0.0) {
                let start = (position - first) as usize;
                let term = if weight == 1.0 { x } else { x * weight };
                let rows = start..=start + stride * (times - 1);
                parts.push(term.slice_step(axis, rows, stride));
                let mut region = whole(&shape);
                region[axis] = Range { start: phase, step: period, len: times };
                regions.push(region);
            }
        }
        let op = Assemble { shape: shape.into(), regions, overlapping: true };
        self.tape.record_as("interpolate", op, &parts)
    }

    /// With the first and the last element repeated so many times.
    #[track_caller]
    fn with_borders(self, axis: usize, before: usize, behind: usize) -> Var<'t> {
        if before + behind == 0 {
            return self;
        }
        let shape = self.shape();
        let wide = |n: usize| shape.without(&[axis]).with(&[(axis, n)]);
        let (first, last) = (self.slice(axis, ..1), self.slice(axis, shape[axis] - 1..));
        let parts = [first.broadcast_to(wide(before)), self, last.broadcast_to(wide(behind))];
        Var::concat(&parts, axis)
    }

    /// Each neighbour of all elements by a gather. Weights are multiplied with while the axis is
    /// the first, where neighbours in memory have the same.
    #[track_caller]
    fn resized_by_gathers(self, axis: usize, m: usize, step: f64, how: Interpolation) -> Var<'t> {
        let n = self.shape()[axis];
        let taps: Vec<_> = (0..m).map(|j| how.taps(j, n, step)).collect();
        let most = taps.iter().map(Vec::len).max().unwrap_or(1);
        let (x, mut y) = (self.move_axis(axis, 0), None);
        for k in 0..most {
            // An element with fewer neighbours has one of them again, with weight 0.
            let tap = |j: usize| taps[j].get(k).copied().unwrap_or((taps[j][0].0, 0.0));
            let position = |j: usize| tap(j).0.clamp(0, n as i64 - 1);
            let mut term = x.take(0, self.tape.indices(Array::from_fn([m], position)));
            if most > 1 {
                let column = Shape::from(vec![1; x.rank() - 1]).with(&[(0, m)]);
                term = term * self.tape.input(Array::from_fn(column, |j| tap(j).1));
            }
            y = Some(match y {
                None => term,
                Some(y) => y + term,
            });
        }
        y.expect("there is a neighbour").move_axis(0, axis)
    }
}

/// Of longer periods, a gather for each neighbour is shorter than a slice for each element.
const LONGEST_PERIOD: usize = 4;

fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
