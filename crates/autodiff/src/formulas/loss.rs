//! How far answers are from targets of their shape. Losses of classifiers are in
//! [`cross_entropy`](super::cross_entropy), [`binary`](super::binary) and
//! [`margin`](super::margin).
//!
//! Each loss is a mean. What it is the mean of has the same name with `_each`: sum it, weigh it,
//! or look at it example by example.

use crate::input::Operand;
use crate::tape::refuse;
use crate::var::Var;

impl<'t> Var<'t> {
    /// The target as a variable of this shape.
    #[track_caller]
    pub(super) fn target(self, loss: &str, target: impl Operand<'t>) -> Var<'t> {
        let target = target.on(self.tape);
        if self.shape() != target.shape() {
            let message = format!("{} and its target {} differ", self.shape(), target.shape());
            refuse(loss, message, &[self, target]);
        }
        target
    }

    /// The mean of $(x - t)^2$ over all elements of this and a target of its shape.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0]).mse(tape.input([1.0, 4.0])).item(), 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ: broadcasting a target is nearly always a mistake.
    #[track_caller]
    pub fn mse(self, target: impl Operand<'t>) -> Var<'t> {
        (self - self.target("mse", target)).square().mean()
    }

    /// $(x - t)^2$ for each element; see [`Var::mse`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let losses = tape.input([1.0, 2.0]).mse_each(tape.input([1.0, 4.0]));
    /// assert_eq!(losses.to_string(), "[0. 4.]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn mse_each(self, target: impl Operand<'t>) -> Var<'t> {
        (self - self.target("mse_each", target)).square()
    }

    /// The mean of $|x - t|$, with derivative 0 where they are equal.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 2.0]).mae(tape.input([1.0, 4.0])).item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn mae(self, target: impl Operand<'t>) -> Var<'t> {
        (self - self.target("mae", target)).abs().mean()
    }

    /// $|x - t|$ for each element; see [`Var::mae`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let losses = tape.input([1.0, 2.0]).mae_each(tape.input([1.0, 4.0]));
    /// assert_eq!(losses.to_string(), "[0. 2.]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn mae_each(self, target: impl Operand<'t>) -> Var<'t> {
        (self - self.target("mae_each", target)).abs()
    }

    /// The mean of $\frac 1 2 d^2$ where the distance $d = x - t$ is at most $\delta$, and of its
    /// tangent $\delta\,(|d| - \frac 1 2 \delta)$ beyond (Huber, "Robust estimation of a location
    /// parameter", 1964).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let loss = tape.input([0.5, 3.0]).huber(tape.input([0.0, 0.0]), 1.0);
    /// assert_eq!(loss.item(), (0.125 + 2.5) / 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn huber(self, target: impl Operand<'t>, delta: f64) -> Var<'t> {
        (self - self.target("huber", target)).huber_of_difference(delta).mean()
    }

    /// The values that [`Var::huber`] is the mean of.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let losses = tape.input([0.5, 3.0]).huber_each(tape.input([0.0, 0.0]), 1.0);
    /// assert_eq!(losses.to_string(), "[0.125 2.5  ]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn huber_each(self, target: impl Operand<'t>, delta: f64) -> Var<'t> {
        (self - self.target("huber_each", target)).huber_of_difference(delta)
    }

    /// [`Var::huber`] divided by $\beta = \delta$: the mean of $|d| - \frac 1 2 \beta$ where the
    /// distance $d = x - t$ is at least $\beta$, and of $\frac{1}{2\beta} d^2$ below (Girshick,
    /// "Fast R-CNN", 2015).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let loss = tape.input([1.0, 3.0]).smooth_l1(tape.input([0.0, 0.0]), 2.0);
    /// assert_eq!(loss.item(), (0.25 + 2.0) / 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn smooth_l1(self, target: impl Operand<'t>, beta: f64) -> Var<'t> {
        (self - self.target("smooth_l1", target)).huber_of_difference(beta).mean() / beta
    }

    /// The values that [`Var::smooth_l1`] is the mean of.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let losses = tape.input([1.0, 3.0]).smooth_l1_each(tape.input([0.0, 0.0]), 2.0);
    /// assert_eq!(losses.to_string(), "[0.25 2.  ]");
    /// ```
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn smooth_l1_each(self, target: impl Operand<'t>, beta: f64) -> Var<'t> {
        (self - self.target("smooth_l1_each", target)).huber_of_difference(beta) / beta
    }

    /// In terms of the limited distance: without |d|, whose second derivative at 0 would be lost,
    /// and without the square of what is infinite.
    #[track_caller]
    fn huber_of_difference(self, delta: f64) -> Var<'t> {
        let limited = self.clamp(-delta, delta);
        limited * (self - 0.5 * limited)
    }
}
