//! Why a command stopped before its end. What is wrong with a command line is clap's to say.

use std::{fmt, io};

use wengert::data::DataError;

/// Why a command stopped before its end.
#[derive(Debug)]
pub enum Failure {
    /// The output could not be written.
    Output(io::Error),
    /// The data could not be prepared.
    Data(DataError),
    /// Training has left the finite numbers.
    Diverged {
        /// In which epoch, from 1.
        epoch: u64,
        /// The loss, NaN or infinite.
        loss: f64,
        /// The learning rate that led there.
        rate: f64,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Output(error) => write!(f, "the output could not be written: {error}"),
            Failure::Data(error) => write!(f, "the data could not be prepared: {error}"),
            Failure::Diverged { epoch, loss, rate } => write!(
                f,
                "training diverged: the loss became {loss} in epoch {epoch}; try a \
                 --learning-rate below {rate:?}"
            ),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Failure {
        Failure::Data(error)
    }
}
