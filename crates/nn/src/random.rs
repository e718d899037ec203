//! Layers that are random while a model learns, and do nothing when it answers.

use wengert_autodiff::{Scope, Var};

use crate::Layer;

/// When learning, drops each element with this probability and scales up the others; see
/// [`Var::dropout`].
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{Dropout, Layer};
/// let (params, dropout) = (Params::f64(0), Dropout::new(0.5));
/// let mut tape = Tape::new();
/// let step = tape.value_and_grad(&params, |scope| {
///     let y = dropout.forward(scope, scope.input([3.0; 100]));
///     (y.mean(), [y])
/// });
/// assert!(step.outputs[0].to_vec_f64().iter().all(|&y| y == 0.0 || y == 6.0));
/// let y = tape.evaluate(&params, |scope| dropout.forward(scope, scope.input([3.0; 100])));
/// assert_eq!(y.to_vec_f64(), [3.0; 100]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    rate: f64,
}

impl Dropout {
    /// The layer that drops with this probability.
    ///
    /// # Panics
    ///
    /// If it is not in `[0, 1)`.
    #[track_caller]
    pub fn new(rate: f64) -> Dropout {
        Dropout { rate: valid("dropout", rate) }
    }
}

impl Layer for Dropout {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        scope.dropout(x, self.rate)
    }
}

/// When learning, drops each channel of each example with this probability, for inputs
/// `[batch, channels, …]`: the elements of a channel are too much alike to be dropped one by one
/// (Tompson, Goroshin, Jain, LeCun and Bregler, "Efficient object localization using convolutional
/// networks", 2015).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelDropout {
    rate: f64,
}

impl ChannelDropout {
    /// The layer that drops with this probability.
    ///
    /// # Panics
    ///
    /// If it is not in `[0, 1)`.
    #[track_caller]
    pub fn new(rate: f64) -> ChannelDropout {
        ChannelDropout { rate: valid("channel_dropout", rate) }
    }
}

impl Layer for ChannelDropout {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let mut shape = x.shape().to_vec();
        if shape.len() < 2 {
            let message = format!("x is {}, but must be [batch, channels, …]", x.shape());
            scope.refuse("channel_dropout", message, &[x]);
        }
        if !scope.is_training() {
            return x;
        }
        shape[2..].fill(1);
        let ones = scope.tape().literal(1.0).broadcast_to(shape);
        x * scope.dropout(ones, self.rate)
    }
}

#[track_caller]
fn valid(layer: &str, rate: f64) -> f64 {
    assert!((0.0..1.0).contains(&rate), "{layer}: a rate of {rate} is not in [0, 1)");
    rate
}

/// When learning, adds normally distributed numbers of mean 0 and this standard deviation. On
/// inputs that were standardised, this keeps a model from relying on features that hardly ever vary
/// (Bishop, "Training with noise is equivalent to Tikhonov regularization", 1995).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    std: f64,
}

impl Noise {
    /// The layer that adds noise of this standard deviation.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn new(std: f64) -> Noise {
        let valid = std.is_finite() && std >= 0.0;
        assert!(valid, "noise: a standard deviation is finite and not negative, unlike {std}");
        Noise { std }
    }
}

impl Layer for Noise {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        if scope.is_training() && self.std > 0.0 {
            x + self.std * scope.tape().normal(scope.seed(), x.shape())
        } else {
            x
        }
    }
}
