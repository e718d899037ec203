//! $e^x$, and what is made of it.
//!
//! $x = n \ln 2 + r$ with a whole $n$ and $|r| \le \ln 2 / 2$, so $e^x = 2^n e^r$.

use super::constants;

macro_rules! exponential {
    ($float:ident) => {
        pub(super) mod $float {
            use super::constants::$float::{
                BIAS, Bits, EXP_RANGE, FRACTION, LN_2, TANH_IS_ONE, exp_tail, tanh_tail,
            };

            /// A number added to this one is rounded to a whole number, whose last bits are `n`
            /// plus twice the bias of an exponent.
            const ROUNDER: $float = (3_u64 << (FRACTION - 1)) as $float + (2 * BIAS) as $float;

            /// `e^r` and the bits that hold `n`, for `x` in the range of the exponential.
            #[inline(always)]
            fn reduced(x: $float) -> ($float, Bits) {
                let shifted = x * std::$float::consts::LOG2_E + ROUNDER;
                let n = shifted - ROUNDER;
                // r = high - low. Its first part is exact, so what is rounded is small beside 1.
                let (high, low) = (x - n * LN_2.0, n * LN_2.1);
                let r = high - low;
                (1.0 + (high + ((r * r) * exp_tail(r) - low)), shifted.to_bits())
            }

            /// `e^x` for `x` that is not above the range.
            #[inline(always)]
            fn bounded(x: $float) -> $float {
                let (y, bits) = reduced(if x < EXP_RANGE.0 { EXP_RANGE.0 } else { x });
                // In two steps, of which only the second can leave the normal numbers: it is
                // rounded once. The bits above those of `n` are shifted out.
                let half = bits >> 1;
                let power = |n: Bits| $float::from_bits(n << FRACTION);
                (y * power(half)) * power(bits - half)
            }

            #[inline(always)]
            pub fn exp(x: $float) -> $float {
                bounded(if x > EXP_RANGE.1 { EXP_RANGE.1 } else { x })
            }

            /// By $e = e^{-|x|}$, as $1 / (1 + e)$ or $e / (1 + e)$.
            #[inline(always)]
            pub fn sigmoid(x: $float) -> $float {
                let e = bounded(-x.abs());
                let sum = 1.0 + e;
                let lost = e - (sum - 1.0);
                let y = (if x < 0.0 { e } else { 1.0 }) / sum;
                // What was lost of e in the sum would be most of the error of a small result.
                y - y * lost
            }

            /// By $1 - 2 / (1 + e^{2x})$ from 5/8 on; below, where that would cancel, by a ratio of
            /// polynomials. The two share a division.
            #[inline(always)]
            pub fn tanh(x: $float) -> $float {
                let a = x.abs();
                let near = a < 0.625;
                let (p, q) = tanh_tail(a * a);
                let bounded = if a > TANH_IS_ONE { TANH_IS_ONE } else { a };
                let (y, bits) = reduced(2.0 * bounded);
                let e = y * $float::from_bits(bits.wrapping_sub(BIAS) << FRACTION);
                let ratio = (if near { p } else { -2.0 }) / (if near { q } else { 1.0 + e });
                let y = if near { a + a * ratio } else { 1.0 + ratio };
                y.copysign(x)
            }
        }
    };
}

exponential!(f32);
exponential!(f64);
