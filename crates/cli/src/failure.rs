//! Why a command stopped before its end. What is wrong with a command line is clap's to say.

use std::path::PathBuf;
use std::{fmt, io};

use wengert::autodiff::RunError;
use wengert::data::DataError;
use wengert::formula::FormulaError;
use wengert::weights::{ProgramError, WeightsError};

use crate::check::ForeignError;

/// Why a command stopped before its end.
#[derive(Debug)]
pub enum Failure {
    /// The output could not be written.
    Output(io::Error),
    /// A formula, or the values of its inputs, can't be read or recorded.
    Formula(Box<FormulaError>),
    /// Inputs and values of a formula do not belong together.
    Inputs(String),
    /// A formula can't be computed at these values.
    Run(Box<RunError>),
    /// The file of a program can't be read.
    Program(Box<ProgramError>),
    /// A foreign program could not be asked.
    Foreign(Box<ForeignError>),
    /// What was made could not be written where it was to be.
    Unwritten {
        /// Where.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The data could not be prepared.
    Data(DataError),
    /// There is no data set and no directory of this name.
    NoData(PathBuf),
    /// A model for images was to learn from something else.
    NoImages(String),
    /// Training has left the finite numbers.
    Diverged {
        /// In which epoch, from 1.
        epoch: u64,
        /// The loss, NaN or infinite.
        loss: f64,
        /// The learning rate that led there.
        rate: f64,
    },
    /// Checkpoints could not be written where they were to be.
    Unwritable {
        /// Where.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A checkpoint could not be read, or is not one of this model.
    Checkpoint(Box<WeightsError>),
    /// Training can't go on from a checkpoint in this way.
    Unsuitable(String),
    /// Ctrl-C was pressed, and a checkpoint written.
    Interrupted {
        /// After how many steps.
        step: u64,
        /// The command that goes on from there.
        command: String,
    },
    /// What was learnt could not be written where it was to be.
    Unsaved {
        /// Why not.
        error: Box<WeightsError>,
        /// Where it is instead.
        rescued: Option<PathBuf>,
    },
}

/// The exit code of a program that Ctrl-C has ended: 128 and the number of the signal.
pub const INTERRUPTED: u8 = 130;

impl Failure {
    /// What the program tells its caller.
    pub fn exit_code(&self) -> u8 {
        if matches!(self, Failure::Interrupted { .. }) { INTERRUPTED } else { 1 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Output(error) => write!(f, "the output could not be written: {error}"),
            Failure::Formula(error) => write!(f, "{error}"),
            Failure::Inputs(reason) => f.write_str(reason),
            Failure::Run(error) => write!(f, "{error}"),
            Failure::Program(error) => write!(f, "{error}"),
            Failure::Foreign(error) => write!(f, "{error}"),
            Failure::Unwritten { path, error } => write!(f, "{}: {error}", path.display()),
            Failure::Data(error) => write!(f, "the data could not be prepared: {error}"),
            Failure::NoData(name) => write!(
                f,
                "there is no data set and no directory {}, expected digits, iris, wine, \
                 breast-cancer, or a directory with IDX files",
                name.display()
            ),
            Failure::NoImages(source) => {
                write!(f, "--model cnn is for images, and the rows of {source} are none")
            }
            Failure::Diverged { epoch, loss, rate } => write!(
                f,
                "training diverged: the loss became {loss} in epoch {epoch}; try a \
                 --learning-rate below {rate:?}"
            ),
            Failure::Unwritable { path, error } => {
                write!(f, "{}: no checkpoint can be written there: {error}", path.display())
            }
            Failure::Checkpoint(error) => write!(f, "{error}"),
            Failure::Unsuitable(reason) => {
                write!(f, "training can't go on from this checkpoint: {reason}")
            }
            Failure::Interrupted { step, command } => {
                write!(f, "interrupted after step {step}; to go on:\n{command}")
            }
            Failure::Unsaved { error, rescued: Some(path) } => {
                write!(f, "{error}; what was learnt is in {} instead", path.display())
            }
            Failure::Unsaved { error, rescued: None } => {
                write!(f, "{error}; what was learnt could not be written anywhere else either")
            }
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

impl From<FormulaError> for Failure {
    fn from(error: FormulaError) -> Failure {
        Failure::Formula(error.into())
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Failure {
        Failure::Run(error.into())
    }
}

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Failure {
        Failure::Program(error.into())
    }
}

impl From<ForeignError> for Failure {
    fn from(error: ForeignError) -> Failure {
        Failure::Foreign(error.into())
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Failure {
        Failure::Data(error)
    }
}

impl From<WeightsError> for Failure {
    fn from(error: WeightsError) -> Failure {
        Failure::Checkpoint(error.into())
    }
}
