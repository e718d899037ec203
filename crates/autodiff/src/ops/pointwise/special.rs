//! The error function and its complement.

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
}
