//! Reductions: sums, maxima and whatever else joins two elements into one. The order in which
//! elements are joined is fixed by their number alone.

use std::array;
use std::ops::{Add, Range};

use super::copy::rows;
use crate::Layout;

/// The elements of a block, which is one leaf of the tree.
const BLOCK: usize = 1024;
/// The chains of joins that run side by side in a block.
pub(super) const LANES: usize = 16;
/// The outputs that are reduced side by side where neighbouring outputs are neighbours in memory.
const TILE: usize = 128;
/// Fewer outputs side by side than this are not worth it.
const FEW: usize = 8;

/// Sums the elements along `axes`: [`fold`] with `+`, and `zero` where nothing is summed.
///
/// # Panics
///
/// As [`fold`].
pub fn sum<T: Copy + Add<Output = T>>(
    x: &[T],
    layout: &Layout,
    axes: &[usize],
    zero: T,
    y: &mut [T],
) {
    fold(x, layout, axes, zero, y, |a, b| a + b);
}

/// Joins the elements along `axes` (ascending) by `f`; `y` gets the kept axes in row-major order,
/// and `empty` only if there are no elements to join.
///
/// # The tree
///
/// The bits depend on the values in logical order, never on their layout. The `n` elements of an
/// output, in row-major order, are cut into blocks of 1024.
///
/// * Lane `l` of a block starts with element `l` and joins elements `l + 16`, `l + 32`, … to it.
/// * The `min(16, n)` lanes are halved until one is left: of `m` lanes, lane `i + ⌈m/2⌉` is joined
///   to lane `i`.
/// * The results of more than one block are those of the blocks on the left joined with those on
///   the right, where as many stand left as the largest power of two below their number.
///
/// So `f` must be associative and commutative, as `+`, `*`, `min` and `max` are up to rounding.
///
/// # Panics
///
/// If an axis does not exist, `axes` does not ascend, `y` has not one place for each output, or
/// the layout leaves `x`.
pub fn fold<T: Copy>(
    x: &[T],
    layout: &Layout,
    axes: &[usize],
    empty: T,
    y: &mut [T],
    f: impl Fn(T, T) -> T,
) {
    assert!(
        axes.is_sorted_by(|a, b| a < b) && axes.iter().all(|&axis| axis < layout.rank()),
        "axes {axes:?} are not ascending axes of shape {}",
        layout.shape()
    );
    let kept = layout.project(|axis| !axes.contains(&axis)).merged();
    let reduced = layout.project(|axis| axes.contains(&axis)).merged();
    assert_eq!(y.len(), kept.size(), "one place for each output");
    if layout.size() == 0 {
        return y.fill(empty);
    }
    if reduced.strides() == [1] {
        return fold_rows(x, &kept, reduced.size(), y, &f);
    }
    let side_by_side = |(size, stride)| stride == 1 && size >= FEW;
    match kept.axes().position(side_by_side) {
        Some(axis) => fold_columns(x, &kept, axis, &reduced, y, &f),
        None => fold_gathered(x, &kept, &reduced, y, &f),
    }
}

/// Each output joins elements that lie side by side.
fn fold_rows<T: Copy>(x: &[T], kept: &Layout, n: usize, y: &mut [T], f: &impl Fn(T, T) -> T) {
    for (y, offset) in y.iter_mut().zip(kept.offsets()) {
        let row = &x[offset..offset + n];
        *y = tree(0..n.div_ceil(BLOCK), f, &mut |block| {
            fold_block(&row[block * BLOCK..n.min((block + 1) * BLOCK)], f)
        });
    }
}

/// Each output joins elements that lie anywhere: they are brought together block by block.
fn fold_gathered<T: Copy>(
    x: &[T],
    kept: &Layout,
    reduced: &Layout,
    y: &mut [T],
    f: &impl Fn(T, T) -> T,
) {
    let n = reduced.size();
    let mut gathered = [x[kept.offset()]; BLOCK];
    for (y, offset) in y.iter_mut().zip(kept.offsets()) {
        let reduced = reduced.at(offset);
        *y = tree(0..n.div_ceil(BLOCK), f, &mut |block| {
            let start = block * BLOCK;
            let elements = &mut gathered[..BLOCK.min(n - start)];
            rows(x, &reduced, start, elements);
            fold_block(elements, f)
        });
    }
}

/// The outputs along `axis` join elements that lie side by side: a tile of them is reduced at once,
/// row after row.
fn fold_columns<T: Copy>(
    x: &[T],
    kept: &Layout,
    axis: usize,
    reduced: &Layout,
    y: &mut [T],
    f: &impl Fn(T, T) -> T,
) {
    let (n, width) = (reduced.size(), kept.shape()[axis]);
    let target = Layout::contiguous(kept.shape());
    let pitch = target.strides()[axis] as usize;
    let (from, to) = (kept.project(|a| a != axis), target.project(|a| a != axis));
    // Filled once: where few rows are summed, filling them for every tile would take longer.
    let mut lanes = [[x[kept.offset()]; TILE]; LANES];
    for (from, to) in from.offsets().zip(to.offsets()) {
        for left in (0..width).step_by(TILE) {
            let reduced = reduced.at(from + left);
            let width = TILE.min(width - left);
            let join = |a: [T; TILE], b: [T; TILE]| array::from_fn(|i| f(a[i], b[i]));
            let columns = tree(0..n.div_ceil(BLOCK), &join, &mut |block| {
                let rows = reduced.offsets_from(block * BLOCK).take(BLOCK);
                fold_tile(x, rows, width, &mut lanes, f)
            });
            let y = &mut y[to + left * pitch..];
            for (i, &column) in columns[..width].iter().enumerate() {
                y[i * pitch] = column;
            }
        }
    }
}

/// One block of `width` columns, given where its rows start; what the lanes held does not matter.
fn fold_tile<T: Copy>(
    x: &[T],
    rows: impl Iterator<Item = usize>,
    width: usize,
    lanes: &mut [[T; TILE]; LANES],
    f: &impl Fn(T, T) -> T,
) -> [T; TILE] {
    let mut started = 0;
    for (r, offset) in rows.enumerate() {
        let row = &x[offset..offset + width];
        let lane = &mut lanes[r % LANES][..width];
        if r < LANES {
            lane.copy_from_slice(row);
            started = r + 1;
        } else {
            for (sum, &x) in lane.iter_mut().zip(row) {
                *sum = f(*sum, x);
            }
        }
    }
    halve(&mut lanes[..started], |a, b| {
        for (a, b) in a[..width].iter_mut().zip(b) {
            *a = f(*a, *b);
        }
    });
    lanes[0]
}

/// One block of elements that lie side by side.
fn fold_block<T: Copy>(x: &[T], f: &impl Fn(T, T) -> T) -> T {
    let join = |a: &mut T, b: &T| *a = f(*a, *b);
    let Some((first, rest)) = x.split_first_chunk::<LANES>() else {
        let mut lanes = [x[0]; LANES];
        let lanes = &mut lanes[..x.len()];
        lanes.copy_from_slice(x);
        halve(lanes, join);
        return lanes[0];
    };
    let mut lanes = *first;
    let (chunks, tail) = rest.as_chunks::<LANES>();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(a, b)| join(a, b));
    }
    lanes.iter_mut().zip(tail).for_each(|(a, b)| join(a, b));
    halve(&mut lanes, join);
    lanes[0]
}

/// Joins the upper half of the lanes to the lower one until the first holds everything.
pub(super) fn halve<A>(lanes: &mut [A], join: impl Fn(&mut A, &A)) {
    // As an array they are joined by straight code, which counts where sums are short.
    if let Ok(lanes) = <&mut [A; LANES]>::try_from(&mut *lanes) {
        for half in [8, 4, 2, 1] {
            let (lower, upper) = lanes.split_at_mut(half);
            lower.iter_mut().zip(upper).for_each(|(a, b)| join(a, b));
        }
        return;
    }
    let mut count = lanes.len();
    while count > 1 {
        let half = count.div_ceil(2);
        let (lower, upper) = lanes[..count].split_at_mut(half);
        lower.iter_mut().zip(upper).for_each(|(a, b)| join(a, b));
        count = half;
    }
}

/// Joins the results of a range of blocks; the largest power of two of them stands on the left.
fn tree<A>(
    blocks: Range<usize>,
    join: &impl Fn(A, A) -> A,
    block: &mut impl FnMut(usize) -> A,
) -> A {
    if blocks.len() == 1 {
        return block(blocks.start);
    }
    let middle = blocks.start + blocks.len().next_power_of_two() / 2;
    let left = tree(blocks.start..middle, join, block);
    let right = tree(middle..blocks.end, join, block);
    join(left, right)
}
