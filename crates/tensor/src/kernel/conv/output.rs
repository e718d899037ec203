//! The convolution itself: `u` from `x` and `w`.

use std::ops::Range;

use super::tile::{DEPTH, ROWS};
use super::{Channels, Convolution, Tiles, share};
use crate::{Pool, Threads};

/// How many tiles stand side by side: each weight that is read serves them all.
const TILES: usize = 6;

/// How many outputs are computed together, at most.
const PART: usize = 8 * ROWS;

impl Convolution {
    /// `u` from `x` and `w`.
    ///
    /// # Panics
    ///
    /// If a slice has another size than its side.
    pub fn output<T: Tiles>(
        &self,
        x: &[T],
        w: &[T],
        u: &mut [T],
        pool: &Pool<T>,
        threads: &Threads,
    ) {
        self.check(x, w, u);
        let Channels { groups, inputs, outputs, .. } = self.channels;
        if u.is_empty() || self.depth() == 0 {
            return u.fill(T::default());
        }
        if self.is_thin() {
            return self.thin_output(x, w, u, pool, threads);
        }
        let rows = outputs.next_multiple_of(ROWS);
        let group = rows * self.depth();
        let mut weights = pool.take(groups * group);
        let of_groups = w.chunks_exact(outputs * self.depth()).zip(weights.chunks_exact_mut(group));
        of_groups.for_each(|(w, weights)| self.interleave(w, weights));
        share(u, outputs * self.places(), threads, |task, u| {
            let x = &x[task * inputs * self.plane..][..inputs * self.plane];
            let weights = &weights[task % groups * group..][..group];
            let mut room = pool.take(self.room());
            let x = self.spread(x, &mut room);
            // Where there are few examples, threads share the outputs of each.
            threads.split(u, PART * self.places(), |part, u| {
                let weights = &weights[part * PART * self.depth()..];
                self.some_outputs(x, weights, u, pool);
            });
            pool.give(room);
        });
        pool.give(weights);
    }

    /// Some outputs of a group of one example.
    fn some_outputs<T: Tiles>(&self, x: &[T], weights: &[T], u: &mut [T], pool: &Pool<T>) {
        let rows = (u.len() / self.places()).next_multiple_of(ROWS);
        let depth = DEPTH.min(self.depth());
        let mut memory = pool.take((rows + depth) * TILES * T::WIDE);
        let (sums, copies) = memory.split_at_mut(rows * TILES * T::WIDE);
        for columns in self.blocks(TILES * T::WIDE) {
            sums.fill(T::default());
            self.add(x, weights, columns.clone(), sums, copies);
            self.write(sums, columns, u);
        }
        pool.give(memory);
    }

    /// The weights of a group as panels: for each [`ROWS`] outputs, theirs side by side; zeros
    /// where there is no output.
    fn interleave<T: Tiles>(&self, w: &[T], weights: &mut [T]) {
        let depth = self.depth();
        for (panel, weights) in weights.chunks_exact_mut(ROWS * depth).enumerate() {
            weights.fill(T::default());
            let w = w[panel * ROWS * depth..].chunks_exact(depth).take(ROWS);
            for (r, w) in w.enumerate() {
                weights[r..].iter_mut().step_by(ROWS).zip(w).for_each(|(y, &w)| *y = w);
            }
        }
    }

    /// Adds the products in some columns to sums that lie in rows.
    fn add<T: Tiles>(
        &self,
        x: &[T],
        weights: &[T],
        columns: Range<usize>,
        sums: &mut [T],
        copies: &mut [T],
    ) {
        let (depth, pitch) = (self.depth(), TILES * T::WIDE);
        let tiles = || columns.clone().step_by(T::WIDE).enumerate();
        // The last tile of all would read beyond the end: it reads a copy.
        let reads_copy = |start: usize| self.reach + start + T::WIDE > x.len();
        // All but equal parts.
        let part = depth.div_ceil(depth.div_ceil(DEPTH));
        for (number, at) in self.at.chunks(part).enumerate() {
            for (tile, start) in tiles().filter(|&(_, start)| reads_copy(start)) {
                let columns = start..columns.end.min(start + T::WIDE);
                let copy = &mut copies[tile * at.len() * T::WIDE..][..at.len() * T::WIDE];
                copy_columns(x, at, columns, copy);
            }
            let panels = weights.chunks_exact(ROWS * depth);
            for (weights, sums) in panels.zip(sums.chunks_exact_mut(ROWS * pitch)) {
                let weights = &weights[ROWS * part * number..];
                for (tile, start) in tiles() {
                    let sums = &mut sums[tile * T::WIDE..];
                    if reads_copy(start) {
                        let copy = &copies[tile * at.len() * T::WIDE..];
                        T::rows(weights, copy, &T::RAMP[..at.len()], sums, pitch);
                    } else {
                        T::rows(weights, &x[start..], at, sums, pitch);
                    }
                }
            }
        }
    }

    /// Writes sums in these columns to their places.
    fn write<T: Tiles>(&self, sums: &[T], columns: Range<usize>, u: &mut [T]) {
        for (place, column, len) in self.pieces(columns.clone()) {
            let from = column - columns.start;
            let rows = sums.chunks_exact(TILES * T::WIDE).zip(u.chunks_exact_mut(self.places()));
            for (sums, u) in rows {
                u[place..place + len].copy_from_slice(&sums[from..from + len]);
            }
        }
    }
}

/// What taps meet in a tile's columns, row by row; zeros where there is no column.
fn copy_columns<T: Tiles>(x: &[T], at: &[usize], columns: Range<usize>, copy: &mut [T]) {
    for (row, &at) in copy.chunks_exact_mut(T::WIDE).zip(at) {
        let (row, beyond) = row.split_at_mut(columns.len());
        row.copy_from_slice(&x[at..][columns.clone()]);
        beyond.fill(T::default());
    }
}
