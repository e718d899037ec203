//! The layer that looks at every place of an image with the same weights.

use wengert_autodiff::{ParamId, Params, Scope, Var};
use wengert_tensor::{Shape, Window};

use crate::norm::along_channels;
use crate::{Initializer, Layer};

/// The convolution $x * w + b$: from `[batch, inputs, sizes…]` to `[batch, outputs, places…]`, over
/// as many spatial axes as its window has; see [`Var::conv`].
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{Conv, Initializer, Layer};
/// # use wengert_tensor::Window;
/// let mut params = Params::f64(0);
/// let window = Window::new([2, 2]).stride(2);
/// let conv = Conv::with(&mut params, 1, 1, window, 1, Initializer::Constant(0.5));
/// let y = Tape::new().evaluate(&params, |scope| {
///     conv.forward(scope, scope.input([[[[1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 7.0, 8.0]]]]))
/// });
/// assert_eq!(y.to_string(), "[[[[ 5. 13.]]]]");
/// ```
///
/// Strides, padding and dilation are the window's. In groups, each output sees the inputs of its
/// group alone; as many groups as inputs make a depthwise convolution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conv {
    /// $w$: `[outputs, inputs / groups, taps…]`.
    pub weight: ParamId,
    /// $b$: `[outputs]`, if there is one.
    pub bias: Option<ParamId>,
    window: Window,
    groups: usize,
}

impl Conv {
    /// A layer in one group, with a weight by [`Initializer::HeUniform`] and a bias of zeros. As
    /// inputs of an output count all that it sees through the window.
    ///
    /// # Panics
    ///
    /// If the store has a `weight` or a `bias` under the same name already; see [`Params::named`].
    #[track_caller]
    pub fn new(params: &mut Params, inputs: usize, outputs: usize, window: Window) -> Conv {
        Conv::with(params, inputs, outputs, window, 1, Initializer::HeUniform)
    }

    /// A layer with so many groups, a weight by this rule and a bias of zeros.
    ///
    /// # Panics
    ///
    /// As [`Conv::new`], or if the inputs or outputs can't be divided into so many groups.
    #[track_caller]
    pub fn with(
        params: &mut Params,
        inputs: usize,
        outputs: usize,
        window: Window,
        groups: usize,
        initializer: Initializer,
    ) -> Conv {
        let conv = Conv::without_bias(params, inputs, outputs, window, groups, initializer);
        let bias = Initializer::Zeros.draw(params, [outputs], inputs, outputs);
        Conv { bias: Some(params.add("bias", bias)), ..conv }
    }

    /// A layer with so many groups and a weight by this rule, without a bias: before a
    /// normalisation, which takes away whatever is added.
    ///
    /// # Panics
    ///
    /// As [`Conv::with`].
    #[track_caller]
    pub fn without_bias(
        params: &mut Params,
        inputs: usize,
        outputs: usize,
        window: Window,
        groups: usize,
        initializer: Initializer,
    ) -> Conv {
        assert!(
            groups > 0 && inputs.is_multiple_of(groups) && outputs.is_multiple_of(groups),
            "conv: {inputs} inputs and {outputs} outputs can't be divided into {groups} groups"
        );
        let (inputs, taps) = (inputs / groups, window.taps());
        let shape: Shape = [outputs, inputs].into_iter().chain(taps.iter().copied()).collect();
        let fans = [inputs, outputs / groups].map(|channels| channels * taps.size());
        let weight = initializer.draw(params, shape, fans[0], fans[1]);
        Conv { weight: params.add("weight", weight), bias: None, window, groups }
    }
}

impl Layer for Conv {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let weight = scope.var(self.weight);
        let (shape, weight_shape) = (x.shape(), weight.shape());
        let channels = weight_shape[1] * self.groups;
        if shape.rank() != weight_shape.rank() || shape[1] != channels {
            let axes = vec!["…"; self.window.spans.len()].join(", ");
            let message = format!(
                "x is {shape}, but must be [batch, {channels}, {axes}]: weight {weight_shape}"
            );
            scope.refuse("conv", message, &[x, weight]);
        }
        if let Err(error) = self.window.places(&shape[2..]) {
            scope.refuse("conv", format!("{error} of x {shape}"), &[x, weight]);
        }
        let y = x.conv_in_groups(weight, &self.window, self.groups);
        match self.bias {
            Some(bias) => y + along_channels(scope.var(bias), y),
            None => y,
        }
    }
}
