//! What a layer is, and a layer made of a function.

use std::fmt;
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

/// A function without parameters as a layer: whatever is a formula on [`Var`] has its place among
/// others with this.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{Function, Layer};
/// let softmax = Function::new("softmax", |x| x.softmax(-1));
/// let y = Tape::new().evaluate(&Params::f64(0), |scope| {
///     softmax.forward(scope, scope.input([0.0, 3.0_f64.ln()]))
/// });
/// assert_eq!(y.to_string(), "[0.25 0.75]");
/// assert_eq!(format!("{softmax:?}"), "softmax");
/// ```
#[derive(Clone, Copy)]
pub struct Function {
    name: &'static str,
    function: for<'t> fn(Var<'t>) -> Var<'t>,
}

impl Function {
    /// The layer that applies this function, and is listed under this name.
    pub fn new(name: &'static str, function: for<'t> fn(Var<'t>) -> Var<'t>) -> Function {
        Function { name, function }
    }
}

impl Layer for Function {
    fn forward<'t>(&self, _: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        (self.function)(x)
    }
}

impl Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
