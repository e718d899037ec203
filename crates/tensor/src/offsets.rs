//! Walking through a layout: buffer positions in logical order.

use smallvec::SmallVec;

use crate::Layout;

/// An odometer over buffer positions: an addition an element, and no division.
pub struct Offsets {
    layout: Layout,
    /// Along all axes but the last.
    index: SmallVec<[usize; 4]>,
    position: isize,
    /// Size and stride of the last axis, and how many of its elements are still to come.
    run: (usize, isize),
    left_in_run: usize,
    left: usize,
}

impl Offsets {
    /// The positions of the elements of `layout` from logical position `start` on.
    pub fn new(layout: Layout, start: usize) -> Offsets {
        let run = layout.axes().next_back().unwrap_or((1, 0));
        let mut offsets = Offsets {
            index: SmallVec::from_elem(0, layout.rank().saturating_sub(1)),
            position: layout.offset() as isize,
            run,
            left_in_run: run.0,
            left: layout.size().saturating_sub(start),
            layout,
        };
        if offsets.left > 0 {
            offsets.skip_to(start);
        }
        offsets
    }

    /// From element 0 to element `start`.
    fn skip_to(&mut self, start: usize) {
        let mut rest = start / self.run.0;
        let skipped = start % self.run.0;
        self.left_in_run -= skipped;
        self.position += skipped as isize * self.run.1;
        for axis in (0..self.index.len()).rev() {
            let size = self.layout.shape()[axis];
            self.index[axis] = rest % size;
            self.position += (rest % size) as isize * self.layout.strides()[axis];
            rest /= size;
        }
    }

    /// From the last element of a run to the first of the next one.
    fn carry(&mut self) {
        let (size, stride) = self.run;
        self.left_in_run = size;
        self.position -= (size - 1) as isize * stride;
        for axis in (0..self.index.len()).rev() {
            let (size, stride) = (self.layout.shape()[axis], self.layout.strides()[axis]);
            self.index[axis] += 1;
            self.position += stride;
            if self.index[axis] < size {
                return;
            }
            self.index[axis] = 0;
            self.position -= size as isize * stride;
        }
    }
}

impl Iterator for Offsets {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let here = self.position as usize;
        self.left_in_run -= 1;
        if self.left_in_run > 0 {
            self.position += self.run.1;
        } else {
            self.carry();
        }
        Some(here)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Offsets {}
