//! The innermost loops of convolutions: small tiles of sums, held in registers while products are
//! added to them. Which elements meet is decided by the callers.

use crate::kernel::dispatch::{ByWidth, dispatch_by_width};
use crate::kernel::gemm::Factor;

/// The rows of a tile of [`Tiles::rows`].
pub const ROWS: usize = 6;

/// The rows of a tile of [`Tiles::columns`].
pub const COLUMNS: usize = 6;

/// How many products are added to a tile before it is put down, at most.
pub const DEPTH: usize = 384;

/// Numbers that convolutions are computed on.
pub trait Tiles: Factor + Send + Sync {
    /// The columns of a tile of [`rows`](Self::rows): six rows of them fill twelve vectors
    /// of 32 bytes, which leaves four for what is multiplied.
    const WIDE: usize;

    /// The columns of a tile of [`columns`](Self::columns), likewise.
    const LANES: usize;

    /// 0, [`WIDE`](Self::WIDE), …: where the rows of a panel begin that lies in one piece.
    const RAMP: &'static [usize; DEPTH];

    /// `y[r][j] += Σₖ w[k][r] · x[at[k] + j]`, for a tile whose rows lie `pitch` apart; the rows of
    /// `w` lie in one piece.
    ///
    /// # Panics
    ///
    /// If a slice is too short.
    fn rows(w: &[Self], x: &[Self], at: &[usize], y: &mut [Self], pitch: usize);

    /// `y[i][j] += Σₚ x[at[i] + starts[p]] · u[p][j]`, for a tile and a `u` whose rows lie in one
    /// piece; `starts` are less than `span`.
    ///
    /// # Panics
    ///
    /// If a slice is too short.
    fn columns(
        u: &[Self],
        x: &[Self],
        at: [usize; COLUMNS],
        starts: &[usize],
        span: usize,
        y: &mut [Self],
    );

    /// `y[at[r].1 + j] += Σₖ w[k][r] · u[k][j]`, row after row, for `j` less than `columns`; the
    /// rows of `w` and `u` lie in one piece. Fewer `at` than a tile has rows leave the others out.
    ///
    /// # Panics
    ///
    /// If a slice is too short.
    fn scatter(w: &[Self], u: &[Self], at: &[(usize, usize)], columns: usize, y: &mut [Self]);
}

/// See [`Tiles::rows`].
struct Rows<'a, T> {
    w: &'a [T],
    x: &'a [T],
    at: &'a [usize],
    y: &'a mut [T],
    pitch: usize,
}

#[inline(always)]
fn rows<T: Factor, const N: usize, const FUSED: bool>(Rows { w, x, at, y, pitch }: Rows<T>) {
    let mut tile = [[T::default(); N]; ROWS];
    for (r, row) in tile.iter_mut().enumerate() {
        row.copy_from_slice(&y[r * pitch..r * pitch + N]);
    }
    let (w, _) = w.as_chunks::<ROWS>();
    assert!(w.len() >= at.len(), "a row of w for each of x");
    for (w, &at) in w.iter().zip(at) {
        let x = &x[at..at + N];
        for (row, &w) in tile.iter_mut().zip(w) {
            for j in 0..N {
                row[j] = w.times_plus::<FUSED>(x[j], row[j]);
            }
        }
    }
    for (r, row) in tile.iter().enumerate() {
        y[r * pitch..r * pitch + N].copy_from_slice(row);
    }
}

/// See [`Tiles::columns`].
struct Columns<'a, T> {
    u: &'a [T],
    x: &'a [T],
    at: [usize; COLUMNS],
    starts: &'a [usize],
    span: usize,
    y: &'a mut [T],
}

#[inline(always)]
fn columns<T: Factor, const N: usize, const FUSED: bool>(work: Columns<T>) {
    let Columns { u, x, at, starts, span, y } = work;
    let (u, _) = u.as_chunks::<N>();
    let (y, _) = y.as_chunks_mut::<N>();
    let y: &mut [[T; N]; COLUMNS] = (&mut y[..COLUMNS]).try_into().expect("a whole tile");
    // Of one length, so that one comparison serves them all.
    let mut rows: [&[T]; COLUMNS] = [&[]; COLUMNS];
    for i in 0..COLUMNS {
        rows[i] = &x[at[i]..][..span];
    }
    let mut tile = *y;
    for (u, &start) in u.iter().zip(starts) {
        let mut x = [T::default(); COLUMNS];
        for i in 0..COLUMNS {
            x[i] = rows[i][start];
        }
        for i in 0..COLUMNS {
            for j in 0..N {
                tile[i][j] = x[i].times_plus::<FUSED>(u[j], tile[i][j]);
            }
        }
    }
    *y = tile;
}

/// See [`Tiles::scatter`].
struct Scatter<'a, T> {
    w: &'a [T],
    u: &'a [T],
    at: &'a [(usize, usize)],
    columns: usize,
    y: &'a mut [T],
}

#[inline(always)]
fn scatter<T: Factor, const N: usize, const FUSED: bool>(work: Scatter<T>) {
    let Scatter { w, u, at, columns, y } = work;
    let mut tile = [[T::default(); N]; ROWS];
    let ((w, _), (u, _)) = (w.as_chunks::<ROWS>(), u.as_chunks::<N>());
    for (w, u) in w.iter().zip(u) {
        for (row, &w) in tile.iter_mut().zip(w) {
            for j in 0..N {
                row[j] = w.times_plus::<FUSED>(u[j], row[j]);
            }
        }
    }
    for (row, &(_, at)) in tile.iter().zip(at) {
        if columns == N {
            let y: &mut [T; N] = (&mut y[at..at + N]).try_into().expect("a whole row");
            for j in 0..N {
                y[j] = y[j] + row[j];
            }
        } else {
            y[at..at + columns].iter_mut().zip(row).for_each(|(y, &sum)| *y = *y + sum);
        }
    }
}

/// The tiles of one precision: what they work on is of the same width on every machine.
macro_rules! tiles {
    ($number:ty, $wide:literal, $lanes:literal) => {
        impl Tiles for $number {
            const WIDE: usize = $wide;
            const LANES: usize = $lanes;
            const RAMP: &'static [usize; DEPTH] = &{
                let mut ramp = [0; DEPTH];
                let mut k = 0;
                while k < DEPTH {
                    ramp[k] = k * $wide;
                    k += 1;
                }
                ramp
            };

            fn rows(w: &[Self], x: &[Self], at: &[usize], y: &mut [Self], pitch: usize) {
                dispatch_by_width(Rows { w, x, at, y, pitch });
            }

            fn columns(
                u: &[Self],
                x: &[Self],
                at: [usize; COLUMNS],
                starts: &[usize],
                span: usize,
                y: &mut [Self],
            ) {
                dispatch_by_width(Columns { u, x, at, starts, span, y });
            }

            fn scatter(
                w: &[Self],
                u: &[Self],
                at: &[(usize, usize)],
                columns: usize,
                y: &mut [Self],
            ) {
                dispatch_by_width(Scatter { w, u, at, columns, y });
            }
        }

        tiles!(Rows, $number, rows, $wide);
        tiles!(Columns, $number, columns, $lanes);
        tiles!(Scatter, $number, scatter, $wide);
    };
    ($Work:ident, $number:ty, $run:ident, $width:literal) => {
        impl ByWidth for $Work<'_, $number> {
            type Output = ();

            #[inline(always)]
            fn run_avx512(self) {
                $run::<_, $width, true>(self);
            }

            #[inline(always)]
            fn run_avx2(self) {
                $run::<_, $width, true>(self);
            }

            #[inline(always)]
            fn run_anywhere(self) {
                $run::<_, $width, { cfg!(target_arch = "aarch64") }>(self);
            }
        }
    };
}

tiles!(f32, 16, 16);
tiles!(f64, 8, 8);
