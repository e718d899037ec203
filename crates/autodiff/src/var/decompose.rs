//! Decompositions of matrices as methods, and what is made of singular values as a whole. The last
//! two axes are a matrix, those in front a batch.

use crate::ops::{Eigh, MatrixExp, Pinv, Qr, Svd};
use crate::tape::refuse;
use crate::var::Var;

impl<'t> Var<'t> {
    /// $Q$ and $R$ with $A = Q R$: orthonormal columns, and an upper triangle whose diagonal is not
    /// negative, which makes both unique where the first columns are independent. Of `[…, m, n]`
    /// matrices, with $k = \min(m, n)$, they are `[…, m, k]` and `[…, k, n]`. NaN of a matrix that is
    /// not finite.
    ///
    /// With $B = dA\, R^{-1}$ of the first $k$ columns, $L$ the triangle of $Q^T B$ below the
    /// diagonal, and $\Omega = L - L^T$: $dQ = B - Q (Q^T B - \Omega)$ and
    /// $dR = Q^T dA - \Omega R$. Where the first $k$ columns are dependent there is no derivative; it
    /// comes out infinite or NaN.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[3.0, 1.0], [4.0, 8.0]]);
    /// let [q, r] = a.qr();
    /// assert!((r - tape.input([[5.0, 7.0], [0.0, 4.0]])).norm().item() < 1e-14);
    /// assert!((q.matmul(r) - a).norm().item() < 1e-14);
    /// ```
    ///
    /// # Panics
    /// If there are less than two axes.
    #[track_caller]
    pub fn qr(self) -> [Var<'t>; 2] {
        let [m, _] = self.check_matrices("qr");
        Qr::parts(self.tape.record(Qr, &[self]), m)
    }

    /// Eigenvalues $\lambda$, ascending, and orthonormal eigenvectors, as columns of $V$, with
    /// $A = V \operatorname{diag}(\lambda)\, V^T$: of the symmetric part $(A + A^T)/2$ of `[…, n, n]`
    /// matrices, so that its gradient is symmetric. In each column the largest element is positive;
    /// of those that differ from it by less than a hundredth, the first. NaN of a matrix that is not
    /// finite.
    ///
    /// With $P = V^T dA\, V$, $d\lambda = \operatorname{diag} P$ and $dV = V (F \circ P)$, where
    /// $F_{ij} = 1/(\lambda_j - \lambda_i)$.
    ///
    /// **Repeated eigenvalues.** Where eigenvalues are equal, or differ by a few roundings, $F_{ij}$ is
    /// 0: the vectors have no derivative of their own, but what depends only on the space that they
    /// span has the right one. So have functions of the eigenvalues in which equal ones can change
    /// places, such as sums of a function of each. Second derivatives are right for the sum of
    /// eigenvalues and whatever else does not need the derivative of such vectors; in general those
    /// do not exist.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[2.0, 1.0], [1.0, 2.0]]);
    /// let [values, vectors] = a.eigh();
    /// assert!((values - tape.input([1.0, 3.0])).norm().item() < 1e-15);
    /// let again = (vectors * values).matmul(vectors.t());
    /// assert!((again - a).norm().item() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If this is no square matrix.
    #[doc(alias = "eigenvectors")]
    #[track_caller]
    pub fn eigh(self) -> [Var<'t>; 2] {
        self.check_square("eigh");
        let [values, vectors] = Eigh::parts(self.tape.record(Eigh, &[self]));
        [values.squeeze(-2), vectors]
    }

    /// The eigenvalues, ascending, of the symmetric part of square matrices; see [`Var::eigh`].
    ///
    /// $d\lambda_i = v_i^T dA\, v_i$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[0.0, 2.0], [2.0, 0.0]]);
    /// let y = a.eigvalsh();
    /// assert_eq!(y.to_string(), "[-2.  2.]");
    /// let [da] = tape.grad(y.at(0, 1), [a]);
    /// assert!((da - 0.5).norm().item() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// As [`Var::eigh`].
    #[doc(alias = "eigenvalues")]
    #[track_caller]
    pub fn eigvalsh(self) -> Var<'t> {
        self.check_square("eigvalsh");
        Eigh::parts(self.tape.record(Eigh, &[self]))[0].squeeze(-2)
    }

    /// $U$, $s$ and $V^T$ with $A = U \operatorname{diag}(s)\, V^T$: orthonormal columns in $U$ and
    /// $V$, and singular values, descending. Of `[…, m, n]` matrices, with $k = \min(m, n)$, they are
    /// `[…, m, k]`, `[…, k]` and `[…, k, n]`. In each column of $U$ the largest element is positive; of
    /// those that differ from it by less than a hundredth, the first. NaN of a matrix that is not
    /// finite.
    ///
    /// With $P = U^T dA\, V$, $ds = \operatorname{diag} P$,
    /// $dU = U (X + Y) + (I - U U^T)\, dA\, V \operatorname{diag}(s)^{-1}$ and
    /// $dV = V (X - Y) + (I - V V^T)\, dA^T U \operatorname{diag}(s)^{-1}$, where
    /// $X_{ij} = \frac12 (P_{ij} + P_{ji}) / (s_j - s_i)$ and
    /// $Y_{ij} = \frac12 (P_{ij} - P_{ji}) / (s_j + s_i)$.
    ///
    /// **Repeated and zero singular values.** Instead of dividing by 0, or by a difference of a few
    /// roundings, a factor is 0: vectors of equal singular values have no derivative of their own, but
    /// what depends only on the spaces that they span has the right one, as have functions of the
    /// singular values in which equal ones can change places. To its vectors, a singular value 0 gives
    /// no derivative, and it has none itself: it is a kink as that of $|x|$, where the derivative is 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[0.0, 2.0], [3.0, 0.0], [0.0, 0.0]]);
    /// let [u, s, vt] = a.svd();
    /// assert_eq!(u.to_string(), "[[0. 1.]\n [1. 0.]\n [0. 0.]]");
    /// assert_eq!(s.to_string(), "[3. 2.]");
    /// assert_eq!(vt.to_string(), "[[1. 0.]\n [0. 1.]]");
    /// ```
    ///
    /// # Panics
    /// If there are less than two axes.
    #[track_caller]
    pub fn svd(self) -> [Var<'t>; 3] {
        let [m, _] = self.check_matrices("svd");
        let [u, s, v] = Svd::parts(self.tape.record(Svd, &[self]), m);
        [u, s.squeeze(-2), v.transpose(-2, -1)]
    }

    /// The singular values of matrices, descending; see [`Var::svd`].
    ///
    /// $ds_i = u_i^T dA\, v_i$, and 0 where $s_i = 0$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[0.0, -2.0], [0.0, 0.0]]);
    /// let y = a.svdvals();
    /// assert_eq!(y.to_string(), "[2. 0.]");
    /// let [da] = tape.grad(y.sum(), [a]);
    /// assert_eq!(da.to_string(), "[[ 0. -1.]\n [ 0.  0.]]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::svd`].
    #[doc(alias = "singular values")]
    #[track_caller]
    pub fn svdvals(self) -> Var<'t> {
        let [m, _] = self.check_matrices("svdvals");
        Svd::parts(self.tape.record(Svd, &[self]), m)[1].squeeze(-2)
    }

    /// $A^+$, the inverse that every matrix has (Moore and Penrose): $A^+ b$ is the shortest of those
    /// $x$ for which $A x$ is nearest to $b$. Of `[…, m, n]` matrices, `[…, n, m]`. Singular values
    /// count as 0 if they are, relative to the largest, within $2 \max(m, n)$ roundings. NaN of a
    /// matrix that is not finite.
    ///
    /// $dA^+ = -A^+ dA\, A^+ + A^+ A^{+T} dA^T (I - A A^+) + (I - A^+ A)\, dA^T A^{+T} A^+$, which is
    /// right as long as the rank stays. Where it changes $A^+$ jumps, and there is no derivative.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[2.0, 0.0], [0.0, 0.0], [0.0, 0.0]]);
    /// assert_eq!(a.pinv().to_string(), "[[0.5 0.  0. ]\n [0.  0.  0. ]]");
    /// ```
    ///
    /// # Panics
    /// If there are less than two axes.
    #[doc(alias = "pseudoinverse")]
    #[track_caller]
    pub fn pinv(self) -> Var<'t> {
        self.check_matrices("pinv");
        self.tape.record(Pinv, &[self])
    }

    /// $e^A = \sum_k A^k / k!$, of square matrices. NaN of a matrix that is not finite.
    ///
    /// $d e^A = \int_0^1 e^{t A}\, dA\, e^{(1 - t) A}\, dt$, everywhere, of any order.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let turn = std::f64::consts::FRAC_PI_2;
    /// let a = tape.input([[0.0, -turn], [turn, 0.0]]);
    /// let quarter = tape.input([[0.0, -1.0], [1.0, 0.0]]);
    /// assert!((a.matrix_exp() - quarter).norm().item() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If this is no square matrix.
    #[doc(alias = "expm")]
    #[track_caller]
    pub fn matrix_exp(self) -> Var<'t> {
        self.check_square("matrix_exp");
        self.tape.record(MatrixExp::plain(), &[self])
    }

    /// Rows and columns of matrices.
    #[track_caller]
    pub(crate) fn check_matrices(self, name: &str) -> [usize; 2] {
        match self.shape()[..] {
            [.., m, n] => [m, n],
            _ => refuse(name, format!("takes matrices, got {}", self.shape()), &[self]),
        }
    }
}
