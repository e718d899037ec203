//! Positions as waves and as rotations, for attention, which does not see them by itself. That
//! further away counts less is an option of attention.

use wengert_tensor::Array;

use crate::tape::{Tape, refuse};
use crate::var::Var;

/// Rotary position embedding: pairs of numbers are turned by an angle that grows with the position,
/// so that the product of a query and a key depends on how far apart they are (Su et al.,
/// "RoFormer: enhanced transformer with rotary position embedding", 2021).
///
/// In `[…, positions, width]`, pair $k$ of position $p$ is turned by $p\, b^{-2k/\mathrm{width}}$
/// with the base $b$, $10^4$ unless told otherwise. A pair is the $k$-th number of each half of the
/// width.
///
/// ```
/// # use wengert_autodiff::{Rotary, Tape};
/// let tape = Tape::new();
/// let x = tape.input([[1.0, 0.0], [1.0, 0.0]]);
/// let y = Rotary::new().of(x);
/// assert_eq!(y.at(0, 0).to_string(), "[1. 0.]");
/// assert_eq!(y.at(0, 1).at(0, 1).item(), 1.0_f64.sin());
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rotary {
    base: f64,
    first: usize,
    takes_neighbours: bool,
}

impl Default for Rotary {
    fn default() -> Rotary {
        Rotary { base: 1e4, first: 0, takes_neighbours: false }
    }
}

impl Rotary {
    /// From position 0, with base $10^4$.
    pub fn new() -> Rotary {
        Rotary::default()
    }

    /// With this base: a larger one for longer texts.
    pub fn base(self, base: f64) -> Rotary {
        Rotary { base, ..self }
    }

    /// With the first row at this position, for what follows on an earlier part.
    pub fn from_position(self, first: usize) -> Rotary {
        Rotary { first, ..self }
    }

    /// With neighbours as pairs, numbers $2k$ and $2k + 1$, as in the article; models are trained
    /// with either order.
    pub fn neighbours(self) -> Rotary {
        Rotary { takes_neighbours: true, ..self }
    }

    /// The numbers turned.
    ///
    /// # Panics
    /// If there are fewer than two axes, or the last is of odd size.
    #[track_caller]
    pub fn of(self, x: Var<'_>) -> Var<'_> {
        let shape = x.shape();
        let (&[.., positions, width], true) =
            (&shape[..], shape.last().is_some_and(|n| n % 2 == 0))
        else {
            let message = format!("{shape} should be […, positions, width] of even width");
            refuse("rotary", message, &[x]);
        };
        let half = width / 2;
        let angle = |k: usize| angle(self.first + k / half, k % half, width, self.base);
        let table = |of: fn(f64) -> f64| Array::from_fn([positions, half], |k| of(angle(k)));
        let (cos, sin) = (x.tape.input(table(f64::cos)), x.tape.input(table(f64::sin)));
        let (a, b) = if self.takes_neighbours {
            (x.slice_step(-1, .., 2), x.slice_step(-1, 1.., 2))
        } else {
            (x.slice(-1, ..half), x.slice(-1, half..))
        };
        let turned = [a * cos - b * sin, b * cos + a * sin];
        if self.takes_neighbours {
            Var::stack(&turned, shape.rank()).reshape(shape)
        } else {
            Var::concat(&turned, -1)
        }
    }
}

impl Tape {
    /// Positions as waves of growing length, `[positions, width]`: number $2k$ of row $p$ is
    /// $\sin(p\, 10^{-8k/\mathrm{width}})$ and the next the cosine (Vaswani et al., "Attention is all
    /// you need", 2017). Added to rows of a table.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let waves = tape.sinusoidal_positions(2, 4);
    /// assert_eq!(waves.at(0, 0).to_string(), "[0. 1. 0. 1.]");
    /// assert_eq!(waves.at(0, 1).at(0, 2).item(), 0.01_f64.sin());
    /// ```
    #[track_caller]
    pub fn sinusoidal_positions(&self, positions: usize, width: usize) -> Var<'_> {
        let wave = |k: usize| {
            let angle = angle(k / width, k % width / 2, width, 1e4);
            if (k % width).is_multiple_of(2) { angle.sin() } else { angle.cos() }
        };
        self.input(Array::from_fn([positions, width], wave))
    }
}

/// How far pair `k` of a row of this width is turned at a position.
fn angle(position: usize, k: usize, width: usize, base: f64) -> f64 {
    position as f64 * base.powf(-2.0 * k as f64 / width as f64)
}
