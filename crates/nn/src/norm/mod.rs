//! Normalisations: what follows sees numbers of mean 0 and variance 1, or of another mean and
//! variance that are learnt.

use wengert_autodiff::{ParamId, Params, Scope, Var};
use wengert_tensor::{Shape, Tensor};

mod batch;
mod group;
mod layer;

pub use batch::BatchNorm;
pub use group::GroupNorm;
pub use layer::{LayerNorm, RmsNorm};

/// What is added to variances before they are divided by, unless a layer is told otherwise.
const EPSILON: f64 = 1e-5;

/// $\gamma z + \beta$ for each feature: the end of a normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Affine {
    /// $\gamma$, which begins with ones.
    pub weight: ParamId,
    /// $\beta$, which begins with zeros.
    pub bias: ParamId,
}

impl Affine {
    #[track_caller]
    fn new(params: &mut Params, shape: &Shape) -> Affine {
        let dtype = params.precision().dtype();
        Affine {
            weight: params.add("weight", Tensor::ones(dtype, shape.clone())),
            bias: params.add("bias", Tensor::zeros(dtype, shape.clone())),
        }
    }

    /// With the features along the last axes of `z`.
    #[track_caller]
    fn apply<'t>(self, scope: &Scope<'t>, z: Var<'t>) -> Var<'t> {
        z * scope.var(self.weight) + scope.var(self.bias)
    }

    /// With a feature for each channel of `z`, `[batch, channels, …]`.
    #[track_caller]
    fn apply_to_channels<'t>(self, scope: &Scope<'t>, z: Var<'t>) -> Var<'t> {
        let (weight, bias) = (scope.var(self.weight), scope.var(self.bias));
        z * along_channels(weight, z) + along_channels(bias, z)
    }
}

/// Numbers for channels, `[channels]`, in a shape that broadcasts to `like`, `[batch, channels, …]`.
#[track_caller]
pub(crate) fn along_channels<'t>(numbers: Var<'t>, like: Var<'t>) -> Var<'t> {
    let mut shape = vec![1; like.rank() - 1];
    shape[0] = numbers.shape()[0];
    numbers.reshape(shape)
}

/// Refuses what is not `[batch, channels, …]`.
#[track_caller]
fn check_channels<'t>(layer: &str, scope: &Scope<'t>, x: Var<'t>, channels: usize) {
    let shape = x.shape();
    if shape.get(1) != Some(&channels) {
        let message = format!("x is {shape}, but must be [batch, {channels}, …]");
        scope.refuse(layer, message, &[x]);
    }
}
