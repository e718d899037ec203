//! Where the data come from, and how they are divided and standardised.

use std::fmt;
use std::path::{Path, PathBuf};

use wengert::data::{breast_cancer, idx, iris, wine};
use wengert::prelude::*;

use crate::failure::Failure;

/// Where the data come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Digits,
    Iris,
    Wine,
    BreastCancer,
    /// A directory with IDX files.
    Directory(PathBuf),
}

/// Of all rows: those to learn from, those to watch the learning by, those to judge it by.
const PARTS: [f64; 3] = [0.7, 0.15, 0.15];

/// Where there is a test part already: those to learn from, and those to watch the learning by.
const LEARNT_PARTS: [f64; 2] = [11.0 / 12.0, 1.0 / 12.0];

/// A data set's parts, standardised by what is known of the first.
pub struct Parts {
    pub train: Dataset,
    pub valid: Dataset,
    pub test: Dataset,
}

impl Source {
    /// A data set by its name; any other name is that of a directory.
    pub fn named(name: &str) -> Source {
        match name {
            "digits" => Source::Digits,
            "iris" => Source::Iris,
            "wine" => Source::Wine,
            "breast-cancer" => Source::BreastCancer,
            path => Source::Directory(path.into()),
        }
    }

    /// Reads the data, and divides them by a seed. Images are `[n, height, width]`, and their pixels
    /// standardised one by one, or `together`.
    pub fn parts(&self, seed: u64, together: bool) -> Result<Parts, Failure> {
        let of_one = |data| {
            let [train, valid, test] = stratified_split(&data, PARTS, seed)?;
            Ok(Parts { train, valid, test })
        };
        let parts = match self {
            Source::Digits => of_one(as_images(digits(), [8, 8])),
            Source::Iris => of_one(iris()),
            Source::Wine => of_one(wine()),
            Source::BreastCancer => of_one(breast_cancer()),
            Source::Directory(path) => of_directory(path, seed),
        };
        parts?.standardised(together)
    }

    /// Whether its rows are images.
    pub fn has_images(&self) -> bool {
        matches!(self, Source::Digits | Source::Directory(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Digits => f.write_str("digits"),
            Source::Iris => f.write_str("iris"),
            Source::Wine => f.write_str("wine"),
            Source::BreastCancer => f.write_str("breast-cancer"),
            Source::Directory(path) => write!(f, "{}", path.display()),
        }
    }
}

fn as_images(mut data: Dataset, [height, width]: [usize; 2]) -> Dataset {
    let images = data.x.reshape([data.len(), height, width]);
    data.x = images.expect("the rows are images of this size");
    data
}

fn of_directory(path: &Path, seed: u64) -> Result<Parts, Failure> {
    if !path.is_dir() {
        return Err(Failure::NoData(path.into()));
    }
    let learnt = idx::mnist(path, idx::Part::Train)?;
    let test = idx::mnist(path, idx::Part::Test)?;
    let [train, valid] = stratified_split(&learnt, LEARNT_PARTS, seed)?;
    Ok(Parts { train, valid, test })
}

impl Parts {
    fn standardised(mut self, together: bool) -> Result<Parts, Failure> {
        let x = &self.train.x;
        let scale = if together { Standardizer::fit_whole(x) } else { Standardizer::fit(x) }?;
        for part in [&mut self.train, &mut self.valid, &mut self.test] {
            part.x = scale.apply(&part.x)?;
        }
        Ok(self)
    }
}
