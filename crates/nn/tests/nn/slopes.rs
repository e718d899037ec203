//! Derivatives of layers, by what they are given and by their parameters, against differences in
//! double-double.

use wengert_autodiff::real::{DoubleDouble, Real};
use wengert_autodiff::{Mode, OwnRules, Params, Tape, Value};
use wengert_nn::Layer;
use wengert_tensor::{DType, Tensor};

/// Numbers without a pattern.
pub(crate) fn numbers(n: usize) -> Vec<f64> {
    (0..n).map(|k| 0.3 + 1.7 * (1.0 + k as f64 * 2.4).sin()).collect()
}

/// A tensor of [`numbers`].
pub(crate) fn tensor<const N: usize>(shape: [usize; N]) -> Tensor {
    Tensor::from_vec(numbers(shape.iter().product()), shape).expect("as many as places")
}

/// Gives all trainable parameters values without a pattern.
pub(crate) fn scramble(params: &mut Params) {
    for (k, (_, parameter)) in params.iter_mut().enumerate() {
        if parameter.trainable {
            let (shape, size) = (parameter.value.shape().clone(), parameter.value.size());
            let values = numbers(size + k).split_off(k);
            parameter.value = Tensor::from_vec(values, shape).expect("as many as places");
        }
    }
}

/// Panics unless the derivatives of a layer's answer agree with its differences.
#[track_caller]
pub(crate) fn check(layer: &dyn Layer, params: &Params, mode: Mode, x: &Tensor) {
    let tape = Tape::new();
    let scope = tape.scope(params).in_mode(mode);
    let given = tape.input(x);
    let y = layer.forward(&scope, given);
    let weights = tape.input(numbers(y.shape().size())).reshape(y.shape());
    let y = (weights * y).sum();

    let mut inputs: Vec<_> = scope.matching("*").into_iter().map(|(_, var)| var).collect();
    if x.dtype() != DType::I64 {
        inputs.push(given);
    }
    let at: Vec<Tensor> = inputs.iter().map(|x| x.value()).collect();
    let program = tape.program_of(&inputs, &[y]);
    let value = |which: usize, direction: &[f64], t: f64| -> DoubleDouble {
        let moved = at.iter().enumerate().map(|(k, x)| {
            let mut v = direction.iter();
            let t = if k == which { t } else { 0.0 };
            let step = |x: f64| DoubleDouble::from(x) + v.next().map_or(0.0, |v| t * v);
            Value::Real(x.to_f64().map(step))
        });
        let y = program.evaluate(&moved.collect::<Vec<_>>()).expect("inputs of its types");
        y[0].real().to_vec()[0]
    };
    let slopes = tape.grad_with(&OwnRules, y, &inputs);
    for (k, slope) in slopes.into_iter().enumerate() {
        let direction = numbers(at[k].size() + 5).split_off(5);
        let slope = slope.map_or(vec![0.0; direction.len()], |slope| slope.value().to_vec_f64());
        let found: f64 = slope.iter().zip(&direction).map(|(a, b)| a * b).sum();
        let central = |t: f64| (value(k, &direction, t) - value(k, &direction, -t)) / (2.0 * t);
        // Two steps of Richardson's extrapolation: what is left is of the sixth order.
        let [a, b, c] = [1e-3, 5e-4, 2.5e-4].map(central);
        let [ab, bc] = [(b * 4.0 - a) / 3.0, (c * 4.0 - b) / 3.0];
        let wanted = ((bc * 16.0 - ab) / 15.0).to_f64();
        let tolerance = 1e-11 * wanted.abs().max(1.0);
        assert!((found - wanted).abs() <= tolerance, "input {k}: {found}, not {wanted}");
    }
}
