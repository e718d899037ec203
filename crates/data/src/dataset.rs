//! Rows with labels, in memory. What the rows mean, and how they are read, is said elsewhere.

use wengert_tensor::{Array, Native, Tensor};

use crate::{Batch, DataError};

/// Rows of numbers, each with the class it belongs to.
///
/// The fields may be replaced, for instance by standardised features; whoever does so keeps the
/// promise that [`Dataset::new`] checks.
///
/// ```
/// use wengert_data::Dataset;
/// use wengert_tensor::Tensor;
///
/// let heights = Tensor::from([[1.2_f32], [1.8], [1.9]]);
/// let labels = Tensor::from([0_i64, 1, 1]);
/// let people = Dataset::new(heights, labels, ["child", "adult"])?;
/// assert_eq!(people.len(), 3);
/// assert_eq!(people.classes()[1], "adult");
/// # Ok::<(), wengert_data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The features: f32, shape `[n, features…]`.
    pub x: Tensor,
    /// The labels: i64, shape `[n]`, places among the classes counted from 0.
    pub y: Tensor,
    classes: Vec<String>,
    features: Vec<String>,
}

impl Dataset {
    /// Joins features, labels and the names of the classes.
    ///
    /// # Errors
    ///
    /// * [`DataError::Kind`] when x is not f32 or y not i64,
    /// * [`DataError::Shape`] when x has no axis, or y not exactly one,
    /// * [`DataError::Count`] when there are more or fewer labels than rows,
    /// * [`DataError::Label`] at the first label that is the place of no class.
    pub fn new<C: Into<String>>(
        x: Tensor,
        y: Tensor,
        classes: impl IntoIterator<Item = C>,
    ) -> Result<Self, DataError> {
        let classes: Vec<String> = classes.into_iter().map(Into::into).collect();
        let Tensor::F32(features) = &x else {
            return Err(DataError::Kind { tensor: "x", found: x.dtype(), expected: "f32" });
        };
        let Tensor::I64(labels) = &y else {
            return Err(DataError::Kind { tensor: "y", found: y.dtype(), expected: "i64" });
        };
        let Some(&rows) = features.shape().first() else {
            return Err(DataError::shape("x", features.shape(), "[n, features…]"));
        };
        if labels.rank() != 1 {
            return Err(DataError::shape("y", labels.shape(), "[n]"));
        }
        if rows != labels.shape()[0] {
            return Err(DataError::Count { rows, labels: labels.shape()[0] });
        }
        for (row, label) in labels.iter().enumerate() {
            if !(0..classes.len() as i64).contains(&label) {
                return Err(DataError::Label { row, label, classes: classes.len() });
            }
        }
        Ok(Self { x, y, classes, features: Vec::new() })
    }

    /// The same data with names for the features of a row, its axes flattened.
    ///
    /// # Errors
    ///
    /// [`DataError::Features`] when there are more or fewer names than features.
    pub fn with_features<F: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = F>,
    ) -> Result<Self, DataError> {
        self.features = names.into_iter().map(Into::into).collect();
        let (names, features) = (self.features.len(), self.x.shape()[1..].iter().product());
        if names == features { Ok(self) } else { Err(DataError::Features { names, features }) }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.y.shape()[0]
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of the classes: a label is a place among them.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The names of the features, if they have any.
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// The data set of these rows, in this order; a row may be named more than once.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[track_caller]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            x: select_rows(&self.x, rows),
            y: select_rows(&self.y, rows),
            classes: self.classes.clone(),
            features: self.features.clone(),
        }
    }

    /// These rows as a batch, in this order: x has shape `[rows, features…]`, y has `[rows]`.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[track_caller]
    pub fn batch(&self, rows: &[usize]) -> Batch {
        Batch::new(&self.x, &self.y, rows)
    }

    /// The labels as places among the classes.
    pub(crate) fn labels(&self) -> Vec<usize> {
        let labels = self.y.array::<i64>().expect("labels are i64");
        labels.iter().map(|label| label as usize).collect()
    }
}

/// The rows of a tensor that are named, in this order.
#[track_caller]
pub(crate) fn select_rows(tensor: &Tensor, rows: &[usize]) -> Tensor {
    match tensor {
        Tensor::F32(array) => select_rows_of(array, rows),
        Tensor::F64(array) => select_rows_of(array, rows),
        Tensor::I64(array) => select_rows_of(array, rows),
    }
}

#[track_caller]
fn select_rows_of<T: Native>(array: &Array<T>, rows: &[usize]) -> Tensor {
    let array = array.contiguous();
    let elements = array.as_slice().expect("it was made contiguous");
    let (&n, row_shape) = array.shape().split_first().expect("an axis of rows");
    let width: usize = row_shape.iter().product();

    let mut selected = Vec::with_capacity(rows.len() * width);
    for &row in rows {
        assert!(row < n, "row {row} was asked for, but there are {n} rows");
        selected.extend_from_slice(&elements[row * width..][..width]);
    }
    let mut shape = array.shape().to_vec();
    shape[0] = rows.len();
    Tensor::from_vec(selected, shape).expect("every row has the same width")
}
