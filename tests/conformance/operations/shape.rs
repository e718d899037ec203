//! Other shapes of the same elements, parts of them, and what is made of numbers alone.

use wengert::prelude::*;

use super::index::indexed;
use super::padding;
use crate::call::{Call, axis};

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let all = call.all();
    let Some(&x) = all.first() else { return created(call).map(|y| vec![y]) };
    let along = || call.axis_or("dim", x, 0);
    Some(vec![match call.op {
        "reshape" | "Tensor.view" => {
            let sizes = call.integers("shape").or(call.integers("size"))?;
            x.reshape_inferred(&sizes.iter().map(|&n| n as isize).collect::<Vec<_>>())
        }
        "Tensor.reshape_as" | "Tensor.view_as" => x.reshape(call.var("other").shape()),
        "transpose" | "swapaxes" | "swapdims" => {
            let named = |name, other| if call.has(name) { name } else { other };
            let (a, b) = (named("dim0", "axis0"), named("dim1", "axis1"));
            x.transpose(call.integer(a) as isize, call.integer(b) as isize)
        }
        "t" | "Tensor.t" if x.rank() < 2 => x,
        "t" | "Tensor.t" | "Tensor.mT" | "adjoint" => x.t(),
        "permute" => x.permute(axes(call, "dims", x.rank()).as_slice()),
        "movedim" | "moveaxis" => {
            moved(x, &axes(call, "source", x.rank()), &axes(call, "destination", x.rank()))
        }
        "Tensor.expand" | "broadcast_to" => {
            expanded(x, &call.integers("size").or(call.integers("shape"))?)
        }
        "Tensor.expand_as" => x.broadcast_to(call.var("other").shape()),
        "broadcast_tensors" => {
            let shape = all.iter().try_fold(x.shape(), |shape, x| shape.broadcast(&x.shape()))?;
            return Some(all.iter().map(|x| x.broadcast_to(shape.clone())).collect());
        }
        "atleast_1d" | "atleast_2d" | "atleast_3d" => at_least(x, call.op),
        "squeeze" if !call.has("dim") => x.squeeze_all(),
        "squeeze" => {
            let mut axes = axes(call, "dim", x.rank());
            axes.sort_unstable();
            let is_one = |axis: &usize| x.shape().get(*axis) == Some(&1);
            axes.into_iter().rev().filter(is_one).fold(x, |x, axis| x.squeeze(axis))
        }
        "unsqueeze" => x.unsqueeze(axis(call.integer("dim"), x.rank() + 1)),
        "flatten" | "ravel" if x.rank() == 0 => x.flatten(),
        "flatten" => {
            x.flatten_axes(call.axis_or("start_dim", x, 0), call.axis_or("end_dim", x, -1))
        }
        "ravel" => x.flatten(),
        "unflatten" => {
            let sizes = call.integers("sizes")?;
            let known: i64 = sizes.iter().filter(|&&n| n >= 0).product();
            let rest = x.shape()[along()] / known.max(1) as usize;
            let size = |&n: &i64| if n < 0 { rest } else { n as usize };
            x.unflatten(along(), sizes.iter().map(size).collect::<Shape>())
        }
        "narrow" => {
            let start = call.integer("start").rem_euclid(x.shape()[along()].max(1) as i64) as usize;
            x.slice(along(), start..start + call.size("length"))
        }
        "select" => x.at(along(), call.integer("index") as isize),
        "Tensor.__getitem__" => indexed(x, call.attribute("index")?.as_array()?),
        "index_select" => x.take(along(), call.var("index")),
        "flip" => x.flip(axes(call, "dims", x.rank()).as_slice()),
        "fliplr" => x.flip(1),
        "flipud" => x.flip(0),
        "rot90" => {
            let axes = call.integers("dims").unwrap_or(vec![0, 1]);
            x.rot90(call.number_or("k", 1.0) as isize, axes[0] as isize, axes[1] as isize)
        }
        "roll" => rolled(x, call),
        "nn.functional.pad" => padding::padded(call, x)?,
        "Tensor.unfold" => {
            let axis = call.axis_or("dimension", x, 0);
            x.sliding(axis, call.size("size"), call.size("step"))
        }
        "clone" | "Tensor.clone" | "Tensor.contiguous" => x,
        "zeros_like" => x.zeros_like(),
        "ones_like" => x.ones_like(),
        "full_like" => x.zeros_like() + call.var("fill_value"),
        _ => return None,
    }])
}

/// What is made of numbers alone.
fn created<'t>(call: &Call<'_, 't>) -> Option<Var<'t>> {
    let tape = call.tape;
    Some(match call.op {
        "zeros" => tape.zeros(sizes(call, "size")),
        "ones" => tape.ones(sizes(call, "size")),
        "full" => tape.full(sizes(call, "size"), call.number("fill_value")),
        "eye" => tape.eye(call.size("n")),
        "linspace" => tape.linspace(call.number("start"), call.number("end"), call.size("steps")),
        "arange" => {
            let (start, step) = (call.number_or("start", 0.0), call.number_or("step", 1.0));
            let n = ((call.number("end") - start) / step).ceil().max(0.0);
            start + step * tape.arange(n as usize)
        }
        _ => return None,
    })
}

pub fn sizes(call: &Call<'_, '_>, name: &str) -> Vec<usize> {
    call.integers(name).unwrap_or_default().into_iter().map(|n| n as usize).collect()
}

fn axes(call: &Call<'_, '_>, name: &str, rank: usize) -> Vec<usize> {
    let axes = call.integers(name).unwrap_or_default();
    axes.into_iter().map(|k| axis(k, rank)).collect()
}

/// Sizes of −1 stay as they are.
fn expanded<'t>(x: Var<'t>, sizes: &[i64]) -> Var<'t> {
    let (shape, added) = (x.shape(), sizes.len() - x.rank());
    let size = |(k, &n): (usize, &i64)| if n < 0 { shape[k - added] } else { n as usize };
    x.broadcast_to(sizes.iter().enumerate().map(size).collect::<Shape>())
}

/// Axes moved to other positions, the rest in their order.
fn moved<'t>(x: Var<'t>, from: &[usize], to: &[usize]) -> Var<'t> {
    let mut rest = (0..x.rank()).filter(|axis| !from.contains(axis));
    let axis = |k: usize| to.iter().position(|&to| to == k).map(|at| from[at]);
    let axes: Vec<usize> =
        (0..x.rank()).map(|k| axis(k).or_else(|| rest.next()).unwrap()).collect();
    x.permute(axes.as_slice())
}

/// With axes of size 1 where there are fewer than the name says.
pub fn at_least<'t>(x: Var<'t>, name: &str) -> Var<'t> {
    match (name, x.rank()) {
        (_, 0) => x.reshape(vec![1; name[8..9].parse().unwrap()]),
        ("atleast_2d", 1) => x.unsqueeze(0),
        ("atleast_3d", 1) => x.unsqueeze(0).unsqueeze(2),
        ("atleast_3d", 2) => x.unsqueeze(2),
        _ => x,
    }
}

fn rolled<'t>(x: Var<'t>, call: &Call<'_, 't>) -> Var<'t> {
    let shifts = call.integers("shifts").unwrap_or_default();
    if !call.has("dims") {
        return x.flatten().roll(shifts[0] as isize, 0).reshape(x.shape());
    }
    let pairs = axes(call, "dims", x.rank()).into_iter().zip(shifts);
    pairs.fold(x, |x, (axis, shift)| x.roll(shift as isize, axis))
}
