//! Where values lie must not show: empty temporaries among others, values that are given away, and
//! random numbers of a store and a tape with one seed.

use wengert_autodiff::{Params, Tape, Var};
use wengert_tensor::{Array, Tensor};

#[test]
fn an_empty_temporary_may_be_read_beside_any_other() {
    let tape = Tape::new();
    let x = tape.input((0..16).map(f64::from).collect::<Vec<_>>());
    let w = tape.input(vec![1.0; 32]);
    let doubled = x * 2.0;
    let empty = x.slice(0, ..0) * 2.0;
    let sum = doubled.sum();
    let joined = Var::concat(&[empty, w], 0) + 1.0;
    let [sum, joined] = tape.run([sum, joined]);
    assert_eq!(sum.item(), 240.0);
    assert_eq!(joined, Tensor::from(vec![2.0; 32]));
}

#[test]
fn a_value_that_is_given_away_is_not_shared_with_what_the_run_kept() {
    let mut tape = Tape::new();
    let value = {
        let x = tape.input(vec![1.0; 1000]);
        (x.exp().sin() + x).slice(0, ..2).exp().value()
    };
    tape.clear();
    let array = value.array::<f64>().expect("real");
    assert_eq!(array.buffer().len(), 2, "it holds on to its own elements alone");
    assert!(!array.is_shared());
}

#[test]
fn a_store_and_a_tape_of_one_seed_draw_different_numbers() {
    let mut params = Params::f64(0);
    let drawn = params.uniform([8], 0.0, 1.0);
    let tape = Tape::new();
    let on_tape = tape.uniform(tape.indices(0), [8]).value();
    assert_ne!(drawn, on_tape);
}

#[test]
fn an_index_parameter_has_no_gradient_and_is_not_missed() {
    let mut params = Params::f64(0);
    let positions = params.add("positions", Tensor::I64(Array::from_fn([3], |k| k as i64)));
    let table = params.add("table", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]);
    let step = Tape::new().value_and_grad(&params, |scope| {
        let rows = scope.var(table).take(0, scope.var(positions));
        ((rows * scope.var(positions).one_hot(3)).sum(), [])
    });
    assert_eq!(step.loss, 15.0);
    assert!(step.gradients.missing().is_empty());
    assert!(step.gradients.get(positions).is_none());
}
