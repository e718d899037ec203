//! Bringing every feature to mean 0 and standard deviation 1, and back.

use std::iter::repeat_n;

use wengert_tensor::{Array, Native, Tensor};

use crate::DataError;

/// The mean and the standard deviation of each feature, over the rows of x; or of several features
/// together, such as all pixels of an image, which are brightnesses of the same scale.
///
/// Fit it on the training part only, and apply it to every part: whatever the other parts told it,
/// the model would know of the data that it is to be judged by.
///
/// ```
/// use wengert_data::Standardizer;
/// use wengert_tensor::Tensor;
///
/// let train = Tensor::from([[1.0_f32, 5.0], [3.0, 5.0]]);
/// let scale = Standardizer::fit(&train)?;
/// assert_eq!(scale.mean, [2.0, 5.0]);
/// assert_eq!(scale.std, [1.0, 1.0]); // the second feature is constant
///
/// let z = scale.apply(&train)?;
/// assert_eq!(z, Tensor::from([[-1.0_f32, 0.0], [1.0, 0.0]]));
/// assert_eq!(scale.invert(&z)?, train);
/// # Ok::<(), wengert_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardizer {
    /// The mean of each feature; the axes of a row are flattened. Features that were measured
    /// together have the same.
    pub mean: Vec<f64>,
    /// The standard deviation of each feature (dividing by n), never 0: a constant feature has 1.
    pub std: Vec<f64>,
}

impl Standardizer {
    /// Measures each feature of x, f32 or f64 of shape `[n, features…]`; sums are taken in f64.
    ///
    /// A feature with a NaN or an infinity gets NaN.
    ///
    /// # Errors
    ///
    /// * [`DataError::Kind`] when x holds indices,
    /// * [`DataError::Shape`] when x has no axis,
    /// * [`DataError::Empty`] when x has no rows.
    pub fn fit(x: &Tensor) -> Result<Self, DataError> {
        Self::fit_together(x, 1)
    }

    /// Measures each channel of images x, of shape `[n, channels, …]`, over all their pixels.
    ///
    /// ```
    /// # use wengert_data::Standardizer;
    /// # use wengert_tensor::Tensor;
    /// let image = Tensor::from([[[0.0_f32, 2.0], [5.0, 5.0]]]); // two channels of two pixels
    /// let scale = Standardizer::fit_channels(&image)?;
    /// assert_eq!(scale.mean, [1.0, 1.0, 5.0, 5.0]);
    /// # Ok::<(), wengert_data::DataError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit), and [`DataError::Shape`] when x has no axis of channels.
    pub fn fit_channels(x: &Tensor) -> Result<Self, DataError> {
        match x.shape().get(2..) {
            Some(pixels) => Self::fit_together(x, pixels.iter().product()),
            None => Err(DataError::shape("x", x.shape(), "[n, channels, …]")),
        }
    }

    /// Measures all features of x together: one mean and one deviation, as for the pixels of
    /// grey images.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit).
    pub fn fit_whole(x: &Tensor) -> Result<Self, DataError> {
        Self::fit_together(x, x.shape().iter().skip(1).product())
    }

    /// Measures so many features at a time that follow each other.
    fn fit_together(x: &Tensor, group: usize) -> Result<Self, DataError> {
        match (x.shape().first(), x) {
            (None, _) => Err(DataError::shape("x", x.shape(), "[n, features…]")),
            (Some(0), _) => Err(DataError::Empty),
            (Some(_), Tensor::F32(x)) => Ok(Self::fit_array(x, group)),
            (Some(_), Tensor::F64(x)) => Ok(Self::fit_array(x, group)),
            (Some(_), Tensor::I64(_)) => Err(indices(x)),
        }
    }

    /// Standardised features: (x - mean) / std, of x's shape and precision.
    ///
    /// # Errors
    ///
    /// * [`DataError::Kind`] when x holds indices,
    /// * [`DataError::Shape`] when x has no axis, or its rows have more or fewer features than
    ///   were measured.
    ///
    /// # Panics
    ///
    /// When there are more or fewer means than deviations, which [`fit`](Self::fit) never leaves.
    #[track_caller]
    pub fn apply(&self, x: &Tensor) -> Result<Tensor, DataError> {
        self.map(x, |x, mean, std| (x - mean) / std)
    }

    /// The features that [`apply`](Self::apply) made z of, up to rounding: mean + std · z.
    ///
    /// # Errors
    ///
    /// Those of [`apply`](Self::apply).
    ///
    /// # Panics
    ///
    /// As [`apply`](Self::apply) does.
    #[track_caller]
    pub fn invert(&self, z: &Tensor) -> Result<Tensor, DataError> {
        self.map(z, |z, mean, std| mean + std * z)
    }

    fn fit_array<T: Native + Into<f64>>(x: &Array<T>, group: usize) -> Self {
        let x = x.contiguous();
        let elements = x.as_slice().expect("it was made contiguous");
        let width: usize = x.shape()[1..].iter().product();
        // Without features there is nothing to walk over, but chunks must have some length.
        let (width, group) = (width.max(1), group.max(1));
        let n = (x.shape()[0] * group) as f64;

        // For each group the sum of a term of its numbers' distances from a centre.
        let sums = |centres: &[f64], term: fn(f64) -> f64| {
            let mut sums = vec![0.0; centres.len()];
            for row in elements.chunks_exact(width) {
                let groups = sums.iter_mut().zip(row.chunks_exact(group)).zip(centres);
                for ((sum, values), centre) in groups {
                    *sum = values.iter().fold(*sum, |sum, &x| sum + term(x.into() - centre));
                }
            }
            sums
        };

        // Deviations from the first row are summed, not the numbers themselves: those of a constant
        // feature are exactly 0, and a large offset costs no digits.
        let first = elements.iter().take(width).step_by(group).map(|&first| first.into());
        let mut mean: Vec<f64> = first.collect();
        let sum = sums(&mean, |distance| distance);
        mean.iter_mut().zip(sum).for_each(|(mean, sum)| *mean += sum / n);
        let std = sums(&mean, |distance| distance * distance);
        let std = std.iter().map(|&sum| if sum == 0.0 { 1.0 } else { (sum / n).sqrt() });

        let each = |value| repeat_n(value, group);
        Self { std: std.flat_map(each).collect(), mean: mean.into_iter().flat_map(each).collect() }
    }

    #[track_caller]
    fn map(&self, x: &Tensor, f: impl Fn(f64, f64, f64) -> f64) -> Result<Tensor, DataError> {
        let (means, deviations) = (self.mean.len(), self.std.len());
        assert!(means == deviations, "{means} means but {deviations} standard deviations");
        let features = x.shape().get(1..).map(|row| row.iter().product::<usize>());
        if features != Some(means) {
            let expected = format!("[n, features…] with {means} features a row");
            return Err(DataError::shape("x", x.shape(), expected));
        }
        let mut scales = self.mean.iter().zip(&self.std).cycle();
        let mut f = |value| {
            let (&mean, &std) = scales.next().expect("a value is one of some features");
            f(value, mean, std)
        };
        match x {
            Tensor::F32(x) => Ok(x.map(|value| f(value.into()) as f32).into()),
            Tensor::F64(x) => Ok(x.map(f).into()),
            Tensor::I64(_) => Err(indices(x)),
        }
    }
}

fn indices(x: &Tensor) -> DataError {
    DataError::Kind { tensor: "x", found: x.dtype(), expected: "f32 or f64" }
}
