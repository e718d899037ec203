//! Penalties on large parameters, to be added to a loss.
//!
//! ```
//! use wengert_autodiff::{Params, Tape};
//! use wengert_nn::{Dense, Layer, penalty};
//!
//! let mut params = Params::f64(0);
//! let dense = Dense::new(&mut params, 3, 1);
//! let step = Tape::new().value_and_grad(&params, |scope| {
//!     let y = dense.forward(scope, scope.input([[0.0; 3]]));
//!     (y.sum() + 0.5 * penalty::l2(scope, "*weight"), [])
//! });
//! let half: Vec<f64> = params[dense.weight].value.to_vec_f64().iter().map(|w| 0.5 * w).collect();
//! assert_eq!(step.gradients[dense.weight].to_vec_f64(), half);
//! ```

use wengert_autodiff::{Scope, Var};

/// $\sum |w|$ over the trainable parameters whose names match the pattern, in which `*` stands for
/// anything: what drives many of them to 0. The derivative at 0 is 0.
///
/// # Panics
///
/// If there are no such parameters: most likely a mistake in the pattern.
#[track_caller]
pub fn l1<'t>(scope: &Scope<'t>, pattern: &str) -> Var<'t> {
    let mut sums = Vec::new();
    for w in matching("l1", scope, pattern) {
        sums.push(w.abs().sum());
    }
    sums.into_iter().sum()
}

/// $\frac 1 2 \sum w^2$ over the same parameters as [`l1`]: its derivative is $w$, so that a step of
/// gradient descent makes all of them smaller by the same part.
///
/// # Panics
///
/// As [`l1`].
#[track_caller]
pub fn l2<'t>(scope: &Scope<'t>, pattern: &str) -> Var<'t> {
    let mut sums = Vec::new();
    for w in matching("l2", scope, pattern) {
        sums.push(w.square().sum());
    }
    0.5 * sums.into_iter().sum::<Var<'t>>()
}

/// A mixture of both, $\rho \sum |w| + (1 - \rho) \frac 1 2 \sum w^2$ (Zou and Hastie,
/// "Regularization and variable selection via the elastic net", 2005).
///
/// # Panics
///
/// As [`l1`].
#[track_caller]
pub fn elastic_net<'t>(scope: &Scope<'t>, pattern: &str, rho: f64) -> Var<'t> {
    let mut sums = Vec::new();
    for w in matching("elastic_net", scope, pattern) {
        sums.push((rho * w.abs() + 0.5 * (1.0 - rho) * w.square()).sum());
    }
    sums.into_iter().sum()
}

#[track_caller]
fn matching<'t>(penalty: &str, scope: &Scope<'t>, pattern: &str) -> Vec<Var<'t>> {
    let found = scope.matching(pattern);
    assert!(!found.is_empty(), "{penalty}: no trainable parameter is named {pattern:?}");
    found.into_iter().map(|(_, var)| var).collect()
}
