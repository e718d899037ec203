//! Layers one after the other.

use std::fmt;

use wengert_autodiff::{Params, Scope, Var};
use wengert_tensor::{Shape, Window};

use crate::{
    Activation, AvgPool, BatchNorm, ChannelDropout, Conv, Dense, Dropout, Embedding, Flatten,
    Function, GlobalAvgPool, GroupNorm, Initializer, Layer, LayerNorm, MaxPool, Noise, RmsNorm,
};

/// Layers of which each takes what the one before gives; without layers, the identity.
///
/// The parameters of layer `k`, counted from 0, are named `k.weight`, `k.bias`, and what it
/// records has the scope `k`, inside the names around.
///
/// ```
/// # use wengert_autodiff::Params;
/// # use wengert_nn::Sequential;
/// let mut params = Params::f32(0);
/// let model = params.named("classifier", |params| {
///     Sequential::new().dense(params, 64, 32).relu().dense(params, 32, 10)
/// });
/// let names: Vec<&str> = params.iter().map(|(_, parameter)| &*parameter.name).collect();
/// assert_eq!(names, [
///     "classifier.0.weight", "classifier.0.bias", "classifier.2.weight", "classifier.2.bias",
/// ]);
/// assert_eq!(model.len(), 3);
/// ```
#[derive(Default)]
pub struct Sequential {
    layers: Vec<Box<dyn Layer>>,
}

impl Sequential {
    /// No layers yet.
    pub fn new() -> Sequential {
        Sequential::default()
    }

    /// Appends a layer of one's own.
    pub fn layer(mut self, layer: impl Layer + 'static) -> Sequential {
        self.layers.push(Box::new(layer));
        self
    }

    /// Appends a layer with parameters, which are named by its place.
    ///
    /// ```
    /// # use wengert_autodiff::Params;
    /// # use wengert_nn::{BatchNorm, Sequential};
    /// let mut params = Params::f32(0);
    /// let model = Sequential::new()
    ///     .dense(&mut params, 64, 32)
    ///     .layer_with(&mut params, |params| BatchNorm::new(params, 32).momentum(0.01));
    /// assert!(params.find("1.running_mean").is_some());
    /// ```
    ///
    /// # Panics
    ///
    /// If the store has parameters of such names, as from another model; see [`Params::named`].
    #[track_caller]
    pub fn layer_with<L: Layer + 'static>(
        self,
        params: &mut Params,
        make: impl FnOnce(&mut Params) -> L,
    ) -> Sequential {
        let place = self.len().to_string();
        let layer = params.named(&place, make);
        self.layer(layer)
    }

    /// Appends [`Dense::new`]: weights by [`Initializer::HeUniform`], biases zero.
    ///
    /// # Panics
    ///
    /// As [`Sequential::layer_with`].
    #[track_caller]
    pub fn dense(self, params: &mut Params, inputs: usize, outputs: usize) -> Sequential {
        self.layer_with(params, |params| Dense::new(params, inputs, outputs))
    }

    /// Appends [`Dense::with`]: weights by another rule, such as [`Initializer::XavierUniform`]
    /// before tanh.
    ///
    /// # Panics
    ///
    /// As [`Sequential::layer_with`].
    #[track_caller]
    pub fn dense_with(
        self,
        params: &mut Params,
        inputs: usize,
        outputs: usize,
        initializer: Initializer,
    ) -> Sequential {
        self.layer_with(params, |params| Dense::with(params, inputs, outputs, initializer))
    }

    /// Appends [`Conv::new`].
    ///
    /// ```
    /// # use wengert_autodiff::Params;
    /// # use wengert_nn::Sequential;
    /// # use wengert_tensor::Window;
    /// let mut params = Params::f32(0);
    /// let model = Sequential::new()
    ///     .conv(&mut params, 1, 16, Window::new([3, 3]).padding(1)) // [16, 28, 28]
    ///     .relu()
    ///     .max_pool2d(2) // [16, 14, 14]
    ///     .conv2d(&mut params, 16, 32, 3) // [32, 12, 12]
    ///     .relu()
    ///     .global_avg_pool()
    ///     .dense(&mut params, 32, 10);
    /// ```
    ///
    /// # Panics
    ///
    /// As [`Sequential::layer_with`].
    #[track_caller]
    pub fn conv(
        self,
        params: &mut Params,
        inputs: usize,
        outputs: usize,
        window: Window,
    ) -> Sequential {
        self.layer_with(params, |params| Conv::new(params, inputs, outputs, window))
    }

    /// Appends [`Conv::new`] with a window of `size` by `size` that moves by one element and stays
    /// inside.
    ///
    /// # Panics
    ///
    /// As [`Sequential::layer_with`].
    #[track_caller]
    pub fn conv2d(
        self,
        params: &mut Params,
        inputs: usize,
        outputs: usize,
        size: usize,
    ) -> Sequential {
        self.conv(params, inputs, outputs, Window::new([size, size]))
    }

    /// Appends a [`MaxPool`].
    pub fn max_pool(self, window: Window) -> Sequential {
        self.layer(MaxPool(window))
    }

    /// Appends a [`MaxPool`] that cuts images into squares of `size` by `size`.
    pub fn max_pool2d(self, size: usize) -> Sequential {
        self.max_pool(Window::new([size, size]).stride(size))
    }

    /// Appends an [`AvgPool`].
    pub fn avg_pool(self, window: Window) -> Sequential {
        self.layer(AvgPool(window))
    }

    /// Appends an [`AvgPool`] that cuts images into squares of `size` by `size`.
    pub fn avg_pool2d(self, size: usize) -> Sequential {
        self.avg_pool(Window::new([size, size]).stride(size))
    }

    /// Appends [`GlobalAvgPool`].
    pub fn global_avg_pool(self) -> Sequential {
        self.layer(GlobalAvgPool)
    }

    /// Appends [`Embedding::new`].
    ///
    /// # Panics
    ///
    /// As [`Sequential::layer_with`].
    #[track_caller]
    pub fn embedding(self, params: &mut Params, n: usize, width: usize) -> Sequential {
        self.layer_with(params, |params| Embedding::new(params, n, width))
    }

    /// Appends [`BatchNorm::new`].
    ///
    /// # Panics
    ///
    /// As [`Sequential::layer_with`].
    #[track_caller]
    pub fn batch_norm(self, params: &mut Params, channels: usize) -> Sequential {
        self.layer_with(params, |params| BatchNorm::new(params, channels))
    }

    /// Appends [`LayerNorm::new`].
    ///
    /// # Panics
    ///
    /// As [`Sequential::layer_with`].
    #[track_caller]
    pub fn layer_norm(self, params: &mut Params, axes: impl Into<Shape>) -> Sequential {
        self.layer_with(params, |params| LayerNorm::new(params, axes))
    }

    /// Appends [`RmsNorm::new`].
    ///
    /// # Panics
    ///
    /// As [`Sequential::layer_with`].
    #[track_caller]
    pub fn rms_norm(self, params: &mut Params, axes: impl Into<Shape>) -> Sequential {
        self.layer_with(params, |params| RmsNorm::new(params, axes))
    }

    /// Appends [`GroupNorm::new`].
    ///
    /// # Panics
    ///
    /// As [`Sequential::layer_with`], or if the channels can't be divided into such groups.
    #[track_caller]
    pub fn group_norm(self, params: &mut Params, groups: usize, channels: usize) -> Sequential {
        self.layer_with(params, |params| GroupNorm::new(params, groups, channels))
    }

    /// Appends an [`Activation`].
    pub fn activation(self, activation: Activation) -> Sequential {
        self.layer(activation)
    }

    /// Appends [`Activation::Relu`].
    pub fn relu(self) -> Sequential {
        self.layer(Activation::Relu)
    }

    /// Appends [`Activation::Tanh`].
    pub fn tanh(self) -> Sequential {
        self.layer(Activation::Tanh)
    }

    /// Appends [`Activation::Sigmoid`].
    pub fn sigmoid(self) -> Sequential {
        self.layer(Activation::Sigmoid)
    }

    /// Appends [`Activation::Gelu`].
    pub fn gelu(self) -> Sequential {
        self.layer(Activation::Gelu)
    }

    /// Appends [`Activation::Silu`].
    pub fn silu(self) -> Sequential {
        self.layer(Activation::Silu)
    }

    /// Appends a [`Function`].
    ///
    /// ```
    /// # use wengert_nn::Sequential;
    /// let model = Sequential::new().function("softmax", |x| x.softmax(-1));
    /// assert_eq!(format!("{model:?}"), "Sequential {0: softmax}");
    /// ```
    pub fn function(
        self,
        name: &'static str,
        function: for<'t> fn(Var<'t>) -> Var<'t>,
    ) -> Sequential {
        self.layer(Function::new(name, function))
    }

    /// Appends [`Flatten`].
    pub fn flatten(self) -> Sequential {
        self.layer(Flatten)
    }

    /// Appends [`Dropout`].
    ///
    /// # Panics
    ///
    /// If the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn dropout(self, rate: f64) -> Sequential {
        self.layer(Dropout::new(rate))
    }

    /// Appends [`ChannelDropout`].
    ///
    /// # Panics
    ///
    /// If the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn channel_dropout(self, rate: f64) -> Sequential {
        self.layer(ChannelDropout::new(rate))
    }

    /// Appends [`Noise`].
    ///
    /// # Panics
    ///
    /// If the standard deviation is negative, infinite or NaN.
    #[track_caller]
    pub fn noise(self, std: f64) -> Sequential {
        self.layer(Noise::new(std))
    }

    /// How many layers there are.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }
}

impl Layer for Sequential {
    fn forward<'t>(&self, scope: &Scope<'t>, mut x: Var<'t>) -> Var<'t> {
        for (place, layer) in self.layers.iter().enumerate() {
            let _inside = scope.enter(&place.to_string());
            x = layer.forward(scope, x);
        }
        x
    }
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sequential ")?;
        f.debug_map().entries(self.layers.iter().enumerate()).finish()
    }
}
