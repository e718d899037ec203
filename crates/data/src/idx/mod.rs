//! The IDX format, in which MNIST and its relatives are handed on: bytes under a shape, often
//! packed by gzip. Nothing is downloaded here; the caller says where the files are.
//!
//! ```no_run
//! use wengert_data::{Standardizer, idx};
//!
//! let mut train = idx::mnist("data/mnist", idx::Part::Train)?;
//! assert_eq!(train.x.shape()[..], [60_000, 28, 28]);
//!
//! let scale = Standardizer::fit_whole(&train.x)?; // mean 0.1307, deviation 0.3081
//! train.x = scale.apply(&train.x)?;
//! # Ok::<(), wengert_data::DataError>(())
//! ```

mod fault;

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use wengert_tensor::{Shape, Tensor};

use crate::{DataError, Dataset};

pub use fault::Fault;

/// Bytes under a shape: what an IDX file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// The size along each axis; none is 0.
    pub shape: Shape,
    /// The bytes in row-major order, as many as the shape has elements.
    pub bytes: Vec<u8>,
}

/// Which of the two parts of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Those to learn from, in files whose names begin with `train`.
    Train,
    /// Those to be judged by, in files whose names begin with `t10k`.
    Test,
}

/// Reads an IDX file of bytes, packed by gzip or not: its first bytes tell, not its name.
///
/// Memory is taken for no more than the file can hold, whatever sizes its header claims.
///
/// # Errors
///
/// [`DataError::File`], about [`DataError::Read`] when it cannot be opened, and about
/// [`DataError::Idx`] when it is not what the format asks for, cut short or damaged.
pub fn read(path: impl AsRef<Path>) -> Result<Idx, DataError> {
    let path = path.as_ref();
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (length, file) = opened.map_err(|error| DataError::Read(error).of_file(path))?;
    unpack(BufReader::new(file), length).map_err(|fault| DataError::Idx(fault).of_file(path))
}

/// Reads an IDX file of bytes that is in memory already, packed by gzip or not.
///
/// ```
/// use wengert_data::idx;
///
/// let images = idx::parse(&[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 7, 255])?;
/// assert_eq!(images.shape[..], [2, 1]);
/// assert_eq!(images.bytes, [7, 255]);
///
/// let error = idx::parse(&[0, 0, 8, 1, 0, 0, 0, 2, 7]).unwrap_err();
/// assert_eq!(error.to_string(), "the header says [2], which is 2 bytes, but 1 follow");
/// # Ok::<(), idx::Fault>(())
/// ```
///
/// # Errors
///
/// A [`Fault`] when the bytes are not what the format asks for.
pub fn parse(bytes: &[u8]) -> Result<Idx, Fault> {
    unpack(bytes, bytes.len() as u64)
}

/// The images and labels of MNIST, or of a data set that is handed on in files of the same names:
/// x has shape `[n, height, width]` with pixels from 0 (paper) to 1 (ink), and the classes are
/// `"0"` to `"9"`.
///
/// A file may be named `train-images-idx3-ubyte` or `train-images.idx3-ubyte`, with or without
/// `.gz`; of several, the first in the order of [`DataError::Missing`] is read.
///
/// # Errors
///
/// * [`DataError::Missing`] when a file is there under none of these names,
/// * those of [`dataset`].
pub fn mnist(directory: impl AsRef<Path>, part: Part) -> Result<Dataset, DataError> {
    let directory = directory.as_ref();
    let part = match part {
        Part::Train => "train",
        Part::Test => "t10k",
    };
    let images = find(directory, &format!("{part}-images"), "idx3-ubyte")?;
    let labels = find(directory, &format!("{part}-labels"), "idx1-ubyte")?;
    dataset(images, labels, (0..10).map(|digit| digit.to_string()))
}

/// Joins a file of images, or of other rows of bytes, and a file of their labels: x is the bytes
/// divided by 255, y the places among `classes`.
///
/// # Errors
///
/// Those of [`read`], and [`DataError::File`] about
///
/// * [`Fault::Axes`] when the labels are not a plain list, or the images are one,
/// * [`DataError::Count`] when there are more or fewer labels than images,
/// * [`DataError::Label`] at the first label that is the place of no class.
///
/// # Panics
///
/// Never: a file that was read has as many bytes as its shape.
pub fn dataset<C: Into<String>>(
    images: impl AsRef<Path>,
    labels: impl AsRef<Path>,
    classes: impl IntoIterator<Item = C>,
) -> Result<Dataset, DataError> {
    let (images, labels) = (images.as_ref(), labels.as_ref());
    let axes =
        |found, expected, path| DataError::Idx(Fault::Axes { found, expected }).of_file(path);
    // The smaller file first: much of what can be wrong is then told without reading the other.
    let y = read(labels)?;
    if y.shape.rank() != 1 {
        return Err(axes(y.shape.rank(), "1, for labels", labels));
    }
    let x = read(images)?;
    if x.shape.rank() < 2 {
        return Err(axes(x.shape.rank(), "at least 2, for images", images));
    }
    let pixels = x.bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect();
    let x = Tensor::from_vec::<f32>(pixels, x.shape).expect("as many bytes as the shape has");
    let y = y.bytes.into_iter().map(i64::from).collect::<Vec<i64>>();
    Dataset::new(x, Tensor::from(y), classes).map_err(|error| error.of_file(labels))
}

/// The file of a name whose last part is set off by a hyphen or a dot, packed or not.
fn find(directory: &Path, name: &str, format: &str) -> Result<PathBuf, DataError> {
    let names = [("-", ""), ("-", ".gz"), (".", ""), (".", ".gz")]
        .map(|(between, packed)| format!("{name}{between}{format}{packed}"));
    let path = names.iter().map(|name| directory.join(name)).find(|path| path.exists());
    path.ok_or_else(|| DataError::Missing { directory: directory.into(), names: names.into() })
}

/// No packed byte stands for more bytes than this in the format of gzip.
const MOST_PACKED: u64 = 1032;

fn unpack(mut bytes: impl BufRead, length: u64) -> Result<Idx, Fault> {
    let packed = bytes.fill_buf().map_err(Fault::Read)?.starts_with(&[0x1F, 0x8B]);
    if packed {
        decode(MultiGzDecoder::new(bytes), length.saturating_mul(MOST_PACKED))
    } else {
        decode(bytes, length)
    }
}

/// Reads header and bytes, which with the header are at most `limit`.
fn decode(mut bytes: impl Read, limit: u64) -> Result<Idx, Fault> {
    let mut take = |count: u64| {
        let mut taken = Vec::new();
        match bytes.by_ref().take(count).read_to_end(&mut taken) {
            // What gzip says of a stream that is cut short.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(Fault::CutShort),
            Err(error) => Err(Fault::Read(error)),
            Ok(_) => Ok(taken),
        }
    };

    let magic = take(4)?;
    let &[0, 0, 8, axes] = &magic[..] else {
        return Err(Fault::Magic(magic));
    };
    let header = take(4 * u64::from(axes))?;
    if header.len() < 4 * usize::from(axes) {
        return Err(Fault::Header { axes });
    }
    let sizes = header.chunks_exact(4).map(|size| size.try_into().expect("four bytes"));
    let sizes: Vec<u32> = sizes.map(u32::from_be_bytes).collect();
    if sizes.contains(&0) {
        return Err(Fault::Zero { sizes });
    }
    let product = sizes.iter().try_fold(1_u64, |product, &size| product.checked_mul(size.into()));
    let Some(size) = product.filter(|&size| size <= limit) else {
        return Err(Fault::TooLarge { sizes, limit });
    };

    // One more than there should be shows whether anything follows.
    let bytes = take(size + 1)?;
    let found = bytes.len() as u64;
    if found < size {
        return Err(Fault::Truncated { sizes, expected: size, found });
    }
    if found > size {
        return Err(Fault::Trailing { sizes });
    }
    let shape: Vec<usize> = sizes.into_iter().map(|size| size as usize).collect();
    Ok(Idx { shape: shape.into(), bytes })
}
