//! Error-free transformations: a rounded `f64` operation together with its rounding error, itself
//! an `f64`. Exact unless something overflows, or an error underflows.

/// $(s, e)$ with $s$ the rounded sum of $a$ and $b$, and $s + e = a + b$ (Knuth).
pub(super) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_in_sum = sum - a;
    let a_in_sum = sum - b_in_sum;
    (sum, (a - a_in_sum) + (b - b_in_sum))
}

/// The same for $|a| \ge |b|$ or $a = 0$ (Dekker).
pub(super) fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, b - (sum - a))
}

/// $(p, e)$ with $p$ the rounded product of $a$ and $b$, and $p + e = ab$.
///
/// A fused multiply-add gives $e$ also where Dekker's splitting of the factors would overflow.
/// Without the instruction it is a call, which costs about as much as the splitting.
pub(super) fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}
