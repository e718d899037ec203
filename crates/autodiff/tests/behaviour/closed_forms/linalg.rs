//! Systems, factors and determinants: where they are known, and where matrices are singular or
//! nearly so. The laws of their derivatives are checked by the walk along the operations.

use wengert_autodiff::{Tape, Var};
use wengert_tensor::Tensor;

fn near(found: &Tensor, wanted: &[f64], tolerance: f64) {
    let found = found.to_vec_f64();
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() <= tolerance * wanted.abs().max(1.0), "{found}, {wanted}");
    }
}

/// 1/(i + j + 1), whose condition grows as e^{3.5 n}.
fn hilbert(tape: &Tape, n: usize) -> Var<'_> {
    let elements = (0..n * n).map(|k| 1.0 / (k / n + k % n + 1) as f64).collect::<Vec<_>>();
    tape.input(elements).reshape([n, n])
}

#[test]
fn solutions_solve() {
    let tape = Tape::new();
    let a = tape.input([[0.0, 2.0, 1.0], [1.0, -1.0, 3.0], [4.0, 0.5, -2.0]]);
    let b = tape.input([1.0, 2.0, 3.0]);
    near(&a.matmul(a.solve(b)).value(), &[1.0, 2.0, 3.0], 1e-15);
    let eye = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    near(&a.matmul(a.inverse()).value(), &eye, 1e-15);
    let spd = a.matmul(a.t());
    let l = spd.cholesky();
    near(&l.matmul(l.t()).value(), &spd.value().to_vec_f64(), 1e-15);
    near(&spd.matmul(l.cholesky_solve(b)).value(), &[1.0, 2.0, 3.0], 1e-13);
    // A batch of right sides for one matrix, and of matrices for one right side.
    let both = Var::stack(&[b, 2.0 * b], 0).unsqueeze(2);
    near(&a.matmul(a.solve(both)).value(), &[1.0, 2.0, 3.0, 2.0, 4.0, 6.0], 1e-14);
    let matrices = Var::stack(&[a, 2.0 * a], 0);
    let wanted = [a.solve(b), 0.5 * a.solve(b)].map(|y| y.value().to_vec_f64()).concat();
    near(&matrices.solve(b).value(), &wanted, 1e-15);
}

#[test]
fn determinants_and_their_slopes_are_exact_where_a_matrix_is_singular() {
    let tape = Tape::new();
    let check = |a: &[f64], n: usize, det: f64, cofactors: &[f64]| {
        let a = tape.input(a.to_vec()).reshape([n, n]);
        let y = a.det();
        let [da] = tape.grad(y, [a]);
        near(&y.value(), &[det], 1e-14);
        near(&da.value(), cofactors, 1e-14);
    };
    check(&[3.0], 1, 3.0, &[1.0]);
    check(&[0.0], 1, 0.0, &[1.0]);
    check(&[0.0, 1.0, 2.0, 0.0], 2, -2.0, &[0.0, -2.0, -1.0, 0.0]);
    check(&[1.0, 2.0, 2.0, 4.0], 2, 0.0, &[4.0, -2.0, -2.0, 1.0]);
    check(&[0.0; 4], 2, 0.0, &[0.0; 4]);
    // Of rank 2 and of rank 1: one row of cofactors after another is a multiple, then all are 0.
    let rank_two = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
    check(&rank_two, 3, 0.0, &[-3.0, 6.0, -3.0, 6.0, -12.0, 6.0, -3.0, 6.0, -3.0]);
    check(&[1.0, 2.0, 3.0, 2.0, 4.0, 6.0, -1.0, -2.0, -3.0], 3, 0.0, &[0.0; 9]);
    check(&[], 0, 1.0, &[]);

    let number = tape.input([[3.7]]);
    let [slope] = tape.grad(number.det(), [number]);
    assert_eq!(slope.item(), 1.0);
    assert_eq!(tape.hessian(number.det(), number).item(), 0.0);
}

#[test]
fn logarithms_of_determinants_do_not_overflow() {
    let tape = Tape::new();
    let n = 60;
    let places = tape.literal(1.0).broadcast_to([n]).cumsum(0);
    let a = -1e30 * places.eq(places.unsqueeze(1));
    let [sign, size] = a.slogdet();
    assert_eq!(sign.item(), 1.0);
    near(&size.value(), &[60.0 * 1e30_f64.ln()], 1e-14);
    assert!(a.det().item().is_infinite());
    let singular = tape.input([[1.0, 2.0], [2.0, 4.0]]);
    let [sign, size] = singular.slogdet();
    assert_eq!((sign.item(), size.item()), (0.0, f64::NEG_INFINITY));
}

/// The error of a solution and of its gradient is what the condition makes of rounding.
#[test]
fn errors_grow_as_the_condition_says() {
    let tape = Tape::new();
    for (n, condition) in [(3, 5e2), (5, 5e5), (7, 5e8), (9, 5e11)] {
        let a = hilbert(&tape, n);
        let ones = tape.input(vec![1.0; n]);
        let y = a.solve(a.matmul(ones));
        near(&y.value(), &vec![1.0; n], 1e-15 * condition);
        // ∂/∂A of 1ᵀA⁻¹b is −A⁻ᵀ1 (A⁻¹b)ᵀ; the loop closes where A times it gives ones again.
        let b = a.matmul(ones);
        let [by_a] = tape.grad(a.solve(b).sum(), [a]);
        let [by_a] = tape.run([by_a]);
        assert!(by_a.to_vec_f64().iter().all(|x| x.is_finite()));
        let l = a.cholesky();
        near(&l.matmul(l.t()).value(), &a.value().to_vec_f64(), 1e-14);
        assert!(tape.grad(l.sum(), [a])[0].value().to_vec_f64().iter().all(|x| x.is_finite()));
    }
}

#[test]
fn what_is_not_positive_definite_or_singular_is_said_to_be_so() {
    let tape = Tape::new();
    let indefinite = tape.input([[1.0, 2.0], [2.0, 1.0]]);
    assert!(indefinite.cholesky().value().to_vec_f64()[3].is_nan());
    let singular = tape.input([[1.0, 2.0], [2.0, 4.0]]);
    let y = singular.solve(tape.input([1.0, 1.0])).value();
    assert!(y.to_vec_f64().iter().all(|y| !y.is_finite()), "{y}");
}

#[test]
#[should_panic(expected = "solve: [2, 2] and [3]: 2 rows are expected")]
fn right_sides_have_as_many_rows() {
    let tape = Tape::new();
    tape.input([[1.0, 0.0], [0.0, 1.0]]).solve(tape.input([1.0, 2.0, 3.0]));
}

#[test]
#[should_panic(expected = "det: takes square matrices, got [2, 3]")]
fn determinants_are_of_squares() {
    let tape = Tape::new();
    tape.input([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).det();
}
