//! The two precisions: how they multiply, and how large their tiles are.

use std::cell::RefCell;

use super::Gemm;
use super::matrix::{Matrix, MatrixMut};
use super::product::{Product, Workspace};
use super::tile::Factor;
use crate::kernel::dispatch::{ByWidth, dispatch_by_width};

pub(super) mod sealed {
    use super::{Factor, Matrix};

    /// Closes [`Gemm`](super::Gemm), and says what it is made of.
    pub trait Float: Factor + Send + Sync {
        /// C = A·B, or C += A·B, where nothing is empty.
        fn multiply(a: Matrix<Self>, b: Matrix<Self>, c: &mut [Self], accumulate: bool);
    }
}

/// The products of one precision, with the height and width of tiles, and the width of those at the
/// end: on 32 registers of 64 bytes, on 16 of 32, and on what is everywhere.
macro_rules! float {
    ($float:ident, $avx512:tt, $avx2:tt, $anywhere:tt) => {
        impl Gemm for $float {}

        impl sealed::Float for $float {
            fn multiply(a: Matrix<Self>, b: Matrix<Self>, c: &mut [Self], accumulate: bool) {
                thread_local! {
                    /// Kept because fresh memory is slow; no result depends on it.
                    static WORKSPACE: RefCell<Workspace<$float>> = RefCell::default();
                }
                let c = MatrixMut { elements: c, row_stride: b.columns, column_stride: 1 };
                WORKSPACE.with_borrow_mut(|workspace| {
                    dispatch_by_width(Product { a, b, c, accumulate, workspace });
                });
            }
        }

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
                float!(self, $avx512, true);
            }

            #[inline(always)]
            fn run_avx2(self) {
                float!(self, $avx2, true);
            }

            #[cfg(target_arch = "aarch64")]
            #[inline(always)]
            fn run_anywhere(self) {
                float!(self, $avx2, true);
            }

            #[cfg(not(target_arch = "aarch64"))]
            #[inline(always)]
            fn run_anywhere(self) {
                float!(self, $anywhere, false);
            }
        }
    };
    ($product:ident, ($rows:literal, $columns:literal, $last:literal), $fused:literal) => {
        $product.by_tiles::<$rows, $columns, $last, $fused>()
    };
}

float!(f32, (6, 32, 16), (6, 16, 8), (4, 8, 4));
float!(f64, (6, 16, 8), (6, 8, 4), (4, 4, 2));

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
