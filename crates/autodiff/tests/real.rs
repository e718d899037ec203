//! The scalars that operations are evaluated on: here, the functions that their tests go through.

use wengert_autodiff::real::{DoubleDouble, Real};

#[path = "real/double_double.rs"]
mod double_double;
#[path = "real/dual.rs"]
mod dual;
#[path = "real/elementary.rs"]
mod elementary;
#[path = "real/laws.rs"]
mod laws;

/// The functions of one argument with points to test them at, on both sides of every case.
const FUNCTIONS: [(&str, &[f64]); 33] = [
    ("exp", &[-30.0, -0.5, 0.0, 1e-5, 0.2, 3.0, 40.0]),
    ("exp_m1", &[-30.0, -0.36, -0.3, 0.0, 1e-5, 0.2, 3.0]),
    ("ln", &[0.05, 0.6, 0.99, 1.0, 1.5, 70.0]),
    ("ln_1p", &[-0.9, -0.2, 0.0, 1e-5, 0.2, 0.5, 70.0]),
    ("sqrt", &[0.05, 0.5, 1.0, 2.0, 900.0]),
    ("sin", &[-4.0, -1.0, 0.0, 0.5, 0.8, 2.5, 5.0, 100.0]),
    ("cos", &[-4.0, -1.0, 0.0, 0.5, 0.8, 2.5, 5.0, 100.0]),
    ("tan", &[-4.0, -1.0, 0.0, 0.5, 0.8, 2.5, 5.0, 100.0]),
    ("tanh", &[-5.0, -0.2, -0.1, 0.0, 1e-5, 0.2, 2.0, 5.0]),
    ("sigmoid", &[-5.0, -0.2, 0.0, 1e-5, 0.2, 5.0]),
    ("erf", &[-3.0, -0.5, 0.0, 1e-5, 0.9, 1.5, 3.0]),
    ("erfc", &[-3.0, -0.5, 0.0, 1e-5, 0.9, 1.5, 3.0, 8.0]),
    ("exp2", &[-30.0, -0.5, 0.0, 1e-5, 3.0, 40.2]),
    ("log2", &[0.05, 0.99, 1.0, 1.5, 70.0]),
    ("log10", &[0.05, 0.99, 1.0, 1.5, 70.0]),
    ("cbrt", &[-20.0, -0.5, 0.05, 1.0, 900.0]),
    ("asin", &[-0.9, -0.5, 0.0, 1e-5, 0.3, 0.8]),
    ("acos", &[-0.9, -0.5, 0.0, 1e-5, 0.3, 0.8]),
    ("atan", &[-5.0, -0.5, 0.0, 1e-5, 1.0, 70.0]),
    ("sinh", &[-5.0, -0.2, 0.0, 1e-5, 0.4, 5.0]),
    ("cosh", &[-5.0, -0.2, 0.0, 1e-5, 0.4, 5.0]),
    ("asinh", &[-5.0, -0.2, 0.0, 1e-5, 0.4, 70.0]),
    ("acosh", &[1.05, 1.5, 3.0, 70.0]),
    ("atanh", &[-0.9, -0.2, 0.0, 1e-5, 0.3, 0.8]),
    ("erfinv", &[-0.9, -0.2, 0.0, 1e-5, 0.3, 0.8]),
    ("ln_gamma", &[-2.6, -0.3, 0.2, 1.2, 3.5, 40.0]),
    ("digamma", &[-2.6, -0.3, 0.2, 1.2, 3.5, 40.0]),
    ("trigamma", &[-2.6, -0.3, 0.2, 1.2, 3.5, 40.0]),
    ("tetragamma", &[-2.6, -0.3, 0.2, 1.2, 3.5, 40.0]),
    ("abs", &[-2.0, -1e-3, 0.5, 3.0]),
    ("floor", &[-2.5, -0.5, 0.5, 3.2]),
    ("quotient", &[-2.0, 0.5, 3.0]),
    ("cube", &[-2.0, 0.5, 3.0]),
];

fn apply<T: Real>(function: &str, x: T) -> T {
    match function {
        "exp" => x.exp(),
        "exp_m1" => x.exp_m1(),
        "ln" => x.ln(),
        "ln_1p" => x.ln_1p(),
        "sqrt" => x.sqrt(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "tanh" => x.tanh(),
        "sigmoid" => x.sigmoid(),
        "erf" => x.erf(),
        "erfc" => x.erfc(),
        "exp2" => x.exp2(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "cbrt" => x.cbrt(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "asinh" => x.asinh(),
        "acosh" => x.acosh(),
        "atanh" => x.atanh(),
        "erfinv" => x.erfinv(),
        "ln_gamma" => x.ln_gamma(),
        "digamma" => x.polygamma(0),
        "trigamma" => x.polygamma(1),
        "tetragamma" => x.polygamma(2),
        "abs" => x.abs(),
        "floor" => x.floor(),
        "quotient" => (x - T::from_f64(7.0)) / (x * x + T::pi()),
        "cube" => x.pow(T::from_f64(3.0)),
        _ => panic!("no function {function}"),
    }
}

fn dd(x: f64) -> DoubleDouble {
    DoubleDouble::from_f64(x)
}

#[track_caller]
fn check_close(what: &str, x: f64, actual: f64, expected: f64, tolerance: f64) {
    let error = (actual - expected).abs();
    assert!(
        error <= tolerance * (1.0 + expected.abs()),
        "{what} at {x:e}: {actual:e}, not {expected:e}"
    );
}
