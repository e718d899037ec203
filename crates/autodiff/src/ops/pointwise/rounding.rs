//! What is linear or constant between kinks: sizes, signs and integers.

#[allow(clippy::wildcard_imports, reason = "what the rows of the table expand to")]
use super::*;

pointwise! {
    /// The derivative at 0 is 0.
    Abs = "abs", r"|x|":
        (x) -> y = x.abs(),
        d: [Linear::Scale(x.sign())],
        branch: |x| side(x, zero()),
        on: [KINK];

    /// 0 at 0; the derivative is 0 everywhere.
    Sign = "sign", r"\operatorname{sign} x":
        (x) -> y = if x > zero() { one() } else if x < zero() { -one::<T>() } else { x },
        d: [Linear::Zero],
        branch: |x| side(x, zero()),
        on: [KINK];

    /// The derivative is 0 everywhere.
    Floor = "floor", r"\lfloor x \rfloor":
        (x) -> y = x.floor(),
        d: [Linear::Zero],
        branch: |x| x.floor().to_f64() as i64 * 2 + i64::from(x == x.floor()),
        on: [[-2.5, -1.0, -0.3, 0.0, 1.0, 3.7]];

    /// The nearest integer, and of two the even one; the derivative is 0 everywhere.
    Round = "round", r"\operatorname{round} x":
        (x) -> y = round(x),
        d: [Linear::Zero],
        branch: |x| (x + x).floor().to_f64() as i64 * 2 + i64::from(x + x == (x + x).floor()),
        on: [[-2.5, -1.0, -0.3, 0.5, 1.5, 3.7]];

    /// Without the digits behind the point; the derivative is 0 everywhere.
    Trunc = "trunc", r"\operatorname{trunc} x":
        (x) -> y = trunc(x),
        d: [Linear::Zero],
        branch: |x| x.floor().to_f64() as i64 * 2 + i64::from(x == x.floor()),
        on: [[-2.5, -1.0, -0.3, 0.0, 1.0, 3.7]];

    /// The derivative at 0 is 0.
    Relu = "relu", r"\max(x, 0)":
        (x) -> y = if x > zero() || x.is_nan() { x } else { zero() },
        d: [masked(x.gt(0.0))],
        branch: |x| side(x, zero()),
        on: [KINK];
}

fn trunc<T: Real>(x: T) -> T {
    if x < zero() { -(-x).floor() } else { x.floor() }
}

fn round<T: Real>(x: T) -> T {
    let (size, half) = (x.abs(), T::from_f64(0.5));
    let below = size.floor();
    let (part, is_even) = (size - below, (below * half).floor() == below * half);
    let up = part > half || part == half && !is_even;
    let nearest = if up { below + one() } else { below };
    // So that small negative numbers become −0.
    if x < zero() {
        -nearest
    } else if x > zero() {
        nearest
    } else {
        x
    }
}
