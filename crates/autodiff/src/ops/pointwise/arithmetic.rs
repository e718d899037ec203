//! Arithmetic, powers and the larger of two.

#[allow(clippy::wildcard_imports, reason = "what the rows of the table expand to")]
use super::*;

pointwise! {
    Neg = "neg", r"-x":
        (x) -> y = -x,
        d: [Linear::partial(Neg, &[x], 0)], self_adjoint: [0],
        on: [REAL];

    Add = "add", r"a + b":
        (a, b) -> y = a + b,
        d: [Linear::Identity, Linear::Identity],
        on: [REAL, OTHER];

    Sub = "sub", r"a - b":
        (a, b) -> y = a - b,
        d: [Linear::Identity, Linear::partial(Neg, &[b], 0)],
        on: [REAL, OTHER];

    Mul = "mul", r"a b":
        (a, b) -> y = a * b,
        d: [Linear::Scale(b), Linear::Scale(a)],
        on: [REAL, OTHER];

    Div = "div", r"a / b":
        (a, b) -> y = a / b,
        d: [Linear::partial(Div, &[a, b], 0), Linear::Scale(-y / b)], self_adjoint: [0],
        on: [REAL, OTHER];

    /// At $a = 0$ the derivative by the exponent is 0 for $b \ge 0$ (its limit from the right for
    /// $b > 0$); $0^0 = 1$.
    Pow = "pow", r"a^b":
        (a, b) -> y = a.pow(b),
        d: [
            // Where b = 0, only what is not 0·∞: b·aᵇ⁻¹ is 0 there, but its derivative by b is not.
            // The inner choice keeps ∞ out of the derivatives of the branch not taken.
            Linear::Scale({
                let is_finite = b.ne(0.0).maximum(a.recip().abs().lt(f64::INFINITY));
                is_finite.select(b * is_finite.select(a, 1.0).pow(b - 1.0), 0.0)
            }),
            Linear::Scale((a.eq(0.0) * b.ge(0.0)).select(0.0, y * a.ln()))
        ],
        on: [POSITIVE, OTHER];

    /// Where they are equal, each takes half of the derivative. NaN if either is NaN.
    Maximum = "maximum", r"\max(a, b)":
        (a, b) -> y = if a > b || a.is_nan() { a } else { b },
        d: [taken(a.gt(b), a.eq(b)), taken(b.gt(a), a.eq(b))],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// Where they are equal, each takes half of the derivative. NaN if either is NaN.
    Minimum = "minimum", r"\min(a, b)":
        (a, b) -> y = if a < b || a.is_nan() { a } else { b },
        d: [taken(a.lt(b), a.eq(b)), taken(b.lt(a), a.eq(b))],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// What is left of $a$ when multiples of $b$ are taken off towards 0: it has the sign of $a$
    /// and is exact. The derivative by $b$ is minus the quotient; at jumps, those of the piece
    /// that begins there.
    Fmod = "fmod", r"a - b \operatorname{trunc} \frac a b":
        (a, b) -> y = a.fmod(b),
        d: [Linear::Identity, Linear::Scale(((y - a) / b).round())],
        branch: |a, b| whole_quotient(a, b),
        on: [REAL, OTHER];

    /// What is left of $a$ when multiples of $b$ are taken off downwards: it has the sign of $b$.
    /// The derivative by $b$ is minus the quotient; at jumps, those of the piece that begins
    /// there.
    Remainder = "remainder", r"a - b \left\lfloor \frac a b \right\rfloor":
        (a, b) -> y = remainder(a, b),
        d: [Linear::Identity, Linear::Scale(((y - a) / b).round())],
        branch: |a, b| whole_quotient(a, b),
        on: [REAL, OTHER];

    /// Without overflow on the way: the derivatives are the shares $e^{a - y}$ and $e^{b - y}$.
    LogAddExp = "log_add_exp", r"\ln(e^a + e^b)":
        (a, b) -> y = log_add_exp(a, b),
        d: [Linear::Scale((a - b).sigmoid()), Linear::Scale((b - a).sigmoid())],
        on: [REAL, OTHER];

    /// Without overflow on the way. At $(0, 0)$ the derivatives are 0.
    Hypot = "hypot", r"\sqrt{a^2 + b^2}":
        (a, b) -> y = a.hypot(b),
        d: [Linear::Scale(unless_zero(y, a)), Linear::Scale(unless_zero(y, b))],
        branch: |a, b| i64::from(a == zero() && b == zero()),
        on: [KINK, ORIGIN];

    /// The angle of the point $(b, a)$, in $[-\pi, \pi]$. At $(0, 0)$ the derivatives are 0.
    Atan2 = "atan2", r"\arg(b + i a)":
        (a, b) -> y = a.atan2(b),
        d: [
            Linear::Scale({
                let r = a.hypot(b);
                unless_zero(r, unless_zero(r, b))
            }),
            Linear::Scale({
                let r = a.hypot(b);
                unless_zero(r, unless_zero(r, -a))
            })
        ],
        branch: |a, b| side(a, zero()) + if b > zero() { 8 } else if a == zero() { 4 } else { 0 },
        on: [KINK, ORIGIN];
}

/// $a/r$, and 0 where $r = 0$, through which nothing is differentiated there.
fn unless_zero<'t>(r: Var<'t>, a: Var<'t>) -> Var<'t> {
    let is_zero = r.eq(0.0);
    is_zero.select(0.0, a / is_zero.select(1.0, r))
}

fn remainder<T: Real>(a: T, b: T) -> T {
    let rest = a.fmod(b);
    let is_opposite = rest < zero() && b > zero() || rest > zero() && b < zero();
    if is_opposite { rest + b } else { rest }
}

/// The whole part of $a/b$ as a piece's number, with the jumps between pieces apart.
fn whole_quotient<T: Real>(a: T, b: T) -> i64 {
    let quotient = (a / b).floor();
    (quotient.to_f64() as i64).wrapping_mul(2) + i64::from(a.fmod(b) == zero())
}

fn log_add_exp<T: Real>(a: T, b: T) -> T {
    let (small, large) = if a > b { (b, a) } else { (a, b) };
    let difference = small - large;
    // Of two equal infinities.
    if difference.is_nan() && a == b { a } else { large + difference.exp().ln_1p() }
}
