//! What is done under a window that moves over the last axes: convolution, and pooling by maxima,
//! sums and means. Pooling over whole axes is a reduction: `x.mean_over([-2, -1])`.

use wengert_tensor::{EachAxis, Shape, Window};

use crate::input::Operand;
use crate::ops::{Conv, Gather, Side, WindowArgMax};
use crate::tape::refuse;
use crate::var::Var;

impl<'t> Var<'t> {
    /// The convolution with a weight: $y_{b,o,p} = \sum_{c,t} x_{b,c,\,sp+dt}\, w_{o,c,t}$ for
    /// each place $p$ of a window with strides $s$ and dilations $d$, whose taps are $t$.
    ///
    /// This is `[batch, inputs, sizes…]`, the weight `[outputs, inputs, taps…]`, the result
    /// `[batch, outputs, places…]`, with any number of spatial axes. The window is not turned
    /// round, as is usual in learning. Padding counts as zeros, of which an infinite weight makes
    /// NaN when it is run.
    ///
    /// ```
    /// # use wengert_tensor::Window;
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[[1.0, 2.0, 4.0, 8.0]]]);
    /// let w = tape.input([[[1.0, -1.0]]]);
    /// assert_eq!(x.conv(w, &Window::new([2])).to_string(), "[[[-1. -2. -4.]]]");
    /// assert_eq!(x.conv(w, &Window::new([2]).stride(2)).to_string(), "[[[-1. -4.]]]");
    /// ```
    ///
    /// # Panics
    /// If the shapes do not agree, or the window does not fit into the padded axes.
    #[track_caller]
    pub fn conv(self, weight: impl Operand<'t>, window: &Window) -> Var<'t> {
        self.conv_in_groups(weight, window, 1)
    }

    /// As [`Var::conv`], with the channels in groups: each output sees the inputs of its group
    /// alone, and the weight is `[outputs, inputs / groups, taps…]`.
    ///
    /// With as many groups as inputs this is the depthwise convolution.
    ///
    /// # Panics
    /// As [`Var::conv`], and if inputs or outputs can't be divided into so many groups.
    #[track_caller]
    pub fn conv_in_groups(
        self,
        weight: impl Operand<'t>,
        window: &Window,
        groups: usize,
    ) -> Var<'t> {
        let weight = weight.on(self.tape);
        let sizes = self.spatial("conv", "[batch, channels, sizes…]", window, &[self, weight]);
        let op = Conv { window: window.clone(), sizes, groups, gives: Side::Output };
        self.tape.record(op, &[self, weight])
    }

    /// [`Var::conv`] over two axes by a window of the weight's own size.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[[[1.0, 2.0], [3.0, 4.0]]]]);
    /// let w = tape.input([[[[1.0, 1.0], [1.0, 1.0]]]]);
    /// assert_eq!(x.conv2d(w, 1, 0).to_string(), "[[[[10.]]]]");
    /// assert_eq!(x.conv2d(w, 2, 1).to_string(), "[[[[1. 2.]\n   [3. 4.]]]]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::conv`].
    #[track_caller]
    pub fn conv2d(
        self,
        weight: impl Operand<'t>,
        stride: impl EachAxis<usize>,
        padding: impl EachAxis<(usize, usize)>,
    ) -> Var<'t> {
        let weight = weight.on(self.tape);
        let &[_, _, height, width] = &weight.shape()[..] else {
            let shape = weight.shape();
            let message = format!("w is {shape}, but should be [outputs, inputs, height, width]");
            refuse("conv2d", message, &[self, weight]);
        };
        self.conv(weight, &Window::new([height, width]).stride(stride).padding(padding))
    }

    /// The transposed convolution: the linear map whose adjoint is [`Var::conv`] with the same
    /// weight. Each element is laid out as a multiple of the window's weight, and what falls on
    /// one place is added up; what falls into the padding is lost.
    ///
    /// This is `[batch, inputs, places…]` and the weight `[inputs, outputs, taps…]`. Along each
    /// axis the result has the fewest elements in which the window has so many places, namely
    /// `(places − 1) · stride + dilation · (taps − 1) + 1 − padding`. For more elements behind the
    /// last, take less padding there.
    ///
    /// ```
    /// # use wengert_tensor::Window;
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[[1.0, 10.0]]]);
    /// let w = tape.input([[[1.0, 2.0, 3.0]]]);
    /// let y = x.conv_transpose(w, &Window::new([3]).stride(2));
    /// assert_eq!(y.to_string(), "[[[ 1.  2. 13. 20. 30.]]]");
    /// ```
    ///
    /// # Panics
    /// If the shapes do not agree, or there is more padding than there are elements.
    #[track_caller]
    pub fn conv_transpose(self, weight: impl Operand<'t>, window: &Window) -> Var<'t> {
        self.conv_transpose_in_groups(weight, window, 1)
    }

    /// As [`Var::conv_transpose`], with the channels in groups; the weight is
    /// `[inputs, outputs / groups, taps…]`.
    ///
    /// # Panics
    /// As [`Var::conv_transpose`], and if inputs can't be divided into so many groups.
    #[track_caller]
    pub fn conv_transpose_in_groups(
        self,
        weight: impl Operand<'t>,
        window: &Window,
        groups: usize,
    ) -> Var<'t> {
        let (name, weight) = ("conv_transpose", weight.on(self.tape));
        let operands = [self, weight];
        let places = self.spatial(name, "[batch, channels, places…]", window, &operands);
        let size = |(span, &places): (&wengert_tensor::Span, &usize)| {
            let all = places.checked_sub(1)? * span.stride + span.extent();
            all.checked_sub(span.padding.0 + span.padding.1)
        };
        let sizes: Option<Shape> = window.spans.iter().zip(places.iter()).map(size).collect();
        let Some(sizes) = sizes else {
            let message = format!("{} has no elements left inside the padding", self.shape());
            refuse(name, message, &operands);
        };
        let op = Conv { window: window.clone(), sizes, groups, gives: Side::Input };
        self.tape.record_as(name, op, &[weight, self])
    }

    /// The sizes of the axes behind the first two, which the window is laid over.
    #[track_caller]
    fn spatial(self, name: &str, should_be: &str, window: &Window, operands: &[Var<'t>]) -> Shape {
        let (shape, axes) = (self.shape(), window.spans.len());
        if shape.rank() != 2 + axes {
            let s = if axes == 1 { "axis" } else { "axes" };
            let message =
                format!("x is {shape}, but should be {should_be} with {axes} spatial {s}");
            refuse(name, message, operands);
        }
        shape[2..].into()
    }

    /// The largest element under a window, in each of its places over the last axes; the axes
    /// before are a batch, whatever they mean. Padding is never the largest, a NaN always is. Of
    /// equal elements the first takes the whole derivative.
    ///
    /// ```
    /// # use wengert_tensor::Window;
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([1.0, 5.0, 2.0, 2.0]);
    /// let y = x.max_pool(&Window::new([2]).stride(2));
    /// assert_eq!(y.to_string(), "[5. 2.]");
    /// let [x_bar] = tape.vjp([(y, tape.input([10.0, 20.0]))], [x]);
    /// assert_eq!(x_bar.to_string(), "[ 0. 10. 20.  0.]");
    /// ```
    ///
    /// # Panics
    /// If the window does not fit into the padded axes, or in some place takes only padding.
    #[track_caller]
    pub fn max_pool(self, window: &Window) -> Var<'t> {
        let index = self.tape.record_as("max_pool", window_argmax(window), &[self]);
        let shape = self.shape();
        let (batch, sizes) = shape.split_at(shape.rank() - window.spans.len());
        let elements = sizes.iter().product::<usize>();
        let table = self.reshape(batch.iter().copied().chain([elements]).collect::<Shape>());
        self.tape.record_as("max_pool", Gather { batch: batch.len() }, &[table, index])
    }

    /// Where [`Var::max_pool`] finds its elements: their positions among those of the axes under
    /// the window, counted in row-major order. An index: nothing is differentiated through it.
    ///
    /// # Panics
    /// As [`Var::max_pool`].
    #[track_caller]
    pub fn argmax_pool(self, window: &Window) -> Var<'t> {
        self.tape.record_as("argmax_pool", window_argmax(window), &[self])
    }

    /// The sum of the elements under a window, in each of its places over the last axes; the axes
    /// before are a batch. Padding adds nothing.
    ///
    /// # Panics
    /// If the window does not fit into the padded axes.
    #[track_caller]
    pub fn sum_pool(self, window: &Window) -> Var<'t> {
        self.pool("sum_pool", window)
    }

    /// The mean over a window, in each of its places over the last axes: the sum divided by the
    /// number of taps, padding counted as zeros; [`Var::avg_pool_inside`] counts what is there.
    ///
    /// ```
    /// # use wengert_tensor::Window;
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0, 5.0], [4.0, 5.0, 6.0, 8.0]]);
    /// assert_eq!(x.avg_pool(&Window::new([2, 2]).stride(2)).to_string(), "[[3.  5.5]]");
    /// ```
    ///
    /// # Panics
    /// As [`Var::sum_pool`].
    #[track_caller]
    pub fn avg_pool(self, window: &Window) -> Var<'t> {
        self.pool("avg_pool", window) / window.taps().size() as f64
    }

    /// A sum is a convolution with ones, each channel an example of its own.
    #[track_caller]
    fn pool(self, name: &str, window: &Window) -> Var<'t> {
        let (shape, axes) = (self.shape(), window.spans.len());
        if shape.rank() < axes {
            refuse(name, format!("a window of {axes} axes over {shape}"), &[self]);
        }
        let (batch, sizes) = shape.split_at(shape.rank() - axes);
        let planes = [batch.iter().product(), 1];
        let x = self.reshape(planes.into_iter().chain(sizes.iter().copied()).collect::<Shape>());
        let taps = [1, 1].into_iter().chain(window.taps().iter().copied()).collect::<Shape>();
        let ones = self.tape.literal(1.0).broadcast_to(taps);
        let (window, sizes) = (window.clone(), sizes.into());
        let op = Conv { window, sizes, groups: 1, gives: Side::Output };
        let y = self.tape.record_as(name, op, &[x, ones]);
        y.reshape(batch.iter().chain(&y.shape()[2..]).copied().collect::<Shape>())
    }
}

fn window_argmax(window: &Window) -> WindowArgMax {
    WindowArgMax { window: window.clone() }
}
