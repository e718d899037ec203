//! Activations that are composed, and dropout.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::ops::{Normal, Uniform};
use crate::tape::{Tape, refuse};
use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// $x\, \Phi(x)$ with the distribution function $\Phi$ of the normal distribution, exact
    /// (Hendrycks and Gimpel, "Gaussian error linear units", 2016).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert!((tape.input(1.0).gelu().item() - 0.8413447460685429).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn gelu(self) -> Var<'t> {
        0.5 * self * (1.0 + (self * FRAC_1_SQRT_2).erf())
    }

    /// $x / (1 + e^{-x})$ (Elfwing, Uchibe and Doya, 2017; "swish").
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert!((tape.input(1.0).silu().item() - 0.7310585786300049).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn silu(self) -> Var<'t> {
        self * self.sigmoid()
    }

    /// $e^{x_i} / \sum_j e^{x_j}$ along one axis, without overflow.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([0.0, 3.0_f64.ln()]).softmax(0).to_string(), "[0.25 0.75]");
    /// ```
    #[track_caller]
    pub fn softmax(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("softmax", axis);
        let e = (self - self.shift(&[axis])).exp();
        e / e.sum_keeping(axis)
    }

    /// $x_i - \ln \sum_j e^{x_j}$ along one axis: the logarithm of [`Var::softmax`], accurate
    /// where that is tiny.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([0.0, 1000.0]).log_softmax(0).to_string(), "[-1000.     0.]");
    /// ```
    #[track_caller]
    pub fn log_softmax(self, axis: impl IntoAxes) -> Var<'t> {
        let axis = self.axis("log_softmax", axis);
        let shifted = self - self.shift(&[axis]);
        shifted - shifted.exp().sum_keeping(axis).ln()
    }

    /// Each element dropped with probability `rate`, the others divided by `1 − rate`, so that the
    /// expected value stays (inverted dropout: Srivastava, Hinton, Krizhevsky, Sutskever and
    /// Salakhutdinov, 2014). Equal seeds drop the same elements.
    ///
    /// # Panics
    /// If the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn dropout(self, rate: f64, seed: Var<'t>) -> Var<'t> {
        if !(0.0..1.0).contains(&rate) {
            refuse("dropout", format!("a rate of {rate} is not in [0, 1)"), &[self]);
        }
        let kept = self.tape.uniform(seed, self.shape()).ge(self.tape.literal(rate));
        kept.select(self / (1.0 - rate), 0.0)
    }
}

impl Tape {
    /// Numbers drawn evenly from $[0, 1)$. They depend on the seed, an index, and on how many
    /// random tensors were recorded before since the tape was cleared.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let seed = tape.indices(7);
    /// let (a, b) = (tape.uniform(seed, [2]), tape.uniform(seed, [2]));
    /// assert_ne!(a.value(), b.value());
    /// ```
    #[track_caller]
    pub fn uniform<'t>(
        &'t self,
        seed: Var<'t>,
        shape: impl Into<wengert_tensor::Shape>,
    ) -> Var<'t> {
        self.record(Uniform { stream: self.new_stream(), shape: shape.into() }, &[seed])
    }

    /// Normally distributed numbers of mean 0 and standard deviation 1; see [`Tape::uniform`].
    #[track_caller]
    pub fn normal<'t>(&'t self, seed: Var<'t>, shape: impl Into<wengert_tensor::Shape>) -> Var<'t> {
        self.record(Normal { stream: self.new_stream(), shape: shape.into() }, &[seed])
    }
}
