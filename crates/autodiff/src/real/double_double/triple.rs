//! Sums of three `f64`, about 48 digits: as much of their arithmetic as a precise logarithm needs.

use std::ops::{Add, Div, Mul};

use super::DoubleDouble;
use super::exact::{two_product, two_sum};

/// The unevaluated sum of three `f64`, each below the rounding error of the one before.
#[derive(Clone, Copy)]
pub(super) struct Triple(pub(super) [f64; 3]);

impl Triple {
    pub(super) const LN_2: Self =
        Self([std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17, 5.707_708_438_416_212e-34]);

    /// The sum of any terms: each sweep of exact additions carries what the terms have in common
    /// to the front, and leaves the errors behind (Ogita, Rump and Oishi's distillation).
    pub(super) fn sum<const N: usize>(mut terms: [f64; N]) -> Self {
        for front in 0..3 {
            for i in (front + 1..N).rev() {
                (terms[i - 1], terms[i]) = two_sum(terms[i - 1], terms[i]);
            }
        }
        Self([terms[0], terms[1], terms[2]])
    }

    /// $e^y - 1 = y\,(1 + \frac y2\,(1 + \frac y3\,(1 + \cdots)))$, for $|y| \le 0.4$.
    pub(super) fn exp_m1(y: f64) -> Self {
        let one = Self([1.0, 0.0, 0.0]);
        (2..=32).rev().fold(one, |sum, n| sum * y / f64::from(n) + one) * y
    }

    /// The nearest double-double number, or one next to it.
    pub(super) fn round(self) -> DoubleDouble {
        let Self([a, b, c]) = self;
        DoubleDouble::new(a, b) + c
    }
}

impl Add for Triple {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (Self([a, b, c]), Self([d, e, f])) = (self, other);
        Self::sum([a, d, b, e, c, f])
    }
}

impl Mul<f64> for Triple {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        let Self([a, b, c]) = self;
        let (a, a_error) = two_product(a, factor);
        let (b, b_error) = two_product(b, factor);
        Self::sum([a, a_error, b, b_error, c * factor])
    }
}

impl Div<f64> for Triple {
    type Output = Self;

    /// Long division, with `f64` as digits; remainders are exact.
    fn div(self, divisor: f64) -> Self {
        let Self([a, b, c]) = self;
        let first = a / divisor;
        let (dividend, error) = two_sum((-first).mul_add(divisor, a), b);
        let second = dividend / divisor;
        let third = ((-second).mul_add(divisor, dividend) + error + c) / divisor;
        Self([first, second, third])
    }
}
