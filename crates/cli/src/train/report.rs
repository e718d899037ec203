//! The progress bar, and lines that are written while it stands.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error; nothing if that is no terminal.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar that is full after so many steps, of which some have been done.
    pub fn new(steps: u64, done: u64) -> Progress {
        let style =
            ProgressStyle::with_template("{bar:32} {msg}, batches at {per_sec}, {eta} left");
        let bar = ProgressBar::new(steps);
        bar.set_position(done);
        bar.reset_eta();
        Progress { bar: bar.with_style(style.expect("the template is well-formed")) }
    }

    /// A step of an epoch is done, with this loss.
    pub fn step(&self, epoch: u64, loss: f64) {
        self.bar.inc(1);
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("epoch {epoch}, loss {loss:.4}"));
        }
    }

    /// Writes a line above the bar.
    pub fn line(&self, out: &mut impl Write, line: &str) -> io::Result<()> {
        self.bar.suspend(|| writeln!(out, "{line}"))
    }

    /// Writes a warning to standard error, above the bar.
    pub fn warn(&self, warning: &str) {
        self.bar.suspend(|| eprintln!("warning: {warning}"));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
