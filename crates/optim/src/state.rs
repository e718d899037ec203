//! What was learnt while training, as named tensors: to be written down, and gone on from. Files
//! are elsewhere.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use wengert_tensor::{DType, Shape, Tensor};

/// Everything that an optimizer has learnt while training; its hyper-parameters are said again when
/// another is made to go on from it. What is made from this goes on to the bit.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_optim::{Adam, Optimizer};
/// # let mut params = Params::f64(0);
/// # let w = params.add("w", [4.0, -1.0]);
/// # let mut adam = Adam::new(0.1);
/// # let step = Tape::new().value_and_grad(&params, |scope| (scope.var(w).square().sum(), []));
/// # adam.step(&mut params, &step.gradients);
/// let state = adam.state(&params);
/// let names: Vec<&str> = state.entries.iter().map(|(name, _)| name.as_str()).collect();
/// assert_eq!(names, ["learning_rate", "w/t", "w/m", "w/v"]);
/// let mut other = Adam::new(0.1);
/// other.load_state(&params, &state).unwrap();
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct State {
    /// Of what kind of thing it is, such as `adam`.
    pub kind: String,
    /// Numbers and arrays by name. What belongs to a parameter is called by its name, a slash, and
    /// what it is.
    pub entries: Vec<(String, Tensor)>,
}

/// Why it is not possible to go on from a state. Then nothing was changed.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum StateError {
    /// It is the state of something else.
    Kind {
        /// Of what it is.
        found: String,
        /// Of what it was to be.
        expected: String,
    },
    /// It has other entries than it must.
    Entries(Differences),
}

/// How named tensors differ from those that were expected: all of it, not the first alone.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Differences {
    /// The names of those that are not there.
    pub missing: Vec<String>,
    /// The names of those that nothing is known of.
    pub unexpected: Vec<String>,
    /// Those that are there, but something else than expected.
    pub mismatched: Vec<Mismatch>,
}

/// A tensor that is something else than expected.
#[derive(Clone, PartialEq, Debug)]
pub struct Mismatch {
    /// Its name.
    pub name: String,
    /// What is there.
    pub found: String,
    /// What should be.
    pub expected: String,
}

impl Differences {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.mismatched.is_empty()
    }

    /// Notes that `name` is of this type instead of that.
    fn mismatch(&mut self, name: &str, found: (&Shape, DType), expected: (&Shape, DType)) {
        let text = |(shape, dtype): (&Shape, DType)| format!("{shape} of {dtype}");
        let (found, expected) = (text(found), text(expected));
        self.mismatched.push(Mismatch { name: name.to_owned(), found, expected });
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.missing.iter().map(|name| format!("{name:?} is missing"));
        let unexpected = self.unexpected.iter().map(|name| format!("{name:?} is not expected"));
        let mismatched = self.mismatched.iter().map(|Mismatch { name, found, expected }| {
            format!("{name:?} is {found}, expected {expected}")
        });
        let lines: Vec<String> = missing.chain(unexpected).chain(mismatched).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StateError::Kind { found, expected } => {
                write!(f, "the state is of {found}, expected one of {expected}")
            }
            StateError::Entries(differences) => {
                write!(f, "the state has not the expected entries:\n{differences}")
            }
        }
    }
}

impl Error for StateError {}

/// The entries of a state while they are read. What is wrong with them is collected.
pub(crate) struct Entries<'s> {
    left: BTreeMap<&'s str, &'s Tensor>,
    differences: Differences,
}

impl<'s> Entries<'s> {
    pub fn of(state: &'s State, kind: &str) -> Result<Entries<'s>, StateError> {
        if state.kind != kind {
            let (found, expected) = (state.kind.clone(), kind.to_owned());
            return Err(StateError::Kind { found, expected });
        }
        let left = state.entries.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        Ok(Entries { left, differences: Differences::default() })
    }

    pub fn has(&self, name: &str) -> bool {
        self.left.contains_key(name)
    }

    fn take(&mut self, name: &str) -> Option<&'s Tensor> {
        let found = self.left.remove(name);
        if found.is_none() {
            self.differences.missing.push(name.to_owned());
        }
        found
    }

    /// A tensor of the type of another.
    pub fn tensor(&mut self, name: &str, like: &Tensor) -> Option<Tensor> {
        let found = self.take(name)?;
        let types = [found, like].map(|tensor| (tensor.shape(), tensor.dtype()));
        if types[0] != types[1] {
            self.differences.mismatch(name, types[0], types[1]);
            return None;
        }
        Some(found.clone())
    }

    /// A finite number that is not negative.
    pub fn number(&mut self, name: &str) -> Option<f64> {
        let number = self.tensor(name, &Tensor::from(0.0))?.item();
        if number.is_finite() && number >= 0.0 {
            return Some(number);
        }
        self.wrong(name, number.to_string(), "a finite number that is not negative")
    }

    /// How often something was done.
    pub fn count(&mut self, name: &str, least: i32) -> Option<i32> {
        let found = self.tensor(name, &Tensor::from(0_i64))?;
        let number = found.array::<i64>().expect("that is its type").item();
        match i32::try_from(number) {
            Ok(count) if count >= least => Some(count),
            _ => {
                let expected = format!("a count from {least} to {}", i32::MAX);
                self.wrong(name, number.to_string(), &expected)
            }
        }
    }

    fn wrong<T>(&mut self, name: &str, found: String, expected: &str) -> Option<T> {
        let (name, expected) = (name.to_owned(), expected.to_owned());
        self.differences.mismatched.push(Mismatch { name, found, expected });
        None
    }

    /// Says what was wrong, and what was not asked for.
    pub fn finish(mut self) -> Result<(), StateError> {
        let names = self.left.keys().map(|&name| name.to_owned());
        self.differences.unexpected.extend(names);
        let differences = self.differences;
        if differences.is_empty() { Ok(()) } else { Err(StateError::Entries(differences)) }
    }
}
