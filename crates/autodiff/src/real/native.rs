//! `f32` and `f64` as scalars: the fast functions of `wengert_tensor`, those of the standard
//! library, those of `libm`, and others of this module. Nothing is computed here.

use wengert_tensor::kernel::{self, Elementary, Work};

use super::gamma::{self, STIRLING};
use super::{Real, inverse};

/// Implements [`Real`] for a floating-point type of the language by the functions it already has.
macro_rules! native {
    ($float:ident, $erf:path, $erfc:path, $ln_gamma:path) => {
        impl Real for $float {
            fn from_f64(x: f64) -> Self {
                x as $float
            }

            fn to_f64(self) -> f64 {
                self.into()
            }

            fn roundoff() -> f64 {
                0.5 * f64::from($float::EPSILON)
            }

            fn pi() -> Self {
                std::$float::consts::PI
            }

            fn ln_2() -> Self {
                std::$float::consts::LN_2
            }

            fn frac_2_sqrt_pi() -> Self {
                std::$float::consts::FRAC_2_SQRT_PI
            }

            #[inline(always)]
            fn exp(self) -> Self {
                Elementary::exp(self)
            }

            fn exp_m1(self) -> Self {
                $float::exp_m1(self)
            }

            #[inline(always)]
            fn ln(self) -> Self {
                Elementary::ln(self)
            }

            fn ln_1p(self) -> Self {
                $float::ln_1p(self)
            }

            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }

            fn sin(self) -> Self {
                $float::sin(self)
            }

            fn cos(self) -> Self {
                $float::cos(self)
            }

            fn tan(self) -> Self {
                $float::tan(self)
            }

            #[inline(always)]
            fn tanh(self) -> Self {
                Elementary::tanh(self)
            }

            #[inline(always)]
            fn sigmoid(self) -> Self {
                Elementary::sigmoid(self)
            }

            fn exp2(self) -> Self {
                $float::exp2(self)
            }

            fn log2(self) -> Self {
                $float::log2(self)
            }

            fn log10(self) -> Self {
                $float::log10(self)
            }

            fn cbrt(self) -> Self {
                $float::cbrt(self)
            }

            fn asin(self) -> Self {
                $float::asin(self)
            }

            fn acos(self) -> Self {
                $float::acos(self)
            }

            fn atan(self) -> Self {
                $float::atan(self)
            }

            fn sinh(self) -> Self {
                $float::sinh(self)
            }

            fn cosh(self) -> Self {
                $float::cosh(self)
            }

            /// In double precision, also for `f32`.
            fn asinh(self) -> Self {
                inverse::asinh(f64::from(self)) as $float
            }

            /// In double precision, also for `f32`.
            fn acosh(self) -> Self {
                inverse::acosh(f64::from(self)) as $float
            }

            /// In double precision, also for `f32`.
            fn atanh(self) -> Self {
                inverse::atanh(f64::from(self)) as $float
            }

            fn hypot(self, y: Self) -> Self {
                $float::hypot(self, y)
            }

            fn atan2(self, x: Self) -> Self {
                $float::atan2(self, x)
            }

            fn erf(self) -> Self {
                $erf(self)
            }

            fn erfc(self) -> Self {
                $erfc(self)
            }

            /// In double precision, also for `f32`.
            fn erfinv(self) -> Self {
                inverse::erfinv(f64::from(self)) as $float
            }

            fn ln_gamma(self) -> Self {
                $ln_gamma(self)
            }

            /// In double precision, also for `f32`.
            fn polygamma(self, n: u32) -> Self {
                let x = f64::from(self);
                let y = if n == 0 { gamma::digamma(x) } else { gamma::polygamma(n, x, STIRLING) };
                y as $float
            }

            fn abs(self) -> Self {
                $float::abs(self)
            }

            fn floor(self) -> Self {
                $float::floor(self)
            }

            fn fmod(self, y: Self) -> Self {
                self % y
            }

            fn pow(self, exponent: Self) -> Self {
                $float::powf(self, exponent)
            }

            fn is_nan(self) -> bool {
                $float::is_nan(self)
            }

            fn uniform(bits: u64) -> Self {
                let digits = $float::MANTISSA_DIGITS;
                (bits >> (64 - digits)) as $float / (1_u64 << digits) as $float
            }

            fn dispatch<W: Work>(work: W) -> W::Output {
                kernel::dispatch(work)
            }
        }
    };
}

native!(f32, libm::erff, libm::erfcf, libm::lgammaf);
native!(f64, libm::erf, libm::erfc, libm::lgamma);
