//! Functions made of the exponential series, after a reduction by multiples of ln 2. The logarithm
//! is in `power`.

use super::{DoubleDouble, Real};

/// The leading 33 bits of ln 2: exact when multiplied by an integer below $2^{20}$.
const LN_2_HEAD: f64 = 0.693_147_180_369_123_8;

/// ln 2 minus its head.
const LN_2_TAIL: DoubleDouble =
    DoubleDouble { hi: 1.908_214_929_270_587_7e-10, lo: 1.161_222_722_936_253_2e-26 };

/// $e^x = 2^k e^r$, where $r = x - k \ln 2$ is nearest to zero.
pub(super) fn exp(x: DoubleDouble) -> DoubleDouble {
    let coarse = x.hi.exp();
    if coarse == 0.0 || !coarse.is_finite() {
        return coarse.into();
    }
    let k = (x.hi * std::f64::consts::LOG2_E).round();
    let r = DoubleDouble::new(x.hi, -k * LN_2_HEAD) + x.lo - LN_2_TAIL * k;
    (series(r) + 1.0).times_power_of_two(k as i32)
}

/// $e^x - 1$: by its series where the difference would lose digits.
pub(super) fn exp_m1(x: DoubleDouble) -> DoubleDouble {
    if x.hi.abs() < 0.35 { series(x) } else { exp(x) - 1.0 }
}

/// $\tanh x = -q / (2 + q)$ with $q = e^{-2x} - 1$, for $x \ge 0$; odd.
pub(super) fn tanh(x: DoubleDouble) -> DoubleDouble {
    let q = exp_m1(x.abs() * -2.0);
    (-q / (q + 2.0)).with_sign_of(x)
}

/// $2^x = 2^k e^{(x - k) \ln 2}$ with the integer $k$ nearest to $x$.
pub(super) fn exp2(x: DoubleDouble) -> DoubleDouble {
    let coarse = x.hi.exp2();
    if coarse == 0.0 || !coarse.is_finite() {
        return coarse.into();
    }
    let k = x.hi.round();
    (series((x - k) * DoubleDouble::ln_2()) + 1.0).times_power_of_two(k as i32)
}

/// $\sinh x = \frac12 (q + \frac q{1 + q})$ with $q = e^x - 1$, for $x \ge 0$; odd.
pub(super) fn sinh(x: DoubleDouble) -> DoubleDouble {
    let size = x.abs();
    if size.hi > LARGE {
        return half_exp(size).with_sign_of(x);
    }
    let q = exp_m1(size);
    ((q + q / (q + 1.0)) * 0.5).with_sign_of(x)
}

/// $\cosh x = \frac12 (e^x + e^{-x})$.
pub(super) fn cosh(x: DoubleDouble) -> DoubleDouble {
    if x.hi.abs() > LARGE {
        return half_exp(x.abs());
    }
    let e = exp(x);
    (e + DoubleDouble::ONE / e) * 0.5
}

/// From here on, $e^{-x}$ is nothing to $e^x$.
const LARGE: f64 = 40.0;

/// $\frac12 e^x$ from the root of $e^x$, which is finite where only the half of $e^x$ is.
fn half_exp(x: DoubleDouble) -> DoubleDouble {
    let root = exp(x * 0.5);
    root * 0.5 * root
}

/// $e^r - 1 = r\,(1 + \frac r2\,(1 + \frac r3\,(1 + \cdots)))$, for $|r| \le 0.35$.
fn series(r: DoubleDouble) -> DoubleDouble {
    r * (2..=25).rev().fold(DoubleDouble::ONE, |sum, n| r * sum / f64::from(n) + 1.0)
}
