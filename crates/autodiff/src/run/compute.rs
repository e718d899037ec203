//! What each kind of step computes. Where it goes, and what it may read, is decided elsewhere.

use wengert_tensor::kernel::{self, Factors};
use wengert_tensor::{Layout, Threads};

use crate::op::{ShapeError, Type, Value};
use crate::ops::{Extents, Op, Rows};
use crate::run::Scalar;
use crate::run::memory::Memory;
use crate::run::pick;
use crate::run::step::{Access, Argument, Factor, Operand, Product, Work};

/// Computes one result.
pub(super) fn compute<T: Scalar>(
    work: &Work<T>,
    memory: &Memory<'_, T>,
    y: &mut [T],
) -> Result<(), ShapeError> {
    match work {
        Work::Constant(number) => y[0] = *number,
        Work::Load(x) => y[0] = memory.room(x.room)[x.layout.offset()],
        Work::Copy(x) => copy(memory.room(x.room), &x.layout, memory.threads, y),
        Work::Pointwise { tile, x } => pointwise(*tile, x, memory, y),
        Work::Fold { x, axes, join } => {
            join.fold(memory.room(x.room), &x.layout, axes, y, memory.threads);
        }
        Work::MatMul(products) => {
            for (number, product) in products.iter().enumerate() {
                multiply(product, memory, number > 0, y);
            }
        }
        Work::Gather { op, batch, table, index } => {
            let positions = memory.slot(*index);
            let types = [Type::real(table.layout.shape()), Type::index(positions.shape())];
            op.check(&[None, Some(positions)], &types)?;
            let rows = Rows::new(*batch, table.layout.shape(), positions.shape());
            let (table, positions) = (memory.elements(table), positions.contiguous());
            let positions = positions.as_slice().expect("just made contiguous");
            pick::gather(rows, table, positions, memory.threads, y);
        }
        Work::ScatterAdd { op, batch, shape, pairs } => {
            y.fill(T::default());
            for (values, index) in pairs {
                let positions = memory.slot(*index);
                op.check(&[None, Some(positions)], &[])?;
                let rows = Rows::new(*batch, shape, positions.shape());
                let (values, positions) = (memory.elements(values), positions.contiguous());
                let positions = positions.as_slice().expect("just made contiguous");
                pick::scatter_add(rows, values, positions, memory.threads, y);
            }
        }
        Work::Assemble { parts, overlapping } => {
            y.fill(T::default());
            for (x, region) in parts {
                assemble(memory.room(x.room), &x.layout, region, *overlapping, y);
            }
        }
        Work::Convolve(convolve) => convolve.compute(memory, y),
        Work::Search(_) => unreachable!("a search gives an index"),
        Work::Eval { op, x } => {
            let value = evaluate(op, x, memory)?;
            let array = value.real();
            kernel::copy(array.buffer(), array.layout(), y);
        }
    }
    Ok(())
}

/// Computes a batch of products, or adds them to what `y` holds.
fn multiply<T: Scalar>(product: &Product, memory: &Memory<'_, T>, adds: bool, y: &mut [T]) {
    let Product { extents: Extents { m, k, n, .. }, a, b } = product;
    let [m, k, n] = [*m, *k, *n];
    if k == 0 || y.is_empty() {
        // Matrices without elements have no first one to start from.
        if !adds {
            y.fill(T::default());
        }
        return;
    }
    let (a_room, b_room) = (memory.room(a.x.room), memory.room(b.x.room));
    let (a_starts, b_starts) = (a.starts(), b.starts());
    let a = Factors { elements: a_room, starts: &a_starts, strides: a.strides() };
    let b = Factors { elements: b_room, starts: &b_starts, strides: b.strides() };
    T::gemm_batch([m, k, n], a, b, y, adds, memory.threads);
}

impl Factor {
    fn strides(&self) -> (isize, isize) {
        (self.row_stride, self.column_stride)
    }

    /// Where the matrix of each product of the batch begins.
    fn starts(&self) -> Vec<usize> {
        let layout = &self.x.layout;
        let axis = layout.rank() - 2;
        // The first element of each matrix, if it has one.
        let mut region = crate::ops::whole(layout.shape());
        region[axis..].iter_mut().for_each(|range| range.len = range.len.min(1));
        let first = layout.slice(&region);
        first.offsets().collect()
    }
}

/// Evaluates an operation as it is defined, on copies of its operands.
pub(super) fn evaluate<T: Scalar>(
    op: &Op,
    x: &[Argument],
    memory: &Memory<'_, T>,
) -> Result<Value<T>, ShapeError> {
    let values: Vec<Value<T>> = x.iter().map(|x| memory.value(x)).collect();
    let values: Vec<&Value<T>> = values.iter().collect();
    crate::program::eval_checked(op, &values)
}

/// Strided operands of pointwise steps are read this many elements at a time.
const TILE: usize = 256;

/// Pointwise loops of fewer elements are not worth sharing between threads.
const FEW: usize = 32 * TILE;

fn pointwise<T: Scalar>(
    tile: fn([&[T]; 3], &mut [T]),
    x: &[(Access, Operand)],
    memory: &Memory<'_, T>,
    y: &mut [T],
) {
    let mut rooms: [&[T]; 3] = [&[]; 3];
    for (room, (access, x)) in rooms.iter_mut().zip(x) {
        *room = match access {
            Access::Direct => memory.elements(x),
            _ => memory.room(x.room),
        };
    }
    let part = memory.threads.part(y.len(), FEW);
    memory.threads.split(y, part, |number, y| {
        let start = number * part;
        if x.iter().all(|(access, _)| *access == Access::Direct) {
            tile(rooms.map(|room| room.get(start..).unwrap_or_default()), y);
        } else {
            pointwise_by_tiles(tile, x, rooms, start, y);
        }
    });
}

/// The elements from `start` on, where not all operands are read element after element.
fn pointwise_by_tiles<T: Scalar>(
    tile: fn([&[T]; 3], &mut [T]),
    x: &[(Access, Operand)],
    rooms: [&[T]; 3],
    start: usize,
    y: &mut [T],
) {
    let mut tiles = [[T::default(); TILE]; 3];
    for ((access, x), (room, elements)) in x.iter().zip(rooms.iter().zip(&mut tiles)) {
        if *access == Access::Uniform && !y.is_empty() {
            elements.fill(room[x.layout.offset()]);
        }
    }
    for (number, y) in y.chunks_mut(TILE).enumerate() {
        let start = start + number * TILE;
        for ((access, x), (room, elements)) in x.iter().zip(rooms.iter().zip(&mut tiles)) {
            if *access == Access::Strided {
                kernel::copy_range(room, &x.layout, start, &mut elements[..y.len()]);
            }
        }
        let mut now: [&[T]; 3] = [&[]; 3];
        for (k, (access, _)) in x.iter().enumerate() {
            now[k] = match access {
                Access::Direct => &rooms[k][start..],
                _ => &tiles[k],
            };
        }
        tile(now, y);
    }
}

/// Copies the elements of a layout, by parts of its first axis.
fn copy<T: Scalar>(x: &[T], layout: &Layout, threads: &Threads, y: &mut [T]) {
    let rows = layout.shape().first().copied().unwrap_or(1).max(1);
    let row = (y.len() / rows).max(1);
    let part = threads.part(rows, (FEW / row).max(1));
    threads.split(y, part * row, |number, y| {
        let mut region = crate::ops::whole(layout.shape());
        if let Some(first) = region.first_mut() {
            (first.start, first.len) = (number * part, y.len() / row);
        }
        kernel::copy(x, &layout.slice(&region), y);
    });
}

/// Copies or adds `x` into a region of `y`.
fn assemble<T: Scalar>(x: &[T], from: &Layout, to: &Layout, adds: bool, y: &mut [T]) {
    let put = |y: &mut T, x: T| *y = if adds { *y + x } else { x };
    if from.size() == 0 {
        return;
    }
    if from.size() == 1 {
        return put(&mut y[to.offset()], x[from.offset()]);
    }
    // Row by row of the last axis, by the strides of both sides.
    let step = |layout: &Layout| layout.strides().last().copied().unwrap_or(1);
    let (width, steps) = (to.shape().last().copied().unwrap_or(1), (step(from), step(to)));
    let (from, to) = (first_of_rows(from), first_of_rows(to));
    for (from, to) in from.offsets().zip(to.offsets()) {
        if steps == (1, 1) {
            let x = &x[from..from + width];
            y[to..to + width].iter_mut().zip(x).for_each(|(y, &x)| put(y, x));
            continue;
        }
        let (mut from, mut to) = (from, to);
        for _ in 0..width {
            put(&mut y[to], x[from]);
            (from, to) = (from.wrapping_add_signed(steps.0), to.wrapping_add_signed(steps.1));
        }
    }
}

/// The first element of each row of the last axis.
fn first_of_rows(layout: &Layout) -> Layout {
    let mut region = crate::ops::whole(layout.shape());
    if let Some(last) = region.last_mut() {
        last.len = 1;
    }
    layout.slice(&region)
}
