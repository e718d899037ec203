//! Reductions, scans, norms, and softmax with its kin.

use wengert::autodiff::Quantile;
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
        "all" => kept(x.eq(0.0).sum_over(axes().as_slice()).eq(0.0)),
        "any" => kept(x.ne(0.0).sum_over(axes().as_slice()).ne(0.0)),
        "logsumexp" => kept(x.logsumexp(axes().as_slice())),
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
        "sort" | "argsort" | "msort" | "topk" | "kthvalue" | "median" | "nanmedian" | "cummax"
        | "cummin" | "quantile" | "nanquantile" => return order(call, x),
        _ => return None,
    }])
}

/// What sorting decides. A value without axes is sorted as one with one element.
fn order<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Option<Vec<Var<'t>>> {
    let alone = x.rank() == 0;
    let x = if alone { x.flatten() } else { x };
    let last = call.axis_or("dim", x, -1);
    let chosen = |position: Var<'t>| {
        let value = x.gather(last, position.unsqueeze(last)).squeeze(last);
        vec![value, position]
    };
    let together = |(values, positions)| vec![values, positions];
    let along = |position: Var<'t>| vec![x.gather(last, position), position];
    let reduces = ["kthvalue", "median", "nanmedian"].contains(&call.op);
    let all = match call.op {
        "argsort" if call.flag("descending") => vec![x.argsort_descending(last)],
        "argsort" => vec![x.argsort(last)],
        "sort" if call.flag("descending") => along(x.argsort_descending(last)),
        "sort" => along(x.argsort(last)),
        "msort" => vec![x.sort(0)],
        "topk" if call.attribute("largest").is_some_and(|largest| largest == false) => {
            together(x.bottomk(call.size("k"), last))
        }
        "topk" => together(x.topk(call.size("k"), last)),
        "kthvalue" => together(x.kth_smallest(call.size("k"), last)),
        "median" if !call.has("dim") => return Some(vec![x.median()]),
        "nanmedian" if !call.has("dim") => return Some(vec![x.flatten().nanmedian_over(0)]),
        "median" => chosen(x.argmedian(last)),
        "nanmedian" => chosen(x.argnanmedian(last)),
        "cummax" => along(x.cumargmax(last)),
        "cummin" => along(x.cumargmin(last)),
        "quantile" | "nanquantile" => return quantile(call, x),
        _ => return None,
    };
    let restored = |y: Var<'t>| match (reduces && !alone && call.flag("keepdim"), alone) {
        (true, _) => y.unsqueeze(last),
        (false, true) => y.reshape([]),
        (false, false) => y,
    };
    Some(all.into_iter().map(restored).collect())
}

fn quantile<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Option<Vec<Var<'t>>> {
    let (along, q) = (if call.has("dim") { x } else { x.flatten() }, call.var("q"));
    let axis = call.axis_or("dim", along, 0);
    let kind = match call.text("interpolation") {
        "" | "linear" => Quantile::Linear,
        "lower" => Quantile::Lower,
        "higher" => Quantile::Higher,
        "midpoint" => Quantile::Midpoint,
        "nearest" => Quantile::Nearest,
        _ => return None,
    };
    let y = match call.op {
        "quantile" => kind.of(along, q, axis),
        _ => kind.of_numbers(along, q, axis),
    };
    if !call.flag("keepdim") {
        return Some(vec![y]);
    }
    let shape = x.shape();
    let kept = (0..shape.rank()).map(|k| if k == axis || !call.has("dim") { 1 } else { shape[k] });
    Some(vec![y.reshape(q.shape().iter().copied().chain(kept).collect::<Shape>())])
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
    match order {
        1.0 => x.abs().sum_over(axes),
        2.0 => x.norm_over(axes),
        f64::INFINITY => x.abs().max_over(axes),
        f64::NEG_INFINITY => x.abs().min_over(axes),
        p => x.abs().pow(p).sum_over(axes).pow(1.0 / p),
    }
}
