//! Products of matrices, and the only door to `unsafe`. Batches and threads are the caller's.

#[cfg(any(test, target_arch = "wasm32"))]
use std::ops::{Add, Mul};

use super::gemv::gemv;

/// The blocks in which [`portable`] walks the inner dimension and the columns, so that a block of
/// B stays in cache while all rows of A pass by.
#[cfg(any(test, target_arch = "wasm32"))]
const BLOCK: (usize, usize) = (64, 256);

/// Numbers whose matrices can be multiplied.
pub trait Gemm: Copy {
    /// C = A·B, or C += A·B if `accumulate`, for A of shape `[m, k]` and B of shape `[k, n]`.
    ///
    /// The slices of A and B begin at element (0, 0), and their `(row, column)` strides are any
    /// that stay inside: transposed and repeated operands need no copy. C is row-major without
    /// gaps. Where `k` is 0 the product is zero.
    ///
    /// The bits of an element of C depend on its row of A, its column of B, and on whether `m` or
    /// `n` is 1, never on strides. So a product may be split by rows and by columns and gives the
    /// same bits, if no part is a single row or column where the whole has more.
    ///
    /// # Panics
    ///
    /// If a stride is negative, or a slice is too short for its shape; C must have exactly `m * n`
    /// elements.
    #[allow(clippy::too_many_arguments, reason = "as every gemm")]
    fn gemm(
        m: usize,
        k: usize,
        n: usize,
        a: &[Self],
        a_strides: (isize, isize),
        b: &[Self],
        b_strides: (isize, isize),
        c: &mut [Self],
        accumulate: bool,
    );
}

/// A matrix whose every element has been checked to lie in the slice.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a, T> {
    pub elements: &'a [T],
    pub rows: usize,
    pub columns: usize,
    pub row_stride: usize,
    pub column_stride: usize,
}

impl<'a, T> Matrix<'a, T> {
    #[track_caller]
    fn new(elements: &'a [T], rows: usize, columns: usize, strides: (isize, isize)) -> Self {
        let [row_stride, column_stride] = [strides.0, strides.1]
            .map(|stride| usize::try_from(stride).expect("gemm takes no negative strides"));
        let matrix = Matrix { elements, rows, columns, row_stride, column_stride };
        assert!(
            rows == 0 || columns == 0 || matrix.last() < elements.len(),
            "a matrix of shape [{rows}, {columns}] and strides {strides:?} leaves its {} elements",
            elements.len()
        );
        matrix
    }

    pub fn transposed(self) -> Self {
        Matrix {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }

    /// The position of the last element; one that no `usize` holds lies in no slice either.
    fn last(&self) -> usize {
        let down = (self.rows - 1).saturating_mul(self.row_stride);
        let across = (self.columns - 1).saturating_mul(self.column_stride);
        down.saturating_add(across)
    }
}

/// The products of one precision, by the kernel of that name in `matrixmultiply`.
macro_rules! gemm {
    ($number:ty, $kernel:ident) => {
        impl Gemm for $number {
            fn gemm(
                m: usize,
                k: usize,
                n: usize,
                a: &[Self],
                a_strides: (isize, isize),
                b: &[Self],
                b_strides: (isize, isize),
                c: &mut [Self],
                accumulate: bool,
            ) {
                let a = Matrix::new(a, m, k, a_strides);
                let b = Matrix::new(b, k, n, b_strides);
                assert_eq!(c.len(), m.saturating_mul(n), "C has shape [{m}, {n}]");
                let by_kernel = m > 1 && k > 0 && n > 1;
                if !accumulate && !by_kernel {
                    c.fill(0.0);
                }
                match (m, k, n) {
                    _ if by_kernel => $kernel(a, b, c, accumulate),
                    (0, ..) | (_, 0, _) | (.., 0) => {}
                    (.., 1) => gemv(a, b, c),
                    _ => gemv(b.transposed(), a.transposed(), c),
                }
            }
        }

        #[cfg(not(target_arch = "wasm32"))]
        #[allow(unsafe_code, reason = "matrixmultiply takes pointers")]
        fn $kernel(a: Matrix<$number>, b: Matrix<$number>, c: &mut [$number], accumulate: bool) {
            assert!(a.columns == b.rows && c.len() == a.rows * b.columns);
            // SAFETY: the kernel reads A and B at every row and column, and `Matrix::new` has
            // checked that they lie in their slices; strides came from `isize`s. It reads and
            // writes C at `row * b.columns + column`, which are distinct places of `c` by the
            // assertion above, and `&mut` keeps C apart from A and B.
            unsafe {
                matrixmultiply::$kernel(
                    a.rows,
                    a.columns,
                    b.columns,
                    1.0,
                    a.elements.as_ptr(),
                    a.row_stride as isize,
                    a.column_stride as isize,
                    b.elements.as_ptr(),
                    b.row_stride as isize,
                    b.column_stride as isize,
                    if accumulate { 1.0 } else { 0.0 },
                    c.as_mut_ptr(),
                    b.columns as isize,
                    1,
                );
            }
        }

        #[cfg(target_arch = "wasm32")]
        fn $kernel(a: Matrix<$number>, b: Matrix<$number>, c: &mut [$number], accumulate: bool) {
            if !accumulate {
                c.fill(0.0);
            }
            portable(a, b, c);
        }
    };
}

gemm!(f32, sgemm);
gemm!(f64, dgemm);

/// C += A·B by a plain loop: every element of C adds its products in order.
#[cfg(any(test, target_arch = "wasm32"))]
fn portable<T: Copy + Add<Output = T> + Mul<Output = T>>(a: Matrix<T>, b: Matrix<T>, c: &mut [T]) {
    let (k, n) = (a.columns, b.columns);
    for top in (0..k).step_by(BLOCK.0) {
        for left in (0..n).step_by(BLOCK.1) {
            let width = BLOCK.1.min(n - left);
            for (i, c) in c.chunks_exact_mut(n).enumerate() {
                let c = &mut c[left..left + width];
                for p in top..k.min(top + BLOCK.0) {
                    let factor = a.elements[i * a.row_stride + p * a.column_stride];
                    let first = p * b.row_stride + left * b.column_stride;
                    if b.column_stride == 1 {
                        for (c, &b) in c.iter_mut().zip(&b.elements[first..first + width]) {
                            *c = *c + factor * b;
                        }
                    } else {
                        for (j, c) in c.iter_mut().enumerate() {
                            *c = *c + factor * b.elements[first + j * b.column_stride];
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small integers: every order of summation gives the same bits.
    fn integers(count: usize) -> Vec<f64> {
        (0..count).map(|i| (i * 7 % 11) as f64 - 5.0).collect()
    }

    #[test]
    fn the_portable_loop_computes_the_same_product() {
        for (m, k, n) in [(2, 2, 2), (3, 65, 257), (17, 130, 5), (1, 1, 1), (2, 0, 3), (5, 64, 512)]
        {
            let (a, b) = (integers(m * k), integers(k * n));
            for (a_strides, b_strides) in
                [((k, 1), (n, 1)), ((1, m), (n, 1)), ((k, 1), (1, k)), ((1, m), (1, k))]
            {
                let signed = |(row, column): (usize, usize)| (row as isize, column as isize);
                let (a_strides, b_strides) = (signed(a_strides), signed(b_strides));
                let mut expected = integers(m * n);
                let mut c = expected.clone();
                f64::gemm(m, k, n, &a, a_strides, &b, b_strides, &mut expected, true);
                portable(
                    Matrix::new(&a, m, k, a_strides),
                    Matrix::new(&b, k, n, b_strides),
                    &mut c,
                );
                assert_eq!(c, expected, "{m} {k} {n} {a_strides:?} {b_strides:?}");
            }
        }
    }
}
