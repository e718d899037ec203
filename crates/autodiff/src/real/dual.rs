//! Dual numbers: values that carry the derivative along one direction. They are an oracle for the
//! tape's derivatives and share no rule with it.

use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use super::Real;

/// The dual number $a + b\varepsilon$ with $\varepsilon^2 = 0$, so that
/// $f(a + b\varepsilon) = f(a) + f'(a)\,b\,\varepsilon$.
///
/// Nested duals differentiate again: in `Dual<Dual<T>>` the tangent of the tangent is a second
/// derivative. Comparisons look at values only, as a branch of a program does.
///
/// ```
/// use wengert_autodiff::real::{Dual, Real};
///
/// let x = Dual::variable(Dual::variable(2.0));
/// let y = x * x * x;
/// assert_eq!((y.value.value, y.value.tangent, y.tangent.tangent), (8.0, 12.0, 12.0));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Dual<T> {
    /// $a$, the number itself.
    pub value: T,
    /// $b$, its derivative along the direction that is being followed.
    pub tangent: T,
}

impl<T: Real> Dual<T> {
    /// $a + b\varepsilon$.
    pub fn new(value: T, tangent: T) -> Self {
        Self { value, tangent }
    }

    /// $a + 0\varepsilon$: what does not depend on the variable.
    pub fn constant(value: T) -> Self {
        Self::new(value, T::default())
    }

    /// $a + 1\varepsilon$: the variable itself.
    pub fn variable(value: T) -> Self {
        Self::new(value, T::from_f64(1.0))
    }

    /// The chain rule: `value` is $f(a)$ and `slope` is $f'(a)$. What does not move has no tangent,
    /// however steep the function is.
    fn chain(self, value: T, slope: T) -> Self {
        let moves = !self.tangent.is_zero();
        Self::new(value, if moves { slope * self.tangent } else { T::default() })
    }

    /// As [`Dual::chain`], for a slope of $1 / c$.
    fn divided(self, value: T, c: T) -> Self {
        let moves = !self.tangent.is_zero();
        Self::new(value, if moves { self.tangent / c } else { T::default() })
    }
}

impl<T: PartialEq> PartialEq for Dual<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: PartialOrd> PartialOrd for Dual<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Real> Neg for Dual<T> {
    type Output = Self;

    fn neg(self) -> Self {
        Self::new(-self.value, -self.tangent)
    }
}

impl<T: Real> Add for Dual<T> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.value + other.value, self.tangent + other.tangent)
    }
}

impl<T: Real> AddAssign for Dual<T> {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<T: Real> Sub for Dual<T> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.value - other.value, self.tangent - other.tangent)
    }
}

impl<T: Real> Mul for Dual<T> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self::new(self.value * other.value, self.tangent * other.value + self.value * other.tangent)
    }
}

impl<T: Real> Div for Dual<T> {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let quotient = self.value / other.value;
        let tangent = (self.tangent - quotient * other.tangent) / other.value;
        Self::new(quotient, tangent)
    }
}

impl<T: Real> Real for Dual<T> {
    fn from_f64(x: f64) -> Self {
        Self::constant(T::from_f64(x))
    }

    fn to_f64(self) -> f64 {
        self.value.to_f64()
    }

    fn roundoff() -> f64 {
        T::roundoff()
    }

    fn pi() -> Self {
        Self::constant(T::pi())
    }

    fn ln_2() -> Self {
        Self::constant(T::ln_2())
    }

    fn frac_2_sqrt_pi() -> Self {
        Self::constant(T::frac_2_sqrt_pi())
    }

    fn exp(self) -> Self {
        let y = self.value.exp();
        self.chain(y, y)
    }

    fn exp_m1(self) -> Self {
        self.chain(self.value.exp_m1(), self.value.exp())
    }

    fn ln(self) -> Self {
        self.divided(self.value.ln(), self.value)
    }

    fn ln_1p(self) -> Self {
        self.divided(self.value.ln_1p(), T::from_f64(1.0) + self.value)
    }

    fn sqrt(self) -> Self {
        let y = self.value.sqrt();
        self.divided(y, y + y)
    }

    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }

    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }

    fn tan(self) -> Self {
        let y = self.value.tan();
        self.chain(y, T::from_f64(1.0) + y * y)
    }

    fn tanh(self) -> Self {
        self.chain(self.value.tanh(), sech_squared(self.value))
    }

    fn exp2(self) -> Self {
        let y = self.value.exp2();
        self.chain(y, T::ln_2() * y)
    }

    fn log2(self) -> Self {
        self.divided(self.value.log2(), self.value * T::ln_2())
    }

    fn log10(self) -> Self {
        let ln_10 = T::from_f64(10.0).ln();
        self.divided(self.value.log10(), self.value * ln_10)
    }

    fn cbrt(self) -> Self {
        let y = self.value.cbrt();
        self.divided(y, y * y * T::from_f64(3.0))
    }

    fn hypot(self, other: Self) -> Self {
        let y = self.value.hypot(other.value);
        if y == T::default() {
            return Self::constant(y);
        }
        let tangent = self.value / y * self.tangent + other.value / y * other.tangent;
        Self::new(y, tangent)
    }

    fn atan2(self, other: Self) -> Self {
        let angle = self.value.atan2(other.value);
        let r = self.value.hypot(other.value);
        if r == T::default() {
            return Self::constant(angle);
        }
        let (sin, cos) = (self.value / r, other.value / r);
        Self::new(angle, (cos * self.tangent - sin * other.tangent) / r)
    }

    fn asin(self) -> Self {
        self.divided(self.value.asin(), beside_one(self.value).sqrt())
    }

    fn acos(self) -> Self {
        self.divided(self.value.acos(), -beside_one(self.value).sqrt())
    }

    fn atan(self) -> Self {
        let square = self.value * self.value;
        Self::new(self.value.atan(), self.tangent / (T::from_f64(1.0) + square))
    }

    fn sinh(self) -> Self {
        self.chain(self.value.sinh(), self.value.cosh())
    }

    fn cosh(self) -> Self {
        self.chain(self.value.cosh(), self.value.sinh())
    }

    fn asinh(self) -> Self {
        let slant = T::from_f64(1.0).hypot(self.value);
        Self::new(self.value.asinh(), self.tangent / slant)
    }

    fn acosh(self) -> Self {
        let one = T::from_f64(1.0);
        let root = (self.value - one).sqrt() * (self.value + one).sqrt();
        self.divided(self.value.acosh(), root)
    }

    fn atanh(self) -> Self {
        self.divided(self.value.atanh(), beside_one(self.value))
    }

    fn erf(self) -> Self {
        self.chain(self.value.erf(), erf_slope(self.value))
    }

    fn erfc(self) -> Self {
        self.chain(self.value.erfc(), -erf_slope(self.value))
    }

    fn erfinv(self) -> Self {
        let y = self.value.erfinv();
        self.chain(y, (y * y).exp() / T::frac_2_sqrt_pi())
    }

    fn ln_gamma(self) -> Self {
        self.chain(self.value.ln_gamma(), self.value.polygamma(0))
    }

    fn polygamma(self, n: u32) -> Self {
        self.chain(self.value.polygamma(n), self.value.polygamma(n + 1))
    }

    fn abs(self) -> Self {
        let zero = T::default();
        let tangent = if self.value > zero {
            self.tangent
        } else if self.value < zero {
            -self.tangent
        } else {
            zero
        };
        Self::new(self.value.abs(), tangent)
    }

    fn floor(self) -> Self {
        Self::constant(self.value.floor())
    }

    fn fmod(self, other: Self) -> Self {
        let y = self.value.fmod(other.value);
        // The quotient as it was before rounding, which an integer is next to.
        let quotient = ((self.value - y) / other.value + T::from_f64(0.5)).floor();
        Self::new(y, self.tangent - quotient * other.tangent)
    }

    fn pow(self, exponent: Self) -> Self {
        let (x, p) = (self.value, exponent.value);
        let y = x.pow(p);
        let slope = if p.is_zero() { p } else { p * x.pow(p - T::from_f64(1.0)) };
        let mut tangent = self.chain(y, slope).tangent;
        let flat = x == T::default() && p >= T::default();
        if !flat && !exponent.tangent.is_zero() {
            tangent += y * x.ln() * exponent.tangent;
        }
        Self::new(y, tangent)
    }

    fn is_nan(self) -> bool {
        self.value.is_nan()
    }

    fn is_zero(self) -> bool {
        self.value.is_zero() && self.tangent.is_zero()
    }

    fn uniform(bits: u64) -> Self {
        Self::constant(T::uniform(bits))
    }
}

/// $1 - \tanh^2 x = 4 e^{-2x} / (1 + e^{-2x})^2$, which is even: taken where $e^{-2x} \le 1$.
fn sech_squared<T: Real>(x: T) -> T {
    let towards_minus_infinity = if x > T::default() { -x } else { x };
    let e = (towards_minus_infinity + towards_minus_infinity).exp();
    let half_sum = (T::from_f64(1.0) + e) * T::from_f64(0.5);
    e / (half_sum * half_sum)
}

/// $1 - x^2$, in which nothing cancels.
fn beside_one<T: Real>(x: T) -> T {
    (T::from_f64(1.0) - x) * (T::from_f64(1.0) + x)
}

/// $\operatorname{erf}' x = \frac{2}{\sqrt\pi} e^{-x^2}$.
fn erf_slope<T: Real>(x: T) -> T {
    T::frac_2_sqrt_pi() * (-(x * x)).exp()
}
