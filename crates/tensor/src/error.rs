//! What can be wrong with values from outside. Bugs of a caller panic instead.

use std::error::Error;
use std::fmt;

use crate::{DType, Shape};

/// Values that do not fill a shape, or rows that differ in length.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SizeError {
    /// The number of values is not the size of the shape.
    Fill {
        /// The number of values.
        values: usize,
        /// The shape that they should have filled.
        shape: Shape,
    },
    /// A row is longer or shorter than the first one.
    Ragged {
        /// Which row.
        row: usize,
        /// The number of values in the first row.
        expected: usize,
        /// The number of values in this row.
        found: usize,
    },
}

impl SizeError {
    /// Whether so many values fill the shape exactly.
    pub(crate) fn check(values: usize, shape: &Shape) -> Result<(), SizeError> {
        if values == shape.size() {
            return Ok(());
        }
        Err(SizeError::Fill { values, shape: shape.clone() })
    }
}

impl fmt::Display for SizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        match self {
            SizeError::Fill { values, shape } => {
                let (size, verb) = (shape.size(), if *values == 1 { "does" } else { "do" });
                write!(f, "{values} value{} {verb} not fill shape {shape}", plural(*values))?;
                write!(f, " ({size} element{})", plural(size))
            }
            SizeError::Ragged { row, expected, found } => {
                let plural = plural(*found);
                write!(f, "row {row} has {found} value{plural}, but row 0 has {expected}")
            }
        }
    }
}

impl Error for SizeError {}

/// Real numbers that were to become indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastError {
    pub(crate) from: DType,
}

impl fmt::Display for CastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values are not indices (i64)", self.from)
    }
}

impl Error for CastError {}
