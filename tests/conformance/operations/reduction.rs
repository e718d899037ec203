//! Reductions, scans, norms, and softmax with its kin.

use wengert::prelude::*;

use crate::call::Call;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let x = *call.all().first()?;
    let axes = || call.axes(x);
    let kept = |y| restored(call, x, y);
    Some(vec![match call.op {
        "sum" => kept(x.sum_over(axes().as_slice())),
        "mean" => kept(x.mean_over(axes().as_slice())),
        "prod" => kept(axes().into_iter().rev().fold(x, |x, axis| x.prod_over(axis))),
        "var" => kept(x.var_over(axes().as_slice(), call.size_or("correction", 1))),
        "std" => kept(x.std_over(axes().as_slice(), call.size_or("correction", 1))),
        "amax" => kept(x.max_over(axes().as_slice())),
        "amin" => kept(x.min_over(axes().as_slice())),
        "nansum" => kept(x.nansum_over(axes().as_slice())),
        "nanmean" => kept(x.nanmean_over(axes().as_slice())),
        "all" => kept(x.all_over(axes().as_slice())),
        "any" => kept(x.any_over(axes().as_slice())),
        "count_nonzero" => x.count_nonzero_over(axes().as_slice()),
        "dist" => (x - call.var("other")).p_norm(call.number_or("p", 2.0)),
        "diff" => differences(call, x),
        "cov" => covariance(call, x),
        "corrcoef" => x.corrcoef(),
        "trapezoid" | "trapz" => trapezoids(call, x, Var::trapezoid),
        "cumulative_trapezoid" => trapezoids(call, x, Var::cumulative_trapezoid),
        "histc" => x.histogram(call.size_or("bins", 100), call.number("min"), call.number("max")),
        "bincount" => bins(call, x),
        "logsumexp" | "special.logsumexp" => kept(x.logsumexp(axes().as_slice())),
        "linalg.vector_norm" => kept(norm(x, &axes(), call.number_or("ord", 2.0))),
        "norm" if call.text("p") == "fro" => kept(x.norm_over(axes().as_slice())),
        "norm" => kept(norm(x, &axes(), call.number_or("p", 2.0))),
        "softmax" if x.rank() == 0 => x.flatten().softmax(0).reshape([]),
        "log_softmax" if x.rank() == 0 => x.flatten().log_softmax(0).reshape([]),
        "softmax" => x.softmax(call.axis_or("dim", x, -1)),
        "log_softmax" => x.log_softmax(call.axis_or("dim", x, -1)),
        "cumsum" | "cumprod" | "logcumsumexp" if x.rank() == 0 => x,
        "cumsum" => x.cumsum(call.axis_or("dim", x, 0)),
        "cumprod" => x.cumprod(call.axis_or("dim", x, 0)),
        "argmax" => extreme(call, x, Var::argmax)[1],
        "argmin" => extreme(call, x, Var::argmin)[1],
        "logcumsumexp" => x.logcumsumexp(call.axis_or("dim", x, 0)),
        "max" if !call.has("dim") => x.max(),
        "min" if !call.has("dim") => x.min(),
        "max" => return Some(extreme(call, x, Var::argmax).to_vec()),
        "min" => return Some(extreme(call, x, Var::argmin).to_vec()),
        "var_mean" => {
            let variance = x.var_over(axes().as_slice(), call.size_or("correction", 1));
            return Some(vec![kept(variance), kept(x.mean_over(axes().as_slice()))]);
        }
        "std_mean" => {
            let deviation = x.std_over(axes().as_slice(), call.size_or("correction", 1));
            return Some(vec![kept(deviation), kept(x.mean_over(axes().as_slice()))]);
        }
        "aminmax" => {
            let (x, axes) = (x, axes());
            let both = [x.min_over(axes.as_slice()), x.max_over(axes.as_slice())];
            return Some(both.map(kept).to_vec());
        }
        _ => return None,
    }])
}

/// With the axes that were reduced over as axes of size 1, if these are to be kept.
fn restored<'t>(call: &Call<'_, 't>, x: Var<'t>, y: Var<'t>) -> Var<'t> {
    if !call.flag("keepdim") {
        return y;
    }
    let (shape, axes) = (x.shape(), call.axes(x));
    let size = |k: usize| if axes.contains(&k) { 1 } else { shape[k] };
    y.reshape((0..shape.rank()).map(size).collect::<Shape>())
}

/// The element along `dim`, or of all, at the position that is found, and that position.
fn extreme<'t>(
    call: &Call<'_, 't>,
    x: Var<'t>,
    position: impl Fn(Var<'t>, usize) -> Var<'t>,
) -> [Var<'t>; 2] {
    let along = if call.has("dim") { x } else { x.flatten() };
    let axis = call.axis_or("dim", along, 0);
    let index = position(along, axis);
    let value = along.gather(axis, index.unsqueeze(axis)).squeeze(axis);
    [value, index].map(|y| restored(call, x, y))
}

pub fn norm<'t>(x: Var<'t>, axes: &[usize], order: f64) -> Var<'t> {
    x.p_norm_over(order, axes)
}

fn differences<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let axis = call.axis_or("dim", x, -1);
    let parts: Vec<Var<'t>> = [call.optional("prepend"), Some(x), call.optional("append")]
        .into_iter()
        .flatten()
        .collect();
    Var::concat(&parts, axis).diff(call.size_or("n", 1), axis)
}

/// A vector is one variable, whose covariance is a number.
fn covariance<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let correction = call.size_or("correction", 1);
    if x.rank() < 2 { x.var(correction) } else { x.cov(correction) }
}

fn trapezoids<'t>(
    call: &Call<'_, 't>,
    y: Var<'t>,
    area: impl Fn(Var<'t>, Var<'t>, usize) -> Var<'t>,
) -> Var<'t> {
    let axis = call.axis_or("dim", y, -1);
    let spacing = match call.optional("x") {
        Some(points) if points.rank() == 1 => points.diff(1, 0),
        Some(points) => points.diff(1, axis),
        None => call.tape.literal(call.number_or("dx", 1.0)),
    };
    area(y, spacing, axis)
}

/// As many bins as are needed, or more.
fn bins<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let most = x.value().to_vec_f64().into_iter().fold(-1.0, f64::max);
    let n = (most as i64 + 1).max(call.size_or("minlength", 0) as i64) as usize;
    match call.optional("weights") {
        Some(weights) => weights.segment_sum(x, n),
        None => x.bin_count(n),
    }
}
