//! Serving a data set in batches. A pass is an iterator; whether a thread prepares it ahead is said
//! elsewhere.

use wengert_tensor::Tensor;

use crate::dataset::select_rows;
use crate::shuffle::{generator, permutation};
use crate::{Dataset, Prefetch};

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

impl Batch {
    #[track_caller]
    pub(crate) fn new(x: &Tensor, y: &Tensor, rows: &[usize]) -> Batch {
        Batch { x: select_rows(x, rows), y: select_rows(y, rows), rows: rows.to_vec() }
    }
}

/// One pass over a data set in batches, in the order of its rows unless
/// [`shuffled`](Batches::shuffled). [`Dataset::batches`] makes it.
///
/// It shares the numbers with the data set, and can be sent to a thread.
#[derive(Clone, Debug)]
pub struct Batches {
    x: Tensor,
    y: Tensor,
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
    pub fn batches(&self, size: usize) -> Batches {
        assert!(size > 0, "batches of 0 rows never come to an end, expected at least 1");
        let (x, y, n) = (self.x.clone(), self.y.clone(), self.len());
        Batches { x, y, size, order: (0..n).collect(), next: 0, end: n }
    }
}

impl Batches {
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

    /// The same pass without its first batches, which are not even prepared: where a pass goes on
    /// that was broken off. Call it last, for it counts the batches of the order that there is.
    ///
    /// ```
    /// let digits = wengert_data::digits();
    /// let pass = || digits.batches(100).shuffled(42);
    /// assert_eq!(pass().skip(3).next().unwrap().rows, pass().nth(3).unwrap().rows);
    /// assert_eq!(pass().skip(3).len(), 15);
    /// assert_eq!(pass().skip(1000).len(), 0);
    /// ```
    pub fn skip(mut self, batches: usize) -> Self {
        self.pass_over(batches);
        self
    }

    /// The same batches in the same order, of which a thread prepares up to `ahead` while the
    /// caller works with the one before; see [`Prefetch`].
    ///
    /// # Panics
    ///
    /// When `ahead` is 0, or there can be no more threads.
    #[track_caller]
    pub fn prefetch(self, ahead: usize) -> Prefetch<Batch> {
        Prefetch::new(self, ahead)
    }

    fn pass_over(&mut self, batches: usize) {
        self.next = self.end.min(self.next.saturating_add(batches.saturating_mul(self.size)));
    }
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        if self.next == self.end {
            return None;
        }
        let start = self.next;
        self.next = self.end.min(start.saturating_add(self.size));
        Some(Batch::new(&self.x, &self.y, &self.order[start..self.next]))
    }

    fn nth(&mut self, n: usize) -> Option<Batch> {
        self.pass_over(n);
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.end - self.next).div_ceil(self.size);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Batches {}
