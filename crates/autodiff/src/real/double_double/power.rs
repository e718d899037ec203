//! Logarithms and powers. A power $x^p = e^{p \ln x}$ has as many digits fewer than $p \ln x$ as
//! that has before its point, so the logarithm is computed to more than are kept.

use super::triple::Triple;
use super::{DoubleDouble, Real};

/// $\ln x$.
pub(super) fn ln(x: DoubleDouble) -> DoubleDouble {
    let coarse = x.hi.ln();
    if coarse.is_finite() { precise_ln(x).round() } else { coarse.into() }
}

/// $\ln(1 + x)$: directly where $1 + x$ would lose digits.
pub(super) fn ln_1p(x: DoubleDouble) -> DoubleDouble {
    if x.hi == 0.0 {
        x
    } else if x.hi.abs() < 0.3 {
        precise_ln_1p(x).round()
    } else {
        ln(x + 1.0)
    }
}

/// $x^p$: by multiplications for small integers $p$, by $e^{p \ln |x|}$ else, with the sign that
/// an odd $p$ keeps.
pub(super) fn pow(x: DoubleDouble, p: DoubleDouble) -> DoubleDouble {
    let magnitude = match small_integer(p) {
        Some(n) => integer_power(x.abs(), n),
        None => positive_power(x.abs(), p),
    };
    let even = is_integer(p * 0.5);
    if x.hi.is_sign_negative() && is_integer(p) && !even {
        -magnitude
    } else if x.hi < 0.0 && x.hi.is_finite() && !is_integer(p) {
        f64::NAN.into()
    } else {
        magnitude
    }
}

/// $x^{1/3}$: a step of Newton's method from the root of the leading part.
pub(super) fn cbrt(x: DoubleDouble) -> DoubleDouble {
    let coarse = x.hi.cbrt();
    if coarse == 0.0 || !coarse.is_finite() {
        return coarse.into();
    }
    (x / coarse / coarse - coarse) / 3.0 + coarse
}

fn is_integer(p: DoubleDouble) -> bool {
    p.floor() == p
}

/// $p$ where it is an integer so small that multiplying is as accurate as the logarithm.
fn small_integer(p: DoubleDouble) -> Option<i32> {
    (is_integer(p) && p.hi.abs() <= 8.0).then_some(p.hi as i32)
}

/// $x^n$ by repeated squaring; the inverse comes first, since it is the power that may overflow.
fn integer_power(x: DoubleDouble, n: i32) -> DoubleDouble {
    let mut base = if n < 0 { DoubleDouble::ONE / x } else { x };
    let mut power = DoubleDouble::ONE;
    let mut n = n.unsigned_abs();
    while n > 0 {
        if n % 2 == 1 {
            power = power * base;
        }
        base = base * base;
        n /= 2;
    }
    power
}

/// $e^{p \ln x}$ for $x \ge 0$. The product's leading part is exact and the others are small, so
/// that exponentials of both lose nothing.
fn positive_power(x: DoubleDouble, p: DoubleDouble) -> DoubleDouble {
    if x == DoubleDouble::ONE {
        return x;
    }
    if x.hi == 0.0 || !x.hi.is_finite() {
        return x.hi.powf(p.hi).into();
    }
    let Triple([first, second, third]) = precise_ln(x);
    let leading = DoubleDouble::product(p.hi, first).exp();
    if leading.hi == 0.0 || !leading.hi.is_finite() {
        return leading;
    }
    let rest = DoubleDouble::new(second, third) * p.hi + DoubleDouble::new(first, second) * p.lo;
    leading * rest.exp()
}

/// $\ln x = k \ln 2 + \ln m$ with $m = 2^{-k} x$ between $\sqrt{1/2}$ and $\sqrt 2$, for $x > 0$.
fn precise_ln(x: DoubleDouble) -> Triple {
    let k = x.hi.log2().round();
    let m = x.times_power_of_two(-k as i32);
    Triple::LN_2 * k + precise_ln_1p(m - 1.0)
}

/// $\ln(1 + t)$ for $-0.3 \le t \le 0.42$, from its leading part $y$ by a step of Halley's method
/// for $e^y = 1 + t$:
/// $$ \ln(1 + t) = y + 2\,\frac{t - q}{2 + t + q} + O(10^{-50}), \qquad q = e^y - 1. $$
fn precise_ln_1p(t: DoubleDouble) -> Triple {
    let y = t.hi.ln_1p();
    let q = Triple::exp_m1(y);
    let Triple([first, second, third]) = q;
    let difference = DoubleDouble::new(t.hi, -first) + DoubleDouble::new(t.lo, -second) - third;
    let step = difference * 2.0 / (q.round() + t + 2.0);
    Triple::sum([y, step.hi, step.lo])
}
