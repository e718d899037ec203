//! The gradient of what was convolved, which is the transposed convolution: `x` from `w` and `u`.

use std::ops::Range;

use super::tile::ROWS;
use super::{Channels, Convolution, Tiles, share};
use crate::{Pool, Threads};

/// How many tiles stand side by side: each weight that is read serves them all.
const TILES: usize = 4;

impl Convolution {
    /// `x` from `w` and `u`.
    ///
    /// # Panics
    ///
    /// If a slice has another size than its side.
    pub fn input<T: Tiles>(
        &self,
        w: &[T],
        u: &[T],
        x: &mut [T],
        pool: &Pool<T>,
        threads: &Threads,
    ) {
        self.check(x, w, u);
        let Channels { groups, inputs, outputs, .. } = self.channels;
        if x.is_empty() || outputs == 0 {
            return x.fill(T::default());
        }
        if self.is_thin() {
            return self.thin_input(w, u, x, pool, threads);
        }
        let group = self.depth().next_multiple_of(ROWS) * outputs;
        let mut weights = pool.take(groups * group);
        let of_groups = w.chunks_exact(outputs * self.depth()).zip(weights.chunks_exact_mut(group));
        of_groups.for_each(|(w, weights)| self.transpose_weight(w, weights));
        share(x, inputs * self.plane, threads, |task, x| {
            let u = &u[task * outputs * self.places()..][..outputs * self.places()];
            let weights = &weights[task % groups * group..][..group];
            let mut memory = pool.take(self.room() + TILES * outputs * T::WIDE);
            let (room, panels) = memory.split_at_mut(self.room());
            if self.is_spread {
                self.scatter(weights, u, x, panels);
            } else {
                self.scatter(weights, u, room, panels);
                self.gather(room, x);
            }
            pool.give(memory);
        });
        pool.give(weights);
    }

    /// The weights of a group as panels: for each [`ROWS`] taps, theirs side by side, output after
    /// output; zeros where there is no tap.
    fn transpose_weight<T: Tiles>(&self, w: &[T], weights: &mut [T]) {
        let (depth, outputs) = (self.depth(), self.channels.outputs);
        weights.fill(T::default());
        for (k, &(tap, _)) in self.by_tap.iter().enumerate() {
            let panel = &mut weights[k / ROWS * ROWS * outputs + k % ROWS..];
            let w = w[tap..].iter().step_by(depth);
            panel.iter_mut().step_by(ROWS).zip(w).for_each(|(y, &w)| *y = w);
        }
    }

    /// What each tap gives from every place, added up.
    fn scatter<T: Tiles>(&self, weights: &[T], u: &[T], x: &mut [T], panels: &mut [T]) {
        let outputs = self.channels.outputs;
        x.fill(T::default());
        for columns in self.blocks(TILES * T::WIDE) {
            let tiles = || columns.clone().step_by(T::WIDE).enumerate();
            let of_tile = |start: usize| start..columns.end.min(start + T::WIDE);
            let panel = |tile: usize| tile * outputs * T::WIDE..(tile + 1) * outputs * T::WIDE;
            for (tile, start) in tiles() {
                self.take_columns(u, of_tile(start), &mut panels[panel(tile)]);
            }
            for (weights, taps) in
                weights.chunks_exact(ROWS * outputs).zip(self.by_tap.chunks(ROWS))
            {
                for (tile, start) in tiles() {
                    let columns = of_tile(start).len();
                    T::scatter(weights, &panels[panel(tile)], taps, columns, &mut x[start..]);
                }
            }
        }
    }

    /// All outputs of a group in these columns, one after the other; zeros where a column is no
    /// place.
    fn take_columns<T: Tiles>(&self, u: &[T], columns: Range<usize>, panel: &mut [T]) {
        panel.fill(T::default());
        for (place, column, len) in self.pieces(columns.clone()) {
            let to = column - columns.start;
            let rows = panel.chunks_exact_mut(T::WIDE).zip(u.chunks_exact(self.places()));
            for (row, u) in rows {
                row[to..to + len].copy_from_slice(&u[place..place + len]);
            }
        }
    }
}
