//! The error function and its complement: a series near zero, a trapezoidal sum beyond.

use super::{DoubleDouble, Real};

/// $e^{-1/9}$.
const DECAY: DoubleDouble =
    DoubleDouble { hi: 0.894_839_316_814_369_8, lo: -1.497_302_238_813_192e-17 };

/// Where $\operatorname{erfc} x$ is below every `f64`.
const NOTHING_BEYOND: f64 = 28.0;

/// $\operatorname{erf} x$.
pub(super) fn erf(x: DoubleDouble) -> DoubleDouble {
    if x.hi.abs() < 1.0 { series(x) } else { (DoubleDouble::ONE - tail(x.abs())).with_sign_of(x) }
}

/// $\operatorname{erfc} x$.
pub(super) fn erfc(x: DoubleDouble) -> DoubleDouble {
    if x.hi < 1.0 { DoubleDouble::ONE - erf(x) } else { tail(x) }
}

/// $\operatorname{erf} x = \frac{2}{\sqrt\pi}\,x\,e^{-x^2} (1 + \frac{2x^2}{3}\,(1 +
/// \frac{2x^2}{5}\,(1 + \cdots)))$, whose terms are positive, for $|x| \le 1$.
fn series(x: DoubleDouble) -> DoubleDouble {
    let double_square = x * x * 2.0;
    let sum = (1..=34)
        .rev()
        .fold(DoubleDouble::ONE, |sum, n| double_square * sum / f64::from(2 * n + 1) + 1.0);
    DoubleDouble::frac_2_sqrt_pi() * x * gaussian(x) * sum
}

/// $\operatorname{erfc} x$ for $x \ge 1$, by the trapezoidal rule for
/// $$ \operatorname{erfc} x = \frac{2x}{\pi} e^{-x^2}
/// \int _0^\infty \frac{e^{-t^2}}{t^2 + x^2} dt $$
/// at $t = n/3$, less the residue at the pole $t = ix$ (Chiarella and Reichel, 1968). The relative
/// error is $e^{-9\pi^2} < 10^{-38}$; past $x = 3\pi$ the rule is as good without the residue.
fn tail(x: DoubleDouble) -> DoubleDouble {
    if x.hi > NOTHING_BEYOND {
        return DoubleDouble::ZERO;
    }
    let pole = x * x * 9.0;
    let mut sum = DoubleDouble::ONE / (pole * 2.0);
    let mut weight = DoubleDouble::ONE;
    let mut decay = DECAY;
    for n in 1..=27 {
        weight = weight * decay;
        decay = decay * DECAY * DECAY;
        sum += weight / (pole + f64::from(n * n));
    }
    let integral = x * gaussian(x) * sum * 6.0 / DoubleDouble::pi();
    if x.hi > 9.0 {
        return integral;
    }
    let residue = DoubleDouble::from(2.0) / (DoubleDouble::pi() * x * 6.0).exp_m1();
    integral - residue
}

/// $e^{-x^2}$, where rounding $x^2$ would cost $x^2$ times the precision: the square of the leading
/// part is exact, and the rest is small.
fn gaussian(x: DoubleDouble) -> DoubleDouble {
    let rest = DoubleDouble::product(2.0 * x.hi, x.lo) + x.lo * x.lo;
    (-DoubleDouble::product(x.hi, x.hi)).exp() * (-rest).exp()
}
