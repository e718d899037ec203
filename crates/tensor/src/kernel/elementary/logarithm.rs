//! $\ln x$.
//!
//! $x = 2^n (1 + f)$ with $\sqrt{1/2} \le 1 + f < \sqrt 2$, and with $s = f / (2 + f)$ it is
//! $\ln (1 + f) = 2 \operatorname{artanh} s$. Arranged as in the library of Sun Microsystems
//! (fdlibm), in which $f$ itself, which is exact, is added last.

use super::constants;

macro_rules! logarithm {
    ($float:ident) => {
        pub(super) mod $float {
            use super::constants::$float::{BIAS, Bits, FRACTION, LN_2, ln_tail};

            const SQRT_HALF: Bits = std::$float::consts::FRAC_1_SQRT_2.to_bits();

            /// Numbers without a leading one get it by this power of two.
            const LIFT: Bits = FRACTION as Bits + 2;

            /// In the bits of this number, a whole number stands below.
            const WHOLE: $float = (1_u64 << FRACTION) as $float;

            #[inline(always)]
            pub fn ln(x: $float) -> $float {
                let small = x < $float::MIN_POSITIVE;
                let lifted = if small { x * (1_u64 << LIFT) as $float } else { x };
                let lift = if small { LIFT as $float } else { 0.0 };

                // As integers, so that √½ becomes 1: the exponent steps where 1 + f does.
                let bits = lifted.to_bits().wrapping_add((1.0 as $float).to_bits() - SQRT_HALF);
                let exponent = $float::from_bits((bits >> FRACTION) | WHOLE.to_bits());
                let n = exponent - (WHOLE + BIAS as $float) - lift;
                let f = $float::from_bits((bits & ((1 << FRACTION) - 1)) + SQRT_HALF) - 1.0;

                let s = f / (2.0 + f);
                let z = s * s;
                let half = 0.5 * f * f;
                let y = n * LN_2.0 - ((half - (s * (half + z * ln_tail(z)) + n * LN_2.1)) - f);

                let limit = if x == 0.0 { $float::NEG_INFINITY } else { $float::NAN };
                let y = if x > 0.0 { y } else { limit };
                if x < $float::INFINITY { y } else { x }
            }
        }
    };
}

logarithm!(f32);
logarithm!(f64);
