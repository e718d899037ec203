//! Weights and checkpoints in files, to the bit.
//!
//! [`save`] and [`load`] are for the parameters of a model alone, to be used elsewhere or by other
//! programs. A [`Checkpoint`] has all that training needs to go on: parameters, the state of the
//! optimizer, random numbers, and whatever else is noted in it. [`save_program`] and
//! [`load_program`] are for what is computed: a program, without the code that recorded it.
//!
//! The first two are files in the format of [safetensors](https://github.com/huggingface/safetensors): names,
//! shapes and numbers, and nothing that could be executed. What comes from a file is checked
//! before anything is changed: whatever is wrong with it, from a missing file to a flipped bit, is a
//! [`WeightsError`] (of a program, a [`ProgramError`]) that says which file, what was found, and
//! what was expected.
//!
//! The modules in reading order are `atomic`, how a file is written whole or not at all; `file`, the
//! bytes; `model`; `checkpoint`; and `program`, which needs the first alone.
#![forbid(unsafe_code)]

mod error;
pub use error::{Problem, WeightsError};

mod atomic;
pub use atomic::write_atomically;

mod file;

mod model;
pub use model::{Report, Strictness, load, save};

mod checkpoint;
pub use checkpoint::Checkpoint;

mod program;
pub use program::{
    ProgramError, ProgramProblem, load_program, read_program, save_program, write_program,
};
