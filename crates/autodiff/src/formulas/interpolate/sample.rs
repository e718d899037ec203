//! Images read at places that are computed, between their elements and beyond their edges: what a
//! network needs that looks where it wants to. Positions are found by gathers; the slope by a place
//! comes from the weights alone.

use wengert_tensor::{Array, Shape};

use crate::input::Operand;
use crate::ops::Gather;
use crate::tape::{Precision, refuse};
use crate::var::Var;

use super::{Interpolation, Method, weights};

/// What is found beyond the edges of an image.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outside {
    /// Zeros.
    Zeros,
    /// The element on the edge that is nearest.
    Border,
    /// The image again, reflected at its edges.
    Reflection,
}

impl<'t> Var<'t> {
    /// Images read at the places of a grid (Jaderberg, Simonyan, Zisserman and Kavukcuoglu,
    /// "Spatial transformer networks", 2015): for `[batch, channels, sizes…]` and a grid of
    /// `[batch, places…, axes]` the result is `[batch, channels, places…]`.
    ///
    /// A place has one coordinate for each spatial axis, that of the *last* axis first, as $(x, y)$
    /// in a plane: −1 is one edge and 1 the other, or, if corners are aligned, the middle of the
    /// first and of the last element. Interpolation is nearest, linear or cubic; [`Outside`] says
    /// what lies beyond the edges. It is differentiable by image and grid; by a grid whose nearest
    /// element is taken, the derivative is 0.
    ///
    /// ```
    /// # use wengert_autodiff::{Interpolation, Outside, Tape};
    /// let tape = Tape::new();
    /// let x = tape.input([[[1.0, 2.0, 4.0]]]);
    /// let grid = tape.input([[[-1.0], [-0.5], [1.0], [2.0]]]);
    /// let how = Interpolation::linear().align_corners();
    /// assert_eq!(x.grid_sample(grid, how, Outside::Zeros).to_string(), "[[[1.  1.5 4.  0. ]]]");
    /// assert_eq!(x.grid_sample(grid, how, Outside::Border).to_string(), "[[[1.  1.5 4.  4. ]]]");
    /// ```
    ///
    /// # Panics
    /// If the shapes do not agree, the images have no elements, or interpolation is by area or with
    /// antialiasing. On a tape of f32, also if they have more than $2^{24}$ places, which it can't
    /// count.
    #[track_caller]
    pub fn grid_sample(
        self,
        grid: impl Operand<'t>,
        how: Interpolation,
        outside: Outside,
    ) -> Var<'t> {
        let grid = grid.on(self.tape);
        let sizes = self.check_sampled(grid, how);
        let (shape, places) = (self.shape(), grid.shape());
        let (batch, axes) = (shape[0], sizes.rank());
        let row = [batch, places[1..=places.rank() - 2].iter().product()];
        // Along each axis, the neighbours of all places: how far in, and with which weight.
        let mut neighbours = Vec::new();
        for (axis, &n) in sizes.iter().enumerate() {
            let coordinate = grid.at(-1, (axes - 1 - axis) as isize).reshape(row);
            let along = along_axis(coordinate, n, how, outside);
            if axis == 0 {
                neighbours = along;
                continue;
            }
            let mut combined = Vec::with_capacity(neighbours.len() * along.len());
            for &(position, weight) in &neighbours {
                for &(further, factor) in &along {
                    combined.push((position * n as f64 + further, weight * factor));
                }
            }
            neighbours = combined;
        }
        let table = self.reshape([batch, shape[1], sizes.size()]).transpose(1, 2);
        let mut y = None;
        for (position, weight) in neighbours {
            let operands = [table, position.to_index()];
            let found = self.tape.record_as("grid_sample", Gather { batch: 1 }, &operands);
            let term = found * weight.unsqueeze(2);
            y = Some(match y {
                None => term,
                Some(y) => y + term,
            });
        }
        let y = y.expect("there is a neighbour").transpose(1, 2);
        let places = &places[1..places.rank() - 1];
        y.reshape(shape[..2].iter().chain(places).copied().collect::<Shape>())
    }

    /// The sizes of the images, if the grid suits them.
    #[track_caller]
    fn check_sampled(self, grid: Var<'t>, how: Interpolation) -> Shape {
        let (x, places) = (self.shape(), grid.shape());
        let axes = x.rank().saturating_sub(2);
        let suits = axes >= 1
            && places.rank() >= 2
            && places[0] == x[0]
            && places[places.rank() - 1] == axes;
        let message = if !suits {
            let needs = "[batch, channels, sizes…] and [batch, places…, axes]";
            format!("images {x} and a grid {places}, which should be {needs}")
        } else if x[2..].contains(&0) {
            format!("images {x} have nothing to interpolate")
        } else if how.method == Method::Area || how.antialiases {
            format!("takes nearest, linear or cubic interpolation, not {how:?}")
        } else if self.tape.precision() == Precision::F32
            && x[2..].iter().product::<usize>() > 1 << 24
        {
            format!("images {x} have more places than f32 can count")
        } else {
            return x[2..].into();
        };
        refuse("grid_sample", message, &[self, grid])
    }

    /// For each matrix of `[batch, axes, axes + 1]`, the grid that it makes of the places of an
    /// image of these sizes, `[batch, sizes…, axes]`: an affine map from where an element is in the
    /// result to where [`Var::grid_sample`] finds it. −1 and 1 are the edges.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let mirrored = tape.input([[[-1.0, 0.0]]]);
    /// assert_eq!(mirrored.affine_grid([2]).to_string(), "[[[ 0.5]\n  [-0.5]]]");
    /// assert_eq!(mirrored.affine_grid_aligned([2]).to_string(), "[[[ 1.]\n  [-1.]]]");
    /// ```
    ///
    /// # Panics
    /// If it is not such a batch for as many axes as there are sizes.
    #[track_caller]
    pub fn affine_grid(self, sizes: impl Into<Shape>) -> Var<'t> {
        let middle = |i: usize, n: usize| (2 * i + 1) as f64 / n as f64 - 1.0;
        self.mapped_places("affine_grid", &sizes.into(), middle)
    }

    /// As [`Var::affine_grid`], where −1 and 1 are the middle of the first and of the last element,
    /// for [`Interpolation::align_corners`].
    ///
    /// # Panics
    /// As [`Var::affine_grid`].
    #[track_caller]
    pub fn affine_grid_aligned(self, sizes: impl Into<Shape>) -> Var<'t> {
        let on_corners =
            |i: usize, n: usize| if n > 1 { (2 * i) as f64 / (n - 1) as f64 - 1.0 } else { 0.0 };
        self.mapped_places("affine_grid_aligned", &sizes.into(), on_corners)
    }

    #[track_caller]
    fn mapped_places(
        self,
        name: &str,
        sizes: &Shape,
        coordinate: impl Fn(usize, usize) -> f64,
    ) -> Var<'t> {
        let (shape, axes, places) = (self.shape(), sizes.rank(), sizes.size());
        if shape.rank() != 3 || shape[1..] != [axes, axes + 1] {
            let message = format!("{shape} should be [batch, {axes}, {}]", axes + 1);
            refuse(name, message, &[self]);
        }
        // A row for each coordinate, that of the last axis first, and one of ones.
        let entry = |k: usize| {
            let (row, place) = (k / places, k % places);
            match axes.checked_sub(row + 1) {
                None => 1.0,
                Some(axis) => {
                    let inner: usize = sizes[axis + 1..].iter().product();
                    coordinate(place / inner % sizes[axis], sizes[axis])
                }
            }
        };
        let rows = self.tape.input(Array::from_fn([axes + 1, places], entry));
        let grid = self.matmul(rows).transpose(1, 2);
        let before = [shape[0]].into_iter().chain(sizes.iter().copied());
        grid.reshape(before.chain([axes]).collect::<Shape>())
    }
}

/// The elements along one axis of `n` that a coordinate is made up of, as positions that exist, and
/// their weights; 0 is the weight of what does not exist.
#[track_caller]
fn along_axis<'t>(
    coordinate: Var<'t>,
    n: usize,
    how: Interpolation,
    outside: Outside,
) -> Vec<(Var<'t>, Var<'t>)> {
    let size = n as f64;
    let at = if how.aligns_corners {
        (coordinate + 1.0) * (0.5 * (size - 1.0))
    } else {
        ((coordinate + 1.0) * size - 1.0) * 0.5
    };
    let taps = match how.method {
        Method::Nearest | Method::NearestExact | Method::Area => {
            let at = brought_inside(at, n, how, outside);
            vec![(at.round(), at.ones_like())]
        }
        Method::Linear => {
            let at = brought_inside(at, n, how, outside);
            let low = at.floor();
            let t = at - low;
            vec![(low, 1.0 - t), (low + 1.0, t)]
        }
        Method::Cubic => {
            let low = at.floor();
            let (t, a) = (at - low, -0.75);
            let weights = [
                weights::far(t + 1.0, a),
                weights::near(t, a),
                weights::near(1.0 - t, a),
                weights::far(2.0 - t, a),
            ];
            let mut taps = Vec::new();
            for (k, weight) in weights.into_iter().enumerate() {
                taps.push((brought_inside(low + (k as f64 - 1.0), n, how, outside), weight));
            }
            taps
        }
    };
    let mut existing = Vec::new();
    for (position, weight) in taps {
        let exists = position.ge(0.0) * position.le(size - 1.0);
        existing.push((exists.select(position, 0.0), exists.select(weight, 0.0)));
    }
    existing
}

/// Positions among `n` elements that are brought back from beyond the edges.
#[track_caller]
fn brought_inside<'t>(at: Var<'t>, n: usize, how: Interpolation, outside: Outside) -> Var<'t> {
    let (size, last) = (n as f64, (n - 1) as f64);
    let at = match outside {
        Outside::Zeros => return at,
        Outside::Border => at,
        Outside::Reflection => {
            let (low, span) = if how.aligns_corners { (0.0, last) } else { (-0.5, size) };
            if span == 0.0 {
                return at.zeros_like();
            }
            let beyond = at - low;
            let distance = beyond.lt(0.0).select(-beyond, beyond);
            let rest = distance.fmod(span);
            let is_back = (distance / span).floor().fmod(2.0);
            is_back.select(span - rest, rest) + low
        }
    };
    at.clamp(0.0, last)
}
