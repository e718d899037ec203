//! Padding with a number, with reflections, and with copies of the border.

use wengert::autodiff::Padding;
use wengert::prelude::*;

use crate::call::Call;

/// The pairs of `pad` belong to the axes from the last one on.
pub fn padded<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Option<Var<'t>> {
    let pairs = call.integers("pad")?;
    let pairs = pairs.chunks(2).enumerate().map(|(k, pair)| (x.rank() - 1 - k, pair[0], pair[1]));
    let pad = |x: Var<'t>, (axis, before, behind): (usize, i64, i64)| match call.text("mode") {
        "" | "constant" => Some(with_number(x, axis, before, behind, call.number_or("value", 0.0))),
        "reflect" => with_elements(x, Padding::Reflect, axis, before, behind),
        "replicate" => with_elements(x, Padding::Replicate, axis, before, behind),
        "circular" => with_elements(x, Padding::Circular, axis, before, behind),
        _ => None,
    };
    pairs.into_iter().try_fold(x, pad)
}

/// A negative padding cuts off.
fn with_number<'t>(x: Var<'t>, axis: usize, before: i64, behind: i64, number: f64) -> Var<'t> {
    let cut = |padding: i64| padding.min(0).unsigned_abs() as usize;
    let x = x.slice(axis, cut(before)..x.shape()[axis] - cut(behind));
    let (before, behind) = (before.max(0) as usize, behind.max(0) as usize);
    if number == 0.0 {
        return x.pad(axis, before, behind);
    }
    x.pad_constant(axis, before, behind, number)
}

fn with_elements<'t>(
    x: Var<'t>,
    how: Padding,
    axis: usize,
    before: i64,
    behind: i64,
) -> Option<Var<'t>> {
    (before >= 0 && behind >= 0).then(|| x.pad_with(axis, before as usize, behind as usize, how))
}
