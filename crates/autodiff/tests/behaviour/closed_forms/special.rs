//! The special functions at known points, at borders of their domains and beyond.

use std::f64::consts::{LN_2, PI};

use wengert_autodiff::real::{DoubleDouble, Real};
use wengert_autodiff::{Tape, Var};

use crate::check::check;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

#[track_caller]
fn check_points<const N: usize>(function: fn(Var<'_>) -> Var<'_>, points: [(f64, f64); N]) {
    let tape = Tape::new();
    check(function(tape.input(points.map(|(x, _)| x))), points.map(|(_, y)| y));
}

#[test]
fn at_known_points() {
    check_points(|x| x.ln_1p(), [(-1.0, -INF), (0.0, 0.0), (1.0, LN_2), (INF, INF), (-2.0, NAN)]);
    check_points(
        |x| x.logit(),
        [(0.0, -INF), (0.5, 0.0), (0.2, -4.0_f64.ln()), (1.0, INF), (-0.1, NAN), (1.1, NAN)],
    );
    check_points(
        |x| x.erfinv(),
        [(-1.0, -INF), (0.0, 0.0), (0.842_700_792_949_714_9, 1.0), (1.0, INF), (1.1, NAN)],
    );
    check_points(
        |x| x.ln_gamma(),
        [(-1.0, INF), (0.0, INF), (0.5, 0.5 * PI.ln()), (1.0, 0.0), (2.0, 0.0), (5.0, 24_f64.ln())],
    );
    check_points(|x| x.ln_gamma(), [(-0.5, (2.0 * PI.sqrt()).ln()), (INF, INF), (-INF, INF)]);
    check_points(
        |x| x.digamma(),
        [(1.0, -EULER), (0.5, -EULER - 2.0 * LN_2), (-0.5, 2.0 - EULER - 2.0 * LN_2), (-1.0, NAN)],
    );
    check_points(|x| x.digamma(), [(0.0, -INF), (-0.0, INF), (INF, INF), (-INF, NAN)]);
}

#[test]
fn orders_of_derivatives() {
    let tape = Tape::new();
    // ψ⁽ⁿ⁾(1) is ±n! ζ(n + 1).
    let orders = tape.input([0.0, 1.0, 3.0, 0.5, -1.0, 151.0, NAN]);
    let wanted = [-EULER, PI.powi(2) / 6.0, PI.powi(4) / 15.0, NAN, NAN, NAN, NAN];
    check(tape.input(1.0).polygamma(orders), wanted);
    let x = tape.input([0.7, -1.3, 4.0]);
    let mut derivative = x.ln_gamma();
    for order in 0..4 {
        [derivative] = tape.grad(derivative.sum(), [x]);
        check(derivative, x.polygamma(f64::from(order)).value().to_vec_f64());
    }
    check_points(|x| x.polygamma(1.0), [(0.0, INF), (-1.0, INF), (0.5, 0.5 * PI * PI)]);
    check_points(|x| x.polygamma(2.0), [(-1.0, NAN), (INF, 0.0), (-INF, NAN)]);
}

/// Its digits are right on both sides of its zero, and far out.
#[test]
fn logits_are_accurate() {
    let one = DoubleDouble::from(1.0);
    for p in [1e-300, 1e-3, 0.25, 0.26, 0.5 - 1e-9, 0.5 + 1e-12, 0.74, 0.75, 0.999, 1.0 - 1e-12] {
        let tape = Tape::new();
        let p = DoubleDouble::from(p);
        let found = DoubleDouble::from(tape.input(p.hi()).logit().item());
        // Of the exact difference from ½, next to it.
        let exact = if (p.hi() - 0.5).abs() < 1e-3 {
            ((p + p - one) / (one - p)).ln_1p()
        } else {
            (p / (one - p)).ln()
        };
        let error = ((found - exact) / exact).to_f64().abs();
        assert!(error < 2.0 * f64::EPSILON, "logit {}: off by {error:e}", p.hi());
    }
}
