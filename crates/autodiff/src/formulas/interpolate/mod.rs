//! Arrays read between their elements: how, and from which neighbours. `resize` makes them larger
//! or smaller, `sample` reads them at places that are computed.

mod resize;
mod sample;
mod weights;

pub use sample::Outside;

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

    /// The mean over the elements that a new cell covers, as by
    /// [`adaptive_avg_pool`](crate::Var::adaptive_avg_pool).
    pub fn area() -> Interpolation {
        Interpolation::new(Method::Area)
    }

    /// With first on first and last on last element, in place of edge on edge: for all but means
    /// over areas.
    ///
    /// # Panics
    /// For these.
    #[track_caller]
    pub fn align_corners(self) -> Interpolation {
        assert!(self.method != Method::Area, "align_corners: a mean over an area has no corners");
        Interpolation { aligns_corners: true, ..self }
    }

    /// With the weights spread over all elements that a new cell covers where the result is
    /// smaller, so that none is left out: for linear and cubic interpolation, the latter with
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

    /// Which of `n` elements make up element `j` of the result, and their weights. Positions may
    /// lie outside: there, the first and the last element are repeated for ever.
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
