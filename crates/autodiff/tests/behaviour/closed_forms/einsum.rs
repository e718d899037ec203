//! Sums of products by equations, against loops over all values of all letters.

use std::collections::BTreeMap;

use wengert_autodiff::{Tape, Var};
use wengert_tensor::{Shape, Tensor};

use crate::check::check;
use crate::laws::{check_laws, ordinary};

/// Equations, the same with letters for the axes under the ellipsis, and the operands' shapes.
/// A letter that stands for an axis of size 1 elsewhere is broadcast.
const CASES: &[(&str, &str, &[&[usize]])] = &[
    ("ij,jk->ik", "ij,jk->ik", &[&[2, 3], &[3, 4]]),
    ("ij,jk->ki", "ij,jk->ki", &[&[2, 3], &[3, 4]]),
    ("ji,kj", "ji,kj->ik", &[&[3, 2], &[4, 3]]),
    ("i,i", "i,i->", &[&[4], &[4]]),
    ("i,j", "i,j->ij", &[&[4], &[3]]),
    ("ba", "ba->ab", &[&[2, 3]]),
    ("ij->", "ij->", &[&[2, 3]]),
    ("ij->j", "ij->j", &[&[2, 3]]),
    ("ii->i", "ii->i", &[&[3, 3]]),
    ("ii", "ii->", &[&[3, 3]]),
    ("iii->i", "iii->i", &[&[3, 3, 3]]),
    ("iijj->ij", "iijj->ij", &[&[2, 2, 3, 3]]),
    ("ijij", "ijij->", &[&[2, 3, 2, 3]]),
    ("ii,ij->j", "ii,ij->j", &[&[3, 3], &[3, 2]]),
    ("bij,bjk->bik", "bij,bjk->bik", &[&[2, 2, 3], &[2, 3, 2]]),
    ("ibj,kbj->bki", "ibj,kbj->bki", &[&[4, 2, 3], &[2, 2, 3]]),
    ("abij,cdj->abcid", "abij,cdj->abcid", &[&[1, 2, 2, 3], &[2, 2, 3]]),
    ("ij,ij->i", "ij,ij->i", &[&[2, 3], &[2, 3]]),
    ("ij,ij->ij", "ij,ij->ij", &[&[2, 3], &[2, 3]]),
    ("ijk,jil->kl", "ijk,jil->kl", &[&[2, 3, 2], &[3, 2, 4]]),
    ("ik,jl->", "ik,jl->", &[&[2, 3], &[3, 2]]),
    (",ij->ji", ",ij->ji", &[&[], &[2, 3]]),
    ("bi,ij,bj->b", "bi,ij,bj->b", &[&[2, 3], &[3, 2], &[2, 2]]),
    ("ij,jk,kl,lm->im", "ij,jk,kl,lm->im", &[&[2, 3], &[3, 1], &[1, 4], &[4, 2]]),
    ("i,i,i->i", "i,i,i->i", &[&[3], &[3], &[3]]),
    ("Aa,aB", "Aa,aB->AB", &[&[2, 3], &[3, 2]]),
    (" i j , j -> i ", "ij,j->i", &[&[2, 3], &[3]]),
    ("...ij,...jk->...ik", "abij,abjk->abik", &[&[2, 1, 2, 3], &[3, 3, 2]]),
    ("...,...", "ab,ab->ab", &[&[2, 1], &[3]]),
    ("i...->...i", "iab->abi", &[&[2, 3, 4]]),
    ("i...j->ij", "iabj->ij", &[&[2, 3, 2, 2]]),
    ("...i->...", "abi->ab", &[&[2, 2, 3]]),
    ("...ii", "aii->a", &[&[2, 3, 3]]),
    ("...i,...i->...", "ai,ai->a", &[&[1, 3], &[2, 3]]),
    ("...j,jk", "aj,jk->ak", &[&[2, 3], &[3, 2]]),
    ("...,i", "i,i->i", &[&[], &[3]]),
    ("ij,jk->ik", "ij,jk->ik", &[&[2, 0], &[0, 3]]),
    ("ij,jk->ik", "ij,jk->ik", &[&[0, 2], &[2, 3]]),
    ("ii", "ii->", &[&[0, 0]]),
    ("ij,jk->ik", "ij,jk->ik", &[&[1, 1], &[1, 1]]),
];

/// The sum over all values of all letters of an equation without ellipsis.
fn by_loops(equation: &str, operands: &[Tensor]) -> Vec<f64> {
    let (terms, result) = equation.split_once("->").expect("an arrow");
    let mut sizes = BTreeMap::new();
    // The axes of a shorter ellipsis are the last of a longer one's.
    let padded: Vec<(String, &Tensor)> = terms
        .split(',')
        .zip(operands)
        .map(|(term, x)| (term.chars().skip(term.len() - x.shape().rank()).collect(), x))
        .collect();
    for (term, x) in &padded {
        for (letter, &size) in term.chars().zip(x.shape().iter()) {
            let known = sizes.entry(letter).or_insert(size);
            *known = if *known == 1 { size } else { *known };
        }
    }
    let letters: Vec<char> = sizes.keys().copied().collect();
    let shape: Shape = sizes.values().copied().collect();
    let at = |term: &str, shape: &[usize], index: &[usize]| {
        term.chars().zip(shape).fold(0, |at, (letter, &size)| {
            let place = letters.iter().position(|other| *other == letter).expect("a letter");
            at * size + index[place] % size
        })
    };
    let result_shape: Vec<usize> = result.chars().map(|letter| sizes[&letter]).collect();
    let mut y = vec![0.0; result_shape.iter().product()];
    for flat in 0..shape.size() {
        let mut rest = flat;
        let mut index = vec![0; shape.rank()];
        for axis in (0..shape.rank()).rev() {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        let factor = |(term, x): &(String, &Tensor)| x.to_vec_f64()[at(term, x.shape(), &index)];
        y[at(result, &result_shape, &index)] += padded.iter().map(factor).product::<f64>();
    }
    y
}

#[test]
fn equations_are_loops() {
    for &(equation, letters, shapes) in CASES {
        let x: Vec<Tensor> = shapes.iter().zip(0..).map(|(x, k)| ordinary(x, k)).collect();
        let tape = Tape::new();
        let vars: Vec<Var<'_>> = x.iter().map(|x| tape.input(x)).collect();
        let y = Var::einsum(equation, &vars);
        check(y, by_loops(letters, &x));
        // The sum is linear in each operand: so much for both modes.
        let u = ordinary(&y.shape(), 7);
        for (k, &operand) in vars.iter().enumerate() {
            let v = ordinary(&operand.shape(), 9);
            let mut moved = x.clone();
            moved[k] = v.clone();
            let wanted = by_loops(letters, &moved);
            let [y_dot] = tape.jvp([y], [(operand, tape.input(&v))]);
            check(y_dot, &wanted);
            let [x_bar] = tape.vjp([(y, tape.input(&u))], [operand]);
            let along: f64 = wanted.iter().zip(u.to_vec_f64()).map(|(y, u)| y * u).sum();
            check(x_bar.dot(&v), [along]);
        }
    }
}

#[test]
fn laws() {
    let at = [ordinary(&[2, 3], 0), ordinary(&[3, 3], 1), ordinary(&[2, 3], 2)];
    check_laws(|x| Var::einsum("bi,ij,bj->b", &x), &at);
    check_laws(|[a, b, _]| Var::einsum("...ij,jj->i...", &[a, b]), &at);
    check_laws(|[a, _, c]| Var::einsum("ij,kj->ki", &[a, c]), &at);
}

/// Pairs that cost little come first: a chain of matrices and a vector is multiplied from the
/// vector on, and no product of two matrices is computed.
#[test]
fn cheap_products_come_first() {
    let tape = Tape::new();
    let a = tape.input(ordinary(&[20, 20], 0));
    let x = tape.input(ordinary(&[20], 1));
    let recorded = tape.len();
    let y = Var::einsum("ij,jk,kl,l->i", &[a, a, a, x]);
    check(y, a.matmul(a.matmul(a.matmul(x))).value().to_vec_f64());
    let mut nodes = vec![y];
    while let Some(node) = nodes.pop() {
        let is_product = node.op().name() == "matmul";
        assert!(!is_product || node.shape().size() == 20, "{node:?}");
        nodes.extend(node.operands().into_iter().filter(|x| x.position() >= recorded));
    }
}

#[test]
fn inner_products_and_sums_with_products() {
    let tape = Tape::new();
    let (a, b) = (ordinary(&[2, 3, 4], 0), ordinary(&[5, 4], 1));
    let y = tape.input(&a).inner(&b);
    assert_eq!(y.shape()[..], [2, 3, 5]);
    check(y, by_loops("ijk,lk->ijl", &[a.clone(), b.clone()]));
    check(tape.input([1.0, 2.0]).inner(tape.input([3.0, 4.0])), [11.0]);
    check_laws(|[a, b]| a.inner(b), &[a, b]);

    let at = [ordinary(&[3], 0), ordinary(&[2, 2, 4], 1), ordinary(&[4, 3], 2)];
    let y = tape.input(&at[0]).addmm(&at[1], &at[2], 0.5, -2.0);
    let product = by_loops("bij,jk->bik", &at[1..]);
    let wanted = product.iter().enumerate().map(|(k, y)| 0.5 * at[0].to_vec_f64()[k % 3] - 2.0 * y);
    check(y, wanted.collect::<Vec<_>>());
    check_laws(|[x, a, b]| x.addmm(a, b, 0.5, -2.0), &at);
}
