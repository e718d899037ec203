//! Normalisations of each example over its features.

use wengert_autodiff::{ParamId, Params, Scope, Var};
use wengert_tensor::{Shape, Tensor};

use super::{Affine, EPSILON};
use crate::Layer;

/// $\gamma \odot \frac{x - \bar x}{\sqrt{\operatorname{var} x + \varepsilon}} + \beta$ with mean and
/// variance over the last axes; see [`Var::layer_norm`], which is all of it but $\gamma$ and
/// $\beta$.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{Layer, LayerNorm};
/// let mut params = Params::f64(0);
/// let norm = LayerNorm::new(&mut params, [2]).epsilon(0.0);
/// let y = Tape::new().evaluate(&params, |scope| {
///     norm.forward(scope, scope.input([[1.0, 3.0], [-5.0, 5.0]]))
/// });
/// assert_eq!(y.to_string(), "[[-1.  1.]\n [-1.  1.]]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNorm {
    /// The factor and the summand that follow, of the shape of the last axes.
    pub affine: Affine,
    epsilon: f64,
}

impl LayerNorm {
    /// A layer for inputs whose last axes are these, with parameters `weight` and `bias`.
    ///
    /// # Panics
    ///
    /// If the store has one of such a name already; see [`Params::named`].
    #[track_caller]
    pub fn new(params: &mut Params, axes: impl Into<Shape>) -> LayerNorm {
        LayerNorm { affine: Affine::new(params, &axes.into()), epsilon: EPSILON }
    }

    /// With this $\varepsilon$ beside the variance, $10^{-5}$ unless set.
    pub fn epsilon(self, epsilon: f64) -> LayerNorm {
        LayerNorm { epsilon, ..self }
    }
}

impl Layer for LayerNorm {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let axes = last_axes("layer_norm", scope, x, scope.var(self.affine.weight));
        self.affine.apply(scope, x.layer_norm(axes.as_slice(), self.epsilon))
    }
}

/// $\gamma \odot \frac{x}{\sqrt{\overline{x^2} + \varepsilon}}$ with the mean over the last axes:
/// [`LayerNorm`] without what is subtracted and added; see [`Var::rms_norm`].
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{Layer, RmsNorm};
/// let mut params = Params::f64(0);
/// let norm = RmsNorm::new(&mut params, [2]).epsilon(0.0);
/// let y = Tape::new().evaluate(&params, |scope| norm.forward(scope, scope.input([1.0, 7.0])));
/// assert_eq!(y.to_string(), "[0.2 1.4]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsNorm {
    /// $\gamma$, which begins with ones.
    pub weight: ParamId,
    epsilon: f64,
}

impl RmsNorm {
    /// A layer for inputs whose last axes are these, with a parameter `weight`.
    ///
    /// # Panics
    ///
    /// If the store has one of that name already; see [`Params::named`].
    #[track_caller]
    pub fn new(params: &mut Params, axes: impl Into<Shape>) -> RmsNorm {
        let ones = Tensor::ones(params.precision().dtype(), axes.into());
        RmsNorm { weight: params.add("weight", ones), epsilon: EPSILON }
    }

    /// With this $\varepsilon$ beside the mean square, $10^{-5}$ unless set.
    pub fn epsilon(self, epsilon: f64) -> RmsNorm {
        RmsNorm { epsilon, ..self }
    }
}

impl Layer for RmsNorm {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let weight = scope.var(self.weight);
        let axes = last_axes("rms_norm", scope, x, weight);
        x.rms_norm(axes.as_slice(), self.epsilon) * weight
    }
}

/// The last axes of `x`, which must be those of the weight.
#[track_caller]
fn last_axes<'t>(layer: &str, scope: &Scope<'t>, x: Var<'t>, weight: Var<'t>) -> Vec<usize> {
    let (shape, axes) = (x.shape(), weight.shape());
    if !shape.ends_with(&axes) {
        let message =
            format!("x is {shape}, but its last axes must be {axes}, those of the weight");
        scope.refuse(layer, message, &[x, weight]);
    }
    (shape.rank() - axes.rank()..shape.rank()).collect()
}
