//! What can be wrong with a file of weights.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use wengert_optim::{Differences, StateError};

/// Why weights could not be saved or loaded: which file, and what is wrong with it. Whatever was to
/// be changed, a file or a model, is as it was.
#[derive(Debug)]
pub struct WeightsError {
    /// The file. Empty for a checkpoint that was not loaded from one.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a file of weights.
#[derive(Debug)]
#[non_exhaustive]
pub enum Problem {
    /// The system refuses to read or to write it.
    Io(io::Error),
    /// It is no well-formed safetensors file, or can't become one.
    Format(String),
    /// It is damaged: its content is not what was written. Or another program has changed that, and
    /// kept the checksum.
    Checksum {
        /// What is said of the content in the file.
        noted: String,
        /// What the content has.
        found: String,
    },
    /// It is not a checkpoint, or one of a later version.
    Version(String),
    /// It has other tensors than were expected.
    Differences(Differences),
    /// It has no such part.
    Missing(String),
    /// A state that it has is of something else.
    State {
        /// The state.
        name: String,
        /// What is wrong with it.
        error: StateError,
    },
    /// A value among its metadata is not what it must be.
    Value {
        /// Its key.
        key: String,
        /// What it is.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
}

impl Problem {
    pub(crate) fn of(self, path: &Path) -> WeightsError {
        WeightsError { path: path.to_owned(), problem: self }
    }
}

impl fmt::Display for WeightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.as_os_str().is_empty() {
            write!(f, "{}: ", self.path.display())?;
        }
        self.problem.fmt(f)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Io(error) => write!(f, "{error}"),
            Problem::Format(message) | Problem::Version(message) => f.write_str(message),
            Problem::Checksum { noted, found } => write!(
                f,
                "the file is damaged, or was changed by another program: the checksum of its content \
                 is {found}, expected {noted} as noted in it"
            ),
            Problem::Differences(differences) => {
                write!(f, "these are not the tensors of the model:\n{differences}")
            }
            Problem::Missing(what) => write!(f, "the checkpoint has no {what}"),
            Problem::State { name, error } => write!(f, "{name}: {error}"),
            Problem::Value { key, found, expected } => {
                write!(f, "the checkpoint says {key:?} is {found:?}, expected {expected}")
            }
        }
    }
}

impl Error for WeightsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            Problem::Io(error) => Some(error),
            Problem::State { error, .. } => Some(error),
            _ => None,
        }
    }
}
