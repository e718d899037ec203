//! Layers for images: convolution and pooling.

use wengert_autodiff::{Mode, Params, Tape};
use wengert_nn::{AvgPool, Conv, GlobalAvgPool, Initializer, Layer, MaxPool, Sequential};
use wengert_tensor::{DType, Tensor, Window};

use crate::message;
use crate::slopes::{self, scramble, tensor};

fn answer(layer: &dyn Layer, params: &Params, x: &Tensor) -> Tensor {
    Tape::new().evaluate(params, |scope| layer.forward(scope, scope.input(x)))
}

fn values(x: &Tensor) -> Vec<f64> {
    x.to_vec_f64()
}

#[test]
fn a_convolution_adds_a_bias_to_each_channel() {
    let mut params = Params::f64(0);
    let window = Window::new([2, 3]).padding([0, 1]).stride([1, 2]);
    let conv = Conv::with(&mut params, 4, 6, window.clone(), 2, Initializer::HeNormal);
    assert_eq!(params[conv.weight].value.shape()[..], [6, 2, 2, 3]);
    scramble(&mut params);
    let x = tensor([2, 4, 3, 5]);
    let y = answer(&conv, &params, &x);
    assert_eq!(y.shape()[..], [2, 6, 2, 3]);
    let tape = Tape::new();
    let [w, b] = [conv.weight, conv.bias.expect("it has one")]
        .map(|key| tape.input(params[key].value.clone()));
    let wanted = tape.input(&x).conv_in_groups(w, &window, 2) + b.reshape([1, 6, 1, 1]);
    assert_eq!(values(&y), values(&wanted.value()));
    slopes::check(&conv, &params, Mode::Train, &x);
}

#[test]
fn convolutions_over_one_axis_and_over_three() {
    for (window, x) in [
        (Window::new([3]).same(), tensor([2, 3, 7])),
        (Window::new([2, 1, 2]), tensor([1, 3, 3, 2, 4])),
    ] {
        let mut params = Params::f64(0);
        let conv = Conv::without_bias(&mut params, 3, 2, window, 1, Initializer::HeUniform);
        assert_eq!((conv.bias, params.len()), (None, 1));
        slopes::check(&conv, &params, Mode::Train, &x);
    }
}

/// He's rule counts the inputs that an output sees: channels of its group times taps.
#[test]
fn weights_begin_by_what_an_output_sees() {
    let mut params = Params::f64(3);
    let window = Window::new([3, 5]);
    let conv = Conv::with(&mut params, 8, 400, window, 4, Initializer::HeUniform);
    let weights = values(&params[conv.weight].value);
    let bound = (6.0 / (2.0 * 15.0_f64)).sqrt();
    let largest = weights.iter().fold(0.0_f64, |most, w| most.max(w.abs()));
    assert!(largest <= bound && largest > 0.99 * bound, "{largest} of {bound}");
    assert!(values(&params[conv.bias.expect("it has one")].value).iter().all(|&b| b == 0.0));
}

#[test]
fn pools_are_their_methods() {
    let params = Params::f64(0);
    let x = tensor([2, 3, 4, 6]);
    let window = Window::new([2, 3]).stride([1, 3]).padding([1, 0]);
    let tape = Tape::new();
    let var = tape.input(&x);
    for (layer, wanted) in [
        (&MaxPool(window.clone()) as &dyn Layer, var.max_pool(&window)),
        (&AvgPool(window.clone()), var.avg_pool(&window)),
        (&GlobalAvgPool, var.mean_over([2, 3])),
    ] {
        assert_eq!(answer(layer, &params, &x), wanted.value());
        slopes::check(layer, &params, Mode::Train, &x);
    }
    let features = tensor([2, 3]);
    assert_eq!(answer(&GlobalAvgPool, &params, &features), features);
}

#[test]
fn a_network_for_images() {
    let mut params = Params::f64(0);
    let window = Window::new([3, 3]).padding(1);
    let model = Sequential::new()
        .conv(&mut params, 1, 4, window.clone())
        .relu()
        .max_pool2d(2)
        .conv2d(&mut params, 4, 3, 2)
        .tanh()
        .avg_pool2d(2)
        .max_pool(Window::new([1, 1]))
        .avg_pool(Window::new([1, 1]))
        .global_avg_pool()
        .dense(&mut params, 3, 2);
    let names: Vec<&str> = params.iter().map(|(_, parameter)| &*parameter.name).collect();
    assert_eq!(names[..4], ["0.weight", "0.bias", "3.weight", "3.bias"]);
    scramble(&mut params);
    let x = tensor([2, 1, 10, 10]);
    assert_eq!(answer(&model, &params, &x).shape()[..], [2, 2]);
    slopes::check(&model, &params, Mode::Train, &x);
    let none = Tensor::zeros(DType::F64, [0, 1, 10, 10]);
    assert_eq!(answer(&model, &params, &none).shape()[..], [0, 2]);
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let mut params = Params::f64(0);
    let model = Sequential::new().conv2d(&mut params, 3, 8, 5);
    let refuses = |layer: &dyn Layer, x: Tensor, wanted: &str| {
        let said = message(|| drop(answer(layer, &params, &x)));
        assert!(said.starts_with(wanted), "{said}");
    };
    for shape in [vec![2, 4, 9, 9], vec![2, 3, 9], vec![3]] {
        let x = Tensor::zeros(DType::F64, shape);
        let wanted = format!(
            "conv in 0: x is {}, but must be [batch, 3, …, …]: weight [8, 3, 5, 5]",
            x.shape()
        );
        refuses(&model, x, &wanted);
    }
    let wanted = "conv in 0: a window of 5 elements does not fit into 4 along spatial axis 1 of x \
                  [2, 3, 9, 4]";
    refuses(&model, tensor([2, 3, 9, 4]), wanted);
    let wanted = "max_pool in 0: a window of 3 elements does not fit into 2 along spatial axis 0 \
                  of x [1, 2, 4]";
    refuses(&Sequential::new().max_pool2d(3), tensor([1, 2, 4]), wanted);
    let wanted = "avg_pool in 0: x is [4], but must have at least 2 axes for the window";
    refuses(&Sequential::new().avg_pool2d(3), tensor([4]), wanted);
    let wanted = "global_avg_pool in 0: x is [4], but must be [batch, channels, …]";
    refuses(&Sequential::new().global_avg_pool(), tensor([4]), wanted);
    let window = Window::new([1]);
    let said = message(|| {
        drop(Conv::with(&mut Params::f64(0), 4, 6, window, 3, Initializer::Zeros));
    });
    assert_eq!(said, "conv: 4 inputs and 6 outputs can't be divided into 3 groups");
}
