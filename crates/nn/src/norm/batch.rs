//! Normalisation of each channel over a batch.

use wengert_autodiff::{ParamId, Params, Scope, Var};
use wengert_tensor::{Shape, Tensor};

use super::{Affine, EPSILON, along_channels, check_channels};
use crate::Layer;

/// $\gamma \frac{x - \bar x}{\sqrt{\operatorname{var} x + \varepsilon}} + \beta$ for each channel of
/// `[batch, channels, …]`: the mean and variance are over all other axes, so over the batch for
/// features, and over the batch and all places for images (Ioffe and Szegedy, "Batch normalization:
/// accelerating deep network training by reducing internal covariate shift", 2015).
///
/// When learning, they are those of the batch, and the step's buffers have running averages of
/// both: $r \leftarrow (1 - m)\, r + m \bar x$ with the momentum $m$, 0.1 unless set, and the same
/// for the unbiased variance, divided by $n - 1$ in place of $n$. [`Params::absorb`] takes them
/// over. When answering, the running ones are used, so an answer does not depend on the batch that
/// it is asked with.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{BatchNorm, Layer};
/// let mut params = Params::f64(0);
/// let norm = BatchNorm::new(&mut params, 1).momentum(0.5).epsilon(0.0);
/// let mut tape = Tape::new();
/// let step = tape.value_and_grad(&params, |scope| {
///     let y = norm.forward(scope, scope.input([[1.0], [3.0]]));
///     (y.square().sum(), [y])
/// });
/// assert_eq!(step.outputs[0].to_string(), "[[-1.]\n [ 1.]]");
/// params.absorb(step.buffers);
/// assert_eq!(params[norm.mean].value.to_string(), "[1.]"); // half of 0, half of 2
/// assert_eq!(params[norm.variance].value.to_string(), "[1.5]"); // half of 1, half of 2
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNorm {
    /// The factor and the summand that follow, if there are any.
    pub affine: Option<Affine>,
    /// The running mean, a buffer: `[channels]`.
    pub mean: ParamId,
    /// The running variance, a buffer: `[channels]`.
    pub variance: ParamId,
    momentum: f64,
    epsilon: f64,
}

impl BatchNorm {
    /// A layer with parameters `weight` and `bias`, and buffers `running_mean` and `running_var`.
    ///
    /// # Panics
    ///
    /// If the store has one of such a name already; see [`Params::named`].
    #[track_caller]
    pub fn new(params: &mut Params, channels: usize) -> BatchNorm {
        let affine = Affine::new(params, &[channels].into());
        BatchNorm { affine: Some(affine), ..BatchNorm::plain(params, channels) }
    }

    /// A layer that ends with mean 0 and variance 1: without `weight` and `bias`.
    ///
    /// # Panics
    ///
    /// As [`BatchNorm::new`].
    #[track_caller]
    pub fn plain(params: &mut Params, channels: usize) -> BatchNorm {
        let dtype = params.precision().dtype();
        let channels: Shape = [channels].into();
        BatchNorm {
            affine: None,
            mean: params.add_buffer("running_mean", Tensor::zeros(dtype, channels.clone())),
            variance: params.add_buffer("running_var", Tensor::ones(dtype, channels)),
            momentum: 0.1,
            epsilon: EPSILON,
        }
    }

    /// With this part of each batch in the running averages.
    ///
    /// # Panics
    ///
    /// If it is not in `[0, 1]`.
    #[track_caller]
    pub fn momentum(self, momentum: f64) -> BatchNorm {
        assert!((0.0..=1.0).contains(&momentum), "a momentum of {momentum} is not in [0, 1]");
        BatchNorm { momentum, ..self }
    }

    /// With this $\varepsilon$ beside the variance, $10^{-5}$ unless set.
    pub fn epsilon(self, epsilon: f64) -> BatchNorm {
        BatchNorm { epsilon, ..self }
    }

    /// The mean and variance of a batch for each channel; their running averages are updated.
    #[track_caller]
    fn of_batch<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> (Var<'t>, Var<'t>) {
        let shape = x.shape();
        let n = shape.without(&[1]).size();
        if n < 2 {
            let message = format!(
                "x is {shape}: to learn takes two numbers for each channel, one has no variance"
            );
            scope.refuse("batch_norm", message, &[x]);
        }
        let others: Vec<usize> = (0..shape.rank()).filter(|&axis| axis != 1).collect();
        let mean = x.mean_over(others.as_slice());
        let variance = (x - along_channels(mean, x)).square().mean_over(others.as_slice());
        let unbiased = variance * (n as f64 / (n - 1) as f64);
        for (running, new) in [(self.mean, mean), (self.variance, unbiased)] {
            let blended = (1.0 - self.momentum) * scope.var(running) + self.momentum * new;
            scope.update_buffer(running, blended);
        }
        (mean, variance)
    }
}

impl Layer for BatchNorm {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let (mean, variance) = (scope.var(self.mean), scope.var(self.variance));
        check_channels("batch_norm", scope, x, mean.shape()[0]);
        let (mean, variance) =
            if scope.is_training() { self.of_batch(scope, x) } else { (mean, variance) };
        let scale = 1.0 / (variance + self.epsilon).sqrt();
        let z = (x - along_channels(mean, x)) * along_channels(scale, x);
        match self.affine {
            Some(affine) => affine.apply_to_channels(scope, z),
            None => z,
        }
    }
}
