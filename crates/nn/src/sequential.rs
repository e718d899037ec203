//! Layers one after the other.

use std::fmt;

use wengert_autodiff::{Params, Scope, Var};

use crate::{Dense, Initializer, Layer, Relu, Tanh};

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

    /// Appends [`Dense::new`]: weights by [`Initializer::HeUniform`], biases zero.
    ///
    /// # Panics
    ///
    /// If the store has parameters of such names, as from another model; see [`Params::named`].
    #[track_caller]
    pub fn dense(self, params: &mut Params, inputs: usize, outputs: usize) -> Sequential {
        self.dense_with(params, inputs, outputs, Initializer::HeUniform)
    }

    /// Appends [`Dense::with`]: weights by another rule, such as [`Initializer::XavierUniform`]
    /// before tanh.
    ///
    /// # Panics
    ///
    /// As [`Sequential::dense`].
    #[track_caller]
    pub fn dense_with(
        self,
        params: &mut Params,
        inputs: usize,
        outputs: usize,
        initializer: Initializer,
    ) -> Sequential {
        let place = self.len().to_string();
        let dense = params.named(&place, |p| Dense::with(p, inputs, outputs, initializer));
        self.layer(dense)
    }

    /// Appends [`Relu`].
    pub fn relu(self) -> Sequential {
        self.layer(Relu)
    }

    /// Appends [`Tanh`].
    pub fn tanh(self) -> Sequential {
        self.layer(Tanh)
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
