//! Sorted values, order statistics, running extrema and quantiles, against plain loops; with ties,
//! NaN and nothing at all.

use wengert_autodiff::{Quantile, Tape, Var};
use wengert_tensor::Tensor;

use crate::check::{check, check_slopes, weighted, weights};

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;

/// Rows with ties, both zeros and NaN.
fn rows() -> [[f64; 6]; 3] {
    [
        [2.0, -1.0, 2.0, 0.5, -1.0, 2.0],
        [0.0, NAN, -0.0, 3.0, NAN, -2.0],
        [5.0, 4.0, 3.0, 2.0, 1.0, 0.0],
    ]
}

/// A plain stable sort, NaN last.
fn sorted_positions(row: &[f64]) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..row.len()).collect();
    positions.sort_by(|&a, &b| {
        let (a, b) = (row[a], row[b]);
        a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
    });
    positions
}

fn reals(positions: &[usize]) -> Vec<f64> {
    positions.iter().map(|&k| k as f64).collect()
}

/// Checks a formula along the last axis, and along the first of the transpose, row by row.
#[track_caller]
fn check_rows(
    formula: impl for<'t> Fn(Var<'t>, i32) -> Var<'t>,
    wanted: impl Fn(&[f64]) -> Vec<f64>,
) {
    let tape = Tape::new();
    let x = tape.input(rows());
    let wanted = rows().map(|row| wanted(&row)).concat();
    check(formula(x, 1), &wanted);
    let across = formula(x.t(), 0);
    check(if across.rank() == 2 { across.t() } else { across }, &wanted);
    // Batched, each row by itself.
    let row = tape.input([0.0; 6]);
    let [batch] = tape.vmap([formula(row, 0)], [(row, x)]);
    check(batch, &wanted);
}

#[test]
fn sorting_is_stable_with_nan_last() {
    check_rows(|x, axis| x.argsort(axis), |row| reals(&sorted_positions(row)));
    check_rows(
        |x, axis| x.sort(axis),
        |row| sorted_positions(row).iter().map(|&k| row[k]).collect(),
    );
    let descending = |row: &[f64]| {
        let negated: Vec<f64> = row.iter().map(|x| -x).collect();
        let mut positions = sorted_positions(&negated);
        // NaN is largest both ways.
        let nan = positions.iter().filter(|&&k| row[k].is_nan()).count();
        positions.rotate_right(nan);
        positions
    };
    check_rows(|x, axis| x.argsort_descending(axis), |row| reals(&descending(row)));
    check_rows(
        |x, axis| x.sort_descending(axis),
        |row| descending(row).iter().map(|&k| row[k]).collect(),
    );
    check_rows(
        |x, axis| x.ranks(axis),
        |row| {
            let positions = sorted_positions(row);
            let rank = |k| positions.iter().position(|&other| other == k).expect("each is there");
            reals(&(0..row.len()).map(rank).collect::<Vec<_>>())
        },
    );
    check_rows(
        |x, axis| x.topk(3, axis).0,
        |row| descending(row)[..3].iter().map(|&k| row[k]).collect(),
    );
    check_rows(|x, axis| x.topk(3, axis).1, |row| reals(&descending(row)[..3]));
    check_rows(|x, axis| x.bottomk(2, axis).1, |row| reals(&sorted_positions(row)[..2]));
    check_rows(|x, axis| x.kth_smallest(4, axis).0, |row| vec![row[sorted_positions(row)[3]]]);
    check_rows(|x, axis| x.kth_smallest(1, axis).1, |row| vec![sorted_positions(row)[0] as f64]);
}

#[test]
fn running_extrema_take_the_last_of_equals() {
    let largest = |row: &[f64]| {
        let (mut best, mut all) = (0, Vec::new());
        for k in 0..row.len() {
            best = if row[k].is_nan() || row[k] >= row[best] { k } else { best };
            all.push(best);
        }
        all
    };
    check_rows(|x, axis| x.cumargmax(axis), |row| reals(&largest(row)));
    check_rows(|x, axis| x.cummax(axis), |row| largest(row).iter().map(|&k| row[k]).collect());
    let minus = |row: &[f64]| row.iter().map(|x| -x).collect::<Vec<_>>();
    check_rows(|x, axis| x.cumargmin(axis), |row| reals(&largest(&minus(row))));
    check_rows(
        |x, axis| x.cummin(axis),
        |row| largest(&minus(row)).iter().map(|&k| row[k]).collect(),
    );
}

#[test]
fn medians_are_the_lower_of_two_and_shared_by_equals() {
    check_rows(
        |x, axis| x.median_over(axis),
        |row| {
            if row.iter().any(|x| x.is_nan()) {
                vec![NAN]
            } else {
                vec![row[sorted_positions(row)[2]]]
            }
        },
    );
    check_rows(
        |x, axis| x.nanmedian_over(axis),
        |row| {
            let numbers: Vec<f64> = row.iter().copied().filter(|x| !x.is_nan()).collect();
            vec![numbers[sorted_positions(&numbers)[(numbers.len() - 1) / 2]]]
        },
    );
    let tape = Tape::new();
    let x = tape.input([3.0, 1.0, 3.0, 7.0, 3.0]);
    let y = x.median();
    assert_eq!(y.item(), 3.0);
    check(tape.grad(y, [x])[0], [1.0 / 3.0, 0.0, 1.0 / 3.0, 0.0, 1.0 / 3.0]);
    check(tape.input([NAN, NAN]).nanmedian_over(0), [NAN]);
    assert_eq!(tape.input([1.0, NAN, 2.0, NAN]).argmedian(0).item(), 1.0);
}

/// The quantile of numbers, by its definition.
fn quantile(row: &[f64], q: f64) -> f64 {
    if row.iter().any(|x| x.is_nan()) {
        return NAN;
    }
    let rank = q * (row.len() - 1) as f64;
    let element = |rank: f64| row[sorted_positions(row)[rank as usize]];
    let (a, b) = (element(rank.floor()), element(rank.ceil()));
    a + (rank - rank.floor()) * (b - a)
}

#[test]
fn quantiles_lie_between_order_statistics() {
    for q in [0.0, 0.2, 0.37, 0.5, 1.0] {
        check_rows(|x, axis| x.quantile(q, axis), |row| vec![quantile(row, q)]);
        check_rows(
            |x, axis| x.nanquantile(q, axis),
            |row| {
                let numbers: Vec<f64> = row.iter().copied().filter(|x| !x.is_nan()).collect();
                vec![quantile(&numbers, q)]
            },
        );
    }
    let tape = Tape::new();
    let x = tape.input([0.0, 1.0, 4.0, 9.0, 16.0]);
    let kinds = [Quantile::Lower, Quantile::Higher, Quantile::Midpoint, Quantile::Nearest];
    let found = kinds.map(|kind| kind.of(x, 0.4, 0).item());
    assert_eq!(found, [1.0, 4.0, 2.5, 4.0]);
    // In the middle, the even rank: 2 and not 1, or 3.
    let at = |q: f64| Quantile::Nearest.of(x, q, 0).item();
    assert_eq!([at(0.375), at(0.625)], [4.0, 4.0]);
    // Several quantiles of a matrix: their axes come first.
    let x = tape.input(rows()).slice(0, 2..).slice(1, ..5);
    let q = tape.input([[0.0, 0.5], [0.75, 1.0]]);
    let y = x.quantile(q, 1);
    assert_eq!(y.shape()[..], [2, 2, 1]);
    check(y, [1.0, 3.0, 4.0, 5.0]);
    // Infinite elements do not spoil what lies on one of them.
    let x = tape.input([INFINITY, 1.0, INFINITY]);
    check(x.quantile(tape.input([0.0, 0.5, 0.75, 1.0]), 0), [1.0, INFINITY, INFINITY, INFINITY]);
}

#[test]
fn chosen_elements_have_the_slope() {
    let x = Tensor::from([[0.3, -1.2, 2.2, 0.9, 4.0], [1.1, -0.7, -3.0, 0.25, 0.5]]);
    let x = std::slice::from_ref(&x).try_into().expect("one");
    check_slopes(|[x]| weighted(x.sort(1).sin() * x), x);
    check_slopes(|[x]| weighted(x.topk(2, 1).0.exp()), x);
    check_slopes(|[x]| weighted(x.cummax(1) * x.cummin(0)), x);
    check_slopes(|[x]| weighted(x.median_over(1).square() * x.quantile(0.3, 1)), x);
    check_slopes(|[x]| weighted(x.logcumsumexp(1)), x);
    let q = [Tensor::from([1.0, 5.0, 2.0, -1.5]), Tensor::from([0.2, 0.6])];
    check_slopes(|[x, q]| weighted(x.square().quantile(q, 0)), &q);
}

#[test]
fn running_sums_of_exponentials_do_not_overflow() {
    let tape = Tape::new();
    let x = tape.input([-INFINITY, -INFINITY, 1000.0, 0.0, 1000.0, -1000.0]);
    let y = x.logcumsumexp(0);
    let twice = 1000.0 + 2.0_f64.ln();
    check(y, [-INFINITY, -INFINITY, 1000.0, 1000.0, twice, twice]);
    let u = weights(6);
    let [dx] = tape.vjp([(y, tape.input(u.as_slice()))], [x]);
    let last = 0.5 * (u[4] + u[5]);
    check(dx, [u[0], 0.0, u[2] + u[3] + last, 0.0, last, 0.0]);
    assert_eq!(tape.input([0.0; 0]).logcumsumexp(0).shape()[..], [0]);
}

#[test]
fn numbers_are_found_among_sorted_ones() {
    let tape = Tape::new();
    let sorted = tape.input([[0.0, 1.0, 1.0, 2.0], [-1.0, 0.0, 5.0, NAN]]);
    let values = tape.input([[1.0, -3.0, 9.0], [5.0, NAN, -0.5]]);
    check(sorted.search_sorted(values), [1.0, 0.0, 4.0, 2.0, 3.0, 1.0]);
    check(sorted.search_sorted_right(values), [3.0, 0.0, 4.0, 3.0, 4.0, 1.0]);
    check(sorted.at(0, 0).search_sorted(values.at(0, 0)), [1.0, 0.0, 4.0]);
    let labels = tape.indices([1, 3, 3]);
    check(labels.search_sorted_right(tape.indices([3, 0])), [3.0, 0.0]);
}

#[test]
fn nothing_is_sorted_to_nothing() {
    let tape = Tape::new();
    let x = tape.input(Tensor::from_vec(Vec::<f64>::new(), [2, 0]).expect("no elements"));
    for y in [x.sort(1), x.sort(0), x.cummax(1), x.topk(0, 1).0, x.logcumsumexp(1)] {
        assert_eq!(y.value().shape()[..], [2, 0]);
    }
    let x = tape.input(Tensor::from_vec(Vec::<f64>::new(), [0, 2]).expect("no elements"));
    assert_eq!(x.median_over(1).value().shape()[..], [0]);
}
