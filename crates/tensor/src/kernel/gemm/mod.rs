//! Products of matrices.
//!
//! `product` cuts a product into blocks and bands, `tile` is the loop in the middle, and `gemv` has
//! the products of which one factor is a single row or column. Here they are chosen, and shared
//! between threads.

use crate::Threads;
use gemv::gemv;
use matrix::Matrix;

mod float;
mod gemv;
mod matrix;
mod product;
mod tile;

use float::sealed::Float;
pub(super) use tile::Factor;

/// Products of fewer steps (of a product and a sum each) are not worth sharing: about 10 µs.
const FEW: usize = 1 << 19;

/// Parts of as many rows copy what they need of B without regret.
const MANY_ROWS: usize = 64;

/// A factor of each product of a batch: matrices of one shape.
#[derive(Clone, Copy, Debug)]
pub struct Factors<'a, T> {
    /// What the matrices lie in.
    pub elements: &'a [T],
    /// Where element (0, 0) of each is.
    pub starts: &'a [usize],
    /// How far the next row and the next column are: any distances that stay inside.
    pub strides: (isize, isize),
}

impl<'a, T> Factors<'a, T> {
    fn matrix(&self, number: usize, rows: usize, columns: usize) -> Matrix<'a, T> {
        // Matrices without elements may begin anywhere.
        let elements = self.elements.get(self.starts[number]..).unwrap_or_default();
        Matrix::new(elements, rows, columns, self.strides)
    }
}

/// Numbers whose matrices can be multiplied: `f32` and `f64`.
pub trait Gemm: Float {
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
    ) {
        let a = Matrix::new(a, m, k, a_strides);
        let b = Matrix::new(b, k, n, b_strides);
        assert_eq!(c.len(), m.saturating_mul(n), "C has shape [{m}, {n}]");
        if !c.is_empty() {
            Whole::new(a, b).rows(0, c, accumulate);
        }
    }

    /// [`gemm`](Self::gemm) of each A and its B, of sizes `[m, k, n]`: C is the matrices of shape
    /// `[m, n]` one after the other. Threads share what is worth it, by rows of C; that changes no
    /// bit.
    ///
    /// ```
    /// # use wengert_tensor::Threads;
    /// # use wengert_tensor::kernel::{Factors, Gemm};
    /// // The same column twice, times two rows.
    /// let column = Factors { elements: &[1.0, 2.0], starts: &[0, 0], strides: (1, 1) };
    /// let rows = Factors { elements: &[3.0, 4.0, 5.0, 6.0], starts: &[0, 2], strides: (2, 1) };
    /// let mut c = [0.0; 8];
    /// f64::gemm_batch([2, 1, 2], column, rows, &mut c, false, &Threads::new(2));
    /// assert_eq!(c, [3.0, 4.0, 6.0, 8.0, 5.0, 6.0, 10.0, 12.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// As `gemm`, and if there is not one A for each B.
    fn gemm_batch(
        [m, k, n]: [usize; 3],
        a: Factors<Self>,
        b: Factors<Self>,
        c: &mut [Self],
        accumulate: bool,
        threads: &Threads,
    ) {
        let batch = a.starts.len();
        assert_eq!(batch, b.starts.len(), "a B for each A");
        let size = batch.saturating_mul(m).saturating_mul(n);
        assert_eq!(c.len(), size, "C is {batch} matrices of shape [{m}, {n}]");
        let whole = |number: usize| Whole::new(a.matrix(number, m, k), b.matrix(number, k, n));
        // A single row is computed as a column.
        let (rows, width) = if m == 1 { (n, 1) } else { (m, n) };
        let part = part(batch, rows, k.saturating_mul(width), threads);
        threads.split(c, part * width, |number, mut c| {
            let mut first = number * part;
            while !c.is_empty() {
                let (product, top) = (first / rows, first % rows);
                let count = (rows - top).min(c.len() / width);
                let here;
                (here, c) = c.split_at_mut(count * width);
                whole(product).rows(top, here, accumulate);
                first += count;
            }
        });
    }
}

/// How many rows are computed in one piece, of `batch` products with so many rows and steps for
/// each.
fn part(batch: usize, rows: usize, steps: usize, threads: &Threads) -> usize {
    let all = batch * rows;
    let worth = all.saturating_mul(steps) / FEW;
    let count = threads.count();
    let parts = (all / MANY_ROWS).clamp(count, 4 * count).min(worth).max(1);
    match batch / parts {
        0 | 1 => all.div_ceil(parts).max(1),
        // Whole products, where there are enough of them.
        _ => batch.div_ceil(parts) * rows,
    }
}

/// A product, of which some rows are computed: the whole decides how.
struct Whole<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    is_column: bool,
}

impl<'a, T: Float> Whole<'a, T> {
    fn new(a: Matrix<'a, T>, b: Matrix<'a, T>) -> Self {
        match (a.rows, b.columns) {
            (_, 1) => Whole { a, b, is_column: true },
            (1, _) => Whole { a: b.transposed(), b: a.transposed(), is_column: true },
            _ => Whole { a, b, is_column: false },
        }
    }

    /// The rows from `top` on, as many as C has, and it has one.
    fn rows(self, top: usize, c: &mut [T], accumulate: bool) {
        let Whole { a, b, is_column } = self;
        if !accumulate && (is_column || a.columns == 0) {
            c.fill(T::default());
        }
        if a.columns > 0 {
            let a = a.part((top, 0), (c.len() / b.columns, a.columns));
            if is_column { gemv(a, b, c) } else { T::multiply(a, b, c, accumulate) }
        }
    }
}
