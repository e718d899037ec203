//! Values, shapes, names and gradients of layers.

use wengert_autodiff::{Params, Scope, Tape, Var};
use wengert_nn::{Activation, Dense, Initializer, Layer, Sequential};

#[test]
fn dense_is_a_product_and_a_sum() {
    let mut params = Params::f64(0);
    let dense = Dense::new(&mut params, 2, 3);
    params.get_mut(dense.weight).value = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].into();
    params.get_mut(dense.bias.expect("a bias")).value = [0.5, -0.5, 0.0].into();
    let y = Tape::new()
        .evaluate(&params, |scope| dense.forward(scope, scope.input([[1.0, 10.0], [-1.0, 0.0]])));
    assert_eq!(y.to_string(), "[[41.5 51.5 63. ]\n [-0.5 -2.5 -3. ]]");
}

#[test]
fn dense_takes_rows_with_any_axes_in_front() {
    let mut params = Params::f64(0);
    let dense = Dense::new(&mut params, 4, 3);
    for front in [&[][..], &[5], &[2, 5], &[0], &[2, 0, 3]] {
        let x: Vec<usize> = front.iter().copied().chain([4]).collect();
        let y: Vec<usize> = front.iter().copied().chain([3]).collect();
        let value = Tape::new().evaluate(&params, |scope| {
            let x = wengert_tensor::Tensor::ones(wengert_tensor::DType::F64, &x[..]);
            dense.forward(scope, scope.input(x))
        });
        assert_eq!(value.shape()[..], y);
    }
}

#[test]
fn a_dense_layer_begins_with_he_weights_and_no_bias() {
    let mut params = Params::f32(3);
    let dense = Dense::new(&mut params, 6, 4);
    let expected = Initializer::HeUniform.draw(&mut Params::f32(3), [6, 4], 6, 4);
    assert_eq!(params[dense.weight].value, expected);
    let bias = dense.bias.expect("a bias");
    assert_eq!(params[bias].value.to_vec_f64(), [0.0; 4]);
    assert!(params[dense.weight].decays && !params[bias].decays);
}

#[test]
fn layers_without_parameters_are_their_functions() {
    let params = Params::f64(0);
    let x = [-1.0, 0.0, 2.0];
    let value = |layer: &dyn Layer| {
        Tape::new().evaluate(&params, |scope| layer.forward(scope, scope.input(x))).to_vec_f64()
    };
    assert_eq!(value(&Activation::Relu), [0.0, 0.0, 2.0]);
    assert_eq!(value(&Activation::Tanh), x.map(f64::tanh));
    assert_eq!(value(&Sequential::new()), x, "without layers, the identity");
}

#[test]
fn sequential_names_parameters_and_scopes_by_place() {
    let mut params = Params::f64(0);
    let model = params.named("reader", |params| {
        let head = Sequential::new().dense(params, 3, 2);
        Sequential::new().layer(Activation::Relu).dense(params, 4, 3).tanh().layer(head)
    });
    let names: Vec<&str> = params.iter().map(|(_, parameter)| &*parameter.name).collect();
    let expected = ["reader.0.weight", "reader.0.bias", "reader.1.weight", "reader.1.bias"];
    assert_eq!(names, expected);

    let tape = Tape::new();
    let scope = tape.scope(&params);
    let y = scope.named("reader", |scope| model.forward(scope, scope.input([[1.0; 4]; 2])));
    assert_eq!(y.shape()[..], [2, 2]);
    assert_eq!(y.origin().scope, "reader.3.0");
}

#[test]
fn sequential_lists_its_layers() {
    let mut params = Params::f64(0);
    let model = Sequential::new().relu().dense(&mut params, 2, 2).tanh();
    let listing = format!("{model:?}");
    assert!(listing.starts_with("Sequential {0: Relu, 1: Dense { weight: "), "{listing}");
    assert!(listing.ends_with("}, 2: Tanh}"), "{listing}");
    assert_eq!((model.len(), model.is_empty()), (3, false));
}

#[test]
fn every_parameter_of_a_model_has_a_gradient() {
    let mut params = Params::f64(5);
    let model = Sequential::new()
        .dense_with(&mut params, 3, 5, Initializer::XavierNormal)
        .tanh()
        .dense(&mut params, 5, 4)
        .relu()
        .dense(&mut params, 4, 2);
    let step = Tape::new().value_and_grad(&params, |scope| {
        let logits = model.forward(scope, scope.input([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5]]));
        (logits.cross_entropy(scope.tape().indices([1, 0])), [])
    });
    assert!(step.gradients.missing().is_empty());
    for (id, parameter) in params.iter() {
        assert_eq!(step.gradients[id].shape(), parameter.value.shape());
    }
}

#[test]
fn two_layers_share_a_weight_by_holding_its_key() {
    let mut params = Params::f64(0);
    let first = Dense::with(&mut params, 2, 2, Initializer::Constant(1.0));
    let second = Dense { bias: Some(params.add("other.bias", [0.0, 0.0])), ..first };
    let model = Sequential::new().layer(first).layer(second);
    let step = Tape::new()
        .value_and_grad(&params, |scope| (model.forward(scope, scope.input([1.0, 3.0])).sum(), []));
    // y = Σ (x W) W: each use adds to the gradient, first xᵢ · 2, then 4 for every row.
    assert_eq!(step.gradients[first.weight].to_string(), "[[ 6.  6.]\n [10. 10.]]");
}

#[test]
fn models_can_be_sent_to_threads() {
    fn sent<T: Send + Sync>(_: &T) {}
    sent(&Sequential::new().relu());
}

/// A layer may take a layer, of a known type or not.
#[derive(Debug)]
struct Twice<L>(L);

impl<L: Layer> Layer for Twice<L> {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let x = self.0.forward(scope, x);
        self.0.forward(scope, x)
    }
}

#[test]
fn layers_of_ones_own_take_part() {
    let mut params = Params::f64(0);
    let dense = Dense::with(&mut params, 2, 2, Initializer::Constant(0.5));
    let model = Sequential::new().layer(Twice(dense)).relu();
    let y = Tape::new().evaluate(&params, |scope| model.forward(scope, scope.input([1.0, 3.0])));
    assert_eq!(y.to_string(), "[2. 2.]");
}
