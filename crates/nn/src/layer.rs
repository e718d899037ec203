//! What a layer is, and the layers without parameters.

use std::fmt::Debug;

use wengert_autodiff::{Scope, Var};

/// A part of a model: a function with parameters, of which it holds the keys.
///
/// A layer is plain data. Its parameters, the mode – to learn or to answer – and the seed of what
/// it draws all come with the scope, so the same layer can serve any number of threads and steps.
///
/// ```
/// use wengert_autodiff::{ParamId, Params, Scope, Tape, Var};
/// use wengert_nn::Layer;
///
/// /// $x \odot s$.
/// #[derive(Debug)]
/// struct Scale(ParamId);
///
/// impl Layer for Scale {
///     fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
///         x * scope.var(self.0)
///     }
/// }
///
/// let mut params = Params::f64(0);
/// let layer = Scale(params.add("scale", [2.0, 3.0]));
/// let y = Tape::new().evaluate(&params, |scope| layer.forward(scope, scope.input([1.0, 1.0])));
/// assert_eq!(y.to_string(), "[2. 3.]");
/// ```
pub trait Layer: Debug + Send + Sync {
    /// Records the layer's output for the input `x`.
    ///
    /// # Panics
    ///
    /// If it does not take inputs of this shape; the message names the path of the scope. See
    /// [`Scope::refuse`].
    #[track_caller]
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t>;
}

/// $\max(x, 0)$ for each element; see [`Var::relu`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relu;

impl Layer for Relu {
    fn forward<'t>(&self, _: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        x.relu()
    }
}

/// $\tanh x$ for each element; see [`Var::tanh`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tanh;

impl Layer for Tanh {
    fn forward<'t>(&self, _: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        x.tanh()
    }
}
