//! What is wrong with a text, and where in it.

use std::error::Error;
use std::fmt;
use std::ops::Range;

/// A range of characters of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// From the start of this to the end of that.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }
}

/// What is wrong, before it is known of which text.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub span: Span,
    pub message: String,
}

impl Fault {
    pub fn new(span: Span, message: impl Into<String>) -> Fault {
        Fault { span, message: message.into() }
    }

    pub fn in_text(self, text: &str) -> FormulaError {
        FormulaError { text: text.to_owned(), span: self.span, message: self.message }
    }
}

/// A formula, or the values or shapes of its inputs, can't be read or recorded.
///
/// It prints what is wrong, the line, and carets under the place:
///
/// ```
/// # use wengert_formula::Formula;
/// let error = Formula::parse("x + sine(y)").unwrap_err();
/// assert_eq!(error.to_string(), "\
/// unknown function `sine`; did you mean `sin`?
/// x + sine(y)
///     ^^^^");
/// assert_eq!(error.span(), 4..8);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormulaError {
    text: String,
    span: Span,
    message: String,
}

/// Of longer lines a part is shown.
const LONGEST_LINE: usize = 120;

impl FormulaError {
    /// The text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The characters that it is about, counted from the start of the text.
    pub fn span(&self) -> Range<usize> {
        self.span.start..self.span.end
    }

    /// What is wrong, and what was expected.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Line and column of the first of these characters, counted from 1.
    pub fn position(&self) -> (usize, usize) {
        let (mut line, mut column) = (1, 1);
        for c in self.text.chars().take(self.span.start) {
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        (line, column)
    }
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.position();
        let line: Vec<char> =
            self.text.split('\n').nth(line - 1).unwrap_or("").trim_end().chars().collect();
        let first = (column - 1).saturating_sub(LONGEST_LINE / 2);
        let first = if line.len() <= LONGEST_LINE { 0 } else { first };
        let shown = &line[first.min(line.len())..line.len().min(first + LONGEST_LINE)];
        let before = column - 1 - first;
        // A tab is as wide above as below.
        let indent = |k: usize| if shown.get(k) == Some(&'\t') { '\t' } else { ' ' };
        let room = shown.len().saturating_sub(before).max(1);
        let carets = (self.span.end - self.span.start).clamp(1, room);
        writeln!(f, "{}", self.message)?;
        writeln!(f, "{}", shown.iter().collect::<String>())?;
        write!(f, "{}{}", (0..before).map(indent).collect::<String>(), "^".repeat(carets))
    }
}

impl Error for FormulaError {}
