//! The size of an array along each of its axes. Where the elements lie in memory is said by
//! [`Layout`](crate::Layout), not here.

use std::fmt;
use std::ops::Deref;

use smallvec::SmallVec;

/// The size of an array along each of its axes, outermost first.
///
/// The default is the shape of a number: no axes, one element. A shape is read as a slice of sizes.
///
/// ```
/// # use wengert_tensor::Shape;
/// let shape = Shape::from([2, 3]);
/// assert_eq!((shape.rank(), shape.size(), shape[1]), (2, 6, 3));
/// assert_eq!(shape.to_string(), "[2, 3]");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Shape(SmallVec<[usize; 4]>);

impl Shape {
    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// The number of elements: the product of the sizes, 1 without axes. A product that no `usize`
    /// holds gives `usize::MAX`, which no memory fills.
    pub fn size(&self) -> usize {
        self.0.iter().fold(1, |product, &size| product.saturating_mul(size))
    }

    /// The shape to which both can be broadcast by `numpy`'s rules: axes are matched from the last
    /// one, and sizes agree when they are equal or one of them is 1 or missing. `None` when some
    /// axis disagrees.
    ///
    /// ```
    /// # use wengert_tensor::Shape;
    /// let (column, row) = (Shape::from([2, 1]), Shape::from([3]));
    /// assert_eq!(column.broadcast(&row), Some(Shape::from([2, 3])));
    /// assert_eq!(row.broadcast(&Shape::from([4])), None);
    /// ```
    pub fn broadcast(&self, other: &Shape) -> Option<Shape> {
        let rank = self.rank().max(other.rank());
        let size = |shape: &Shape, axis: usize| {
            let missing = rank - shape.rank();
            if axis < missing { 1 } else { shape[axis - missing] }
        };
        (0..rank)
            .map(|axis| match (size(self, axis), size(other, axis)) {
                (1, n) | (n, 1) => Some(n),
                (m, n) => (m == n).then_some(n),
            })
            .collect()
    }

    /// This shape with some axes taken out, in whatever order they are named.
    ///
    /// # Panics
    ///
    /// If an axis does not exist.
    pub fn without(&self, axes: &[usize]) -> Shape {
        if let Some(axis) = axes.iter().find(|&&axis| axis >= self.rank()) {
            panic!("shape {self} has no axis {axis}");
        }
        let kept = |(axis, &size)| (!axes.contains(&axis)).then_some(size);
        self.iter().enumerate().filter_map(kept).collect()
    }

    /// This shape with new axes put in: each is `(position in the result, size)`, in ascending
    /// order of position. The inverse of [`without`](Self::without).
    ///
    /// # Panics
    ///
    /// If a position lies outside the result or the positions do not ascend.
    pub fn with(&self, axes: &[(usize, usize)]) -> Shape {
        let mut sizes = self.0.clone();
        for (k, &(position, size)) in axes.iter().enumerate() {
            assert!(
                position <= sizes.len() && (k == 0 || axes[k - 1].0 < position),
                "axes {axes:?} (position, size) cannot be put into shape {self}"
            );
            sizes.insert(position, size);
        }
        Shape(sizes)
    }
}

impl Deref for Shape {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.0
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not `{:#?}`: a shape stands on one line wherever it is printed.
        write!(f, "{:?}", &self.0[..])
    }
}

impl FromIterator<usize> for Shape {
    fn from_iter<I: IntoIterator<Item = usize>>(sizes: I) -> Shape {
        Shape(sizes.into_iter().collect())
    }
}

impl From<&[usize]> for Shape {
    fn from(sizes: &[usize]) -> Shape {
        Shape(sizes.into())
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(sizes: [usize; N]) -> Shape {
        sizes[..].into()
    }
}

impl<const N: usize> From<&[usize; N]> for Shape {
    fn from(sizes: &[usize; N]) -> Shape {
        sizes[..].into()
    }
}

impl From<Vec<usize>> for Shape {
    fn from(sizes: Vec<usize>) -> Shape {
        Shape(sizes.into())
    }
}

impl From<&Shape> for Shape {
    fn from(shape: &Shape) -> Shape {
        shape.clone()
    }
}
