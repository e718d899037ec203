//! Reductions: sums, maxima and whatever else joins two elements into one. The order in which
//! elements are joined is fixed by their number alone.

use std::array;
use std::ops::Add;

use smallvec::SmallVec;

use super::copy::rows;
use super::dispatch::{Work, dispatch};
use crate::{Layout, Range, Threads};

/// The elements of a block, which is one leaf of the tree.
const BLOCK: usize = 1024;
/// The chains of joins that run side by side in a block.
pub(super) const LANES: usize = 16;
/// The outputs that are reduced side by side where neighbouring outputs are neighbours in memory.
const TILE: usize = 128;
/// Fewer outputs side by side than this are not worth it.
const FEW: usize = 8;
/// As many elements are worth sharing between threads: about 3 µs.
const FEW_ELEMENTS: usize = 1 << 15;

/// Sums the elements along `axes`: [`fold`] with `+`, and `zero` where nothing is summed.
///
/// # Panics
///
/// As [`fold`].
pub fn sum<T: Copy + Send + Sync + Add<Output = T>>(
    x: &[T],
    layout: &Layout,
    axes: &[usize],
    zero: T,
    y: &mut [T],
    threads: &Threads,
) {
    fold(x, layout, axes, zero, y, threads, |a, b| a + b);
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
/// Threads share the outputs, or where they are few the blocks: powers of two of them, so that the
/// tree is the same.
///
/// # Panics
///
/// If an axis does not exist, `axes` does not ascend, `y` has not one place for each output, or
/// the layout leaves `x`.
pub fn fold<T: Copy + Send + Sync>(
    x: &[T],
    layout: &Layout,
    axes: &[usize],
    empty: T,
    y: &mut [T],
    threads: &Threads,
    f: impl Fn(T, T) -> T + Sync,
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
    // Along the first axis that is kept.
    let count = kept.shape().first().copied().unwrap_or(1);
    let (outputs, joined) = (y.len() / count, layout.size() / count);
    let least = if kept.strides().first() == Some(&1) { TILE / 2 } else { 1 };
    let part = threads.part(count, least.max(FEW_ELEMENTS / joined));
    if part < count {
        threads.split(y, part * outputs, |number, y| {
            let kept = &cut(&kept, number * part, y.len() / outputs);
            dispatch(Fold { x, kept, reduced: &reduced, y, f: &f });
        });
    } else {
        fold_in_parts(Fold { x, kept: &kept, reduced: &reduced, y, f: &f }, threads);
    }
}

/// A fold of few outputs: what is joined is cut, and the results of the parts are the leaves of the
/// tree.
fn fold_in_parts<T: Copy + Send + Sync, F: Fn(T, T) -> T + Sync>(
    whole: Fold<'_, T, F>,
    threads: &Threads,
) {
    let Fold { x, kept, reduced, f, .. } = whole;
    let (n, outputs) = (reduced.size(), whole.y.len());
    let least = BLOCK.max(FEW_ELEMENTS / outputs);
    let part = 1 << threads.part(n, least).ilog2();
    if reduced.rank() != 1 || part < BLOCK || n < 2 * part || threads.count() == 1 {
        return dispatch(whole);
    }
    let parts = n.div_ceil(part);
    let mut results = vec![x[kept.offset()]; parts * outputs];
    threads.split(&mut results, outputs, |number, y| {
        let start = number * part;
        let reduced = &cut(reduced, start, part.min(n - start));
        let kept = &kept.at(reduced.offset());
        dispatch(Fold { x, kept, reduced, y, f });
    });
    for (j, y) in whole.y.iter_mut().enumerate() {
        *y = tree(parts, f, |number| results[number * outputs + j]);
    }
}

/// So many neighbours along the first axis.
fn cut(layout: &Layout, start: usize, len: usize) -> Layout {
    let whole = layout.shape().iter().map(|&len| Range { start: 0, step: 1, len });
    let mut region: SmallVec<[Range; 4]> = whole.collect();
    if let Some(first) = region.first_mut() {
        *first = Range { start, step: 1, len };
    }
    layout.slice(&region)
}

/// A reduction that has elements, by merged layouts of what is kept and what is reduced.
struct Fold<'a, T, F> {
    x: &'a [T],
    kept: &'a Layout,
    reduced: &'a Layout,
    y: &'a mut [T],
    f: &'a F,
}

impl<T: Copy, F: Fn(T, T) -> T> Work for Fold<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        if self.reduced.strides() == [1] {
            return self.rows();
        }
        let side_by_side = |(size, stride)| stride == 1 && size >= FEW;
        match self.kept.axes().position(side_by_side) {
            Some(axis) => self.columns(axis),
            None => self.gathered(),
        }
    }
}

impl<T: Copy, F: Fn(T, T) -> T> Fold<'_, T, F> {
    /// Each output joins elements that lie side by side.
    #[inline(always)]
    fn rows(self) {
        let n = self.reduced.size();
        /// Where rows are short, their length as a constant is worth a factor of three.
        macro_rules! short {
            ($($n:literal)+) => {
                match n {
                    $($n => return self.short_rows::<$n>(),)+
                    _ => {}
                }
            };
        }
        short!(2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for (y, offset) in self.y.iter_mut().zip(self.kept.offsets()) {
            let row = &self.x[offset..offset + n];
            let block = |number| &row[number * BLOCK..n.min((number + 1) * BLOCK)];
            *y = tree(n.div_ceil(BLOCK), self.f, |number| fold_block(block(number), self.f));
        }
    }

    /// [`rows`](Self::rows) of `N` elements, fewer than there are lanes.
    #[inline(always)]
    fn short_rows<const N: usize>(self) {
        for (y, offset) in self.y.iter_mut().zip(self.kept.offsets()) {
            let mut lanes: [T; N] = *self.x[offset..].first_chunk().expect("a row");
            halve(&mut lanes, |a, b| *a = (self.f)(*a, *b));
            *y = lanes[0];
        }
    }

    /// Each output joins elements that lie anywhere: they are brought together block by block.
    #[inline(always)]
    fn gathered(self) {
        let n = self.reduced.size();
        let mut gathered = [self.x[self.kept.offset()]; BLOCK];
        for (y, offset) in self.y.iter_mut().zip(self.kept.offsets()) {
            let reduced = self.reduced.at(offset);
            *y = tree(n.div_ceil(BLOCK), self.f, |number| {
                let start = number * BLOCK;
                let elements = &mut gathered[..BLOCK.min(n - start)];
                rows(self.x, &reduced, start, elements);
                fold_block(elements, self.f)
            });
        }
    }

    /// The outputs along `axis` join elements that lie side by side: a tile of them is reduced at
    /// once, row after row.
    #[inline(always)]
    fn columns(self, axis: usize) {
        let Fold { x, kept, reduced, y, f } = self;
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
                let columns = tree(n.div_ceil(BLOCK), join, |number| {
                    let rows = reduced.offsets_from(number * BLOCK).take(BLOCK);
                    fold_tile(x, rows, width, &mut lanes, f)
                });
                let y = &mut y[to + left * pitch..];
                for (i, &column) in columns[..width].iter().enumerate() {
                    y[i * pitch] = column;
                }
            }
        }
    }
}

/// One block of `width` columns, given where its rows start; what the lanes held does not matter.
#[inline(always)]
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
#[inline(always)]
fn fold_block<T: Copy>(x: &[T], f: impl Fn(T, T) -> T) -> T {
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
#[inline(always)]
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

/// Joins the results of blocks; the largest power of two of them stands on the left.
#[inline(always)]
fn tree<A>(blocks: usize, join: impl Fn(A, A) -> A, mut block: impl FnMut(usize) -> A) -> A {
    // The trees on the left, whose sizes are falling powers of two.
    let mut trees: SmallVec<[A; 1]> = SmallVec::new();
    for number in 0..blocks {
        let mut right = block(number);
        for _ in 0..number.trailing_ones() {
            let left = trees.pop().expect("a tree for each binary digit of the number");
            right = join(left, right);
        }
        trees.push(right);
    }
    let mut right = trees.pop().expect("there are elements");
    while let Some(left) = trees.pop() {
        right = join(left, right);
    }
    right
}
