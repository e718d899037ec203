//! Layers that make images smaller and have no parameters.

use wengert_autodiff::{Scope, Var};
use wengert_tensor::Window;

use crate::Layer;

/// The largest element under a window in each of its places over the last axes; see
/// [`Var::max_pool`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxPool(pub Window);

/// The mean over a window in each of its places over the last axes, padding counted as zeros; see
/// [`Var::avg_pool`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvgPool(pub Window);

/// The mean of each channel over all places: from `[batch, channels, …]` to `[batch, channels]`.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{GlobalAvgPool, Layer};
/// let y = Tape::new().evaluate(&Params::f64(0), |scope| {
///     GlobalAvgPool.forward(scope, scope.input([[[1.0, 2.0, 6.0], [0.0, 0.0, 3.0]]]))
/// });
/// assert_eq!(y.to_string(), "[[3. 1.]]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GlobalAvgPool;

impl Layer for MaxPool {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        check("max_pool", &self.0, scope, x);
        x.max_pool(&self.0)
    }
}

impl Layer for AvgPool {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        check("avg_pool", &self.0, scope, x);
        x.avg_pool(&self.0)
    }
}

impl Layer for GlobalAvgPool {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let shape = x.shape();
        if shape.rank() < 2 {
            let message = format!("x is {shape}, but must be [batch, channels, …]");
            scope.refuse("global_avg_pool", message, &[x]);
        }
        let axes: Vec<usize> = (2..shape.rank()).collect();
        x.mean_over(axes.as_slice())
    }
}

/// Refuses what a window does not fit into.
#[track_caller]
fn check<'t>(layer: &str, window: &Window, scope: &Scope<'t>, x: Var<'t>) {
    let (shape, axes) = (x.shape(), window.spans.len());
    let Some(first) = shape.rank().checked_sub(axes) else {
        let message = format!("x is {shape}, but must have at least {axes} axes for the window");
        scope.refuse(layer, message, &[x]);
    };
    if let Err(error) = window.places(&shape[first..]) {
        scope.refuse(layer, format!("{error} of x {shape}"), &[x]);
    }
}
