//! The innermost loop: a tile of C, as many sums as the registers hold.

use std::array;
use std::ops::{Add, Mul};

use super::matrix::{Matrix, MatrixMut};

/// What sums of products are made of.
pub trait Factor: Copy + Default + Add<Output = Self> + Mul<Output = Self> {
    /// `self * b + c`, rounded once if `FUSED`. That is one instruction where the machine has it,
    /// and slow where it has not.
    fn times_plus<const FUSED: bool>(self, b: Self, c: Self) -> Self;
}

/// Some columns of B: rows of them, `stride` apart. Beyond the columns a row may go on with
/// anything; the sums made of it are dropped.
#[derive(Clone, Copy)]
pub(super) struct Panel<'a, T> {
    pub elements: &'a [T],
    pub stride: usize,
}

/// `R` rows of A times a panel of `N` columns. Each sum is one chain from zero, in the order of the
/// inner dimension.
#[inline(always)]
#[allow(unsafe_code, reason = "a check of every access halves the speed")]
#[allow(clippy::needless_range_loop, reason = "in this form it becomes vectors in registers")]
pub(super) fn tile<T: Factor, const R: usize, const N: usize, const FUSED: bool>(
    a: Matrix<T>,
    b: Panel<T>,
) -> [[T; N]; R] {
    let k = a.columns;
    let mut sums = [[T::default(); N]; R];
    if k == 0 {
        return sums;
    }
    // Nothing below wraps, since this does not.
    let end = (k - 1).saturating_mul(b.stride).saturating_add(N);
    assert!(end <= b.elements.len(), "the panel has k rows");
    assert!(a.rows == R && a.last() < a.elements.len(), "A has R rows");
    for p in 0..k {
        // SAFETY: p < k, and row k - 1 was checked to end in the slice.
        let b: [T; N] = unsafe { read(b.elements, p * b.stride) };
        for i in 0..R {
            // SAFETY: i < R and p < k, and the last of these was checked to lie in the slice.
            let [a] = unsafe { read(a.elements, i * a.row_stride + p * a.column_stride) };
            for j in 0..N {
                sums[i][j] = a.times_plus::<FUSED>(b[j], sums[i][j]);
            }
        }
    }
    sums
}

/// `N` elements from `start` on.
///
/// # Safety
///
/// They lie in the slice.
#[inline(always)]
#[allow(unsafe_code, reason = "see `tile`")]
unsafe fn read<T: Copy, const N: usize>(x: &[T], start: usize) -> [T; N] {
    // SAFETY: the caller's; an array is aligned as its elements are.
    unsafe { x.as_ptr().add(start).cast::<[T; N]>().read() }
}

/// Puts or adds the first columns of a tile to C.
#[inline(always)]
pub(super) fn store<T: Factor, const R: usize, const N: usize>(
    sums: [[T; N]; R],
    c: MatrixMut<T>,
    width: usize,
    adds: bool,
) {
    let MatrixMut { elements, row_stride, column_stride } = c;
    for (i, sums) in sums.into_iter().enumerate() {
        let row = &mut elements[i * row_stride..];
        if width == N && column_stride == 1 {
            let row: &mut [T; N] = row.first_chunk_mut().expect("a row of the tile");
            if adds {
                *row = array::from_fn(|j| row[j] + sums[j]);
            } else {
                *row = sums;
            }
        } else if column_stride == 1 {
            let place = &mut row[..width];
            if adds {
                place.iter_mut().zip(sums).for_each(|(c, sum)| *c = *c + sum);
            } else {
                place.iter_mut().zip(sums).for_each(|(c, sum)| *c = sum);
            }
        } else {
            for (j, &sum) in sums[..width].iter().enumerate() {
                let c = &mut row[j * column_stride];
                *c = if adds { *c + sum } else { sum };
            }
        }
    }
}
