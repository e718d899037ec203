//! Random numbers, and dropout.

use crate::ops::{Normal, Uniform};
use crate::tape::{Tape, refuse};
use crate::var::Var;

impl<'t> Var<'t> {
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
