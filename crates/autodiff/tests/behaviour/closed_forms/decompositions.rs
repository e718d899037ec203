//! Decompositions of matrices, and what is made of them: that they are what they say, and what
//! happens where values are equal, nearly so, or 0. The laws of the derivatives of decompositions
//! are checked by the walk along the operations.

use std::array::from_ref;

use wengert_autodiff::real::{DoubleDouble, Real};
use wengert_autodiff::{Program, Tape, Value, Var};
use wengert_tensor::Tensor;

use crate::check::{check_slopes, weighted};
use crate::laws::{check_laws, ordinary};

const SHAPES: [&[usize]; 6] = [&[1, 1], &[3, 3], &[6, 3], &[3, 7], &[9, 9], &[2, 4, 4]];

/// The largest of all elements, in any precision.
fn largest<T: Real>(y: &[Value<T>]) -> f64 {
    let sizes = y.iter().flat_map(|y| y.real().to_vec()).map(|y| y.abs().to_f64());
    sizes.fold(0.0, |most: f64, y| if y.is_nan() { y } else { most.max(y) })
}

/// What the outputs of a program, which should be 0, are in units of each precision's roundoff.
fn check_zero(program: &Program, x: &Tensor, roundings: f64) {
    fn one<T: Real>(program: &Program, x: &Tensor, roundings: f64) {
        let y = largest(&program.evaluate::<T>(&[Value::of(x)]).expect("inputs of its types"));
        assert!(y <= roundings * T::roundoff(), "{y:e} of {x}, roundoff {:e}", T::roundoff());
    }
    one::<f32>(program, x, roundings);
    one::<f64>(program, x, roundings);
    one::<DoubleDouble>(program, x, roundings);
}

/// What is left of a matrix of orthonormal columns.
fn skewness(q: Var<'_>) -> Var<'_> {
    q.transpose(-2, -1).matmul(q) - q.tape().eye(q.shape()[q.rank() - 1])
}

#[test]
fn factors_make_up_the_matrix_in_every_precision() {
    for shape in SHAPES {
        let (tape, x) = (Tape::new(), ordinary(shape, 1));
        let a = tape.input(&x);
        let [q, r] = a.qr();
        let [u, s, vt] = a.svd();
        let again = (u * s.unsqueeze(s.rank() - 1)).matmul(vt);
        let v = vt.transpose(-2, -1);
        let y = [q.matmul(r) - a, skewness(q), r.tril(-1), again - a, skewness(u), skewness(v)];
        check_zero(&tape.program([a], y), &x, 200.0);
        if shape[shape.len() - 1] == shape[shape.len() - 2] {
            let symmetric = 0.5 * (a + a.transpose(-2, -1));
            let [values, vectors] = a.eigh();
            let again =
                (vectors * values.unsqueeze(s.rank() - 1)).matmul(vectors.transpose(-2, -1));
            check_zero(&tape.program([a], [again - symmetric, skewness(vectors)]), &x, 200.0);
        }
    }
}

#[test]
fn formulas_obey_the_laws() {
    let (square, tall, wide) = (ordinary(&[3, 3], 1), ordinary(&[4, 2], 2), ordinary(&[2, 4], 3));
    check_laws(|[a]| a.svd()[1], from_ref(&square));
    check_laws(|[a]| a.matrix_power(-3), from_ref(&square));
    check_laws(|[a]| a.spectral_norm() + a.nuclear_norm(), from_ref(&tall));
    check_laws(|[a]| a.cond(), &[square]);
    check_laws(|[a, b]| a.lstsq(b), &[tall.clone(), ordinary(&[4], 4)]);
    check_laws(|[a, b]| a.lstsq(b), &[wide, ordinary(&[2, 3], 4)]);
    // In normal equations, squares of the condition would appear.
    let tape = Tape::new();
    let (a, b) = (tape.input(&tall), tape.input(ordinary(&[4, 2], 5)));
    assert!((a.lstsq(b) - a.pinv().matmul(b)).norm().item() < 1e-14);
}

/// A symmetric matrix with these eigenvalues and no zeros.
fn with_eigenvalues<'t>(tape: &'t Tape, values: &[f64]) -> Var<'t> {
    let n = values.len();
    let [q, _] = tape.input(ordinary(&[n, n], 1)).qr();
    (q * tape.input(values)).matmul(q.t())
}

/// Of near eigenvalues, the error of an eigenvector's derivative is what the gap makes of rounding.
#[test]
fn errors_grow_as_gaps_close() {
    for gap in [1e-1, 1e-3, 1e-6, 1e-9] {
        let tape = Tape::new();
        let at = with_eigenvalues(&tape, &[1.0, 1.0 + gap, 3.0]).value();
        let a = tape.input(&at);
        let objectives = [weighted(a.eigh()[1]), weighted(a.svd()[2]), weighted(a.eigvalsh())];
        for (k, y) in objectives.into_iter().enumerate() {
            let [slope] = tape.grad(y, [a]);
            let program = tape.program([a], [slope]);
            let exact = program.evaluate::<DoubleDouble>(&[Value::of(&at)]).expect("its types");
            let apart = slope - tape.input(exact[0].to_tensor());
            // A slope of the size of 1/gap, whose relative error is eps/gap; of values, of 1.
            let bound = if k < 2 { 1e-14 / (gap * gap) } else { 1e-14 / gap };
            assert!(apart.norm().item() <= bound, "objective {k}, gap {gap:e}: {apart}");
        }
    }
}

#[test]
fn what_equal_values_share_has_derivatives() {
    let tape = Tape::new();
    for a in [with_eigenvalues(&tape, &[1.0, 1.0, 2.0]), tape.input([[1.0, 0.0], [0.0, 1.0]])] {
        let a = tape.input(a.value());
        let near = |found: Var<'_>, wanted: Var<'_>| {
            assert!((found - wanted).norm().item() < 1e-13, "{found}\n{wanted}");
        };
        let [slope] = tape.grad(a.eigvalsh().pow(3.0).sum(), [a]);
        near(slope, 3.0 * a.matmul(a));
        let [flat] = tape.grad(weighted(tape.grad(a.eigvalsh().sum(), [a])[0]), [a]);
        near(flat, a.zeros_like());
        if a.shape()[0] == 3 {
            // The projection on the plane of both equal ones is 2 − A, and here moves as
            // −(Q dA P + P dA Q) does, where P = A − 1 is the one on the third.
            let plane = a.eigh()[1].slice(1, ..2);
            let w = tape.input(ordinary(&[3, 3], 4));
            let [slope] = tape.grad((w * plane.matmul(plane.t())).sum(), [a]);
            let (w, p) = (0.5 * (w + w.t()), a - tape.eye(3));
            let q = tape.eye(3) - p;
            near(slope, -(q.matmul(w).matmul(p) + p.matmul(w).matmul(q)));
        }
    }
    // Smooth functions of singular values that are all equal.
    let twice = Tensor::from([[0.0, 2.0, 0.0], [-2.0, 0.0, 0.0], [0.0, 0.0, 2.0]]);
    check_slopes(|[a]| a.nuclear_norm(), from_ref(&twice));
    check_slopes(|[a]| weighted(a.pinv()), &[twice]);
}

/// Where the rank stays, the pseudoinverse is smooth though singular values are 0.
#[test]
fn pseudoinverses_of_less_than_full_rank_have_derivatives() {
    let (b, c) = (ordinary(&[4, 2], 1), ordinary(&[2, 3], 2));
    check_slopes(|[b, c]| weighted(b.matmul(c).pinv()), &[b, c]);
    let tape = Tape::new();
    let a = tape.input([[1.0, 2.0], [2.0, 4.0], [0.0, 0.0]]);
    let y = a.pinv();
    assert!((a.matmul(y).matmul(a) - a).norm().item() < 1e-14);
    assert!((25.0 * y - a.t()).norm().item() < 1e-14);
}

#[test]
fn values_that_are_zero_are_kinks() {
    let tape = Tape::new();
    let a = tape.input([[0.0; 3]; 2]);
    let [slope] = tape.grad(weighted(a.svdvals()), [a]);
    let [of_slope] = tape.grad(weighted(slope), [a]);
    assert_eq!((slope.norm().item(), of_slope.norm().item()), (0.0, 0.0));
    let [u, _, vt] = a.svd();
    assert!(skewness(u).norm().item() < 1e-15 && skewness(vt.t()).norm().item() < 1e-15);
    let [slope] = tape.grad(weighted(u) + weighted(vt), [a]);
    assert!(slope.value().to_vec_f64().iter().all(|x| x.is_finite()));
}

#[test]
fn exponentials_are_those_of_eigenvalues() {
    let tape = Tape::new();
    let a = tape.input(ordinary(&[4, 4], 1));
    let symmetric = a + a.t();
    let [values, vectors] = symmetric.eigh();
    let wanted = (vectors * values.exp()).matmul(vectors.t());
    let y = symmetric.matrix_exp();
    assert!((y - wanted).norm().item() < 1e-13 * wanted.norm().item());
    // Of a number, to all digits; and of large ones.
    for x in [0.3, -2.5, 40.0, -700.0] {
        let a = tape.input([[x]]);
        let program = tape.program([a], [a.matrix_exp() / a.exp() - 1.0]);
        check_zero(&program, &Tensor::from([[x / 10.0]]), 300.0);
        let [slope] = tape.grad(a.matrix_exp().sum(), [a]);
        assert!((slope.item() / x.exp() - 1.0).abs() < 1e-12);
    }
    // A polynomial, whatever the sizes in it.
    let nilpotent = tape.input([[0.0, 1e8, 1.0], [0.0, 0.0, 1e-8], [0.0, 0.0, 0.0]]);
    let wanted = tape.eye(3) + nilpotent + 0.5 * nilpotent.matmul(nilpotent);
    assert!(((nilpotent.matrix_exp() - wanted) / wanted.norm()).norm().item() < 1e-15);
}

#[test]
fn what_is_not_finite_is_nan() {
    let tape = Tape::new();
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let a = tape.input([[1.0, 2.0], [x, 3.0]]);
        let ([q, r], [values, vectors], [u, s, vt]) = (a.qr(), a.eigh(), a.svd());
        for y in [q, r, values, vectors, u, s, vt, a.pinv(), a.matrix_exp()] {
            assert!(y.value().to_vec_f64().iter().all(|y| y.is_nan()), "{y}");
        }
    }
    // Sizes at both ends of what there is.
    for x in [1e-300, 1e300] {
        let a = x * tape.input([[3.0, 0.0], [4.0, 5.0]]);
        let [s, wanted] = [a.svdvals() / x, tape.input([45.0, 5.0]).sqrt()];
        assert!((s - wanted).norm().item() < 1e-14, "{s}");
        assert!((a.qr()[1].at(0, 0) / x - tape.input([5.0, 4.0])).norm().item() < 1e-14);
    }
}

#[test]
fn ranks_and_sizes_without_elements() {
    let tape = Tape::new();
    let rank = |a: Var<'_>| a.matrix_rank().value().to_vec_f64();
    assert_eq!(rank(tape.input([[[1.0, 2.0], [2.0, 4.0]], [[1.0, 0.0], [0.0, 1e-9]]])), [1.0, 2.0]);
    assert_eq!(rank(tape.zeros([3, 2])), [0.0]);
    let empty = tape.zeros([0, 3]);
    assert_eq!((rank(empty), empty.cond().item()), (vec![0.0], 0.0));
    assert_eq!((empty.spectral_norm().item(), empty.nuclear_norm().item()), (0.0, 0.0));
    assert_eq!(empty.pinv().shape()[..], [3, 0]);
}

#[test]
#[should_panic(expected = "lstsq: [2, 3] and [3]: 2 rows are expected")]
fn right_sides_have_as_many_rows() {
    let tape = Tape::new();
    tape.zeros([2, 3]).lstsq(tape.input([1.0, 2.0, 3.0]));
}

#[test]
#[should_panic(expected = "eigh: takes square matrices, got [2, 3]")]
fn eigenvalues_are_those_of_squares() {
    Tape::new().zeros([2, 3]).eigh();
}

#[test]
#[should_panic(expected = "svd: takes matrices, got [3]")]
fn singular_values_are_those_of_matrices() {
    Tape::new().zeros([3]).svd();
}
