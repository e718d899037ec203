//! What foreign programs do wrong, in words.

use std::error::Error;
use std::io::ErrorKind;
use std::process::ExitStatus;
use std::time::Duration;
use std::{fmt, io};

/// A foreign program could not be asked.
#[derive(Debug)]
pub struct ForeignError {
    /// The program and its arguments.
    pub command: String,
    /// What it was asked; `None` before it was started.
    pub question: Option<Question>,
    /// What went wrong.
    pub problem: Problem,
}

/// What programs are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// What are you?
    Describe,
    /// What is your value?
    Value,
    /// What is your gradient?
    Gradient,
}

/// What went wrong.
#[derive(Debug)]
pub enum Problem {
    /// It can't be started.
    Start(io::Error),
    /// It ended.
    Ended(ExitStatus),
    /// It goes on, and has closed its standard output.
    Closed,
    /// Its standard output can't be read.
    Unreadable(io::Error),
    /// There was no answer in this time.
    Silent(Duration),
    /// A line had more bytes than this.
    TooLong(u64),
    /// A line was not UTF-8.
    NoText(Vec<u8>),
    /// A line was not JSON.
    NoJson {
        /// The line.
        line: String,
        /// What was expected.
        reason: String,
    },
    /// There was a line that nobody had asked for.
    Unasked(String),
    /// The answer is not of the form that was asked for.
    Form {
        /// The line.
        line: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It answered with this error.
    Said(String),
}

impl Error for ForeignError {}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Question::Describe => "asked what it is",
            Question::Value => "asked for its value",
            Question::Gradient => "asked for its gradient",
        })
    }
}

impl fmt::Display for ForeignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.command)?;
        if let Some(question) = self.question {
            write!(f, ", {question},")?;
        }
        write!(f, " {}", self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Start(error) => {
                f.write_str("could not be started: ")?;
                match error.kind() {
                    ErrorKind::NotFound => f.write_str(
                        "there is no such program, or not the interpreter that its first line names",
                    ),
                    ErrorKind::PermissionDenied => f.write_str(
                        "it is not executable; name its interpreter too, as in `-- python3 FILE`",
                    ),
                    _ => write!(f, "{error}"),
                }
            }
            Problem::Ended(status) => {
                write!(f, "ended ({status}); what it had to say stands above, if it said anything")
            }
            Problem::Closed => f.write_str("closed its standard output, which is for answers"),
            Problem::Unreadable(error) => write!(f, "could not be read: {error}"),
            Problem::Silent(timeout) => write!(
                f,
                "did not answer in {} s (--timeout): does it read line by line, and flush its \
                 standard output after each answer?",
                timeout.as_secs_f64()
            ),
            Problem::TooLong(bytes) => {
                write!(f, "answered with a line of more than {} MB", bytes >> 20)
            }
            Problem::NoText(line) => {
                let line = short(&String::from_utf8_lossy(line));
                write!(f, "answered `{line}`, which is not UTF-8")
            }
            Problem::NoJson { line, reason } => write!(
                f,
                "printed `{}`, which is not JSON ({reason}): standard output is for answers, all \
                 else it prints has to go to standard error",
                short(line)
            ),
            Problem::Unasked(line) => write!(
                f,
                "had printed `{}` before: each question has one line as its answer, all else it \
                 prints has to go to standard error",
                short(line)
            ),
            Problem::Form { line, reason } => write!(f, "answered `{}`: {reason}", short(line)),
            Problem::Said(message) => {
                write!(f, "answered with an error: {}", message.trim_end())
            }
        }
    }
}

/// Of longer texts the start is shown.
const SHOWN: usize = 80;

/// A text, or its start, on one line.
pub fn short(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut start: String = text.trim_end().chars().take(SHOWN + 1).map(plain).collect();
    if let Some((end, _)) = start.char_indices().nth(SHOWN) {
        start.replace_range(end.., "…");
    }
    start
}
