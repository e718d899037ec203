//! Double-double numbers: about 31 digits from pairs of `f64`. They are references to check others
//! against, not a format to compute in.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use super::Real;
use super::gamma::{self, Series};
use exact::{fast_two_sum, two_product, two_sum};

mod circular;
mod error_function;
mod exact;
mod exponential;
mod inverse;
mod ln_gamma;
mod power;
mod triple;

/// The unevaluated sum of two `f64`, of which the first is the sum rounded.
///
/// Sums, products, quotients and roots are within about $2^{-103}$ of the exact ones, relatively;
/// functions are within $10^{-28}$, and within $2 \cdot 10^{-31}$ on a table of 3600 references;
/// the gamma function's derivatives are within $2 \cdot 10^{-30}$ there, where they are not near
/// zero. This holds for results above $10^{-290}$: below, the second part is subnormal and loses
/// its digits.
///
/// After Dekker (1971), and Hida, Li and Bailey (2001); the error bounds are those of Joldes,
/// Muller and Popescu (2017).
///
/// ```
/// use wengert_autodiff::real::{DoubleDouble, Real};
///
/// let third = DoubleDouble::from_f64(1.0) / DoubleDouble::from_f64(3.0);
/// assert_eq!(third.hi(), 1.0 / 3.0);
/// assert_eq!(third.lo(), 2f64.powi(-54) / 3.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct DoubleDouble {
    hi: f64,
    lo: f64,
}

/// Twenty terms from 17 on are good to $10^{-35}$.
const STIRLING: Series = Series { terms: 20, from: 17.0 };

/// $\ln 10$.
const LN_10: DoubleDouble =
    DoubleDouble { hi: std::f64::consts::LN_10, lo: -2.170_756_223_382_249_4e-16 };

impl DoubleDouble {
    const ZERO: Self = Self { hi: 0.0, lo: 0.0 };
    const ONE: Self = Self { hi: 1.0, lo: 0.0 };

    /// $a + b$, exactly.
    pub fn new(a: f64, b: f64) -> Self {
        Self::rounded(two_sum(a, b))
    }

    /// The `f64` nearest to the number.
    pub fn hi(self) -> f64 {
        self.hi
    }

    /// What [`hi`](Self::hi) leaves over: at most half a unit in its last place.
    pub fn lo(self) -> f64 {
        self.lo
    }

    /// $ab$, exactly.
    fn product(a: f64, b: f64) -> Self {
        Self::rounded(two_product(a, b))
    }

    /// A rounded result with its error, which means nothing where the result is not finite.
    fn rounded((hi, lo): (f64, f64)) -> Self {
        Self { hi, lo: if hi.is_finite() { lo } else { 0.0 } }
    }

    /// A result with a correction, which means nothing where the result is not finite, and which
    /// must not take its sign from a zero.
    fn corrected(hi: f64, correction: f64) -> Self {
        if hi.is_finite() && correction != 0.0 {
            Self::rounded(fast_two_sum(hi, correction))
        } else {
            hi.into()
        }
    }

    /// $2^k x$ for $|k| \le 1100$, exactly unless it underflows.
    fn times_power_of_two(self, k: i32) -> Self {
        let half = k / 2;
        let [a, b] = [half, k - half].map(|k| f64::from_bits(((1023 + k) as u64) << 52));
        Self::new(self.hi * a * b, self.lo * a * b)
    }

    /// The number whose sign is that of `sign` and whose magnitude is that of `self` ≥ 0.
    fn with_sign_of(self, sign: Self) -> Self {
        if sign.hi.is_sign_negative() { -self } else { self }
    }
}

impl From<f64> for DoubleDouble {
    fn from(x: f64) -> Self {
        Self { hi: x, lo: 0.0 }
    }
}

impl Neg for DoubleDouble {
    type Output = Self;

    fn neg(self) -> Self {
        Self { hi: -self.hi, lo: -self.lo }
    }
}

impl Add for DoubleDouble {
    type Output = Self;

    /// The sum that is accurate also when terms cancel: within $3 \cdot 2^{-106}$, relatively.
    fn add(self, other: Self) -> Self {
        let (hi, hi_error) = two_sum(self.hi, other.hi);
        let (lo, lo_error) = two_sum(self.lo, other.lo);
        let sum = Self::corrected(hi, hi_error + lo);
        Self::corrected(sum.hi, sum.lo + lo_error)
    }
}

impl AddAssign for DoubleDouble {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for DoubleDouble {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for DoubleDouble {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (hi, error) = two_product(self.hi, other.hi);
        Self::corrected(hi, error + (self.hi * other.lo + self.lo * other.hi))
    }
}

impl Div for DoubleDouble {
    type Output = Self;

    /// The quotient of the leading parts, whose remainder is an `f64`, then that of what remains.
    fn div(self, other: Self) -> Self {
        let hi = self.hi / other.hi;
        if hi == 0.0 || !hi.is_finite() {
            return hi.into();
        }
        let remainder = (-hi).mul_add(other.hi, self.hi);
        let remainder = remainder + (self.lo - hi * other.lo);
        Self::corrected(hi, remainder / other.hi)
    }
}

impl Add<f64> for DoubleDouble {
    type Output = Self;

    fn add(self, other: f64) -> Self {
        self + Self::from(other)
    }
}

impl Sub<f64> for DoubleDouble {
    type Output = Self;

    fn sub(self, other: f64) -> Self {
        self + -other
    }
}

impl Mul<f64> for DoubleDouble {
    type Output = Self;

    fn mul(self, other: f64) -> Self {
        self * Self::from(other)
    }
}

impl Div<f64> for DoubleDouble {
    type Output = Self;

    fn div(self, other: f64) -> Self {
        self / Self::from(other)
    }
}

impl Real for DoubleDouble {
    fn from_f64(x: f64) -> Self {
        x.into()
    }

    fn to_f64(self) -> f64 {
        self.hi
    }

    fn roundoff() -> f64 {
        f64::EPSILON * f64::EPSILON
    }

    fn pi() -> Self {
        Self { hi: std::f64::consts::PI, lo: 1.224_646_799_147_353_2e-16 }
    }

    fn ln_2() -> Self {
        Self { hi: std::f64::consts::LN_2, lo: 2.319_046_813_846_299_6e-17 }
    }

    fn frac_2_sqrt_pi() -> Self {
        Self { hi: std::f64::consts::FRAC_2_SQRT_PI, lo: 1.533_545_961_316_588e-17 }
    }

    fn exp(self) -> Self {
        exponential::exp(self)
    }

    fn exp_m1(self) -> Self {
        exponential::exp_m1(self)
    }

    fn ln(self) -> Self {
        power::ln(self)
    }

    fn ln_1p(self) -> Self {
        power::ln_1p(self)
    }

    /// One step of Heron's method from the root of the leading part.
    fn sqrt(self) -> Self {
        let hi = self.hi.sqrt();
        if hi == 0.0 || !hi.is_finite() {
            return hi.into();
        }
        let remainder = (-hi).mul_add(hi, self.hi) + self.lo;
        Self::corrected(hi, remainder / (2.0 * hi))
    }

    fn sin(self) -> Self {
        circular::sin(self)
    }

    fn cos(self) -> Self {
        circular::cos(self)
    }

    fn tan(self) -> Self {
        circular::tan(self)
    }

    fn tanh(self) -> Self {
        exponential::tanh(self)
    }

    fn exp2(self) -> Self {
        exponential::exp2(self)
    }

    fn log2(self) -> Self {
        power::ln(self) / Self::ln_2()
    }

    fn log10(self) -> Self {
        power::ln(self) / LN_10
    }

    fn cbrt(self) -> Self {
        power::cbrt(self)
    }

    fn hypot(self, y: Self) -> Self {
        inverse::hypot(self, y)
    }

    fn atan2(self, x: Self) -> Self {
        inverse::atan2(self, x)
    }

    fn asin(self) -> Self {
        inverse::atan2(self, ((Self::ONE - self) * (self + 1.0)).sqrt())
    }

    fn acos(self) -> Self {
        inverse::atan2(((Self::ONE - self) * (self + 1.0)).sqrt(), self)
    }

    fn atan(self) -> Self {
        inverse::atan2(self, Self::ONE)
    }

    fn sinh(self) -> Self {
        exponential::sinh(self)
    }

    fn cosh(self) -> Self {
        exponential::cosh(self)
    }

    fn erf(self) -> Self {
        error_function::erf(self)
    }

    fn erfc(self) -> Self {
        error_function::erfc(self)
    }

    fn ln_gamma(self) -> Self {
        ln_gamma::ln_gamma(self)
    }

    fn polygamma(self, n: u32) -> Self {
        gamma::polygamma(n, self, STIRLING)
    }

    fn abs(self) -> Self {
        self.with_sign_of(self)
    }

    fn floor(self) -> Self {
        let hi = self.hi.floor();
        let lo = if hi == self.hi { self.lo.floor() } else { 0.0 };
        Self::corrected(hi, lo)
    }

    /// Long division, digit by binary digit: no difference of two such numbers is rounded.
    fn fmod(self, y: Self) -> Self {
        let (mut rest, divisor) = (self.abs(), y.abs());
        let coarse = self.hi % y.hi;
        if coarse.is_nan() || rest < divisor {
            return if coarse.is_nan() { coarse.into() } else { self };
        }
        let shift = (rest.hi.log2() - divisor.hi.log2()) as i32 + 1;
        for k in (0..=shift).rev() {
            let multiple =
                divisor.times_power_of_two(k.min(1000)).times_power_of_two(k - k.min(1000));
            if multiple <= rest {
                rest = rest - multiple;
            }
        }
        rest.with_sign_of(self)
    }

    fn pow(self, exponent: Self) -> Self {
        power::pow(self, exponent)
    }

    fn is_nan(self) -> bool {
        self.hi.is_nan()
    }

    fn uniform(bits: u64) -> Self {
        f64::uniform(bits).into()
    }
}
