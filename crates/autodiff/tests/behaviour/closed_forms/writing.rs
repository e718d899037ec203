//! Writing at positions and reducing by label, against plain loops; with repeated positions, empty
//! labels and nothing at all; and their slopes.

use wengert_autodiff::{Tape, Var};
use wengert_tensor::{Array, Tensor};

use crate::check::{check, check_slopes, weighted, weights};

const INFINITY: f64 = f64::INFINITY;

/// A matrix of distinct numbers without a pattern.
fn matrix(rows: usize, columns: usize, shift: f64) -> Tensor {
    Array::from_fn([rows, columns], |k| (k as f64 * 1.7 + shift).sin() * 3.0).into()
}

fn positions(rows: usize, columns: usize, n: usize) -> Array<i64> {
    Array::from_fn([rows, columns], |k| ((k * 5 + k / 3) % n) as i64)
}

/// Both ways of choosing the axis of a matrix: for each row by columns, for each column by rows.
/// `wanted` is told the elements of a row, the positions in it and the values for them.
#[track_caller]
fn check_lanes(
    formula: impl for<'t> Fn(Var<'t>, i32, Var<'t>, Var<'t>) -> Var<'t>,
    wanted: impl Fn(&mut [f64], &[usize], &[f64]),
) {
    let (x, values, index) = (matrix(3, 4, 0.0), matrix(3, 6, 2.0), positions(3, 6, 4));
    let mut rows = x.to_vec_f64();
    for (k, row) in rows.chunks_mut(4).enumerate() {
        let at: Vec<usize> = index.to_vec()[6 * k..6 * k + 6].iter().map(|&k| k as usize).collect();
        wanted(row, &at, &values.to_vec_f64()[6 * k..6 * k + 6]);
    }
    let tape = Tape::new();
    let (x, values, index) = (tape.input(&x), tape.input(&values), tape.indices(index));
    check(formula(x, -1, index, values), &rows);
    check(formula(x.t(), 0, index.t(), values.t()).t(), &rows);
    // Row by row, as a batch.
    let (row, value, place) = (x.at(0, 0), values.at(0, 0), index.at(0, 0));
    let (row, value) = (row.stop_gradient(), value.stop_gradient());
    let place = place.stop_gradient();
    let y = formula(row, 0, place, value);
    let [batch] = tape.vmap([y], [(row, x), (value, values), (place, index)]);
    check(batch, &rows);
}

#[test]
fn the_last_writer_stays() {
    check_lanes(
        |x, axis, index, values| x.scatter(axis, index, values),
        |row, at, values| at.iter().zip(values).for_each(|(&at, &value)| row[at] = value),
    );
    let tape = Tape::new();
    let (x, values) = (tape.input([1.0, 2.0, 3.0]), tape.input([4.0, 5.0, 6.0]));
    let y = x.scatter(0, tape.indices([2, 2, 0]), values);
    let [dx, dv] = tape.vjp([(y, tape.input([10.0, 20.0, 30.0]))], [x, values]);
    check(dx, [0.0, 20.0, 0.0]);
    check(dv, [0.0, 30.0, 10.0]);
}

#[test]
fn writers_are_reduced() {
    check_lanes(
        |x, axis, index, values| x.scatter_add(axis, index, values),
        |row, at, values| at.iter().zip(values).for_each(|(&at, &value)| row[at] += value),
    );
    check_lanes(
        |x, axis, index, values| x.scatter_max(axis, index, values),
        |row, at, values| at.iter().zip(values).for_each(|(&at, &v)| row[at] = row[at].max(v)),
    );
    check_lanes(
        |x, axis, index, values| x.scatter_min(axis, index, values),
        |row, at, values| at.iter().zip(values).for_each(|(&at, &v)| row[at] = row[at].min(v)),
    );
    check_lanes(
        |x, axis, index, values| x.scatter_mul(axis, index, values),
        |row, at, values| at.iter().zip(values).for_each(|(&at, &value)| row[at] *= value),
    );
}

#[test]
fn several_indices_are_one_position() {
    let tape = Tape::new();
    let x = tape.input(Array::from_fn([2, 3, 2], |k| k as f64));
    let (i, j) = (tape.indices([[1], [-2]]), tape.indices([0, -1, 1]));
    let rows = x.index(&[i, j]);
    assert_eq!(rows.shape()[..], [2, 3, 2]);
    check(rows, [6.0, 7.0, 10.0, 11.0, 8.0, 9.0, 0.0, 1.0, 4.0, 5.0, 2.0, 3.0]);
    // What was read is written back; doubled, it is added.
    check(x.index_put(&[i, j], rows), x.value().to_vec_f64());
    check(x.index_put_add(&[i, j], rows), (2.0 * x).value().to_vec_f64());
    let all = x.index(&[tape.indices([1, 0, 1]), tape.indices([2, 2, 2]), tape.indices([0, 1, 0])]);
    check(all, [10.0, 5.0, 10.0]);
    let written =
        x.index_put(&[tape.indices([1, 1]), tape.indices([0, 0])], tape.input([[7.0], [9.0]]));
    check(written.index(&[tape.indices([1])]), [9.0, 9.0, 8.0, 9.0, 10.0, 11.0]);
}

#[test]
fn parts_of_an_axis_are_replaced() {
    let tape = Tape::new();
    let x = tape.input(matrix(3, 4, 0.0));
    let values = tape.input(matrix(3, 2, 1.0));
    let replaced = |columns: [usize; 2]| {
        let (mut all, values) = (x.value().to_vec_f64(), values.value().to_vec_f64());
        for row in 0..3 {
            for (k, column) in columns.into_iter().enumerate() {
                all[4 * row + column] = values[2 * row + k];
            }
        }
        all
    };
    check(x.slice_assign(1, 1..3, values), replaced([1, 2]));
    check(x.slice_step_assign(1, 1.., 2, values), replaced([1, 3]));
    check(x.index_copy(1, tape.indices([3, 0]), values), replaced([3, 0]));
    check(x.t().slice_assign(0, ..2, values.t()).t(), replaced([0, 1]));
    check(x.slice_assign(1, 2..2, values.slice(1, ..0)), x.value().to_vec_f64());
    let mask = x.gt(0.5);
    let mut next = weights(12).into_iter();
    let source = tape.input(weights(12));
    let written: Vec<f64> = x
        .value()
        .to_vec_f64()
        .into_iter()
        .map(|x| if x > 0.5 { next.next().unwrap() } else { x })
        .collect();
    check(x.masked_scatter(mask, source), written);
    check(x.masked_scatter(x.gt(INFINITY), tape.input([0.0; 0])), x.value().to_vec_f64());
}

/// The rows with each label, joined by a plain loop.
fn by_label(
    join: impl Fn(f64, f64) -> f64,
    start: f64,
    labels: &[i64],
    x: &Tensor,
    n: usize,
) -> Vec<f64> {
    let (columns, x) = (x.shape()[1], x.to_vec_f64());
    let mut all = vec![start; n * columns];
    for (row, &label) in labels.iter().enumerate() {
        for column in 0..columns {
            let y = &mut all[label as usize * columns + column];
            *y = join(*y, x[row * columns + column]);
        }
    }
    all
}

#[test]
fn rows_with_one_label_are_reduced() {
    const LABELS: [i64; 7] = [4, 0, 2, 0, 4, 4, 1];
    let x = matrix(7, 3, 0.5);
    let tape = Tape::new();
    let (rows, labels) = (tape.input(&x), tape.indices(LABELS));
    let wanted = |join: fn(f64, f64) -> f64, start| by_label(join, start, &LABELS, &x, 5);
    check(rows.segment_sum(labels, 5), wanted(|a, b| a + b, 0.0));
    check(rows.segment_max(labels, 5), wanted(f64::max, -INFINITY));
    check(rows.segment_min(labels, 5), wanted(f64::min, INFINITY));
    check(rows.segment_prod(labels, 5), wanted(|a, b| a * b, 1.0));
    let counts = [2.0, 1.0, 1.0, 0.0, 3.0];
    check(labels.bin_count(5), counts);
    let sums = wanted(|a, b| a + b, 0.0);
    let means: Vec<f64> =
        sums.iter().enumerate().map(|(k, sum)| sum / f64::max(counts[k / 3], 1.0)).collect();
    check(rows.segment_mean(labels, 5), means);
    // Labels with two axes.
    let square = tape.input(matrix(2, 2, 0.0));
    let labels = tape.indices([[1, 0], [1, 1]]);
    let flat = square.flatten().segment_prod(labels.flatten(), 2);
    check(square.segment_prod(labels, 2), flat.value().to_vec_f64());
    // No rows at all.
    let none = tape.input([0.0; 0]);
    let labels = tape.indices(Vec::new());
    check(none.segment_prod(labels, 2), [1.0, 1.0]);
    check(none.segment_mean(labels, 2), [0.0, 0.0]);
    check(none.segment_max(labels, 1), [-INFINITY]);
}

#[test]
fn products_by_label_are_exact_at_zeros() {
    let tape = Tape::new();
    let x = tape.input([2.0, 0.0, 5.0, 0.0, 0.0, 7.0]);
    let y = x.segment_prod(tape.indices([0, 0, 0, 1, 1, 1]), 2);
    let [dx] = tape.vjp([(y, tape.input([1.0, 1.0]))], [x]);
    check(dx, [0.0, 10.0, 0.0, 0.0, 0.0, 0.0]);
    let [d2x] = tape.grad(dx.at(0, 3), [x]);
    check(d2x, [0.0, 0.0, 0.0, 0.0, 7.0, 0.0]);
}

#[test]
fn what_was_written_has_the_slope() {
    let x = [matrix(3, 4, 0.0), matrix(3, 6, 2.0)];
    let index = || positions(3, 6, 4);
    check_slopes(|[x, v]| weighted(x.scatter(1, x.tape().indices(index()), v.sin()) * x), &x);
    check_slopes(|[x, v]| weighted(x.scatter_max(1, x.tape().indices(index()), v).exp()), &x);
    check_slopes(|[x, v]| weighted(x.scatter_mul(1, x.tape().indices(index()), v)), &x);
    let x = [matrix(3, 4, 0.0), matrix(2, 4, 1.0)];
    check_slopes(|[x, v]| weighted(x.index_copy(0, x.tape().indices([2, 0]), v).square()), &x);
    check_slopes(|[x, v]| weighted(x.index_add(0, x.tape().indices([2, 2]), v).square()), &x);
    check_slopes(|[x, v]| weighted(x.slice_assign(0, 1.., v * v).square()), &x);
    check_slopes(|[x, v]| weighted(x.masked_scatter(x.gt(0.5), v.square()) * x), &x);
    check_slopes(
        |[x, v]| {
            let labels = x.tape().indices([1, 0, 1]);
            weighted(
                x.segment_prod(labels, 2) * v
                    + x.segment_mean(labels, 2) * x.segment_min(labels, 2),
            )
        },
        &x,
    );
}

#[test]
fn elements_are_counted_in_bins() {
    let tape = Tape::new();
    let x = [-0.1, 0.0, 0.3, 0.5, 0.5, 0.99, 1.0, 1.1, f64::NAN, INFINITY];
    check(tape.input(x).histogram(2, 0.0, 1.0), [2.0, 4.0]);
    check(tape.input(x).histogram(3, -1.0, 2.0), [1.0, 5.0, 2.0]);
}

#[test]
fn what_is_found_depends_on_values() {
    let tape = Tape::new();
    let x = tape.input([[0.5, -1.0, f64::NAN], [2.0, 0.0, -3.0]]);
    let y = x.masked_select(x.ne(0.0) * x.lt(1.0));
    check(y, [0.5, -1.0, -3.0]);
    let [dx] = tape.vjp([(y, tape.input([1.0, 2.0, 3.0]))], [x]);
    check(dx, [1.0, 2.0, 0.0, 0.0, 0.0, 3.0]);
    check(x.masked_select(tape.input([[0.0], [1.0]])), [2.0, 0.0, -3.0]);
    assert_eq!(x.masked_select(0.0).shape()[..], [0]);
    check(x.nonzero(), [0.0, 0.0, 0.0, 1.0, 0.0, 2.0, 1.0, 0.0, 1.0, 2.0]);
    assert_eq!(tape.input(3.0).nonzero().shape()[..], [1, 0]);
    let unique = tape.input([[2.0, -0.0, 1.0], [0.0, 2.0, f64::NAN]]).unique();
    check(unique.values, [0.0, 1.0, 2.0, f64::NAN]);
    check(unique.inverse, [2.0, 0.0, 1.0, 0.0, 2.0, 3.0]);
    check(unique.counts, [2.0, 1.0, 2.0, 1.0]);
    assert_eq!(unique.inverse.shape()[..], [2, 3]);
    let labels = tape.indices([7, 3, 7]).unique();
    check(labels.values, [3.0, 7.0]);
    assert_eq!(tape.input([0.0; 0]).unique().values.shape()[..], [0]);
}
