//! The functions of double and single precision against double-double numbers.

use std::ops::Range;

use wengert_autodiff::real::{DoubleDouble, Real};
use wengert_tensor::kernel::Elementary;

use super::dd;
use super::double_double::apply_to_two;

/// The largest errors in double and in single precision, in units in the last place. Where we
/// compute ourselves they are those that 600 000 such points found, rounded up; what the system's
/// library computes is held to 2. The gamma functions are at positive arguments here.
const LIMITS: [(&str, f64, f64); 31] = [
    ("exp", 0.9, 0.9),
    ("exp_m1", 2.0, 2.0),
    ("ln", 0.8, 0.8),
    ("ln_1p", 2.0, 2.0),
    ("sin", 2.0, 2.0),
    ("cos", 2.0, 2.0),
    ("tan", 2.0, 2.0),
    ("tanh", 1.3, 1.3),
    ("sigmoid", 1.8, 1.8),
    ("erf", 1.0, 1.0),
    ("erfc", 2.7, 2.9),
    ("exp2", 2.0, 2.0),
    ("log2", 2.0, 2.0),
    ("log10", 2.0, 2.0),
    ("cbrt", 2.0, 2.0),
    ("asin", 2.0, 2.0),
    ("acos", 2.0, 2.0),
    ("atan", 2.0, 2.0),
    ("sinh", 2.0, 2.0),
    ("cosh", 2.0, 2.0),
    ("asinh", 1.6, 0.6),
    ("acosh", 2.0, 0.6),
    ("atanh", 1.5, 0.6),
    ("erfinv", 1.4, 0.6),
    ("ln_gamma", 2.3, 2.3),
    ("digamma", 2.8, 0.6),
    ("trigamma", 2.3, 0.6),
    ("tetragamma", 2.4, 0.6),
    ("hypot", 2.0, 2.0),
    ("atan2", 2.0, 2.0),
    ("pow", 2.0, 2.0),
];

/// Points of every sign and size; the last are exponentials of those up to `far`.
fn points(count: u64, far: f64) -> impl Iterator<Item = f64> {
    (0..count).flat_map(move |k| {
        // Weyl's sequence: it is spread evenly.
        let even = k as f64 * 0.618_033_988_749_895 % 1.0;
        let near = 4.0 * even - 2.0;
        let far = far * (2.0 * even - 1.0);
        let small = near * 2f64.powi(-((k % 60) as i32));
        [near, far, 20.0 * near, small, 1.0 + small, f64::exp(far)]
    })
}

#[test]
fn errors_are_small() {
    for (function, limit, limit_in_single) in LIMITS {
        // Second operands, for those that take two: of another kind each time.
        for (x, p) in points(1500, 650.0).zip(points(1510, 650.0).skip(56)) {
            let exact = apply_to_two(function, dd(x), dd(p));
            let error = (dd(apply_to_two(function, x, p)) - exact).to_f64().abs();
            if is_reference(function, x, exact, 1e-290..f64::MAX) {
                let error = error / unit(exact, f64::MANTISSA_DIGITS);
                assert!(error <= limit, "{function} at {x:e}, {p:e}: {error} units");
            }
        }
        for (x, p) in points(1500, 85.0).zip(points(1510, 85.0).skip(56)) {
            let (x, p) = (x as f32, p as f32);
            let exact = apply_to_two(function, dd(x.into()), dd(p.into()));
            let error = (dd(apply_to_two(function, x, p).into()) - exact).to_f64().abs();
            if is_reference(function, x.into(), exact, f32::MIN_POSITIVE.into()..f32::MAX.into()) {
                let error = error / unit(exact, f32::MANTISSA_DIGITS);
                assert!(error <= limit_in_single, "{function} at {x:e}, {p:e}: {error} units");
            }
        }
    }
}

/// The unit in the last place of a number with so many binary digits.
fn unit(exact: DoubleDouble, digits: u32) -> f64 {
    let exponent = (exact.hi().abs().to_bits() >> 52) as i32 - 1023;
    2f64.powi(exponent + 1 - digits as i32)
}

/// Whether the result is of a size to be compared, and the double-double number has many more
/// digits: those of the digamma function are lost next to its root.
fn is_reference(function: &str, x: f64, exact: DoubleDouble, sizes: Range<f64>) -> bool {
    let size = exact.hi().abs();
    let is_positive = !function.contains("gamma") || x > 0.0;
    sizes.contains(&size) && is_positive && (function != "digamma" || size > 1e-9)
}

/// Among subnormal numbers a unit is the smallest number.
#[test]
fn results_vanish_gradually() {
    for k in 0..5000 {
        let x = -708.0 - f64::from(k) * 0.0077;
        // Scaled up, the double-double has all its digits.
        let exact = (dd(x) + dd(200.0) * dd(2.0).ln()).exp();
        for y in [Elementary::exp(x), Elementary::sigmoid(x)] {
            let y = dd(y * 2f64.powi(200));
            let error = (y - exact).to_f64() / 2f64.powi(200 - 1074);
            assert!(error.abs() < 0.9, "at {x:e}: {error} units");
        }
    }
    assert_eq!(Elementary::exp(-745.133_219_101_941_1), 5e-324);
    assert_eq!(Elementary::exp(-745.133_219_101_941_3), 0.0);
    assert_eq!(Elementary::exp(709.782_712_893_384), 1.797_693_134_862_273_2e308);
    assert_eq!(Elementary::exp(709.782_712_893_384_1), f64::INFINITY);
}

#[test]
fn scalars_use_them() {
    for x in points(50, 650.0) {
        assert_eq!(Real::exp(x).to_bits(), Elementary::exp(x).to_bits());
        assert_eq!(Real::ln(x.abs()).to_bits(), Elementary::ln(x.abs()).to_bits());
        assert_eq!(Real::tanh(x).to_bits(), Elementary::tanh(x).to_bits());
        assert_eq!(Real::sigmoid(x as f32).to_bits(), Elementary::sigmoid(x as f32).to_bits());
    }
}
