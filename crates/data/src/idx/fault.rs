//! What can be wrong with an IDX file. Where the file is, and whether it can be opened, is not
//! known here.

use std::error::Error;
use std::{fmt, io};

/// Why bytes are not an IDX file of bytes.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The first four bytes are not two zeros, 8 for unsigned bytes, and the number of axes.
    Magic(Vec<u8>),
    /// The file ends before its header does.
    Header {
        /// The number of axes, each with a size in the header.
        axes: u8,
    },
    /// A size is 0.
    Zero {
        /// The sizes in the header.
        sizes: Vec<u32>,
    },
    /// The sizes ask for more bytes than the file can hold.
    TooLarge {
        /// The sizes in the header.
        sizes: Vec<u32>,
        /// How many bytes the file can hold at most, once it is unpacked.
        limit: u64,
    },
    /// Fewer bytes follow the header than it says.
    Truncated {
        /// The sizes in the header.
        sizes: Vec<u32>,
        /// The bytes that it says, the product of the sizes.
        expected: u64,
        /// The bytes that follow.
        found: u64,
    },
    /// More bytes follow the header than it says.
    Trailing {
        /// The sizes in the header.
        sizes: Vec<u32>,
    },
    /// The number of axes is not one that was expected.
    Axes {
        /// The number of axes.
        found: usize,
        /// What was expected, as a phrase.
        expected: &'static str,
    },
    /// What gzip packed ends too early.
    CutShort,
    /// The bytes could not be read or unpacked.
    Read(io::Error),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic(found) => write!(
                f,
                "begins with {found:02x?}, expected 00 00 08 and the number of axes: an IDX file \
                 of bytes"
            ),
            Self::Header { axes } => {
                write!(f, "ends within the header, in the sizes of {axes} axes")
            }
            Self::Zero { sizes } => {
                write!(f, "the header says {sizes:?}, expected sizes of at least 1")
            }
            Self::TooLarge { sizes, limit } => write!(
                f,
                "the header says {sizes:?}, but there are at most {limit} bytes: the file was cut \
                 short, or the header is wrong"
            ),
            Self::Truncated { sizes, expected, found } => {
                write!(
                    f,
                    "the header says {sizes:?}, which is {expected} bytes, but {found} follow"
                )
            }
            Self::Trailing { sizes } => {
                write!(f, "the header says {sizes:?}, but more bytes follow")
            }
            Self::Axes { found, expected } => {
                write!(f, "the number of axes is {found}, expected {expected}")
            }
            Self::CutShort => write!(f, "what gzip packed ends too early: the file was cut short"),
            Self::Read(error) => write!(f, "could not be unpacked: {error}"),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            _ => None,
        }
    }
}
