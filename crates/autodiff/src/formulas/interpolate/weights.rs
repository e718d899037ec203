//! How much an element counts at a distance, for interpolation. The functions are of anything that
//! can be computed with, numbers and variables alike.

use std::ops::{Add, Mul, Sub};

/// $1 - |t|$ up to distance 1: a straight line between neighbours.
pub(super) fn triangle(t: f64) -> f64 {
    (1.0 - t.abs()).max(0.0)
}

/// The cubic convolution of Keys up to distance 2, with slope parameter `a`.
pub(super) fn cubic(t: f64, a: f64) -> f64 {
    match t.abs() {
        t if t <= 1.0 => near(t, a),
        t if t < 2.0 => far(t, a),
        _ => 0.0,
    }
}

/// $(a + 2)\, t^3 - (a + 3)\, t^2 + 1$, for $t$ from 0 to 1.
#[track_caller]
pub(super) fn near<T>(t: T, a: f64) -> T
where
    T: Copy + Mul<Output = T> + Mul<f64, Output = T> + Sub<f64, Output = T> + Add<f64, Output = T>,
{
    (t * (a + 2.0) - (a + 3.0)) * t * t + 1.0
}

/// $a\,(t^3 - 5 t^2 + 8 t - 4)$, for $t$ from 1 to 2.
#[track_caller]
pub(super) fn far<T>(t: T, a: f64) -> T
where
    T: Copy + Mul<Output = T> + Mul<f64, Output = T> + Sub<f64, Output = T> + Add<f64, Output = T>,
{
    (((t - 5.0) * t + 8.0) * t - 4.0) * a
}
