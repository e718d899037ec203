//! What methods that rotate have in common: the rotations of Jacobi's methods, when they come to an
//! end, and which sign is given to what has none of its own.

use crate::real::Real;
use crate::var::Var;

/// Sweeps are made until one finds nothing left to do but rounding, and no more than these.
const MOST_SWEEPS: usize = 60;

/// Sweeps after that. What is left falls to its square in each; and of dual numbers, each makes the
/// derivatives of one more order right.
const LAST_SWEEPS: usize = 3;

/// A rotation of the plane by 45° at most.
#[derive(Clone, Copy)]
pub(super) struct Rotation<T> {
    cos: T,
    sin: T,
    /// The ratio of both.
    pub tan: T,
}

impl<T: Real> Rotation<T> {
    /// The one that makes $(a, b; b, c)$ diagonal; nothing, where it is so already or where its
    /// eigenvalues differ by less than rounding, so that one direction is as good as another.
    pub fn diagonalising(a: T, b: T, c: T) -> Option<Rotation<T>> {
        let (apart, twice, size) = (c - a, b + b, a.abs() + c.abs());
        let gap = apart.hypot(twice);
        if b.is_zero() || size + gap == size {
            return None;
        }
        let one = T::from_f64(1.0);
        let tan = twice / if apart < T::default() { apart - gap } else { apart + gap };
        let cos = one / one.hypot(tan);
        Some(Rotation { cos, sin: cos * tan, tan })
    }

    /// The coordinates of a point.
    pub fn turn(self, x: T, y: T) -> [T; 2] {
        [self.cos * x - self.sin * y, self.sin * x + self.cos * y]
    }
}

/// Makes sweeps, each of which says whether it found nothing left to do.
pub(super) fn settle(mut sweep: impl FnMut() -> bool) {
    let _is_settled = (0..MOST_SWEEPS).any(|_| sweep());
    for _ in 0..LAST_SWEEPS {
        sweep();
    }
}

/// The sign, 1 or −1, with which the largest element is positive; of elements that differ by less
/// than a hundredth, the first, so that rounding decides nothing between equal ones.
pub(super) fn orientation<T: Real>(x: &[T]) -> T {
    let size = |x: &T| x.abs().to_f64();
    let largest = x.iter().map(size).fold(0.0, f64::max);
    let first = x.iter().find(|x| size(x) >= 0.99 * largest);
    let is_negative = first.is_some_and(|&x| x < T::default());
    T::from_f64(if is_negative { -1.0 } else { 1.0 })
}

/// Whether all numbers are finite.
pub(super) fn are_finite<T: Real>(x: &[T]) -> bool {
    x.iter().all(|x| x.to_f64().is_finite())
}

/// Positions in the order of these numbers, which are finite, ascending.
pub(super) fn order<T: Real>(x: &[T]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&i, &j| x[i].partial_cmp(&x[j]).expect("finite numbers are ordered"));
    order
}

/// $1/d$, and 0 where $d$ is nothing beside numbers of this size: a difference of two of them that
/// is made of rounding alone.
pub(super) fn reciprocal<'t>(d: Var<'t>, size: Var<'t>) -> Var<'t> {
    // A few roundings vanish where a sixteenth of them does; in whatever precision this is run.
    let is_rounding = (size + 0.0625 * d.abs()).eq(size);
    is_rounding.select(0.0, 1.0 / is_rounding.select(1.0, d))
}

/// The identity of $n$ dimensions, by rows.
pub(super) fn identity<T: Real>(n: usize) -> Vec<T> {
    let one = |k: usize| if k.is_multiple_of(n + 1) { T::from_f64(1.0) } else { T::default() };
    (0..n * n).map(one).collect()
}
