//! The report of a check, as text or for other programs.

use std::io::{self, ErrorKind, Write};

use wengert::autodiff::check::Report;
use wengert::view::check::{to_html, to_json, to_junit};
use wengert::weights::write_atomically;

use crate::check::options::{Format, Options};
use crate::failure::Failure;

/// Writes the report where it is to go.
pub fn write(
    options: &Options,
    title: &str,
    report: &Report,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let text = match options.format {
        Format::Text => format!("{title}\n{report}\n"),
        Format::Json => to_json(report, title),
        Format::Junit => to_junit(report, title),
        Format::Html => to_html(report, title),
    };
    match &options.output {
        None => written(out, &text)?,
        Some(path) => write_atomically(path, |file| file.write_all(text.as_bytes()))
            .map_err(|error| Failure::Unwritten { path: path.clone(), error })?,
    }
    Ok(())
}

/// Writes all of a text, or as much as its reader wants: the verdict is in the exit code as well.
fn written(out: &mut impl Write, text: &str) -> io::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
