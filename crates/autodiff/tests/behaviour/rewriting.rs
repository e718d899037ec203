//! What rewriting saves, and what it must leave alone. That it changes no bit is a law for random
//! programs.

use wengert_autodiff::{Rewriting, Tape, Var};

/// How many operations a run takes with all rewritings, and with none; both give the same bits.
#[track_caller]
fn check(f: impl for<'t> Fn(Var<'t>, Var<'t>) -> Var<'t>, wanted: [usize; 2]) {
    let mut found = [0; 2];
    let mut bits = Vec::new();
    for (rewriting, found) in [Rewriting::ALL, Rewriting::NONE].into_iter().zip(&mut found) {
        let mut tape = Tape::new();
        tape.set_rewriting(rewriting);
        // Zeros of both signs, infinities, and the smallest number there is.
        let x = tape.input([[0.0, -0.0, 1.5], [-2.5, f64::INFINITY, 5e-324]]);
        let y = tape.input([[-0.0, 3.0, 0.25], [-1.0, 7.0, -5e-324]]);
        let [z] = tape.run([f(x, y)]);
        *found = tape.statistics().operations;
        bits.push(z.to_vec_f64().into_iter().map(f64::to_bits).collect::<Vec<_>>());
    }
    assert_eq!(found, wanted, "operations with and without rewriting");
    assert_eq!(bits[0], bits[1]);
}

#[test]
fn exact_identities_cost_nothing() {
    check(|x, _| (x * 1.0).exp(), [1, 2]);
    check(|x, _| (1.0 * x / 1.0).exp(), [1, 3]);
    check(|x, _| (x - 0.0).exp(), [1, 2]);
    check(|x, _| (-(-x)).exp(), [1, 3]);
    check(|x, _| -(x * -1.0) * 3.0, [1, 3]);
    check(|x, y| x + -y, [1, 2]);
    check(|x, y| -x + y, [1, 2]);
    check(|x, y| x - -y, [1, 2]);
    check(|x, y| -x * -y, [1, 3]);
    check(|x, y| y / -1.0 - -x, [2, 3]);
    check(|x, y| x.tape().literal(1.0).broadcast_to([2, 3]).select(x, y).tanh(), [1, 2]);
    check(|x, y| x.gt(y).select(x, x).tanh(), [1, 3]);
}

/// The sum of −0 and 0 is 0, and what is as large as an infinity need not be its double.
#[test]
fn what_is_not_exact_stays() {
    check(|x, _| x + 0.0, [1, 1]);
    check(|x, _| 0.0 - x, [1, 1]);
    check(|x, y| (x + y) - y, [2, 2]);
    check(|x, y| (x + y) + x, [2, 2]);
    check(|x, _| 1.0 / x, [1, 1]);
}

#[test]
fn views_of_views_are_views() {
    // The first reshape of a transpose needs a copy; what it is reshaped to does not.
    check(|x, _| x.t().reshape([6]).reshape([3, 2]).exp(), [1, 2]);
    check(|x, _| x.t().t().flip(0).flip(0).reshape([2, 3]).stop_gradient().exp(), [1, 1]);
    check(|x, _| x.reshape([2, 3, 1]).sum_over(2).exp(), [2, 2]);
}

#[test]
fn what_is_computed_twice_is_computed_once() {
    check(|x, y| (x.exp() * y) - (y * x.exp()), [3, 5]);
    check(|x, y| (x - y) * (y - x), [3, 3]);
}

/// Draws are not merged: each is another of the seed's sequences.
#[test]
fn two_draws_are_two() {
    let tape = Tape::new();
    let seed = tape.indices(7);
    let (a, b) = (tape.uniform(seed, [50]), tape.uniform(seed, [50]));
    assert_ne!(a.value(), b.value());
    assert!((a - b).abs().sum().item() > 1.0);
}

/// A value that is another one is given away as a copy: it does not hold on to an input's memory.
#[test]
fn an_output_that_is_an_input_is_a_copy() {
    let tape = Tape::new();
    let given = wengert_tensor::Tensor::from([1.0, 2.0]);
    let x = tape.input(&given);
    let [y, z] = tape.run([x * 1.0, -(-x)]);
    assert_eq!((&y, &z), (&given, &given));
    let buffer = |x: &wengert_tensor::Tensor| x.array::<f64>().map(|x| x.buffer().as_ptr());
    assert_ne!(buffer(&y), buffer(&given));
    assert_ne!(buffer(&z), buffer(&given));
}
