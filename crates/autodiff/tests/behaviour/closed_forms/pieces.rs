//! Pieces, turns, repetitions, padding, triangles and diagonals: where each element comes from,
//! and that its cotangent goes back there.

use wengert_autodiff::{Padding, Tape, Var};
use wengert_tensor::{Array, Tensor};

use crate::check::{check, check_slopes, weighted, weights};

/// Checks that a formula, which only moves elements of a `[2, 3, 4]` operand, has this shape, and
/// at each place the element at the flat position that `from` tells, or 0; that cotangents go back
/// the same way; and that a batch of two operands gives two results.
#[track_caller]
fn check_moves<const N: usize>(
    formula: impl for<'t> Fn(Var<'t>) -> Var<'t>,
    shape: [usize; N],
    from: impl Fn([usize; N]) -> Option<[usize; 3]>,
) {
    let tape = Tape::new();
    let x = tape.input(Array::from_fn([2, 3, 4], |k| k as f64 + 1.0));
    let y = formula(x);
    assert_eq!(y.shape()[..], shape);
    let size: usize = shape.iter().product();
    let place = |k: usize| {
        let (mut at, mut rest) = ([0; N], k);
        for axis in (0..N).rev() {
            (at[axis], rest) = (rest % shape[axis], rest / shape[axis]);
        }
        at
    };
    let sources: Vec<Option<usize>> =
        (0..size).map(|k| from(place(k)).map(|[a, b, c]| (a * 3 + b) * 4 + c)).collect();
    let wanted = |first: f64| -> Vec<f64> {
        sources.iter().map(|k| k.map_or(0.0, |k| k as f64 + first)).collect()
    };
    check(y, wanted(1.0));
    let u = weights(size);
    let mut back = vec![0.0; 24];
    for (source, u) in sources.iter().zip(&u) {
        if let Some(k) = source {
            back[*k] += u;
        }
    }
    let [dx] = tape.vjp([(y, tape.input(u.as_slice()).reshape(shape))], [x]);
    check(dx, back);
    let two = Var::stack(&[x, x + 5.0], 0);
    let [batch] = tape.vmap([y], [(x, two)]);
    check(batch.at(0, 0), wanted(1.0));
    let moved = sources.iter().map(|k| k.map_or(0.0, |k| k as f64 + 6.0));
    check(batch.at(0, 1), moved.collect::<Vec<_>>());
}

#[test]
fn pieces_are_slices() {
    check_moves(|x| x.split(3, 2)[1], [2, 3, 1], |[a, b, c]| Some([a, b, c + 3]));
    check_moves(|x| x.split_sizes(&[1, 2], 1)[1], [2, 2, 4], |[a, b, c]| Some([a, b + 1, c]));
    check_moves(|x| x.chunk(2, 1)[0], [2, 2, 4], |[a, b, c]| Some([a, b, c]));
    check_moves(|x| x.unbind(-2)[2], [2, 4], |[a, c]| Some([a, 2, c]));
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0, 3.0]);
    let lengths = |pieces: Vec<Var<'_>>| pieces.iter().map(|x| x.shape()[0]).collect::<Vec<_>>();
    assert_eq!(lengths(x.split(2, 0)), [2, 1]);
    assert_eq!(lengths(x.chunk(5, 0)), [1, 1, 1]);
    assert_eq!(lengths(x.slice(0, ..0).split(2, 0)), [0]);
    assert_eq!(lengths(x.slice(0, ..0).chunk(2, 0)), [0]);
    assert!(x.slice(0, ..0).unbind(0).is_empty());
}

#[test]
fn turns_and_repetitions() {
    check_moves(|x| x.roll(1, 1), [2, 3, 4], |[a, b, c]| Some([a, (b + 2) % 3, c]));
    check_moves(|x| x.roll(-6, -1), [2, 3, 4], |[a, b, c]| Some([a, b, (c + 2) % 4]));
    check_moves(|x| x.roll(0, 0), [2, 3, 4], Some);
    check_moves(|x| x.movedim(0, -1), [3, 4, 2], |[b, c, a]| Some([a, b, c]));
    check_moves(|x| x.rot90(1, 1, 2), [2, 4, 3], |[a, i, j]| Some([a, j, 3 - i]));
    check_moves(|x| x.rot90(2, 1, 2), [2, 3, 4], |[a, i, j]| Some([a, 2 - i, 3 - j]));
    check_moves(|x| x.rot90(-1, 1, 2), [2, 4, 3], |[a, i, j]| Some([a, 2 - j, i]));
    check_moves(|x| x.rot90(4, 0, 1), [2, 3, 4], Some);
    check_moves(|x| x.repeat(&[2, 1, 3]), [4, 3, 12], |[a, b, c]| Some([a % 2, b, c % 4]));
    check_moves(|x| x.repeat(&[2, 1, 1, 1]), [2, 2, 3, 4], |[_, a, b, c]| Some([a, b, c]));
    check_moves(|x| x.repeat(&[2]), [2, 3, 8], |[a, b, c]| Some([a, b, c % 4]));
    check_moves(|x| x.repeat(&[0, 1, 1]), [0, 3, 4], Some);
    check_moves(|x| x.repeat_interleave(2, 1), [2, 6, 4], |[a, b, c]| Some([a, b / 2, c]));
    check_moves(|x| x.sliding(2, 2, 2), [2, 3, 2, 2], |[a, b, p, t]| Some([a, b, 2 * p + t]));
    check_moves(|x| x.sliding(1, 3, 1), [2, 1, 4, 3], |[a, p, c, t]| Some([a, p + t, c]));
    check_moves(|x| x.sliding(2, 2, 1), [2, 3, 3, 2], |[a, b, p, t]| Some([a, b, p + t]));
    check_moves(
        |x| x.reshape_inferred(&[4, -1]),
        [4, 6],
        |[i, j]| {
            let k = 6 * i + j;
            Some([k / 12, k / 4 % 3, k % 4])
        },
    );
    check_moves(|x| x.flatten_axes(1, 2), [2, 12], |[a, k]| Some([a, k / 4, k % 4]));
    check_moves(|x| x.unflatten(2, [2, 2]), [2, 3, 2, 2], |[a, b, i, j]| Some([a, b, 2 * i + j]));
    check_moves(|x| x.slice(0, ..1).squeeze_all(), [3, 4], |[b, c]| Some([0, b, c]));
}

#[test]
fn padding_repeats_the_axis() {
    let at =
        |how: fn(isize) -> usize| move |[a, b, c]: [usize; 3]| Some([a, b, how(c as isize - 3)]);
    let shape = [2, 3, 9];
    check_moves(
        |x| x.pad_with(2, 3, 2, Padding::Reflect),
        shape,
        at(|k| {
            if k < 0 {
                -k as usize
            } else if k > 3 {
                (6 - k) as usize
            } else {
                k as usize
            }
        }),
    );
    check_moves(|x| x.pad_with(2, 3, 2, Padding::Replicate), shape, at(|k| k.clamp(0, 3) as usize));
    check_moves(
        |x| x.pad_with(2, 3, 2, Padding::Circular),
        shape,
        at(|k| k.rem_euclid(4) as usize),
    );
    check_moves(
        |x| x.pad_constant(1, 1, 2, 0.0),
        [2, 6, 4],
        |[a, b, c]| (1..4).contains(&b).then(|| [a, b.wrapping_sub(1), c]),
    );
    let tape = Tape::new();
    assert_eq!(tape.input([0.0; 0]).pad_with(0, 0, 0, Padding::Circular).shape()[..], [0]);
    let (x, border) = (tape.input([1.0, 2.0]), tape.input(5.0));
    let y = x.pad_constant(0, 2, 1, border);
    check(y, [5.0, 5.0, 1.0, 2.0, 5.0]);
    let u = weights(5);
    let [by_border] = tape.vjp([(y, tape.input(u.as_slice()))], [border]);
    check(by_border, [u[0] + u[1] + u[4]]);
}

#[test]
fn triangles_and_diagonals() {
    for offset in [-4, -2, -1, 0, 1, 3, 5] {
        let above = move |b: usize, c: usize| c as isize - b as isize - offset;
        check_moves(
            |x| x.tril(offset),
            [2, 3, 4],
            |[a, b, c]| (above(b, c) <= 0).then_some([a, b, c]),
        );
        check_moves(
            |x| x.triu(offset),
            [2, 3, 4],
            |[a, b, c]| (above(b, c) >= 0).then_some([a, b, c]),
        );
        let (row, column) = ((-offset).max(0) as usize, offset.max(0) as usize);
        let n = 3_usize.saturating_sub(row).min(4_usize.saturating_sub(column));
        check_moves(|x| x.diagonal(offset, 1, 2), [2, n], |[a, k]| Some([a, row + k, column + k]));
        let size = 4 + offset.unsigned_abs();
        check_moves(
            |x| x.diag_embed(offset),
            [2, 3, size, size],
            |[a, b, i, j]| (j as isize - i as isize == offset).then(|| [a, b, i.min(j)]),
        );
    }
    check_moves(|x| x.diagonal(0, 2, 0), [3, 2], |[b, k]| Some([k, b, k]));
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    check(tape.grad(x.trace(), [x])[0], [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(x.slice(0, ..0).trace().item(), 0.0);
    check(x.slice(0, ..0).diag_embed(0), []);
}

#[test]
fn products_of_vectors_and_blocks() {
    let tape = Tape::new();
    let (a, b) = (weights(6), weights(8));
    let (a, b) = (tape.input(&a[..]).reshape([2, 3]), tape.input(&b[2..]).reshape([3, 2]));
    let (m, n) = (a.value().to_vec_f64(), b.value().to_vec_f64());
    let each = |f: &dyn Fn(usize, usize) -> f64, rows: usize, columns: usize| -> Vec<f64> {
        (0..rows * columns).map(|k| f(k / columns, k % columns)).collect()
    };
    check(a.outer(b), each(&|i, j| m[i] * n[j], 6, 6));
    assert_eq!(a.outer(b).shape()[..], [2, 3, 3, 2]);
    let blocks = |i: usize, j: usize| m[i / 3 * 3 + j / 2] * n[i % 3 * 2 + j % 2];
    check(a.kron(b), each(&blocks, 6, 6));
    check(a.kron(b.at(0, 0)), each(&|i, j| m[3 * i + j / 2] * n[j % 2], 2, 6));
    check(a.tensordot(b, [1], [0]), a.matmul(b).value().to_vec_f64());
    check(a.tensordot(b, [0, 1], [1, 0]), [a.matmul(b).trace().item()]);
    let no_axes: [usize; 0] = [];
    check(a.tensordot(b, no_axes, no_axes), a.outer(b).value().to_vec_f64());
    let c = a.cross(b.t(), -1);
    let third = |i: usize| m[3 * i] * n[2 + i] - m[3 * i + 1] * n[i];
    check(c.at(1, 2), [third(0), third(1)]);
    check((c * a).sum_over(1), [0.0, 0.0]);
    let x = [
        Tensor::from([[0.3, -1.0], [2.0, 0.5]]),
        Tensor::from([[1.0, 0.0], [0.2, 4.0], [1.4, 1.0]]),
    ];
    for p in [1.0, 1.5, 2.0, 3.0, f64::INFINITY] {
        check_slopes(|[a, b]| weighted(a.cdist(b, p).square()), &x);
    }
    check_slopes(|[a, b]| weighted(a.kron(b) * a.outer(b).reshape([6, 4])), &x);
    // Equal rows are at distance 0, without a slope.
    let rows = tape.input([[1.0, 2.0], [1.0, 2.0]]);
    check(tape.grad(rows.cdist(rows, 2.0).sum(), [rows])[0], [0.0; 4]);
}

#[test]
fn what_a_rule_describes() {
    let tape = Tape::f32();
    check(tape.eye(2), [1.0, 0.0, 0.0, 1.0]);
    check(tape.linspace(-1.0, 1.0, 3), [-1.0, 0.0, 1.0]);
    check(tape.linspace(0.1, 0.7, 1), [f64::from(0.1_f32)]);
    assert_eq!(tape.linspace(0.0, 1.0, 0).shape()[..], [0]);
    check(tape.arange(3), [0.0, 1.0, 2.0]);
    check(tape.zeros([2]) + tape.ones([2]) + tape.full([2], 0.5), [1.5, 1.5]);
    let grids = Var::meshgrid(&[tape.arange(2), tape.input(7.0), tape.arange(3)]);
    assert!(grids.iter().all(|grid| grid.shape()[..] == [2, 1, 3]));
    check(grids[2], [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]);
}
