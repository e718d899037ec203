//! Where the largest element under a window is.

use crate::{Threads, Visit, Window};

/// Planes are shared between threads in parts of about as many places.
const FEW: usize = 8192;

/// A search under a window made ready: which elements each place sees.
///
/// ```
/// # use wengert_tensor::{Threads, Window, kernel::WindowSearch};
/// let search = WindowSearch::new(&Window::new([2]).stride(2), &[4]);
/// let mut positions = [0; 4];
/// let x = [1.0, 2.0, 4.0, 4.0, 8.0, 7.0, f64::NAN, 9.0];
/// search.largest(&x, &mut positions, &Threads::default());
/// assert_eq!(positions, [1, 2, 0, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct WindowSearch {
    /// How many elements a plane has.
    plane: usize,
    /// The elements that each place sees, one place after the other, and where those of each end.
    elements: Vec<u32>,
    ends: Vec<u32>,
    /// The width of planes that are cut into squares of two by two, row by row.
    squares: Option<usize>,
}

impl WindowSearch {
    /// The search in planes of these sizes.
    ///
    /// # Panics
    ///
    /// If the window does not fit, or in some place sees padding alone.
    pub fn new(window: &Window, sizes: &[usize]) -> WindowSearch {
        let mut visits = window.visits(sizes);
        visits.sort_by_key(|visit| visit.place);
        let places = window.places(sizes).expect("the window fits").size();
        let mut ends = vec![0; places];
        for (k, Visit { place, .. }) in visits.iter().enumerate() {
            ends[*place] = k as u32 + 1;
        }
        let begins = || [0].into_iter().chain(ends.iter().copied());
        assert!(begins().zip(&ends).all(|(a, b)| a < *b), "some place sees padding alone");
        let elements = visits.iter().map(|visit| visit.element as u32).collect();
        let square = Window::new([2, 2]).stride(2);
        let squares = (*window == square && sizes[0] % 2 + sizes[1] % 2 == 0).then(|| sizes[1]);
        WindowSearch { plane: sizes.iter().product(), elements, ends, squares }
    }

    /// For each plane and place, the position in the plane of the largest element: the first of
    /// equals; a NaN counts as largest.
    ///
    /// # Panics
    ///
    /// If `x` is not whole planes, or there is not one position for each place.
    pub fn largest<T: Copy + PartialOrd + Sync>(
        &self,
        x: &[T],
        positions: &mut [i64],
        threads: &Threads,
    ) {
        let places = self.ends.len();
        assert_eq!(x.len() * places, positions.len() * self.plane, "a position for each place");
        if positions.is_empty() {
            return;
        }
        let part = threads.part(positions.len() / places, FEW.div_ceil(places));
        threads.split(positions, part * places, |number, positions| {
            let x = x[number * part * self.plane..].chunks_exact(self.plane);
            for (x, positions) in x.zip(positions.chunks_exact_mut(places)) {
                match self.squares {
                    Some(width) => in_squares(x, width, positions),
                    None => self.in_plane(x, positions),
                }
            }
        });
    }

    fn in_plane<T: Copy + PartialOrd>(&self, x: &[T], positions: &mut [i64]) {
        let mut begin = 0;
        for (&end, position) in self.ends.iter().zip(positions) {
            let seen = &self.elements[begin as usize..end as usize];
            let mut best = (seen[0], x[seen[0] as usize]);
            for &k in &seen[1..] {
                best = better(best, (k, x[k as usize]));
            }
            *position = i64::from(best.0);
            begin = end;
        }
    }
}

/// The one of two elements, with their positions, that is larger: the first of equals, and a NaN.
///
/// Which it is can't be foreseen, so there are no branches.
#[inline]
#[allow(clippy::eq_op, reason = "NaN alone differs from itself")]
#[allow(clippy::needless_bitwise_bool, reason = "a lazy operator may become a branch")]
fn better<T: Copy + PartialOrd>(a: (u32, T), b: (u32, T)) -> (u32, T) {
    let is_better = (b.1 > a.1) | ((b.1 != b.1) & (a.1 == a.1));
    (if is_better { b.0 } else { a.0 }, if is_better { b.1 } else { a.1 })
}

/// Two rows of elements give a row of places.
fn in_squares<T: Copy + PartialOrd>(x: &[T], width: usize, positions: &mut [i64]) {
    let rows = x.chunks_exact(2 * width).zip(positions.chunks_exact_mut(width / 2));
    for (row, (x, positions)) in rows.enumerate() {
        let first = (2 * row * width) as u32;
        let (upper, lower) = x.split_at(width);
        let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
        for (k, (position, (a, b))) in (0..).step_by(2).zip(positions.iter_mut().zip(pairs)) {
            let upper = better((k, a[0]), (k + 1, a[1]));
            let below = k + width as u32;
            let lower = better((below, b[0]), (below + 1, b[1]));
            *position = i64::from(first + better(upper, lower).0);
        }
    }
}
