//! Products of a matrix and a vector. They read every element of the matrix once, so what decides
//! is walking through it in the order of memory, which a kernel for matrices does not.

use std::array;

use super::matrix::Matrix;
use super::tile::Factor;
use crate::kernel::dispatch::{Work, dispatch};
use crate::kernel::reduce::{LANES, halve};

/// The elements of the product that are summed side by side where a column lies in one piece.
const TILE: usize = 128;

/// The rows of a matrix that are multiplied side by side where they lie in one piece each, so that
/// sums need not wait for one another.
const ROWS: usize = 4;

/// `y += A·x`, where `x` is a matrix of one column.
///
/// Each sum of products has one order, whatever the strides: lane `l` of 16 adds products `l`,
/// `l + 16`, … to zero, and the lanes are halved until one is left.
pub(super) fn gemv<T: Factor>(a: Matrix<T>, x: Matrix<T>, y: &mut [T]) {
    dispatch(Gemv { a, x, y });
}

struct Gemv<'a, T> {
    a: Matrix<'a, T>,
    x: Matrix<'a, T>,
    y: &'a mut [T],
}

impl<T: Factor> Work for Gemv<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Gemv { a, x, y } = self;
        if a.row_stride == 1 {
            by_columns(a, x, y);
        } else if a.column_stride == 1 && x.row_stride == 1 {
            let (fours, rest) = y.as_chunks_mut::<ROWS>();
            for (four, y) in fours.iter_mut().enumerate() {
                by_rows(a, four * ROWS, x, y);
            }
            let done = fours.len() * ROWS;
            for (i, y) in rest.iter_mut().enumerate() {
                by_rows(a, done + i, x, array::from_mut(y));
            }
        } else {
            for (i, y) in y.iter_mut().enumerate() {
                let row = &a.elements[i * a.row_stride..];
                *y =
                    *y + strided_dot(a.columns, (row, a.column_stride), (x.elements, x.row_stride));
            }
        }
    }
}

/// The sums for `N` rows from `top` on, of elements that lie side by side, as those of `x` do.
#[inline(always)]
fn by_rows<T: Factor, const N: usize>(a: Matrix<T>, top: usize, x: Matrix<T>, y: &mut [T; N]) {
    let (x, x_tail) = x.elements[..a.columns].as_chunks::<LANES>();
    let rows: [&[T]; N] = array::from_fn(|r| &a.elements[(top + r) * a.row_stride..][..a.columns]);
    let rows = rows.map(|row| row.as_chunks::<LANES>());
    let chunks = rows.map(|(chunks, _)| &chunks[..x.len()]);
    let mut lanes = [[T::default(); LANES]; N];
    for (p, x) in x.iter().enumerate() {
        for (lanes, chunks) in lanes.iter_mut().zip(&chunks) {
            *lanes = array::from_fn(|l| lanes[l] + chunks[p][l] * x[l]);
        }
    }
    for ((y, lanes), (_, tail)) in y.iter_mut().zip(&mut lanes).zip(rows) {
        for (lane, (&a, &x)) in lanes.iter_mut().zip(tail.iter().zip(x_tail)) {
            *lane = *lane + a * x;
        }
        halve(lanes, |a, b| *a = *a + *b);
        *y = *y + lanes[0];
    }
}

/// The sum for one row, of the first `n` elements at equal distances.
#[inline(always)]
fn strided_dot<T: Factor>(
    n: usize,
    (a, a_stride): (&[T], usize),
    (b, b_stride): (&[T], usize),
) -> T {
    let mut lanes = [T::default(); LANES];
    for p in 0..n {
        lanes[p % LANES] = lanes[p % LANES] + a[p * a_stride] * b[p * b_stride];
    }
    halve(&mut lanes, |a, b| *a = *a + *b);
    lanes[0]
}

/// The same sums for a tile of rows at once, column after column.
#[inline(always)]
fn by_columns<T: Factor>(a: Matrix<T>, x: Matrix<T>, y: &mut [T]) {
    for (tile, y) in y.chunks_mut(TILE).enumerate() {
        let mut lanes = [[T::default(); TILE]; LANES];
        for p in 0..a.columns {
            let factor = x.elements[p * x.row_stride];
            let column = &a.elements[p * a.column_stride + tile * TILE..][..y.len()];
            for (lane, &a) in lanes[p % LANES].iter_mut().zip(column) {
                *lane = *lane + a * factor;
            }
        }
        halve(&mut lanes, |a, b| *a = array::from_fn(|i| a[i] + b[i]));
        for (y, &sum) in y.iter_mut().zip(&lanes[0]) {
            *y = *y + sum;
        }
    }
}
