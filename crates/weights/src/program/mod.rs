//! Programs in files: what they compute, without the code that recorded them. The format is written
//! down in `docs/program-format.md`.

mod error;
mod line;
mod reading;
mod writing;

pub use error::{ProgramError, ProgramProblem};
pub use reading::read_program;
pub use writing::write_program;

use std::io::Write;
use std::path::Path;

use wengert_autodiff::Program;

use crate::atomic::{read, write_atomically};

/// Writes a program to a file, whole or not at all
/// ([`write_atomically`](crate::write_atomically)), as [`write_program`] does.
///
/// ```
/// # use wengert_autodiff::Tape;
/// # use wengert_tensor::Tensor;
/// use wengert_weights::{load_program, save_program};
/// # let path = std::env::temp_dir().join(format!("wengert-{}.jsonl", std::process::id()));
/// let tape = Tape::new();
/// let x = tape.input(0.0);
/// let y = x * x * x;
/// let [dy] = tape.grad(y, [x]);
/// save_program(&path, &tape.program([x], [y, dy]))?;
///
/// let program = load_program(&path)?;
/// let [y, dy] = program.run([&Tensor::from(2.0)]);
/// assert_eq!((y.item(), dy.item()), (8.0, 12.0));
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), wengert_weights::ProgramError>(())
/// ```
///
/// # Errors
///
/// As [`write_program`], or if the system refuses.
pub fn save_program(path: impl AsRef<Path>, program: &Program) -> Result<(), ProgramError> {
    let path = path.as_ref();
    let text = write_program(program).map_err(|error| error.at(path))?;
    let written = write_atomically(path, |file| file.write_all(text.as_bytes()));
    written.map_err(|error| ProgramError::from(ProgramProblem::Io(error)).at(path))
}

/// Reads a program from a file, as [`read_program`] does.
///
/// # Errors
///
/// As [`read_program`], or if the system refuses.
pub fn load_program(path: impl AsRef<Path>) -> Result<Program, ProgramError> {
    let path = path.as_ref();
    let bytes = read(path).map_err(ProgramProblem::Io);
    let text = bytes.and_then(|bytes| {
        String::from_utf8(bytes)
            .map_err(|error| ProgramProblem::Format(format!("this is no text: {error}")))
    });
    text.map_err(ProgramError::from)
        .and_then(|text| read_program(&text))
        .map_err(|error| error.at(path))
}
