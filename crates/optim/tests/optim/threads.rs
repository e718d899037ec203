//! Steps whose work is shared between threads: the same bits for any number of them.

use wengert_autodiff::{Params, Precision};
use wengert_tensor::{Array, Tensor, Threads};

use crate::{all, gradients};

const SIZE: usize = 100_003;

/// Numbers of both signs and several magnitudes.
fn numbers(precision: Precision, tag: usize) -> Tensor {
    let number = |k: usize| ((k * 7919 + tag) % 65_537) as f64 / 8192.0 - 4.0;
    let numbers = Tensor::from(Array::from_fn([SIZE], number));
    numbers.cast(precision.dtype()).expect("reals are cast")
}

#[test]
fn any_number_of_threads_makes_the_same_step() {
    for precision in [Precision::F32, Precision::F64] {
        let teams = [1, 2, 3].map(Threads::new);
        for kind in 0..all().len() {
            let found = teams.each_ref().map(|threads| {
                let mut optimizer = all().swap_remove(kind);
                optimizer.set_threads(threads);
                let mut params = Params::with_precision(precision, 0);
                let w = params.add("w", numbers(precision, 0));
                for step in 1..4 {
                    let gradients = gradients(&params, w, numbers(precision, step));
                    optimizer.step(&mut params, &gradients);
                }
                params[w].value.clone()
            });
            assert!(found[1] == found[0] && found[2] == found[0], "optimizer {kind}");
        }
        // Helpers that sleep may miss a step, but not all of them.
        assert!(teams[1].helped() > 0 && teams[2].helped() > 0);
        assert_eq!(teams[0].helped(), 0);
    }
}
