//! The gradient of a weight: `w` from `x` and `u`.

use super::tile::{COLUMNS, DEPTH};
use super::{Channels, Convolution, Tiles};
use crate::{Pool, Threads};

/// Into how many parts a batch is cut, at most: the sum of each is computed for itself.
const PARTS: usize = 8;

impl Convolution {
    /// `w` from `x` and `u`.
    ///
    /// # Panics
    ///
    /// If a slice has another size than its side.
    pub fn weight<T: Tiles>(
        &self,
        x: &[T],
        u: &[T],
        w: &mut [T],
        pool: &Pool<T>,
        threads: &Threads,
    ) {
        self.check(x, w, u);
        let Channels { batch, groups, inputs, outputs } = self.channels;
        if w.is_empty() || batch == 0 {
            return w.fill(T::default());
        }
        let examples = batch.div_ceil(PARTS);
        let parts = batch.div_ceil(examples);
        let size = self.sums_size::<T>();
        let mut sums = pool.take(parts * groups * size);
        threads.split(&mut sums, size, |task, sums| {
            let (part, group) = (task / groups, task % groups);
            let mut memory = pool.take(self.room() + self.columns_size::<T>());
            sums.fill(T::default());
            for example in part * examples..batch.min((part + 1) * examples) {
                let number = example * groups + group;
                let x = &x[number * inputs * self.plane..][..inputs * self.plane];
                let u = &u[number * outputs * self.places()..][..outputs * self.places()];
                if self.is_thin() {
                    self.add_thin_example(x, u, sums, &mut memory);
                } else {
                    self.add_example(x, u, sums, &mut memory);
                }
            }
            pool.give(memory);
        });
        self.join(&sums, w);
        pool.give(sums);
    }

    /// The size of the sums for a group: its weight, which if there are tiles is transposed.
    fn sums_size<T: Tiles>(&self) -> usize {
        if self.is_thin() {
            return self.channels.outputs * self.depth();
        }
        self.lanes::<T>() * self.depth().next_multiple_of(COLUMNS)
    }

    /// The memory that the columns of an example need.
    fn columns_size<T: Tiles>(&self) -> usize {
        if self.is_thin() { self.extent() } else { self.lanes::<T>() * self.places() }
    }

    /// The outputs of a group, rounded up to whole tiles.
    fn lanes<T: Tiles>(&self) -> usize {
        self.channels.outputs.next_multiple_of(T::LANES)
    }

    /// Adds the gradient from one group of one example.
    fn add_example<T: Tiles>(&self, x: &[T], u: &[T], sums: &mut [T], memory: &mut [T]) {
        let (room, transposed) = memory.split_at_mut(self.room());
        let x = self.spread(x, room);
        self.transpose(u, transposed);
        let (depth, lanes) = (self.depth(), self.places() * T::LANES);
        let tiles = sums.len() / self.lanes::<T>() * T::LANES;
        for (u, sums) in transposed.chunks_exact(lanes).zip(sums.chunks_exact_mut(tiles)) {
            for (starts, u) in self.starts.chunks(DEPTH).zip(u.chunks(DEPTH * T::LANES)) {
                for (tile, sums) in sums.chunks_exact_mut(COLUMNS * T::LANES).enumerate() {
                    // Rows beyond the last are computed like the last, and not looked at.
                    let at = std::array::from_fn(|i| self.at[(tile * COLUMNS + i).min(depth - 1)]);
                    T::columns(u, x, at, starts, self.extent(), sums);
                }
            }
        }
    }

    /// The outputs of a group as panels: for each [`Tiles::LANES`] channels, theirs side by side;
    /// zeros where there is no channel.
    fn transpose<T: Tiles>(&self, u: &[T], transposed: &mut [T]) {
        for (panel, y) in transposed.chunks_exact_mut(self.places() * T::LANES).enumerate() {
            let from = panel * T::LANES * self.places();
            let u = &u[from..u.len().min(from + T::LANES * self.places())];
            let channels = u.len() / self.places();
            for (place, y) in y.chunks_exact_mut(T::LANES).enumerate() {
                let (y, beyond) = y.split_at_mut(channels);
                for (y, u) in y.iter_mut().zip(u[place..].iter().step_by(self.places())) {
                    *y = *u;
                }
                beyond.fill(T::default());
            }
        }
    }

    /// The weight from the sums of all parts, added up in their order.
    fn join<T: Tiles>(&self, sums: &[T], w: &mut [T]) {
        let Channels { groups, outputs, .. } = self.channels;
        let size = self.sums_size::<T>();
        for (number, w) in w.chunks_exact_mut(self.depth()).enumerate() {
            let (group, output) = (number / outputs, number % outputs);
            let (first, step) = if self.is_thin() {
                (output * self.depth(), 1)
            } else {
                let tiles = size / self.lanes::<T>() * T::LANES;
                (output / T::LANES * tiles + output % T::LANES, T::LANES)
            };
            for (part, sums) in sums.chunks_exact(groups * size).enumerate() {
                let sums = sums[group * size + first..].iter().step_by(step);
                for (w, &sum) in w.iter_mut().zip(sums) {
                    *w = if part == 0 { sum } else { *w + sum };
                }
            }
        }
    }
}
