//! Dual numbers against differences, closed forms, and the conventions at kinks.

use wengert_autodiff::real::{Dual, Real};

use super::{FUNCTIONS, apply, check_close, dd};

/// Central differences with steps of $10^{-10}$ are good to twenty digits in double-double.
#[test]
fn duals_agree_with_differences() {
    let step = dd(1e-10);
    for (function, points) in FUNCTIONS {
        for &x in points {
            let difference = apply(function, dd(x) + step) - apply(function, dd(x) - step);
            let slope = difference / (step + step);
            let scale = 1.0 + slope.to_f64().abs();
            let exact = apply(function, Dual::variable(dd(x)));
            assert_eq!(exact.value, apply(function, dd(x)));
            check_close(function, x, (exact.tangent - slope).to_f64() / scale, 0.0, 1e-16);
            let rounded = apply(function, Dual::new(x, 2.0)).tangent;
            check_close(function, x, rounded, 2.0 * slope.to_f64(), 1e-13);
            // Once more: the tangent of the tangent against the difference of tangents.
            let tangent = |x| apply(function, Dual::variable(x)).tangent;
            let slope = (tangent(dd(x) + step) - tangent(dd(x) - step)) / (step + step);
            let nested = apply(function, Dual::variable(Dual::variable(dd(x))));
            let scale = 1.0 + slope.to_f64().abs();
            check_close(function, x, (nested.tangent.tangent - slope).to_f64() / scale, 0.0, 1e-15);
        }
    }
}

#[test]
fn nested_duals_agree_with_closed_forms() {
    let second =
        |function: &str, x: f64| apply(function, Dual::variable(Dual::variable(x))).tangent.tangent;
    for x in [0.1, 0.5, 0.9, 1.7, 4.0] {
        let (t, u) = (f64::tanh(x), f64::tan(x));
        let gauss = f64::frac_2_sqrt_pi() * f64::exp(-x * x);
        let check =
            |function, expected| check_close(function, x, second(function, x), expected, 1e-13);
        check("exp", f64::exp(x));
        check("exp_m1", f64::exp(x));
        check("ln", -1.0 / (x * x));
        check("ln_1p", -1.0 / ((1.0 + x) * (1.0 + x)));
        check("sqrt", -0.25 * x.powf(-1.5));
        check("sin", -f64::sin(x));
        check("cos", -f64::cos(x));
        check("tan", 2.0 * u * (1.0 + u * u));
        check("tanh", -2.0 * t * (1.0 - t * t));
        check("erf", -2.0 * x * gauss);
        check("erfc", 2.0 * x * gauss);
        check("cube", 6.0 * x);
        let third = Dual::variable(Dual::variable(Dual::variable(x))).sin();
        check_close("sin‴", x, third.tangent.tangent.tangent, -f64::cos(x), 1e-14);
    }
    let tanh = Dual::variable(Dual::variable(Dual::variable(0.0))).tanh();
    assert_eq!(tanh.tangent.tangent.tangent, -2.0);
}

#[test]
fn powers_of_duals_follow_both_operands() {
    let (x, p) = (1.7, 2.3);
    let in_base = Dual::variable(x).pow(Dual::constant(p)).tangent;
    check_close("base", x, in_base, p * x.powf(p - 1.0), 1e-15);
    let in_exponent = Dual::constant(x).pow(Dual::variable(p)).tangent;
    check_close("exponent", x, in_exponent, x.powf(p) * x.ln(), 1e-15);
    let mixed =
        Dual::new(Dual::variable(x), Dual::constant(0.0)).pow(Dual::variable(Dual::constant(p)));
    let expected = x.powf(p - 1.0) * (1.0 + p * x.ln());
    check_close("mixed", x, mixed.tangent.tangent, expected, 1e-14);
    // An exponent that is constant in value only: its tangent vanishes, but not everywhere.
    let exponent = Dual::new(Dual::constant(p), Dual::variable(0.0));
    let moving = Dual::constant(Dual::constant(x)).pow(exponent);
    check_close("moving", x, moving.tangent.tangent, in_exponent, 1e-15);
}

#[test]
fn conventions_at_kinks() {
    let slope = |x: f64, p: f64| Dual::variable(x).pow(Dual::constant(p)).tangent;
    assert_eq!(Dual::variable(0.0).abs().tangent, 0.0);
    assert_eq!(Dual::variable(-0.0).abs().tangent, 0.0);
    assert_eq!(Dual::variable(2.0).floor().tangent, 0.0);
    assert_eq!((slope(0.0, 0.0), slope(0.0, 1.0), slope(0.0, 2.0)), (0.0, 1.0, 0.0));
    assert_eq!((slope(0.0, 0.5), slope(-2.0, 3.0), slope(-2.0, 0.0)), (f64::INFINITY, 12.0, 0.0));
    assert!(slope(-2.0, 0.5).is_nan());
    let in_exponent = |x: f64, p: f64| Dual::constant(x).pow(Dual::variable(p)).tangent;
    assert_eq!((in_exponent(0.0, 0.0), in_exponent(0.0, 2.0)), (0.0, 0.0));
    assert!(in_exponent(-2.0, 2.0).is_nan());
    assert_eq!(Dual::new(1.0, 2.0), Dual::new(1.0, 3.0));
    assert!(Dual::new(1.0, 9.0) < Dual::new(2.0, 0.0));
    assert!(Dual::new(0.0, 0.0).is_zero() && !Dual::new(0.0, 1.0).is_zero());
}
