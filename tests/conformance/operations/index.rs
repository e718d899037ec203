//! Indexing by brackets, as Python has it.

use serde_json::Value;
use wengert::prelude::*;

/// What `x[index]` is, for a list of integers, slices, an ellipsis and new axes.
pub fn indexed<'t>(x: Var<'t>, index: &[Value]) -> Var<'t> {
    let is_axis = |item: &&Value| !matches!(item.as_str(), Some("newaxis" | "ellipsis"));
    let named = index.iter().filter(is_axis).count();
    let (mut x, unnamed, mut axis) = (x, x.rank() - named, 0);
    for item in index {
        match item {
            Value::Number(position) => x = x.at(axis, position.as_i64().unwrap() as isize),
            Value::String(word) if word == "newaxis" => {
                x = x.unsqueeze(axis);
                axis += 1;
            }
            Value::String(_) => axis += unnamed,
            slice => {
                x = sliced(x, axis, slice["slice"].as_array().expect("three bounds"));
                axis += 1;
            }
        }
    }
    x
}

/// `start:stop:step`; what is absent is whole, what is negative counts from the end.
fn sliced<'t>(x: Var<'t>, axis: usize, bounds: &[Value]) -> Var<'t> {
    let n = x.shape()[axis] as i64;
    let bound = |value: &Value, default: i64| {
        let bound = value.as_i64().unwrap_or(default);
        (if bound < 0 { bound + n } else { bound }).clamp(0, n)
    };
    let (start, stop) = (bound(&bounds[0], 0), bound(&bounds[1], n));
    let step = bounds[2].as_u64().unwrap_or(1);
    x.slice_step(axis, start as usize..stop.max(start) as usize, step as usize)
}
