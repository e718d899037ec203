//! Double-double numbers against a table of references, and at the values special to `f64`.

use wengert_autodiff::real::{DoubleDouble, Real};

use super::{FUNCTIONS, apply, check_close, dd};

/// The promise is 1e-28; what holds is better, and is held on to.
#[test]
fn double_doubles_agree_with_the_table() {
    for row in include_str!("../data/real.csv").lines().skip(1) {
        let (function, numbers) = row.split_once(',').expect("a function");
        let numbers: Vec<_> = numbers.split(',').map(|n| n.parse().unwrap_or(0.0)).collect();
        let [x_hi, x_lo, p_hi, p_lo, y_hi, y_lo, y_third] = numbers[..] else {
            panic!("{row}: not seven numbers");
        };
        let (x, p) = (DoubleDouble::new(x_hi, x_lo), DoubleDouble::new(p_hi, p_lo));
        let y = apply_to_two(function, x, p);
        let error = (y - DoubleDouble::new(y_hi, y_lo)) - dd(y_third);
        let error = (error.to_f64() / y_hi).abs();
        // What is reflected, or added up in Stirling's series, cancels.
        let is_gamma = function.contains("gamma") && (function != "ln_gamma" || x_hi < 0.0);
        let limit = if is_gamma { 2e-30 } else { 2e-31 };
        assert!(error < limit, "{row}: the relative error is {error:e}");
    }
}

#[test]
fn special_values_are_those_of_f64() {
    let specials = [
        0.0,
        0.5,
        1.0,
        3.0,
        1e-300,
        1e200,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::INFINITY,
        f64::NAN,
    ];
    let specials = specials.map(|x| [x, -x]);
    for &x in specials.as_flattened() {
        for &p in specials.as_flattened() {
            for function in ["add", "sub", "mul", "div"] {
                let (actual, expected) =
                    (apply_to_two(function, dd(x), dd(p)), apply_to_two(function, x, p));
                assert!(same(actual.to_f64(), expected), "{function} {x:e} {p:e}: {actual:?}");
                assert!(expected.is_finite() || actual.lo() == 0.0);
            }
            for function in ["hypot", "atan2", "fmod"] {
                let (actual, expected) =
                    (apply_to_two(function, dd(x), dd(p)).to_f64(), apply_to_two(function, x, p));
                let relative = (actual / expected - 1.0).abs();
                assert!(
                    same(actual, expected) || relative < 1e-15,
                    "{function} {x:e} {p:e}: {actual:e}, not {expected:e}"
                );
            }
            assert_eq!(dd(x).partial_cmp(&dd(p)), x.partial_cmp(&p));
            let (actual, expected) = (dd(x).pow(dd(p)).to_f64(), x.powf(p));
            let relative = (actual / expected - 1.0).abs();
            assert!(same(actual, expected) || relative < 1e-15, "{x:e}^{p:e}: {actual:e}");
        }
    }
    for (function, points) in &FUNCTIONS[..31] {
        for &x in specials.as_flattened().iter().chain(*points) {
            let (actual, expected) = (apply(function, dd(x)).to_f64(), apply(function, x));
            let relative = (actual / expected - 1.0).abs();
            assert!(
                same(actual, expected) || relative < 2e-15,
                "{function}({x:e}): {actual:e}, not {expected:e}"
            );
        }
    }
}

#[test]
fn second_parts_decide() {
    let tiny = 2f64.powi(-80);
    let above = DoubleDouble::new(1.0, tiny);
    let below = DoubleDouble::new(1.0, -tiny);
    assert!(below < dd(1.0) && dd(1.0) < above);
    assert_eq!((below.floor(), above.floor()), (dd(0.0), dd(1.0)));
    assert_eq!((dd(1.0) - above).abs(), dd(tiny));
    assert_eq!(above.pow(dd(f64::INFINITY)), dd(f64::INFINITY));
    assert_eq!(below.pow(dd(f64::INFINITY)), dd(0.0));
    let odd = DoubleDouble::new(2f64.powi(60), 1.0);
    assert_eq!(dd(-1.0).pow(odd), dd(-1.0));
    assert!(dd(-1.0).pow(odd + dd(0.5)).is_nan());
}

#[test]
fn constants_and_uniform_numbers_have_the_digits_of_the_type() {
    assert!(DoubleDouble::pi().sin().abs() < dd(1e-32));
    assert!((dd(2.0).ln() - DoubleDouble::ln_2()).abs() < dd(1e-32));
    let square = DoubleDouble::frac_2_sqrt_pi() * DoubleDouble::frac_2_sqrt_pi();
    assert!((square * DoubleDouble::pi() - dd(4.0)).abs() < dd(1e-30));
    assert_eq!(f32::uniform(u64::MAX), 1.0 - f32::EPSILON / 2.0);
    assert_eq!(f64::uniform(u64::MAX), 1.0 - f64::EPSILON / 2.0);
    assert_eq!(f32::uniform(1 << 63), 0.5);
    assert_eq!(DoubleDouble::uniform(3 << 62), dd(0.75));
    assert_eq!(f64::uniform((1 << 11) - 1), 0.0);
    assert_eq!(f32::from_f64(0.1), 0.1);
    for x in [-2.0_f32, 0.5, 3.0] {
        let (erf, erfc) = (apply("erf", f64::from(x)), apply("erfc", f64::from(x)));
        check_close("erf in f32", x.into(), apply("erf", x).into(), erf, 1e-7);
        check_close("erfc in f32", x.into(), apply("erfc", x).into(), erfc, 1e-7);
    }
}

pub(super) fn apply_to_two<T: Real>(function: &str, x: T, p: T) -> T {
    match function {
        "add" => x + p,
        "sub" => x - p,
        "mul" => x * p,
        "div" => x / p,
        "pow" => x.pow(p),
        "hypot" => x.hypot(p),
        "atan2" => x.atan2(p),
        "fmod" => x.fmod(p),
        _ => apply(function, x),
    }
}

/// Whether two floats are the same number, up to the sign and payload of a NaN.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}
