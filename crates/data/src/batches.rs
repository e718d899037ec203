//! Serving a data set in batches. A pass is an iterator; there is no loader, thread or queue.

use wengert_tensor::Tensor;

use crate::Dataset;
use crate::shuffle::{generator, permutation};

/// Some rows of a data set.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The features: f32, shape `[rows, features…]`.
    pub x: Tensor,
    /// The labels: i64, shape `[rows]`.
    pub y: Tensor,
    /// Where the rows stand in the data set.
    pub rows: Vec<usize>,
}

/// One pass over a data set in batches, in the order of its rows unless
/// [`shuffled`](Batches::shuffled). [`Dataset::batches`] makes it.
#[derive(Clone, Debug)]
pub struct Batches<'d> {
    data: &'d Dataset,
    size: usize,
    /// The rows in the order of serving.
    order: Vec<usize>,
    /// The places in `order` that are still to be served.
    next: usize,
    end: usize,
}

impl Dataset {
    /// One pass over the data in batches of `size` rows; the last may be smaller.
    ///
    /// ```
    /// let digits = wengert_data::digits();
    /// let pass = digits.batches(100).shuffled(42);
    /// assert_eq!(pass.len(), 18);
    /// assert_eq!(pass.last().unwrap().x.shape()[..], [97, 64]);
    /// assert_eq!(digits.batches(100).drop_last().len(), 17);
    /// ```
    ///
    /// # Panics
    ///
    /// When `size` is 0.
    #[track_caller]
    pub fn batches(&self, size: usize) -> Batches<'_> {
        assert!(size > 0, "batches of 0 rows never come to an end, expected at least 1");
        let n = self.len();
        Batches { data: self, size, order: (0..n).collect(), next: 0, end: n }
    }
}

impl Batches<'_> {
    /// The same pass in an order that depends on the seed alone, on every machine. Give each epoch
    /// a seed of its own.
    pub fn shuffled(mut self, seed: u64) -> Self {
        self.order = permutation(self.order.len(), &mut generator(seed));
        self
    }

    /// The same pass without the last batch if that is smaller than the others.
    pub fn drop_last(mut self) -> Self {
        self.end -= self.end % self.size;
        self
    }
}

impl Iterator for Batches<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        if self.next == self.end {
            return None;
        }
        let start = self.next;
        self.next = self.end.min(start.saturating_add(self.size));
        Some(self.data.batch(&self.order[start..self.next]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.end - self.next).div_ceil(self.size);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Batches<'_> {}
