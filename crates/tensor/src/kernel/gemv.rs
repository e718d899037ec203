//! Products of a matrix and a vector. They read every element of the matrix once, so what decides
//! is walking through it in the order of memory, which a kernel for matrices does not.

use std::array;
use std::ops::{Add, Mul};

use super::gemm::Matrix;
use super::reduce::{LANES, halve};

/// The elements of the product that are summed side by side where a column lies in one piece.
const TILE: usize = 64;

/// `y += A·x`, where `x` is a matrix of one column.
///
/// Each sum of products has one order, whatever the strides: lane `l` of 16 adds products `l`,
/// `l + 16`, … to zero, and the lanes are halved until one is left.
pub(super) fn gemv<T>(a: Matrix<T>, x: Matrix<T>, y: &mut [T])
where
    T: Copy + Default + Add<Output = T> + Mul<Output = T>,
{
    if a.row_stride == 1 {
        return by_columns(a, x, y);
    }
    let in_rows = a.column_stride == 1 && x.row_stride == 1;
    for (i, y) in y.iter_mut().enumerate() {
        let row = &a.elements[i * a.row_stride..];
        let sum = if in_rows {
            dot(&row[..a.columns], &x.elements[..a.columns])
        } else {
            strided_dot(a.columns, (row, a.column_stride), (x.elements, x.row_stride))
        };
        *y = *y + sum;
    }
}

fn dot<T>(a: &[T], b: &[T]) -> T
where
    T: Copy + Default + Add<Output = T> + Mul<Output = T>,
{
    let mut lanes = [T::default(); LANES];
    let (a, a_tail) = a.as_chunks::<LANES>();
    let (b, b_tail) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        lanes = array::from_fn(|l| lanes[l] + a[l] * b[l]);
    }
    for (lane, (&a, &b)) in lanes.iter_mut().zip(a_tail.iter().zip(b_tail)) {
        *lane = *lane + a * b;
    }
    halve(&mut lanes, |a, b| *a = *a + *b);
    lanes[0]
}

/// [`dot`] of the first `n` elements at equal distances.
fn strided_dot<T>(n: usize, (a, a_stride): (&[T], usize), (b, b_stride): (&[T], usize)) -> T
where
    T: Copy + Default + Add<Output = T> + Mul<Output = T>,
{
    let mut lanes = [T::default(); LANES];
    for p in 0..n {
        lanes[p % LANES] = lanes[p % LANES] + a[p * a_stride] * b[p * b_stride];
    }
    halve(&mut lanes, |a, b| *a = *a + *b);
    lanes[0]
}

/// The same sums for a tile of rows at once, column after column.
fn by_columns<T>(a: Matrix<T>, x: Matrix<T>, y: &mut [T])
where
    T: Copy + Default + Add<Output = T> + Mul<Output = T>,
{
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
