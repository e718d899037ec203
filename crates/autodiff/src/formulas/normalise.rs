//! Normalisation without parameters.

use crate::var::{IntoAxes, Var};

impl<'t> Var<'t> {
    /// $(x - \bar x) / \sqrt{\operatorname{var} x + \varepsilon}$ over these axes (Ba, Kiros and
    /// Hinton, "Layer normalization", 2016). Scale and shift it afterwards.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 3.0]).layer_norm(-1, 0.0).to_string(), "[-1.  1.]");
    /// ```
    #[track_caller]
    pub fn layer_norm(self, axes: impl IntoAxes, epsilon: f64) -> Var<'t> {
        let axes = self.sorted_axes("layer_norm", axes);
        let axes = axes.as_slice();
        let centred = self - self.mean_keeping(axes);
        centred / (centred.square().mean_keeping(axes) + epsilon).sqrt()
    }

    /// $x / \sqrt{\overline{x^2} + \varepsilon}$ with the mean over these axes (Zhang and Sennrich,
    /// "Root mean square layer normalization", 2019). Scale it afterwards.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([1.0, 7.0]).rms_norm(-1, 0.0).to_string(), "[0.2 1.4]");
    /// ```
    #[track_caller]
    pub fn rms_norm(self, axes: impl IntoAxes, epsilon: f64) -> Var<'t> {
        let axes = self.sorted_axes("rms_norm", axes);
        self / (self.square().mean_keeping(axes.as_slice()) + epsilon).sqrt()
    }
}
