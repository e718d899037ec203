//! Convolutions with one or two outputs in a group, such as depthwise ones and sums: too few for
//! tiles, so they go through whole rows of columns, tap by tap.

use super::{Channels, Convolution, Tiles, share};
use crate::kernel::{Work, dispatch};
use crate::{Pool, Threads};

/// More outputs are computed by tiles.
const THIN: usize = 2;

/// How many columns are summed at once: they stay in the nearest cache.
const COLUMNS: usize = 1024;

/// How many sums of products run side by side: enough for no addition to wait for another.
const LANES: usize = 64;

impl Convolution {
    /// Whether there are few outputs.
    pub(super) fn is_thin(&self) -> bool {
        self.channels.outputs <= THIN
    }

    /// See [`output`](Self::output).
    pub(super) fn thin_output<T: Tiles>(
        &self,
        x: &[T],
        w: &[T],
        u: &mut [T],
        pool: &Pool<T>,
        threads: &Threads,
    ) {
        let Channels { groups, inputs, outputs, .. } = self.channels;
        share(u, outputs * self.places(), threads, |task, u| {
            let mut memory = pool.take(self.room() + COLUMNS);
            let (room, sums) = memory.split_at_mut(self.room());
            let x = self.spread(&x[task * inputs * self.plane..][..inputs * self.plane], room);
            let w = w[task % groups * outputs * self.depth()..].chunks_exact(self.depth());
            for (w, u) in w.zip(u.chunks_exact_mut(self.places())) {
                for columns in self.blocks(COLUMNS) {
                    let sums = &mut sums[..columns.len()];
                    dispatch(Sum { w, x: &x[columns.start..], at: &self.at, sums });
                    for (place, column, len) in self.pieces(columns.clone()) {
                        let from = column - columns.start;
                        u[place..place + len].copy_from_slice(&sums[from..from + len]);
                    }
                }
            }
            pool.give(memory);
        });
    }

    /// See [`weight`](Self::weight): adds the gradient from one group of one example.
    pub(super) fn add_thin_example<T: Tiles>(
        &self,
        x: &[T],
        u: &[T],
        w: &mut [T],
        memory: &mut [T],
    ) {
        let (room, row) = memory.split_at_mut(self.room());
        let x = self.spread(x, room);
        for (w, u) in w.chunks_exact_mut(self.depth()).zip(u.chunks_exact(self.places())) {
            self.each_row(u, row, |start, u| {
                dispatch(Dot { x: &x[start..], at: &self.at, u, w });
            });
        }
    }

    /// See [`input`](Self::input).
    pub(super) fn thin_input<T: Tiles>(
        &self,
        w: &[T],
        u: &[T],
        x: &mut [T],
        pool: &Pool<T>,
        threads: &Threads,
    ) {
        let Channels { groups, inputs, outputs, .. } = self.channels;
        share(x, inputs * self.plane, threads, |task, x| {
            let mut memory = pool.take(self.room() + self.extent());
            let (room, row) = memory.split_at_mut(self.room());
            let spread = if self.is_spread { &mut *x } else { &mut *room };
            spread.fill(T::default());
            let w = w[task % groups * outputs * self.depth()..].chunks_exact(self.depth());
            let u = u[task * outputs * self.places()..].chunks_exact(self.places());
            for (w, u) in w.zip(u).take(outputs) {
                self.each_row(u, row, |start, u| {
                    dispatch(Scatter { w, at: &self.at, u, x: &mut spread[start..] });
                });
            }
            if !self.is_spread {
                self.gather(room, x);
            }
            pool.give(memory);
        });
    }

    /// Calls `each` for each row of columns, with its first and what an output has there: zeros
    /// where a column is no place.
    fn each_row<T: Tiles>(&self, u: &[T], row: &mut [T], mut each: impl FnMut(usize, &[T])) {
        for columns in self.blocks(self.extent()) {
            let row = &mut row[..columns.len()];
            row.fill(T::default());
            for (place, column, len) in self.pieces(columns.clone()) {
                let to = column - columns.start;
                row[to..to + len].copy_from_slice(&u[place..place + len]);
            }
            each(columns.start, row);
        }
    }
}

/// `sums[j] = Σₖ w[k] · x[at[k] + j]`.
struct Sum<'a, T> {
    w: &'a [T],
    x: &'a [T],
    at: &'a [usize],
    sums: &'a mut [T],
}

impl<T: Tiles> Work for Sum<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Sum { w, x, at, sums } = self;
        sums.fill(T::default());
        for (&w, &at) in w.iter().zip(at) {
            let x = &x[at..at + sums.len()];
            sums.iter_mut().zip(x).for_each(|(sum, &x)| *sum = *sum + w * x);
        }
    }
}

/// `w[k] += Σⱼ x[at[k] + j] · u[j]`.
struct Dot<'a, T> {
    x: &'a [T],
    at: &'a [usize],
    u: &'a [T],
    w: &'a mut [T],
}

impl<T: Tiles> Work for Dot<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Dot { x, at, u, w } = self;
        for (w, &at) in w.iter_mut().zip(at) {
            let mut lanes = [T::default(); LANES];
            for (x, u) in x[at..at + u.len()].chunks(LANES).zip(u.chunks(LANES)) {
                let products = x.iter().zip(u).map(|(&x, &u)| x * u);
                lanes.iter_mut().zip(products).for_each(|(lane, product)| *lane = *lane + product);
            }
            let mut width = LANES;
            while width > 1 {
                width /= 2;
                for lane in 0..width {
                    lanes[lane] = lanes[lane] + lanes[lane + width];
                }
            }
            *w = *w + lanes[0];
        }
    }
}

/// `x[at[k] + j] += w[k] · u[j]`, tap after tap.
struct Scatter<'a, T> {
    w: &'a [T],
    at: &'a [usize],
    u: &'a [T],
    x: &'a mut [T],
}

impl<T: Tiles> Work for Scatter<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Scatter { w, at, u, x } = self;
        for (&w, &at) in w.iter().zip(at) {
            let x = &mut x[at..at + u.len()];
            x.iter_mut().zip(u).for_each(|(x, &u)| *x = *x + w * u);
        }
    }
}
