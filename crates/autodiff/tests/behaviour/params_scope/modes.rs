//! What a scope carries: the mode, the seed of a step, the sink for running statistics.

use wengert_autodiff::{Mode, ParamId, Params, Precision, Step, Tape};
use wengert_tensor::Tensor;

/// A store with one vector of ones.
fn ones() -> (Params, ParamId) {
    let mut params = Params::f64(0);
    let w = params.add("w", vec![1.0; 64]);
    (params, w)
}

/// A step that drops half of the ones; its output shows which.
fn dropped(tape: &mut Tape, params: &Params, w: ParamId) -> Vec<f64> {
    let step = tape.value_and_grad(params, |scope| {
        assert_eq!((scope.mode(), scope.is_training()), (Mode::Train, true));
        let y = scope.dropout(scope.var(w), 0.5);
        (y.sum(), [y])
    });
    // The gradient is the mask, too.
    assert_eq!(step.outputs[0], step.gradients[w]);
    step.outputs[0].to_vec_f64()
}

#[test]
fn equal_seeds_drop_equally_and_steps_differ() {
    let (params, w) = ones();
    let sequence = |seed: Option<u64>| -> Vec<Vec<f64>> {
        let mut tape = Tape::new();
        if let Some(seed) = seed {
            tape.set_seed(seed);
        }
        (0..4).map(|_| dropped(&mut tape, &params, w)).collect()
    };
    let first = sequence(Some(7));
    assert_eq!(first, sequence(Some(7)));
    assert_eq!(sequence(None), sequence(Some(0)));
    let other = sequence(Some(8));
    // All steps of all seeds differ: also the second step of one from the first of the next.
    let all: Vec<&Vec<f64>> = first.iter().chain(&other).collect();
    for (k, mask) in all.iter().enumerate() {
        assert!(mask.iter().all(|&y| y == 0.0 || y == 2.0), "{mask:?}");
        assert!(mask.contains(&0.0) && mask.contains(&2.0), "{mask:?}");
        assert!(!all[..k].contains(mask), "mask {k} was there before");
    }
}

#[test]
fn setting_the_seed_again_repeats_the_steps() {
    let (params, w) = ones();
    let mut tape = Tape::new();
    tape.set_seed(7);
    let first: Vec<_> = (0..3).map(|_| dropped(&mut tape, &params, w)).collect();
    // What is evaluated in between is not a step.
    tape.evaluate(&params, |scope| scope.var(w));
    tape.set_seed(7);
    let again: Vec<_> = (0..3).map(|_| dropped(&mut tape, &params, w)).collect();
    assert_eq!(first, again);
}

#[test]
fn another_tape_goes_on_from_a_random_state() {
    let (params, w) = ones();
    let mut tape = Tape::new();
    tape.set_seed(u64::MAX);
    let _first = dropped(&mut tape, &params, w);
    let state = tape.random_state();
    assert_eq!(state, (u64::MAX, 1));
    let mut other = Tape::new();
    other.set_random_state(state);
    for _ in 0..3 {
        assert_eq!(dropped(&mut other, &params, w), dropped(&mut tape, &params, w));
    }
}

/// Two layers of a step draw from streams of their own; a seed of one's own is another sequence.
#[test]
fn streams_within_a_step_differ() {
    let (params, w) = ones();
    let step = Tape::new().value_and_grad(&params, |scope| {
        let x = scope.var(w);
        let (first, second) = (scope.dropout(x, 0.5), scope.dropout(x, 0.5));
        let seeded = scope.seeded(99).dropout(x, 0.5);
        (x.sum(), [first, second, seeded])
    });
    let [first, second, seeded] = &step.outputs;
    assert!(first != second && second != seeded && first != seeded);
}

/// The same elements are dropped in either precision.
#[test]
fn precisions_drop_equally() {
    let mask = |precision: Precision| {
        let mut params = Params::with_precision(precision, 0);
        let w = params.add("w", vec![1.0; 64]);
        dropped(&mut Tape::with_precision(precision), &params, w)
    };
    assert_eq!(mask(Precision::F32).len(), 64);
    assert!(mask(Precision::F64).iter().all(|&y| y == 0.0 || y == 2.0));
}

#[test]
fn nothing_is_random_when_evaluating() {
    let (params, w) = ones();
    let mut tape = Tape::new();
    let evaluate = |tape: &mut Tape| {
        tape.evaluate(&params, |scope| {
            assert_eq!((scope.mode(), scope.is_training()), (Mode::Eval, false));
            scope.dropout(scope.var(w), 0.5)
        })
    };
    let first = evaluate(&mut tape);
    assert_eq!(first.to_vec_f64(), [1.0; 64]);
    assert_eq!(first, evaluate(&mut tape));
    // Drawn on purpose, numbers do not depend on how often was evaluated, nor on the seed of steps.
    let drawn = |tape: &mut Tape| {
        tape.evaluate(&params, |scope| scope.in_mode(Mode::Train).dropout(scope.var(w), 0.5))
    };
    let first = drawn(&mut tape);
    tape.set_seed(3);
    assert_eq!(first, drawn(&mut tape));
    assert!(first.to_vec_f64().contains(&0.0));
    // A scope outside of a step is one for answers.
    let tape = Tape::new();
    assert_eq!(tape.scope(&params).mode(), Mode::Eval);
    assert_eq!(tape.scope(&params).in_mode(Mode::Train).mode(), Mode::Train);
}

/// A running mean: `m ← 0.9 m + 0.1 batch`, computed by the step and taken over explicitly.
#[test]
fn buffers_are_updated_by_absorbing_them() {
    let mut params = Params::f64(0);
    let w = params.add("w", [1.0, 2.0]);
    let mean = params.add_buffer("mean", [0.0, 10.0]);
    let mut tape = Tape::new();
    let mut wanted = [0.0, 10.0];
    for k in 0..3 {
        let batch = [f64::from(k), 4.0];
        let step: Step<0> = tape.value_and_grad(&params, |scope| {
            let x = scope.input(batch);
            if scope.is_training() {
                scope.update_buffer(mean, 0.9 * scope.var(mean) + 0.1 * x);
            }
            ((scope.var(w) * (x - scope.var(mean))).sum(), [])
        });
        assert!(step.gradients.get(mean).is_none());
        assert_eq!(step.gradients[w].to_vec_f64(), [0, 1].map(|i: usize| batch[i] - wanted[i]));
        // The store is as it was until it is told.
        assert_eq!(params[mean].value.to_vec_f64(), wanted);
        params.absorb(step.buffers);
        wanted = [0, 1].map(|i: usize| 0.9 * wanted[i] + 0.1 * batch[i]);
        assert_eq!(params[mean].value.to_vec_f64(), wanted);
    }
    // A buffer given as a tensor, and twice: the last counts.
    let step: Step<0> = tape.value_and_grad(&params, |scope| {
        scope.update_buffer(mean, &Tensor::from([1.0, 2.0]));
        scope.update_buffer(mean, &Tensor::from([5.0, 6.0]));
        (scope.var(w).sum(), [])
    });
    params.absorb(step.buffers);
    assert_eq!(params[mean].value.to_vec_f64(), [5.0, 6.0]);
}

/// Statistics of a batch are no part of what is differentiated, unless the loss uses them.
#[test]
fn buffers_do_not_disturb_gradients() {
    let mut params = Params::f64(0);
    let (w, mean) = (params.add("w", [1.0, 2.0]), params.add_buffer("mean", 0.0));
    let gradient = |updates: bool| {
        let step = Tape::new().value_and_grad(&params, |scope| {
            let x = scope.var(w).exp();
            if updates {
                scope.update_buffer(mean, x.mean());
            }
            (x.sum(), [x])
        });
        (step.gradients[w].clone(), step.buffers.len())
    };
    let ((with, one), (without, none)) = (gradient(true), gradient(false));
    assert_eq!((with, one, none), (without, 1, 0));
}
