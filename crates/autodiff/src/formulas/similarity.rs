//! How alike vectors are, and losses that pull some of them together and push others apart.
//!
//! As for the other [losses](super::loss), what each is the mean of has the same name with `_each`.

use crate::input::Operand;
use crate::tape::refuse;
use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// The cosine $\frac{\langle a, b \rangle}{|a|\,|b|}$ of the angle between vectors along one
    /// axis, which disappears; the others are broadcast. The derivative by $a$ is
    /// $\frac{1}{|a|} \left(\frac{b}{|b|} - y \frac{a}{|a|}\right)$. Where either is 0 the cosine
    /// is 0, and so are the derivatives.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[3.0, 4.0], [0.0, 0.0]]);
    /// assert_eq!(a.cosine_similarity(tape.input([4.0, 3.0]), -1).to_string(), "[0.96 0.  ]");
    /// ```
    #[track_caller]
    pub fn cosine_similarity(self, other: impl Operand<'t>, axis: impl IntoAxes) -> Var<'t> {
        let other = other.on(self.tape);
        let products = self * other;
        let (axis, shape) = (products.axis("cosine_similarity", axis), products.shape());
        let (a, b) = (self.broadcast_to(&shape), other.broadcast_to(&shape));
        let (a, b) = (a.square().sum_over(axis), b.square().sum_over(axis));
        let is_zero = a.eq(0.0).maximum(b.eq(0.0));
        let sizes = is_zero.select(1.0, a).sqrt() * is_zero.select(1.0, b).sqrt();
        is_zero.select(0.0, products.sum_over(axis) / sizes)
    }

    /// The distance $|a - b| = \sqrt{\sum_i (a_i - b_i)^2}$ of points along one axis, which
    /// disappears; the others are broadcast. The derivative by $a$ is $(a - b)/y$, and 0 where both
    /// are the same.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[3.0, 4.0], [1.0, 1.0]]);
    /// assert_eq!(a.pairwise_distance(tape.input([0.0, 0.0]), -1).at(0, 0).item(), 5.0);
    /// ```
    #[track_caller]
    pub fn pairwise_distance(self, other: impl Operand<'t>, axis: impl IntoAxes) -> Var<'t> {
        let difference = self - other.on(self.tape);
        let axis = difference.axis("pairwise_distance", axis);
        difference.norm_over(axis)
    }

    /// The mean over all rows of $1 - \cos(a, b)$ where the target is 1, and of
    /// $\max(0, \cos(a, b) - m)$ where it is −1, with derivative 0 where that becomes 0. Vectors of
    /// one shape `[…, n]` are along the last axis, targets are `[…]`; see
    /// [`Var::cosine_similarity`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([[3.0, 4.0], [3.0, 4.0]]), tape.input([[4.0, 3.0], [4.0, 3.0]]));
    /// let loss = a.cosine_embedding(b, tape.input([1.0, -1.0]), 0.5);
    /// assert!((loss.item() - (0.04 + 0.46) / 2.0).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not match.
    #[track_caller]
    pub fn cosine_embedding(
        self,
        other: impl Operand<'t>,
        target: impl Operand<'t>,
        margin: f64,
    ) -> Var<'t> {
        let other = self.target("cosine_embedding", other);
        let target = self.target_of_rows("cosine_embedding", target);
        self.misalignment(other, target, margin).mean()
    }

    /// The values that [`Var::cosine_embedding`] is the mean of, one for each row.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let (a, b) = (tape.input([[3.0, 4.0]]), tape.input([[-4.0, 3.0]]));
    /// assert_eq!(a.cosine_embedding_each(b, tape.input([1.0]), 0.0).to_string(), "[1.]");
    /// ```
    ///
    /// # Panics
    /// If the shapes do not match.
    #[track_caller]
    pub fn cosine_embedding_each(
        self,
        other: impl Operand<'t>,
        target: impl Operand<'t>,
        margin: f64,
    ) -> Var<'t> {
        let other = self.target("cosine_embedding_each", other);
        let target = self.target_of_rows("cosine_embedding_each", target);
        self.misalignment(other, target, margin)
    }

    #[track_caller]
    fn misalignment(self, other: Var<'t>, target: Var<'t>, margin: f64) -> Var<'t> {
        let cosine = self.cosine_similarity(other, -1);
        target.gt(0.0).select(1.0 - cosine, (cosine - margin).relu())
    }

    /// The mean of distances $x$ where the target is 1, and of $\max(0, m - x)$ where it is −1,
    /// with derivative 0 where that becomes 0 (Hadsell, Chopra and LeCun, "Dimensionality reduction
    /// by learning an invariant mapping", 2006, without the squares).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let loss = tape.input([0.25, 0.25]).hinge_embedding(tape.input([1.0, -1.0]), 1.0);
    /// assert_eq!(loss.item(), (0.25 + 0.75) / 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn hinge_embedding(self, target: impl Operand<'t>, margin: f64) -> Var<'t> {
        let target = self.target("hinge_embedding", target);
        target.gt(0.0).select(self, (margin - self).relu()).mean()
    }

    /// The values that [`Var::hinge_embedding`] is the mean of.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let losses = tape.input([0.25, 0.25]).hinge_embedding_each(tape.input([1.0, -1.0]), 1.0);
    /// assert_eq!(losses.to_string(), "[0.25 0.75]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn hinge_embedding_each(self, target: impl Operand<'t>, margin: f64) -> Var<'t> {
        let target = self.target("hinge_embedding_each", target);
        target.gt(0.0).select(self, (margin - self).relu())
    }

    /// The mean over all rows of $\max(0, |a - p| - |a - n| + m)$, with derivative 0 where that
    /// becomes 0: points $a$ should be nearer to points $p$ of their kind than to others $n$, by a
    /// margin $m$ (Schroff, Kalenichenko and Philbin, "FaceNet: a unified embedding for face
    /// recognition and clustering", 2015, without the squares). All are of one shape `[…, n]`, with
    /// points along the last axis; see [`Var::pairwise_distance`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[0.0, 0.0]]);
    /// let (p, n) = (tape.input([[3.0, 4.0]]), tape.input([[0.0, 5.5]]));
    /// assert_eq!(a.triplet_margin(p, n, 1.0).item(), 0.5);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn triplet_margin(
        self,
        positive: impl Operand<'t>,
        negative: impl Operand<'t>,
        margin: f64,
    ) -> Var<'t> {
        let positive = self.target("triplet_margin", positive);
        let negative = self.target("triplet_margin", negative);
        self.lack_of_distance(positive, negative, margin).mean()
    }

    /// The values that [`Var::triplet_margin`] is the mean of, one for each row.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input([[0.0, 0.0], [3.0, 4.0]]);
    /// let (p, n) = (tape.input([[3.0, 4.0]; 2]), tape.input([[0.0, 5.5]; 2]));
    /// assert_eq!(a.triplet_margin_each(p, n, 1.0).to_string(), "[0.5 0. ]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn triplet_margin_each(
        self,
        positive: impl Operand<'t>,
        negative: impl Operand<'t>,
        margin: f64,
    ) -> Var<'t> {
        let positive = self.target("triplet_margin_each", positive);
        let negative = self.target("triplet_margin_each", negative);
        self.lack_of_distance(positive, negative, margin)
    }

    #[track_caller]
    fn lack_of_distance(self, positive: Var<'t>, negative: Var<'t>, margin: f64) -> Var<'t> {
        let lead = self.pairwise_distance(negative, -1) - self.pairwise_distance(positive, -1);
        (margin - lead).relu()
    }

    /// The target as a variable with one number for each row.
    #[track_caller]
    fn target_of_rows(self, loss: &str, target: impl Operand<'t>) -> Var<'t> {
        let target = target.on(self.tape);
        let (shape, rows) = (self.shape(), target.shape());
        if shape.rank() == 0 || rows[..] != shape[..shape.rank() - 1] {
            let message = format!("vectors {shape} need one target a row, not {rows}");
            refuse(loss, message, &[self, target]);
        }
        target
    }
}
