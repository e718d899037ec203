//! What the two formats differ in: the widths of their fields, and polynomials as long as their
//! digits need.

/// Single precision.
pub(super) mod f32 {
    /// The type of the bits.
    pub type Bits = u32;

    /// The bits of the fraction.
    pub const FRACTION: u32 = 23;

    /// What is added to the exponent in its field.
    pub const BIAS: Bits = 127;

    /// Below, $e^x$ is rounded to 0; above, to infinity.
    pub const EXP_RANGE: (f32, f32) = (-104.0, 89.0);

    /// $\ln 2$ in two parts, of which the first has so few digits that its products with exponents
    /// are exact.
    pub const LN_2: (f32, f32) = (0.693_145_75, 1.428_606_8e-6);

    /// Here and above, $\tanh x$ is rounded to 1.
    pub const TANH_IS_ONE: f32 = 10.0;

    /// $(e^r - 1 - r) / r^2$ for $|r| \le \ln 2 / 2$, to $2^{-30}$ of $e^r$.
    #[inline(always)]
    pub fn exp_tail(r: f32) -> f32 {
        let z = r * r;
        (0.5 + 0.166_666_67 * r)
            + z * ((0.041_666_467 + 0.008_333_310_5 * r)
                + z * (0.001_393_365 + 0.000_198_909_91 * r))
    }

    /// $(2 \operatorname{artanh} s - 2 s) / s^3$, where $z = s^2$ and $s$ is at most
    /// $3 - 2 \sqrt 2$, to $2^{-31}$ of the logarithm.
    #[inline(always)]
    pub fn ln_tail(z: f32) -> f32 {
        (0.666_666_7 + 0.400_001_23 * z) + (z * z) * (0.285_508_16 + 0.233_305_83 * z)
    }

    /// $(\tanh x - x) / x$ where $z = x^2$ and $x$ is at most 5/8, to $2^{-26}$ of 1, as a ratio.
    #[inline(always)]
    pub fn tanh_tail(z: f32) -> (f32, f32) {
        let p = (-0.333_333_28 + 0.133_327_7 * z)
            + (z * z) * ((-0.053_850_908 + 0.020_997_18 * z) - 0.006_096_714 * (z * z));
        (z * p, 1.0)
    }
}

/// Double precision; see there.
pub(super) mod f64 {
    pub type Bits = u64;

    pub const FRACTION: u32 = 52;

    pub const BIAS: Bits = 1023;

    pub const EXP_RANGE: (f64, f64) = (-746.0, 710.0);

    pub const LN_2: (f64, f64) = (0.693_147_180_601_954_5, -4.200_915_072_681_084_6e-11);

    pub const TANH_IS_ONE: f64 = 20.0;

    /// To $2^{-61}$.
    #[inline(always)]
    pub fn exp_tail(r: f64) -> f64 {
        let z = r * r;
        let low = (0.5 + 0.166_666_666_666_666_7 * r)
            + z * (0.041_666_666_666_666_67 + 0.008_333_333_333_326_136 * r);
        let middle = (0.001_388_888_888_888_374_8 + 0.000_198_412_698_748_206_27 * r)
            + z * (2.480_158_732_554_774_3e-5 + 2.755_725_540_020_642_2e-6 * r);
        let high = (2.755_727_364_311_03e-7 + 2.510_521_700_472_074_5e-8 * r)
            + z * 2.091_468_696_808_687_6e-9;
        let w = z * z;
        (low + w * middle) + (w * w) * high
    }

    /// To $2^{-57}$.
    #[inline(always)]
    pub fn ln_tail(z: f64) -> f64 {
        let w = z * z;
        let low = (0.666_666_666_666_667 + 0.399_999_999_998_994_44 * z)
            + w * (0.285_714_286_260_032_7 + 0.222_222_111_302_598_78 * z);
        let high = (0.181_828_894_556_749_47 + 0.153_317_106_182_107_73 * z)
            + w * 0.146_165_854_248_886_23;
        low + (w * w) * high
    }

    /// To $2^{-60}$.
    #[inline(always)]
    pub fn tanh_tail(z: f64) -> (f64, f64) {
        let p = (-1_614.687_684_417_084_5 - 99.287_723_100_191_86 * z)
            - 0.964_399_179_425_052_3 * (z * z);
        let q = (4_844.063_053_251_255 + 2_235.488_390_601_004_5 * z)
            + (z * z) * (112.811_678_491_632_93 + z);
        (z * p, q)
    }
}
