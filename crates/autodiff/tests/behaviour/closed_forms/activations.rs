//! Activations: values and two derivatives, against their plain formulas on dual numbers of
//! double-double numbers, and by hand at kinks, far out and at infinity.

use wengert_autodiff::real::{DoubleDouble, Dual, Real};
use wengert_autodiff::{Tape, Var};

use crate::check::{check, weighted, weights};

const INF: f64 = f64::INFINITY;

/// A function with its first two derivatives, in twice the precision.
type Exact = Dual<Dual<DoubleDouble>>;

type Activation = for<'t> fn(Var<'t>) -> Var<'t>;

fn c(x: f64) -> Exact {
    Exact::from_f64(x)
}

fn sigmoid(x: Exact) -> Exact {
    c(1.0) / (c(1.0) + (-x).exp())
}

/// `x` below the kink, or not.
fn below(x: Exact, kink: f64) -> bool {
    x.to_f64() < kink
}

#[test]
fn formulas_and_their_derivatives() {
    check_formula(|x| x.leaky_relu(0.1), |x| if below(x, 0.0) { c(0.1) * x } else { x });
    check_formula(
        |x| x.relu6(),
        |x| match x.to_f64() {
            x if x < 0.0 => c(0.0),
            x if x > 6.0 => c(6.0),
            _ => x,
        },
    );
    check_formula(|x| x.elu(0.7), |x| if below(x, 0.0) { c(0.7) * (x.exp() - c(1.0)) } else { x });
    check_formula(
        |x| x.selu(),
        |x| {
            // Of a standard normal x, twice the means of eˣ and e²ˣ below 0. Then alpha makes the mean
            // of what selu gives 0, and lambda its variance 1.
            let once = c(0.5).exp() * c(0.5).sqrt().erfc();
            let twice = c(2.0).exp() * c(2.0).sqrt().erfc();
            let alpha = (c(2.0) / Exact::pi()).sqrt() / (c(1.0) - once);
            let square = alpha * alpha * (twice - c(2.0) * once + c(1.0));
            let lambda = (c(2.0) / (c(1.0) + square)).sqrt();
            lambda * if below(x, 0.0) { alpha * (x.exp() - c(1.0)) } else { x }
        },
    );
    check_formula(
        |x| x.celu(2.5),
        |x| if below(x, 0.0) { c(2.5) * ((x / c(2.5)).exp() - c(1.0)) } else { x },
    );
    check_formula(|x| x.gelu(), |x| x / c(2.0) * (-x / c(2.0).sqrt()).erfc());
    check_formula(
        |x| x.gelu_tanh(),
        |x| {
            let inner = (c(2.0) / Exact::pi()).sqrt() * (x + c(0.044_715) * x * x * x);
            x / c(2.0) * (c(1.0) + inner.tanh())
        },
    );
    check_formula(|x| x.silu(), |x| x * sigmoid(x));
    check_formula(|x| x.mish(), |x| x * (c(1.0) + x.exp()).ln().tanh());
    check_formula(|x| (-x).log_sigmoid(), |x| sigmoid(-x).ln());
    check_formula(|x| x.softsign(), |x| x / (c(1.0) + x.abs()));
    check_formula(
        |x| x.hard_tanh(),
        |x| match x.to_f64() {
            x if x.abs() > 1.0 => c(x.signum()),
            _ => x,
        },
    );
    check_formula(|x| x.hard_sigmoid(), hard_sigmoid);
    check_formula(|x| x.hard_swish(), |x| x * hard_sigmoid(x));
    check_formula(|x| x.threshold(0.5, -7.0), |x| if below(x, 0.5) { c(-7.0) } else { x });
    check_formula(|x| x.hard_shrink(1.5), |x| if below(x.abs(), 1.5) { c(0.0) } else { x });
    check_formula(
        |x| x.soft_shrink(1.5),
        |x| match x.to_f64() {
            at if at.abs() < 1.5 => c(0.0),
            at => x - c(1.5 * at.signum()),
        },
    );
    check_formula(|x| x.erfc(), Exact::erfc);
    check_formula(|x| x.exp_m1(), |x| x.exp() - c(1.0));
}

fn hard_sigmoid(x: Exact) -> Exact {
    match x.to_f64() {
        x if x.abs() > 3.0 => c(f64::from(u8::from(x > 0.0))),
        _ => x / c(6.0) + c(0.5),
    }
}

/// Checks value, derivative and second derivative of a function of each element.
#[track_caller]
fn check_formula(formula: Activation, exact: fn(Exact) -> Exact) {
    let at = [-30.0, -8.5, -3.5, -2.2, -1.3, -0.4, -1e-3, 1e-3, 0.7, 2.2, 4.5, 12.0, 24.0];
    let tape = Tape::new();
    let x = tape.input(at);
    let y = formula(x);
    let [dy] = tape.grad(weighted(y), [x]);
    let [d2y] = tape.grad(weighted(dy), [x]);
    let [y, dy, d2y] = [y, dy, d2y].map(|v| v.value().to_vec_f64());
    for (k, (&at, weight)) in at.iter().zip(weights(at.len())).enumerate() {
        let wanted = exact(Dual::new(Dual::variable(at.into()), Dual::constant(1.0.into())));
        check_close(at, y[k], wanted.value.value);
        check_close(at, dy[k] / weight, wanted.tangent.value);
        check_close(at, d2y[k] / weight.powi(2), wanted.tangent.tangent);
    }
}

/// Relative below 0, where activations come close to 0; above, slopes come close to 1.
#[track_caller]
fn check_close(at: f64, found: f64, wanted: DoubleDouble) {
    let wanted = wanted.to_f64();
    let tolerance = 1e-12 * wanted.abs() + if at > 0.0 { 1e-13 } else { 0.0 };
    assert!((found - wanted).abs() <= tolerance, "at {at}: {found:e}, not {wanted:e}");
}

/// Checks value, derivative and second derivative at points, alone and side by side; and that NaN
/// stays NaN.
#[track_caller]
fn check_at<const N: usize>(formula: Activation, points: [(f64, [f64; 3]); N]) {
    let check_on = |tape: &Tape, x: Var<'_>, wanted: &[[f64; 3]]| {
        let y = formula(x);
        let [dy] = tape.grad(y.sum(), [x]);
        let [d2y] = tape.grad(dy.sum(), [x]);
        for (order, found) in [y, dy, d2y].into_iter().enumerate() {
            check(found, wanted.iter().map(|wanted| wanted[order]).collect::<Vec<_>>());
        }
    };
    let tape = Tape::new();
    for (at, wanted) in points {
        check_on(&tape, tape.input(at), &[wanted]);
    }
    check_on(&tape, tape.input(points.map(|(at, _)| at)), &points.map(|(_, wanted)| wanted));
    assert!(formula(tape.input(f64::NAN)).item().is_nan());
}

#[test]
fn kinks_and_infinity() {
    let (zero, one) = ([0.0; 3], |x: f64| [x, 1.0, 0.0]);
    let relu_far_out = [(-INF, zero), (-1e3, zero), (1e3, one(1e3)), (INF, one(INF))];
    check_at(
        |x| x.leaky_relu(0.1),
        [
            (-INF, [-INF, 0.1, 0.0]),
            (-1e3, [-100.0, 0.1, 0.0]),
            (0.0, [0.0, 0.1, 0.0]),
            (INF, one(INF)),
        ],
    );
    let six = [6.0, 0.0, 0.0];
    check_at(|x| x.relu6(), [(-INF, zero), (0.0, zero), (6.0, six), (1e3, six), (INF, six)]);
    let elu = |a: f64| {
        [(-INF, [-a, 0.0, 0.0]), (-1e3, [-a, 0.0, 0.0]), (0.0, [0.0, a, a]), (INF, one(INF))]
    };
    check_at(|x| x.elu(0.7), elu(0.7));
    let (scale, a) = (1.050_700_987_355_480_5, 1.673_263_242_354_377_2);
    check_at(|x| x.selu(), elu(a).map(|(x, wanted)| (x, wanted.map(|y| scale * y))));
    let far = [-2.5, 0.0, 0.0];
    check_at(|x| x.celu(2.5), [(-INF, far), (-1e4, far), (0.0, [0.0, 1.0, 0.4]), (INF, one(INF))]);
    for smooth in [|x| x.gelu(), |x| x.gelu_tanh(), |x| x.silu(), |x| x.mish()] as [Activation; 4] {
        check_at(smooth, relu_far_out);
    }
    let slope = (2.0 / std::f64::consts::PI).sqrt();
    check_at(|x| x.gelu(), [(0.0, [0.0, 0.5, slope])]);
    check_at(|x| x.gelu_tanh(), [(0.0, [0.0, 0.5, slope])]);
    check_at(|x| x.silu(), [(0.0, [0.0, 0.5, 0.5])]);
    check_at(|x| x.mish(), [(0.0, [0.0, 0.6, 0.64])]);
    check_at(
        |x| x.log_sigmoid(),
        [
            (-INF, one(-INF)),
            (-1e3, one(-1e3)),
            (0.0, [-std::f64::consts::LN_2, 0.5, -0.25]),
            (1e3, zero),
            (INF, zero),
        ],
    );
    let (low, high) = ([-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]);
    check_at(
        |x| x.softsign(),
        [
            (-INF, low),
            (-1.0, [-0.5, 0.25, 0.25]),
            (0.0, one(0.0)),
            (1.0, [0.5, 0.25, -0.25]),
            (INF, high),
        ],
    );
    check_at(
        |x| x.hard_tanh(),
        [(-INF, low), (-1.0, low), (0.0, one(0.0)), (1.0, high), (INF, high)],
    );
    let half = [0.5, 1.0 / 6.0, 0.0];
    check_at(
        |x| x.hard_sigmoid(),
        [(-INF, zero), (-3.0, zero), (0.0, half), (3.0, high), (INF, high)],
    );
    check_at(|x| x.hard_swish(), relu_far_out);
    check_at(|x| x.hard_swish(), [(-3.0, zero), (0.0, [0.0, 0.5, 1.0 / 3.0]), (3.0, one(3.0))]);
}

#[test]
fn shrinking_at_kinks_and_infinity() {
    let (zero, slope) = ([0.0; 3], |x: f64| [x, 1.0, 0.0]);
    let ends = [(-INF, slope(-INF)), (INF, slope(INF))];
    check_at(|x| x.hard_shrink(0.5), ends);
    check_at(|x| x.soft_shrink(0.5), ends);
    check_at(|x| x.hard_shrink(0.5), [(-0.5, zero), (0.0, zero), (0.5, zero)]);
    check_at(|x| x.soft_shrink(0.5), [(-0.5, zero), (0.0, zero), (0.5, zero)]);
    let below = [-7.0, 0.0, 0.0];
    check_at(|x| x.threshold(0.5, -7.0), [(-INF, below), (0.5, below), (INF, slope(INF))]);
    // 1 − tanh² = 0.64 where tanh is 0.6.
    let at = 0.5 * 4.0_f64.ln();
    check_at(|x| x.tanh_shrink(), [(0.0, zero), (at, [at - 0.6, 0.36, 2.0 * 0.6 * 0.64])]);
    check_at(|x| x.tanh_shrink(), ends);
}

/// Far from 0 softsign's slope is 1/x², not a difference of two slopes 1/x.
#[test]
fn softsign_keeps_its_small_slopes() {
    let tape = Tape::new();
    let x = tape.input(1e9);
    let [dy] = tape.grad(x.softsign(), [x]);
    assert!((dy.item() * (1e9 + 1.0_f64).powi(2) - 1.0).abs() < 1e-14);
}

/// The slope of a leaky relu may be learnt, here one for each channel.
#[test]
fn slopes_that_are_learnt() {
    let tape = Tape::new();
    let (x, slope) = (tape.input([[-1.0, 2.0], [-3.0, -4.0]]), tape.input([0.1, 0.2]));
    let y = x.leaky_relu(slope);
    check(y, [-0.1, 2.0, -0.3, -0.8]);
    let u = weights(4);
    let [by_x, by_slope] = tape.grad(weighted(y), [x, slope]);
    check(by_x, [0.1 * u[0], u[1], 0.1 * u[2], 0.2 * u[3]]);
    check(by_slope, [-u[0] - 3.0 * u[2], -4.0 * u[3]]);
}

#[test]
fn halves_gated_by_silu() {
    let tape = Tape::new();
    let (a, b) = ([1.0, -2.0, 0.5], [0.3, 4.0, -1.0]);
    let x = tape.input([a, b]);
    let (silu, u) = (|x: f64| x / (1.0 + (-x).exp()), weights(3));
    for y in [x.swiglu(0), x.flatten().swiglu(-1), x.reshape([1, 6]).swiglu(1)] {
        check(y, [0, 1, 2].map(|k| silu(a[k]) * b[k]));
        let slope = |x: f64| (1.0 + x - silu(x)) / (1.0 + (-x).exp());
        let by_a = [0, 1, 2].map(|k| u[k] * b[k] * slope(a[k]));
        let by_b = [0, 1, 2].map(|k| u[k] * silu(a[k]));
        check(tape.grad(weighted(y), [x])[0], [by_a, by_b].concat());
    }
}

#[test]
fn gated_halves() {
    let tape = Tape::new();
    let x = tape.input([[1.0, -2.0, 0.5, 0.3], [0.2, 4.0, -1.0, 2.0]]);
    let u = weights(4);
    for axis in [0_i32, -1] {
        let halves = |v: Var<'_>| {
            let axis = usize::from(axis < 0);
            let half = v.shape()[axis] / 2;
            [v.slice(axis, ..half), v.slice(axis, half..)].map(|v| v.value().to_vec_f64())
        };
        let [a, b] = halves(x);
        let gate: Vec<f64> = b.iter().map(|b| 1.0 / (1.0 + (-b).exp())).collect();
        let y = x.glu(axis);
        check(y, (0..4).map(|k| a[k] * gate[k]).collect::<Vec<_>>());
        let [by_a, by_b] = halves(tape.grad(weighted(y), [x])[0]);
        for k in 0..4 {
            assert!((by_a[k] - u[k] * gate[k]).abs() < 1e-15);
            assert!((by_b[k] - u[k] * a[k] * gate[k] * (1.0 - gate[k])).abs() < 1e-15);
        }
    }
}
