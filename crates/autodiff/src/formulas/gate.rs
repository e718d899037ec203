//! Gated units: one half of a tensor decides how much of the other passes.

use crate::tape::refuse;
use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// $a\, \sigma(b)$ for the first half $a$ and the second half $b$ along one axis (Dauphin, Fan,
    /// Auli and Grangier, "Language modeling with gated convolutional networks", 2017). The
    /// derivatives are $\sigma(b)$ and $a\,\sigma(b)\,\sigma(-b)$.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([8.0, 12.0, 0.0, 3.0_f64.ln()]).glu(-1);
    /// assert_eq!(y.to_string(), "[4. 9.]");
    /// ```
    ///
    /// # Panics
    /// If that axis is of odd size.
    #[track_caller]
    pub fn glu(self, axis: impl IntoAxes) -> Var<'t> {
        let [a, b] = self.halves("glu", axis);
        a * b.sigmoid()
    }

    /// $a\, \sigma(a)\, b$ for the first half $a$ and the second half $b$ along one axis: the
    /// second passes as far as [`Var::silu`] of the first lets it (Shazeer, "GLU variants improve
    /// transformer", 2020). The derivatives are those of silu times $b$, and silu.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([0.0, 3.0_f64.ln(), 8.0, 4.0]).swiglu(-1);
    /// assert!((y.at(0, 1).item() - 3.0 * 3.0_f64.ln()).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If that axis is of odd size.
    #[track_caller]
    pub fn swiglu(self, axis: impl IntoAxes) -> Var<'t> {
        let [a, b] = self.halves("swiglu", axis);
        a.silu() * b
    }

    #[track_caller]
    fn halves(self, activation: &str, axis: impl IntoAxes) -> [Var<'t>; 2] {
        let (axis, shape) = (self.axis(activation, axis), self.shape());
        if shape[axis] % 2 == 1 {
            let message = format!("axis {axis} of {shape} has no halves");
            refuse(activation, message, &[self]);
        }
        let half = shape[axis] / 2;
        [self.slice(axis, ..half), self.slice(axis, half..)]
    }
}
