//! The inverse hyperbolic functions, by the logarithm near one, and the inverse error function, on
//! any scalar.

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

/// $\operatorname{erf}^{-1} x$ for $|x| \le 1$, by Halley's method from an estimate of S. Winitzki
/// ("A handy approximation for the error function and its inverse", 2008), which is 0.2 % off.
/// Each step triples the digits; four are enough for 31.
///
/// Beyond ½, the equation solved is $\operatorname{erfc} y = 1 - |x|$, which keeps its digits.
pub(super) fn erfinv<T: Real>(x: T) -> T {
    let (one, size) = (T::from_f64(1.0), x.abs());
    let rest = one - size;
    if rest.is_nan() || rest <= T::default() {
        let at_end = if rest == T::default() { f64::INFINITY } else { f64::NAN };
        return with_sign_of(x, T::from_f64(at_end));
    }
    let mut y = T::from_f64(erfinv_estimate(size.to_f64(), rest.to_f64()));
    for _ in 0..4 {
        let difference = if size > T::from_f64(0.5) { rest - y.erfc() } else { y.erf() - size };
        let step = difference * (y * y).exp() / T::frac_2_sqrt_pi();
        y = y - step / (one + y * step);
    }
    with_sign_of(x, y)
}

/// $y$ with $\ln(1 - x^2) \approx -y^2\,(\frac4\pi + a y^2) / (1 + a y^2)$, for $x \ge 0$ and
/// `rest` $= 1 - x$.
fn erfinv_estimate(x: f64, rest: f64) -> f64 {
    const A: f64 = 0.147;
    let ln = if x < 0.5 { (-x * x).ln_1p() } else { (rest * (1.0 + x)).ln() };
    let (half, product) = (1.0 / (std::f64::consts::FRAC_PI_2 * A) + 0.5 * ln, -ln / A);
    let root = (half * half + product).sqrt();
    // The difference that does not cancel.
    let square = if half > 0.0 { product / (root + half) } else { root - half };
    square.sqrt()
}
