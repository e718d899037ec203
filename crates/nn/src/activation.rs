//! Activations as layers.

use wengert_autodiff::{Scope, Var};

use crate::Layer;

/// A function of each element that stands between layers, as a value: a model's description can
/// hold it, and a search can choose it. Each is the method of the same name on [`Var`].
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{Activation, Layer};
/// let activation = Activation::LeakyRelu(0.1);
/// let y = Tape::new().evaluate(&Params::f64(0), |scope| {
///     activation.forward(scope, scope.input([-2.0, 3.0]))
/// });
/// assert_eq!(y.to_string(), "[-0.2  3. ]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// [`Var::relu`].
    Relu,
    /// [`Var::leaky_relu`] with this slope below 0.
    LeakyRelu(f64),
    /// [`Var::relu6`].
    Relu6,
    /// [`Var::elu`] with this limit below 0.
    Elu(f64),
    /// [`Var::selu`].
    Selu,
    /// [`Var::celu`] with this limit below 0.
    Celu(f64),
    /// [`Var::gelu`].
    Gelu,
    /// [`Var::gelu_tanh`].
    GeluTanh,
    /// [`Var::silu`], also called swish.
    Silu,
    /// [`Var::mish`].
    Mish,
    /// [`Var::hard_swish`].
    HardSwish,
    /// [`Var::softplus`].
    Softplus,
    /// [`Var::tanh`].
    Tanh,
    /// [`Var::hard_tanh`].
    HardTanh,
    /// [`Var::softsign`].
    Softsign,
    /// [`Var::sigmoid`].
    Sigmoid,
    /// [`Var::log_sigmoid`].
    LogSigmoid,
    /// [`Var::hard_sigmoid`].
    HardSigmoid,
}

impl Activation {
    /// The function of each element of `x`.
    #[track_caller]
    pub fn apply(self, x: Var<'_>) -> Var<'_> {
        match self {
            Activation::Relu => x.relu(),
            Activation::LeakyRelu(slope) => x.leaky_relu(slope),
            Activation::Relu6 => x.relu6(),
            Activation::Elu(a) => x.elu(a),
            Activation::Selu => x.selu(),
            Activation::Celu(a) => x.celu(a),
            Activation::Gelu => x.gelu(),
            Activation::GeluTanh => x.gelu_tanh(),
            Activation::Silu => x.silu(),
            Activation::Mish => x.mish(),
            Activation::HardSwish => x.hard_swish(),
            Activation::Softplus => x.softplus(),
            Activation::Tanh => x.tanh(),
            Activation::HardTanh => x.hard_tanh(),
            Activation::Softsign => x.softsign(),
            Activation::Sigmoid => x.sigmoid(),
            Activation::LogSigmoid => x.log_sigmoid(),
            Activation::HardSigmoid => x.hard_sigmoid(),
        }
    }
}

impl Layer for Activation {
    fn forward<'t>(&self, _: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        self.apply(x)
    }
}
