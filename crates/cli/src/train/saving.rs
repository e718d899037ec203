//! When checkpoints are written, and what happens if they can't be. What is in them is said in
//! `checkpoint`.

use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, fs, io};

use wengert::weights::{WeightsError, write_atomically};

use crate::failure::{Failure, INTERRUPTED};
use crate::train::checkpoint;
use crate::train::options::Options;
use crate::train::report::Progress;
use crate::train::training::{Place, Training};
use crate::words::quoted;

/// Writes checkpoints when it is time, if there is a place for them.
pub struct Keeper {
    path: Option<PathBuf>,
    /// After how many steps, beside the ends of epochs.
    every: Option<u64>,
    /// The command that goes on from a checkpoint.
    command: String,
    /// What tells these data from others.
    data: u64,
    interrupted: Arc<AtomicBool>,
    /// The place of the last checkpoint.
    saved: Option<Place>,
}

impl Keeper {
    /// Makes sure that checkpoints can be written where they are to be, before anything is learnt,
    /// and sees to it that Ctrl-C is heard.
    pub fn new(options: &Options) -> Result<Keeper, Failure> {
        let keeping = &options.keeping;
        let path = keeping.save.clone().or_else(|| keeping.resume.clone());
        let interrupted = Arc::new(AtomicBool::new(false));
        if let Some(path) = &path {
            try_out(path).map_err(|error| Failure::Unwritable { path: path.clone(), error })?;
            listen(interrupted.clone());
        }
        let (every, command) = (keeping.checkpoint_every, command(options));
        Ok(Keeper { path, every, command, data: 0, interrupted, saved: None })
    }

    /// The fingerprint of the data that are learnt from.
    pub fn set_data(&mut self, fingerprint: u64) {
        self.data = fingerprint;
    }

    /// Writes a checkpoint if one is due after a step; stops after Ctrl-C.
    pub fn after_step(&mut self, training: &Training, progress: &Progress) -> Result<(), Failure> {
        let due = self.every.is_some_and(|every| training.done().is_multiple_of(every));
        if due || self.is_interrupted() { self.save(training, progress) } else { Ok(()) }
    }

    /// Writes a checkpoint after an epoch; stops after Ctrl-C.
    pub fn after_epoch(&mut self, training: &Training, progress: &Progress) -> Result<(), Failure> {
        self.save(training, progress)
    }

    /// Sees to it, when all is done, that the last checkpoint is in a file, if not in the one that
    /// it was meant for.
    pub fn finish(&mut self, training: &Training) -> Result<(), Failure> {
        if self.saved == Some(training.place) {
            return Ok(());
        }
        self.write(training).map_err(|error| self.rescue(training, error))
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    fn save(&mut self, training: &Training, progress: &Progress) -> Result<(), Failure> {
        if self.path.is_none() {
            return Ok(());
        }
        // What has left the finite numbers is not to take the place of what has not.
        training.check_params()?;
        let written = self.write(training);
        match written {
            _ if training.is_over() => {}
            Ok(()) if self.is_interrupted() => {
                let (step, command) = (training.done(), self.command.clone());
                return Err(Failure::Interrupted { step, command });
            }
            Err(error) if self.is_interrupted() => return Err(self.rescue(training, error)),
            // It may be better the next time, and the last time there is a way out.
            Err(error) => progress.warn(&format!("{error}; training goes on")),
            Ok(()) => {}
        }
        Ok(())
    }

    fn write(&mut self, training: &Training) -> Result<(), WeightsError> {
        if let Some(path) = &self.path {
            checkpoint::of(training, self.data).save(path)?;
            self.saved = Some(training.place);
        }
        Ok(())
    }

    /// Writes a checkpoint anywhere rather than lose what was learnt.
    fn rescue(&self, training: &Training, error: WeightsError) -> Failure {
        let name = format!("wengert-rescued-{}.checkpoint", process::id());
        let checkpoint = checkpoint::of(training, self.data);
        let places = [PathBuf::from("."), env::temp_dir()].map(|place| place.join(&name));
        let rescued = places.into_iter().find(|place| checkpoint.save(place).is_ok());
        Failure::Unsaved { error: error.into(), rescued }
    }
}

/// Whether a file can be written there: another is, beside it.
fn try_out(path: &Path) -> io::Result<()> {
    if path.is_dir() || path.file_name().is_none() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
    }
    let trial = path.with_file_name(format!(".wengert-{}.trial", process::id()));
    write_atomically(&trial, |_| Ok(()))?;
    fs::remove_file(trial)
}

/// The first Ctrl-C is remembered until a step is done; a second one ends the program at once.
fn listen(interrupted: Arc<AtomicBool>) {
    let heard = ctrlc::set_handler(move || {
        if interrupted.swap(true, Ordering::SeqCst) {
            process::exit(INTERRUPTED.into());
        }
    });
    // Where it can't be heard, Ctrl-C does what it always did.
    drop(heard);
}

/// The command that goes on from a checkpoint of a training with these options.
fn command(options: &Options) -> String {
    let keeping = &options.keeping;
    let path = keeping.save.as_ref().or(keeping.resume.as_ref());
    let path = path.map(|path| quoted(&path.to_string_lossy())).unwrap_or_default();
    let every = keeping.checkpoint_every.map(|every| format!(" --checkpoint-every {every}"));
    let threads = options.threads.map(|threads| format!(" --threads {threads}"));
    let [every, threads] = [every, threads].map(Option::unwrap_or_default);
    format!("wengert train --resume {path}{every}{threads}")
}
