//! What can be wrong with the file of a program.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use wengert_autodiff::{Origin, ShapeError};

/// Why a program could not be written or read: which file, which line of it, and what is wrong.
#[derive(Debug)]
pub struct ProgramError {
    /// The file; empty for a text that is not from one.
    pub path: PathBuf,
    /// The line, from 1, if there is one to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: ProgramProblem,
}

/// What is wrong with the file of a program, or with a program that can't become one.
#[derive(Debug)]
#[non_exhaustive]
pub enum ProgramProblem {
    /// The system refuses to read or to write it.
    Io(io::Error),
    /// It is not in the format of programs.
    Format(String),
    /// It is one of a version that is not known.
    Version(String),
    /// An operation does not admit its operands.
    Operands(ShapeError),
    /// The result of an operation is of another type than the file states.
    Type {
        /// What is stated.
        stated: String,
        /// What the operation gives.
        found: String,
    },
    /// An operation that can't be written: its meaning is code, or another program.
    Operation {
        /// The name of the operation.
        name: String,
        /// Where it was recorded.
        origin: Origin,
    },
}

impl ProgramError {
    pub(crate) fn at(self, path: &Path) -> ProgramError {
        ProgramError { path: path.to_owned(), ..self }
    }
}

impl From<ProgramProblem> for ProgramError {
    fn from(problem: ProgramProblem) -> ProgramError {
        ProgramError { path: PathBuf::new(), line: None, problem }
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.as_os_str().is_empty() {
            write!(f, "{}: ", self.path.display())?;
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        self.problem.fmt(f)
    }
}

impl fmt::Display for ProgramProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProgramProblem::Io(error) => write!(f, "{error}"),
            ProgramProblem::Format(message) | ProgramProblem::Version(message) => {
                f.write_str(message)
            }
            ProgramProblem::Operands(error) => write!(f, "{error}"),
            ProgramProblem::Type { stated, found } => {
                write!(f, "the result is {found}, not {stated} as stated")
            }
            ProgramProblem::Operation { name, origin } => write!(
                f,
                "the operation `{name}`, recorded at {origin}, can't be written: its meaning is \
                 code of its own, or a program"
            ),
        }
    }
}

impl Error for ProgramError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            ProgramProblem::Io(error) => Some(error),
            ProgramProblem::Operands(error) => Some(error),
            _ => None,
        }
    }
}
