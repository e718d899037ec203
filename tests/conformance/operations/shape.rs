//! Arranging, cutting, joining and picking elements.

use serde_json::Value;
use wengert::prelude::*;
use wengert::tensor::Array;

use super::index::indexed;
use super::padding;
use crate::call::{Call, axis, integers};

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let all = call.all();
    let x = *all.first()?;
    let along = || call.axis_or("dim", x, 0);
    Some(vec![match call.op {
        "reshape" => x.reshape(completed(&call.integers("shape")?, x.shape().size())),
        "transpose" => x.transpose(call.integer("dim0") as isize, call.integer("dim1") as isize),
        "permute" => x.permute(axes(call, "dims", x.rank()).as_slice()),
        "movedim" => moved(x, call.integer("source"), call.integer("destination")),
        "Tensor.expand" | "broadcast_to" => expanded(x, &call.integers("size")?),
        "squeeze" if !call.has("dim") => {
            x.reshape(x.shape().iter().copied().filter(|&n| n != 1).collect::<Shape>())
        }
        "squeeze" if x.shape()[along()] != 1 => x,
        "squeeze" => x.squeeze(along()),
        "unsqueeze" => x.unsqueeze(axis(call.integer("dim"), x.rank() + 1)),
        "flatten" => flattened(x, call),
        "cat" => Var::concat(&all, along()),
        "stack" => Var::stack(&all, axis(call.number_or("dim", 0.0) as i64, x.rank() + 1)),
        "split" => return Some(split(x, along(), call.attribute("split_size_or_sections")?)),
        "chunk" => {
            let size = x.shape()[along()].div_ceil(call.size("chunks"));
            return Some(split(x, along(), &Value::from(size)));
        }
        "unbind" => {
            let n = x.shape()[along()] as isize;
            return Some((0..n).map(|position| x.at(along(), position)).collect());
        }
        "narrow" => x.slice(along(), call.size("start")..call.size("start") + call.size("length")),
        "select" => x.at(along(), call.integer("index") as isize),
        "Tensor.__getitem__" => indexed(x, call.attribute("index")?.as_array()?),
        "index_select" => x.take(along(), call.var("index")),
        "gather" => x.gather(along(), call.var("index")),
        "scatter_add" => x.scatter_add(along(), call.var("index"), call.var("src")),
        "index_add" => {
            let index = call.var("index");
            let others: Vec<_> =
                (0..x.rank()).map(|k| if k == along() { index.shape()[0] } else { 1 }).collect();
            let index = index.reshape(others).broadcast_to(call.var("src").shape());
            x.scatter_add(along(), index, call.var("src"))
        }
        "index_put" => put(call, x),
        "masked_fill" => call.var("mask").select(call.var("value"), x),
        "masked_select" => masked(x, call.var("mask")),
        "flip" => x.flip(axes(call, "dims", x.rank()).as_slice()),
        "rot90" => rotated(x, &axes(call, "dims", x.rank()), call.number_or("k", 1.0) as i64),
        "roll" => rolled(x, call),
        "Tensor.repeat" => repeated(x, &call.integers("repeats")?),
        "tile" => repeated(x, &call.integers("dims")?),
        "repeat_interleave" => {
            let (axis, times) = (along(), call.size("repeats"));
            let positions = Array::from_fn([x.shape()[axis] * times], |k| (k / times) as i64);
            x.take(axis, call.tape.indices(positions))
        }
        "meshgrid" => return Some(grids(call, &all)),
        "nn.functional.pad" => padding::padded(call, x)?,
        "Tensor.unfold" => {
            let axis = call.axis_or("dimension", x, 0);
            windows(x, axis, call.size("size"), call.size("step"))
        }
        _ => return None,
    }])
}

fn axes(call: &Call<'_, '_>, name: &str, rank: usize) -> Vec<usize> {
    let axes = call.integers(name).unwrap_or_default();
    axes.into_iter().map(|k| axis(k, rank)).collect()
}

/// A shape in which one size may be −1: whatever is left.
fn completed(shape: &[i64], size: usize) -> Shape {
    let known: i64 = shape.iter().filter(|&&n| n >= 0).product();
    shape.iter().map(|&n| if n < 0 { size / known as usize } else { n as usize }).collect()
}

/// Sizes of −1 stay as they are.
fn expanded<'t>(x: Var<'t>, sizes: &[i64]) -> Var<'t> {
    let (shape, added) = (x.shape(), sizes.len() - x.rank());
    let size = |(k, &n): (usize, &i64)| if n < 0 { shape[k - added] } else { n as usize };
    x.broadcast_to(sizes.iter().enumerate().map(size).collect::<Shape>())
}

fn moved<'t>(x: Var<'t>, from: i64, to: i64) -> Var<'t> {
    let mut axes: Vec<usize> = (0..x.rank()).collect();
    let moved = axes.remove(axis(from, x.rank()));
    axes.insert(axis(to, x.rank()), moved);
    x.permute(axes.as_slice())
}

fn flattened<'t>(x: Var<'t>, call: &Call<'_, 't>) -> Var<'t> {
    if x.rank() == 0 {
        return x.flatten();
    }
    let (first, last) = (call.axis_or("start_dim", x, 0), call.axis_or("end_dim", x, -1));
    let shape = x.shape();
    let middle = shape[first..=last].iter().product();
    let sizes = shape[..first].iter().copied().chain([middle]);
    x.reshape(sizes.chain(shape[last + 1..].iter().copied()).collect::<Shape>())
}

/// Pieces of one size, of which the last may be smaller, or of the sizes given.
fn split<'t>(x: Var<'t>, axis: usize, sizes: &Value) -> Vec<Var<'t>> {
    let (n, listed) = (x.shape()[axis], integers(sizes));
    let size = |k: usize| if sizes.is_array() { listed[k] as usize } else { listed[0] as usize };
    let (mut pieces, mut start) = (Vec::new(), 0);
    while start < n {
        let end = (start + size(pieces.len())).min(n);
        pieces.push(x.slice(axis, start..end));
        start = end;
    }
    pieces
}

/// Values added at, or in place of what is at, positions along the first axes.
fn put<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let index: Vec<Var<'t>> =
        (0..x.rank()).map_while(|axis| call.optional(&format!("indices.{axis}"))).collect();
    let (count, shape) = (index[0].shape().size(), x.shape());
    let (sizes, rest) = shape.split_at(index.len());
    let (rows, size) = (sizes.iter().product::<usize>(), rest.iter().product::<usize>());
    // A position along each of the axes is a position along all of them, flattened.
    let positions = index.iter().zip(sizes).fold(vec![0; count], |all, (index, &n)| {
        let index = index.value().to_vec_f64();
        all.iter().zip(index).map(|(k, i)| k * n as i64 + (i as i64).rem_euclid(n as i64)).collect()
    });
    let each = [count].into_iter().chain(rest.iter().copied()).collect::<Shape>();
    let values = call.var("values").broadcast_to(each).reshape([count, size]);
    let index = x.tape().indices(positions.clone()).unsqueeze(1).broadcast_to([count, size]);
    let taken = |k: usize| positions.contains(&((k / size) as i64));
    let taken = Array::from_fn([rows, size], |k| f64::from(!call.flag("accumulate") && taken(k)));
    let kept = x.tape().input(taken).select(0.0, x.reshape([rows, size]));
    kept.scatter_add(0, index, values).reshape(shape)
}

/// The elements where a mask, whose values are known, is not 0.
fn masked<'t>(x: Var<'t>, mask: Var<'t>) -> Var<'t> {
    let mask = mask.broadcast_to(x.shape()).value().to_vec_f64();
    let chosen = mask.iter().enumerate().filter(|(_, truth)| **truth != 0.0);
    let positions: Vec<i64> = chosen.map(|(k, _)| k as i64).collect();
    x.flatten().take(0, x.tape().indices(positions))
}

fn rotated<'t>(x: Var<'t>, axes: &[usize], quarters: i64) -> Var<'t> {
    (0..quarters.rem_euclid(4)).fold(x, |x, _| x.flip(axes[1]).transpose(axes[0], axes[1]))
}

fn rolled<'t>(x: Var<'t>, call: &Call<'_, 't>) -> Var<'t> {
    let roll = |x: Var<'t>, (axis, shift): (usize, i64)| {
        let n = x.shape()[axis];
        let cut = (-shift).rem_euclid(n.max(1) as i64) as usize;
        Var::concat(&[x.slice(axis, cut..), x.slice(axis, ..cut)], axis)
    };
    let shifts = call.integers("shifts").unwrap_or_default();
    if call.has("dims") {
        axes(call, "dims", x.rank()).into_iter().zip(shifts).fold(x, roll)
    } else {
        roll(x.flatten(), (0, shifts[0])).reshape(x.shape())
    }
}

/// Copies side by side, so many along each axis, counted from the last.
fn repeated<'t>(x: Var<'t>, times: &[i64]) -> Var<'t> {
    let rank = times.len().max(x.rank());
    let front = |n: usize| std::iter::repeat_n(1, rank - n);
    let x = x.reshape(front(x.rank()).chain(x.shape().iter().copied()).collect::<Shape>());
    let times = front(times.len()).chain(times.iter().map(|&n| n as usize));
    times.enumerate().fold(x, |x, (axis, n)| Var::concat(&vec![x; n], axis))
}

fn grids<'t>(call: &Call<'_, 't>, all: &[Var<'t>]) -> Vec<Var<'t>> {
    let shape: Shape = all.iter().map(|x| x.shape().size()).collect();
    let grid = |(k, x): (usize, &Var<'t>)| {
        let along: Shape = (0..shape.rank()).map(|j| if j == k { shape[k] } else { 1 }).collect();
        let grid = x.reshape(along).broadcast_to(shape.clone());
        if call.text("indexing") == "xy" { grid.transpose(0, 1) } else { grid }
    };
    all.iter().enumerate().map(grid).collect()
}

/// Neighbouring elements, as a new last axis.
fn windows<'t>(x: Var<'t>, axis: usize, size: usize, step: usize) -> Var<'t> {
    let places = (x.shape()[axis] - size) / step + 1;
    let element = |k: usize| x.slice_step(axis, k..=k + (places - 1) * step, step);
    Var::stack(&(0..size).map(element).collect::<Vec<_>>(), x.rank())
}
