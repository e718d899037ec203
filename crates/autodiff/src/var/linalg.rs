//! Linear algebra as methods: systems of equations, factors and determinants of matrices, and of
//! batches of them.

use wengert_tensor::Shape;

use crate::input::Operand;
use crate::ops::{Cholesky, Det, DetSign, LogAbsDet, Op, Solve, TriangularSolve};
use crate::tape::refuse;
use crate::var::Var;
use crate::var::product::common_batch;

impl<'t> Var<'t> {
    /// $A^{-1} B$: the solution of $A Y = B$, where this is $A$, by elimination with partial
    /// pivoting. The right side is a vector or a matrix of as many rows; batches in front of either
    /// broadcast. Of a singular matrix, infinite or NaN.
    ///
    /// $dY = A^{-1} (dB - dA\,Y)$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[2.0, 0.0], [1.0, 4.0]]);
    /// assert_eq!(a.solve(tape.input([2.0, 9.0])).to_string(), "[1. 2.]");
    /// ```
    ///
    /// # Panics
    /// If this is no square matrix, or the right side has another number of rows.
    #[track_caller]
    pub fn solve(self, right: impl Operand<'t>) -> Var<'t> {
        self.system("solve", Solve { transposed: false }, right.on(self.tape))
    }

    /// As [`Var::solve`], of the lower triangle of this, or of the `upper` one; the other triangle
    /// is not read.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[2.0, 7.0], [1.0, 4.0]]);
    /// assert_eq!(a.solve_triangular(tape.input([2.0, 9.0]), false).to_string(), "[1. 2.]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::solve`].
    #[track_caller]
    pub fn solve_triangular(self, right: impl Operand<'t>, upper: bool) -> Var<'t> {
        let op = TriangularSolve { upper, transposed: false, unit: false };
        self.system("solve_triangular", op, right.on(self.tape))
    }

    /// As [`Var::solve_triangular`], with ones in place of the diagonal.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[2.0, 7.0], [1.0, 4.0]]);
    /// let y = a.solve_unit_triangular(tape.input([2.0, 9.0]), false);
    /// assert_eq!(y.to_string(), "[2. 7.]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::solve`].
    #[track_caller]
    pub fn solve_unit_triangular(self, right: impl Operand<'t>, upper: bool) -> Var<'t> {
        let op = TriangularSolve { upper, transposed: false, unit: true };
        self.system("solve_unit_triangular", op, right.on(self.tape))
    }

    /// $A^{-1}$, of a batch of matrices. To solve equations, [`Var::solve`] is faster and more
    /// accurate. Of a singular matrix, infinite or NaN.
    ///
    /// $dA^{-1} = -A^{-1}\, dA\, A^{-1}$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[2.0, 0.0], [0.0, 4.0]]);
    /// assert_eq!(a.inverse().to_string(), "[[0.5  0.  ]\n [0.   0.25]]");
    /// ```
    ///
    /// # Panics
    /// If this is no square matrix.
    #[track_caller]
    pub fn inverse(self) -> Var<'t> {
        let n = self.check_square("inverse");
        let batch = self.shape();
        let eye = self.tape.eye(n).broadcast_to(batch);
        self.tape.record_as("inverse", Solve { transposed: false }, &[self, eye])
    }

    /// $L$, lower triangular with a positive diagonal, with $L L^T = A$, for positive definite $A$:
    /// of the symmetric part $(A + A^T)/2$ of any, so that its gradient is symmetric. NaN where that
    /// is not positive definite.
    ///
    /// $dL = L\,\Phi(L^{-1} dA\, L^{-T})$, where $\Phi$ takes the lower triangle and half of the
    /// diagonal.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[4.0, 2.0], [2.0, 10.0]]);
    /// assert_eq!(a.cholesky().to_string(), "[[2. 0.]\n [1. 3.]]");
    /// ```
    ///
    /// # Panics
    /// If this is no square matrix.
    #[track_caller]
    pub fn cholesky(self) -> Var<'t> {
        self.check_square("cholesky");
        self.tape.record(Cholesky, &[self])
    }

    /// $(L L^T)^{-1} B$, where this is $L$, lower triangular: what [`Var::cholesky`] is for. The upper
    /// triangle is not read.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[4.0, 2.0], [2.0, 10.0]]);
    /// assert_eq!(a.cholesky().cholesky_solve(tape.input([8.0, 22.0])).to_string(), "[1. 2.]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::solve`].
    #[track_caller]
    pub fn cholesky_solve(self, right: impl Operand<'t>) -> Var<'t> {
        let op = TriangularSolve { upper: false, transposed: false, unit: false };
        let half = self.system("cholesky_solve", op, right.on(self.tape));
        self.system("cholesky_solve", TriangularSolve { transposed: true, ..op }, half)
    }

    /// $\det A$, of a batch of matrices; 1 of a matrix without elements. Its derivative is the matrix
    /// of cofactors, which is finite for singular matrices too; second derivatives there are
    /// infinite or NaN.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[1.0, 2.0], [2.0, 4.0]]);
    /// let y = a.det();
    /// let [da] = tape.grad(y, [a]);
    /// assert_eq!(y.item(), 0.0);
    /// assert_eq!(da.to_string(), "[[ 4. -2.]\n [-2.  1.]]");
    /// ```
    ///
    /// # Panics
    /// If this is no square matrix.
    #[track_caller]
    pub fn det(self) -> Var<'t> {
        self.check_square("det");
        self.tape.record(Det, &[self])
    }

    /// The sign of $\det A$ and $\ln |\det A|$, of a batch of matrices, where the determinant itself
    /// might overflow; 0 and $-\infty$ of singular ones. The derivative of the second is $A^{-T}$,
    /// that of the sign 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let [sign, size] = tape.input([[0.0, 1.0], [1.0, 5.0]]).slogdet();
    /// assert_eq!((sign.item(), size.item()), (-1.0, 0.0));
    /// ```
    ///
    /// # Panics
    /// If this is no square matrix.
    #[track_caller]
    pub fn slogdet(self) -> [Var<'t>; 2] {
        self.check_square("slogdet");
        [self.tape.record(DetSign, &[self]), self.tape.record(LogAbsDet, &[self])]
    }

    /// The size of square matrices.
    #[track_caller]
    pub(crate) fn check_square(self, name: &str) -> usize {
        let shape = self.shape();
        match shape.rank().checked_sub(2) {
            Some(axis) if shape[axis] == shape[axis + 1] => shape[axis],
            _ => refuse(name, format!("takes square matrices, got {shape}"), &[self]),
        }
    }

    /// Right sides of so many rows as matrices, and the batch of them and this.
    #[track_caller]
    pub(crate) fn right_sides(self, name: &str, rows: usize, right: Var<'t>) -> (Var<'t>, Shape) {
        let b = if right.rank() == 1 { right.unsqueeze(1) } else { right };
        let (a_shape, b_shape) = (self.shape(), b.shape());
        if b.rank() < 2 || b_shape[b.rank() - 2] != rows {
            let message = format!("{a_shape} and {}: {rows} rows are expected", right.shape());
            refuse(name, message, &[self, right]);
        }
        let Some(batch) = common_batch(self, b) else {
            let message = format!("{a_shape} and {b_shape}: their batches do not broadcast");
            refuse(name, message, &[self, right]);
        };
        (b, batch)
    }

    /// Records a system of equations with a vector or a matrix on the right.
    #[track_caller]
    fn system(self, name: &str, op: impl Into<Op>, right: Var<'t>) -> Var<'t> {
        let n = self.check_square(name);
        let is_vector = right.rank() == 1;
        let (b, batch) = self.right_sides(name, n, right);
        let k = b.shape()[b.rank() - 1];
        let full = |last: [usize; 2]| batch.iter().copied().chain(last).collect::<Shape>();
        let operands = [self.broadcast_to(full([n, n])), b.broadcast_to(full([n, k]))];
        let y = self.tape.record_as(name, op, &operands);
        // A vector is one right side of every matrix.
        if is_vector { y.reshape(full([n, 1]).without(&[batch.rank() + 1])) } else { y }
    }
}
