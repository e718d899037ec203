//! The pointwise operations as methods.

use crate::input::Operand;
use crate::ops::{
    Abs, Acos, Acosh, Asin, Asinh, Atan, Atan2, Atanh, Cbrt, Cos, Cosh, Digamma, Equal, Erf, Erfc,
    Erfinv, Exp, Exp2, ExpM1, Floor, Fmod, Hypot, Less, LessEqual, Ln, Ln1p, LnGamma, Log2, Log10,
    LogAddExp, Logit, Maximum, Minimum, NotEqual, Op, Polygamma, Pow, Relu, Remainder, Round,
    Select, Sigmoid, Sign, Sin, Sinh, Softplus, Sqrt, StopGradient, StraightThrough, Tan, Tanh,
    Trunc,
};
use crate::var::Var;
use crate::var::operators::{binary, binary_as, ternary, unary};

macro_rules! unary {
    ($($(#[$doc:meta])* $method:ident: $Op:ident, $at:literal => $value:literal;)*) => {
        impl<'t> Var<'t> {$(
            $(#[$doc])*
            ///
            /// ```
            /// # let tape = wengert_autodiff::Tape::new();
            #[doc = concat!("let y = tape.input(", $at, ").", stringify!($method), "();")]
            #[doc = concat!("assert!((y.item() - ", $value, ").abs() < 1e-12);")]
            /// ```
            #[track_caller]
            pub fn $method(self) -> Var<'t> {
                unary($Op, self)
            }
        )*}
    };
}

unary! {
    /// $e^x$, its own derivative.
    exp: Exp, "0.5" => "1.6487212707001282";
    /// $e^x - 1$, accurate near 0, with derivative $e^x$.
    exp_m1: ExpM1, "0.5" => "0.6487212707001282";
    /// $\ln x$, for $x > 0$, with derivative $1/x$; $-\infty$ at 0, NaN below.
    ln: Ln, "2.0" => "0.6931471805599453";
    /// $\ln(1 + x)$, accurate near 0, for $x > -1$, with derivative $1/(1 + x)$; $-\infty$ at −1,
    /// NaN below.
    ln_1p: Ln1p, "0.5" => "0.4054651081081644";
    /// $\sin x$, with derivative $\cos x$.
    sin: Sin, "0.5" => "0.479425538604203";
    /// $\cos x$, with derivative $-\sin x$.
    cos: Cos, "0.5" => "0.8775825618903728";
    /// $\tan x$, with derivative $1 + \tan^2 x$.
    tan: Tan, "0.5" => "0.5463024898437905";
    /// $\tanh x$, with derivative $1 - \tanh^2 x$.
    tanh: Tanh, "0.5" => "0.46211715726000973";
    /// $\sqrt x$, for $x \ge 0$, with derivative $\frac{1}{2\sqrt x}$, infinite at 0; NaN below.
    sqrt: Sqrt, "2.0" => "1.4142135623730951";
    /// $|x|$, with derivative $\operatorname{sign} x$, 0 at 0.
    abs: Abs, "-2.0" => "2.0";
    /// −1, 0 or 1 as $x$ is below, at or above 0; the derivative is 0, also at the jump.
    sign: Sign, "-2.0" => "-1.0";
    /// The largest integer that is at most $x$; the derivative is 0, also at the jumps.
    floor: Floor, "-1.5" => "-2.0";
    /// The nearest integer, and of two the even one; the derivative is 0, also at the jumps.
    round: Round, "2.5" => "2.0";
    /// $x$ without the digits behind the point; the derivative is 0, also at the jumps.
    trunc: Trunc, "-1.5" => "-1.0";
    /// The error function $\frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt$, with derivative
    /// $\frac{2}{\sqrt\pi} e^{-x^2}$.
    erf: Erf, "0.5" => "0.5204998778130465";
    /// $1 - \operatorname{erf} x$, accurate where it is small, with derivative
    /// $-\frac{2}{\sqrt\pi} e^{-x^2}$.
    erfc: Erfc, "0.5" => "0.4795001221869535";
    /// $\operatorname{erf}^{-1} x$, for $|x| < 1$, infinite at ±1, with derivative
    /// $\frac{\sqrt\pi}2 e^{y^2}$.
    erfinv: Erfinv, "0.5204998778130465" => "0.5";
    /// $\ln \frac{x}{1 - x}$, the inverse of [`Var::sigmoid`] for $0 < x < 1$, with derivative
    /// $1 / (x\,(1 - x))$.
    logit: Logit, "0.75" => "3.0_f64.ln()";
    /// $\ln |\Gamma(x)|$, infinite at 0, −1, −2, …, with derivative [`Var::digamma`].
    ln_gamma: LnGamma, "5.0" => "24.0_f64.ln()";
    /// $\psi(x) = (\ln \Gamma)'(x)$, infinite at 0, NaN at −1, −2, …; its derivatives are
    /// [`Var::polygamma`].
    digamma: Digamma, "1.0" => "-0.5772156649015329";
    /// $\max(x, 0)$, with derivative 1 for $x > 0$, else 0, also at 0.
    relu: Relu, "1.5" => "1.5";
    /// $y = 1 / (1 + e^{-x})$, with derivative $y\,(1 - y)$.
    sigmoid: Sigmoid, "0.5" => "0.6224593312018546";
    /// $\ln(1 + e^x)$ without overflow on the way, with derivative [`Var::sigmoid`].
    softplus: Softplus, "0.5" => "0.9740769841801067";
    /// $2^x$, with derivative $2^x \ln 2$.
    exp2: Exp2, "0.5" => "1.4142135623730951";
    /// $\log_2 x$, for $x > 0$, with derivative $1/(x \ln 2)$; exact at powers of 2, $-\infty$ at
    /// 0, NaN below.
    log2: Log2, "8.0" => "3.0";
    /// $\log_{10} x$, for $x > 0$, with derivative $1/(x \ln 10)$; $-\infty$ at 0, NaN below.
    log10: Log10, "0.01" => "-2.0";
    /// $x^{1/3}$, of the sign of $x$, with derivative $\frac13 x^{-2/3}$, infinite at 0.
    cbrt: Cbrt, "-27.0" => "-3.0";
    /// $\arcsin x$ in $[-\frac\pi2, \frac\pi2]$, for $|x| \le 1$, with derivative
    /// $1/\sqrt{1 - x^2}$, infinite at ±1.
    asin: Asin, "0.5" => "std::f64::consts::FRAC_PI_6";
    /// $\arccos x$ in $[0, \pi]$, for $|x| \le 1$, with derivative $-1/\sqrt{1 - x^2}$, infinite
    /// at ±1.
    acos: Acos, "0.5" => "std::f64::consts::FRAC_PI_3";
    /// $\arctan x$ in $[-\frac\pi2, \frac\pi2]$, with derivative $1/(1 + x^2)$.
    atan: Atan, "1.0" => "std::f64::consts::FRAC_PI_4";
    /// $\sinh x = \frac12 (e^x - e^{-x})$, with derivative $\cosh x$.
    sinh: Sinh, "0.5" => "0.5210953054937474";
    /// $\cosh x = \frac12 (e^x + e^{-x})$, with derivative $\sinh x$.
    cosh: Cosh, "0.5" => "1.1276259652063807";
    /// $\operatorname{arsinh} x$, the inverse of [`Var::sinh`], with derivative $1/\sqrt{1 + x^2}$.
    asinh: Asinh, "0.5" => "0.48121182505960347";
    /// $\operatorname{arcosh} x$, the inverse of [`Var::cosh`] for $x \ge 1$, with derivative
    /// $1/\sqrt{x^2 - 1}$, infinite at 1.
    acosh: Acosh, "2.0" => "1.3169578969248166";
    /// $\operatorname{artanh} x$, the inverse of [`Var::tanh`] for $|x| < 1$, infinite at ±1, with
    /// derivative $1/(1 - x^2)$.
    atanh: Atanh, "0.5" => "0.5493061443340549";
}

impl<'t> Var<'t> {
    /// $x$ itself, through which nothing is differentiated.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input(3.0);
    /// let [dy] = tape.grad(x * x.stop_gradient(), [x]);
    /// assert_eq!(dy.item(), 3.0);
    /// ```
    #[track_caller]
    pub fn stop_gradient(self) -> Var<'t> {
        self.tape.record(StopGradient, &[self])
    }

    /// This value with the derivative of another, by definition: the straight-through estimator
    /// (Bengio, Léonard and Courville, 2013), and any formula's derivative in place of its own.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([0.4, 1.6]);
    /// let rounded = x.round().straight_through(x);
    /// let [dx] = tape.grad((rounded * rounded).sum(), [x]);
    /// assert_eq!(rounded.to_string(), "[0. 2.]");
    /// assert_eq!(dx.to_string(), "[0. 4.]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn straight_through(self, derivative_of: impl Operand<'t>) -> Var<'t> {
        let other = derivative_of.on(self.tape);
        self.tape.record(StraightThrough, &[self, other])
    }

    /// $x \cdot x$, with derivative $2x$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(-3.0).square().item(), 9.0);
    /// ```
    #[track_caller]
    pub fn square(self) -> Var<'t> {
        self * self
    }

    /// $1 / x$, with derivative $-1/x^2$; infinite at 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(4.0).recip().item(), 0.25);
    /// ```
    #[track_caller]
    pub fn recip(self) -> Var<'t> {
        1.0 / self
    }

    /// $x^p$, broadcast; $x^0 = 1$ for every $x$. A negative base has powers for integer exponents
    /// only, else NaN. The derivatives are $p x^{p - 1}$, 0 where $p = 0$, and $x^p \ln x$, 0 where
    /// $x = 0 \le p$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([-2.0, 0.0, 3.0]);
    /// let y = x.pow(3.0);
    /// assert_eq!(y.to_string(), "[-8.  0. 27.]");
    /// let [dy] = tape.grad(y.sum(), [x]);
    /// assert_eq!(dy.to_string(), "[12.  0. 27.]");
    /// ```
    #[track_caller]
    pub fn pow(self, exponent: impl Operand<'t>) -> Var<'t> {
        binary(Pow, self, exponent.on(self.tape))
    }

    /// What is left of $x$ when multiples of $b$ are taken off towards 0, broadcast: exact, and of
    /// the sign of $x$; NaN where $b = 0$. The derivatives are 1 and minus the quotient
    /// $\operatorname{trunc} \frac x b$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-7.0, 7.0]).fmod(3.0).to_string(), "[-1.  1.]");
    /// ```
    #[track_caller]
    pub fn fmod(self, divisor: impl Operand<'t>) -> Var<'t> {
        binary(Fmod, self, divisor.on(self.tape))
    }

    /// What is left of $x$ when multiples of $b$ are taken off downwards, broadcast: of the sign of
    /// $b$; NaN where $b = 0$. The derivatives are 1 and minus the quotient
    /// $\left\lfloor \frac x b \right\rfloor$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-7.0, 7.0]).remainder(3.0).to_string(), "[2. 1.]");
    /// ```
    #[track_caller]
    pub fn remainder(self, divisor: impl Operand<'t>) -> Var<'t> {
        binary(Remainder, self, divisor.on(self.tape))
    }

    /// $\ln(e^x + e^b)$, broadcast, without overflow on the way. The derivatives are
    /// $1/(1 + e^{b - x})$ and $1/(1 + e^{x - b})$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input(1000.0).log_add_exp(1000.0);
    /// assert_eq!(y.item(), 1000.0 + 2.0_f64.ln());
    /// ```
    #[track_caller]
    pub fn log_add_exp(self, other: impl Operand<'t>) -> Var<'t> {
        binary(LogAddExp, self, other.on(self.tape))
    }

    /// $\sqrt{x^2 + b^2}$, broadcast, without overflow on the way. The derivatives are $x/y$ and
    /// $b/y$, and 0 where both operands are.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(3.0).hypot(4.0).item(), 5.0);
    /// ```
    #[track_caller]
    pub fn hypot(self, other: impl Operand<'t>) -> Var<'t> {
        binary(Hypot, self, other.on(self.tape))
    }

    /// The angle in $[-\pi, \pi]$ of the point with this ordinate $y$ and the given abscissa $x$,
    /// broadcast. The derivatives are $x/r^2$ and $-y/r^2$ with $r^2 = x^2 + y^2$, and 0 at the
    /// origin.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(1.0).atan2(-1.0).item(), 0.75 * std::f64::consts::PI);
    /// ```
    #[track_caller]
    pub fn atan2(self, x: impl Operand<'t>) -> Var<'t> {
        binary(Atan2, self, x.on(self.tape))
    }

    /// $\psi^{(n)}(x)$, the $n$-th derivative of [`Var::digamma`], broadcast, for integers
    /// $0 \le n \le 150$; NaN for other orders. The derivative is $\psi^{(n + 1)}(x)$; by $n$ it is
    /// 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input(1.0).polygamma(1.0);
    /// assert!((y.item() - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn polygamma(self, order: impl Operand<'t>) -> Var<'t> {
        binary(Polygamma, order.on(self.tape), self)
    }

    /// The larger of the two, broadcast, NaN if either is. It has all of the derivative; where they
    /// are equal, each takes half.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([1.0, 2.0, 3.0]), tape.input([3.0, 2.0, 1.0]));
    /// let y = a.maximum(b);
    /// assert_eq!(y.to_string(), "[3. 2. 3.]");
    /// let [da] = tape.grad(y.sum(), [a]);
    /// assert_eq!(da.to_string(), "[0.  0.5 1. ]");
    /// ```
    #[track_caller]
    pub fn maximum(self, other: impl Operand<'t>) -> Var<'t> {
        binary(Maximum, self, other.on(self.tape))
    }

    /// The smaller of the two, broadcast, NaN if either is. It has all of the derivative; where
    /// they are equal, each takes half.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([1.0, 2.0, 3.0]), tape.input([3.0, 2.0, 1.0]));
    /// assert_eq!(a.minimum(b).to_string(), "[1. 2. 1.]");
    /// ```
    #[track_caller]
    pub fn minimum(self, other: impl Operand<'t>) -> Var<'t> {
        binary(Minimum, self, other.on(self.tape))
    }

    /// $\min(\max(x, a), b)$, broadcast: $x$ limited to $[a, b]$, and $b$ if that is empty. A bound
    /// may be infinite.
    ///
    /// Where $x$ is on a bound that is a number of the formula, the derivative is 0, as that of
    /// [`Var::relu`] is at 0. A bound that is a variable shares it as [`Var::maximum`] does.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([-2.0, -1.0, 0.5, 1.0]);
    /// let y = x.clamp(-1.0, 1.0);
    /// assert_eq!(y.to_string(), "[-1.  -1.   0.5  1. ]");
    /// let [dy] = tape.grad(y.sum(), [x]);
    /// assert_eq!(dy.to_string(), "[0. 0. 1. 0.]");
    /// ```
    #[track_caller]
    pub fn clamp(self, low: impl Operand<'t>, high: impl Operand<'t>) -> Var<'t> {
        let (low, high) = (low.on(self.tape), high.on(self.tape));
        let from_below =
            if low.is_number() { self.le(low).select(low, self) } else { self.maximum(low) };
        if high.is_number() {
            from_below.ge(high).select(high, from_below)
        } else {
            from_below.minimum(high)
        }
    }

    /// Whether it is a number typed in a formula.
    fn is_number(self) -> bool {
        matches!(*self.op(), Op::Literal | Op::Constant(_))
    }

    /// 1 where equal, else 0, broadcast; NaN is equal to nothing. The derivatives are 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 3.0]).eq(2.0).to_string(), "[0. 1. 0.]");
    /// ```
    #[track_caller]
    pub fn eq(self, other: impl Operand<'t>) -> Var<'t> {
        binary(Equal, self, other.on(self.tape))
    }

    /// 1 where different, else 0, broadcast; NaN is different from everything, also from NaN. The
    /// derivatives are 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 3.0]).ne(2.0).to_string(), "[1. 0. 1.]");
    /// ```
    #[track_caller]
    pub fn ne(self, other: impl Operand<'t>) -> Var<'t> {
        binary(NotEqual, self, other.on(self.tape))
    }

    /// 1 where less than `other`, else 0, broadcast; a comparison with NaN is 0. The derivatives
    /// are 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 3.0]).lt(2.0).to_string(), "[1. 0. 0.]");
    /// ```
    #[track_caller]
    pub fn lt(self, other: impl Operand<'t>) -> Var<'t> {
        binary(Less, self, other.on(self.tape))
    }

    /// 1 where at most `other`, else 0, broadcast; a comparison with NaN is 0. The derivatives are
    /// 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 3.0]).le(2.0).to_string(), "[1. 1. 0.]");
    /// ```
    #[track_caller]
    pub fn le(self, other: impl Operand<'t>) -> Var<'t> {
        binary(LessEqual, self, other.on(self.tape))
    }

    /// 1 where greater than `other`, else 0, broadcast; a comparison with NaN is 0. The derivatives
    /// are 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 3.0]).gt(2.0).to_string(), "[0. 0. 1.]");
    /// ```
    #[track_caller]
    pub fn gt(self, other: impl Operand<'t>) -> Var<'t> {
        binary_as("gt", Less, other.on(self.tape), self)
    }

    /// 1 where at least `other`, else 0, broadcast; a comparison with NaN is 0. The derivatives are
    /// 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0, 3.0]).ge(2.0).to_string(), "[0. 1. 1.]");
    /// ```
    #[track_caller]
    pub fn ge(self, other: impl Operand<'t>) -> Var<'t> {
        binary_as("ge", LessEqual, other.on(self.tape), self)
    }

    /// Where this condition is not 0, `a`, else `b`, all broadcast. What is not taken has
    /// cotangent 0.
    ///
    /// A cotangent of 0 does not help what has no derivative at all: behind `x.sqrt()` at −1 it
    /// becomes 0 · NaN. Choose the operand too, so that nothing undefined is computed:
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([4.0, -1.0]);
    /// let is_positive = x.gt(0.0);
    /// let y = is_positive.select(is_positive.select(x, 1.0).sqrt(), 0.0);
    /// let [dy] = tape.grad(y.sum(), [x]);
    /// assert_eq!(dy.to_string(), "[0.25 0.  ]");
    /// ```
    #[track_caller]
    pub fn select(self, a: impl Operand<'t>, b: impl Operand<'t>) -> Var<'t> {
        ternary(Select.into(), [self, a.on(self.tape), b.on(self.tape)])
    }
}
