//! The laws that every formula obeys, whatever it computes: both modes agree, slopes are those of
//! differences, and a batch is a loop.

use wengert_autodiff::{Tape, Var};
use wengert_tensor::Tensor;

use crate::check::{check, check_slopes, dot, weighted, weights};

/// Values without a pattern and without ties, of which each tag has its own.
pub(crate) fn ordinary(shape: &[usize], tag: usize) -> Tensor {
    let size: usize = shape.iter().product();
    Tensor::from_vec(weights(size + tag).split_off(tag), shape).expect("as many as places")
}

/// Panics unless both modes agree, slopes of first and second order along a direction are those of
/// differences in double-double, and a batch of values and gradients is what a loop gives.
#[track_caller]
pub(crate) fn check_laws<const N: usize>(
    f: impl for<'t> Fn([Var<'t>; N]) -> Var<'t>,
    at: &[Tensor; N],
) {
    check_modes(&f, at);
    check_slopes(|x| weighted(f(x).sin()), at);
    check_batch(&f, at);
}

/// ⟨u, J v⟩ = ⟨Jᵀ u, v⟩.
#[track_caller]
pub(crate) fn check_modes<const N: usize>(
    f: impl for<'t> Fn([Var<'t>; N]) -> Var<'t>,
    at: &[Tensor; N],
) {
    let tape = Tape::new();
    let x = at.each_ref().map(|x| tape.input(x));
    let y = f(x);
    let mut tag = 3;
    let v = at.each_ref().map(|x| {
        tag += 1;
        tape.input(ordinary(x.shape(), tag))
    });
    let u = tape.input(ordinary(&y.shape(), 2));
    let x_bar = tape.vjp([(y, u)], x);
    let mut pairs = x.into_iter().zip(v);
    let [y_dot] = tape.jvp([y], [(); N].map(|()| pairs.next().expect("as many")));
    let values = |x: Var<'_>| x.value().to_vec_f64();
    let wanted: f64 = x_bar.into_iter().zip(v).map(|(a, b)| dot(&values(a), &values(b))).sum();
    check(y_dot.dot(u), [wanted]);
}

/// Values and gradients of three examples at once are those of one after the other.
#[track_caller]
pub(crate) fn check_batch<const N: usize>(
    f: impl for<'t> Fn([Var<'t>; N]) -> Var<'t>,
    at: &[Tensor; N],
) {
    let tape = Tape::new();
    let x = at.each_ref().map(|x| tape.input(x));
    let y = f(x);
    let mut tag = 5;
    let batches = at.each_ref().map(|x| {
        tag += 7;
        let moved = (0..3).map(|k| tape.input(x) + 0.01 * tape.input(ordinary(x.shape(), tag + k)));
        Var::stack(&moved.collect::<Vec<_>>(), 0)
    });
    let outputs = [y].into_iter().chain(tape.grad(weighted(y.sin()), x));
    for (k, output) in outputs.enumerate() {
        let mut pairs = x.into_iter().zip(batches);
        let [many] = tape.vmap([output], [(); N].map(|()| pairs.next().expect("as many")));
        for example in 0..3 {
            let x = batches.map(|batch| tape.input(batch.at(0, example).value()));
            let y = f(x);
            let one = match k {
                0 => y,
                k => tape.grad(weighted(y.sin()), x)[k - 1],
            };
            check(many.at(0, example), one.value().to_vec_f64());
        }
    }
}
