//! Medians and quantiles: order statistics, and what lies between two of them.

use crate::input::Operand;
use crate::var::{IntoAxes, Var};

/// What a quantile is where it falls between two elements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantile {
    /// Between them in proportion.
    Linear,
    /// The smaller one.
    Lower,
    /// The larger one.
    Higher,
    /// Half-way between them.
    Midpoint,
    /// The nearer one, and in the middle that of even rank.
    Nearest,
}

impl Quantile {
    /// The quantile of this kind along one axis; see [`Var::quantile`].
    ///
    /// ```
    /// # use wengert_autodiff::{Quantile, Tape};
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0, 4.0, 8.0]);
    /// assert_eq!(Quantile::Higher.of(x, 0.5, 0).item(), 4.0);
    /// ```
    #[track_caller]
    pub fn of<'t>(self, x: Var<'t>, q: impl Operand<'t>, axis: impl IntoAxes) -> Var<'t> {
        let (axis, q) = (x.axis("quantile", axis), q.on(x.tape()));
        let nan = x.is_nan().sum_keeping(axis);
        // Sorted last, NaN is what a row with NaN in it has for every quantile.
        let last = x.shape()[axis] as f64 - 1.0;
        let rank = nan.gt(0.0).select(last, last * along(q, axis, x));
        self.at_rank(x, q, axis, rank)
    }

    /// The quantile of the elements that are not NaN, NaN where there are none.
    ///
    /// ```
    /// # use wengert_autodiff::{Quantile, Tape};
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, f64::NAN, 4.0]);
    /// assert_eq!(Quantile::Linear.of_numbers(x, 0.5, 0).item(), 2.5);
    /// ```
    #[track_caller]
    pub fn of_numbers<'t>(self, x: Var<'t>, q: impl Operand<'t>, axis: impl IntoAxes) -> Var<'t> {
        let (axis, q) = (x.axis("quantile", axis), q.on(x.tape()));
        let numbers = x.eq(x).sum_keeping(axis);
        let rank = (numbers - 1.0).maximum(0.0) * along(q, axis, x);
        self.at_rank(x, q, axis, rank)
    }

    /// The elements of sorted `x` at ranks along the axis, which may lie between two elements. The
    /// axes of `q` come before those of `x`, of which that of the elements disappears.
    #[track_caller]
    fn at_rank<'t>(self, x: Var<'t>, q: Var<'t>, axis: usize, rank: Var<'t>) -> Var<'t> {
        let x = x.sort(axis);
        let (below, above) = (rank.floor(), rank.ceil());
        let y = match self {
            Quantile::Lower => element(x, axis, below),
            Quantile::Higher => element(x, axis, above),
            Quantile::Nearest => element(x, axis, rank.round()),
            Quantile::Midpoint | Quantile::Linear => {
                let share = match self {
                    Quantile::Midpoint => 0.5 * above.ne(below),
                    _ => rank - below,
                };
                between(element(x, axis, below), element(x, axis, above), share)
            }
        };
        let y = y.move_axis(axis, 0);
        let shape: Vec<usize> = q.shape().iter().chain(&y.shape()[1..]).copied().collect();
        y.reshape(shape)
    }
}

/// All quantiles along the axis of the elements.
#[track_caller]
fn along<'t>(q: Var<'t>, axis: usize, x: Var<'t>) -> Var<'t> {
    let mut shape = vec![1; x.rank()];
    shape[axis] = q.shape().size();
    q.reshape(shape)
}

/// The elements of these ranks.
#[track_caller]
fn element<'t>(sorted: Var<'t>, axis: usize, rank: Var<'t>) -> Var<'t> {
    sorted.gather(axis, rank.to_index())
}

/// From `a` to `b` by a share; where there is no way to go, `a`, so that ∞ − ∞ does not spoil it.
#[track_caller]
fn between<'t>(a: Var<'t>, b: Var<'t>, share: Var<'t>) -> Var<'t> {
    (share.gt(0.0) * b.ne(a)).select(a + share * (b - a), a)
}

impl<'t> Var<'t> {
    /// The quantile along one axis, which disappears: the element of rank $q\,(n - 1)$ in ascending
    /// order, between two elements in proportion; see [`Quantile`] for other choices. Of several
    /// `q`, their axes come first. NaN if any element is NaN.
    ///
    /// The derivative goes to the two elements in the same proportion, by `q` it is their
    /// difference times $n - 1$, and 0 where $q$ falls on an element.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([8.0, 1.0, 4.0, 2.0]);
    /// assert_eq!(x.quantile(0.5, 0).item(), 3.0);
    /// let q = tape.input([0.0, 0.25, 1.0]);
    /// assert_eq!(x.quantile(q, 0).to_string(), "[1.   1.75 8.  ]");
    /// ```
    ///
    /// # Panics
    /// When it is run, if `q` is not in $[0, 1]$.
    #[track_caller]
    pub fn quantile(self, q: impl Operand<'t>, axis: impl IntoAxes) -> Var<'t> {
        Quantile::Linear.of(self, q, axis)
    }

    /// [`Var::quantile`] of the elements that are not NaN; NaN where there are none.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, f64::NAN, 4.0]);
    /// assert_eq!(x.nanquantile(0.5, 0).item(), 2.5);
    /// ```
    #[track_caller]
    pub fn nanquantile(self, q: impl Operand<'t>, axis: impl IntoAxes) -> Var<'t> {
        Quantile::Linear.of_numbers(self, q, axis)
    }

    /// The median of all elements: the one in the middle, or the lower of two; NaN if any is NaN.
    /// Where several elements are it, each takes an equal share of the derivative.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([5.0, 1.0, 4.0, 2.0]).median().item(), 2.0);
    /// ```
    #[track_caller]
    pub fn median(self) -> Var<'t> {
        self.flatten().median_over(0)
    }

    /// The median along one axis, which disappears; see [`Var::median`].
    #[track_caller]
    pub fn median_over(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("median_over", axis);
        self.shared(axis, self.argmedian(axis))
    }

    /// The median of those elements along one axis, which disappears, that are not NaN; NaN where
    /// there are none; see [`Var::median`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([5.0, f64::NAN, 4.0, f64::NAN, 6.0]);
    /// assert_eq!(x.nanmedian_over(0).item(), 5.0);
    /// ```
    #[track_caller]
    pub fn nanmedian_over(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("nanmedian_over", axis);
        self.shared(axis, self.argnanmedian(axis))
    }

    /// The element at a position of the axis, shared by all that equal it: it is the least of
    /// those that are not below it.
    #[track_caller]
    fn shared(self, axis: usize, position: Var<'t>) -> Var<'t> {
        let chosen = self.gather(axis, position.unsqueeze(axis)).stop_gradient();
        let y = self.ge(chosen).select(self, f64::INFINITY).min_over(axis);
        let chosen = chosen.squeeze(axis);
        chosen.is_nan().select(chosen, y)
    }

    /// The position of the median along one axis, which disappears: of equals the first in that
    /// order, of NaN the first. An index: with [`Var::gather`], a median whose derivative goes to
    /// one element.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([5.0, 1.0, 4.0, 2.0]).argmedian(0).item(), 3.0);
    /// ```
    #[track_caller]
    pub fn argmedian(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("argmedian", axis);
        let (n, nan) = (self.shape()[axis] as f64, self.is_nan().sum_keeping(axis));
        // In order, the first NaN is behind all numbers.
        self.at_rank(axis, nan.gt(0.0).select(n - nan, ((n - 1.0) / 2.0).floor()))
    }

    /// The position of the median of those elements along one axis that are not NaN; see
    /// [`Var::argmedian`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([5.0, f64::NAN, 4.0, f64::NAN, f64::NAN]);
    /// assert_eq!(x.argnanmedian(0).item(), 2.0);
    /// ```
    #[track_caller]
    pub fn argnanmedian(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("argnanmedian", axis);
        let numbers = self.eq(self).sum_keeping(axis);
        self.at_rank(axis, (0.5 * (numbers - 1.0)).floor().maximum(0.0))
    }

    /// The positions of the elements that have these ranks along the axis.
    #[track_caller]
    fn at_rank(self, axis: usize, rank: Var<'t>) -> Var<'t> {
        self.argsort(axis).gather(axis, rank.to_index()).squeeze(axis)
    }
}
