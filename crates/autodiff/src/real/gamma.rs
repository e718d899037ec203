//! The derivatives of the gamma function's logarithm, on any scalar: Stirling's series for large
//! arguments, recurrence upwards to them, reflection below zero.

use super::Real;

/// $B_{2k}$ for $k = 1, 2, \ldots$, as sums of two floats (Bernoulli's numbers).
const BERNOULLI: [(f64, f64); 20] = [
    (0.166_666_666_666_666_66, 9.251_858_538_542_97e-18),
    (-0.033_333_333_333_333_33, -4.625_929_269_271_486e-19),
    (0.023_809_523_809_523_808, 1.321_694_076_934_71e-18),
    (-0.033_333_333_333_333_33, -4.625_929_269_271_486e-19),
    (0.075_757_575_757_575_76, -2.102_695_122_396_13e-18),
    (-0.253_113_553_113_553_1, -1.106_156_273_619_203_7e-17),
    (1.166_666_666_666_666_7, -7.401_486_830_834_377e-17),
    (-7.092_156_862_745_098, -3.274_069_468_698_501e-16),
    (54.971_177_944_862_156, -1.958_889_747_709_549_3e-16),
    (-529.124_242_424_242_4, 6.890_111_377_067_638e-16),
    (6_192.123_188_405_797, 9.226_757_844_073_186e-14),
    (-86_580.253_113_553_12, 3.592_670_646_124_270_5e-12),
    (1_425_517.166_666_666_7, -7.761_021_455_128_987e-11),
    (-27_298_231.067_816_094, 1.610_010_519_795_034e-9),
    (601_580_873.900_642_4, -2.663_522_738_182_516_4e-8),
    (-15_116_315_767.092_157, 5.011_465_035_232_843e-7),
    (429_614_643_061.166_7, -2.034_505_208_333_333_2e-5),
    (-13_711_655_205_088.332, -0.000_740_909_087_948_561_6),
    (488_332_318_973_593.2, -0.020_833_333_333_333_332),
    (-1.929_657_934_194_006_8e16, -0.148_632_668_144_863_26),
];

/// Which of Stirling's terms are needed from where on.
#[derive(Clone, Copy)]
pub(super) struct Series {
    /// How many terms.
    pub terms: usize,
    /// The least argument; derivatives of $\psi$ begin as much higher as their order.
    pub from: f64,
}

/// For double precision: eight terms from 10 on are good to $10^{-18}$.
pub(super) const STIRLING: Series = Series { terms: 8, from: 10.0 };

/// The $n$-th derivative of $\psi = (\ln \Gamma)'$.
pub(super) fn polygamma<T: Real>(n: u32, x: T, series: Series) -> T {
    let (one, half) = (T::from_f64(1.0), T::from_f64(0.5));
    if x.is_nan() || x == T::from_f64(f64::NEG_INFINITY) {
        return T::from_f64(f64::NAN);
    }
    if x < T::default() {
        // ψ(1 − x) − ψ(x) = π cot πx, differentiated n times.
        let reflected = polygamma(n, one - x, series);
        let reflected = if n.is_multiple_of(2) { reflected } else { -reflected };
        return reflected - cotangent(n, x);
    }
    let order = f64::from(n);
    let steps = (series.from + order - x.to_f64()).ceil().max(0.0) as u32;
    let z = x + T::from_f64(f64::from(steps));
    // The terms are B₂ₖ (2k + n − 1)! / (2k)! / z²ᵏ⁺ⁿ; here (n − 1)! / zⁿ is still missing, or for
    // n = 0, nothing is.
    let square = one / (z * z);
    let tail = (1..=series.terms).rev().fold(T::default(), |sum, k| {
        let next = 2.0 * k as f64;
        let ratio = T::from_f64((next + order) * (next + 1.0 + order));
        let ratio = ratio / T::from_f64((next + 1.0) * (next + 2.0));
        sum * square * ratio + bernoulli::<T>(k)
    });
    let tail = tail * square * half;
    // Small terms are added first. The last is at x itself: −0 + 0 would lose its sign.
    let at = |k: u32| if k == 0 { x } else { x + T::from_f64(f64::from(k)) };
    let with_steps = |tail: T| (0..steps).rev().fold(tail, |sum, k| sum + pole(n, at(k)));
    if n == 0 {
        return z.ln() - half / z - with_steps(tail);
    }
    let order = T::from_f64(order);
    let integral = pole(n - 1, z);
    let rest = order * half / z + tail * order * (order + one);
    let sum = with_steps(integral * rest + integral);
    if n % 2 == 1 { sum } else { -sum }
}

/// $n! / x^{n + 1}$, without overflow on the way.
fn pole<T: Real>(n: u32, x: T) -> T {
    (1..=n).fold(T::from_f64(1.0) / x, |quotient, k| quotient * T::from_f64(f64::from(k)) / x)
}

/// $\frac{d^n}{dx^n} \pi \cot \pi x$: a polynomial in the cotangent, since
/// $\cot' = -(1 + \cot^2)$.
fn cotangent<T: Real>(n: u32, x: T) -> T {
    let part = from_integer(x);
    if part == T::default() {
        // Towards a pole of ψ⁽ⁿ⁾ both sides go to ∞ for odd n alone.
        return T::from_f64(if n % 2 == 1 { f64::NEG_INFINITY } else { f64::NAN });
    }
    // At ±½ it is 0, which the tangent of the complement knows.
    let (one, size) = (T::from_f64(1.0), part.abs());
    let is_near_pole = size < T::from_f64(0.25);
    let tangent = (T::pi() * if is_near_pole { size } else { T::from_f64(0.5) - size }).tan();
    let cot = if is_near_pole { one / tangent } else { tangent };
    let cot = if part < T::default() { -cot } else { cot };
    let mut coefficients = vec![T::default(), one];
    for _ in 0..n {
        let mut next = vec![T::default(); coefficients.len() + 1];
        for (k, &c) in coefficients.iter().enumerate().skip(1) {
            let c = c * T::from_f64(k as f64);
            next[k - 1] = next[k - 1] - c;
            next[k + 1] = next[k + 1] - c;
        }
        coefficients = next;
    }
    let sum = coefficients.iter().rev().fold(T::default(), |sum, &c| sum * cot + c);
    power(T::pi(), n + 1) * sum
}

/// $x$ less the integer nearest to it, exactly.
pub(super) fn from_integer<T: Real>(x: T) -> T {
    x - (x + T::from_f64(0.5)).floor()
}

/// $x^n$ by multiplications.
fn power<T: Real>(x: T, n: u32) -> T {
    (0..n).fold(T::from_f64(1.0), |product, _| product * x)
}

pub(super) fn bernoulli<T: Real>(k: usize) -> T {
    let (hi, lo) = BERNOULLI[k - 1];
    T::from_f64(hi) + T::from_f64(lo)
}

/// Where $\psi$ is zero, as the sum of two floats.
const ROOT: (f64, f64) = (1.461_632_144_968_362_2, 9.549_995_429_965_697e-17);

/// $\psi(x) / (x - x_0)$ on $[1, \frac52]$ in powers of $x - \frac74$, the highest first: the
/// polynomial of Chebyshev interpolation, $10^{-18}$ off.
const AROUND_ROOT: [f64; 28] = [
    -4.279_624_085_203_948e-07,
    7.489_345_618_425_701e-07,
    3.744_655_461_967_921e-07,
    -6.553_134_477_930_105e-07,
    -1.815_298_257_121_507_2e-06,
    3.176_783_869_523_677e-06,
    -2.493_637_963_206_625e-06,
    4.363_954_155_587_837e-06,
    -9.711_942_635_667_115e-06,
    1.699_656_557_302_208e-05,
    -2.878_172_625_930_908_8e-05,
    5.037_306_922_478_186e-05,
    -8.848_107_178_256_062e-05,
    0.000_154_880_235_137_471_38,
    -0.000_271_074_141_273_352_34,
    0.000_474_672_461_809_075_7,
    -0.000_831_499_140_585_844_3,
    0.001_457_375_595_634_984_8,
    -0.002_556_686_367_507_804,
    0.004_491_813_646_721_86,
    -0.007_910_468_781_929_783,
    0.013_985_786_186_170_86,
    -0.024_890_048_488_912_565,
    0.044_799_654_452_739_85,
    -0.082_285_586_355_778_36,
    0.157_120_113_352_042_87,
    -0.326_254_627_868_105_7,
    0.858_183_217_126_299_5,
];

/// $\psi(x)$ in double precision, without cancelling near its positive root.
pub(super) fn digamma(x: f64) -> f64 {
    if x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x < 0.0 {
        return digamma(1.0 - x) - cotangent(0, x);
    }
    if x < 1.0 {
        return digamma(x + 1.0) - 1.0 / x;
    }
    if x >= STIRLING.from {
        return polygamma(0, x, STIRLING);
    }
    // Down to [3/2, 5/2], exactly, where nothing cancels; the small terms first.
    let (mut z, mut steps) = (x, 0.0);
    while z > 2.5 {
        z -= 1.0;
        steps += 1.0 / z;
    }
    let slope = AROUND_ROOT.iter().fold(0.0, |sum, c| sum * (z - 1.75) + c);
    ((z - ROOT.0) - ROOT.1) * slope + steps
}
