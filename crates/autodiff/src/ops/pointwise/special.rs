//! The error function, its complement and its inverse; the gamma function's logarithm and its
//! derivatives.

#[allow(clippy::wildcard_imports, reason = "what the rows of the table expand to")]
use super::*;

pointwise! {
    /// The error function.
    Erf = "erf", r"\frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt":
        (x) -> y = x.erf(),
        d: [Linear::Scale((-(x * x)).exp() * std::f64::consts::FRAC_2_SQRT_PI)],
        on: [REAL];

    /// Accurate where it is small, unlike $1 - \operatorname{erf} x$.
    Erfc = "erfc", r"1 - \operatorname{erf} x":
        (x) -> y = x.erfc(),
        d: [Linear::Scale((-(x * x)).exp() * -std::f64::consts::FRAC_2_SQRT_PI)],
        on: [REAL];

    /// The inverse of the error function, for $|x| < 1$; infinite at ±1.
    Erfinv = "erfinv", r"\operatorname{erf}^{-1} x":
        (x) -> y = x.erfinv(),
        d: [Linear::Scale((y * y).exp() / std::f64::consts::FRAC_2_SQRT_PI)],
        on: [FRACTION];

    /// For $0 < x < 1$; infinite at both.
    Logit = "logit", r"\ln \frac{x}{1 - x}":
        (x) -> y = logit(x),
        d: [Linear::Scale(1.0 / (x * (1.0 - x)))],
        on: [[1e-3, 0.2, 0.45, 0.5, 0.7, 0.99]];

    /// The logarithm of the gamma function's size; infinite at 0, −1, −2, ….
    LnGamma = "ln_gamma", r"\ln |\Gamma(x)|":
        (x) -> y = x.ln_gamma(),
        d: [Linear::Scale(x.digamma())],
        on: [GAMMA];

    /// The derivative of [`LnGamma`]; infinite at 0, NaN at −1, −2, ….
    Digamma = "digamma", r"\psi(x)":
        (x) -> y = x.polygamma(0),
        d: [Linear::Scale(x.polygamma(1.0))],
        on: [GAMMA];

    /// The $n$-th derivative of [`Digamma`], for integers $n \ge 0$; NaN for other $n$, by which
    /// nothing is differentiated.
    Polygamma = "polygamma", r"\psi^{(n)}(x)":
        (n, x) -> y = polygamma(n, x),
        d: [Linear::Zero, Linear::Scale(x.polygamma(n + 1.0))],
        branch: |n, _x| i64::from(n == n.floor()),
        on: [[1.0, 2.0, 0.0, 3.0, 1.0, 2.0], GAMMA];
}

const GAMMA: [f64; 6] = [-2.7, -0.4, 0.3, 1.0, 4.5, 30.0];

/// By the inverse of tanh around its zero at ½, where the quotient would round its digits away.
fn logit<T: Real>(x: T) -> T {
    let is_central = x > T::from_f64(0.25) && x < T::from_f64(0.75);
    if is_central {
        let y = (x + x - one()).atanh();
        y + y
    } else {
        (x / (one::<T>() - x)).ln()
    }
}

/// Factorials of orders that are much higher overflow.
const HIGHEST: f64 = 150.0;

fn polygamma<T: Real>(n: T, x: T) -> T {
    let order = n.to_f64();
    if order.fract() == 0.0 && (0.0..=HIGHEST).contains(&order) {
        x.polygamma(order as u32)
    } else {
        T::from_f64(f64::NAN)
    }
}
