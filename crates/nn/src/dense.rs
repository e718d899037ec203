//! The layer in which every output depends on every input.

use wengert_autodiff::{ParamId, Params, Scope, Var};

use crate::{Initializer, Layer};

/// $y = xW + b$: from inputs `[…, inputs]` to `[…, outputs]`.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{Dense, Initializer, Layer};
/// let mut params = Params::f64(0);
/// let dense = Dense::with(&mut params, 2, 3, Initializer::Constant(0.5));
/// let y = Tape::new().evaluate(&params, |scope| {
///     dense.forward(scope, scope.input([[1.0, 2.0], [3.0, 4.0]]))
/// });
/// assert_eq!(y.to_string(), "[[1.5 1.5 1.5]\n [3.5 3.5 3.5]]");
/// ```
///
/// Two layers share a weight by holding the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dense {
    /// $W$: `[inputs, outputs]`.
    pub weight: ParamId,
    /// $b$: `[outputs]`, if there is one.
    pub bias: Option<ParamId>,
}

impl Dense {
    /// A layer with a weight by [`Initializer::HeUniform`] and a bias of zeros. What follows it is
    /// not known here; relu, which He's rule is for, is what most often does.
    ///
    /// # Panics
    ///
    /// If the store has a `weight` or a `bias` under the same name already; see [`Params::named`].
    #[track_caller]
    pub fn new(params: &mut Params, inputs: usize, outputs: usize) -> Dense {
        Dense::with(params, inputs, outputs, Initializer::HeUniform)
    }

    /// A layer with a weight by this rule and a bias of zeros.
    ///
    /// # Panics
    ///
    /// As [`Dense::new`].
    #[track_caller]
    pub fn with(
        params: &mut Params,
        inputs: usize,
        outputs: usize,
        initializer: Initializer,
    ) -> Dense {
        let dense = Dense::without_bias(params, inputs, outputs, initializer);
        let bias = Initializer::Zeros.draw(params, [outputs], inputs, outputs);
        Dense { bias: Some(params.add("bias", bias)), ..dense }
    }

    /// A layer $y = xW$ with a weight by this rule: before a normalisation, which takes away
    /// whatever is added.
    ///
    /// # Panics
    ///
    /// As [`Dense::new`].
    #[track_caller]
    pub fn without_bias(
        params: &mut Params,
        inputs: usize,
        outputs: usize,
        initializer: Initializer,
    ) -> Dense {
        let weight = initializer.draw(params, [inputs, outputs], inputs, outputs);
        Dense { weight: params.add("weight", weight), bias: None }
    }
}

impl Layer for Dense {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let weight = scope.var(self.weight);
        let (shape, weight_shape) = (x.shape(), weight.shape());
        if shape.last() != Some(&weight_shape[0]) {
            let inputs = weight_shape[0];
            let message =
                format!("x is {shape}, but its last axis must be {inputs}: weight {weight_shape}");
            scope.refuse("dense", message, &[x, weight]);
        }
        let y = x.matmul(weight);
        match self.bias {
            Some(bias) => y + scope.var(bias),
            None => y,
        }
    }
}
