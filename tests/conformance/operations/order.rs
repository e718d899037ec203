//! Sorting, order statistics, running extrema, searching.

use serde_json::Value;
use wengert::autodiff::Quantile;
use wengert::prelude::*;

use crate::call::Call;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    match call.op {
        "sort" | "argsort" | "msort" | "topk" | "kthvalue" | "median" | "nanmedian" | "cummax"
        | "cummin" => sorted(call, call.x()),
        "quantile" | "nanquantile" => quantile(call, call.x()),
        "searchsorted" | "bucketize" => Some(vec![searched(call, call.x())]),
        "unique" => Some(unique(call, call.x())),
        _ => None,
    }
}

/// What sorting along `dim` decides. A value without axes is sorted as one with one element.
fn sorted<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Option<Vec<Var<'t>>> {
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
    let along = if call.has("dim") { x } else { x.flatten() };
    let q = match call.attribute("q") {
        Some(Value::Array(all)) => {
            call.tape.input(all.iter().filter_map(Value::as_f64).collect::<Vec<_>>())
        }
        _ => call.var("q"),
    };
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

fn searched<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let (sorted, values) = match call.op {
        "bucketize" => (call.var("boundaries"), x),
        _ => (
            call.var("sorted_sequence"),
            call.var(if call.has("input") { "input" } else { "self" }),
        ),
    };
    if call.flag("right") || call.text("side") == "right" {
        sorted.search_sorted_right(values)
    } else {
        sorted.search_sorted(values)
    }
}

fn unique<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Vec<Var<'t>> {
    let unique = x.unique();
    let mut all = vec![unique.values];
    all.extend(call.flag("return_inverse").then_some(unique.inverse));
    all.extend(call.flag("return_counts").then_some(unique.counts));
    all
}
