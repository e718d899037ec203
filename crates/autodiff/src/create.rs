//! Tensors that a rule describes: constant, counted, evenly spaced, the identity, and grids.

use wengert_tensor::{Array, Shape};

use crate::tape::{Tape, refuse};
use crate::var::Var;

impl Tape {
    /// One number everywhere.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.full([2], 7.0).to_string(), "[7. 7.]");
    /// ```
    #[track_caller]
    pub fn full(&self, shape: impl Into<Shape>, number: f64) -> Var<'_> {
        let axes: Vec<_> = shape.into().iter().copied().enumerate().collect();
        self.literal(number).expand_axes(&axes)
    }

    /// Zeros.
    #[track_caller]
    pub fn zeros(&self, shape: impl Into<Shape>) -> Var<'_> {
        self.full(shape, 0.0)
    }

    /// Ones.
    #[track_caller]
    pub fn ones(&self, shape: impl Into<Shape>) -> Var<'_> {
        self.full(shape, 1.0)
    }

    /// The numbers $0, 1, \dots, n - 1$. For positions see [`Tape::positions`].
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!((2.0 * tape.arange(3) + 1.0).to_string(), "[1. 3. 5.]");
    /// ```
    #[track_caller]
    pub fn arange(&self, n: usize) -> Var<'_> {
        self.input(Array::from_fn([n], |k| k as f64))
    }

    /// The positions $0, 1, \dots, n - 1$, an index.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.positions(3).to_string(), "[0 1 2]");
    /// ```
    #[track_caller]
    pub fn positions(&self, n: usize) -> Var<'_> {
        self.indices(Array::from_fn([n], |k| k as i64))
    }

    /// So many numbers in equal steps, the first and last of which are these.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.linspace(0.0, 1.0, 5).to_string(), "[0.   0.25 0.5  0.75 1.  ]");
    /// ```
    #[track_caller]
    pub fn linspace(&self, first: f64, last: f64, n: usize) -> Var<'_> {
        let steps = n.saturating_sub(1).max(1) as f64;
        let number = |k: usize| {
            let t = k as f64 / steps;
            // Each end is met exactly.
            if t < 0.5 { first + t * (last - first) } else { last - (1.0 - t) * (last - first) }
        };
        self.input(Array::from_fn([n], number))
    }

    /// The identity matrix.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// assert_eq!(tape.eye(2).to_string(), "[[1. 0.]\n [0. 1.]]");
    /// ```
    #[track_caller]
    pub fn eye(&self, n: usize) -> Var<'_> {
        self.ones([n]).diag_embed(0)
    }
}

impl<'t> Var<'t> {
    /// The coordinates of a grid: for each of these vectors its numbers along an axis of its own,
    /// the first along the first one, repeated along the others.
    ///
    /// ```
    /// # use wengert_autodiff::{Tape, Var};
    /// let tape = Tape::new();
    /// let grids = Var::meshgrid(&[tape.input([1.0, 2.0]), tape.input([3.0, 4.0, 5.0])]);
    /// assert_eq!(grids[0].to_string(), "[[1. 1. 1.]\n [2. 2. 2.]]");
    /// assert_eq!(grids[1].to_string(), "[[3. 4. 5.]\n [3. 4. 5.]]");
    /// ```
    ///
    /// # Panics
    /// If one has more than one axis.
    #[track_caller]
    pub fn meshgrid(vectors: &[Var<'t>]) -> Vec<Var<'t>> {
        if let Some(other) = vectors.iter().find(|x| x.rank() > 1) {
            refuse("meshgrid", format!("takes vectors, got {}", other.shape()), vectors);
        }
        let sizes: Vec<usize> = vectors.iter().map(|x| x.shape().size()).collect();
        let mut grids = Vec::with_capacity(vectors.len());
        for (axis, x) in vectors.iter().enumerate() {
            let mut along = vec![1; sizes.len()];
            along[axis] = sizes[axis];
            grids.push(x.reshape(along).broadcast_to(sizes.as_slice()));
        }
        grids
    }
}
