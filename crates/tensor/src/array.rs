//! Arrays: a layout over a shared buffer. Arithmetic is not here.

use std::fmt;
use std::iter::Copied;
use std::slice;
use std::sync::Arc;

use crate::kernel;
use crate::offsets::Offsets;
use crate::{Buffer, Layout, Range, Shape, SizeError};

/// What an [`Array`] can hold: plain values.
pub trait Element: Copy + Send + Sync + 'static {}

impl<T: Copy + Send + Sync + 'static> Element for T {}

/// An n-dimensional array: a [`Layout`] over a shared [`Buffer`].
///
/// Clones and views share the buffer and cost nothing. Writing is possible through
/// [`make_mut`](Self::make_mut) alone, which copies what others can see.
///
/// ```
/// # use wengert_tensor::Array;
/// let x = Array::from_vec(vec![1, 2, 3, 4, 5, 6], [2, 3]).unwrap();
/// let y = x.permute(&[1, 0]);
/// assert_eq!(y.to_vec(), [1, 4, 2, 5, 3, 6]);
/// assert_eq!(y.get(&[2, 0]), Some(3));
/// ```
#[derive(Clone)]
pub struct Array<T> {
    buffer: Arc<Buffer<T>>,
    layout: Layout,
}

impl<T: Element> Array<T> {
    /// The values in row-major order under a shape.
    ///
    /// # Errors
    ///
    /// If they do not fill the shape exactly.
    pub fn from_vec(values: Vec<T>, shape: impl Into<Shape>) -> Result<Array<T>, SizeError> {
        let shape = shape.into();
        SizeError::check(values.len(), &shape)?;
        Ok(Array::dense(values, shape))
    }

    /// A view of a buffer that may have other owners.
    ///
    /// # Panics
    ///
    /// If the layout leaves the buffer.
    pub fn from_buffer(buffer: Arc<Buffer<T>>, layout: Layout) -> Array<T> {
        assert!(
            layout.span().end <= buffer.len(),
            "{layout:?} leaves a buffer of {} elements",
            buffer.len()
        );
        Array { buffer, layout }
    }

    /// The array without axes that holds one value.
    pub fn scalar(value: T) -> Array<T> {
        Array::full([], value)
    }

    /// The same value everywhere.
    pub fn full(shape: impl Into<Shape>, value: T) -> Array<T> {
        let shape = shape.into();
        Array::dense(vec![value; shape.size()], shape)
    }

    /// The value of a function of the row-major position everywhere.
    pub fn from_fn(shape: impl Into<Shape>, value: impl FnMut(usize) -> T) -> Array<T> {
        let shape = shape.into();
        Array::dense((0..shape.size()).map(value).collect(), shape)
    }

    /// The size along each axis.
    pub fn shape(&self) -> &Shape {
        self.layout.shape()
    }

    /// Where the elements lie in the [`buffer`](Self::buffer).
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.layout.rank()
    }

    /// The number of elements.
    pub fn size(&self) -> usize {
        self.layout.size()
    }

    /// The whole memory, of which this array may be a part.
    pub fn buffer(&self) -> &[T] {
        &self.buffer
    }

    /// The elements in row-major order, where they lie so; see [`Layout::is_contiguous`].
    pub fn as_slice(&self) -> Option<&[T]> {
        let start = self.layout.offset();
        self.layout.is_contiguous().then(|| match self.size() {
            0 => &[],
            size => &self.buffer[start..start + size],
        })
    }

    /// The elements by value, in row-major order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T> {
        match self.as_slice() {
            Some(elements) => Iter::Dense(elements.iter().copied()),
            None => Iter::Strided(&self.buffer, self.layout.offsets_from(0)),
        }
    }

    /// The elements in row-major order.
    pub fn to_vec(&self) -> Vec<T> {
        if let Some(elements) = self.as_slice() {
            return elements.to_vec();
        }
        let mut elements = vec![self.buffer[self.layout.offset()]; self.size()];
        kernel::copy(&self.buffer, &self.layout, &mut elements);
        elements
    }

    /// The elements in row-major order: the buffer itself where this is its only owner and spans
    /// it, a copy otherwise.
    pub fn into_vec(self) -> Vec<T> {
        if !self.spans_buffer() {
            return self.to_vec();
        }
        match Arc::try_unwrap(self.buffer) {
            Ok(buffer) => buffer.into_vec(),
            Err(shared) => shared.to_vec(),
        }
    }

    /// The only element.
    ///
    /// # Panics
    ///
    /// If there is not exactly one.
    pub fn item(&self) -> T {
        assert_eq!(self.size(), 1, "shape {} does not hold exactly one element", self.shape());
        self.buffer[self.layout.offset()]
    }

    /// One element, or `None` if the index has another rank or lies outside the shape.
    pub fn get(&self, index: &[usize]) -> Option<T> {
        let inside =
            index.len() == self.rank() && index.iter().zip(self.shape().iter()).all(|(i, n)| i < n);
        inside.then(|| self.buffer[self.layout.index(index)])
    }

    /// The same elements without gaps in row-major order: this array itself where it is so already.
    pub fn contiguous(&self) -> Array<T> {
        if self.layout.is_contiguous() {
            return self.clone();
        }
        Array::dense(self.to_vec(), self.shape().clone())
    }

    /// A view with the axes in another order; see [`Layout::permute`].
    ///
    /// # Panics
    ///
    /// If `axes` does not name every axis once.
    pub fn permute(&self, axes: &[usize]) -> Array<T> {
        self.view(self.layout.permute(axes))
    }

    /// A view with new axes along which the elements are repeated; see [`Layout::expand`].
    ///
    /// # Panics
    ///
    /// If a position lies outside the result or the positions do not ascend.
    pub fn expand(&self, axes: &[(usize, usize)]) -> Array<T> {
        self.view(self.layout.expand(axes))
    }

    /// A view of the elements that one range per axis selects; see [`Layout::slice`].
    ///
    /// # Panics
    ///
    /// If there is not one range per axis, a step is 0, or a range leaves its axis.
    pub fn slice(&self, ranges: &[Range]) -> Array<T> {
        self.view(self.layout.slice(ranges))
    }

    /// A view with the elements along some axes in reverse order.
    ///
    /// # Panics
    ///
    /// If an axis does not exist.
    pub fn flip(&self, axes: &[usize]) -> Array<T> {
        self.view(self.layout.flip(axes))
    }

    /// The same elements in row-major order under another shape: a view where strides allow it, a
    /// copy otherwise.
    ///
    /// # Errors
    ///
    /// If the elements do not fill the shape exactly.
    pub fn reshape(&self, shape: impl Into<Shape>) -> Result<Array<T>, SizeError> {
        let shape = shape.into();
        SizeError::check(self.size(), &shape)?;
        Ok(match self.layout.reshape(&shape) {
            Some(layout) => self.view(layout),
            None => Array::dense(self.to_vec(), shape),
        })
    }

    /// The value of a function of every element, called in row-major order.
    pub fn map<U: Element>(&self, f: impl FnMut(T) -> U) -> Array<U> {
        Array::dense(self.iter().map(f).collect(), self.shape().clone())
    }

    /// The elements in row-major order, to be written in place. They are copied first unless this
    /// is the only owner of its buffer and spans it.
    ///
    /// # Panics
    ///
    /// Never: a fresh copy has one owner.
    pub fn make_mut(&mut self) -> &mut [T] {
        if !self.spans_buffer() || Arc::get_mut(&mut self.buffer).is_none() {
            *self = Array::dense(self.to_vec(), self.shape().clone());
        }
        Arc::get_mut(&mut self.buffer).expect("the only owner")
    }

    /// Whether another array sees the same buffer.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.buffer) > 1
    }

    /// Values that are known to fill the shape.
    fn dense(values: Vec<T>, shape: Shape) -> Array<T> {
        Array { buffer: Arc::new(values.into()), layout: Layout::contiguous(shape) }
    }

    fn view(&self, layout: Layout) -> Array<T> {
        Array { buffer: Arc::clone(&self.buffer), layout }
    }

    fn spans_buffer(&self) -> bool {
        self.size() == self.buffer.len() && self.layout.is_contiguous()
    }
}

impl<T: Element + PartialEq> PartialEq for Array<T> {
    fn eq(&self, other: &Array<T>) -> bool {
        self.shape() == other.shape() && self.iter().eq(other.iter())
    }
}

impl<T: Element + fmt::Debug> fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 1000;
        write!(f, "Array {:?} ", self.shape())?;
        let mut list = f.debug_list();
        list.entries(self.iter().take(MOST));
        if self.size() > MOST { list.finish_non_exhaustive() } else { list.finish() }
    }
}

/// The elements of an array; two loops, so that the common one compiles to a plain walk.
enum Iter<'a, T> {
    Dense(Copied<slice::Iter<'a, T>>),
    Strided(&'a [T], Offsets),
}

impl<T: Copy> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self {
            Iter::Dense(elements) => elements.next(),
            Iter::Strided(buffer, offsets) => offsets.next().map(|offset| buffer[offset]),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Iter::Dense(elements) => elements.size_hint(),
            Iter::Strided(_, offsets) => offsets.size_hint(),
        }
    }

    fn fold<A, F: FnMut(A, T) -> A>(self, start: A, mut f: F) -> A {
        match self {
            Iter::Dense(elements) => elements.fold(start, f),
            Iter::Strided(buffer, offsets) => {
                offsets.fold(start, |sum, offset| f(sum, buffer[offset]))
            }
        }
    }
}

impl<T: Copy> ExactSizeIterator for Iter<'_, T> {}
