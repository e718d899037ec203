//! Normalisation without parameters.

use wengert_tensor::Window;

use crate::tape::refuse;
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

    /// [`Var::layer_norm`] over groups of channels and all places, for `[batch, channels, …]` (Wu
    /// and He, "Group normalization", 2018). Scale and shift the channels afterwards.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 3.0, 5.0, 9.0]]);
    /// assert_eq!(x.group_norm(2, 0.0).to_string(), "[[-1.  1. -1.  1.]]");
    /// ```
    ///
    /// # Panics
    /// If there are fewer than two axes, or the channels can't be divided into so many groups.
    #[track_caller]
    pub fn group_norm(self, groups: usize, epsilon: f64) -> Var<'t> {
        let shape = self.shape();
        let channels = shape.get(1).copied();
        if groups == 0 || !channels.is_some_and(|channels| channels.is_multiple_of(groups)) {
            let message = format!("{shape} has no channels that make {groups} equal groups");
            refuse("group_norm", message, &[self]);
        }
        let in_group = shape[1..].iter().product::<usize>() / groups;
        let apart = self.reshape([shape[0], groups, in_group]);
        apart.layer_norm(-1, epsilon).reshape(shape)
    }

    /// [`Var::layer_norm`] over the places of each channel, for `[batch, channels, sizes…]`
    /// (Ulyanov, Vedaldi and Lempitsky, "Instance normalization", 2016).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[[1.0, 3.0], [5.0, 9.0]]]);
    /// assert_eq!(x.instance_norm(0.0).to_string(), "[[[-1.  1.]\n  [-1.  1.]]]");
    /// ```
    ///
    /// # Panics
    /// If there are fewer than three axes.
    #[track_caller]
    pub fn instance_norm(self, epsilon: f64) -> Var<'t> {
        if self.rank() < 3 {
            let message = format!("{} should be [batch, channels, sizes…]", self.shape());
            refuse("instance_norm", message, &[self]);
        }
        let axes: Vec<usize> = (2..self.rank()).collect();
        self.layer_norm(axes.as_slice(), epsilon)
    }

    /// $x_c / \left(k + \frac \alpha n \sum_{c'} x_{c'}^2\right)^\beta$ with the $n$ channels $c'$
    /// around $c$, those before it first, and zeros beyond the ends, for `[batch, channels, …]`
    /// (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
    /// networks", 2012).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let y = tape.input([[3.0, 4.0]]).local_response_norm(2, 2.0, 0.5, 0.0);
    /// assert_eq!(y.to_string(), "[[1.  0.8]]");
    /// ```
    ///
    /// # Panics
    /// If there are fewer than two axes, or $n$ is 0.
    #[track_caller]
    pub fn local_response_norm(self, n: usize, alpha: f64, beta: f64, k: f64) -> Var<'t> {
        let shape = self.shape();
        if shape.rank() < 2 || n == 0 {
            let message = format!("{n} channels of {shape}, which should be [batch, channels, …]");
            refuse("local_response_norm", message, &[self]);
        }
        let mut window = Window::of(&vec![1; shape.rank() - 1]);
        (window.spans[0].taps, window.spans[0].padding) = (n, (n / 2, (n - 1) / 2));
        self / (k + alpha * self.square().avg_pool(&window)).pow(beta)
    }

    /// $x / \max(\|x\|, \varepsilon)$ with the Euclidean norm over these axes: vectors of length 1.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.input([3.0, 4.0]).normalize(0, 1e-12).to_string(), "[0.6 0.8]");
    /// ```
    #[track_caller]
    pub fn normalize(self, axes: impl IntoAxes, epsilon: f64) -> Var<'t> {
        let axes = self.sorted_axes("normalize", axes);
        let norm = self.norm_over(axes.as_slice()).reshape(self.with_ones(&axes));
        self / norm.maximum(epsilon)
    }
}
