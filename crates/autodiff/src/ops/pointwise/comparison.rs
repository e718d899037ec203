//! Comparisons, which give 1 or 0, and the choice between two.

#[allow(clippy::wildcard_imports, reason = "what the rows of the table expand to")]
use super::*;

pointwise! {
    /// 1 where true, else 0; the derivative is 0.
    Equal = "eq", r"\mathbf 1_{a = b}":
        (a, b) -> y = indicator(a == b),
        d: [Linear::Zero, Linear::Zero],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// 1 where true, else 0; the derivative is 0.
    NotEqual = "ne", r"\mathbf 1_{a \ne b}":
        (a, b) -> y = indicator(a != b),
        d: [Linear::Zero, Linear::Zero],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// 1 where true, else 0; the derivative is 0.
    Less = "lt", r"\mathbf 1_{a < b}":
        (a, b) -> y = indicator(a < b),
        d: [Linear::Zero, Linear::Zero],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// 1 where true, else 0; the derivative is 0.
    LessEqual = "le", r"\mathbf 1_{a \le b}":
        (a, b) -> y = indicator(a <= b),
        d: [Linear::Zero, Linear::Zero],
        branch: |a, b| side(a, b),
        on: [REAL, OTHER];

    /// $a$ where the condition is not 0, else $b$. The branch not taken has derivative 0, whatever
    /// its value; so has the condition.
    Select = "select", r"c \mathbin{?} a : b":
        (c, a, b) -> y = if c == zero() { b } else { a },
        d: [Linear::Zero, masked(c), masked(c.eq(0.0))], self_adjoint: [1, 2],
        branch: |c, _a, _b| i64::from(c != zero()),
        on: [MASK, OTHER, THIRD];
}
