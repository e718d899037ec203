//! Random numbers, and what is made of them: dropout, random slopes, draws of categories.

use crate::ops::{Normal, Uniform};
use crate::tape::{Tape, refuse};
use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// Each element dropped with probability `rate`, the others divided by `1 − rate`, so that the
    /// expected value stays (inverted dropout: Srivastava, Hinton, Krizhevsky, Sutskever and
    /// Salakhutdinov, 2014). Equal seeds drop the same elements. The derivative is $1/(1 - r)$ or
    /// 0.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([1.0; 100]).dropout(0.5, tape.indices(7));
    /// assert!(y.value().to_vec_f64().iter().all(|&y| y == 0.0 || y == 2.0));
    /// ```
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

    /// [`Var::leaky_relu`] with a slope for each element that is drawn evenly from `[low, high)`
    /// (Xu, Wang, Chen and Li, "Empirical evaluation of rectified activations in convolutional
    /// network", 2015). When all is learnt, use the mean of both as the slope.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([-1.0, 2.0]).random_leaky_relu(0.1, 0.3, tape.indices(7));
    /// assert!((-0.3..=-0.1).contains(&y.at(0, 0).item()));
    /// assert_eq!(y.at(0, 1).item(), 2.0);
    /// ```
    #[track_caller]
    pub fn random_leaky_relu(self, low: f64, high: f64, seed: Var<'t>) -> Var<'t> {
        self.leaky_relu(low + (high - low) * self.tape.uniform(seed, self.shape()))
    }

    /// The softmax along one axis of $(x - \ln(-\ln u)) / \tau$ with numbers $u$ drawn evenly from
    /// $[0, 1)$: for a small temperature $\tau$ nearly a draw of one category, with the
    /// probabilities that [`Var::softmax`] gives, through which one can differentiate (Jang, Gu and
    /// Poole, "Categorical reparameterization with Gumbel-softmax", 2017). The largest share is
    /// that of the category drawn, whatever the temperature.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let logits = tape.input([0.25, 0.75]).ln();
    /// let y = logits.gumbel_softmax(-1, 0.5, tape.indices(7));
    /// assert!((y.sum().item() - 1.0).abs() < 1e-15);
    /// // The draw itself, differentiated as its relaxation is.
    /// let draw = y.argmax(-1).one_hot(2);
    /// assert_eq!(draw.straight_through(y).sum().item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If the temperature is not positive.
    #[track_caller]
    pub fn gumbel_softmax(self, axis: impl IntoAxes, temperature: f64, seed: Var<'t>) -> Var<'t> {
        let axis = self.axis("gumbel_softmax", axis);
        if temperature.is_nan() || temperature <= 0.0 {
            let message = format!("a temperature of {temperature} is not positive");
            refuse("gumbel_softmax", message, &[self]);
        }
        let gumbel = -(-self.tape.uniform(seed, self.shape()).ln()).ln();
        ((self + gumbel) / temperature).softmax(axis)
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
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.normal(tape.indices(7), [10_000]);
    /// assert!(x.mean().item().abs() < 0.05 && (x.std(0).item() - 1.0).abs() < 0.05);
    /// ```
    #[track_caller]
    pub fn normal<'t>(&'t self, seed: Var<'t>, shape: impl Into<wengert_tensor::Shape>) -> Var<'t> {
        self.record(Normal { stream: self.new_stream(), shape: shape.into() }, &[seed])
    }
}
