//! Layers that are random, embeddings, flattening, activations and functions.

use wengert_autodiff::{Mode, Params, Step, Tape, Var};
use wengert_nn::{
    Activation, ChannelDropout, Dropout, Embedding, Flatten, Layer, Noise, Sequential,
};
use wengert_tensor::{DType, Tensor};

use crate::message;
use crate::slopes::{self, tensor};

/// What a layer without parameters gives in one step with this seed.
fn learn(layer: &dyn Layer, seed: u64, x: &Tensor) -> Tensor {
    let mut tape = Tape::new();
    tape.set_seed(seed);
    let step: Step<1> = tape.value_and_grad(&Params::f64(0), |scope| {
        let y = layer.forward(scope, scope.input(x));
        (y.sum(), [y])
    });
    let [y] = step.outputs;
    y
}

fn answer(layer: &dyn Layer, x: &Tensor) -> Tensor {
    Tape::new().evaluate(&Params::f64(0), |scope| layer.forward(scope, scope.input(x)))
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

#[test]
fn dropout_keeps_what_is_expected_and_follows_the_seed() {
    let x = Tensor::ones(DType::F64, [200, 100]);
    let layer = Dropout::new(0.3);
    let y = learn(&layer, 1, &x);
    let values = y.to_vec_f64();
    assert!(values.iter().all(|&y| y == 0.0 || y == 1.0 / 0.7));
    // Five standard deviations; the seed is fixed.
    assert!((mean(&values) - 1.0).abs() < 5.0 * (0.3 / 0.7 / 2e4_f64).sqrt());
    assert_eq!(y, learn(&layer, 1, &x));
    assert_ne!(y, learn(&layer, 2, &x));
    assert_eq!(answer(&layer, &x), x);
    // Two layers of one model drop different elements.
    let twice = Sequential::new().dropout(0.5).dropout(0.5);
    let left = learn(&twice, 1, &x).to_vec_f64().iter().filter(|&&y| y > 0.0).count();
    assert!((left as f64 / 2e4 - 0.25).abs() < 0.02);
}

#[test]
fn channels_are_dropped_as_a_whole() {
    let x = Tensor::ones(DType::F64, [100, 50, 2, 3]);
    let y = learn(&ChannelDropout::new(0.25), 1, &x).to_vec_f64();
    let channels: Vec<&[f64]> = y.chunks(6).collect();
    assert!(channels.iter().all(|channel| channel.iter().all(|&y| y == channel[0])));
    let kept: Vec<f64> = channels.iter().map(|channel| channel[0]).collect();
    let mixed = |example: &[f64]| example.contains(&0.0) && example.iter().any(|&y| y > 0.0);
    assert!(kept.chunks(50).all(mixed), "channels of one example are dropped one by one");
    assert!(kept.iter().all(|&y| y == 0.0 || y == 1.0 / 0.75));
    assert!((mean(&kept) - 1.0).abs() < 5.0 * (0.25 / 0.75 / 5e3_f64).sqrt());
    assert_eq!(answer(&ChannelDropout::new(0.25), &x), x);
    // Of features, channels are elements.
    let y = learn(&ChannelDropout::new(0.5), 1, &Tensor::ones(DType::F64, [2, 8]));
    assert_eq!(y.shape()[..], [2, 8]);
    let refusal = message(|| drop(answer(&ChannelDropout::new(0.5), &tensor([3]))));
    assert!(refusal.starts_with("channel_dropout: x is [3], but must be [batch, channels, …]"));
}

#[test]
fn noise_is_added_when_learning() {
    let x = Tensor::full(DType::F64, [200, 100], 3.0);
    let y = learn(&Noise::new(0.5), 1, &x).to_vec_f64();
    assert!((mean(&y) - 3.0).abs() < 5.0 * 0.5 / 2e4_f64.sqrt());
    let squares: Vec<f64> = y.iter().map(|y| (y - 3.0).powi(2)).collect();
    assert!((mean(&squares) - 0.25).abs() < 5.0 * 0.25 * (2.0 / 2e4_f64).sqrt());
    assert_eq!(answer(&Noise::new(0.5), &x), x);
    assert_eq!(learn(&Noise::new(0.0), 1, &x), x);
}

#[test]
fn derivatives_of_what_is_random() {
    let params = Params::f64(0);
    let layers: [&dyn Layer; 3] = [&Dropout::new(0.5), &ChannelDropout::new(0.5), &Noise::new(0.5)];
    for layer in layers {
        slopes::check(layer, &params, Mode::Train, &tensor([4, 3, 2]));
    }
}

#[test]
fn rates_are_probabilities() {
    for rate in [-0.1, 1.0, f64::NAN] {
        let said = message(|| drop(Sequential::new().dropout(rate)));
        assert_eq!(said, format!("dropout: a rate of {rate} is not in [0, 1)"));
        let said = message(|| drop(Sequential::new().channel_dropout(rate)));
        assert_eq!(said, format!("channel_dropout: a rate of {rate} is not in [0, 1)"));
    }
    assert_eq!(
        message(|| drop(Sequential::new().noise(-1.0))),
        "noise: a standard deviation is finite and not negative, unlike -1"
    );
}

#[test]
fn embeddings_are_rows_and_add_up_their_gradients() {
    let mut params = Params::f64(0);
    let embedding = Embedding::new(&mut params, 4, 2);
    let positions = Tensor::from([[3_i64, 0, 3], [1, 3, 0]]);
    for layer in [embedding, embedding.padding(0), embedding.padding(9)] {
        let zeros = layer == embedding.padding(0);
        let step: Step<1> = Tape::new().value_and_grad(&params, |scope| {
            let y = layer.forward(scope, scope.input(&positions));
            assert_eq!(y.shape()[..], [2, 3, 2]);
            (y.sum(), [y])
        });
        let table = params[embedding.weight].value.to_vec_f64();
        let row =
            |k: usize| if zeros && k == 0 { vec![0.0; 2] } else { table[2 * k..][..2].to_vec() };
        let wanted = [3, 0, 3, 1, 3, 0].map(row).concat();
        assert_eq!(step.outputs[0].to_vec_f64(), wanted);
        let counts = [if zeros { 0.0 } else { 2.0 }, 1.0, 0.0, 3.0];
        let wanted: Vec<f64> = counts.into_iter().flat_map(|count| [count; 2]).collect();
        assert_eq!(step.gradients[embedding.weight].to_vec_f64(), wanted);
        slopes::check(&layer, &params, Mode::Train, &positions);
    }
    // One position, and none.
    let rows = |positions: Tensor| {
        Tape::new()
            .evaluate(&params, |scope| embedding.padding(0).forward(scope, scope.input(&positions)))
    };
    assert_eq!(rows(2_i64.into()).shape()[..], [2]);
    assert_eq!(rows(Tensor::zeros(DType::I64, [0, 3])).shape()[..], [0, 3, 2]);
    let said = message(|| drop(rows(tensor([2]))));
    assert!(
        said.starts_with("embedding: x is [2], but must be positions, an index (i64)"),
        "{said}"
    );
    let said = message(|| drop(rows(Tensor::from([1_i64, 4]))));
    assert!(said.starts_with("take: position 4 (element 1 of the index) is not one of 0..4"));
}

#[test]
fn flattening_leaves_the_batch() {
    for (x, y) in
        [(&[2, 3, 4][..], [2, 12]), (&[5], [5, 1]), (&[0, 3, 2], [0, 6]), (&[2, 3], [2, 3])]
    {
        assert_eq!(answer(&Flatten, &Tensor::zeros(DType::F64, x)).shape()[..], y);
    }
    let said = message(|| drop(answer(&Flatten, &Tensor::from(1.0))));
    assert!(said.starts_with("flatten: x is [], but must be [batch, …]"), "{said}");
}

#[test]
fn activations_are_the_methods_of_their_names() {
    type Method = for<'t> fn(Var<'t>) -> Var<'t>;
    let x = tensor([3, 4]);
    let check = |activation: Activation, method: Method| {
        let expected = Tape::new().evaluate(&Params::f64(0), |scope| method(scope.input(&x)));
        assert_eq!(answer(&activation, &x), expected, "{activation:?}");
    };
    check(Activation::Relu, |x| x.relu());
    check(Activation::LeakyRelu(0.2), |x| x.leaky_relu(0.2));
    check(Activation::Relu6, |x| x.relu6());
    check(Activation::Elu(0.5), |x| x.elu(0.5));
    check(Activation::Selu, |x| x.selu());
    check(Activation::Celu(0.5), |x| x.celu(0.5));
    check(Activation::Gelu, |x| x.gelu());
    check(Activation::GeluTanh, |x| x.gelu_tanh());
    check(Activation::Silu, |x| x.silu());
    check(Activation::Mish, |x| x.mish());
    check(Activation::HardSwish, |x| x.hard_swish());
    check(Activation::Softplus, |x| x.softplus());
    check(Activation::Tanh, |x| x.tanh());
    check(Activation::HardTanh, |x| x.hard_tanh());
    check(Activation::Softsign, |x| x.softsign());
    check(Activation::Sigmoid, |x| x.sigmoid());
    check(Activation::LogSigmoid, |x| x.log_sigmoid());
    check(Activation::HardSigmoid, |x| x.hard_sigmoid());
}
