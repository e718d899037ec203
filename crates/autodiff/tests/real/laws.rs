//! The laws that double-double numbers obey, exactly or nearly, wherever they are drawn.

use proptest::prelude::*;
use wengert_autodiff::real::{DoubleDouble, Real};

use super::dd;

/// A float of any sign, between $2^{-153}$ and $2^{99}$ in magnitude, or zero.
fn ordinary() -> impl Strategy<Value = f64> {
    (-1.0..1.0, -100..100).prop_map(|(m, e)| m * 2f64.powi(e))
}

/// A double-double number with all its digits.
fn full() -> impl Strategy<Value = DoubleDouble> {
    (ordinary(), -1.0..1.0).prop_map(|(x, part)| DoubleDouble::new(x, x * part * f64::EPSILON))
}

fn near(a: DoubleDouble, b: DoubleDouble, scale: DoubleDouble) -> bool {
    (a - b).abs() <= scale.abs() * dd(1e-31)
}

proptest! {
    #[test]
    fn sums_and_products_of_floats_are_exact(
        a in -(1_i64 << 53)..1 << 53,
        b in -(1_i64 << 53)..1 << 53,
        shift in 0..60,
    ) {
        let scaled = i128::from(b) << shift;
        let (x, y) = (a as f64, b as f64 * 2f64.powi(shift));
        let integer = |x: DoubleDouble| x.hi() as i128 + x.lo() as i128;
        prop_assert_eq!(integer(DoubleDouble::new(x, y)), i128::from(a) + scaled);
        prop_assert_eq!(integer(dd(x) + dd(y)), i128::from(a) + scaled);
        prop_assert_eq!(integer(dd(x) * dd(b as f64)), i128::from(a) * i128::from(b));
    }

    #[test]
    fn arithmetic_obeys_its_laws(a in full(), b in full(), c in full()) {
        for x in [a + b, a * b, a.abs().sqrt(), a.exp_m1(), a.sin()] {
            prop_assert_eq!(x.hi() + x.lo(), x.hi());
        }
        prop_assert_eq!(a + b, b + a);
        prop_assert_eq!(a * b, b * a);
        prop_assert_eq!(a - a, dd(0.0));
        prop_assert!(near((a + b) - b, a, a.abs() + b.abs()));
        prop_assert!(near((a * b) * c, a * (b * c), a * b * c));
        prop_assert!(near(a * (b + c), a * b + a * c, (a * b).abs() + (a * c).abs()));
        prop_assert!(b == dd(0.0) || near((a / b) * b, a, a));
        let root = a.abs().sqrt();
        prop_assert!(near(root * root, a.abs(), a));
    }

    #[test]
    fn functions_obey_their_laws(x in full(), y in -20.0..20.0) {
        let (sin, cos) = (x.sin(), x.cos());
        let one = dd(1.0);
        prop_assert!(near(sin * sin + cos * cos, one, one));
        prop_assert!(near((x + x).sin(), sin * cos + sin * cos, one));
        prop_assert_eq!((-x).tan(), -x.tan());
        let y = dd(y) / dd(3.0);
        prop_assert!(near(y.exp() * (-y).exp(), one, one));
        prop_assert!(near(y.exp().ln(), y, one + y.abs()));
        prop_assert!(near(y.exp_m1().ln_1p(), y, one + y.abs() * (-y).exp()));
        prop_assert!(near(y.erf() + y.erfc(), one, one));
        let floor = x.floor();
        prop_assert!(floor <= x && x < floor + one);
    }

    #[test]
    fn gamma_functions_obey_their_recurrences(x in -20.0..40.0, n in 0_u32..12) {
        let (x, one) = (dd(x), dd(1.0));
        let (here, next) = (x.ln_gamma(), (x + one).ln_gamma());
        prop_assert!(near(here + x.abs().ln(), next, here.abs() + next.abs() + dd(100.0)));
        let (here, next) = (x.polygamma(n), (x + one).polygamma(n));
        let step = (1..=n).fold(-one / x, |step, k| -step * dd(k.into()) / x);
        // Far below zero, the polynomial in the cotangent has large terms.
        prop_assert!(near(here - step, next, (here.abs() + step.abs() + dd(100.0)) * dd(30.0)));
    }
}

/// $|\psi^{(n)}(x)| = n!\,(x^{-n-1} + (x + 1)^{-n-1} + \cdots)$, for orders whose factorials nearly
/// overflow.
#[test]
fn high_orders_do_not_overflow_on_the_way() {
    for (n, x) in [(150_u32, 1.0), (149, 2.5), (150, 150.0), (60, 1e3)] {
        let first = (1..=n).fold(1.0 / x, |term, k| term * f64::from(k) / x);
        let terms = (0..20_000).map(|k| (x / (x + f64::from(k))).powi(n as i32 + 1));
        let expected = first * terms.sum::<f64>() * if n % 2 == 0 { -1.0 } else { 1.0 };
        for found in [x.polygamma(n), dd(x).polygamma(n).to_f64()] {
            assert!((found / expected - 1.0).abs() < 1e-12, "{n}, {x}: {found:e} {expected:e}");
        }
    }
}
