//! Every place of a window as a column, and columns put back where they came from. Each tap is one
//! slice on the way there and one part of an assembly on the way back, so that neighbours are read
//! and written in a row, and no table of positions is made.

use wengert_tensor::{Range, Shape, Window};

use crate::ops::{Assemble, Slice, whole};
use crate::tape::refuse;
use crate::var::Var;

impl<'t> Var<'t> {
    /// The elements under a window as columns, one for each of its places: what a convolution
    /// multiplies by its weight ("im2col"). Padding counts as zeros.
    ///
    /// This is `[…, channels, sizes…]`, with as many spatial axes as the window has, and the result
    /// `[…, channels · taps, places]`, both taps and places in row-major order.
    ///
    /// ```
    /// # use wengert_tensor::Window;
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 2.0, 3.0, 4.0]]);
    /// let columns = x.unfold(&Window::new([2]));
    /// assert_eq!(columns.to_string(), "[[1. 2. 3.]\n [2. 3. 4.]]");
    /// ```
    ///
    /// # Panics
    /// If the window does not fit into the padded axes, or there is no axis of channels.
    #[track_caller]
    pub fn unfold(self, window: &Window) -> Var<'t> {
        let (shape, axes) = (self.shape(), window.spans.len());
        let Some(channels) = shape.rank().checked_sub(axes + 1) else {
            let message = format!("x is {shape}, but should be [channels, sizes…] or batches");
            refuse("unfold", message, &[self]);
        };
        let sizes = &shape[channels + 1..];
        let places = match window.places(sizes) {
            Ok(places) => places,
            Err(error) => refuse("unfold", error.to_string(), &[self]),
        };
        let (padded, inside) = padded(&shape, window);
        let x = if padded == shape {
            self
        } else {
            self.tape.record_as("unfold", Assemble::pad(padded.clone(), inside), &[self])
        };
        // The axis of taps stands there from the beginning, so that slices are joined as they are.
        let x = x.unsqueeze(channels + 1);
        let mut rows = Vec::new();
        for region in regions(&x.shape(), window, &places) {
            rows.push(self.tape.record_as("unfold", Slice { region }, &[x]));
        }
        let elements = shape[channels] * rows.len();
        let batch = shape[..channels].iter().copied();
        let columns = batch.chain([elements, places.size()]).collect::<Shape>();
        Var::concat(&rows, channels + 1).reshape(columns)
    }

    /// Columns as of [`Var::unfold`] put back under the places of the window, over axes of these
    /// sizes; what falls on one element is added up, what falls into the padding is lost
    /// ("col2im"). It is the adjoint of unfolding, and its inverse where each element is in one
    /// column.
    ///
    /// This is `[…, channels · taps, places]`, and the result `[…, channels, sizes…]`.
    ///
    /// ```
    /// # use wengert_tensor::Window;
    /// # let tape = wengert_autodiff::Tape::new();
    /// let columns = tape.input([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]);
    /// let x = columns.fold(&Window::new([2]), [4]);
    /// assert_eq!(x.to_string(), "[[ 1. 12. 23. 30.]]");
    /// ```
    ///
    /// # Panics
    /// If the window does not fit into the padded sizes, has another number of places in them than
    /// there are columns, or its taps do not divide their elements.
    #[track_caller]
    pub fn fold(self, window: &Window, sizes: impl Into<Shape>) -> Var<'t> {
        let (shape, sizes, taps) = (self.shape(), sizes.into(), window.taps());
        let places = match window.places(&sizes) {
            Ok(places) => places,
            Err(error) => refuse("fold", error.to_string(), &[self]),
        };
        let (&[.., rows, columns], count) = (&shape[..], taps.size()) else {
            refuse("fold", format!("x is {shape}, but should be [rows, columns]"), &[self]);
        };
        if columns != places.size() || !rows.is_multiple_of(count) {
            let message = format!(
                "x is {shape}, but should have a multiple of {count} rows, the taps, and {} \
                 columns, the places of the window over {sizes}",
                places.size()
            );
            refuse("fold", message, &[self]);
        }
        let before = shape[..shape.rank() - 2].iter().copied().chain([rows / count]);
        let whole: Shape = before.clone().chain(sizes.iter().copied()).collect();
        let (padded, inside) = padded(&whole, window);
        let taps_apart = before.clone().chain([count]).chain(places.iter().copied());
        let x = self.reshape(taps_apart.collect::<Shape>());
        let mut parts = Vec::new();
        for tap in 0..count {
            parts.push(x.slice(shape.rank() - 1, tap..=tap));
        }
        let apart = padded.with(&[(shape.rank() - 1, 1)]);
        let regions = regions(&apart, window, &places).collect();
        let op = Assemble { shape: apart, regions, overlapping: true };
        let y = self.tape.record_as("fold", op, &parts).reshape(padded.clone());
        if padded == whole { y } else { self.tape.record(Slice { region: inside }, &[y]) }
    }
}

/// A shape with the padding of a window over its last axes, and where in it the elements are.
fn padded(shape: &Shape, window: &Window) -> (Shape, crate::ops::Region) {
    let (mut padded, mut inside) = (shape.to_vec(), whole(shape));
    let first = shape.rank() - window.spans.len();
    for (axis, span) in (first..).zip(&window.spans) {
        inside[axis].start = span.padding.0;
        padded[axis] += span.padding.0 + span.padding.1;
    }
    (padded.into(), inside)
}

/// For each tap, the elements of a padded array that it takes in all places.
fn regions(
    padded: &Shape,
    window: &Window,
    places: &Shape,
) -> impl Iterator<Item = crate::ops::Region> {
    let (taps, first) = (window.taps(), padded.rank() - window.spans.len());
    (0..taps.size()).map(move |tap| {
        let (mut region, mut rest) = (whole(padded), tap);
        for (axis, span) in window.spans.iter().enumerate().rev() {
            let start = rest % span.taps * span.dilation;
            rest /= span.taps;
            region[first + axis] = Range { start, step: span.stride, len: places[axis] };
        }
        region
    })
}
