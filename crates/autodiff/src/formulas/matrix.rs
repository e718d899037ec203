//! Triangles and diagonals of matrices, and products of vectors and matrices that are no matrix
//! product. Matrices are the last two axes unless others are named.

use wengert_tensor::{Array, Range, Shape};

use crate::input::Operand;
use crate::ops::{Assemble, whole};
use crate::tape::refuse;
use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// The lower triangles of matrices, zeros above the diagonal that lies `offset` above the main
    /// one.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.tril(0).to_string(), "[[1. 0.]\n [3. 4.]]");
    /// assert_eq!(x.triu(1).to_string(), "[[0. 2.]\n [0. 0.]]");
    /// ```
    ///
    /// # Panics
    /// If there are less than two axes.
    #[track_caller]
    pub fn tril(self, offset: isize) -> Var<'t> {
        self.triangle("tril", |row, column| column <= row + offset)
    }

    /// The upper triangles of matrices, zeros below the diagonal that lies `offset` above the main
    /// one; see [`Var::tril`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[1.0, 2.0], [3.0, 4.0]]).triu(0).to_string(), "[[1. 2.]\n [0. 4.]]");
    /// ```
    #[track_caller]
    pub fn triu(self, offset: isize) -> Var<'t> {
        self.triangle("triu", |row, column| column >= row + offset)
    }

    #[track_caller]
    fn triangle(self, operation: &str, is_kept: impl Fn(isize, isize) -> bool) -> Var<'t> {
        let [rows, columns] = self.matrix_sizes(operation);
        let truth = |k: usize| is_kept((k / columns) as isize, (k % columns) as isize);
        let mask = Array::from_fn([rows, columns], |k| f64::from(u8::from(truth(k))));
        self.tape().input(mask).select(self, 0.0)
    }

    /// Rows and columns of the matrices that this is made of.
    #[track_caller]
    fn matrix_sizes(self, operation: &str) -> [usize; 2] {
        match self.shape()[..] {
            [.., rows, columns] => [rows, columns],
            _ => refuse(operation, format!("takes matrices, got {}", self.shape()), &[self]),
        }
    }

    /// The elements at positions $(k, k + c)$ of axes `a` and `b`, which disappear, as a new last
    /// axis; the offset $c$ may be negative.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.diagonal(0, 0, 1).to_string(), "[1. 5.]");
    /// assert_eq!(x.diagonal(1, 0, 1).to_string(), "[2. 6.]");
    /// ```
    ///
    /// # Panics
    /// If they are one axis.
    #[track_caller]
    pub fn diagonal(self, offset: isize, a: impl IntoAxes, b: impl IntoAxes) -> Var<'t> {
        let (a, b) = (self.axis("diagonal", a), self.axis("diagonal", b));
        if a == b {
            refuse("diagonal", format!("axis {a} has no diagonal with itself"), &[self]);
        }
        let others = (0..self.rank()).filter(|&axis| axis != a && axis != b);
        let x = self.permute(others.chain([a, b]).collect::<Vec<_>>().as_slice());
        let [rows, columns] = x.matrix_sizes("diagonal");
        let (row, column) = ((-offset).max(0) as usize, offset.max(0) as usize);
        let n = rows.saturating_sub(row).min(columns.saturating_sub(column));
        // In one axis for both, its elements lie in equal steps.
        let flat = x.flatten_axes(-2, -1);
        if n == 0 {
            return flat.slice(-1, ..0);
        }
        let (start, step) = (row * columns + column, columns + 1);
        flat.slice_step(-1, start..=start + (n - 1) * step, step)
    }

    /// Square matrices of zeros, two last axes, with the last axis of this on the diagonal that
    /// lies `offset` above the main one.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// assert_eq!(x.diag_embed(0).to_string(), "[[1. 0.]\n [0. 2.]]");
    /// assert_eq!(x.diag_embed(-1).shape()[..], [3, 3]);
    /// ```
    ///
    /// # Panics
    /// If there is no axis.
    #[doc(alias = "diag")]
    #[track_caller]
    pub fn diag_embed(self, offset: isize) -> Var<'t> {
        let axis = self.axis("diag_embed", -1);
        let (mut shape, size) = (self.shape().to_vec(), offset.unsigned_abs());
        let (n, size) = (shape[axis], shape[axis] + size);
        let (row, column) = ((-offset).max(0) as usize, offset.max(0) as usize);
        let mut region = whole(&shape);
        let start = if n == 0 { 0 } else { row * size + column };
        region[axis] = Range { start, step: size + 1, len: n };
        shape[axis] = size * size;
        let flat = self.tape().record(Assemble::pad(shape.into(), region), &[self]);
        flat.unflatten(axis, [size, size])
    }

    /// The sum of the elements on the main diagonals of matrices.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[1.0, 2.0], [3.0, 4.0]]).trace().item(), 5.0);
    /// ```
    ///
    /// # Panics
    /// If there are less than two axes.
    #[track_caller]
    pub fn trace(self) -> Var<'t> {
        self.matrix_sizes("trace");
        self.diagonal(0, -2, -1).sum_over(-1)
    }

    /// $y_{ij} = a_i b_j$ for vectors; of more axes, those of `b` come behind those of this.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([1.0, 2.0]), tape.input([3.0, 4.0]));
    /// assert_eq!(a.outer(b).to_string(), "[[3. 4.]\n [6. 8.]]");
    /// ```
    #[track_caller]
    pub fn outer(self, b: impl Operand<'t>) -> Var<'t> {
        let b = b.on(self.tape());
        let (shape, behind) = (self.shape(), vec![1; b.rank()]);
        self.reshape([&shape, behind.as_slice()].concat()) * b
    }

    /// The Kronecker product: `b` once for each element of this, times that element, in a grid of
    /// blocks. Axes that one has not have size 1 in front.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([1.0, 10.0]), tape.input([2.0, 3.0]));
    /// assert_eq!(a.kron(b).to_string(), "[ 2.  3. 20. 30.]");
    /// ```
    #[track_caller]
    pub fn kron(self, b: impl Operand<'t>) -> Var<'t> {
        let b = b.on(self.tape());
        let rank = self.rank().max(b.rank());
        let at_rank = |shape: Shape| [&vec![1; rank - shape.rank()], &shape[..]].concat();
        let (m, n) = (at_rank(self.shape()), at_rank(b.shape()));
        let blocks: Shape = m.iter().flat_map(|&size| [size, 1]).collect();
        let inside: Shape = n.iter().flat_map(|&size| [1, size]).collect();
        let sizes: Shape = m.iter().zip(&n).map(|(m, n)| m * n).collect();
        (self.reshape(blocks) * b.reshape(inside)).reshape(sizes)
    }

    /// The cross product $a \times b$ of vectors with three elements along this axis, broadcast.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([1.0, 0.0, 0.0]), tape.input([0.0, 1.0, 0.0]));
    /// assert_eq!(a.cross(b, 0).to_string(), "[0. 0. 1.]");
    /// ```
    ///
    /// # Panics
    /// If they do not have three elements.
    #[track_caller]
    pub fn cross(self, b: impl Operand<'t>, axis: impl IntoAxes) -> Var<'t> {
        let (axis, b) = (self.axis("cross", axis), b.on(self.tape()));
        let (from, to) = (self.shape(), b.shape());
        if from.get(axis) != Some(&3) || to.get(axis) != Some(&3) {
            let message = format!("{from} and {to} do not have 3 elements along axis {axis}");
            refuse("cross", message, &[self, b]);
        }
        self.roll(-1, axis) * b.roll(1, axis) - self.roll(1, axis) * b.roll(-1, axis)
    }

    /// The sum of products over these axes of this and those of `b`, in pairs. The other axes of
    /// this come first, then those of `b`: one matrix product.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.tensordot(a, [0, 1], [1, 0]).item(), 29.0);
    /// ```
    ///
    /// # Panics
    /// If paired axes have different sizes, or are not as many.
    #[track_caller]
    pub fn tensordot(
        self,
        b: impl Operand<'t>,
        axes: impl IntoAxes,
        axes_of_b: impl IntoAxes,
    ) -> Var<'t> {
        let b = b.on(self.tape());
        let (of_a, of_b) = (self.axes("tensordot", axes), b.axes("tensordot", axes_of_b));
        let (m, n) = (self.shape(), b.shape());
        if of_a.iter().map(|&axis| m[axis]).ne(of_b.iter().map(|&axis| n[axis])) {
            let message = format!("axes {of_a:?} of {m} and {of_b:?} of {n} differ");
            refuse("tensordot", message, &[self, b]);
        }
        let others = |shape: &Shape, axes: &[usize]| -> Vec<usize> {
            (0..shape.rank()).filter(|axis| !axes.contains(axis)).collect()
        };
        let sizes = |shape: &Shape, axes: &[usize]| -> Shape {
            axes.iter().map(|&axis| shape[axis]).collect()
        };
        let (rows, columns) = (others(&m, &of_a), others(&n, &of_b));
        let (left, right) = (sizes(&m, &rows), sizes(&n, &columns));
        let inner = sizes(&m, &of_a).size();
        let a = self.permute([rows.as_slice(), &of_a].concat().as_slice());
        let b = b.permute([&of_b, columns.as_slice()].concat().as_slice());
        let product = a.reshape([left.size(), inner]).matmul(b.reshape([inner, right.size()]));
        product.reshape([&left[..], &right].concat())
    }

    /// The distances between the rows of two matrices: $y_{ij} = \lVert a_i - b_j \rVert_p$. They are
    /// computed from differences, so that near rows have exact distances; where two are equal, the
    /// derivative is 0. See [`Var::p_norm`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([[0.0, 0.0], [3.0, 4.0]]), tape.input([[0.0, 0.0]]));
    /// assert_eq!(a.cdist(b, 2.0).to_string(), "[[0.]\n [5.]]");
    /// ```
    ///
    /// # Panics
    /// If one has less than two axes, or they can't be broadcast.
    #[track_caller]
    pub fn cdist(self, b: impl Operand<'t>, p: f64) -> Var<'t> {
        let b = b.on(self.tape());
        self.matrix_sizes("cdist");
        b.matrix_sizes("cdist");
        let apart = self.unsqueeze(self.rank() - 1) - b.unsqueeze(b.rank() - 2);
        apart.p_norm_over(p, -1)
    }
}
