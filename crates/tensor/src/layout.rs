//! Where the elements of an array lie in a buffer, and the views that are arithmetic on strides.
//! No element is touched here.

use std::iter;

use smallvec::SmallVec;

use crate::Shape;
use crate::offsets::Offsets;

/// Where the elements of an array lie in a buffer: element `index` stands at
/// `offset + Σ index[axis] * strides[axis]`.
///
/// Views – permutations, slices, flips, new axes of repeated elements – are new layouts of the same
/// buffer. A wrong axis is a bug of the caller, so they panic instead of returning errors.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Layout {
    shape: Shape,
    strides: SmallVec<[isize; 4]>,
    offset: usize,
}

/// The elements `start`, `start + step`, … of one axis, `len` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Range {
    /// The first element. Without meaning when `len` is 0.
    pub start: usize,
    /// The distance to the next element, at least 1.
    pub step: usize,
    /// The number of elements.
    pub len: usize,
}

impl Layout {
    /// Row-major order from the start of the buffer, without gaps.
    pub fn contiguous(shape: impl Into<Shape>) -> Layout {
        let shape = shape.into();
        let mut stride = 1isize;
        let mut strides = SmallVec::from_elem(0, shape.rank());
        for axis in (0..shape.rank()).rev() {
            strides[axis] = stride;
            stride = stride.saturating_mul(shape[axis] as isize);
        }
        Layout { shape, strides, offset: 0 }
    }

    /// The size along each axis.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The distance in the buffer between neighbours along each axis; negative where an axis is
    /// flipped, 0 where its elements are one repeated.
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// The buffer position of element 0, …, 0.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The number of elements.
    pub fn size(&self) -> usize {
        self.shape.size()
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape.rank()
    }

    /// Whether the elements stand in row-major order without gaps, wherever they start. So it is
    /// for no element and for one, and the stride of an axis of size 1 does not matter.
    pub fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        self.size() < 2
            || self.axes().rev().filter(|&(size, _)| size != 1).all(|(size, stride)| {
                let met = stride == expected;
                expected *= size as isize;
                met
            })
    }

    /// The axes in another order: axis `i` of the result is axis `axes[i]` of this layout.
    ///
    /// # Panics
    ///
    /// If `axes` does not name every axis once.
    pub fn permute(&self, axes: &[usize]) -> Layout {
        let is_permutation =
            axes.len() == self.rank() && (0..self.rank()).all(|axis| axes.contains(&axis));
        assert!(is_permutation, "{axes:?} is no permutation of the axes of shape {}", self.shape);
        Layout {
            shape: axes.iter().map(|&axis| self.shape[axis]).collect(),
            strides: axes.iter().map(|&axis| self.strides[axis]).collect(),
            offset: self.offset,
        }
    }

    /// New axes along which every element is repeated: each is `(position in the result, size)`,
    /// in ascending order of position.
    ///
    /// # Panics
    ///
    /// If a position lies outside the result or the positions do not ascend.
    pub fn expand(&self, axes: &[(usize, usize)]) -> Layout {
        let shape = self.shape.with(axes);
        let mut strides = self.strides.clone();
        for &(position, _) in axes {
            strides.insert(position, 0);
        }
        Layout { shape, strides, offset: self.offset }
    }

    /// The elements that one range per axis selects.
    ///
    /// # Panics
    ///
    /// If there is not one range per axis, a step is 0, or a range leaves its axis.
    pub fn slice(&self, ranges: &[Range]) -> Layout {
        assert_eq!(ranges.len(), self.rank(), "one range per axis of shape {}", self.shape);
        let mut view = self.clone();
        view.shape = ranges.iter().map(|range| range.len).collect();
        for (axis, &Range { start, step, len }) in ranges.iter().enumerate() {
            let last = len.saturating_sub(1).saturating_mul(step).saturating_add(start);
            assert!(
                step > 0 && (len == 0 || last < self.shape[axis]),
                "{:?} leaves axis {axis} of shape {}",
                ranges[axis],
                self.shape
            );
            view.advance(axis, start);
            view.strides[axis] = view.strides[axis].saturating_mul(step as isize);
        }
        view
    }

    /// The elements along the given axes in reverse order.
    ///
    /// # Panics
    ///
    /// If an axis does not exist.
    pub fn flip(&self, axes: &[usize]) -> Layout {
        let mut view = self.clone();
        for &axis in axes {
            assert!(axis < self.rank(), "shape {} has no axis {axis}", self.shape);
            view.advance(axis, self.shape[axis].saturating_sub(1));
            view.strides[axis] = -view.strides[axis];
        }
        view
    }

    /// The same elements, in the same logical order, under another shape: `None` where no strides
    /// can say so and the elements must be copied.
    ///
    /// # Panics
    ///
    /// If the shapes differ in size.
    pub fn reshape(&self, shape: &Shape) -> Option<Layout> {
        assert_eq!(self.size(), shape.size(), "{} cannot be reshaped to {shape}", self.shape);
        let mut view = Layout { offset: self.offset, ..Layout::contiguous(shape) };
        if self.size() == 0 {
            return Some(view);
        }
        // Cut each run of elements at equal distances into axes of the new shape, last axis first.
        let merged = self.merged();
        let mut runs = merged.axes().rev();
        let (mut left, mut stride) = (1, 1);
        for (axis, &size) in shape.iter().enumerate().rev() {
            if left == 1 && size != 1 {
                (left, stride) = runs.next()?;
            }
            if left % size != 0 {
                return None;
            }
            view.strides[axis] = stride;
            stride *= size as isize;
            left /= size;
        }
        Some(view)
    }

    /// The same layout, further on in the buffer by `offset` elements.
    pub fn shifted(&self, offset: usize) -> Layout {
        Layout { offset: self.offset + offset, ..self.clone() }
    }

    /// The buffer position of one element.
    ///
    /// # Panics
    ///
    /// If the index has another rank, or lies outside the shape.
    pub fn index(&self, index: &[usize]) -> usize {
        let inside =
            index.len() == self.rank() && iter::zip(index, self.shape.iter()).all(|(i, n)| i < n);
        assert!(inside, "index {index:?} lies outside shape {}", self.shape);
        let steps = iter::zip(index, &self.strides).map(|(&i, stride)| i as isize * stride);
        self.offset.wrapping_add_signed(steps.sum())
    }

    /// The buffer positions of all elements in logical, row-major order.
    pub fn offsets(&self) -> impl Iterator<Item = usize> {
        self.offsets_from(0)
    }

    /// The smallest range of buffer positions that holds every element; empty without elements.
    pub fn span(&self) -> std::ops::Range<usize> {
        if self.size() == 0 {
            return self.offset..self.offset;
        }
        let (mut first, mut last) = (self.offset, self.offset);
        for (size, stride) in self.axes() {
            let reach = (size - 1) as isize * stride;
            first = first.wrapping_add_signed(reach.min(0));
            last = last.wrapping_add_signed(reach.max(0));
        }
        first..last + 1
    }

    /// The axes as `(size, stride)`.
    pub(crate) fn axes(
        &self,
    ) -> impl DoubleEndedIterator<Item = (usize, isize)> + ExactSizeIterator {
        iter::zip(self.shape.iter().copied(), self.strides.iter().copied())
    }

    /// The layout of the axes for which `keep` says yes, at the same offset.
    pub(crate) fn project(&self, keep: impl Fn(usize) -> bool) -> Layout {
        let axes = || (0..self.rank()).filter(|&axis| keep(axis));
        Layout {
            shape: axes().map(|axis| self.shape[axis]).collect(),
            strides: axes().map(|axis| self.strides[axis]).collect(),
            offset: self.offset,
        }
    }

    /// The same layout with its first element at `offset`.
    pub(crate) fn at(&self, offset: usize) -> Layout {
        Layout { offset, ..self.clone() }
    }

    /// The same positions in the same order with the fewest axes: those of size 1 are dropped, and
    /// neighbours that step as one are joined.
    pub(crate) fn merged(&self) -> Layout {
        let mut axes = SmallVec::<[(usize, isize); 4]>::new();
        for (size, stride) in self.axes().filter(|&(size, _)| size != 1) {
            match axes.last_mut() {
                Some(last) if last.1 == stride.saturating_mul(size as isize) => {
                    *last = (last.0 * size, stride);
                }
                _ => axes.push((size, stride)),
            }
        }
        Layout {
            shape: axes.iter().map(|axis| axis.0).collect(),
            strides: axes.iter().map(|axis| axis.1).collect(),
            offset: self.offset,
        }
    }

    /// The buffer positions in logical order from element `start` on.
    pub(crate) fn offsets_from(&self, start: usize) -> Offsets {
        Offsets::new(self.merged(), start)
    }

    /// Moves the first element, if there is one, by `steps` along an axis.
    fn advance(&mut self, axis: usize, steps: usize) {
        if self.size() > 0 {
            let distance = self.strides[axis] * steps as isize;
            self.offset = self.offset.wrapping_add_signed(distance);
        }
    }
}
