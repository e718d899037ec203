//! Reading and writing at positions.

use wengert::prelude::*;

use crate::call::Call;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let x = *call.all().first()?;
    let along = || call.axis_or("dim", x, 0);
    let index = || call.var("index");
    Some(vec![match call.op {
        "gather" => part_of(x, along(), index()).gather(along(), index()),
        "take_along_dim" if call.has("dim") => {
            let (axis, index) = (along(), call.var("indices"));
            let (m, n) = (x.shape(), index.shape());
            let both: Shape = m.iter().zip(n.iter()).map(|(a, b)| *a.max(b)).collect();
            let spread = |y: Var<'t>| y.broadcast_to(with(&both, axis, y.shape()[axis]));
            spread(x).gather(axis, spread(index))
        }
        "take_along_dim" => x.flatten().gather(0, call.var("indices").flatten()),
        "take" => x.flatten().index(&[index()]),
        "put" => {
            let (flat, source) = (x.flatten(), call.var("source").reshape(index().shape()));
            put(call, flat, &[index()], source).reshape(x.shape())
        }
        "scatter" | "scatter_add" | "scatter_reduce" if x.rank() == 0 => {
            let flat = scattered(call, x.flatten(), 0, index().flatten(), source(call).flatten());
            flat?.reshape([])
        }
        "scatter" | "scatter_add" | "scatter_reduce" => {
            let (axis, index) = (along(), index());
            let source = spread_to(source(call), index);
            let inner = scattered(call, part_of(x, axis, index), axis, index, source)?;
            put_back(x, inner)
        }
        "index_add" => x.index_add(
            along(),
            index(),
            call.number_or("alpha", 1.0) * named(call, "source", "src"),
        ),
        "index_copy" => x.index_copy(along(), index(), named(call, "source", "src")),
        "index_fill" => x.index_copy(along(), index(), call.var("value")),
        "index_put" => {
            let indices: Vec<Var<'t>> =
                (0..x.rank()).map_while(|k| call.optional(&format!("indices.{k}"))).collect();
            put(call, x, &indices, call.var("values"))
        }
        "index_reduce" => {
            let (axis, source) = (along(), named(call, "source", "src"));
            let others = with(&[1].repeat(x.rank()).into(), axis, index().shape()[0]);
            let index = index().reshape(others).broadcast_to(source.shape());
            scattered(call, x, axis, index, source)?
        }
        "masked_fill" => call.var("mask").select(call.var("value"), x),
        "masked_select" => x.masked_select(call.var("mask")),
        "masked_scatter" => x.masked_scatter(call.var("mask"), named(call, "source", "src")),
        "select_scatter" => {
            let n = x.shape()[along()] as i64;
            let at = call.integer("index").rem_euclid(n) as usize;
            x.slice_assign(along(), at..=at, call.var("src").unsqueeze(along()))
        }
        "slice_scatter" => {
            let n = x.shape()[along()] as i64;
            let bound = |name, default: i64| {
                let bound = call.number_or(name, default as f64) as i64;
                (if bound < 0 { bound + n } else { bound }).clamp(0, n) as usize
            };
            let range = bound("start", 0)..bound("end", n);
            x.slice_step_assign(along(), range, call.size_or("step", 1), call.var("src"))
        }
        "nonzero" | "argwhere" => x.nonzero(),
        _ => return None,
    }])
}

/// Values in place of what is at positions, or added to it.
fn put<'t>(call: &Call<'_, 't>, x: Var<'t>, index: &[Var<'t>], values: Var<'t>) -> Var<'t> {
    if call.flag("accumulate") {
        x.index_put_add(index, values)
    } else {
        x.index_put(index, values)
    }
}

/// The input of one of these names.
fn named<'t>(call: &Call<'_, 't>, name: &str, other: &str) -> Var<'t> {
    call.optional(name).unwrap_or_else(|| call.var(other))
}

/// What is scattered: a variable, or a number for all positions.
fn source<'t>(call: &Call<'_, 't>) -> Var<'t> {
    if call.has("src") { call.var("src") } else { call.var("value") }
}

fn with(shape: &Shape, axis: usize, n: usize) -> Shape {
    (0..shape.rank()).map(|k| if k == axis { n } else { shape[k] }).collect()
}

/// The part of `x` that an index with fewer lanes speaks of.
fn part_of<'t>(x: Var<'t>, axis: usize, index: Var<'t>) -> Var<'t> {
    let sizes = index.shape();
    (0..x.rank()).fold(x, |x, k| if k == axis { x } else { x.slice(k, ..sizes[k]) })
}

/// `x` with this in place of its first elements along each axis.
fn put_back<'t>(x: Var<'t>, part: Var<'t>) -> Var<'t> {
    (0..x.rank()).rev().fold(part, |y, k| {
        // Along the axes before `k`, the part is still as small as it was.
        let rest = (0..k).fold(x, |x, axis| x.slice(axis, ..part.shape()[axis]));
        rest.slice_assign(k, ..part.shape()[k], y)
    })
}

/// As large as the index: a number everywhere, of a larger source the first elements.
fn spread_to<'t>(source: Var<'t>, index: Var<'t>) -> Var<'t> {
    let sizes = index.shape();
    if source.rank() == 0 {
        return source.broadcast_to(sizes);
    }
    (0..source.rank()).fold(source, |y, k| y.slice(k, ..sizes[k]))
}

/// Values written to, or joined with what is at, positions along an axis.
fn scattered<'t>(
    call: &Call<'_, 't>,
    x: Var<'t>,
    axis: usize,
    index: Var<'t>,
    source: Var<'t>,
) -> Option<Var<'t>> {
    let reduce = match call.text("reduce") {
        "" if call.op == "scatter_add" => "sum",
        "add" => "sum",
        "multiply" => "prod",
        reduce => reduce,
    };
    let written = |number: f64| x.scatter(axis, index, source.zeros_like() + number);
    let includes = !call.has("include_self") || call.flag("include_self");
    let from = |identity: f64| if includes { x } else { written(identity) };
    let ones = source.ones_like();
    let counts = || from(0.0).zeros_like().scatter_add(axis, index, ones);
    Some(match reduce {
        "" => x.scatter(axis, index, source),
        "sum" => from(0.0).scatter_add(axis, index, source),
        "prod" => from(1.0).scatter_mul(axis, index, source),
        "amax" => from(f64::NEG_INFINITY).scatter_max(axis, index, source),
        "amin" => from(f64::INFINITY).scatter_min(axis, index, source),
        "mean" if includes => x.scatter_add(axis, index, source) / (counts() + 1.0),
        "mean" => from(0.0).scatter_add(axis, index, source) / counts().maximum(1.0),
        _ => return None,
    })
}
