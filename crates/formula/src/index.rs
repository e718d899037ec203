//! Indices in brackets, as NumPy reads them: positions, ranges, whole axes and new ones.

use wengert_autodiff::Var;

use crate::error::{Fault, Span};
use crate::record::MOST_AXES;
use crate::tree::Item;

/// What the items select of `x`.
pub(crate) fn record<'t>(
    x: Var<'t>,
    items: &[(Item, Span)],
    place: Span,
) -> Result<Var<'t>, Fault> {
    let named = items.iter().filter(|(item, _)| !matches!(item, Item::Ellipsis | Item::NewAxis));
    let (named, rank) = (named.count(), x.rank());
    if named > rank {
        let message = format!("{named} indices of shape {}, which has {rank} axes", x.shape());
        return Err(Fault::new(place, message));
    }
    let is = |wanted: fn(&Item) -> bool| items.iter().filter(move |(item, _)| wanted(item)).count();
    let gone = is(|item| matches!(item, Item::At(_)));
    let new = is(|item| *item == Item::NewAxis);
    // Each step on the way has as many axes as the result, or more.
    if rank - gone + new > MOST_AXES {
        let axes = rank - gone + new;
        let message = format!("{axes} axes: a formula has no values of more than {MOST_AXES}");
        return Err(Fault::new(place, message));
    }
    let ellipses = items.iter().filter(|(item, _)| *item == Item::Ellipsis);
    if let Some((_, span)) = ellipses.clone().nth(1) {
        return Err(Fault::new(*span, "expected `...` at most once"));
    }
    let (mut y, mut axis) = (x, 0);
    for &(item, span) in items {
        match item {
            Item::Ellipsis => axis += rank - named,
            Item::NewAxis => {
                y = y.unsqueeze(axis);
                axis += 1;
            }
            Item::At(position) => y = at(y, axis, position, span)?,
            Item::Range { start, stop, step } => {
                y = range(y, axis, start, stop, step);
                axis += 1;
            }
        }
    }
    Ok(y)
}

fn at(x: Var<'_>, axis: usize, position: i64, span: Span) -> Result<Var<'_>, Fault> {
    let n = x.shape()[axis] as i64;
    if !(-n..n).contains(&position) {
        let message = format!("position {position} of an axis of {n} elements");
        return Err(Fault::new(span, message));
    }
    Ok(x.at(axis, position as isize))
}

fn range(x: Var<'_>, axis: usize, start: Option<i64>, stop: Option<i64>, step: i64) -> Var<'_> {
    let n = x.shape()[axis] as i64;
    // Backwards, a range may end before the first element.
    let (lowest, highest) = if step > 0 { (0, n) } else { (-1, n - 1) };
    let limited = |end: i64| (if end < 0 { end + n } else { end }).clamp(lowest, highest);
    let (first, last) = if step > 0 { (0, n) } else { (n - 1, -1) };
    let (start, stop) = (start.map_or(first, limited), stop.map_or(last, limited));
    let stride = step.unsigned_abs() as usize;
    let length = if step > 0 { stop - start } else { start - stop };
    let count = usize::try_from(length).unwrap_or(0).div_ceil(stride);
    if count == 0 {
        return x.slice(axis, 0..0);
    }
    let reach = (count - 1) * stride;
    let lowest = if step > 0 { start as usize } else { start as usize - reach };
    let y = if stride == 1 {
        x.slice(axis, lowest..=lowest + reach)
    } else {
        x.slice_step(axis, lowest..=lowest + reach, stride)
    };
    if step > 0 { y } else { y.flip(axis) }
}
