//! Convolutions: each of the three sides from the other two. The loops are those of a matrix
//! product, but no matrix of windows is made: where a window moves by one element, the elements
//! that a tap meets in neighbouring places are neighbours, and are read where they lie.

mod input;
mod output;
mod thin;
mod tile;
mod weight;

use std::ops::Range;

use crate::{Layout, Shape, Span, Threads, Window, WindowError};

pub use tile::Tiles;

/// The sizes of a convolution of `x`, `[batch, groups · inputs, sizes…]`, with `w`,
/// `[groups · outputs, inputs, taps…]`, giving `u`, `[batch, groups · outputs, places…]`; all three
/// without gaps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Channels {
    /// How many examples there are.
    pub batch: usize,
    /// How many groups of channels, which do not meet each other.
    pub groups: usize,
    /// The channels of `x` in a group.
    pub inputs: usize,
    /// The channels of `u` in a group.
    pub outputs: usize,
}

/// A convolution made ready: where everything lies. See [`Channels`] for what its operands are.
///
/// Each loop is split over threads by examples, groups and channels, and sums are cut in a way that
/// depends on the sizes alone: the bits do not depend on the threads.
///
/// What lies in the padding or between two rows is computed with as zeros. So an infinity or a NaN
/// may also reach sums at the edges that it is no part of.
///
/// ```
/// # use wengert_tensor::kernel::{Channels, Convolution};
/// # use wengert_tensor::{Pool, Threads, Window};
/// let channels = Channels { batch: 1, groups: 1, inputs: 1, outputs: 1 };
/// let conv = Convolution::new(&Window::new([2]), &[4], channels).unwrap();
/// let mut u = [0.0; 3];
/// let (pool, threads) = (Pool::default(), Threads::default());
/// conv.output(&[1.0, 2.0, 4.0, 8.0], &[1.0, -1.0], &mut u, &pool, &threads);
/// assert_eq!(u, [-1.0, -2.0, -4.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Convolution {
    channels: Channels,
    /// How many elements a channel of `x` has.
    plane: usize,
    /// How many it has when it is spread: with its padding, and with the elements that lie apart
    /// by a multiple of the stride side by side. Then what a tap meets in neighbouring places are
    /// neighbours, whatever the stride.
    spread: usize,
    /// Whether that is how it lies anyway.
    is_spread: bool,
    /// Where the rows of a channel begin in the spread one, and where their elements are from
    /// there.
    rows: Vec<usize>,
    columns: Vec<usize>,
    /// Whether these are neighbours in their order.
    in_order: bool,
    /// For each channel of a group and each tap: where it lies in the spread channels if the window
    /// is in its first place; and the last of all these.
    at: Vec<usize>,
    reach: usize,
    /// The same, each with its number, but the channels of one tap one after the other: neighbours
    /// lie far apart.
    by_tap: Vec<(usize, usize)>,
    /// For each place: how much further its taps lie. Ascending.
    starts: Vec<usize>,
    /// How many places are neighbours: those along the last axis.
    row: usize,
    /// Whether rows of places are computed in one piece, with what lies between them.
    joined: bool,
}

/// Fewer elements are not worth sharing between threads.
const FEW: usize = 2048;

/// Sums of one number of each list, in row-major order.
fn sums(lists: &[Vec<usize>]) -> Vec<usize> {
    let further = |sums: Vec<usize>, list: &Vec<usize>| {
        sums.iter().flat_map(|sum| list.iter().map(move |number| sum + number)).collect()
    };
    lists.iter().fold(vec![0], further)
}

impl Convolution {
    /// The convolution by a window over axes of these sizes.
    ///
    /// # Errors
    ///
    /// If the window does not fit.
    pub fn new(
        window: &Window,
        sizes: &[usize],
        channels: Channels,
    ) -> Result<Convolution, WindowError> {
        let places = window.places(sizes)?;
        let length = |(span, &size): (&Span, &usize)| {
            (size + span.padding.0 + span.padding.1).div_ceil(span.stride)
        };
        let lengths: Shape = window.spans.iter().zip(sizes).map(length).collect();
        let strides: Shape = window.spans.iter().map(|span| span.stride).collect();
        let all =
            Layout::contiguous(strides.iter().chain(lengths.iter()).copied().collect::<Shape>());
        let (by_phase, by_length) = all.strides().split_at(strides.rank());
        // Where position `at` of a padded axis lies: the phase first, then the number in it.
        let place = |axis: usize, at: usize| {
            let (phase, number) = (at % strides[axis], at / strides[axis]);
            phase * by_phase[axis] as usize + number * by_length[axis] as usize
        };
        let along = |counts: &[usize], position: fn(&Span, usize) -> usize| -> Vec<Vec<usize>> {
            let positions = |(axis, span): (usize, &Span)| {
                (0..counts[axis]).map(|k| place(axis, position(span, k))).collect()
            };
            window.spans.iter().enumerate().map(positions).collect()
        };
        let mut elements = along(sizes, |span, k| span.padding.0 + k);
        let columns = elements.pop().unwrap_or_else(|| vec![0]);
        let starts = sums(&along(&places, |span, k| k * span.stride));
        let row = places.last().copied().unwrap_or(1);
        let extent = starts.last().map_or(0, |last| last + 1);
        let in_rows = starts.len() / row * row.next_multiple_of(f32::WIDE);
        let plane = sizes.iter().product();
        let channels_begin = (0..channels.inputs).map(|channel| channel * all.size()).collect();
        let mut at = vec![channels_begin];
        at.extend(along(&window.taps(), |span, k| k * span.dilation));
        let at = sums(&at);
        let taps = window.taps().size();
        let channels_of = |tap| (0..channels.inputs).map(move |channel| channel * taps + tap);
        let by_tap = (0..taps).flat_map(channels_of).map(|k| (k, at[k])).collect();
        Ok(Convolution {
            channels,
            plane,
            spread: all.size(),
            is_spread: all.size() == plane && window.spans.iter().all(|span| span.stride == 1),
            rows: sums(&elements),
            in_order: strides.last().is_none_or(|&stride| stride == 1),
            columns,
            reach: at.iter().copied().max().unwrap_or(0),
            at,
            by_tap,
            joined: extent <= in_rows,
            starts,
            row,
        })
    }

    fn places(&self) -> usize {
        self.starts.len()
    }

    /// From the first place to the last.
    fn extent(&self) -> usize {
        self.starts.last().map_or(0, |last| last + 1)
    }

    /// The products that are added up for an element of `u`.
    fn depth(&self) -> usize {
        self.at.len()
    }

    #[track_caller]
    fn check<T>(&self, x: &[T], w: &[T], u: &[T]) {
        let Channels { batch, groups, inputs, outputs } = self.channels;
        let found = [x.len(), w.len(), u.len()];
        let wanted = [
            batch * groups * inputs * self.plane,
            groups * outputs * self.depth(),
            batch * groups * outputs * self.places(),
        ];
        assert_eq!(found, wanted, "sizes of x, w and u");
    }

    /// The room that [`spread`](Self::spread) needs.
    fn room(&self) -> usize {
        if self.is_spread { 0 } else { self.channels.inputs * self.spread }
    }

    /// The channels of a group as they are read; see the field of that name.
    fn spread<'a, T: Tiles>(&self, x: &'a [T], room: &'a mut [T]) -> &'a [T] {
        if self.is_spread {
            return x;
        }
        room.fill(T::default());
        for (x, first) in self.lines(x) {
            if self.in_order {
                room[first + self.columns[0]..][..x.len()].copy_from_slice(x);
            } else {
                self.columns.iter().zip(x).for_each(|(&column, &x)| room[first + column] = x);
            }
        }
        room
    }

    /// The inverse of [`spread`](Self::spread).
    fn gather<T: Tiles>(&self, room: &[T], x: &mut [T]) {
        let width = self.columns.len().max(1);
        for (x, first) in x.chunks_exact_mut(width).zip(self.firsts()) {
            if self.in_order {
                x.copy_from_slice(&room[first + self.columns[0]..][..width]);
            } else {
                self.columns.iter().zip(x).for_each(|(&column, x)| *x = room[first + column]);
            }
        }
    }

    /// The rows of the channels of a group, with where they begin in the spread channels.
    fn lines<'a, T>(&self, x: &'a [T]) -> impl Iterator<Item = (&'a [T], usize)> {
        x.chunks_exact(self.columns.len().max(1)).zip(self.firsts())
    }

    fn firsts(&self) -> impl Iterator<Item = usize> {
        (0..self.channels.inputs)
            .flat_map(move |c| self.rows.iter().map(move |row| c * self.spread + row))
    }

    /// The columns that are computed, in blocks of neighbours: all from the first place to the
    /// last, those between the ends of rows included, which are no places; or row by row, where
    /// that is less.
    fn blocks(&self, width: usize) -> impl Iterator<Item = Range<usize>> {
        let (count, len) =
            if self.joined { (1, self.extent()) } else { (self.places() / self.row, self.row) };
        (0..count).map(|number| self.starts[number * self.row]).flat_map(move |first| {
            let block = move |from: usize| first + from..first + len.min(from + width);
            (0..len).step_by(width).map(block)
        })
    }

    /// The places among these columns: pieces that begin in a place and in a column, with their
    /// length.
    fn pieces(&self, columns: Range<usize>) -> impl Iterator<Item = (usize, usize, usize)> {
        let first = self.starts.partition_point(|&start| start < columns.start);
        // The columns may begin inside of a row.
        let first = first.saturating_sub(1) / self.row * self.row;
        let rows = (first..self.places()).step_by(self.row);
        rows.take_while(move |&place| self.starts[place] < columns.end).filter_map(move |place| {
            let row = self.starts[place];
            let (from, to) = (row.max(columns.start), (row + self.row).min(columns.end));
            (from < to).then(|| (place + from - row, from, to - from))
        })
    }
}

/// Calls `task` for each `len` elements of `y`, with its number; a thread gets several at once
/// if they are few elements.
fn share<T: Send>(
    y: &mut [T],
    len: usize,
    threads: &Threads,
    task: impl Fn(usize, &mut [T]) + Sync,
) {
    let part = threads.part(y.len() / len, FEW.div_ceil(len));
    threads.split(y, part * len, |number, y| {
        let tasks = y.chunks_exact_mut(len).enumerate();
        tasks.for_each(|(k, y)| task(number * part + k, y));
    });
}
