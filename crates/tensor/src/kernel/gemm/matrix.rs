//! Matrices of any strides in slices. Nothing is computed here.

/// A matrix whose every element has been checked to lie in the slice.
#[derive(Clone, Copy)]
pub struct Matrix<'a, T> {
    pub elements: &'a [T],
    pub rows: usize,
    pub columns: usize,
    pub row_stride: usize,
    pub column_stride: usize,
}

impl<'a, T> Matrix<'a, T> {
    #[track_caller]
    pub fn new(elements: &'a [T], rows: usize, columns: usize, strides: (isize, isize)) -> Self {
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

    #[inline(always)]
    pub fn transposed(self) -> Self {
        Matrix {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }

    /// The part that begins at `(top, left)`, which is in the matrix, and has this size.
    #[inline(always)]
    pub fn part(self, (top, left): (usize, usize), (rows, columns): (usize, usize)) -> Self {
        let start = top * self.row_stride + left * self.column_stride;
        Matrix { elements: &self.elements[start..], rows, columns, ..self }
    }

    #[inline(always)]
    pub fn get(self, i: usize, j: usize) -> T
    where
        T: Copy,
    {
        self.elements[i * self.row_stride + j * self.column_stride]
    }

    /// The position of the last element; one that no `usize` holds lies in no slice either.
    #[inline(always)]
    pub fn last(&self) -> usize {
        let down = (self.rows - 1).saturating_mul(self.row_stride);
        let across = (self.columns - 1).saturating_mul(self.column_stride);
        down.saturating_add(across)
    }
}

/// A matrix that is written to, from its first element on.
pub(super) struct MatrixMut<'a, T> {
    pub elements: &'a mut [T],
    pub row_stride: usize,
    pub column_stride: usize,
}

impl<T> MatrixMut<'_, T> {
    /// The rest of the matrix from `(top, left)` on.
    #[inline(always)]
    pub fn rest(&mut self, top: usize, left: usize) -> MatrixMut<'_, T> {
        let start = top * self.row_stride + left * self.column_stride;
        MatrixMut { elements: &mut self.elements[start..], ..*self }
    }
}
