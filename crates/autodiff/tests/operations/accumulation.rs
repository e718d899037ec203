//! How cotangents are added up: many uses of one value, no use, no elements, and derivatives by
//! what is not an input.

use wengert_autodiff::{Tape, Var};
use wengert_tensor::{Array, Tensor};

/// The gradient of $\langle u, y \rangle$ with distinct weights `u`, as numbers.
#[track_caller]
fn check<'t, const N: usize>(y: Var<'t>, xs: [Var<'t>; N], wanted: [&[f64]; N]) {
    let tape = y.tape();
    let u = tape.input(weights(y));
    let reverse = tape.vjp([(y, u)], xs);
    for ((found, x), wanted) in reverse.into_iter().zip(xs).zip(wanted) {
        assert_eq!(found.shape(), x.shape());
        assert_eq!(found.value().to_vec_f64(), wanted);
    }
    // Forward mode, one direction after the other: the same numbers.
    for (x, wanted) in xs.into_iter().zip(wanted) {
        for (k, &wanted) in wanted.iter().enumerate() {
            let v = Array::from_fn(x.shape(), |at| f64::from(u8::from(at == k)));
            let [y_dot] = tape.jvp([y], [(x, tape.input(v))]);
            assert_eq!((y_dot * u).sum().item(), wanted, "forward, direction {k}");
        }
    }
}

/// 1, 10, 100, …: a sum of these shows its terms.
fn weights(y: Var<'_>) -> Tensor {
    Array::from_fn(y.shape(), |k| 10_f64.powi(k as i32)).into()
}

#[test]
fn fan_out_adds_up() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0]);
    let (left, right) = (x * 3.0, x * 4.0);
    check(left + right, [x], [&[7.0, 70.0]]);
    check(left * right, [x], [&[24.0, 480.0]]);
    check(x + x, [x], [&[2.0, 20.0]]);
    check(x * x * x, [x], [&[3.0, 120.0]]);
    let y = x + 1.0;
    let z = y * y + y;
    check(z * y, [x], [&[16.0, 330.0]]);
}

/// Slices, gathers and the whole at once: each kind is collected by itself, and all are added.
#[test]
fn parts_and_the_whole_add_up() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0, 3.0, 4.0]);
    let picked = x.take(0, tape.indices([3, 3, 0]));
    let rows = x.reshape([2, 2]).take(0, tape.indices([1, 1])).reshape([4]);
    let sliced = x.slice(0, 1..4);
    check(picked + sliced, [x], [&[100.0, 1.0, 10.0, 111.0]]);
    check(
        Var::concat(&[picked, sliced, x], 0),
        [x],
        [&[1_000_100.0, 10_001_000.0, 100_010_000.0, 1_000_100_011.0]],
    );
    check(rows + x, [x], [&[1.0, 10.0, 201.0, 2010.0]]);
}

/// Gathers of one table along different axes make a scatter-add each; the whole is added to both.
#[test]
fn gathers_of_several_kinds_add_up() {
    let tape = Tape::new();
    let m = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    let rows = m.take(0, tape.indices([1, 0])) + m.take(0, tape.indices([1, 1]));
    check(rows, [m], [&[100.0, 1000.0, 102.0, 1020.0]]);
    let along = m.gather(1, tape.indices(Array::from_fn([2, 2], |k| i64::from(k == 1))));
    check(along + m.t(), [m], [&[2.0, 110.0, 1110.0, 1000.0]]);
}

/// Products of one kind that reach a matrix are one sum of products; others are added to it.
#[test]
fn products_of_several_kinds_add_up() {
    let tape = Tape::new();
    let w = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    let [a, b] = [[[1.0, 0.0]], [[0.0, 1.0]]].map(|row| tape.input(row));
    check(a.matmul(w) + b.matmul(w) + a.matmul(w), [w], [&[2.0, 20.0, 1.0, 10.0]]);
    check(a.matmul(w) + b.matmul(w.t()) + w.slice(0, 1..2), [w], [&[1.0, 11.0, 1.0, 20.0]]);
    check(w.matmul(w), [w], [&[322.0, 3053.0, 2502.0, 8320.0]]);
}

#[test]
fn what_is_not_used_has_gradient_zero() {
    let tape = Tape::new();
    let (x, unused) = (tape.input([1.0, 2.0]), tape.input([[5.0], [6.0]]));
    let later = x * 2.0;
    check(x * 3.0, [x, unused, later], [&[3.0, 30.0], &[0.0, 0.0], &[0.0, 0.0]]);
    let found = tape.vjp_with(&wengert_autodiff::OwnRules, &[(x, x)], &[unused]);
    assert!(found[0].is_none(), "no path is not the same as zeros");
    check(x.stop_gradient() * x, [x], [&[1.0, 20.0]]);
}

#[test]
fn by_intermediates_and_their_ancestors() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0]);
    let y = x * x;
    let z = y * y + x;
    check(z, [y], [&[2.0, 80.0]]);
    // The total derivative by the ancestor, also when the intermediate is asked for too.
    check(z, [x, y], [&[5.0, 330.0], &[2.0, 80.0]]);
    check(z, [y, x], [&[2.0, 80.0], &[5.0, 330.0]]);
    check(z, [z], [&[1.0, 10.0]]);
    check(x, [x], [&[1.0, 10.0]]);
    check(z, [z, x, z], [&[1.0, 10.0], &[5.0, 330.0], &[1.0, 10.0]]);
}

/// Several results with a cotangent each, one of them an ancestor of another, one twice.
#[test]
fn cotangents_of_several_results_add_up() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0]);
    let (y, u) = (x * 3.0, tape.input([1.0, 10.0]));
    let z = y * y;
    let [x_bar, y_bar] = tape.vjp([(z, u), (y, u), (y, u), (x, u)], [x, y]);
    assert_eq!(y_bar.value().to_vec_f64(), [8.0, 140.0]);
    assert_eq!(x_bar.value().to_vec_f64(), [25.0, 430.0]);
    // Tangents given to a variable and to what is computed from it add up likewise.
    let [z_dot, y_dot] = tape.jvp([z, y], [(x, u), (y, u)]);
    assert_eq!(y_dot.value().to_vec_f64(), [4.0, 40.0]);
    assert_eq!(z_dot.value().to_vec_f64(), [24.0, 480.0]);
}

#[test]
fn nothing_has_a_gradient_of_nothing() {
    let tape = Tape::new();
    let x = tape.input(Array::from_fn([0], |_| 1.0));
    let y = tape.input([1.0, 2.0]);
    check(x.sin() * 2.0, [x], [&[]]);
    // An empty sum is 0, whatever is in it; its gradient by what was repeated into nothing is 0.
    check(x.exp().sum(), [x, y], [&[], &[0.0, 0.0]]);
    check(y.slice(0, 2..2).sum() + y.sum(), [y], [&[1.0, 1.0]]);
    check(y.slice(0, 1..1), [y], [&[0.0, 0.0]]);
    check(y.sum().broadcast_to([0]), [y], [&[0.0, 0.0]]);
    check(y.take(0, tape.indices(Array::from_fn([0], |_| 0))).sum(), [y], [&[0.0, 0.0]]);
    let empty = tape.input(Array::from_fn([2, 0], |_| 1.0));
    check(empty.matmul(empty.t()).sum() + y.sum(), [y, empty], [&[1.0, 1.0], &[]]);
    check(empty.sum_over(1) * y, [y, empty], [&[0.0, 0.0], &[]]);
    check(Var::concat(&[x, y, x], 0), [x, y], [&[], &[1.0, 10.0]]);
}

/// A recurrence over slices: the cotangent of the whole is one assembly, not a sum of padded
/// copies.
#[test]
fn a_sequence_is_assembled_once() {
    let tape = Tape::new();
    let x = tape.input(Array::from_fn([40], |k| k as f64));
    let mut state = x.at(0, 0);
    for k in 1..40 {
        state = state * 0.5 + x.at(0, k);
    }
    let before = tape.len();
    let [x_bar] = tape.grad(state, [x]);
    let recorded = tape.len() - before;
    assert!(recorded < 40 * 8, "{recorded} nodes for 40 steps");
    let wanted: Vec<f64> = (0..40).map(|k| 0.5_f64.powi(39 - k)).collect();
    assert_eq!(x_bar.value().to_vec_f64(), wanted);
}
