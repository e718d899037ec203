//! How a window is laid over an array, place after place: sizes, strides, padding. What is done
//! with the elements in it – a convolution, a maximum – is not said here.

use std::fmt;

use smallvec::SmallVec;

use crate::Shape;

/// How a window moves along one axis.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Span {
    /// How many elements it takes.
    pub taps: usize,
    /// How far it moves from one place to the next.
    pub stride: usize,
    /// The distance between the elements it takes; 1 where they are neighbours.
    pub dilation: usize,
    /// How far it may begin before the first element, and how far it may end behind the last.
    pub padding: (usize, usize),
}

impl Span {
    /// From the first tap to the last, both included.
    pub fn extent(&self) -> usize {
        self.taps.saturating_sub(1).saturating_mul(self.dilation).saturating_add(1)
    }

    /// In how many places the window fits into `size` elements and their padding.
    ///
    /// # Errors
    ///
    /// If it fits in none, or has no taps, or does not move.
    pub fn places(&self, size: usize) -> Result<usize, WindowError> {
        let (before, after) = self.padding;
        let room = size.saturating_add(before).saturating_add(after);
        match *self {
            Span { taps: 0, .. } => Err(WindowError("a window without taps".to_owned())),
            Span { stride: 0, .. } => Err(WindowError("a stride of 0".to_owned())),
            Span { dilation: 0, .. } => Err(WindowError("a dilation of 0".to_owned())),
            _ => match room.checked_sub(self.extent()) {
                Some(rest) => Ok(rest / self.stride + 1),
                None => Err(WindowError(format!(
                    "a window of {} elements does not fit into {size}{}",
                    self.extent(),
                    if room > size {
                        format!(" and a padding of {before} + {after}")
                    } else {
                        String::new()
                    }
                ))),
            },
        }
    }

    /// Which of `size` elements is tap `tap` of the window in its place `place`; none in the
    /// padding.
    pub fn element(&self, size: usize, place: usize, tap: usize) -> Option<usize> {
        let at = place.checked_mul(self.stride)?.checked_add(tap.checked_mul(self.dilation)?)?;
        at.checked_sub(self.padding.0).filter(|&at| at < size)
    }
}

/// How a window moves over the last axes of an array, a [`Span`] for each.
///
/// ```
/// # use wengert_tensor::{Shape, Window};
/// let window = Window::new([3, 3]).stride(2).padding(1);
/// assert_eq!(window.places(&[5, 8]).unwrap(), Shape::from([3, 4]));
/// ```
///
/// Each option is given as one value for all axes, or as an array of one for each.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Window {
    /// How it moves along each axis.
    pub spans: SmallVec<[Span; 2]>,
}

impl Window {
    /// A window of this many elements along each axis. It moves by one element and stays inside.
    pub fn new<const N: usize>(taps: [usize; N]) -> Window {
        Window::of(&taps)
    }

    /// As [`Window::new`], for a number of axes that is not known beforehand.
    pub fn of(taps: &[usize]) -> Window {
        let span = |&taps| Span { taps, stride: 1, dilation: 1, padding: (0, 0) };
        Window { spans: taps.iter().map(span).collect() }
    }

    /// How far it moves from one place to the next.
    ///
    /// # Panics
    ///
    /// If as many values are not given as the window has axes; as all options.
    #[track_caller]
    pub fn stride(mut self, stride: impl EachAxis<usize>) -> Window {
        let stride = stride.each(self.spans.len());
        self.set("stride", stride, |span, stride| span.stride = stride);
        self
    }

    /// How far it may leave the array, where it finds nothing: a number for both sides of an axis,
    /// or a pair, before the first element and behind the last.
    ///
    /// # Panics
    ///
    /// As [`Window::stride`].
    #[track_caller]
    pub fn padding(mut self, padding: impl EachAxis<(usize, usize)>) -> Window {
        let padding = padding.each(self.spans.len());
        self.set("padding", padding, |span, padding| span.padding = padding);
        self
    }

    /// The distance between the elements it takes; 1 where they are neighbours.
    ///
    /// # Panics
    ///
    /// As [`Window::stride`].
    #[track_caller]
    pub fn dilation(mut self, dilation: impl EachAxis<usize>) -> Window {
        let dilation = dilation.each(self.spans.len());
        self.set("dilation", dilation, |span, dilation| span.dilation = dilation);
        self
    }

    /// Padded so that, moving by one element, it has as many places as the array has elements.
    /// Where the padding can't be equal on both sides, there is more behind.
    pub fn same(mut self) -> Window {
        for span in &mut self.spans {
            let both = span.extent() - 1;
            span.padding = (both / 2, both - both / 2);
        }
        self
    }

    /// Padded behind so that no element of an array of these sizes is left out: the window also has
    /// the place that begins inside the array, or before it, and ends behind it.
    ///
    /// ```
    /// # use wengert_tensor::{Shape, Window};
    /// let window = Window::new([2]).stride(2);
    /// assert_eq!(window.places(&[5]).unwrap(), Shape::from([2]));
    /// assert_eq!(window.ceil(&[5]).places(&[5]).unwrap(), Shape::from([3]));
    /// ```
    ///
    /// # Panics
    ///
    /// If there are not as many sizes as the window has axes.
    #[track_caller]
    pub fn ceil(mut self, sizes: &[usize]) -> Window {
        assert!(sizes.len() == self.spans.len(), "ceil: {sizes:?} for a window {self:?}");
        for (span, &size) in self.spans.iter_mut().zip(sizes) {
            let (inside, stride) = (size + span.padding.0, span.stride.max(1));
            let beyond = (inside + span.padding.1).saturating_sub(span.extent()).div_ceil(stride);
            let last = beyond.min(inside.saturating_sub(1) / stride);
            span.padding.1 = (last * stride + span.extent()).saturating_sub(inside);
        }
        self
    }

    #[track_caller]
    fn set<V>(&mut self, what: &str, values: SmallVec<[V; 2]>, set: impl Fn(&mut Span, V)) {
        let (count, axes) = (values.len(), self.spans.len());
        assert!(count == axes, "{what}: {count} values for the {axes} axes of a window");
        self.spans.iter_mut().zip(values).for_each(|(span, value)| set(span, value));
    }

    /// The taps along each axis.
    pub fn taps(&self) -> Shape {
        self.spans.iter().map(|span| span.taps).collect()
    }

    /// In how many places it fits along each axis of an array of these sizes.
    ///
    /// # Errors
    ///
    /// If it fits in none; see [`Span::places`].
    pub fn places(&self, sizes: &[usize]) -> Result<Shape, WindowError> {
        if sizes.len() != self.spans.len() {
            let (axes, spans) = (sizes.len(), self.spans.len());
            return Err(WindowError(format!("a window of {spans} axes over {axes}")));
        }
        let one = |(axis, (span, &size)): (usize, (&Span, &usize))| {
            let named = |WindowError(why)| WindowError(format!("{why} along spatial axis {axis}"));
            span.places(size).map_err(named)
        };
        self.spans.iter().zip(sizes).enumerate().map(one).collect()
    }

    /// All that it takes in all its places over an array of these sizes: for any one place, the
    /// taps in row-major order.
    ///
    /// # Panics
    ///
    /// If it fits in none.
    pub fn visits(&self, sizes: &[usize]) -> Vec<Visit> {
        let places = self.places(sizes).expect("the window fits");
        let mut visits = vec![Visit { place: 0, tap: 0, element: 0 }];
        for (axis, span) in self.spans.iter().enumerate() {
            let (size, places) = (sizes[axis], places[axis]);
            let along = |place| (0..span.taps).map(move |tap| (place, tap));
            let along: Vec<_> = (0..places)
                .flat_map(along)
                .filter_map(|(place, tap)| Some((place, tap, span.element(size, place, tap)?)))
                .collect();
            let further = |outer: Visit| {
                along.iter().map(move |(place, tap, element)| Visit {
                    place: outer.place * places + place,
                    tap: outer.tap * span.taps + tap,
                    element: outer.element * size + element,
                })
            };
            visits = visits.into_iter().flat_map(further).collect();
        }
        visits
    }
}

/// An element that a [`Window`] takes: in which place, by which tap, all counted in row-major
/// order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Visit {
    /// The place of the window.
    pub place: usize,
    /// The tap.
    pub tap: usize,
    /// The element of the array.
    pub element: usize,
}

/// Why a window can't be laid over an array.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WindowError(String);

impl fmt::Display for WindowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WindowError {}

/// An option of a [`Window`]: one value for all axes, or one for each.
pub trait EachAxis<V> {
    /// The value for each of so many axes, or all that there are.
    fn each(self, axes: usize) -> SmallVec<[V; 2]>;
}

impl EachAxis<usize> for usize {
    fn each(self, axes: usize) -> SmallVec<[usize; 2]> {
        SmallVec::from_elem(self, axes)
    }
}

impl EachAxis<(usize, usize)> for usize {
    fn each(self, axes: usize) -> SmallVec<[(usize, usize); 2]> {
        SmallVec::from_elem((self, self), axes)
    }
}

impl<const N: usize> EachAxis<usize> for [usize; N] {
    fn each(self, _: usize) -> SmallVec<[usize; 2]> {
        self.into_iter().collect()
    }
}

impl<const N: usize> EachAxis<(usize, usize)> for [usize; N] {
    fn each(self, _: usize) -> SmallVec<[(usize, usize); 2]> {
        self.into_iter().map(|both| (both, both)).collect()
    }
}

impl<const N: usize> EachAxis<(usize, usize)> for [(usize, usize); N] {
    fn each(self, _: usize) -> SmallVec<[(usize, usize); 2]> {
        self.into_iter().collect()
    }
}
