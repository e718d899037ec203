//! What is made of decompositions: powers, norms and condition of matrices, their rank, and least
//! squares. The last two axes are a matrix, those in front a batch.

use wengert_tensor::Shape;

use crate::input::Operand;
use crate::ops::cutoff;
use crate::tape::Precision;
use crate::var::Var;

impl<'t> Var<'t> {
    /// $A^n$ of square matrices, by squaring; $A^0 = I$, and for negative $n$, powers of the inverse.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[1.0, 1.0], [0.0, 1.0]]);
    /// assert_eq!(a.matrix_power(5).to_string(), "[[1. 5.]\n [0. 1.]]");
    /// assert_eq!(a.matrix_power(-2).to_string(), "[[ 1. -2.]\n [ 0.  1.]]");
    /// ```
    ///
    /// # Panics
    /// If this is no square matrix.
    #[track_caller]
    pub fn matrix_power(self, n: i32) -> Var<'t> {
        let size = self.check_square("matrix_power");
        let base = if n < 0 { self.inverse() } else { self };
        let (mut square, mut power, mut left) = (base, None::<Var<'t>>, n.unsigned_abs());
        while left > 0 {
            if left % 2 == 1 {
                power = Some(power.map_or(square, |power| power.matmul(square)));
            }
            left /= 2;
            if left > 0 {
                square = square.matmul(square);
            }
        }
        power.unwrap_or_else(|| self.tape().eye(size).broadcast_to(self.shape()))
    }

    /// The sum of the singular values of matrices. Where singular values are 0, it has a kink: there
    /// it takes the derivative $U V^T$ of the others alone, the middle one of all that it could be.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[0.0, 3.0], [-4.0, 0.0]]).nuclear_norm().item(), 7.0);
    /// ```
    ///
    /// # Panics
    /// If there are less than two axes.
    #[doc(alias = "trace norm")]
    #[track_caller]
    pub fn nuclear_norm(self) -> Var<'t> {
        self.check_matrices("nuclear_norm");
        self.svdvals().sum_over(-1)
    }

    /// The largest singular value of matrices: how much they stretch at most; 0 of matrices without
    /// elements. Of several that are equally large each takes an equal share of the derivative
    /// $u v^T$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[0.0, 3.0], [-4.0, 0.0]]).spectral_norm().item(), 4.0);
    /// ```
    ///
    /// # Panics
    /// If there are less than two axes.
    #[doc(alias = "matrix norm")]
    #[track_caller]
    pub fn spectral_norm(self) -> Var<'t> {
        let [m, n] = self.check_matrices("spectral_norm");
        let s = self.svdvals();
        if m == 0 || n == 0 { s.sum_over(-1) } else { s.max_over(-1) }
    }

    /// The condition of matrices, $s_1 / s_k$: the largest singular value by the smallest, which is
    /// how much larger relative errors may become in solving a system. ∞ of matrices whose smallest is
    /// 0, where it has no derivative, and 0 of matrices without elements.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([[0.0, 2.0], [-8.0, 0.0]]).cond().item(), 4.0);
    /// assert_eq!(tape.input([[1.0, 0.0], [0.0, 0.0]]).cond().item(), f64::INFINITY);
    /// ```
    ///
    /// # Panics
    /// If there are less than two axes.
    #[doc(alias = "condition number")]
    #[track_caller]
    pub fn cond(self) -> Var<'t> {
        let [m, n] = self.check_matrices("cond");
        let s = self.svdvals();
        if m == 0 || n == 0 { s.sum_over(-1) } else { s.at(-1, 0) / s.at(-1, -1) }
    }

    /// The rank of matrices, as an index: how many singular values are more than
    /// $\varepsilon \max(m, n)$ times the largest, where $\varepsilon$ is $2^{-52}$, or $2^{-23}$ on a
    /// tape of single precision.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]);
    /// assert_eq!(a.matrix_rank().to_string(), "2");
    /// ```
    ///
    /// # Panics
    /// If there are less than two axes.
    #[track_caller]
    pub fn matrix_rank(self) -> Var<'t> {
        let sizes = self.check_matrices("matrix_rank");
        let s = self.svdvals();
        let relative = match self.tape().precision() {
            Precision::F32 => cutoff::<f32>(sizes),
            Precision::F64 => cutoff::<f64>(sizes),
        };
        if sizes.contains(&0) {
            return s.sum_over(-1).to_index();
        }
        s.gt(relative * s.slice(-1, ..1)).sum_over(-1).to_index()
    }

    /// $x$ with $\lVert A x - b \rVert$ as small as it can be, where this is $A$, of full rank: the
    /// solution of more equations than unknowns by least squares, or, if there are fewer, the shortest
    /// of all solutions. The right side is a vector or a matrix of as many rows; batches in front of
    /// either broadcast. By [`Var::qr`], of $A$ or $A^T$.
    ///
    /// Where rows or columns depend on each other so that the rank is less, it is infinite or NaN;
    /// [`Var::pinv`] times $b$ is the shortest solution then.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// // A line through three points.
    /// let a = tape.input([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]);
    /// let x = a.lstsq(tape.input([1.0, 3.0, 5.0]));
    /// assert!((x - tape.input([1.0, 2.0])).norm().item() < 1e-14);
    /// ```
    ///
    /// # Panics
    /// If this has less than two axes, or the right side has another number of rows.
    #[doc(alias = "least squares")]
    #[track_caller]
    pub fn lstsq(self, right: impl Operand<'t>) -> Var<'t> {
        let right = right.on(self.tape());
        let [m, n] = self.check_matrices("lstsq");
        let (b, _) = self.right_sides("lstsq", m, right);
        let x = if m >= n {
            let [q, r] = self.qr();
            r.solve_triangular(q.transpose(-2, -1).matmul(b), true)
        } else {
            let [q, r] = self.transpose(-2, -1).qr();
            q.matmul(r.transpose(-2, -1).solve_triangular(b, false))
        };
        if right.rank() > 1 {
            return x;
        }
        let shape = x.shape();
        x.reshape(shape[..shape.rank() - 1].iter().copied().collect::<Shape>())
    }
}
