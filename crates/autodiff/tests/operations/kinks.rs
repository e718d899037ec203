//! Where there is no derivative: the conventions, literally, and the interval of one-sided slopes
//! that each must lie in.

use wengert_autodiff::ops::{
    Abs, Acos, Acosh, ArgSort, Asin, Atan2, Atanh, Cbrt, CumArgMax, Digamma, Div, Equal, Erfinv,
    Floor, Fmod, Hypot, Less, LessEqual, Ln, Ln1p, LnGamma, Log2, Log10, Logit, Max, Maximum, Min,
    Minimum, NotEqual, Pow, Relu, Remainder, Round, SearchSorted, SegmentMax, Select, Sign, Sqrt,
    StopGradient, StraightThrough, ToIndex, Trunc,
};
use wengert_autodiff::{Op, Tape};
use wengert_tensor::Tensor;

use crate::case::Case;
use crate::numbers::{dot, report, unit};
use crate::oracles::{Objective, STEP};
use crate::samples;
use crate::walk::along_one;

/// Checks the cotangents of operands, one after the other, of a result whose cotangent is `u`, and
/// that forward mode says the same.
#[track_caller]
fn convention<const N: usize>(
    op: impl Into<Op>,
    x: [Tensor; N],
    u: impl Into<Tensor>,
    wanted: &[Tensor; N],
) {
    let (op, u, tape) = (op.into(), u.into(), Tape::new());
    let x = x.map(|x| tape.input(x));
    let y = tape.record(op.clone(), &x);
    let found = tape.vjp([(y, tape.input(&u))], x);
    for (i, (found, wanted)) in tape.run(found).iter().zip(wanted).enumerate() {
        let equal = |(a, b): (f64, f64)| a == b || (a.is_nan() && b.is_nan());
        let mut pairs = found.to_vec_f64().into_iter().zip(wanted.to_vec_f64());
        assert!(pairs.all(equal), "{op:?} by operand {i}: {found} instead of {wanted}");
        if y.shape() == *u.shape() && x[i].shape() == y.shape() && op.is_pointwise() {
            // The Jacobian of a pointwise operation is diagonal: its own transpose.
            let [dots] = tape.jvp([y], [(x[i], tape.input(&u))]);
            let dots = dots.value();
            let mut pairs = dots.to_vec_f64().into_iter().zip(wanted.to_vec_f64());
            assert!(pairs.all(equal), "{op:?} forward by operand {i}: {dots} instead of {wanted}");
        }
    }
}

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

#[test]
fn one_operand() {
    let x = || Tensor::from([-2.0, -0.0, 0.0, 3.0]);
    let u = [1.5, 2.5, 3.5, -4.5];
    convention(Abs, [x()], u, &[[-1.5, 0.0, 0.0, -4.5].into()]);
    convention(Relu, [x()], u, &[[0.0, 0.0, 0.0, -4.5].into()]);
    convention(Sign, [x()], u, &[[0.0; 4].into()]);
    convention(Floor, [x()], u, &[[0.0; 4].into()]);
    convention(Trunc, [x()], u, &[[0.0; 4].into()]);
    convention(Round, [[-2.5, 0.5, 1.5, 0.2].into()], u, &[[0.0; 4].into()]);
    convention(StopGradient, [x()], u, &[[0.0; 4].into()]);
    convention(StraightThrough, [x(), u.into()], u, &[[0.0; 4].into(), u.into()]);
    // A slope that is infinite is said to be so.
    convention(Sqrt, [[0.0, 4.0].into()], [1.0, 1.0], &[[INFINITY, 0.25].into()]);
}

/// At the border of a domain the slope is the limit from inside; beyond there is none.
#[test]
fn borders_of_domains() {
    let slope = |op: Op, x: f64, wanted: f64| convention(op, [x.into()], 1.0, &[wanted.into()]);
    for op in [Op::from(Ln), Log2.into(), Log10.into(), Sqrt.into(), Cbrt.into(), Logit.into()] {
        slope(op, 0.0, INFINITY);
    }
    for op in [Op::from(Asin), Atanh.into(), Acosh.into(), Erfinv.into(), Logit.into()] {
        slope(op, 1.0, INFINITY);
    }
    for op in [Op::from(Asin), Atanh.into(), Ln1p.into(), Erfinv.into()] {
        slope(op, -1.0, INFINITY);
    }
    slope(Acos.into(), 1.0, -INFINITY);
    slope(Acos.into(), -1.0, -INFINITY);
    slope(LnGamma.into(), 0.0, -INFINITY);
    slope(Digamma.into(), 0.0, INFINITY);
    for op in [Op::from(Sqrt), Asin.into(), Acos.into(), Acosh.into(), Erfinv.into()] {
        slope(op, -1.5, NAN);
    }
}

/// What is not taken has derivative 0 whatever comes back: it is never multiplied.
#[test]
fn a_mask_stops_infinities() {
    convention(Relu, [[-1.0, 0.0, 2.0].into()], [INFINITY, NAN, 3.0], &[[0.0, 0.0, 3.0].into()]);
    convention(
        Select,
        [[1.0, 0.0, -0.0, NAN].into(), [1.0; 4].into(), [2.0; 4].into()],
        [INFINITY, NAN, 5.0, 7.0],
        &[[0.0; 4].into(), [INFINITY, 0.0, 0.0, 7.0].into(), [0.0, NAN, 5.0, 0.0].into()],
    );
    convention(
        Maximum,
        [[1.0, 2.0].into(), [2.0, 1.0].into()],
        [INFINITY, NAN],
        &[[0.0, NAN].into(), [INFINITY, 0.0].into()],
    );
    let axes = || [0].into_iter().collect();
    convention(Max { axes: axes() }, [[1.0, 3.0, 2.0].into()], 7.0, &[[0.0, 7.0, 0.0].into()]);
}

#[test]
fn ties_are_shared() {
    let (a, b) = (|| Tensor::from([1.0, 2.0, 0.0, -1.0]), || Tensor::from([1.0, 1.0, -0.0, 3.0]));
    let u = [1.0, 10.0, 100.0, 1000.0];
    let (ahead, behind) = ([0.5, 10.0, 50.0, 0.0], [0.5, 0.0, 50.0, 1000.0]);
    convention(Maximum, [a(), b()], u, &[ahead.into(), behind.into()]);
    convention(Minimum, [a(), b()], u, &[behind.into(), ahead.into()]);

    let x = || Tensor::from([[2.0, 2.0, 1.0, 2.0], [-0.0, -3.0, 0.0, -1.0]]);
    let row = || [1].into_iter().collect();
    let shared = [[1.0, 1.0, 0.0, 1.0], [5.0, 0.0, 5.0, 0.0]];
    convention(Max { axes: row() }, [x()], [3.0, 10.0], &[shared.into()]);
    let all = || [0, 1].into_iter().collect();
    let shared = [[1.0, 1.0, 0.0, 1.0], [0.0; 4]];
    convention(Max { axes: all() }, [x()], 3.0, &[shared.into()]);
    let shared = [[0.0; 4], [0.0, 3.0, 0.0, 0.0]];
    convention(Min { axes: all() }, [x()], 3.0, &[shared.into()]);
}

/// Of a label without rows there is nothing to share, and of NaN nobody knows the largest.
#[test]
fn ties_are_shared_by_those_of_one_label() {
    let tape = Tape::new();
    let x = tape.input([2.0, 2.0, -1.0, 2.0, NAN, 5.0]);
    let labels = tape.indices([1, 1, 1, 3, 4, 4]);
    let y = tape.record(SegmentMax { batch: 0, n: 5 }, &[x, labels]);
    let wanted = [-INFINITY, 2.0, -INFINITY, 2.0, NAN];
    assert_eq!(format!("{:?}", y.value().to_vec_f64()), format!("{wanted:?}"));
    let u = tape.input([7.0, 3.0, 7.0, 5.0, 7.0]);
    let [x_bar] = tape.vjp([(y, u)], [x]);
    assert_eq!(x_bar.value().to_vec_f64(), [1.5, 1.5, 0.0, 5.0, 0.0, 0.0]);
    let v = tape.input([1.0, 2.0, 4.0, 8.0, 16.0, 32.0]);
    let [y_dot] = tape.jvp([y], [(x, v)]);
    assert_eq!(y_dot.value().to_vec_f64(), [0.0, 1.5, 0.0, 8.0, 0.0]);
}

#[test]
fn comparisons_have_no_slope() {
    let (a, b) = (|| Tensor::from([1.0, 2.0, -0.0]), || Tensor::from([1.0, 1.0, 0.0]));
    let zeros = || [Tensor::from([0.0; 3]), Tensor::from([0.0; 3])];
    for op in [Op::from(Equal), NotEqual.into(), Less.into(), LessEqual.into()] {
        convention(op, [a(), b()], [1.0, INFINITY, 2.0], &zeros());
    }
}

/// aᵇ where a or b is zero or below. Each case: a, b, ∂/∂a, ∂/∂b.
#[test]
fn powers_of_zero_and_of_negative_numbers() {
    for [a, b, by_base, by_exponent] in [
        [0.0, 3.0, 0.0, 0.0],
        [0.0, 1.0, 1.0, 0.0],
        [0.0, 0.5, INFINITY, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, -1.0, -INFINITY, -INFINITY],
        [5e-324, 0.0, 0.0, 5e-324_f64.ln()],
        [NAN, 0.0, 0.0, NAN],
        [-2.0, 3.0, 12.0, NAN],
        [-2.0, 2.0, -4.0, NAN],
        [-2.0, 1.0, 1.0, NAN],
        [-2.0, 0.0, 0.0, NAN],
        [-2.0, -1.0, -0.25, NAN],
        [-2.0, 0.5, NAN, NAN],
    ] {
        convention(Pow, [a.into(), b.into()], 1.0, &[by_base.into(), by_exponent.into()]);
    }
}

/// x⁰ is 1 everywhere, so that its curvature is 0 at 0 too, in whatever mode.
#[test]
fn the_power_zero_has_no_curvature() {
    let tape = Tape::new();
    let (x, u) = (tape.input([-2.0, 0.0, 3.0]), tape.input([1.5, -2.0, 0.5]));
    let [dx] = tape.vjp([(x.pow(0.0), u)], [x]);
    let [backward] = tape.vjp([(dx, u)], [x]);
    let [forward] = tape.jvp([dx], [(x, u)]);
    for derivative in [dx, backward, forward] {
        assert_eq!(derivative.value().to_vec_f64(), [0.0; 3]);
    }
}

#[test]
fn the_origin_has_no_direction() {
    let zeros = || [Tensor::from([0.0, -0.0]), Tensor::from([0.0, 0.0])];
    convention(Hypot, zeros(), [1.0, 2.0], &[[0.0; 2].into(), [0.0; 2].into()]);
    convention(Atan2, zeros(), [1.0, 2.0], &[[0.0; 2].into(), [0.0; 2].into()]);
}

/// Each case: a, b, ∂/∂b of the rest towards 0, of the rest downwards.
#[test]
fn rests_change_by_the_quotient() {
    for [a, b, by_fmod, by_remainder] in [
        [6.0, 2.0, -3.0, -3.0],
        [-6.0, 2.0, 3.0, 3.0],
        [-7.0, 2.0, 3.0, 4.0],
        [7.0, -2.0, 3.0, 4.0],
        [0.0, 2.0, 0.0, 0.0],
        [1.0, INFINITY, 0.0, 0.0],
    ] {
        convention(Fmod, [a.into(), b.into()], 1.0, &[1.0.into(), by_fmod.into()]);
        convention(Remainder, [a.into(), b.into()], 1.0, &[1.0.into(), by_remainder.into()]);
    }
}

#[test]
fn division_by_zero_says_infinity() {
    convention(Div, [1.0.into(), 0.0.into()], 1.0, &[INFINITY.into(), (-INFINITY).into()]);
}

/// The second derivative of what is linear on both sides is zero on the kink too, and never NaN.
#[test]
fn curvature_at_kinks_is_zero() {
    let tape = Tape::new();
    let x = tape.input([-1.0, 0.0, 2.0, 0.0]);
    let c = tape.input([2.0, 3.0, 4.0, 5.0]);
    let kinked =
        [x.abs(), x.relu(), x.maximum(0.0), x.minimum(-x), x.max() * c, x.gt(0.0).select(x, c)];
    for y in kinked {
        let [dx] = tape.vjp([(y, c)], [x]);
        let [d2x] = tape.vjp([(dx, c)], [x]);
        assert_eq!(d2x.value().to_vec_f64(), [0.0; 4], "{y:?}");
    }
}

/// On a kink, reverse mode gives every element of the result a slope between those to its left
/// and right.
#[test]
fn slopes_lie_between_the_one_sided_ones() {
    let (mut failures, mut seen) = (Vec::new(), 0);
    for sample in samples::everything() {
        for case in Case::all_of(&sample) {
            failures
                .extend(in_interval(&case, &mut seen).err().map(|why| format!("{case}: {why}")));
        }
    }
    assert!(seen > 500, "only {seen} slopes on kinks");
    report(&failures);
}

fn in_interval(case: &Case, seen: &mut usize) -> Result<(), String> {
    let tape = Tape::new();
    let recorded = case.record(&tape);
    if !recorded.is_differentiable() {
        return Ok(());
    }
    let (x, shape) = (case.reals(), recorded.y.shape());
    let program = recorded.program();
    for (i, &leaf) in recorded.reals().iter().enumerate() {
        let v = along_one(&x, i);
        if case.is_smooth(&v, STEP) {
            continue;
        }
        let u = tape.input(unit(&shape, 0));
        let [x_bar] = tape.vjp([(recorded.y, u)], [leaf]);
        let by_cotangent = tape.program([u], [x_bar]);
        for k in 0..shape.size() {
            let w = unit(&shape, k);
            let [x_bar] = by_cotangent.run([&w]);
            let found = dot(&[x_bar], &v[i..=i]);
            let objective =
                Objective { program: &program, x: &x, v: &v, w: std::slice::from_ref(&w) };
            let (left, right) = (objective.one_sided(-1.0), objective.one_sided(1.0));
            let tolerance = 1e-11 * found.magnitude + 1e-14 * objective.magnitude();
            let (low, high) = (left.min(right) - tolerance, left.max(right) + tolerance);
            // At a jump both are infinite, or there is nothing on one side: no interval.
            if left.is_nan() || right.is_nan() || (left.is_infinite() && right.is_infinite()) {
                continue;
            }
            if found.sum < low || found.sum > high || found.sum.is_nan() {
                let slope = found.sum;
                return Err(format!("operand {i}, element {k}: {slope} not in {left} … {right}"));
            }
            *seen += 1;
        }
    }
    Ok(())
}

/// `branch` is what tells a kink: it must notice each one.
#[test]
fn branches_tell_kinks() {
    let axes = || [0].into_iter().collect();
    let kinks: Vec<(Op, Vec<Tensor>)> = vec![
        (Abs.into(), vec![0.0.into()]),
        (Sign.into(), vec![(-0.0).into()]),
        (Relu.into(), vec![0.0.into()]),
        (Floor.into(), vec![(-3.0).into()]),
        (Trunc.into(), vec![2.0.into()]),
        (Round.into(), vec![(-1.5).into()]),
        (Fmod.into(), vec![6.0.into(), 2.0.into()]),
        (Remainder.into(), vec![(-6.0).into(), 2.0.into()]),
        (Hypot.into(), vec![0.0.into(), 0.0.into()]),
        (Atan2.into(), vec![0.0.into(), (-1.0).into()]),
        (Maximum.into(), vec![1.5.into(), 1.5.into()]),
        (Minimum.into(), vec![1.5.into(), 1.5.into()]),
        (Equal.into(), vec![1.5.into(), 1.5.into()]),
        (NotEqual.into(), vec![1.5.into(), 1.5.into()]),
        (Less.into(), vec![1.5.into(), 1.5.into()]),
        (LessEqual.into(), vec![1.5.into(), 1.5.into()]),
        (Select.into(), vec![0.0.into(), 1.0.into(), 2.0.into()]),
        (Max { axes: axes() }.into(), vec![[1.0, 2.0, 2.0].into()]),
        (Min { axes: axes() }.into(), vec![[1.0, 1.0, 2.0].into()]),
        (ToIndex.into(), vec![2.0.into()]),
        (ArgSort { axis: 0, descending: false }.into(), vec![[1.0, 2.0, 2.0].into()]),
        (CumArgMax { axis: 0 }.into(), vec![[1.0, 2.0, 2.0].into()]),
        (SearchSorted { batch: 0, right: false }.into(), vec![[1.0, 2.0].into(), 2.0.into()]),
        (SegmentMax { batch: 0, n: 2 }.into(), vec![[1.0, 2.0, 2.0].into(), [1_i64, 1, 1].into()]),
    ];
    for (operation, x) in kinks {
        let case = Case::new(&wengert_autodiff::Sample { operation, x }, crate::case::View::Plain);
        let v = along_one(&case.reals(), 0);
        assert!(!case.is_smooth(&v, STEP), "{case}");
    }
}
