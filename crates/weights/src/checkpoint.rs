//! Checkpoints: all that training needs to go on as if it had never been stopped, in one file.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use wengert_autodiff::{Params, Tape};
use wengert_optim::{Optimizer, State};
use wengert_tensor::Tensor;

use crate::error::{Problem, WeightsError};
use crate::file::{self, CHECKSUM, Metadata};
use crate::model::{Strictness, assign, named};

/// Parameters, the states of an optimizer and of whatever else has one, the random state of a tape,
/// and metadata.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_optim::{Adam, Optimizer};
/// # let path = std::env::temp_dir().join(format!("wengert-{}.checkpoint", std::process::id()));
/// # fn build() -> (Params, Adam, Tape) { (Params::f32(0), Adam::new(0.1), Tape::f32()) }
/// # fn train(_: &mut Params, _: &mut Adam, _: &mut Tape) {}
/// use wengert_weights::Checkpoint;
///
/// let (mut params, mut adam, mut tape) = build();
/// train(&mut params, &mut adam, &mut tape);
/// Checkpoint::new()
///     .params(&params)
///     .optimizer(&adam, &params)
///     .random(&tape)
///     .meta("epoch", 3)
///     .save(&path)?;
///
/// // Another day:
/// let (mut params, mut adam, mut tape) = build();
/// let checkpoint = Checkpoint::load(&path)?;
/// checkpoint.restore_params(&mut params)?;
/// checkpoint.restore_optimizer(&mut adam, &params)?;
/// checkpoint.restore_random(&mut tape)?;
/// let epoch: u64 = checkpoint.parse("epoch")?;
/// assert_eq!(epoch, 3);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), wengert_weights::WeightsError>(())
/// ```
///
/// What is restored is the same to the bit, and so is what follows. The file is in the format of
/// `safetensors`: a parameter `w` is the tensor `params/w`, an entry `w/m` of the optimizer's state
/// is `optimizer/w/m`, and everything else is in the metadata. It is written whole or not at all
/// ([`write_atomically`](crate::write_atomically)); a checksum (CRC-32) over all of its content
/// tells when it was damaged since.
///
/// Tensors are shared, not copied. So drop a checkpoint before training goes on: then parameters
/// are changed in place.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Checkpoint {
    /// Where it was loaded from.
    path: PathBuf,
    params: Vec<(String, Tensor)>,
    states: BTreeMap<String, State>,
    /// The seed of a tape, and how many steps it has made since.
    random: Option<(u64, u64)>,
    meta: Metadata,
}

/// What the names of a checkpoint's own metadata begin with.
const OWN: &str = "wengert.";

const VERSION: &str = "wengert.checkpoint";
const RANDOM: &str = "wengert.random";
const STATE: &str = "wengert.state.";

/// Goes up when something is written that older programs would misunderstand.
const NEWEST: u32 = 1;

/// What the state of the optimizer is called.
const OPTIMIZER: &str = "optimizer";

/// What the names of parameters begin with, before a slash.
const PARAMS: &str = "params";

impl Checkpoint {
    /// An empty checkpoint.
    pub fn new() -> Checkpoint {
        Checkpoint::default()
    }

    /// With all parameters of a store, buffers included.
    pub fn params(mut self, params: &Params) -> Checkpoint {
        self.params = named(params);
        self
    }

    /// With the state of the optimizer of these parameters.
    ///
    /// # Panics
    ///
    /// If they are not its parameters.
    #[track_caller]
    pub fn optimizer(self, optimizer: &dyn Optimizer, params: &Params) -> Checkpoint {
        self.state(OPTIMIZER, optimizer.state(params))
    }

    /// With a state by the name of `name`: of a second optimizer, of averaged parameters.
    ///
    /// # Panics
    ///
    /// If the name is `params`, or has a slash.
    #[track_caller]
    pub fn state(mut self, name: &str, state: State) -> Checkpoint {
        assert!(name != PARAMS && !name.contains('/'), "a state can't be named {name:?}");
        self.states.insert(name.to_owned(), state);
        self
    }

    /// With the seed of a tape, and the number of steps it has made since that was set.
    pub fn random(mut self, tape: &Tape) -> Checkpoint {
        self.random = Some(tape.random_state());
        self
    }

    /// With a value of one's own: the epoch, options, the name of the data. Numbers are written
    /// with all their digits.
    ///
    /// # Panics
    ///
    /// If the key begins with `wengert.`, which is for keys that are not one's own.
    #[track_caller]
    pub fn meta(mut self, key: &str, value: impl Display) -> Checkpoint {
        assert!(!key.starts_with(OWN), "the key {key:?} is none of one's own");
        self.meta.insert(key.to_owned(), value.to_string());
        self
    }

    /// Writes it to a file.
    ///
    /// # Errors
    ///
    /// If the system refuses, or two parameters have one name.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), WeightsError> {
        let mut metadata = self.meta.clone();
        metadata.insert(VERSION.to_owned(), NEWEST.to_string());
        if let Some((seed, steps)) = self.random {
            metadata.insert(RANDOM.to_owned(), format!("{seed} {steps}"));
        }
        let part = |part: &str, tensors: &[(String, Tensor)]| -> Vec<(String, Tensor)> {
            tensors.iter().map(|(name, x)| (format!("{part}/{name}"), x.clone())).collect()
        };
        let mut tensors = part(PARAMS, &self.params);
        for (name, state) in &self.states {
            metadata.insert(format!("{STATE}{name}"), state.kind.clone());
            tensors.extend(part(name, &state.entries));
        }
        file::save(path.as_ref(), &tensors, metadata)
    }

    /// Reads it from a file.
    ///
    /// # Errors
    ///
    /// If the system refuses, the file is malformed or damaged, or it is not a checkpoint, or one
    /// of a later version than this program knows.
    pub fn load(path: impl AsRef<Path>) -> Result<Checkpoint, WeightsError> {
        let path = path.as_ref();
        file::open(path, |tensors, metadata| {
            check_version(metadata)?;
            let mut checkpoint = Checkpoint { path: path.to_owned(), ..Checkpoint::new() };
            for (key, value) in metadata {
                checkpoint.read_metadata(key, value)?;
            }
            for (name, stored) in tensors {
                let refused = || format!("tensor {name:?} is {}", stored.describe());
                let tensor = stored.tensor().ok_or_else(|| Problem::Format(refused()))?;
                checkpoint.read_tensor(name, tensor)?;
            }
            Ok(checkpoint)
        })
    }

    fn read_metadata(&mut self, key: &str, value: &str) -> Result<(), Problem> {
        if let Some(name) = key.strip_prefix(STATE) {
            let state = State { kind: value.to_owned(), entries: Vec::new() };
            self.states.insert(name.to_owned(), state);
        } else if key == RANDOM {
            let pair = value.split_once(' ').map(|(seed, steps)| (seed.parse(), steps.parse()));
            let Some((Ok(seed), Ok(steps))) = pair else {
                return Err(wrong(key, value, "a seed and a number of steps"));
            };
            self.random = Some((seed, steps));
        } else if !key.starts_with(OWN) {
            self.meta.insert(key.to_owned(), value.to_owned());
        }
        Ok(())
    }

    fn read_tensor(&mut self, name: &str, tensor: Tensor) -> Result<(), Problem> {
        let (part, entry) = name.split_once('/').unwrap_or(("", name));
        let entries = if part == PARAMS {
            &mut self.params
        } else if let Some(state) = self.states.get_mut(part) {
            &mut state.entries
        } else {
            return Err(Problem::Format(format!("tensor {name:?} is of no part of a checkpoint")));
        };
        entries.push((entry.to_owned(), tensor));
        Ok(())
    }

    /// Gives parameters the values that they had: all of them, and there are no others.
    ///
    /// # Errors
    ///
    /// If they are not those of the checkpoint; the error says all that differs. Then none changes.
    pub fn restore_params(&self, params: &mut Params) -> Result<(), WeightsError> {
        let by_name: BTreeMap<&str, &Tensor> =
            self.params.iter().map(|(name, x)| (name.as_str(), x)).collect();
        let names = by_name.keys().copied();
        let stored = |name: &str| by_name.get(name).map(|&tensor| Ok(tensor.clone()));
        match assign(params, names, Strictness::EXACT, stored) {
            Ok(_) => Ok(()),
            Err(problem) => Err(problem.of(&self.path)),
        }
    }

    /// Lets an optimizer of these parameters go on from the state of the one that was saved.
    ///
    /// # Errors
    ///
    /// If there is none, or that was another kind of optimizer, or of other parameters. Then
    /// nothing changes.
    pub fn restore_optimizer(
        &self,
        optimizer: &mut dyn Optimizer,
        params: &Params,
    ) -> Result<(), WeightsError> {
        let state = self.state_of(OPTIMIZER)?;
        optimizer
            .load_state(params, state)
            .map_err(|error| Problem::State { name: OPTIMIZER.to_owned(), error }.of(&self.path))
    }

    /// The state of this name.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn state_of(&self, name: &str) -> Result<&State, WeightsError> {
        let missing = || Problem::Missing(format!("state {name:?}")).of(&self.path);
        self.states.get(name).ok_or_else(missing)
    }

    /// Lets a tape go on with the random numbers that would have followed.
    ///
    /// # Errors
    ///
    /// If there is no random state.
    pub fn restore_random(&self, tape: &mut Tape) -> Result<(), WeightsError> {
        let missing = || Problem::Missing("random state".to_owned()).of(&self.path);
        tape.set_random_state(self.random.ok_or_else(missing)?);
        Ok(())
    }

    /// A value of the metadata, if there is one.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.meta.get(key).map(String::as_str)
    }

    /// A value of the metadata as something else than text.
    ///
    /// # Errors
    ///
    /// If there is none, or it can't be read as such.
    pub fn parse<T: FromStr>(&self, key: &str) -> Result<T, WeightsError> {
        let missing = || Problem::Missing(format!("{key:?} among its metadata")).of(&self.path);
        let text = self.get(key).ok_or_else(missing)?;
        text.parse().map_err(|_| wrong(key, text, std::any::type_name::<T>()).of(&self.path))
    }
}

fn check_version(metadata: &Metadata) -> Result<(), Problem> {
    let Some(version) = metadata.get(VERSION) else {
        return Err(Problem::Version("this is no checkpoint, though it may be weights".into()));
    };
    match version.parse::<u32>() {
        // That of the content was verified, if it was there.
        Ok(1..=NEWEST) if !metadata.contains_key(CHECKSUM) => {
            Err(Problem::Missing("checksum".to_owned()))
        }
        Ok(1..=NEWEST) => Ok(()),
        _ => Err(Problem::Version(format!(
            "this is a checkpoint of version {version}, and only those up to {NEWEST} are known"
        ))),
    }
}

fn wrong(key: &str, found: &str, expected: &'static str) -> Problem {
    Problem::Value { key: key.to_owned(), found: found.to_owned(), expected }
}
