//! Statistics of samples: norms of any order, means that pass over NaN, covariances, areas, and
//! what is true of all.

use wengert_autodiff::Tape;
use wengert_tensor::Tensor;

use crate::check::{check, check_slopes, weighted};

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;

#[test]
fn norms_of_any_order() {
    let x = [Tensor::from([[0.5, -1.2, 2.0], [-0.3, 0.8, 1.1]])];
    let rows = [[0.5, -1.2, 2.0], [-0.3, 0.8, 1.1_f64]];
    let tape = Tape::new();
    for p in [-2.0, -1.0, 0.5, 1.0, 1.7, 2.0, 3.0, INFINITY, -INFINITY] {
        let norm = |row: &[f64; 3]| match p {
            INFINITY => row.iter().fold(0.0, |most: f64, x| most.max(x.abs())),
            p if p == -INFINITY => row.iter().fold(INFINITY, |least: f64, x| least.min(x.abs())),
            p => row.iter().map(|x| x.abs().powf(p)).sum::<f64>().powf(1.0 / p),
        };
        check(tape.input(&x[0]).p_norm_over(p, 1), rows.each_ref().map(norm));
        check_slopes(|[x]| weighted(x.p_norm_over(p, 1).square()), &x);
    }
    check(tape.input([0.0, 3.0, -0.0, NAN]).p_norm(0.0), [2.0]);
}

/// By what is 0, and at the origin, the slope is 0 and not NaN, also that of the slope.
#[test]
fn norms_are_flat_at_zeros() {
    let tape = Tape::new();
    for p in [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, INFINITY] {
        let x = tape.input([0.0, 0.0]);
        let [dx] = tape.grad(x.p_norm(p), [x]);
        check(dx, [0.0, 0.0]);
        check(tape.grad(dx.at(0, 0), [x])[0], [0.0, 0.0]);
        let x = tape.input([0.0, 2.0]);
        let [dx] = tape.grad(x.p_norm(p), [x]);
        check(dx, [0.0, if p == 0.0 { 0.0 } else { 1.0 }]);
    }
    let x = tape.input([0.0, 2.0]);
    let y = x.p_norm(-1.0);
    check(y, [0.0]);
    check(tape.grad(y, [x])[0], [0.0, 0.0]);
    let x = tape.input([-2.0, 2.0, 1.0]);
    check(tape.grad(x.p_norm(INFINITY), [x])[0], [-0.5, 0.5, 0.0]);
}

#[test]
fn what_is_not_a_number_is_passed_over() {
    let tape = Tape::new();
    let x = tape.input([[1.0, NAN, 5.0], [NAN, NAN, NAN]]);
    check(x.nansum(), [6.0]);
    check(x.nanmean(), [3.0]);
    check(x.nansum_over(1), [6.0, 0.0]);
    check(x.nanmean_over(1), [3.0, NAN]);
    check(x.nanmean_over([0, 1]), [3.0]);
    check(tape.grad(x.nanmean(), [x])[0], [0.5, 0.0, 0.5, 0.0, 0.0, 0.0]);
}

#[test]
fn truths_and_counts() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 0.0, -0.0], [NAN, 2.0, -1.0]]);
    check(x.all_over(1), [0.0, 1.0]);
    check(x.any_over(0), [1.0, 1.0, 1.0]);
    check(x.any_over([0, 1]), [1.0]);
    check(x.count_nonzero_over(1), [1.0, 3.0]);
    check(x.count_nonzero(), [4.0]);
    let none = x.slice(0, ..0);
    check(none.all(), [1.0]);
    check(none.any(), [0.0]);
    check(none.all_over(1), []);
    check(none.all_over(0), [1.0; 3]);
}

#[test]
fn differences_and_areas() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 4.0, 9.0, 16.0], [0.0, 1.0, 8.0, 27.0]]);
    check(x.diff(1, 1), [3.0, 5.0, 7.0, 1.0, 7.0, 19.0]);
    check(x.diff(3, 1), [0.0, 6.0]);
    check(x.diff(1, 0), [-1.0, -3.0, -1.0, 11.0]);
    assert_eq!(x.diff(9, 1).shape()[..], [2, 0]);
    check(x.diff(0, 1), x.value().to_vec_f64());
    check(x.trapezoid(0.5, 1), [10.75, 11.25]);
    check(x.cumulative_trapezoid(1.0, 0), [0.5, 2.5, 8.5, 21.5]);
    let spacing = tape.input([1.0, 2.0, 0.5]);
    check(x.trapezoid(spacing, 1), [2.5 + 13.0 + 6.25, 0.5 + 9.0 + 8.75]);
    check(x.slice(1, ..1).trapezoid(1.0, 1), [0.0, 0.0]);
    check(x.slice(1, ..0).trapezoid(1.0, 1), [0.0, 0.0]);
    let at = [Tensor::from([0.5, 1.5, -1.0]), Tensor::from([0.0, 0.7, 2.0])];
    check_slopes(|[y, x]| weighted(y.square().cumulative_trapezoid(x.diff(1, 0), 0)), &at);
}

#[test]
fn covariances() {
    let rows = [[0.5, -1.2, 2.0, 0.1], [1.5, 0.3, -0.4, -2.5]];
    let covariance = |a: &[f64; 4], b: &[f64; 4]| -> f64 {
        let mean = |x: &[f64; 4]| x.iter().sum::<f64>() / 4.0;
        a.iter().zip(b).map(|(x, y)| (x - mean(a)) * (y - mean(b))).sum()
    };
    let pairs = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(i, j)| covariance(&rows[i], &rows[j]));
    let tape = Tape::new();
    let x = tape.input(rows);
    check(x.cov(1), pairs.map(|c| c / 3.0));
    check(x.cov(0), pairs.map(|c| c / 4.0));
    let r = pairs[1] / (pairs[0] * pairs[3]).sqrt();
    check(x.corrcoef(), [1.0, r, r, 1.0]);
    check_slopes(|[x]| weighted(x.cov(1) * x.corrcoef()), &[rows.into()]);
    // With nothing left to divide by, no variance is negative.
    check(tape.input([1.0]).var(1), [NAN]);
    check(tape.input([1.0, 2.0]).var(3), [INFINITY]);
}

/// A value without axes has none, not even the last one.
#[test]
#[should_panic(expected = "softmax: axis -1 of a 0-d value, which has none")]
fn nothing_lies_along_an_axis_that_is_not_there() {
    let _ = Tape::new().input(1.0).softmax(-1);
}
