//! Arrays made larger or smaller: each element of the result is a sum over a few neighbours. This
//! is done along one axis after another. Reading at places that are computed is
//! [`grid_sample`](super::sample)'s.
//!
//! Where sizes are in a ratio of small numbers, weights repeat themselves after so many elements,
//! and a slice is read for each: by factors of 2, several times faster than a gather of all
//! elements for each neighbour, which does for all other ratios.

use wengert_tensor::{Array, Range, Shape};

use crate::ops::{Assemble, whole};
use crate::tape::refuse;
use crate::var::Var;

use super::weights;

/// How an array is read between its elements.
///
/// Element $i$ of $n$ lies in the middle of its cell, at $i + \frac12$ of a length of $n$, which
/// the result divides anew: so images keep their edges.
///
/// ```
/// # use wengert_autodiff::{Interpolation, Tape};
/// let tape = Tape::new();
/// let x = tape.input([0.0, 4.0]);
/// assert_eq!(x.interpolate([4], Interpolation::nearest()).to_string(), "[0. 0. 4. 4.]");
/// assert_eq!(x.interpolate([4], Interpolation::linear()).to_string(), "[0. 1. 3. 4.]");
/// let aligned = Interpolation::linear().align_corners();
/// assert_eq!(x.interpolate([5], aligned).to_string(), "[0. 1. 2. 3. 4.]");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Interpolation {
    pub(super) method: Method,
    pub(super) aligns_corners: bool,
    pub(super) antialiases: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Method {
    Nearest,
    NearestExact,
    Linear,
    Cubic,
    Area,
}

impl Interpolation {
    fn new(method: Method) -> Interpolation {
        Interpolation { method, aligns_corners: false, antialiases: false }
    }

    /// The element in whose cell the lower end of a new cell lies.
    pub fn nearest() -> Interpolation {
        Interpolation::new(Method::Nearest)
    }

    /// The element in whose cell the middle of a new cell lies.
    pub fn nearest_exact() -> Interpolation {
        Interpolation::new(Method::NearestExact)
    }

    /// On the line between the two nearest elements along each axis: linear, bilinear, trilinear.
    pub fn linear() -> Interpolation {
        Interpolation::new(Method::Linear)
    }

    /// By a cubic through four elements along each axis, with slopes that belong to $a = -0.75$
    /// (Keys, "Cubic convolution interpolation for digital image processing", 1981): bicubic.
    pub fn cubic() -> Interpolation {
        Interpolation::new(Method::Cubic)
    }

    /// The mean over the elements that a new cell covers: [`Var::adaptive_avg_pool`].
    pub fn area() -> Interpolation {
        Interpolation::new(Method::Area)
    }

    /// With first on first and last on last element, in place of edge on edge: for all but means over
    /// areas.
    ///
    /// # Panics
    /// For these.
    #[track_caller]
    pub fn align_corners(self) -> Interpolation {
        assert!(self.method != Method::Area, "align_corners: a mean over an area has no corners");
        Interpolation { aligns_corners: true, ..self }
    }

    /// With the weights spread over all elements that a new cell covers where the result is smaller,
    /// so that none is left out: for linear and cubic interpolation, the latter with
    /// $a = -\frac12$.
    ///
    /// ```
    /// # use wengert_autodiff::{Interpolation, Tape};
    /// let tape = Tape::new();
    /// let x = tape.input([8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    /// assert_eq!(x.interpolate([2], Interpolation::linear()).to_string(), "[0. 0.]");
    /// let smooth = x.interpolate([2], Interpolation::linear().antialias());
    /// assert!(smooth.at(0, 0).item() > 1.0);
    /// ```
    ///
    /// # Panics
    /// For another one.
    #[track_caller]
    pub fn antialias(self) -> Interpolation {
        let is_smooth = matches!(self.method, Method::Linear | Method::Cubic);
        assert!(is_smooth, "antialias: {:?} interpolation has no weights to spread", self.method);
        Interpolation { antialiases: true, ..self }
    }

    /// The distance between neighbours of the result, in elements; without corners aligned it is
    /// given.
    fn step(self, n: usize, m: usize, step: f64) -> f64 {
        match self.aligns_corners {
            true if m > 1 => (n - 1) as f64 / (m - 1) as f64,
            true => 0.0,
            false => step,
        }
    }

    /// Which of `n` elements make up element `j` of the result, and their weights. Positions may lie
    /// outside: there, the first and the last element are repeated for ever.
    fn taps(self, j: usize, n: usize, step: f64) -> Vec<(i64, f64)> {
        let j = j as f64;
        let middle = (j + 0.5) * step;
        let at = if self.aligns_corners { j * step } else { middle - 0.5 };
        let (low, t) = (at.floor() as i64, at - at.floor());
        let sole = |position: f64| vec![(position as i64, 1.0)];
        match self.method {
            Method::Linear if self.antialiases => spread(middle, n, step, 1.0, weights::triangle),
            Method::Cubic if self.antialiases => {
                spread(middle, n, step, 2.0, |t| weights::cubic(t, -0.5))
            }
            Method::Linear => vec![(low, 1.0 - t), (low + 1, t)],
            Method::Cubic => {
                let tap = |k: i64| (low + k, weights::cubic(t - k as f64, -0.75));
                (-1..3).map(tap).collect()
            }
            Method::Nearest | Method::NearestExact if self.aligns_corners => sole(at.round()),
            Method::NearestExact => sole(middle.floor()),
            Method::Nearest | Method::Area => sole((j * step).floor()),
        }
    }
}

/// All elements on which a weight function stands that is as wide as `support`, or, where the
/// result is smaller, as much wider; the weights add up to 1.
fn spread(
    middle: f64,
    n: usize,
    step: f64,
    support: f64,
    weight: impl Fn(f64) -> f64,
) -> Vec<(i64, f64)> {
    let scale = step.max(1.0);
    let end = |at: f64| (at + 0.5).clamp(0.0, n as f64) as usize;
    let taps = end(middle - support * scale)..end(middle + support * scale);
    let taps: Vec<_> = taps.map(|k| (k, weight((k as f64 + 0.5 - middle) / scale))).collect();
    let total: f64 = taps.iter().map(|(_, weight)| weight).sum();
    taps.into_iter().map(|(k, weight)| (k as i64, weight / total)).collect()
}

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

    /// Each neighbour of all elements by a gather. Weights are multiplied with while the axis is the
    /// first, where neighbours in memory have the same.
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
