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
        let Channels { batch, groups, .. } = self.channels;
        if w.is_empty() || batch == 0 {
            return w.fill(T::default());
        }
        let examples = batch.div_ceil(PARTS);
        let parts = batch.div_ceil(examples);
        let size = self.transposed_size::<T>();
        let mut sums = pool.take(parts * groups * size);
        threads.split(&mut sums, size, |task, sums| {
            let (part, group) = (task / groups, task % groups);
            let mut memory = pool.take(self.room() + self.lanes::<T>() * self.places());
            sums.fill(T::default());
            for example in part * examples..batch.min((part + 1) * examples) {
                self.add_example(x, u, example * groups + group, sums, &mut memory);
            }
            pool.give(memory);
        });
        self.join(&sums, w);
        pool.give(sums);
    }

    /// The outputs of a group, rounded up to whole tiles.
    fn lanes<T: Tiles>(&self) -> usize {
        self.channels.outputs.next_multiple_of(T::LANES)
    }

    /// The size of the weight of a group, transposed, in whole tiles.
    fn transposed_size<T: Tiles>(&self) -> usize {
        self.lanes::<T>() * self.depth().next_multiple_of(COLUMNS)
    }

    /// Adds the gradient from one group of one example.
    fn add_example<T: Tiles>(
        &self,
        x: &[T],
        u: &[T],
        number: usize,
        sums: &mut [T],
        memory: &mut [T],
    ) {
        let Channels { inputs, outputs, .. } = self.channels;
        let (room, transposed) = memory.split_at_mut(self.room());
        let x = self.spread(&x[number * inputs * self.plane..][..inputs * self.plane], room);
        let u = &u[number * outputs * self.places()..][..outputs * self.places()];
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
        let size = self.transposed_size::<T>();
        let tiles = size / self.lanes::<T>() * T::LANES;
        for (number, w) in w.chunks_exact_mut(self.depth()).enumerate() {
            let (group, output) = (number / outputs, number % outputs);
            let first = group * size + output / T::LANES * tiles + output % T::LANES;
            for (part, sums) in sums.chunks_exact(groups * size).enumerate() {
                let sums = sums[first..].iter().step_by(T::LANES);
                for (w, &sum) in w.iter_mut().zip(sums) {
                    *w = if part == 0 { sum } else { *w + sum };
                }
            }
        }
    }
}
