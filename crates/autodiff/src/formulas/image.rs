//! Elements of channels and places exchanged: only their arrangement changes.

use wengert_tensor::Shape;

use crate::tape::refuse;
use crate::var::Var;

impl<'t> Var<'t> {
    /// Channels spread over places: `[…, c r², h, w]` becomes `[…, c, r h, r w]`, so that a
    /// convolution enlarges an image (Shi et al., "Real-time single image and video
    /// super-resolution using an efficient sub-pixel convolutional neural network", 2016).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[[1.0]], [[2.0]], [[3.0]], [[4.0]]]);
    /// assert_eq!(x.pixel_shuffle(2).to_string(), "[[[1. 2.]\n  [3. 4.]]]");
    /// ```
    ///
    /// # Panics
    /// If there are fewer than three axes, or $r^2$ does not divide the channels.
    #[track_caller]
    pub fn pixel_shuffle(self, r: usize) -> Var<'t> {
        let (batch, [c, h, w]) = self.image("pixel_shuffle");
        if r == 0 || !c.is_multiple_of(r * r) {
            let message = format!("{c} channels of {} are no multiple of {r}²", self.shape());
            refuse("pixel_shuffle", message, &[self]);
        }
        let c = c / (r * r);
        let x = self.reshape(joined(&batch, &[c, r, r, h, w]));
        x.permute(behind(&batch, [0, 3, 1, 4, 2]).as_slice())
            .reshape(joined(&batch, &[c, h * r, w * r]))
    }

    /// The inverse of [`Var::pixel_shuffle`]: `[…, c, r h, r w]` becomes `[…, c r², h, w]`.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[[1.0, 2.0], [3.0, 4.0]]]);
    /// assert_eq!(x.pixel_unshuffle(2).flatten().to_string(), "[1. 2. 3. 4.]");
    /// ```
    ///
    /// # Panics
    /// If there are fewer than three axes, or $r$ does not divide the last two.
    #[track_caller]
    pub fn pixel_unshuffle(self, r: usize) -> Var<'t> {
        let (batch, [c, h, w]) = self.image("pixel_unshuffle");
        if r == 0 || !h.is_multiple_of(r) || !w.is_multiple_of(r) {
            let message = format!("the sizes of {} are no multiples of {r}", self.shape());
            refuse("pixel_unshuffle", message, &[self]);
        }
        let (h, w) = (h / r, w / r);
        let x = self.reshape(joined(&batch, &[c, h, r, w, r]));
        x.permute(behind(&batch, [0, 2, 4, 1, 3]).as_slice())
            .reshape(joined(&batch, &[c * r * r, h, w]))
    }

    /// Channels, axis 1, dealt out like cards: those of each group, one after the other, become
    /// the first, second … of all groups, so that the next convolution in groups mixes them
    /// (Zhang, Zhou, Lin and Sun, "ShuffleNet", 2018).
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0, 4.0]]);
    /// assert_eq!(x.channel_shuffle(2).to_string(), "[[1. 3. 2. 4.]]");
    /// ```
    ///
    /// # Panics
    /// If there is no axis 1, or it can't be divided into so many groups.
    #[track_caller]
    pub fn channel_shuffle(self, groups: usize) -> Var<'t> {
        let shape = self.shape();
        let Some(&channels) = shape.get(1).filter(|channels| channels.is_multiple_of(groups))
        else {
            let message = format!("{shape} has no channels that make {groups} equal groups");
            refuse("channel_shuffle", message, &[self]);
        };
        let apart = [shape[0], groups, channels / groups].into_iter().chain(shape[2..].to_vec());
        self.reshape(apart.collect::<Shape>()).transpose(1, 2).reshape(shape)
    }

    /// The axes of a batch, and those of an image.
    #[track_caller]
    fn image(self, name: &str) -> (Shape, [usize; 3]) {
        let shape = self.shape();
        match &shape[..] {
            [batch @ .., c, h, w] => (batch.into(), [*c, *h, *w]),
            _ => refuse(name, format!("{shape} is not [channels, height, width]"), &[self]),
        }
    }
}

fn joined(batch: &Shape, axes: &[usize]) -> Shape {
    batch.iter().chain(axes).copied().collect()
}

/// An order of axes behind those of a batch, which stay.
fn behind<const N: usize>(batch: &Shape, axes: [usize; N]) -> Vec<usize> {
    let n = batch.rank();
    (0..n).chain(axes.map(|axis| n + axis)).collect()
}
