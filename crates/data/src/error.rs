//! What can be wrong with data; misuse of the interface panics instead and is not here.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use wengert_tensor::{DType, Shape};

use crate::idx;

/// Why data could not be read, joined or divided: what is wrong, where, and what was expected.
///
/// Rows are counted from 0, as in a tensor; lines and columns of a text from 1, as in an editor.
#[derive(Debug)]
#[non_exhaustive]
pub enum DataError {
    /// A tensor holds another kind of number than it must.
    Kind {
        /// The tensor: `"x"` or `"y"`.
        tensor: &'static str,
        /// The kind it holds.
        found: DType,
        /// The kind or kinds it may hold.
        expected: &'static str,
    },
    /// A tensor has a shape that does not fit.
    Shape {
        /// The tensor: `"x"` or `"y"`.
        tensor: &'static str,
        /// Its shape.
        found: Shape,
        /// The shapes that fit, as a phrase.
        expected: String,
    },
    /// There are not as many labels as rows.
    Count {
        /// Rows of x.
        rows: usize,
        /// Entries of y.
        labels: usize,
    },
    /// A label names none of the classes.
    Label {
        /// The row it belongs to, from 0.
        row: usize,
        /// The label.
        label: i64,
        /// The number of classes; labels run from 0 to one less.
        classes: usize,
    },
    /// A field of a text is not what belongs there.
    Field {
        /// Its line, from 1.
        line: usize,
        /// Its column, from 1: the place among the fields of the line.
        column: usize,
        /// What belongs there, as a phrase.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A line of a text has more or fewer fields than the first.
    Ragged {
        /// The line, from 1.
        line: usize,
        /// The number of its fields.
        found: usize,
        /// The number of fields of the first line.
        expected: usize,
    },
    /// A table has no column of this name.
    Column {
        /// The name that was asked for.
        name: String,
        /// The names in the table's header.
        header: Vec<String>,
    },
    /// There are not as many names as features.
    Features {
        /// The number of names.
        names: usize,
        /// The number of features of a row.
        features: usize,
    },
    /// There is not one row where at least one is needed.
    Empty,
    /// None of the files that would do is in a directory.
    Missing {
        /// The directory.
        directory: PathBuf,
        /// The names that were looked for.
        names: Vec<String>,
    },
    /// A file could not be opened or read.
    Read(io::Error),
    /// Bytes are not what the IDX format asks for.
    Idx(idx::Fault),
    /// What was read from a file is wrong.
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: Box<DataError>,
    },
    /// Compressed bytes could not be unpacked into text.
    Unpack(io::Error),
    /// The parts of a split are not all positive, or do not make a whole.
    Fractions(Vec<f64>),
}

impl DataError {
    pub(crate) fn shape(tensor: &'static str, found: &Shape, expected: impl Into<String>) -> Self {
        Self::Shape { tensor, found: found.clone(), expected: expected.into() }
    }

    /// The same, said of a file.
    pub(crate) fn of_file(self, path: &Path) -> Self {
        Self::File { path: path.into(), error: self.into() }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind { tensor, found, expected } => {
                write!(f, "{tensor} holds {found}, expected {expected}")
            }
            Self::Shape { tensor, found, expected } => {
                write!(f, "{tensor} has shape {found}, expected {expected}")
            }
            Self::Count { rows, labels } => {
                write!(f, "x has {rows} rows but y has {labels} labels, expected one label a row")
            }
            Self::Label { row, label, classes } => write!(
                f,
                "row {row} has label {label}, expected a label of one of the {classes} classes \
                 (counted from 0)"
            ),
            Self::Field { line, column, expected, found } => {
                write!(f, "line {line}, column {column}: expected {expected}, found {found:?}")
            }
            Self::Ragged { line, found, expected } => {
                write!(
                    f,
                    "line {line} has {found} fields, expected {expected} as in the first line"
                )
            }
            Self::Column { name, header } => {
                write!(f, "there is no column {name:?}, expected one of {}", header.join(", "))
            }
            Self::Features { names, features } => {
                write!(f, "{names} names were given to {features} features, expected one each")
            }
            Self::Empty => write!(f, "there are no rows, expected at least one"),
            Self::Missing { directory, names } => {
                write!(f, "{}: found none of the files {}", directory.display(), names.join(", "))
            }
            Self::Read(error) => write!(f, "could not be read: {error}"),
            Self::Idx(fault) => write!(f, "{fault}"),
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Unpack(error) => write!(f, "expected text packed by gzip: {error}"),
            Self::Fractions(fractions) => {
                write!(f, "expected positive fractions that sum to 1, found {fractions:?}")
            }
        }
    }
}

impl Error for DataError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unpack(error) | Self::Read(error) => Some(error),
            Self::Idx(fault) => Some(fault),
            Self::File { error, .. } => Some(error),
            _ => None,
        }
    }
}
