//! Files that are written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process;

/// Writes a file so that, whatever happens, there is the old one or the new one, and never a part
/// of one: into another file in the same directory, which takes its place when all of it is on the
/// disk. If `write` fails, or anything else does, the other file is removed again.
///
/// A link is followed: what it points to is replaced.
///
/// ```
/// # use std::io::Write;
/// # let path = std::env::temp_dir().join(format!("wengert-doc-{}.txt", std::process::id()));
/// wengert_weights::write_atomically(&path, |file| write!(file, "all of it"))?;
/// assert_eq!(std::fs::read_to_string(&path)?, "all of it");
/// # std::fs::remove_file(&path)?;
/// # std::io::Result::Ok(())
/// ```
///
/// # Errors
///
/// Whatever the system or `write` complains of.
pub fn write_atomically(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let path = path.as_ref();
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (temporary, file) = Temporary::create_in(directory)?;
    let mut file = BufWriter::new(file);
    write(&mut file)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    temporary.take_the_place_of(&path)?;
    sync_directory(directory)
}

/// A file that is removed unless it takes another's place.
struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// A new file: what other processes write, or left behind, is not touched.
    fn create_in(directory: &Path) -> io::Result<(Temporary, File)> {
        let mut number = 0;
        loop {
            let path = directory.join(format!(".wengert-{}-{number}.tmp", process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Temporary { path }, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn take_the_place_of(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.path.clear();
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // There is an error already, and it says more than this one would.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The name of a file is on the disk only when its directory is.
#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Elsewhere directories can't be opened as files.
#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Reads a whole file, which is a regular one: no directory, and no endless device.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let kind = fs::metadata(path)?;
    if !kind.is_file() {
        let what = if kind.is_dir() { "it is a directory" } else { "it is not a regular file" };
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    fs::read(path)
}
