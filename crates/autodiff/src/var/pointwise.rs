//! The pointwise operations as methods.

use crate::input::Operand;
use crate::ops::{
    Abs, Cos, Equal, Erf, Erfc, Exp, ExpM1, Floor, Less, LessEqual, Ln, Maximum, Minimum, NotEqual,
    Pow, Relu, Select, Sigmoid, Sign, Sin, Softplus, Sqrt, StopGradient, Tan, Tanh,
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
    /// $e^x$.
    exp: Exp, "0.5" => "1.6487212707001282";
    /// $e^x - 1$, accurate near 0.
    exp_m1: ExpM1, "0.5" => "0.6487212707001282";
    /// $\ln x$, for $x > 0$.
    ln: Ln, "2.0" => "0.6931471805599453";
    /// $\sin x$.
    sin: Sin, "0.5" => "0.479425538604203";
    /// $\cos x$.
    cos: Cos, "0.5" => "0.8775825618903728";
    /// $\tan x$.
    tan: Tan, "0.5" => "0.5463024898437905";
    /// $\tanh x$.
    tanh: Tanh, "0.5" => "0.46211715726000973";
    /// $\sqrt x$, for $x \ge 0$; its slope at 0 is infinite.
    sqrt: Sqrt, "2.0" => "1.4142135623730951";
    /// $|x|$, with derivative 0 at 0.
    abs: Abs, "-2.0" => "2.0";
    /// −1, 0 or 1; the derivative is 0.
    sign: Sign, "-2.0" => "-1.0";
    /// The largest integer that is at most $x$; the derivative is 0.
    floor: Floor, "-1.5" => "-2.0";
    /// The error function.
    erf: Erf, "0.5" => "0.5204998778130465";
    /// $1 - \operatorname{erf} x$, accurate where it is small.
    erfc: Erfc, "0.5" => "0.4795001221869535";
    /// $\max(x, 0)$, with derivative 0 at 0.
    relu: Relu, "1.5" => "1.5";
    /// $1 / (1 + e^{-x})$.
    sigmoid: Sigmoid, "0.5" => "0.6224593312018546";
    /// $\ln(1 + e^x)$.
    softplus: Softplus, "0.5" => "0.9740769841801067";
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

    /// $x \cdot x$.
    #[track_caller]
    pub fn square(self) -> Var<'t> {
        self * self
    }

    /// $1 / x$.
    #[track_caller]
    pub fn recip(self) -> Var<'t> {
        1.0 / self
    }

    /// $x^p$, broadcast. A negative base has a power for integer exponents only.
    #[track_caller]
    pub fn pow(self, exponent: impl Operand<'t>) -> Var<'t> {
        binary(Pow, self, exponent.on(self.tape))
    }

    /// The larger of the two, broadcast; where they are equal, each takes half of the derivative.
    #[track_caller]
    pub fn maximum(self, other: impl Operand<'t>) -> Var<'t> {
        binary(Maximum, self, other.on(self.tape))
    }

    /// The smaller of the two, broadcast; where they are equal, each takes half of the derivative.
    #[track_caller]
    pub fn minimum(self, other: impl Operand<'t>) -> Var<'t> {
        binary(Minimum, self, other.on(self.tape))
    }

    /// $x$ limited to $[a, b]$.
    #[track_caller]
    pub fn clamp(self, low: impl Operand<'t>, high: impl Operand<'t>) -> Var<'t> {
        self.maximum(low).minimum(high)
    }

    /// 1 where equal, else 0.
    #[track_caller]
    pub fn eq(self, other: impl Operand<'t>) -> Var<'t> {
        binary(Equal, self, other.on(self.tape))
    }

    /// 1 where different, else 0.
    #[track_caller]
    pub fn ne(self, other: impl Operand<'t>) -> Var<'t> {
        binary(NotEqual, self, other.on(self.tape))
    }

    /// 1 where less than `other`, else 0.
    #[track_caller]
    pub fn lt(self, other: impl Operand<'t>) -> Var<'t> {
        binary(Less, self, other.on(self.tape))
    }

    /// 1 where at most `other`, else 0.
    #[track_caller]
    pub fn le(self, other: impl Operand<'t>) -> Var<'t> {
        binary(LessEqual, self, other.on(self.tape))
    }

    /// 1 where greater than `other`, else 0.
    #[track_caller]
    pub fn gt(self, other: impl Operand<'t>) -> Var<'t> {
        binary_as("gt", Less, other.on(self.tape), self)
    }

    /// 1 where at least `other`, else 0.
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
