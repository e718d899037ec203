//! Products of matrices. Batches and threads are the caller's.
//!
//! `product` cuts a product into blocks and bands, `tile` is the loop in the middle, and `gemv` has
//! the products of which one factor is a single row or column.

use std::cell::RefCell;
use std::ops::{Add, Mul};

use super::dispatch::{ByWidth, dispatch_by_width};
use gemv::gemv;
use matrix::{Matrix, MatrixMut};
use product::{Product, Workspace};

mod gemv;
mod matrix;
mod product;
mod tile;

/// Numbers whose matrices can be multiplied.
pub trait Gemm: Copy {
    /// C = A·B, or C += A·B if `accumulate`, for A of shape `[m, k]` and B of shape `[k, n]`.
    ///
    /// The slices of A and B begin at element (0, 0), and their `(row, column)` strides are any
    /// that stay inside: transposed and repeated operands need no copy. C is row-major without
    /// gaps. Where `k` is 0 the product is zero.
    ///
    /// # The order of a sum
    ///
    /// The bits of an element of C depend on its row of A, its column of B, and on whether `m` or
    /// `n` is 1; not on strides, nor on anything else. So a product may be split by rows and by
    /// columns anywhere and gives the same bits, if no part is a single row or column where the
    /// whole has more.
    ///
    /// * In general the products of 256 steps of the inner dimension are added to zero one by one,
    ///   then to C. Where the machine has it (AVX2, AVX-512, all of `aarch64`), a product and its
    ///   sum are rounded once.
    /// * Where `m` or `n` is 1: 16 sums of every sixteenth product, then of each other, as a
    ///   [`fold`](super::fold) ends.
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

/// What sums of products are made of.
trait Factor: Copy + Default + Add<Output = Self> + Mul<Output = Self> {
    /// `self * b + c`, rounded once if `FUSED`. That is one instruction where the machine has it,
    /// and slow where it has not.
    fn times_plus<const FUSED: bool>(self, b: Self, c: Self) -> Self;
}

/// The products of one precision. The last lines give the height and width of its tiles, and the
/// width of those at the end: on 32 registers of 64 bytes, on 16 of 32, and on what is everywhere.
macro_rules! gemm {
    ($float:ident, $avx512:tt, $avx2:tt, $anywhere:tt) => {
        impl Factor for $float {
            #[inline(always)]
            fn times_plus<const FUSED: bool>(self, b: $float, c: $float) -> $float {
                if FUSED { self.mul_add(b, c) } else { self * b + c }
            }
        }

        impl ByWidth for Product<'_, $float> {
            type Output = ();

            #[inline(always)]
            fn run_avx512(self) {
                gemm!(self, $avx512, true);
            }

            #[inline(always)]
            fn run_avx2(self) {
                gemm!(self, $avx2, true);
            }

            #[cfg(target_arch = "aarch64")]
            #[inline(always)]
            fn run_anywhere(self) {
                gemm!(self, $avx2, true);
            }

            #[cfg(not(target_arch = "aarch64"))]
            #[inline(always)]
            fn run_anywhere(self) {
                gemm!(self, $anywhere, false);
            }
        }

        impl Gemm for $float {
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
                thread_local! {
                    /// Kept because fresh memory is slow; no result depends on it.
                    static WORKSPACE: RefCell<Workspace<$float>> = RefCell::default();
                }
                let a = Matrix::new(a, m, k, a_strides);
                let b = Matrix::new(b, k, n, b_strides);
                assert_eq!(c.len(), m.saturating_mul(n), "C has shape [{m}, {n}]");
                if m > 1 && k > 0 && n > 1 {
                    return WORKSPACE.with_borrow_mut(|workspace| {
                        let c = MatrixMut { elements: c, row_stride: n, column_stride: 1 };
                        dispatch_by_width(Product { a, b, c, accumulate, workspace });
                    });
                }
                if !accumulate {
                    c.fill(0.0);
                }
                match (m, k, n) {
                    (0, ..) | (_, 0, _) | (.., 0) => {}
                    (.., 1) => gemv(a, b, c),
                    _ => gemv(b.transposed(), a.transposed(), c),
                }
            }
        }
    };
    ($product:ident, ($rows:literal, $columns:literal, $last:literal), $fused:literal) => {
        $product.by_tiles::<$rows, $columns, $last, $fused>()
    };
}

gemm!(f32, (6, 32, 16), (6, 16, 8), (4, 8, 4));
gemm!(f64, (6, 16, 8), (6, 8, 4), (4, 4, 2));

#[cfg(test)]
mod tests {
    use super::*;

    fn fractions(count: usize) -> Vec<f64> {
        (0..count).map(|i| (i as f64 * 0.618_033_988_749_895).fract() - 0.5).collect()
    }

    /// What runs on other machines, here: tiles of every size give the same bits.
    #[test]
    #[allow(
        clippy::redundant_closure_for_method_calls,
        reason = "of any lifetime only as closures"
    )]
    fn the_size_of_tiles_does_not_change_the_bits() {
        for (m, k, n) in [(2, 2, 2), (3, 65, 257), (17, 530, 5), (33, 64, 40), (40, 300, 33)] {
            let (a, b) = (fractions(m * k), fractions(k * n));
            let strides = [(k, 1), (1, m)].map(|(row, column)| (row as isize, column as isize));
            let other = [(n, 1), (1, k)].map(|(row, column)| (row as isize, column as isize));
            for (a_strides, b_strides) in strides.into_iter().flat_map(|a| other.map(|b| (a, b))) {
                let with = |run: fn(Product<f64>)| {
                    let mut elements = fractions(m * n);
                    run(Product {
                        a: Matrix::new(&a, m, k, a_strides),
                        b: Matrix::new(&b, k, n, b_strides),
                        c: MatrixMut { elements: &mut elements, row_stride: n, column_stride: 1 },
                        accumulate: true,
                        workspace: &mut Workspace::default(),
                    });
                    elements
                };
                let expected = with(|product| product.by_tiles::<1, 2, 1, true>());
                assert_eq!(with(|product| product.run_avx512()), expected, "{m} {k} {n}");
                assert_eq!(with(|product| product.run_avx2()), expected, "{m} {k} {n}");
                let expected = with(|product| product.by_tiles::<1, 2, 1, false>());
                assert_eq!(with(|product| product.by_tiles::<4, 4, 2, false>()), expected);
            }
        }
    }
}
