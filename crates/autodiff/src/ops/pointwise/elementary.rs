//! Exponentials, logarithms, circular and hyperbolic functions, and their inverses.

#[allow(clippy::wildcard_imports, reason = "what the rows of the table expand to")]
use super::*;

pointwise! {
    Exp = "exp", r"e^x":
        (x) -> y = x.exp(),
        d: [Linear::Scale(y)],
        on: [REAL];

    /// Accurate near 0, unlike the difference.
    ExpM1 = "exp_m1", r"e^x - 1":
        (x) -> y = x.exp_m1(),
        d: [Linear::Scale(x.exp())],
        on: [REAL];

    /// The natural logarithm, for $x > 0$.
    Ln = "ln", r"\ln x":
        (x) -> y = x.ln(),
        d: [Linear::partial(Div, &[x, x], 0)],
        on: [POSITIVE];

    /// For $x > -1$, accurate near 0, unlike the logarithm of the sum.
    Ln1p = "ln_1p", r"\ln(1 + x)":
        (x) -> y = x.ln_1p(),
        d: [{
            let sum = 1.0 + x;
            Linear::partial(Div, &[sum, sum], 0)
        }],
        on: [[-0.97, -1e-9, 0.0, 0.2, 3.0, 1e6]];

    Sin = "sin", r"\sin x":
        (x) -> y = x.sin(),
        d: [Linear::Scale(x.cos())],
        on: [REAL];

    Cos = "cos", r"\cos x":
        (x) -> y = x.cos(),
        d: [Linear::Scale(-x.sin())],
        on: [REAL];

    Tan = "tan", r"\tan x":
        (x) -> y = x.tan(),
        d: [Linear::Scale(1.0 + y * y)],
        on: [REAL];

    Tanh = "tanh", r"\tanh x":
        (x) -> y = x.tanh(),
        d: [Linear::Scale(1.0 - y * y)],
        on: [REAL];

    /// For $x \ge 0$; its slope at 0 is infinite.
    Sqrt = "sqrt", r"\sqrt x":
        (x) -> y = x.sqrt(),
        d: [Linear::Scale(0.5 / y)],
        on: [POSITIVE];

    Sigmoid = "sigmoid", r"\frac{1}{1 + e^{-x}}":
        (x) -> y = x.sigmoid(),
        d: [Linear::Scale(y * (1.0 - y))],
        on: [REAL];

    Softplus = "softplus", r"\ln(1 + e^x)":
        (x) -> y = if x > zero() { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() },
        d: [Linear::Scale(x.sigmoid())],
        on: [REAL];

    Exp2 = "exp2", r"2^x":
        (x) -> y = x.exp2(),
        d: [Linear::Scale(y * std::f64::consts::LN_2)],
        on: [REAL];

    /// The logarithm to base 2, for $x > 0$; exact at powers of 2.
    Log2 = "log2", r"\log_2 x":
        (x) -> y = x.log2(),
        d: [Linear::Scale(std::f64::consts::LOG2_E / x)],
        on: [POSITIVE];

    /// The logarithm to base 10, for $x > 0$.
    Log10 = "log10", r"\log_{10} x":
        (x) -> y = x.log10(),
        d: [Linear::Scale(std::f64::consts::LOG10_E / x)],
        on: [POSITIVE];

    /// Of the sign of $x$; its slope at 0 is infinite.
    Cbrt = "cbrt", r"x^{1/3}":
        (x) -> y = x.cbrt(),
        d: [Linear::Scale(1.0 / (3.0 * y * y))],
        on: [REAL];

    /// For $|x| \le 1$, in $[-\frac\pi2, \frac\pi2]$; its slope at ±1 is infinite.
    Asin = "asin", r"\arcsin x":
        (x) -> y = x.asin(),
        d: [Linear::Scale(1.0 / ((1.0 - x) * (1.0 + x)).sqrt())],
        on: [FRACTION];

    /// For $|x| \le 1$, in $[0, \pi]$; its slope at ±1 is infinite.
    Acos = "acos", r"\arccos x":
        (x) -> y = x.acos(),
        d: [Linear::Scale(-1.0 / ((1.0 - x) * (1.0 + x)).sqrt())],
        on: [FRACTION];

    /// In $[-\frac\pi2, \frac\pi2]$.
    Atan = "atan", r"\arctan x":
        (x) -> y = x.atan(),
        d: [Linear::Scale(1.0 / (1.0 + x * x))],
        on: [REAL];

    Sinh = "sinh", r"\sinh x":
        (x) -> y = x.sinh(),
        d: [Linear::Scale(x.cosh())],
        on: [REAL];

    Cosh = "cosh", r"\cosh x":
        (x) -> y = x.cosh(),
        d: [Linear::Scale(x.sinh())],
        on: [REAL];

    Asinh = "asinh", r"\operatorname{arsinh} x":
        (x) -> y = x.asinh(),
        d: [Linear::Scale(1.0 / x.hypot(1.0))],
        on: [REAL];

    /// For $x \ge 1$; its slope at 1 is infinite.
    Acosh = "acosh", r"\operatorname{arcosh} x":
        (x) -> y = x.acosh(),
        // Two roots, since the product would overflow.
        d: [Linear::Scale(1.0 / ((x - 1.0).sqrt() * (x + 1.0).sqrt()))],
        on: [[1.03, 1.4, 2.0, 3.7, 10.0, 1e6]];

    /// For $|x| < 1$; infinite at ±1.
    Atanh = "atanh", r"\operatorname{artanh} x":
        (x) -> y = x.atanh(),
        d: [Linear::Scale(1.0 / ((1.0 - x) * (1.0 + x)))],
        on: [FRACTION];
}
