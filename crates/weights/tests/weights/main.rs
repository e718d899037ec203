//! Files of weights: what is written is read again to the bit, and nothing else is.

mod atomic;
mod checkpoints;
mod damage;
mod models;
mod programs;
mod resuming;

use std::fs;
use std::path::{Path, PathBuf};

use wengert_autodiff::Params;

/// A directory of a test's own, which is removed with all that is in it.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Directory {
        let name = format!("wengert-weights-{}-{test}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("there is a place for temporary files");
        Directory(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The names of all files in it.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The file that Python has written.
fn python() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/python.safetensors"))
}

/// Names, types and the bits of all numbers.
fn bits(params: &Params) -> Vec<(String, String, Vec<u64>)> {
    let each = params.iter().map(|(_, parameter)| {
        let value = &parameter.value;
        let bits = match value.array::<i64>() {
            Some(indices) => indices.iter().map(i64::cast_unsigned).collect(),
            None => value.to_vec_f64().into_iter().map(f64::to_bits).collect(),
        };
        (parameter.name.clone(), format!("{} {}", value.shape(), value.dtype()), bits)
    });
    each.collect()
}
