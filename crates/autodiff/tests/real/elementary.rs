//! The fast functions of double precision against double-double numbers.

use wengert_autodiff::real::{DoubleDouble, Real};
use wengert_tensor::kernel::Elementary;

use super::dd;

/// The largest errors, in units in the last place, that 1.8 million such points found, rounded up.
const LIMITS: [(&str, f64); 4] = [("exp", 0.9), ("ln", 0.8), ("tanh", 1.3), ("sigmoid", 1.8)];

fn pair(function: &str, x: f64) -> (f64, DoubleDouble) {
    match function {
        "exp" => (Elementary::exp(x), dd(x).exp()),
        "ln" => (Elementary::ln(x.abs()), dd(x.abs()).ln()),
        "tanh" => (Elementary::tanh(x), dd(x).tanh()),
        _ => (Elementary::sigmoid(x), dd(x).sigmoid()),
    }
}

/// The error in units of the last place of a result.
fn error(y: f64, exact: DoubleDouble) -> f64 {
    let exponent = (exact.hi().abs().to_bits() >> 52) as i32 - 1023;
    (dd(y) - exact).to_f64().abs() / 2f64.powi(exponent.max(-1022) - 52)
}

/// Points of every sign and size at which the results are normal numbers.
fn points(count: u64) -> impl Iterator<Item = f64> {
    (0..count).flat_map(|k| {
        // Weyl's sequence: it is spread evenly.
        let even = k as f64 * 0.618_033_988_749_895 % 1.0;
        let near = 4.0 * even - 2.0;
        let far = 1300.0 * even - 650.0;
        let small = near * 2f64.powi(-((k % 60) as i32));
        [near, far, 20.0 * near, small, 1.0 + small, f64::exp(far)]
    })
}

#[test]
fn errors_are_small() {
    for (function, limit) in LIMITS {
        for x in points(20_000) {
            let (y, exact) = pair(function, x);
            if (1e-290..f64::MAX).contains(&exact.hi().abs()) {
                let error = error(y, exact);
                assert!(error <= limit, "{function} at {x:e}: {error} units");
            }
        }
    }
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
    for x in points(50) {
        assert_eq!(Real::exp(x).to_bits(), Elementary::exp(x).to_bits());
        assert_eq!(Real::ln(x.abs()).to_bits(), Elementary::ln(x.abs()).to_bits());
        assert_eq!(Real::tanh(x).to_bits(), Elementary::tanh(x).to_bits());
        assert_eq!(Real::sigmoid(x as f32).to_bits(), Elementary::sigmoid(x as f32).to_bits());
    }
}
