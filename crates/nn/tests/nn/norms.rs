//! Normalisations against their definitions, written out for one channel or row after the other.

use wengert_autodiff::{Mode, Params, Step, Tape};
use wengert_nn::{BatchNorm, Dense, GroupNorm, Initializer, Layer, LayerNorm, RmsNorm, Sequential};
use wengert_tensor::{DType, Tensor};

use crate::message;
use crate::slopes::{self, scramble, tensor};

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// Divided by `n − correction`.
fn variance(x: &[f64], correction: usize) -> f64 {
    let squares: f64 = x.iter().map(|value| (value - mean(x)).powi(2)).sum();
    squares / (x.len() - correction) as f64
}

/// The elements of each channel of `[batch, channels, …]`.
fn channels(x: &Tensor) -> Vec<Vec<f64>> {
    let (shape, values) = (x.shape(), x.to_vec_f64());
    let places: usize = shape[2..].iter().product();
    let of = |channel| {
        let elements = values.iter().enumerate();
        let own = elements.filter(move |(k, _)| k / places % shape[1] == channel);
        own.map(|(_, &value)| value).collect()
    };
    (0..shape[1]).map(of).collect()
}

#[track_caller]
fn check_close(found: &[f64], wanted: &[f64]) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * b.abs().max(1.0);
    let all_near = found.len() == wanted.len() && found.iter().zip(wanted).all(near);
    assert!(all_near, "found  {found:?}\nwanted {wanted:?}");
}

/// A step that learns nothing, but takes the batch's statistics.
fn step(layer: &dyn Layer, params: &Params, x: &Tensor) -> Step<1> {
    Tape::new().value_and_grad(params, |scope| {
        let y = layer.forward(scope, scope.input(x));
        (y.square().sum(), [y])
    })
}

fn answer(layer: &dyn Layer, params: &Params, x: &Tensor) -> Tensor {
    Tape::new().evaluate(params, |scope| layer.forward(scope, scope.input(x)))
}

#[test]
fn batch_norm_makes_channels_alike() {
    for x in [tensor([4, 3]), tensor([2, 3, 5]), tensor([2, 3, 2, 2]), tensor([1, 3, 2, 1, 2])] {
        let mut params = Params::f64(0);
        let norm = BatchNorm::new(&mut params, 3).epsilon(0.1);
        scramble(&mut params);
        let affine = norm.affine.expect("by default");
        let [weight, bias] = [affine.weight, affine.bias].map(|id| params[id].value.to_vec_f64());
        let y = channels(&step(&norm, &params, &x).outputs[0]);
        for (channel, x) in channels(&x).iter().enumerate() {
            let scale = weight[channel] / (variance(x, 0) + 0.1).sqrt();
            let wanted: Vec<f64> =
                x.iter().map(|value| (value - mean(x)) * scale + bias[channel]).collect();
            check_close(&y[channel], &wanted);
        }
    }
}

#[test]
fn running_statistics_follow_the_batches() {
    let mut params = Params::f64(0);
    let norm = BatchNorm::new(&mut params, 2).momentum(0.3);
    let (mut means, mut variances) = ([0.0; 2], [1.0; 2]);
    for k in 0..4 {
        let batch = Tensor::from_vec(slopes::numbers(12 * (k + 1)).split_off(12 * k), [3, 2, 2]);
        let batch = batch.expect("twelve numbers");
        let step = step(&norm, &params, &batch);
        assert_eq!(step.buffers.len(), 2);
        params.absorb(step.buffers);
        for (channel, x) in channels(&batch).iter().enumerate() {
            means[channel] = 0.7 * means[channel] + 0.3 * mean(x);
            variances[channel] = 0.7 * variances[channel] + 0.3 * variance(x, 1);
        }
        check_close(&params[norm.mean].value.to_vec_f64(), &means);
        check_close(&params[norm.variance].value.to_vec_f64(), &variances);
    }
    // Answers are given with them, one example like many.
    let x = tensor([2, 2, 2]);
    let y = answer(&norm, &params, &x);
    let normalised = |k: usize, x: f64| {
        let channel = k / 2 % 2;
        (x - means[channel]) / (variances[channel] + 1e-5).sqrt()
    };
    let wanted: Vec<f64> =
        x.to_vec_f64().into_iter().enumerate().map(|(k, x)| normalised(k, x)).collect();
    check_close(&y.to_vec_f64(), &wanted);
    let first = Tensor::from_vec(x.to_vec_f64()[..4].to_vec(), [1, 2, 2]).expect("four numbers");
    assert_eq!(answer(&norm, &params, &first).to_vec_f64(), y.to_vec_f64()[..4]);
    // Nothing is updated when answering, in whatever way.
    let kept = params[norm.mean].value.clone();
    let tape = Tape::new();
    let scope = tape.scope(&params);
    let _ = norm.forward(&scope.in_mode(Mode::Eval), tape.input(&x));
    assert_eq!(params[norm.mean].value, kept);
}

#[test]
fn the_last_and_the_first_batch_alone() {
    let x = tensor([3, 1]);
    let after = |momentum: f64| {
        let mut params = Params::f64(0);
        let norm = BatchNorm::new(&mut params, 1).momentum(momentum);
        let buffers = step(&norm, &params, &x).buffers;
        params.absorb(buffers);
        [norm.mean, norm.variance].map(|id| params[id].value.item())
    };
    let values = x.to_vec_f64();
    assert_eq!(after(0.0), [0.0, 1.0]);
    check_close(&after(1.0), &[mean(&values), variance(&values, 1)]);
}

/// A dense layer before it may do without a bias: it learns nothing.
#[test]
fn what_is_added_to_a_channel_is_taken_away() {
    let mut params = Params::f64(3);
    let model = Sequential::new()
        .dense(&mut params, 2, 3)
        .batch_norm(&mut params, 3)
        .tanh()
        .layer_with(&mut params, |p| Dense::without_bias(p, 3, 1, Initializer::HeNormal));
    let step = step(&model, &params, &tensor([5, 2]));
    let slope = |name: &str| {
        let id = params.find(name).expect("a parameter");
        step.gradients[id].to_vec_f64().iter().map(|x| x.abs()).sum::<f64>()
    };
    assert!(slope("0.bias") < 1e-14 && slope("0.weight") > 0.1 && slope("1.bias") > 0.1);
    assert!(params.find("3.bias").is_none());
}

#[test]
fn plain_batch_norm_has_buffers_alone() {
    let mut params = Params::f32(0);
    let norm = BatchNorm::plain(&mut params, 2);
    let names: Vec<&str> = params.iter().map(|(_, parameter)| &*parameter.name).collect();
    assert_eq!(names, ["running_mean", "running_var"]);
    assert_eq!(params.trainable_size(), 0);
    let step: Step<1> = Tape::f32().value_and_grad(&params, |scope| {
        let y = norm.forward(scope, scope.input([[1.0, 5.0], [3.0, 5.0]]));
        (y.sum(), [y])
    });
    let y = step.outputs[0].to_vec_f64();
    // A channel without any spread becomes 0.
    assert!((y[0] + 1.0).abs() < 1e-5 && (y[2] - 1.0).abs() < 1e-5);
    assert_eq!((y[1], y[3]), (0.0, 0.0));
}

#[test]
fn layer_norm_makes_examples_alike() {
    let x = tensor([2, 3, 4]);
    for (axes, row) in [(vec![4], 4), (vec![3, 4], 12)] {
        let mut params = Params::f64(0);
        let norm = LayerNorm::new(&mut params, axes.as_slice()).epsilon(0.1);
        scramble(&mut params);
        let [weight, bias] =
            [norm.affine.weight, norm.affine.bias].map(|id| params[id].value.to_vec_f64());
        let wanted: Vec<f64> = x
            .to_vec_f64()
            .chunks(row)
            .flat_map(|x| {
                let scale = 1.0 / (variance(x, 0) + 0.1).sqrt();
                let each = x.iter().zip(&weight).zip(&bias);
                each.map(|((x_i, w), b)| (x_i - mean(x)) * scale * w + b).collect::<Vec<_>>()
            })
            .collect();
        check_close(&answer(&norm, &params, &x).to_vec_f64(), &wanted);
        check_close(&step(&norm, &params, &x).outputs[0].to_vec_f64(), &wanted);
    }
}

#[test]
fn rms_norm_keeps_directions() {
    let x = tensor([2, 3, 4]);
    let mut params = Params::f64(0);
    let norm = RmsNorm::new(&mut params, [4]).epsilon(0.1);
    scramble(&mut params);
    let weight = params[norm.weight].value.to_vec_f64();
    let wanted: Vec<f64> = x
        .to_vec_f64()
        .chunks(4)
        .flat_map(|x| {
            let size = (mean(&x.iter().map(|x| x * x).collect::<Vec<_>>()) + 0.1).sqrt();
            x.iter().zip(&weight).map(|(x, w)| x / size * w).collect::<Vec<_>>()
        })
        .collect();
    check_close(&answer(&norm, &params, &x).to_vec_f64(), &wanted);
}

#[test]
fn group_norm_makes_groups_of_channels_alike() {
    for x in [tensor([2, 4]), tensor([2, 4, 3]), tensor([1, 4, 2, 3])] {
        for groups in [1, 2, 4] {
            let mut params = Params::f64(0);
            let norm = GroupNorm::new(&mut params, groups, 4).epsilon(0.1);
            scramble(&mut params);
            let affine = [norm.affine.weight, norm.affine.bias];
            let [weight, bias] = affine.map(|id| params[id].value.to_vec_f64());
            let places: usize = x.shape()[2..].iter().product();
            let group = 4 / groups * places;
            let values = x.to_vec_f64();
            let normalised = values.chunks(group).flat_map(|x| {
                let scale = 1.0 / (variance(x, 0) + 0.1).sqrt();
                x.iter().map(|x_i| (x_i - mean(x)) * scale).collect::<Vec<_>>()
            });
            let wanted: Vec<f64> = normalised
                .enumerate()
                .map(|(k, z)| z * weight[k / places % 4] + bias[k / places % 4])
                .collect();
            check_close(&answer(&norm, &params, &x).to_vec_f64(), &wanted);
        }
    }
}

#[test]
fn derivatives_of_normalisations() {
    let mut params = Params::f64(0);
    let norm = BatchNorm::new(&mut params, 3);
    scramble(&mut params);
    params.get_mut(norm.mean).value = [0.5, -1.0, 0.0].into();
    params.get_mut(norm.variance).value = [0.5, 2.0, 0.1].into();
    for x in [tensor([4, 3]), tensor([2, 3, 2, 2])] {
        slopes::check(&norm, &params, Mode::Train, &x);
        slopes::check(&norm, &params, Mode::Eval, &x);
    }
    let checked = |make: &dyn Fn(&mut Params) -> Box<dyn Layer>, x: &Tensor| {
        let mut params = Params::f64(0);
        let layer = make(&mut params);
        scramble(&mut params);
        slopes::check(&*layer, &params, Mode::Train, x);
    };
    checked(&|params| Box::new(LayerNorm::new(params, [2, 4])), &tensor([3, 2, 4]));
    checked(&|params| Box::new(RmsNorm::new(params, [4])), &tensor([3, 2, 4]));
    checked(&|params| Box::new(GroupNorm::new(params, 2, 4)), &tensor([2, 4, 3]));
}

/// The numbers are PyTorch's.
#[test]
fn agrees_with_others_on_what_is_normalised() {
    let mut params = Params::f64(0);
    let norm = BatchNorm::new(&mut params, 3);
    let affine = norm.affine.expect("by default");
    for (id, values) in [
        (affine.weight, [-0.315, 1.073, -0.321]),
        (affine.bias, [-1.269, -0.505, 0.479]),
        (norm.mean, [-0.599, -1.517, 1.855]),
        (norm.variance, [2.124, 1.546, 2.308]),
    ] {
        params.get_mut(id).value = values.into();
    }
    let x = Tensor::from([
        [0.934, -1.786, 0.331],
        [1.298, 0.233, -0.065],
        [-0.681, 1.925, -0.699],
        [-0.544, -1.576, -1.521],
    ]);
    let step = Tape::new().value_and_grad(&params, |scope| {
        let x = scope.input(&x);
        let y = norm.forward(scope, x);
        let weights = scope.input([
            [-1.053, 0.725, -0.423],
            [0.958, -0.772, 0.771],
            [1.109, 0.048, -0.329],
            [-0.656, 0.272, -0.482],
        ]);
        let loss = (weights * y).sum();
        let [by_x] = scope.tape().grad(loss, [x]);
        (loss, [y, by_x])
    });
    let [y, by_x] = &step.outputs;
    check_close(
        &y.to_vec_f64(),
        &[
            -1.514_574_529_571_438_1,
            -1.563_097_448_962_973,
            0.103_329_014_685_429_54,
            -1.645_595_605_077_489_6,
            -0.124_512_432_494_122_92,
            0.284_861_302_891_128_04,
            -0.933_258_494_015_743_3,
            1.081_077_388_142_476_4,
            0.575_496_329_967_928_1,
            -0.982_571_371_335_328_6,
            -1.413_467_506_685_380_8,
            0.952_313_352_455_514_3,
        ],
    );
    check_close(
        &by_x.to_vec_f64(),
        &[
            0.392_922_264_411_328_4,
            0.266_291_720_932_379_13,
            0.245_578_945_832_056_33,
            -0.340_706_542_460_203_1,
            -0.526_182_458_255_584_9,
            -0.352_376_665_472_264_1,
            -0.341_922_762_097_082_94,
            0.287_854_869_040_804_8,
            0.070_855_359_247_504_81,
            0.289_707_040_145_957_6,
            -0.027_964_131_717_599_06,
            0.035_942_360_392_702_905,
        ],
    );
    check_close(
        &step.gradients[affine.weight].to_vec_f64(),
        &[-0.261_115_999_069_858_94, -1.148_022_832_991_870_5, 0.780_861_174_846_988_1],
    );
    params.absorb(step.buffers);
    check_close(&params[norm.mean].value.to_vec_f64(), &[-0.513_925, -1.3954, 1.62065]);
    check_close(
        &params[norm.variance].value.to_vec_f64(),
        &[2.013_711_491_666_666_7, 1.693_769_4, 2.142_576_633_333_333_4],
    );
}

#[test]
fn what_is_refused() {
    let mut params = Params::f64(0);
    let norm = params.named("norm", |params| BatchNorm::new(params, 3));
    let learn = |x: Tensor| {
        message(|| {
            let _: Step<0> = Tape::new().value_and_grad(&params, |scope| {
                let x = scope.input(&x);
                (scope.named("norm", |scope| norm.forward(scope, x)).sum(), [])
            });
        })
    };
    let first = |message: String| message.lines().next().unwrap_or_default().to_owned();
    for x in [tensor([1, 3]), Tensor::zeros(DType::F64, [0, 3]), tensor([1, 3, 1, 1])] {
        let expected = format!(
            "batch_norm in norm: x is {}: to learn takes two numbers for each channel, one has no \
             variance",
            x.shape()
        );
        assert_eq!(first(learn(x)), expected);
    }
    assert_eq!(answer(&norm, &params, &tensor([1, 3])).shape()[..], [1, 3]);
    assert_eq!(answer(&norm, &params, &Tensor::zeros(DType::F64, [0, 3])).shape()[..], [0, 3]);
    for x in [tensor([3]), tensor([2, 4]), tensor([3, 2, 2])] {
        let expected = format!("batch_norm in norm: x is {}, but must be [batch, 3, …]", x.shape());
        assert_eq!(first(learn(x)), expected);
    }
    let mut params = Params::f64(0);
    let norm = LayerNorm::new(&mut params, [3, 4]);
    assert_eq!(
        first(message(|| drop(answer(&norm, &params, &tensor([2, 4, 3]))))),
        "layer_norm: x is [2, 4, 3], but its last axes must be [3, 4], those of the weight"
    );
    assert_eq!(
        message(|| drop(Sequential::new().group_norm(&mut Params::f64(0), 3, 4))),
        "group_norm: 4 channels make no 3 equal groups"
    );
    assert_eq!(
        message(|| {
            let _ = BatchNorm::new(&mut Params::f64(0), 3).momentum(1.5);
        }),
        "a momentum of 1.5 is not in [0, 1]"
    );
}
