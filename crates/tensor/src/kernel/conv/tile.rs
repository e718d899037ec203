//! The innermost loops of convolutions: small tiles of sums, held in registers while products are
//! added to them. Which elements meet is decided by the callers.

use std::ops::{Add, Mul};

/// The rows of a tile of [`Tiles::rows`].
pub const ROWS: usize = 6;

/// The rows of a tile of [`Tiles::columns`].
pub const COLUMNS: usize = 6;

/// How many products are added to a tile before it is put down, at most.
pub const DEPTH: usize = 384;

/// Numbers that convolutions are computed on.
pub trait Tiles: Copy + Default + Send + Sync + Add<Output = Self> + Mul<Output = Self> {
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

/// See [`Tiles::rows`]; `fused` is `a b + c`.
#[inline(always)]
fn rows<T: Tiles, const N: usize>(
    w: &[T],
    x: &[T],
    at: &[usize],
    y: &mut [T],
    pitch: usize,
    fused: impl Fn(T, T, T) -> T,
) {
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
                row[j] = fused(w, x[j], row[j]);
            }
        }
    }
    for (r, row) in tile.iter().enumerate() {
        y[r * pitch..r * pitch + N].copy_from_slice(row);
    }
}

/// See [`Tiles::columns`].
#[inline(always)]
fn columns<T: Tiles, const N: usize>(
    u: &[T],
    x: &[T],
    at: [usize; COLUMNS],
    starts: &[usize],
    span: usize,
    y: &mut [T],
    fused: impl Fn(T, T, T) -> T,
) {
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
                tile[i][j] = fused(x[i], u[j], tile[i][j]);
            }
        }
    }
    *y = tile;
}

/// See [`Tiles::scatter`].
#[inline(always)]
fn scatter<T: Tiles, const N: usize>(
    w: &[T],
    u: &[T],
    at: &[(usize, usize)],
    columns: usize,
    y: &mut [T],
    fused: impl Fn(T, T, T) -> T,
) {
    let mut tile = [[T::default(); N]; ROWS];
    let ((w, _), (u, _)) = (w.as_chunks::<ROWS>(), u.as_chunks::<N>());
    for (w, u) in w.iter().zip(u) {
        for (row, &w) in tile.iter_mut().zip(w) {
            for j in 0..N {
                row[j] = fused(w, u[j], row[j]);
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

/// The tiles of one precision, compiled for machines with fused operations on vectors of 32 bytes,
/// and for all others.
macro_rules! tiles {
    ($number:ty, $wide:literal, $lanes:literal, $rows:ident, $columns:ident, $scatter:ident) => {
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
                #[cfg(target_arch = "x86_64")]
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: this machine has what the function is compiled for.
                    #[allow(unsafe_code, reason = "no other machine may run it")]
                    return unsafe { $rows(w, x, at, y, pitch) };
                }
                rows::<_, $wide>(w, x, at, y, pitch, |a, b, c| a * b + c);
            }

            fn columns(
                u: &[Self],
                x: &[Self],
                at: [usize; COLUMNS],
                starts: &[usize],
                span: usize,
                y: &mut [Self],
            ) {
                #[cfg(target_arch = "x86_64")]
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: as above.
                    #[allow(unsafe_code, reason = "no other machine may run it")]
                    return unsafe { $columns(u, x, at, starts, span, y) };
                }
                columns::<_, $lanes>(u, x, at, starts, span, y, |a, b, c| a * b + c);
            }

            fn scatter(
                w: &[Self],
                u: &[Self],
                at: &[(usize, usize)],
                columns: usize,
                y: &mut [Self],
            ) {
                #[cfg(target_arch = "x86_64")]
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: as above.
                    #[allow(unsafe_code, reason = "no other machine may run it")]
                    return unsafe { $scatter(w, u, at, columns, y) };
                }
                scatter::<_, $wide>(w, u, at, columns, y, |a, b, c| a * b + c);
            }
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        fn $rows(w: &[$number], x: &[$number], at: &[usize], y: &mut [$number], pitch: usize) {
            rows::<_, $wide>(w, x, at, y, pitch, <$number>::mul_add);
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        fn $columns(
            u: &[$number],
            x: &[$number],
            at: [usize; COLUMNS],
            starts: &[usize],
            span: usize,
            y: &mut [$number],
        ) {
            columns::<_, $lanes>(u, x, at, starts, span, y, <$number>::mul_add);
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        fn $scatter(
            w: &[$number],
            u: &[$number],
            at: &[(usize, usize)],
            columns: usize,
            y: &mut [$number],
        ) {
            scatter::<_, $wide>(w, u, at, columns, y, <$number>::mul_add);
        }
    };
}

tiles!(f32, 16, 16, rows_f32, columns_f32, scatter_f32);
tiles!(f64, 8, 8, rows_f64, columns_f64, scatter_f64);
