//! Sine, cosine and tangent of angles of any size. Whole turns are taken off exactly, in the manner
//! of Payne and Hanek (1983), with integers.

use super::DoubleDouble;

/// $1/2\pi$ as a binary fraction: as many bits as the largest number needs.
const TURNS_PER_RADIAN: [u64; 21] = [
    0x28be_60db_9391_054a,
    0x7f09_d5f4_7d4d_3770,
    0x36d8_a566_4f10_e410,
    0x7f94_58ea_f7ae_f158,
    0x6dc9_1b8e_9093_74b8,
    0x0192_4bba_8274_6487,
    0x3f87_7ac7_2c4a_69cf,
    0xba20_8d7d_4bae_d121,
    0x3a67_1c09_ad17_df90,
    0x4e64_758e_60d4_ce7d,
    0x2721_17e2_ef7e_4a0e,
    0xc7fe_25ff_f781_6603,
    0xfbcb_c462_d682_9b47,
    0xdb4d_9fb3_c9f2_c26d,
    0xd3d1_8fd9_a797_fa8b,
    0x5d49_eeb1_faf9_7c5e,
    0xcf41_ce7d_e294_a4ba,
    0x9afe_d7ec_47e3_5742,
    0x1580_cc11_bf1e_daea,
    0xfc33_ef08_26bd_0d87,
    0x6a78_e458_57b9_86c2,
];

/// $2\pi$.
const TURN: DoubleDouble =
    DoubleDouble { hi: std::f64::consts::TAU, lo: 2.449_293_598_294_706_4e-16 };

/// A fraction of a turn in $[0, 1)$, times $2^{320}$; the leading word comes first.
type Fraction = [u64; 5];

/// $\sin x$.
pub(super) fn sin(x: DoubleDouble) -> DoubleDouble {
    let (quadrant, angle) = reduce(x);
    match quadrant {
        0 => sin_series(angle),
        1 => cos_series(angle),
        2 => -sin_series(angle),
        _ => -cos_series(angle),
    }
}

/// $\cos x$.
pub(super) fn cos(x: DoubleDouble) -> DoubleDouble {
    let (quadrant, angle) = reduce(x);
    match quadrant {
        0 => cos_series(angle),
        1 => -sin_series(angle),
        2 => -cos_series(angle),
        _ => sin_series(angle),
    }
}

/// $\tan x$, which is $-1/\tan$ a right angle further.
pub(super) fn tan(x: DoubleDouble) -> DoubleDouble {
    let (quadrant, angle) = reduce(x);
    let (sin, cos) = (sin_series(angle), cos_series(angle));
    if quadrant % 2 == 0 { sin / cos } else { -cos / sin }
}

/// $\sin r = r\,(1 - \frac{r^2}{2 \cdot 3}\,(1 - \frac{r^2}{4 \cdot 5}\,(1 - \cdots)))$, for
/// $|r| \le \pi/4$.
fn sin_series(r: DoubleDouble) -> DoubleDouble {
    r * alternating_series(r * r, |n| 2.0 * n * (2.0 * n + 1.0))
}

/// $\cos r = 1 - \frac{r^2}{1 \cdot 2}\,(1 - \frac{r^2}{3 \cdot 4}\,(1 - \cdots))$, for
/// $|r| \le \pi/4$.
fn cos_series(r: DoubleDouble) -> DoubleDouble {
    alternating_series(r * r, |n| (2.0 * n - 1.0) * 2.0 * n)
}

/// $1 - \frac{s}{d(1)}\,(1 - \frac{s}{d(2)}\,(1 - \cdots))$.
fn alternating_series(s: DoubleDouble, divisor: impl Fn(f64) -> f64) -> DoubleDouble {
    let minus_s = -s;
    (1..=15).rev().map(f64::from).fold(DoubleDouble::ONE, |sum, n| minus_s * sum / divisor(n) + 1.0)
}

/// $(q, r)$ with $x = q \frac\pi2 + r$ up to whole turns, $q$ in 0..4 and $|r| \le \pi/4$.
fn reduce(x: DoubleDouble) -> (u64, DoubleDouble) {
    if x.hi.abs() < std::f64::consts::FRAC_PI_4 {
        return (0, x);
    }
    if !x.hi.is_finite() {
        return (0, f64::NAN.into());
    }
    let mut fraction = sum(turns(x.hi), turns(x.lo));
    let quadrant = fraction[0].wrapping_add(1 << 61) >> 62;
    fraction[0] = fraction[0].wrapping_sub(quadrant << 62);
    (quadrant, to_turns(fraction) * TURN)
}

/// $x/2\pi$ without its integer part, less than $2^{-266}$ off.
///
/// With $x = m\,2^e$, the bits of $1/2\pi$ before the $e$-th contribute whole turns.
fn turns(x: f64) -> Fraction {
    let (m, e) = decode(x.abs());
    let mut carry = 0;
    let mut fraction = Fraction::default();
    for (i, word) in fraction.iter_mut().enumerate().rev() {
        let product = u128::from(m) * u128::from(bits_from(e + 64 * i as i32)) + carry;
        *word = product as u64;
        carry = product >> 64;
    }
    if x < 0.0 { negated(fraction) } else { fraction }
}

/// $(m, e)$ with $x = m\,2^e$ and an integer $m$, for finite $x \ge 0$.
fn decode(x: f64) -> (u64, i32) {
    let bits = x.to_bits();
    let (exponent, fraction) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
    if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) }
}

/// 64 bits of $1/2\pi$, after the first `start`; those before the point are zero.
fn bits_from(start: i32) -> u64 {
    let word = |i: i32| usize::try_from(i).map_or(0, |i| TURNS_PER_RADIAN[i]);
    let (index, shift) = (start.div_euclid(64), start.rem_euclid(64));
    if shift == 0 { word(index) } else { word(index) << shift | word(index + 1) >> (64 - shift) }
}

/// $-a$, modulo a turn.
fn negated(a: Fraction) -> Fraction {
    sum(a.map(|word| !word), [0, 0, 0, 0, 1])
}

/// $a + b$, modulo a turn.
fn sum(a: Fraction, b: Fraction) -> Fraction {
    let mut carry = 0;
    let mut sum = Fraction::default();
    for i in (0..sum.len()).rev() {
        let word = u128::from(a[i]) + u128::from(b[i]) + carry;
        sum[i] = word as u64;
        carry = word >> 64;
    }
    sum
}

/// The fraction as a number of $[-\frac12, \frac12)$, from halves of words, which are exact.
fn to_turns(fraction: Fraction) -> DoubleDouble {
    if fraction[0] >> 63 == 1 {
        return -to_turns(negated(fraction));
    }
    let shift = 2f64.powi(-32);
    fraction.iter().rev().fold(DoubleDouble::ZERO, |lower, &word| {
        let [high, low] = [word >> 32, word & u64::from(u32::MAX)].map(|half| half as f64);
        ((lower + low) * shift + high) * shift
    })
}
