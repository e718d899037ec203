//! Over and along axes: sums, extremes, statistics, running sums, softmax and normalisation.

use super::{
    Function,
    Rule::{Along, One, Over, Own},
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("sum(x, axis=all, keep=false)", "the sum", Over(|x, axes| x.sum_over(axes))),
    Function::new("mean(x, axis=all, keep=false)", "the mean", Over(|x, axes| x.mean_over(axes))),
    Function::new("max(x, axis=all, keep=false)", "the largest", Over(|x, axes| x.max_over(axes))),
    Function::new("min(x, axis=all, keep=false)", "the smallest", Over(|x, axes| x.min_over(axes))),
    Function::new(
        "prod(x, axis=all, keep=false)",
        "the product",
        Over(|x, axes| axes.iter().rev().fold(x, |x, &axis| x.prod_over(axis))),
    ),
    Function::new(
        "norm(x, axis=all, keep=false)",
        "the square root of the sum of squares",
        Over(|x, axes| x.norm_over(axes)),
    ),
    Function::new(
        "logsumexp(x, axis=all, keep=false)",
        "the logarithm of the sum of exponentials",
        Over(|x, axes| x.logsumexp(axes)),
    ),
    Function::new(
        "nansum(x, axis=all, keep=false)",
        "the sum of all but NaN",
        Over(|x, axes| x.nansum_over(axes)),
    ),
    Function::new(
        "nanmean(x, axis=all, keep=false)",
        "the mean of all but NaN",
        Over(|x, axes| x.nanmean_over(axes)),
    ),
    Function::new(
        "all(x, axis=all, keep=false)",
        "1 where no element is 0",
        Over(|x, axes| x.all_over(axes)),
    ),
    Function::new(
        "any(x, axis=all, keep=false)",
        "1 where some element is not 0",
        Over(|x, axes| x.any_over(axes)),
    ),
    Function::new(
        "count_nonzero(x, axis=all, keep=false)",
        "how many elements are not 0",
        Over(|x, axes| x.count_nonzero_over(axes)),
    ),
    Function::new(
        "var(x, axis=all, correction=1)",
        "the variance: squares divided by their number minus the correction",
        Own(|call| {
            let x = call.filled(0)?;
            Ok(x.var_over(&call.axes(1, x)?[..], call.count(2, 0)?))
        }),
    ),
    Function::new(
        "std(x, axis=all, correction=1)",
        "the square root of the variance",
        Own(|call| {
            let x = call.filled(0)?;
            Ok(x.std_over(&call.axes(1, x)?[..], call.count(2, 0)?))
        }),
    ),
    Function::new(
        "p_norm(x, p, axis=all)",
        "the p-th root of the sum of p-th powers",
        Own(|call| {
            let x = call.filled(0)?;
            Ok(x.p_norm_over(call.number(1)?, &call.axes(2, x)?[..]))
        }),
    ),
    Function::new(
        "median(x, axis=all)",
        "the element in the middle, of two the lower",
        Own(|call| {
            let x = call.filled(0)?;
            match call.integers(1)? {
                None => Ok(x.median()),
                Some(_) => Ok(x.median_over(call.axis(1, x)?)),
            }
        }),
    ),
    Function::new(
        "quantile(x, q, axis=-1)",
        "the element at the share q of the sorted ones",
        Own(|call| {
            let (x, q) = (call.filled(0)?, call.number(1)?);
            if !(0.0..=1.0).contains(&q) {
                return Err(call.fault(1, "expected a number from 0 to 1"));
            }
            Ok(x.quantile(q, call.axis(2, x)?))
        }),
    ),
    Function::new(
        "argmax(x, axis=-1)",
        "the position of the largest element",
        Along(|x, axis| x.argmax(axis)),
    ),
    Function::new(
        "argmin(x, axis=-1)",
        "the position of the smallest element",
        Along(|x, axis| x.argmin(axis)),
    ),
    Function::new(
        "argsort(x, axis=-1)",
        "the positions of the elements in ascending order",
        Along(|x, axis| x.argsort(axis)),
    ),
    Function::new("sort(x, axis=-1)", "in ascending order", Along(|x, axis| x.sort(axis))),
    Function::new(
        "sort_descending(x, axis=-1)",
        "in descending order",
        Along(|x, axis| x.sort_descending(axis)),
    ),
    Function::new("cumsum(x, axis=-1)", "running sums", Along(|x, axis| x.cumsum(axis))),
    Function::new("cumprod(x, axis=-1)", "running products", Along(|x, axis| x.cumprod(axis))),
    Function::new("cummax(x, axis=-1)", "running maxima", Along(|x, axis| x.cummax(axis))),
    Function::new("cummin(x, axis=-1)", "running minima", Along(|x, axis| x.cummin(axis))),
    Function::new(
        "logcumsumexp(x, axis=-1)",
        "logarithms of running sums of exponentials",
        Along(|x, axis| x.logcumsumexp(axis)),
    ),
    Function::new(
        "diff(x, axis=-1)",
        "differences of neighbours",
        Along(|x, axis| x.diff(1, axis)),
    ),
    Function::new(
        "trapezoid(x, spacing=1, axis=-1)",
        "the integral by straight lines between equal steps",
        Own(|call| {
            let x = call.filled(0)?;
            Ok(x.trapezoid(call.number(1)?, call.axis(2, x)?))
        }),
    ),
    Function::new(
        "cov(x)",
        "the covariances of the rows",
        Own(|call| {
            let x = call.matrix(0)?;
            Ok(x.cov(1))
        }),
    ),
    Function::new(
        "corrcoef(x)",
        "the correlations of the rows",
        Own(|call| {
            let x = call.matrix(0)?;
            Ok(x.corrcoef())
        }),
    ),
    Function::new("softmax(x, axis=-1)", "shares: exp(x) over its sum", Along(|x, a| x.softmax(a))),
    Function::new("softmin(x, axis=-1)", "the softmax of -x", Along(|x, axis| x.softmin(axis))),
    Function::new(
        "log_softmax(x, axis=-1)",
        "the logarithm of softmax",
        Along(|x, axis| x.log_softmax(axis)),
    ),
    Function::new(
        "sparsemax(x, axis=-1)",
        "the nearest shares, of which many are 0",
        Along(|x, axis| x.sparsemax(axis)),
    ),
    Function::new(
        "layer_norm(x, axis=-1, epsilon=1e-5)",
        "moved and scaled to mean 0 and variance 1",
        Own(|call| {
            let x = call.filled(0)?;
            Ok(x.layer_norm(&call.axes(1, x)?[..], call.number(2)?))
        }),
    ),
    Function::new(
        "rms_norm(x, axis=-1, epsilon=1e-5)",
        "scaled to mean square 1",
        Own(|call| {
            let x = call.filled(0)?;
            Ok(x.rms_norm(&call.axes(1, x)?[..], call.number(2)?))
        }),
    ),
    Function::new(
        "normalize(x, axis=-1, epsilon=1e-12)",
        "scaled to norm 1",
        Own(|call| {
            let x = call.filled(0)?;
            Ok(x.normalize(&call.axes(1, x)?[..], call.number(2)?))
        }),
    ),
    Function::new("zeros_like(x)", "zeros of the shape of x", One(|x| x.zeros_like())),
    Function::new("ones_like(x)", "ones of the shape of x", One(|x| x.ones_like())),
];
