//! Joining, cutting into pieces, and repeating.

use serde_json::Value;
use wengert::prelude::*;

use super::shape::{at_least, sizes};
use crate::call::{Call, axis, integers};

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let all = call.all();
    let x = *all.first()?;
    let along = || call.axis_or("dim", x, 0);
    Some(vec![match call.op {
        "cat" | "concat" | "concatenate" => Var::concat(&all, along()),
        "stack" => Var::stack(&all, axis(call.number_or("dim", 0.0) as i64, x.rank() + 1)),
        "hstack" | "vstack" | "dstack" | "column_stack" | "row_stack" => stacked(call.op, &all),
        "split" | "tensor_split" | "split_with_sizes" | "hsplit" | "vsplit" | "dsplit" => {
            return split(call, x);
        }
        "chunk" => return Some(x.chunk(call.size("chunks"), along())),
        "unbind" => return Some(x.unbind(along())),
        "Tensor.repeat" => x.repeat(&sizes(call, "repeats")),
        "tile" => x.repeat(&sizes(call, "dims")),
        "repeat_interleave" => interleaved(call, x),
        "meshgrid" => {
            let grids = Var::meshgrid(&all).into_iter();
            let is_xy = call.text("indexing") == "xy" && all.len() > 1;
            return Some(grids.map(|x| if is_xy { x.transpose(0, 1) } else { x }).collect());
        }
        "cartesian_prod" => {
            let grids = Var::meshgrid(&all);
            Var::stack(&grids.iter().map(|x| x.flatten()).collect::<Vec<_>>(), 1)
        }
        _ => return None,
    }])
}

/// One behind the other along the axis that the name says, which all have then.
fn stacked<'t>(name: &str, all: &[Var<'t>]) -> Var<'t> {
    let (least, axis) = match name {
        "hstack" => ("atleast_1d", usize::from(all[0].rank() > 1)),
        "dstack" => ("atleast_3d", 2),
        "column_stack" => {
            let column = |x: &Var<'t>| if x.rank() < 2 { x.flatten().unsqueeze(1) } else { *x };
            return Var::concat(&all.iter().map(column).collect::<Vec<_>>(), 1);
        }
        _ => ("atleast_2d", 0),
    };
    Var::concat(&all.iter().map(|x| at_least(*x, least)).collect::<Vec<_>>(), axis)
}

/// Pieces of one size, of the sizes given, so many, or between positions.
fn split<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Option<Vec<Var<'t>>> {
    let axis = match call.op {
        "hsplit" => usize::from(x.rank() > 1),
        "vsplit" => 0,
        "dsplit" => 2,
        _ => call.axis_or("dim", x, 0),
    };
    let n = x.shape()[axis];
    let names =
        ["split_size_or_sections", "split_sizes", "indices_or_sections", "sections", "indices"];
    let how = names.into_iter().find_map(|name| call.attribute(name))?;
    let listed: Vec<usize> = integers(how).into_iter().map(|n| n as usize).collect();
    let by_size = ["split", "split_with_sizes"].contains(&call.op);
    Some(match (by_size, how) {
        (true, Value::Array(_)) => x.split_sizes(&listed, axis),
        (true, _) => x.split(listed[0], axis),
        (false, Value::Array(_)) => {
            let bounds = [&[0], listed.as_slice(), &[n]].concat();
            let piece =
                |pair: &[usize]| x.slice(axis, pair[0].min(n)..pair[1].min(n).max(pair[0].min(n)));
            bounds.windows(2).map(piece).collect()
        }
        (false, _) => {
            let size = |k: usize| n / listed[0] + usize::from(k < n % listed[0]);
            x.split_sizes(&(0..listed[0]).map(size).collect::<Vec<_>>(), axis)
        }
    })
}

/// Each element one number of times, or each its own.
fn interleaved<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let (x, axis) = if call.has("dim") { (x, call.axis_or("dim", x, 0)) } else { (x.flatten(), 0) };
    let times = match call.optional("repeats") {
        Some(repeats) => repeats.value().to_vec_f64(),
        None => call.integers("repeats").unwrap().into_iter().map(|n| n as f64).collect(),
    };
    if let [times] = times[..] {
        return x.repeat_interleave(times as usize, axis);
    }
    let each = times.iter().enumerate().flat_map(|(k, &n)| vec![k as i64; n as usize]);
    x.take(axis, call.tape.indices(each.collect::<Vec<_>>()))
}
