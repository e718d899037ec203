//! Normalisation of each example over groups of its channels.

use wengert_autodiff::{Params, Scope, Var};

use super::{Affine, EPSILON, check_channels};
use crate::Layer;

/// $\gamma \frac{x - \bar x}{\sqrt{\operatorname{var} x + \varepsilon}} + \beta$ for inputs
/// `[batch, channels, …]`, with mean and variance over each group of neighbouring channels of each
/// example, and $\gamma$ and $\beta$ for each channel (Wu and He, "Group normalization", 2018). As
/// many groups as channels make *instance normalisation* of it.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{GroupNorm, Layer};
/// let mut params = Params::f64(0);
/// let norm = GroupNorm::new(&mut params, 2, 4).epsilon(0.0);
/// let y = Tape::new().evaluate(&params, |scope| {
///     norm.forward(scope, scope.input([[1.0, 3.0, 10.0, 0.0]]))
/// });
/// assert_eq!(y.to_string(), "[[-1.  1.  1. -1.]]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupNorm {
    /// The factor and the summand that follow: `[channels]`.
    pub affine: Affine,
    groups: usize,
    epsilon: f64,
}

impl GroupNorm {
    /// A layer with parameters `weight` and `bias`.
    ///
    /// # Panics
    ///
    /// If the channels can't be divided into as many equal groups, or the store has a parameter of
    /// such a name already; see [`Params::named`].
    #[track_caller]
    pub fn new(params: &mut Params, groups: usize, channels: usize) -> GroupNorm {
        let divides = groups > 0 && channels.is_multiple_of(groups);
        assert!(divides, "group_norm: {channels} channels make no {groups} equal groups");
        GroupNorm { affine: Affine::new(params, &[channels].into()), groups, epsilon: EPSILON }
    }

    /// With this $\varepsilon$ beside the variance, $10^{-5}$ unless set.
    pub fn epsilon(self, epsilon: f64) -> GroupNorm {
        GroupNorm { epsilon, ..self }
    }
}

impl Layer for GroupNorm {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let channels = scope.var(self.affine.weight).shape()[0];
        check_channels("group_norm", scope, x, channels);
        let shape = x.shape();
        let in_group = shape[1..].iter().product::<usize>() / self.groups;
        let grouped = x.reshape([shape[0], self.groups, in_group]);
        let z = grouped.layer_norm(-1, self.epsilon).reshape(shape);
        self.affine.apply_to_channels(scope, z)
    }
}
