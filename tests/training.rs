//! Training through the facade: what changes from step to step costs no new plan.

use wengert::autodiff::Rewriting;
use wengert::prelude::*;
use wengert::tensor::Array;

/// Rows of a batch, all different.
fn rows(step: usize, n: usize) -> (Tensor, Tensor) {
    let numbers = (0..n * 8).map(|k| ((k * 37 + step * 11) % 29) as f32 / 14.0 - 1.0).collect();
    let labels = (0..n).map(|k| ((k + step) % 3) as i64).collect();
    (
        Tensor::from_vec::<f32>(numbers, [n, 8]).unwrap(),
        Tensor::from_vec::<i64>(labels, [n]).unwrap(),
    )
}

#[test]
fn steps_with_new_data_seeds_rates_and_literals_share_a_plan() {
    let mut params = Params::f32(0);
    let hidden = params.named("hidden", |params| Dense::new(params, 8, 16));
    let output = params.named("output", |params| Dense::new(params, 16, 3));
    let mut optimizer: Box<dyn Optimizer> = Box::new(Adam::new(1e-2));
    let mut tape = Tape::f32();
    let mut train = |tape: &mut Tape, step: usize, n: usize| {
        let (x, labels) = rows(step, n);
        tape.set_seed(step as u64);
        optimizer.set_learning_rate(1e-2 / (1 + step) as f64);
        let temperature = 3.0 + 0.7f64.powi(step as i32); // annealed, and typed in the formula
        let step = tape.value_and_grad(&params, |scope| {
            let h = scope.dropout(hidden.forward(scope, scope.input(&x)).relu(), 0.25);
            let logits = output.forward(scope, h) / temperature;
            (logits.cross_entropy(&labels), [logits])
        });
        assert!(step.loss.is_finite() && step.gradients.missing().is_empty());
        optimizer.step(&mut params, &step.gradients);
        step.loss
    };
    let losses: Vec<f64> = (0..100).map(|step| train(&mut tape, step, 32)).collect();
    assert_eq!(tape.statistics().plans, 1);
    assert_eq!(tape.statistics().runs, 100);
    assert!(losses.windows(2).all(|pair| pair[0] != pair[1]), "every step was its own");

    train(&mut tape, 100, 7);
    assert_eq!(tape.statistics().plans, 2, "a smaller batch is another program");
    train(&mut tape, 101, 32);
    assert_eq!(tape.statistics().plans, 2, "and the first plan is still there");
}

#[test]
fn the_same_seeds_train_to_the_same_bits() {
    let train = || {
        let mut params = Params::f32(3);
        let model = Sequential::new().dense(&mut params, 8, 16).tanh().dense(&mut params, 16, 3);
        let (mut adam, mut tape) = (Adam::new(1e-2), Tape::f32());
        for step in 0..20 {
            let (x, labels) = rows(step, 32);
            let step = tape.value_and_grad(&params, |scope| {
                let x = scope.dropout(scope.input(&x), 0.1);
                (model.forward(scope, x).cross_entropy(&labels), [])
            });
            adam.step(&mut params, &step.gradients);
        }
        let values = params.iter().map(|(_, parameter)| parameter.value.to_vec_f64());
        values.flatten().map(f64::to_bits).collect::<Vec<u64>>()
    };
    assert_eq!(train(), train());
}

/// Convolutions, batch norm with running statistics, dropout, and layers large enough to be shared
/// between threads: however it is run, the parameters and buffers are the same to the bit.
#[test]
fn neither_threads_nor_rewriting_nor_looking_on_change_a_bit() {
    let train = |count: usize, rewriting: Rewriting, looks_on: bool| {
        let threads = Threads::new(count);
        let mut params = Params::f32(5);
        let model = Sequential::new()
            .conv2d(&mut params, 1, 8, 3)
            .batch_norm(&mut params, 8)
            .relu()
            .max_pool2d(2)
            .flatten()
            .dropout(0.2)
            .dense(&mut params, 8 * 13 * 13, 128)
            .relu()
            .dense(&mut params, 128, 3);
        let (mut adam, mut tape) = (Adam::new(1e-2), Tape::f32());
        tape.set_threads(&threads);
        tape.set_rewriting(rewriting);
        adam.set_threads(&threads);
        for step in 0..3 {
            let number = |k: usize| ((k * 37 + step * 11) % 29) as f32 / 14.0 - 1.0;
            let x = Tensor::from(Array::from_fn([64, 1, 28, 28], number));
            let labels = Tensor::from(Array::from_fn([64], |k| ((k + step) % 3) as i64));
            let step = tape.value_and_grad(&params, |scope| {
                let logits = model.forward(scope, scope.input(&x));
                if looks_on {
                    let _ = logits.value();
                }
                (logits.cross_entropy(&labels), [])
            });
            adam.step(&mut params, &step.gradients);
            params.absorb(step.buffers);
        }
        let values = params.iter().map(|(_, parameter)| parameter.value.to_vec_f64());
        let bits: Vec<u64> = values.flatten().map(f64::to_bits).collect();
        (bits, threads.helped())
    };
    let (wanted, helped) = train(1, Rewriting::NONE, false);
    assert_eq!(helped, 0);
    for count in [1, 2, 3] {
        for looks_on in [false, true] {
            let (found, helped) = train(count, Rewriting::ALL, looks_on);
            assert!(found == wanted, "{count} threads, looking on: {looks_on}");
            assert!(count == 1 || helped > 0, "more than one of {count} threads worked");
        }
    }
}

/// Attention, layer norm and dropout, with all values kept, with half of the memory, and with each
/// layer computed again: the parameters after some steps are the same to the bit.
#[test]
fn neither_a_memory_budget_nor_checkpoints_change_a_bit() {
    let train = |budget: Option<usize>, checkpoints: bool| {
        let mut params = Params::f32(2);
        let mut dense = |name: &str, from: usize, to: usize| {
            params.named(name, |params| Dense::new(params, from, to))
        };
        let layers = [0, 1, 2].map(|k| {
            let mut dense = |name, from, to| dense(&format!("{k}.{name}"), from, to);
            [dense("qkv", 16, 48), dense("up", 16, 64), dense("down", 64, 16)]
        });
        let head = dense("head", 16, 3);
        let (mut adam, mut tape) = (Adam::new(1e-2), Tape::f32());
        tape.set_memory_budget(budget);
        for step in 0..3 {
            let number = |k: usize| ((k * 37 + step * 11) % 29) as f32 / 14.0 - 1.0;
            let x = Tensor::from(Array::from_fn([8, 12, 16], number));
            let labels = Tensor::from(Array::from_fn([8], |k| ((k + step) % 3) as i64));
            let step = tape.value_and_grad(&params, |scope| {
                let mut h = scope.input(&x);
                for [qkv, up, down] in &layers {
                    let layer = || {
                        let qkv = qkv.forward(scope, h.layer_norm(-1, 1e-5));
                        let [q, k, v] = [0, 16, 32].map(|from| qkv.slice(-1, from..from + 16));
                        let h = h + Attention::new().causal().of(q, k, v);
                        let up = up.forward(scope, h.layer_norm(-1, 1e-5)).gelu();
                        h + down.forward(scope, scope.dropout(up, 0.1))
                    };
                    h = if checkpoints { scope.tape().checkpoint(layer) } else { layer() };
                }
                (head.forward(scope, h.mean_over(1)).cross_entropy(&labels), [])
            });
            adam.step(&mut params, &step.gradients);
        }
        let values = params.iter().map(|(_, parameter)| parameter.value.to_vec_f64());
        let bits: Vec<u64> = values.flatten().map(f64::to_bits).collect();
        (bits, tape.statistics())
    };
    let (wanted, free) = train(None, false);
    let (found, half) = train(Some(free.peak_bytes / 2), false);
    assert!(found == wanted, "within half of the memory");
    assert!(half.peak_bytes <= free.peak_bytes / 2 && half.operations > free.operations);
    let (found, again) = train(None, true);
    assert!(found == wanted, "with checkpoints");
    assert!(again.peak_bytes < free.peak_bytes && again.operations > free.operations);
}

#[test]
fn a_pattern_is_learnt() {
    let mut params = Params::f32(0);
    let model = Sequential::new().dense(&mut params, 2, 16).relu().dense(&mut params, 16, 2);
    let x = Tensor::from([[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
    let labels = Tensor::from([0_i64, 1, 1, 0]);
    let (mut adam, mut tape) = (Adam::new(0.02), Tape::f32());
    let mut losses = Vec::new();
    for _ in 0..300 {
        let step = tape.value_and_grad(&params, |scope| {
            let logits = model.forward(scope, scope.input(&x));
            (logits.cross_entropy(&labels), [])
        });
        adam.step(&mut params, &step.gradients);
        losses.push(step.loss);
    }
    assert!(losses[0] > 0.3 && losses[299] < 0.05, "from {} to {}", losses[0], losses[299]);
    let logits = tape.evaluate(&params, |scope| model.forward(scope, scope.input(&x)));
    assert_eq!(wengert::nn::metrics::accuracy(&logits, &labels), 1.0);
}
