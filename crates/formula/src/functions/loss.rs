//! Losses of predictions and targets: means over all elements or rows.

use wengert_autodiff::Var;

use super::{Function, Rule::Own};
use crate::call::Call;
use crate::error::Fault;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "mse(x, target)",
        "the mean square of the difference",
        Own(|call| {
            let (x, target) = pair(call)?;
            Ok(x.mse(target))
        }),
    ),
    Function::new(
        "mae(x, target)",
        "the mean size of the difference",
        Own(|call| {
            let (x, target) = pair(call)?;
            Ok(x.mae(target))
        }),
    ),
    Function::new(
        "huber(x, target, delta=1)",
        "squares near 0, lines beyond delta",
        Own(|call| {
            let (x, target) = pair(call)?;
            Ok(x.huber(target, call.positive(2)?))
        }),
    ),
    Function::new(
        "smooth_l1(x, target, beta=1)",
        "huber over beta",
        Own(|call| {
            let (x, target) = pair(call)?;
            Ok(x.smooth_l1(target, call.positive(2)?))
        }),
    ),
    Function::new(
        "hinge(x, target)",
        "max(0, 1 - x target), targets being -1 and 1",
        Own(|call| {
            let (x, target) = pair(call)?;
            Ok(x.hinge(target))
        }),
    ),
    Function::new(
        "soft_margin(x, target)",
        "ln(1 + exp(-x target))",
        Own(|call| {
            let (x, target) = pair(call)?;
            Ok(x.soft_margin(target))
        }),
    ),
    Function::new(
        "binary_cross_entropy(x, target)",
        "of probabilities",
        Own(|call| {
            let (x, target) = pair(call)?;
            Ok(x.binary_cross_entropy(target))
        }),
    ),
    Function::new(
        "binary_cross_entropy_with_logits(x, target)",
        "of log-odds",
        Own(|call| {
            let (x, target) = pair(call)?;
            Ok(x.binary_cross_entropy_with_logits(target))
        }),
    ),
    Function::new(
        "kl_div(x, target)",
        "of log-probabilities x from the target",
        Own(|call| {
            call.with_rank(0, 1, "rows of log-probabilities")?;
            let (x, target) = pair(call)?;
            Ok(x.kl_div(target))
        }),
    ),
    Function::new(
        "poisson_nll(x, target)",
        "of the logarithms x of rates",
        Own(|call| {
            let (x, target) = pair(call)?;
            Ok(x.poisson_nll(target))
        }),
    ),
    Function::new(
        "cross_entropy(logits, labels)",
        "of rows of logits, one label each",
        Own(|call| {
            let (logits, labels) = labelled(call)?;
            Ok(logits.cross_entropy(labels))
        }),
    ),
    Function::new(
        "nll(x, labels)",
        "of rows of log-probabilities, one label each",
        Own(|call| {
            let (x, labels) = labelled(call)?;
            Ok(x.nll(labels))
        }),
    ),
    Function::new(
        "soft_cross_entropy(logits, target)",
        "of rows of logits and shares",
        Own(|call| {
            let (logits, target) = pair(call)?;
            if logits.rank() == 0 {
                return Err(call.fault(0, "expected rows of logits, found one number"));
            }
            Ok(logits.soft_cross_entropy(target))
        }),
    ),
    Function::new(
        "cosine_similarity(x, y, axis=-1)",
        "the cosine of the angle between",
        Own(|call| {
            let (x, y) = pair(call)?;
            Ok(x.cosine_similarity(y, call.axis(2, x)?))
        }),
    ),
    Function::new(
        "pairwise_distance(x, y, axis=-1)",
        "the distance between",
        Own(|call| {
            let (x, y) = pair(call)?;
            Ok(x.pairwise_distance(y, call.axis(2, x)?))
        }),
    ),
];

/// Two operands of one shape.
fn pair<'t>(call: &Call<'_, 't>) -> Result<(Var<'t>, Var<'t>), Fault> {
    let (x, y) = (call.filled(0)?, call.filled(1)?);
    call.check_same(x, y)?;
    Ok((x, y))
}

/// Rows, and a label for each of them.
fn labelled<'t>(call: &Call<'_, 't>) -> Result<(Var<'t>, Var<'t>), Fault> {
    let x = call.with_rank(0, 1, "rows")?;
    let (labels, shape) = (call.index(1)?, x.shape());
    let rows = &shape[..x.rank() - 1];
    if labels.shape()[..] != *rows {
        let message = format!("expected labels of shape {rows:?}, found {}", labels.shape());
        return Err(call.fault(1, message));
    }
    call.check_positions(1, labels, shape[x.rank() - 1])?;
    Ok((x, labels))
}
