//! The matrix product as a method: vectors, matrices, and batches of them.

use wengert_tensor::Shape;

use crate::input::Operand;
use crate::ops::{MatMul, Mul};
use crate::tape::refuse;
use crate::var::Var;
use crate::var::operators::binary_as;

impl<'t> Var<'t> {
    /// The matrix product over the last axis of this and the last but one of `other`, by NumPy's
    /// rules: axes before the last two are a batch and broadcast; a vector on the left is a row,
    /// on the right a column, and its axis disappears.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// let x = tape.input([1.0, -1.0]);
    /// assert_eq!(a.matmul(x).to_string(), "[-1. -1.]");
    /// ```
    ///
    /// # Panics
    /// If the inner sizes differ, the batches do not broadcast, or an operand is 0-d.
    #[track_caller]
    pub fn matmul(self, other: impl Operand<'t>) -> Var<'t> {
        let other = other.on(self.tape);
        let (a_shape, b_shape) = (self.shape(), other.shape());
        let operands = [self, other];
        let (Some(&k), true) = (a_shape.last(), b_shape.rank() > 0) else {
            let message = format!("takes vectors, matrices or batches, got {a_shape}, {b_shape}");
            refuse("matmul", message, &operands);
        };
        let rows = b_shape[b_shape.rank().saturating_sub(2)];
        if k != rows {
            let message = format!("{a_shape} by {b_shape}: the inner sizes {k} and {rows} differ");
            refuse("matmul", message, &operands);
        }
        // Vectors become a row or a column for now.
        let a = if a_shape.rank() == 1 { self.unsqueeze(0) } else { self };
        let b = if b_shape.rank() == 1 { other.unsqueeze(1) } else { other };
        let (m, n) = (a.shape()[a.rank() - 2], b.shape()[b.rank() - 1]);
        let Some(batch) = common_batch(a, b) else {
            let message = format!("{a_shape} by {b_shape}: their batches do not broadcast");
            refuse("matmul", message, &operands);
        };
        let y = if b.rank() == 2 {
            // One matrix for the whole batch: one product with all rows.
            let rows = batch.size() * m;
            self.tape.record(MatMul::PLAIN, &[a.reshape([rows, k]), b])
        } else {
            let full = |last: [usize; 2]| batch.iter().copied().chain(last).collect::<Shape>();
            let (a, b) = (a.broadcast_to(full([m, k])), b.broadcast_to(full([k, n])));
            self.tape.record(MatMul::PLAIN, &[a, b])
        };
        let left = (a_shape.rank() > 1).then_some(m);
        let right = (b_shape.rank() > 1).then_some(n);
        y.reshape(batch.iter().copied().chain(left).chain(right).collect::<Shape>())
    }

    /// $\sum_i a_i b_i$ over all elements of two variables of one shape.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0]).dot(tape.input([3.0, 4.0])).item(), 11.0);
    /// ```
    #[track_caller]
    pub fn dot(self, other: impl Operand<'t>) -> Var<'t> {
        binary_as("dot", Mul, self, other.on(self.tape)).sum()
    }

    /// $y_{i \dots j \dots} = \sum_k a_{i \dots k}\, b_{j \dots k}$: the sum over the last axis of
    /// both, for all positions along the other axes of one and of the other.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.inner(a).to_string(), "[[ 5. 11.]\n [11. 25.]]");
    /// ```
    ///
    /// # Panics
    /// If an operand is 0-d, or their last sizes differ.
    #[track_caller]
    pub fn inner(self, other: impl Operand<'t>) -> Var<'t> {
        let other = other.on(self.tape);
        let (a, b) = (self.shape(), other.shape());
        let (Some(&n), Some(&m)) = (a.last(), b.last()) else {
            refuse("inner", format!("takes vectors or more, got {a}, {b}"), &[self, other]);
        };
        if n != m {
            let message = format!("{a} and {b}: the last sizes {n} and {m} differ");
            refuse("inner", message, &[self, other]);
        }
        let rows = |shape: &Shape| shape[..shape.rank() - 1].iter().product::<usize>();
        let y = self.reshape([rows(&a), n]).matmul(other.reshape([rows(&b), n]).t());
        y.reshape(a[..a.rank() - 1].iter().chain(&b[..b.rank() - 1]).copied().collect::<Shape>())
    }

    /// $\beta\, x + \alpha\, a b$ with the matrix product of [`Var::matmul`], which may be one with
    /// vectors or of batches; $x$ is broadcast.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([[1.0, 2.0]]), tape.input([[3.0], [4.0]]));
    /// assert_eq!(tape.input([[1.0]]).addmm(a, b, 10.0, 2.0).item(), 32.0);
    /// ```
    ///
    /// # Panics
    /// As [`Var::matmul`], or if the shape does not broadcast with that of the product.
    #[track_caller]
    pub fn addmm(
        self,
        a: impl Operand<'t>,
        b: impl Operand<'t>,
        beta: impl Operand<'t>,
        alpha: impl Operand<'t>,
    ) -> Var<'t> {
        let tape = self.tape;
        let product = a.on(tape).matmul(b.on(tape));
        beta.on(tape) * self + alpha.on(tape) * product
    }
}

/// What the axes before the last two of both broadcast to.
pub(crate) fn common_batch(a: Var<'_>, b: Var<'_>) -> Option<Shape> {
    let batch_of = |x: Var<'_>| Shape::from(&x.shape()[..x.rank() - 2]);
    batch_of(a).broadcast(&batch_of(b))
}
