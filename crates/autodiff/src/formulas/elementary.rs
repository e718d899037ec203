//! Functions of single elements that are composed of operations: parts of numbers, products with a
//! convention at zero, questions with the answers 1 and 0.

use crate::input::Operand;
use crate::var::Var;

impl<'t> Var<'t> {
    /// $1 / \sqrt x$, for $x > 0$, with derivative $-\frac12 x^{-3/2}$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(4.0).rsqrt().item(), 0.5);
    /// ```
    #[track_caller]
    pub fn rsqrt(self) -> Var<'t> {
        1.0 / self.sqrt()
    }

    /// The smallest integer that is at least $x$; the derivative is 0, also at the jumps.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(-1.5).ceil().item(), -1.0);
    /// ```
    #[track_caller]
    pub fn ceil(self) -> Var<'t> {
        -(-self).floor()
    }

    /// $x$ rounded to this many decimal digits behind the point, or, if negative, before it:
    /// $x \cdot 10^d$ to the nearest integer, and of two to the even one. The derivative is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(2.71828).round_to(2).item(), 2.72);
    /// assert_eq!(tape.input(1250.0).round_to(-2).item(), 1200.0);
    /// ```
    #[track_caller]
    pub fn round_to(self, decimals: i32) -> Var<'t> {
        let scale = 10_f64.powi(decimals.abs());
        if decimals < 0 { (self / scale).round() * scale } else { (self * scale).round() / scale }
    }

    /// $x - \operatorname{trunc} x$, the digits behind the point, of the sign of $x$. The
    /// derivative is 1 everywhere.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([-1.5, 2.25]).frac().to_string(), "[-0.5   0.25]");
    /// ```
    #[track_caller]
    pub fn frac(self) -> Var<'t> {
        self - self.trunc()
    }

    /// $x \ln b$, broadcast, and 0 where $x = 0$, whatever $b$ is, unless NaN. The derivatives are
    /// $\ln b$ and $x/b$, and 0 where $x = 0$ and $b \le 0$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let b = tape.input([0.0, 1.0]);
    /// assert_eq!(tape.input([0.0, 2.0]).xlogy(b).to_string(), "[0. 0.]");
    /// ```
    #[track_caller]
    pub fn xlogy(self, b: impl Operand<'t>) -> Var<'t> {
        let b = b.on(self.tape());
        let is_nothing = self.eq(0.0) * (b.le(0.0) + b.eq(f64::INFINITY));
        self * is_nothing.select(1.0, b).ln()
    }

    /// $x + w\,(b - x)$, broadcast: from $x$ at $w = 0$ to $b$ at $w = 1$. The derivatives are
    /// $1 - w$, $w$ and $b - x$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(2.0).lerp(6.0, 0.25).item(), 3.0);
    /// ```
    #[track_caller]
    pub fn lerp(self, end: impl Operand<'t>, weight: impl Operand<'t>) -> Var<'t> {
        let tape = self.tape();
        self + weight.on(tape) * (end.on(tape) - self)
    }

    /// $x + c\,a b$, broadcast. The derivatives are 1, $c b$, $c a$ and $a b$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(1.0).addcmul(2.0, 3.0, 0.5).item(), 4.0);
    /// ```
    #[track_caller]
    pub fn addcmul(
        self,
        a: impl Operand<'t>,
        b: impl Operand<'t>,
        scale: impl Operand<'t>,
    ) -> Var<'t> {
        let tape = self.tape();
        self + scale.on(tape) * (a.on(tape) * b.on(tape))
    }

    /// $x + c\,a / b$, broadcast. The derivatives are 1, $c / b$, $-c a / b^2$ and $a / b$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input(1.0).addcdiv(6.0, 2.0, 0.5).item(), 2.5);
    /// ```
    #[track_caller]
    pub fn addcdiv(
        self,
        a: impl Operand<'t>,
        b: impl Operand<'t>,
        scale: impl Operand<'t>,
    ) -> Var<'t> {
        let tape = self.tape();
        self + scale.on(tape) * (a.on(tape) / b.on(tape))
    }

    /// $|x|$ with the sign of $b$, broadcast; zeros have signs too. The derivative is 1 or −1, and
    /// 0 at $x = 0$; by $b$ it is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let b = tape.input([-0.0, 5.0]);
    /// assert_eq!(tape.input([2.0, -3.0]).copysign(b).to_string(), "[-2.  3.]");
    /// ```
    #[track_caller]
    pub fn copysign(self, b: impl Operand<'t>) -> Var<'t> {
        // The inverse of a zero tells its sign.
        let is_negative = (1.0 / b.on(self.tape()).sign()).lt(0.0);
        let size = self.abs();
        is_negative.select(-size, size)
    }

    /// $x$, but `nan` in place of NaN, `infinity` of $\infty$ and `minus_infinity` of $-\infty$,
    /// broadcast. What is replaced has derivative 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([f64::NAN, f64::INFINITY, -f64::INFINITY, 2.0]);
    /// assert_eq!(x.nan_to_num(0.0, 9.0, -9.0).to_string(), "[ 0.  9. -9.  2.]");
    /// ```
    #[track_caller]
    pub fn nan_to_num(
        self,
        nan: impl Operand<'t>,
        infinity: impl Operand<'t>,
        minus_infinity: impl Operand<'t>,
    ) -> Var<'t> {
        let above = self.eq(f64::INFINITY).select(infinity, self);
        let finite = self.eq(f64::NEG_INFINITY).select(minus_infinity, above);
        self.is_nan().select(nan, finite)
    }

    /// `value` where the mask is not 0, $x$ elsewhere, broadcast. What is filled has derivative 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, -2.0]);
    /// assert_eq!(x.masked_fill(x.lt(0.0), 7.0).to_string(), "[1. 7.]");
    /// ```
    #[track_caller]
    pub fn masked_fill(self, mask: Var<'t>, value: impl Operand<'t>) -> Var<'t> {
        mask.select(value, self)
    }

    /// 1 where $x$ is NaN, else 0. The derivative is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([f64::NAN, 1.0]).is_nan().to_string(), "[1. 0.]");
    /// ```
    #[track_caller]
    pub fn is_nan(self) -> Var<'t> {
        self.ne(self)
    }

    /// 1 where $x$ is $\infty$ or $-\infty$, else 0. The derivative is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([f64::NAN, -f64::INFINITY]).is_infinite().to_string(), "[0. 1.]");
    /// ```
    #[track_caller]
    pub fn is_infinite(self) -> Var<'t> {
        self.abs().eq(f64::INFINITY)
    }

    /// 1 where $x$ is neither NaN nor infinite, else 0. The derivative is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([f64::NAN, 1.0]).is_finite().to_string(), "[0. 1.]");
    /// ```
    #[track_caller]
    pub fn is_finite(self) -> Var<'t> {
        self.abs().lt(f64::INFINITY)
    }

    /// 1 where both are not 0, else 0, broadcast. The derivatives are 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([0.0, 0.0, 2.0, 2.0]), tape.input([0.0, 3.0, 0.0, 3.0]));
    /// assert_eq!(a.logical_and(b).to_string(), "[0. 0. 0. 1.]");
    /// assert_eq!(a.logical_or(b).to_string(), "[0. 1. 1. 1.]");
    /// assert_eq!(a.logical_xor(b).to_string(), "[0. 1. 1. 0.]");
    /// assert_eq!(a.logical_not().to_string(), "[1. 1. 0. 0.]");
    /// ```
    #[track_caller]
    pub fn logical_and(self, other: impl Operand<'t>) -> Var<'t> {
        self.ne(0.0) * other.on(self.tape()).ne(0.0)
    }

    /// 1 where one or both are not 0, else 0, broadcast; see [`Var::logical_and`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([0.0, 2.0]), tape.input([0.0, 0.0]));
    /// assert_eq!(a.logical_or(b).to_string(), "[0. 1.]");
    /// ```
    #[track_caller]
    pub fn logical_or(self, other: impl Operand<'t>) -> Var<'t> {
        self.ne(0.0).maximum(other.on(self.tape()).ne(0.0))
    }

    /// 1 where one is 0 and the other is not, else 0, broadcast; see [`Var::logical_and`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([3.0, 2.0]), tape.input([0.0, 1.0]));
    /// assert_eq!(a.logical_xor(b).to_string(), "[1. 0.]");
    /// ```
    #[track_caller]
    pub fn logical_xor(self, other: impl Operand<'t>) -> Var<'t> {
        self.ne(0.0).ne(other.on(self.tape()).ne(0.0))
    }

    /// 1 where $x$ is 0, else 0; see [`Var::logical_and`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([0.0, 2.0]).logical_not().to_string(), "[1. 0.]");
    /// ```
    #[track_caller]
    pub fn logical_not(self) -> Var<'t> {
        self.eq(0.0)
    }
}
