//! Products of matrices in blocks that stay in the caches, after Goto and van de Geijn ("Anatomy of
//! high-performance matrix multiplication", 2008). What is decided here – blocks, copies, which
//! operand is which – is decided by shape and strides, and changes no bit.

use super::matrix::{Matrix, MatrixMut};
use super::tile::{Factor, Panel, store, tile};

/// The depth of a block: the products of this many steps of the inner dimension are summed in
/// registers, then added to C.
pub(super) const DEPTH: usize = 256;

/// The bytes of a block of B, which stays in the second cache.
const BLOCK_OF_B: usize = 256 * 1024;

/// A block of B of so many bytes is read where it lies: it stays in the nearer caches anyhow.
const SMALL_BLOCK: usize = 64 * 1024;

/// Columns of A that are so many bytes apart are brought together: they would meet in few places of
/// the first cache.
const FAR_APART: usize = 2048;

/// The bands of A that are brought together at a time.
const BANDS: usize = 16;

/// Memory for copies of parts of the operands; what is in it does not matter.
#[derive(Default)]
pub(super) struct Workspace<T> {
    a: Vec<T>,
    b: Vec<T>,
}

/// C = A·B, or C += A·B.
pub(super) struct Product<'a, T> {
    pub a: Matrix<'a, T>,
    pub b: Matrix<'a, T>,
    pub c: MatrixMut<'a, T>,
    pub accumulate: bool,
    pub workspace: &'a mut Workspace<T>,
}

impl<T: Factor> Product<'_, T> {
    /// By tiles of up to `R` rows (at most 6) and `N` columns, or `H` columns where no more are
    /// left.
    #[inline(always)]
    pub fn by_tiles<const R: usize, const N: usize, const H: usize, const FUSED: bool>(self) {
        let (m, n) = (self.a.rows, self.b.columns);
        // Columns are padded to whole panels; so where A is the one with rows to fill them, and
        // they lie side by side, it is the transpose that is computed.
        let padding = |columns: usize| columns.next_multiple_of(H) * 4;
        let product = if self.a.row_stride == 1 && m * padding(n) > n * padding(m) * 5 / 4 {
            self.transposed()
        } else {
            self
        };
        product.by_blocks::<R, N, H, FUSED>();
    }

    #[inline(always)]
    fn transposed(self) -> Self {
        let Product { a, b, c, .. } = self;
        let c = MatrixMut { row_stride: c.column_stride, column_stride: c.row_stride, ..c };
        Product { a: b.transposed(), b: a.transposed(), c, ..self }
    }

    #[inline(always)]
    fn by_blocks<const R: usize, const N: usize, const H: usize, const FUSED: bool>(mut self) {
        let (m, k, n) = (self.a.rows, self.a.columns, self.b.columns);
        let width = (BLOCK_OF_B / size_of::<T>() / DEPTH).next_multiple_of(N);
        for left in (0..n).step_by(width) {
            let columns = width.min(n - left);
            for top in (0..k).step_by(DEPTH) {
                let depth = DEPTH.min(k - top);
                let adds = self.accumulate || top > 0;
                let a = self.a.part((0, top), (m, depth));
                let b = self.b.part((top, left), (depth, columns));
                let mut panels = Vec::new();
                std::mem::swap(&mut panels, &mut self.workspace.b);
                let block = Block::<T, N, H>::new(b, m <= 2 * R, &mut panels);
                let mut c = self.c.rest(0, left);
                all_rows::<T, R, N, H, FUSED>(a, &block, &mut c, adds, &mut self.workspace.a);
                self.workspace.b = panels;
            }
        }
    }
}

/// A block of B as panels of `N` columns.
struct Block<'a, T, const N: usize, const H: usize> {
    b: Matrix<'a, T>,
    /// The panels from here on are copies, the others are read where they lie.
    copied_from: usize,
    copies: &'a [T],
}

impl<'a, T: Factor, const N: usize, const H: usize> Block<'a, T, N, H> {
    /// Copies what needs it: everything, or only the last columns where they do not fill a panel.
    #[inline(always)]
    fn new(b: Matrix<'a, T>, few_rows: bool, copies: &'a mut Vec<T>) -> Self {
        let panels = b.columns.div_ceil(N);
        let bytes = b.rows * b.columns * size_of::<T>();
        let in_place = b.column_stride == 1 && (few_rows || bytes <= SMALL_BLOCK);
        let copied_from = if in_place {
            let (whole, rest) = (b.columns / N, b.columns % N);
            let read = whole * N + if rest > H { N } else { H };
            let fits = (b.rows - 1) * b.row_stride + read <= b.elements.len();
            if rest == 0 || fits { panels } else { whole }
        } else {
            0
        };
        let size = (panels - copied_from) * b.rows * N;
        if copies.len() < size {
            copies.resize(size, T::default());
        }
        for (panel, number) in copies.chunks_exact_mut(b.rows * N).zip(copied_from..panels) {
            let left = number * N;
            copy_panel::<T, N>(b.part((0, left), (b.rows, N.min(b.columns - left))), panel);
        }
        Block { b, copied_from, copies }
    }

    #[inline(always)]
    fn panel(&self, number: usize) -> Panel<'_, T> {
        if number < self.copied_from {
            Panel { elements: &self.b.elements[number * N..], stride: self.b.row_stride }
        } else {
            let start = (number - self.copied_from) * self.b.rows * N;
            Panel { elements: &self.copies[start..], stride: N }
        }
    }
}

/// Copies up to `N` columns to rows of `N`, filled up with zeros.
#[inline(always)]
fn copy_panel<T: Factor, const N: usize>(b: Matrix<T>, panel: &mut [T]) {
    /// Columns are transposed by squares of this side.
    const SQUARE: usize = 4;
    let (rows, _) = panel.as_chunks_mut::<N>();
    if b.columns < N {
        rows.fill([T::default(); N]);
    }
    if b.column_stride == 1 && b.columns == N {
        for (p, row) in rows.iter_mut().enumerate() {
            *row = *b.elements[p * b.row_stride..].first_chunk().expect("N columns");
        }
    } else if b.row_stride == 1 {
        let whole = b.columns - b.columns % SQUARE;
        let column = |j: usize| &b.elements[j * b.column_stride..][..b.rows];
        for left in (0..whole).step_by(SQUARE) {
            let columns: [_; SQUARE] =
                std::array::from_fn(|j| column(left + j).as_chunks::<SQUARE>());
            let (squares, rest) = rows.as_chunks_mut::<SQUARE>();
            for (s, rows) in squares.iter_mut().enumerate() {
                let square = columns.map(|(chunks, _)| chunks[s]);
                for (p, row) in rows.iter_mut().enumerate() {
                    for (j, column) in square.iter().enumerate() {
                        row[left + j] = column[p];
                    }
                }
            }
            for (p, row) in rest.iter_mut().enumerate() {
                for (j, (_, column)) in columns.iter().enumerate() {
                    row[left + j] = column[p];
                }
            }
        }
        for j in whole..b.columns {
            for (row, &b) in rows.iter_mut().zip(column(j)) {
                row[j] = b;
            }
        }
    } else {
        for (p, row) in rows.iter_mut().enumerate() {
            for (j, row) in row[..b.columns].iter_mut().enumerate() {
                *row = b.get(p, j);
            }
        }
    }
}

/// All rows of A times a block of B: in bands that are as equal as can be, because a low one would
/// leave registers idle.
#[inline(always)]
fn all_rows<T: Factor, const R: usize, const N: usize, const H: usize, const FUSED: bool>(
    a: Matrix<T>,
    b: &Block<T, N, H>,
    c: &mut MatrixMut<T>,
    adds: bool,
    copy: &mut Vec<T>,
) {
    let bands = a.rows.div_ceil(R);
    let top = |band: usize| band * a.rows / bands;
    let in_place =
        a.column_stride == 1 || a.row_stride == 1 && a.column_stride * size_of::<T>() < FAR_APART;
    let at_once = if in_place { bands } else { BANDS };
    for first in (0..bands).step_by(at_once) {
        let end = bands.min(first + at_once);
        let mut some = a.part((top(first), 0), (top(end) - top(first), a.columns));
        if !in_place {
            some = copy_columns(some, copy);
        }
        for band in first..end {
            let rows = top(band + 1) - top(band);
            let a = some.part((top(band) - top(first), 0), (rows, a.columns));
            let c = &mut c.rest(top(band), 0);
            match rows {
                1 => band_of::<T, 1, N, H, FUSED>(a, b, c, adds),
                2 => band_of::<T, 2, N, H, FUSED>(a, b, c, adds),
                3 => band_of::<T, 3, N, H, FUSED>(a, b, c, adds),
                4 => band_of::<T, 4, N, H, FUSED>(a, b, c, adds),
                5 if R >= 5 => band_of::<T, 5, N, H, FUSED>(a, b, c, adds),
                6 if R >= 6 => band_of::<T, 6, N, H, FUSED>(a, b, c, adds),
                _ => unreachable!("a band has at most R rows"),
            }
        }
    }
}

/// The same matrix, its columns in one piece each, one after the other.
#[inline(always)]
fn copy_columns<'a, T: Factor>(a: Matrix<T>, copy: &'a mut Vec<T>) -> Matrix<'a, T> {
    if copy.len() < a.rows * a.columns {
        copy.resize(a.rows * a.columns, T::default());
    }
    for (p, column) in copy.chunks_exact_mut(a.rows).take(a.columns).enumerate() {
        if a.row_stride == 1 {
            column.copy_from_slice(&a.elements[p * a.column_stride..][..a.rows]);
        } else {
            for (i, x) in column.iter_mut().enumerate() {
                *x = a.get(i, p);
            }
        }
    }
    Matrix { elements: copy, row_stride: 1, column_stride: a.rows, ..a }
}

/// `R` rows of A times a block of B.
#[inline(always)]
fn band_of<T: Factor, const R: usize, const N: usize, const H: usize, const FUSED: bool>(
    a: Matrix<T>,
    b: &Block<T, N, H>,
    c: &mut MatrixMut<T>,
    adds: bool,
) {
    let columns = b.b.columns;
    for left in (0..columns).step_by(N) {
        let (panel, c) = (b.panel(left / N), c.rest(0, left));
        let width = N.min(columns - left);
        if width > H {
            store(tile::<T, R, N, FUSED>(a, panel), c, width, adds);
        } else {
            store(tile::<T, R, H, FUSED>(a, panel), c, width, adds);
        }
    }
}
