//! The byte limit: what is kept is bounded, the oldest goes first, and what is computed again has
//! the same bits.

use wengert_autodiff::{Real, Tape, Var};
use wengert_tensor::{Array, Tensor};

use crate::check::check_bits;
use crate::counters::during;

/// A tape of f64 that keeps this many values of 1,000 elements.
fn tape_keeping(values: usize) -> Tape {
    let mut tape = Tape::new();
    tape.set_byte_limit(values * 8000);
    tape
}

/// Twenty values, each computed from the one before, and asked for in order.
fn chain(tape: &Tape) -> (Vec<Var<'_>>, Vec<Tensor>) {
    let mut x = tape.input(Array::from_fn([1000], |k| (k as f64).sin()));
    let mut vars = Vec::new();
    let mut values = Vec::new();
    for _ in 0..20 {
        x = (x * 1.7).sin();
        vars.push(x);
        values.push(x.value());
    }
    (vars, values)
}

#[test]
fn the_oldest_values_go_first_and_come_back_equal() {
    // Each step keeps two values, the product and its sine.
    let tape = tape_keeping(8);
    let (vars, values) = chain(&tape);
    // The last four steps are there.
    for k in 16..20 {
        let (work, value) = during(&tape, || vars[k].value());
        assert_eq!(work.operations, 0, "step {k}");
        check_bits(&value, &values[k]);
    }
    // The one before them is not, nor anything that it was computed from.
    let (work, value) = during(&tape, || vars[15].value());
    assert_eq!(work.operations, 32);
    check_bits(&value, &values[15]);
}

#[test]
fn without_a_limit_in_the_way_everything_stays() {
    let tape = tape_keeping(40);
    let (vars, _) = chain(&tape);
    assert_eq!(during(&tape, || vars.iter().for_each(|x| _ = x.value())).0.operations, 0);
}

#[test]
fn any_limit_gives_the_same_bits() {
    let (_, wanted) = chain(&tape_keeping(40));
    for limit in [0, 1, 3, 7] {
        let tape = tape_keeping(limit);
        let (vars, values) = chain(&tape);
        for (value, wanted) in values.iter().zip(&wanted) {
            check_bits(value, wanted);
        }
        for k in [19, 0, 7, 19, 3] {
            check_bits(&vars[k].value(), &wanted[k]);
        }
        let [gradient] = tape.grad(vars[19].sum(), [vars[0]]);
        let [unlimited] = tape.run([gradient]);
        check_bits(&gradient.value(), &unlimited);
    }
}

/// A limit that is smaller than one run: nothing is kept, and everything is right.
#[test]
fn nothing_is_kept_beyond_the_limit() {
    let tape = tape_keeping(0);
    let x = tape.input([1.0, 2.0]);
    let y = x.exp();
    let wanted = [Real::exp(1.0), Real::exp(2.0)];
    for _ in 0..3 {
        let (work, value) = during(&tape, || y.value());
        assert_eq!((work.operations, value.to_vec_f64()), (1, wanted.to_vec()));
    }
}

/// A value that the caller holds is not touched when the tape drops or clears its own.
#[test]
fn values_in_hand_outlive_the_tapes() {
    let mut tape = tape_keeping(1);
    let (_, values) = chain(&tape);
    let copies: Vec<Vec<f64>> = values.iter().map(Tensor::to_vec_f64).collect();
    tape.clear();
    let (_, again) = chain(&tape);
    for ((value, again), copy) in values.iter().zip(&again).zip(&copies) {
        assert_eq!(&value.to_vec_f64(), copy);
        check_bits(again, value);
    }
}
