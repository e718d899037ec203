//! The inverse hyperbolic functions on any scalar, by its logarithm near one.

use super::Real;

/// Above this, $x^2 \pm 1$ is $x^2$ on every scalar, and below, $x^2$ is finite on `f32`.
const LARGE: f64 = 1e18;

/// $\operatorname{arsinh} x = \ln(1 + x + \frac{x^2}{1 + \sqrt{x^2 + 1}})$ for $x \ge 0$; odd.
pub(super) fn asinh<T: Real>(x: T) -> T {
    let (one, size) = (T::from_f64(1.0), x.abs());
    let y = if size > T::from_f64(LARGE) {
        size.ln() + T::ln_2()
    } else {
        let square = size * size;
        (size + square / (one + (one + square).sqrt())).ln_1p()
    };
    with_sign_of(x, y)
}

/// $\operatorname{arcosh} x = \ln(1 + t + \sqrt{t\,(t + 2)})$ with $t = x - 1$.
pub(super) fn acosh<T: Real>(x: T) -> T {
    if x > T::from_f64(LARGE) {
        return x.ln() + T::ln_2();
    }
    let t = x - T::from_f64(1.0);
    (t + (t * (t + T::from_f64(2.0))).sqrt()).ln_1p()
}

/// $\operatorname{artanh} x = \frac12 \ln(1 + \frac{2x}{1 - x})$ for $x \ge 0$; odd.
pub(super) fn atanh<T: Real>(x: T) -> T {
    let size = x.abs();
    let y = ((size + size) / (T::from_f64(1.0) - size)).ln_1p() * T::from_f64(0.5);
    with_sign_of(x, y)
}

/// $y$ or $-y$; a zero and NaN are their own.
fn with_sign_of<T: Real>(x: T, y: T) -> T {
    if x > T::default() {
        y
    } else if x < T::default() {
        -y
    } else {
        x
    }
}
