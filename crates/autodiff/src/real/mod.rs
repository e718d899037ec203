//! The scalars that an operation can be evaluated on: `f32` and `f64`, double-double numbers as a
//! reference, dual numbers as exact derivatives. Arrays of them, and operations, are elsewhere.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use wengert_tensor::kernel::Work;

mod double_double;
mod dual;
mod gamma;
mod inverse;
mod native;

pub use double_double::DoubleDouble;
pub use dual::Dual;

/// A scalar that an operation can be evaluated on.
///
/// Zero is `Self::default()`. Infinities, NaN and signed zeros behave as those of `f64` do.
///
/// ```
/// use wengert_autodiff::real::{DoubleDouble, Dual, Real};
///
/// fn softplus<T: Real>(x: T) -> T {
///     x.exp().ln_1p()
/// }
///
/// let slope = softplus(Dual::variable(0.0_f64)).tangent;
/// assert_eq!(slope, 0.5);
/// let precise = softplus(DoubleDouble::from_f64(0.0));
/// assert_eq!(precise.to_f64(), std::f64::consts::LN_2);
/// ```
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
{
    /// The scalar nearest to $x$; of a dual number, the constant $x$.
    fn from_f64(x: f64) -> Self;

    /// The `f64` nearest to $x$; of a dual number, to its value.
    fn to_f64(self) -> f64;

    /// The unit roundoff: how far a rounded number is from the number, relatively, at most; of
    /// double-double, what the error of a quotient comes to.
    fn roundoff() -> f64;

    /// $\pi = 3.14159\ldots$, in the precision of the type.
    fn pi() -> Self;

    /// $\ln 2 = 0.69314\ldots$, in the precision of the type.
    fn ln_2() -> Self;

    /// $2/\sqrt\pi = 1.12837\ldots$, in the precision of the type: the slope of erf at zero.
    fn frac_2_sqrt_pi() -> Self;

    /// $e^x$.
    fn exp(self) -> Self;

    /// $e^x - 1$, accurate near zero.
    fn exp_m1(self) -> Self;

    /// $\ln x$: $-\infty$ at zero, NaN below.
    fn ln(self) -> Self;

    /// $\ln(1 + x)$, accurate near zero.
    fn ln_1p(self) -> Self;

    /// $\sqrt x$: NaN below zero.
    fn sqrt(self) -> Self;

    /// $\sin x$, with $x$ in radians.
    fn sin(self) -> Self;

    /// $\cos x$, with $x$ in radians.
    fn cos(self) -> Self;

    /// $\tan x = \sin x / \cos x$.
    fn tan(self) -> Self;

    /// $\tanh x = (e^x - e^{-x}) / (e^x + e^{-x})$.
    fn tanh(self) -> Self;

    /// $1 / (1 + e^{-x})$.
    fn sigmoid(self) -> Self {
        let one = Self::from_f64(1.0);
        if self < Self::default() {
            let e = self.exp();
            e / (one + e)
        } else {
            one / (one + (-self).exp())
        }
    }

    /// $2^x$.
    fn exp2(self) -> Self;

    /// $\log_2 x$: $-\infty$ at zero, NaN below.
    fn log2(self) -> Self;

    /// $\log_{10} x$: $-\infty$ at zero, NaN below.
    fn log10(self) -> Self;

    /// $x^{1/3}$, of the sign of $x$.
    fn cbrt(self) -> Self;

    /// $\sqrt{x^2 + y^2}$, without overflow on the way; its derivatives at $(0, 0)$ are 0.
    fn hypot(self, y: Self) -> Self;

    /// The angle in $[-\pi, \pi]$ of the point with this ordinate $y$ and the abscissa $x$; its
    /// derivatives at $(0, 0)$ are 0.
    fn atan2(self, x: Self) -> Self;

    /// $\arcsin x$ in $[-\frac\pi2, \frac\pi2]$: NaN beyond ±1.
    fn asin(self) -> Self;

    /// $\arccos x$ in $[0, \pi]$: NaN beyond ±1.
    fn acos(self) -> Self;

    /// $\arctan x$ in $[-\frac\pi2, \frac\pi2]$.
    fn atan(self) -> Self;

    /// $\sinh x = (e^x - e^{-x}) / 2$.
    fn sinh(self) -> Self;

    /// $\cosh x = (e^x + e^{-x}) / 2$.
    fn cosh(self) -> Self;

    /// $\operatorname{arsinh} x = \ln(x + \sqrt{x^2 + 1})$.
    fn asinh(self) -> Self {
        inverse::asinh(self)
    }

    /// $\operatorname{arcosh} x = \ln(x + \sqrt{x^2 - 1})$: NaN below 1.
    fn acosh(self) -> Self {
        inverse::acosh(self)
    }

    /// $\operatorname{artanh} x = \frac12 \ln \frac{1 + x}{1 - x}$: NaN beyond ±1.
    fn atanh(self) -> Self {
        inverse::atanh(self)
    }

    /// $\operatorname{erf} x = \frac{2}{\sqrt\pi} \int _0^x e^{-t^2} dt$.
    fn erf(self) -> Self;

    /// $\operatorname{erfc} x = 1 - \operatorname{erf} x$, accurate where it is small.
    fn erfc(self) -> Self;

    /// $\operatorname{erf}^{-1} x$: infinite at ±1, NaN beyond.
    fn erfinv(self) -> Self {
        inverse::erfinv(self)
    }

    /// $\ln |\Gamma(x)|$: $\infty$ at 0, −1, −2, …. Of negative numbers it is a difference, which
    /// loses digits where it is near 0.
    fn ln_gamma(self) -> Self;

    /// The $n$-th derivative $\psi^{(n)}(x)$ of $\psi = (\ln \Gamma)'$; $\psi$ itself, the digamma
    /// function, for $n = 0$. At the poles −1, −2, … it is $\infty$ for odd $n$, NaN for even. Of
    /// negative numbers it is a difference, which loses digits where it is near 0.
    fn polygamma(self, n: u32) -> Self;

    /// $|x|$, with the derivative 0 at zero.
    fn abs(self) -> Self;

    /// $\lfloor x \rfloor$, the largest integer $\le x$, with the derivative 0 everywhere.
    fn floor(self) -> Self;

    /// What is left of $x$ when multiples of $y$ are taken off towards 0, exactly: it has the sign
    /// of $x$. NaN where $y = 0$ or $x$ is infinite.
    fn fmod(self, y: Self) -> Self;

    /// $x^p$ for the exponent $p$: $x^0 = 1$ for every $x$, also 0 and NaN; a negative $x$ has
    /// powers for integer $p$ only, NaN otherwise.
    ///
    /// The derivative in $x$ is $p x^{p-1}$, and 0 where $p = 0$; the derivative in $p$ is
    /// $x^p \ln x$, and 0 where $x = 0 \le p$. A constant exponent adds nothing, not even NaN.
    fn pow(self, exponent: Self) -> Self;

    /// Whether $x$ is NaN; of a dual number, whether its value is.
    fn is_nan(self) -> bool;

    /// Whether $x = 0$; of a dual number, whether its tangent is zero too.
    fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// A scalar of $[0, 1)$ made of the leading 53 of 64 random bits (24 for `f32`), times
    /// $2^{-53}$ ($2^{-24}$).
    fn uniform(bits: u64) -> Self;

    /// Does work on many scalars of this type; for `f32` and `f64` with the widest vectors that the
    /// machine has, as [`kernel::dispatch`](wengert_tensor::kernel::dispatch) does.
    fn dispatch<W: Work>(work: W) -> W::Output {
        work.run()
    }
}
