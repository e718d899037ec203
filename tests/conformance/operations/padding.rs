//! Padding with a number, with reflections, and with copies of the border.

use wengert::prelude::*;

use crate::call::Call;

/// The pairs of `pad` belong to the axes from the last one on.
pub fn padded<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Option<Var<'t>> {
    let pairs = call.integers("pad")?;
    let pairs = pairs.chunks(2).enumerate().map(|(k, pair)| (x.rank() - 1 - k, pair[0], pair[1]));
    let pad =
        |x: Var<'t>, (axis, before, behind): (usize, i64, i64)| match call.text("mode") {
            "" | "constant" => {
                Some(with_number(x, axis, before, behind, call.number_or("value", 0.0)))
            }
            "reflect" => Some(taken(x, axis, before, behind, |k, n| {
                if k < 0 { -k } else { k.min(2 * (n - 1) - k) }
            })),
            "replicate" => Some(taken(x, axis, before, behind, |k, n| k.clamp(0, n - 1))),
            "circular" => Some(taken(x, axis, before, behind, |k, n| k.rem_euclid(n))),
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
    let filled = |n| {
        let shape = x.shape();
        let size = |k: usize| if k == axis { n } else { shape[k] };
        x.tape().literal(number).broadcast_to((0..shape.rank()).map(size).collect::<Shape>())
    };
    Var::concat(&[filled(before), x, filled(behind)], axis)
}

/// Each element is one of the axis: that at the position which `place` gives for its own.
fn taken<'t>(
    x: Var<'t>,
    axis: usize,
    before: i64,
    behind: i64,
    place: impl Fn(i64, i64) -> i64,
) -> Var<'t> {
    let n = x.shape()[axis] as i64;
    let positions: Vec<i64> = (-before..n + behind).map(|k| place(k, n)).collect();
    x.take(axis, x.tape().indices(positions))
}
