//! Inverse circular functions, by one step of Newton's method from the `f64` nearest to the angle.

use super::{DoubleDouble, Real};

/// The angle of the point $(x, y)$, in $[-\pi, \pi]$.
///
/// Turned back by the angle of the leading parts, the point lies so near to the axis that its
/// angle is the quotient of its coordinates.
pub(super) fn atan2(y: DoubleDouble, x: DoubleDouble) -> DoubleDouble {
    let coarse = y.hi.atan2(x.hi);
    let on_axis = [x.hi, y.hi].into_iter().any(|part| part == 0.0 || !part.is_finite());
    if on_axis && coarse != 0.0 {
        // A multiple of half a right angle, whose second part the leading parts don't know.
        return DoubleDouble::pi() * ((coarse / std::f64::consts::FRAC_PI_4).round() * 0.25);
    }
    if coarse.abs() < f64::MIN_POSITIVE || coarse.is_nan() {
        return coarse.into();
    }
    let scale = -exponent(x.hi.abs().max(y.hi.abs()));
    let (x, y) = (x.times_power_of_two(scale), y.times_power_of_two(scale));
    let (sin, cos) = (DoubleDouble::from(coarse).sin(), DoubleDouble::from(coarse).cos());
    (y * cos - x * sin) / (x * cos + y * sin) + coarse
}

/// $\sqrt{x^2 + y^2}$ without overflow on the way.
pub(super) fn hypot(x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    let coarse = x.hi.hypot(y.hi);
    if coarse == 0.0 || !coarse.is_finite() {
        return coarse.into();
    }
    let scale = exponent(coarse);
    let (x, y) = (x.times_power_of_two(-scale), y.times_power_of_two(-scale));
    (x * x + y * y).sqrt().times_power_of_two(scale)
}

/// $k$ with $2^k \le x < 2^{k+1}$, for positive numbers; for subnormal ones, too small.
fn exponent(x: f64) -> i32 {
    (x.to_bits() >> 52) as i32 - 1023
}
