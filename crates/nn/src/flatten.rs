//! Many axes as one.

use wengert_autodiff::{Scope, Var};

use crate::Layer;

/// From `[batch, …]` to `[batch, features]`: between images and a [`Dense`](crate::Dense) layer.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{Flatten, Layer};
/// let y = Tape::new().evaluate(&Params::f64(0), |scope| {
///     Flatten.forward(scope, scope.input([[[1.0, 2.0], [3.0, 4.0]]]))
/// });
/// assert_eq!(y.to_string(), "[[1. 2. 3. 4.]]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flatten;

impl Layer for Flatten {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let shape = x.shape();
        let Some((&batch, rest)) = shape.split_first() else {
            scope.refuse("flatten", "x is [], but must be [batch, …]", &[x]);
        };
        x.reshape([batch, rest.iter().product()])
    }
}
