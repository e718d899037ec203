//! Jacobians by both modes, and formulas for many examples at once.

use wengert_autodiff::{Tape, Var};

use crate::check::{check, dot, weighted, weights};

/// More results than variables: by forward mode.
#[test]
fn a_tall_jacobian() {
    let tape = Tape::new();
    let (r, phi) = (1.7_f64, 0.6_f64);
    let x = tape.input([r, phi]);
    let (radius, angle) = (x.at(0, 0), x.at(0, 1));
    let y = Var::stack(&[radius * angle.cos(), radius * angle.sin(), radius * radius], 0);
    let jacobian = tape.jacobian(y, x);
    assert_eq!(jacobian.shape()[..], [3, 2]);
    let (sin, cos) = phi.sin_cos();
    check(jacobian, [cos, -r * sin, sin, r * cos, 2.0 * r, 0.0]);
}

/// Fewer results than variables: by reverse mode.
#[test]
fn a_wide_jacobian() {
    let tape = Tape::new();
    let at = [0.5, -0.2, 1.4, 2.2];
    let x = tape.input(at);
    let y = Var::stack(&[x.square().sum(), x.at(0, 0) * x.at(0, 3)], 0);
    let jacobian = tape.jacobian(y, x);
    assert_eq!(jacobian.shape()[..], [2, 4]);
    check(jacobian, [at.map(|x| 2.0 * x), [at[3], 0.0, 0.0, at[0]]].concat());
}

/// `diag p − p pᵀ`, by the mode that the library takes and by the other, row by row.
#[test]
fn the_jacobian_of_softmax_in_both_modes() {
    let at = [0.5_f64, -1.2, 2.0, 0.1];
    let total: f64 = at.iter().map(|x| x.exp()).sum();
    let p = at.map(|x| x.exp() / total);
    let wanted: Vec<f64> = (0..16)
        .map(|k| (k / 4, k % 4))
        .map(|(i, j)| p[i] * (f64::from(u8::from(i == j)) - p[j]))
        .collect();
    let tape = Tape::new();
    let x = tape.input(at);
    let y = x.softmax(0);
    check(tape.jacobian(y, x), &wanted);
    for k in 0..4 {
        let unit = tape.indices(k as i64).one_hot(4);
        check(tape.vjp([(y, unit)], [x])[0], &wanted[4 * k..4 * k + 4]);
        // It is symmetric: a column is a row.
        check(tape.jvp([y], [(x, unit)])[0], &wanted[4 * k..4 * k + 4]);
    }
}

/// The Jacobian has the axes of the result and then those of the variable.
#[test]
fn the_jacobian_of_a_matrix_by_a_matrix() {
    let tape = Tape::new();
    let (a, b) = ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[0.5, -1.0], [2.0, 0.3], [1.2, 0.7]]);
    let (x, y) = (tape.input(a), tape.input(b));
    let product = x.matmul(y);
    let by_a = tape.jacobian(product, x);
    assert_eq!(by_a.shape()[..], [2, 2, 2, 3]);
    let mut wanted = Vec::new();
    for (i, j, k, l) in indices([2, 2, 2, 3]) {
        wanted.push(if i == k { b[l][j] } else { 0.0 });
    }
    check(by_a, wanted);
    let by_b = tape.jacobian(product, y);
    assert_eq!(by_b.shape()[..], [2, 2, 3, 2]);
    let mut wanted = Vec::new();
    for (i, j, k, l) in indices([2, 2, 3, 2]) {
        wanted.push(if j == l { a[i][k] } else { 0.0 });
    }
    check(by_b, wanted);
}

fn indices([a, b, c, d]: [usize; 4]) -> Vec<(usize, usize, usize, usize)> {
    let all = 0..a * b * c * d;
    all.map(|k| (k / (b * c * d), k / (c * d) % b, k / d % c, k % d)).collect()
}

const BATCH: [[f64; 2]; 3] = [[0.3, -1.0], [1.2, 0.8], [-0.7, 2.0]];

/// The gradient for each of several examples, and its norm, in one pass.
#[test]
fn gradients_example_by_example() {
    let tape = Tape::new();
    let w = tape.input([0.9, -0.4]);
    let example = tape.input([0.0, 0.0]);
    let [by_w] = tape.grad(w.dot(example).sin(), [w]);
    let [all, norms] = tape.vmap([by_w, by_w.norm()], [(example, tape.input(BATCH))]);
    let each = BATCH.map(|x| x.map(|xk| dot(&[0.9, -0.4], &x).cos() * xk));
    check(all, each.concat());
    check(norms, each.map(|g| dot(&g, &g).sqrt()));
    // Their sum is the gradient of the sum.
    let [whole] = tape.grad(tape.input(BATCH).matmul(w).sin().sum(), [w]);
    check(all.sum_over(0), whole.value().to_vec_f64());
}

/// Batched by one variable, by both, by another axis of a batch, and a result that is not batched.
#[test]
fn vmap_of_a_formula() {
    let tape = Tape::new();
    let (x, y) = (tape.input([1.0, 2.0]), tape.input(3.0));
    let f = (x * y).exp().sum() / y;
    let (xs, ys) = (tape.input(BATCH), tape.input([0.5, 1.5, -1.0]));
    let value = |x: [f64; 2], y: f64| x.iter().map(|x| (x * y).exp()).sum::<f64>() / y;
    check(tape.vmap([f], [(x, xs)])[0], BATCH.map(|x| value(x, 3.0)));
    check(tape.vmap([f], [(y, ys)])[0], [0.5, 1.5, -1.0].map(|y| value([1.0, 2.0], y)));
    let both = [(BATCH[0], 0.5), (BATCH[1], 1.5), (BATCH[2], -1.0)];
    check(tape.vmap([f], [(x, xs), (y, ys)])[0], both.map(|(x, y)| value(x, y)));
    check(tape.vmap([y.square()], [(x, xs)])[0], [9.0; 3]);
    check(tape.vmap([x], [(x, xs)])[0], BATCH.concat());
    // Batches of batches.
    let [inner] = tape.vmap([f], [(x, xs)]);
    let [outer] = tape.vmap([inner], [(y, ys)]);
    assert_eq!(outer.shape()[..], [3, 3]);
    check(outer, [0.5, 1.5, -1.0].map(|y| BATCH.map(|x| value(x, y))).concat());
}

/// The derivative of a batched formula is the batched derivative.
#[test]
fn derivatives_of_what_is_batched() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0]);
    let f = x.prod() + x.at(0, 1).sin();
    let xs = tape.input(BATCH);
    let [ys] = tape.vmap([f], [(x, xs)]);
    let [by_xs] = tape.grad(weighted(ys), [xs]);
    let u = weights(3);
    let wanted: Vec<f64> =
        BATCH.iter().zip(&u).flat_map(|([a, b], u)| [u * b, u * (a + b.cos())]).collect();
    check(by_xs, wanted);
    let [hessians] = tape.vmap([tape.hessian(f, x)], [(x, xs)]);
    check(hessians, BATCH.map(|[_, b]| [0.0, 1.0, 1.0, -b.sin()]).concat());
}

/// Positions are batched like numbers.
#[test]
fn vmap_over_positions() {
    let tape = Tape::new();
    let table = tape.input([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let label = tape.indices(0);
    let row = table.take(0, label);
    let [by_table] = tape.grad(weighted(row), [table]);
    let labels = tape.indices([2, 0, 2, 1]);
    let [rows, gradients] = tape.vmap([row, by_table], [(label, labels)]);
    check(rows, [5.0, 6.0, 1.0, 2.0, 5.0, 6.0, 3.0, 4.0]);
    let u = weights(2);
    let mut wanted = [0.0; 24];
    for (k, row) in [2, 0, 2, 1].into_iter().enumerate() {
        wanted[6 * k + 2 * row..][..2].copy_from_slice(&u);
    }
    check(gradients, wanted);
}
