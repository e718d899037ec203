use std::f32;
use std::fmt::Debug;

use wengert_tensor::kernel::{Elementary, Work, dispatch};

/// Every function with one in double precision, which is exact enough to judge single precision.
type Judged = (&'static str, fn(f32) -> f32, fn(f64) -> f64, f64);

/// The last number is the largest error, in units in the last place, that a sweep over all numbers
/// found (see `examples/elementary.rs`), rounded up.
const FUNCTIONS: [Judged; 4] = [
    ("exp", Elementary::exp, f64::exp, 0.89),
    ("ln", Elementary::ln, f64::ln, 0.84),
    ("tanh", Elementary::tanh, f64::tanh, 1.31),
    ("sigmoid", Elementary::sigmoid, sigmoid, 1.97),
];

fn sigmoid(x: f64) -> f64 {
    if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
}

/// The error in units of the last place that single precision has at `exact`.
fn error(exact: f64, y: f32) -> f64 {
    if f64::from(exact as f32) == f64::from(y) || exact.is_nan() && y.is_nan() {
        return 0.0;
    }
    let exponent = (exact.abs().to_bits() >> 52) as i32 - 1023;
    (f64::from(y) - exact).abs() / 2f64.powi(exponent.max(-126) - 23)
}

#[track_caller]
fn check(x: f32) {
    for (name, function, exact, limit) in FUNCTIONS {
        let (y, exact) = (function(x), exact(f64::from(x)));
        assert!(error(exact, y) <= limit, "{name} of {x:e} is {y:e}, not {exact:e}");
    }
}

#[test]
fn numbers_of_single_precision() {
    for bits in (0..=u32::MAX).step_by(3001) {
        check(f32::from_bits(bits));
    }
}

#[test]
fn the_ends_of_every_binade() {
    for exponent in 0..=u32::from(u8::MAX) {
        for step in -3..=3 {
            let bits = (exponent << 23).wrapping_add_signed(step);
            check(f32::from_bits(bits));
            check(-f32::from_bits(bits));
        }
    }
}

/// Where one form of a function follows another, or its result leaves the numbers.
#[test]
fn the_seams() {
    for seam in [0.625, 10.0, 88.722_84, 89.0, -87.336_55, -103.972_08, -104.0, f32::consts::SQRT_2]
    {
        let bits = f32::to_bits(seam);
        (bits - 300..bits + 300).map(f32::from_bits).for_each(check);
    }
}

#[track_caller]
fn same<T: PartialEq + Debug>(what: &str, actual: &T, expected: &T) {
    // As text, NaN is NaN and the zeros differ.
    assert_eq!(format!("{actual:?}"), format!("{expected:?}"), "{what}");
}

macro_rules! special {
    ($float:ident) => {
        let (infinity, nan) = ($float::INFINITY, $float::NAN);
        let tiny = $float::from_bits(1);
        let table = [
            ("exp", [1.0, 1.0, infinity, 0.0, 1.0, infinity, 0.0]),
            ("ln", [-infinity, -infinity, infinity, nan, tiny.ln(), $float::MAX.ln(), nan]),
            ("tanh", [0.0, -0.0, 1.0, -1.0, tiny, 1.0, -1.0]),
            ("sigmoid", [0.5, 0.5, 1.0, 0.0, 0.5, 1.0, 0.0]),
        ];
        let points = [0.0, -0.0, infinity, -infinity, tiny, $float::MAX, $float::MIN];
        for (name, expected) in table {
            let function: fn($float) -> $float = match name {
                "exp" => Elementary::exp,
                "ln" => Elementary::ln,
                "tanh" => Elementary::tanh,
                _ => Elementary::sigmoid,
            };
            for (x, expected) in points.into_iter().zip(expected) {
                same(&format!("{name} of {x:?}"), &function(x), &expected);
            }
            assert!(function(nan).is_nan() && function(-nan).is_nan(), "{name}");
        }
    };
}

#[test]
fn special_values() {
    special!(f32);
    special!(f64);
}

/// A function over a slice, as [`dispatch`] compiles it.
struct Over<'a, T, F> {
    function: F,
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Copy, F: Fn(T) -> T> Work for Over<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (y, &x) in self.y.iter_mut().zip(self.x) {
            *y = (self.function)(x);
        }
    }
}

macro_rules! alone_and_in_slices {
    ($float:ident, $bits:ident, $step:literal, $($name:ident),+) => {$(
        let x: Vec<$float> = (0..$bits::MAX).step_by($step).map($float::from_bits).collect();
        let mut y = x.clone();
        dispatch(Over { function: |x: $float| Elementary::$name(x), x: &x, y: &mut y });
        for (&x, &y) in x.iter().zip(&y) {
            same(&format!("{} of {x:e}", stringify!($name)), &y, &Elementary::$name(x));
        }
    )+};
}

#[test]
fn a_number_alone_has_the_bits_that_it_has_in_a_slice() {
    alone_and_in_slices!(f32, u32, 500_009, exp, ln, tanh, sigmoid);
    alone_and_in_slices!(f64, u64, 2_000_000_000_000_003, exp, ln, tanh, sigmoid);
}
