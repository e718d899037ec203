//! Tables as people keep them: a header, numbers, and a column of class names. Text whose labels
//! are numbers in the last column is read by [`Dataset::from_csv`](crate::Dataset::from_csv).

use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use wengert_tensor::Tensor;

use crate::csv::number;
use crate::{DataError, Dataset};

/// How a table in a text is written, and which of its columns is the class of a row.
///
/// As it begins, the first line is a header with the names of the columns, fields stand between
/// commas, and the last column is the class. All other columns are features, and must be numbers.
/// Fields may stand in double quotes, inside which a separator is an ordinary character and two
/// quotes are one; a line ends where it ends. Blank lines are skipped.
///
/// ```
/// use wengert_data::Csv;
///
/// let text = "kind;height\noak;23.5\nbirch;17\noak;31\n";
/// let trees = Csv::new().separator(';').class_column("kind").parse(text)?;
/// assert_eq!(trees.features(), ["height"]);
/// assert_eq!(trees.classes(), ["birch", "oak"]);
/// assert_eq!(trees.y.to_string(), "[1 0 1]");
///
/// let error = Csv::new().parse("height,kind\n23.5,oak\n,birch\n").unwrap_err();
/// let message = "line 3, column 1: expected a finite number as \"height\", found \"\"";
/// assert_eq!(error.to_string(), message);
/// # Ok::<(), wengert_data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Csv {
    header: bool,
    separator: char,
    class_column: Option<String>,
    classes: Option<Vec<String>>,
}

impl Default for Csv {
    fn default() -> Csv {
        Csv { header: true, separator: ',', class_column: None, classes: None }
    }
}

impl Csv {
    /// A header, commas, and the class in the last column.
    pub fn new() -> Csv {
        Csv::default()
    }

    /// Without a header: the first line is a row like the others, and columns are known by their
    /// places from 1, as in the messages of errors.
    pub fn headless(mut self) -> Csv {
        self.header = false;
        self
    }

    /// With another separator between the fields, such as `';'` or `'\t'`.
    pub fn separator(mut self, separator: char) -> Csv {
        self.separator = separator;
        self
    }

    /// With the class in the column of this name.
    pub fn class_column(mut self, name: impl Into<String>) -> Csv {
        self.class_column = Some(name.into());
        self
    }

    /// With these classes, in this order, and no others. Without, they are those that occur, in
    /// the order of their numbers if all are whole numbers, and otherwise of their letters.
    pub fn classes<C: Into<String>>(mut self, names: impl IntoIterator<Item = C>) -> Csv {
        self.classes = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Reads a file, packed by gzip or not: its first bytes tell, not its name.
    ///
    /// # Errors
    ///
    /// [`DataError::File`] about
    ///
    /// * [`DataError::Read`] when the file cannot be read,
    /// * [`DataError::Unpack`] when it is damaged, or holds no UTF-8,
    /// * what [`parse`](Self::parse) finds wrong.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Dataset, DataError> {
        let path = path.as_ref();
        let read = || {
            let bytes = fs::read(path).map_err(DataError::Read)?;
            let mut text = String::new();
            let unpacked = if bytes.starts_with(&[0x1F, 0x8B]) {
                MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text)
            } else {
                (&bytes[..]).read_to_string(&mut text)
            };
            unpacked.map_err(DataError::Unpack)?;
            self.parse(&text)
        };
        read().map_err(|error| error.of_file(path))
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// * [`DataError::Empty`] when there is no row,
    /// * [`DataError::Column`] when no column has the name of the class column,
    /// * [`DataError::Ragged`] at the first line that is longer or shorter than the first,
    /// * [`DataError::Field`] at the first field that is not a finite number, a missing value for
    ///   instance, or at the first row without a class or with one that was not given.
    ///
    /// # Panics
    ///
    /// Never: the lines that were read are equally long.
    pub fn parse(&self, text: &str) -> Result<Dataset, DataError> {
        // The mark with which some programs begin a text in UTF-8.
        let text = text.trim_start_matches('\u{FEFF}');
        let lines = (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty());
        let mut lines = lines.map(|(line, text)| Ok((line, self.fields(line, text)?))).peekable();
        let names = match (self.header, lines.peek()) {
            (false, Some(Ok((_, first)))) => (1..=first.len()).map(|at| at.to_string()).collect(),
            _ => lines.next().ok_or(DataError::Empty)??.1,
        };
        let class_column = self.class_column_among(&names)?;

        let (mut features, mut found) = (Vec::new(), Vec::new());
        for row in lines {
            let (line, fields) = row?;
            if fields.len() != names.len() {
                let (found, expected) = (fields.len(), names.len());
                return Err(DataError::Ragged { line, found, expected });
            }
            for (column, (field, name)) in (1..).zip(fields.into_iter().zip(&names)) {
                if column == class_column {
                    found.push(self.class(line, column, field)?);
                } else {
                    let expected = format!("a finite number as {name:?}");
                    let finite = |number: &f32| number.is_finite();
                    features.push(number(line, column, &field, &expected, finite)?);
                }
            }
        }
        if found.is_empty() {
            return Err(DataError::Empty);
        }
        let x = Tensor::from_vec(features, [found.len(), names.len() - 1]);
        let x = x.expect("every line has as many fields");
        let classes = self.classes.clone().unwrap_or_else(|| in_order(&found));
        let place = |class| classes.iter().position(|known| known == class).map(|at| at as i64);
        let y: Vec<i64> = found.iter().filter_map(place).collect();
        let named = (1..).zip(names).filter(|&(column, _)| column != class_column);
        Dataset::new(x, Tensor::from(y), classes)?.with_features(named.map(|(_, name)| name))
    }

    /// The fields of a line, without the spaces and quotes around them.
    fn fields(&self, line: usize, text: &str) -> Result<Vec<String>, DataError> {
        let mut fields = Vec::new();
        let mut rest = Some(text);
        while let Some(text) = rest {
            let (field, after) = match text.trim_start_matches(' ').strip_prefix('"') {
                None => {
                    let (field, after) = split_at(text, self.separator);
                    (field.trim().to_owned(), after)
                }
                Some(quoted) => {
                    unquote(quoted, self.separator).ok_or_else(|| DataError::Field {
                        line,
                        column: fields.len() + 1,
                        expected: format!("a closing quote, then {:?} or the end", self.separator),
                        found: text.into(),
                    })?
                }
            };
            fields.push(field);
            rest = after;
        }
        Ok(fields)
    }

    /// The place, from 1, of the column of classes.
    fn class_column_among(&self, names: &[String]) -> Result<usize, DataError> {
        let Some(name) = &self.class_column else {
            return Ok(names.len());
        };
        let place = names.iter().position(|known| known == name);
        place.map(|place| place + 1).ok_or_else(|| {
            let (name, header) = (name.clone(), names.to_vec());
            DataError::Column { name, header }
        })
    }

    /// A field as a class, if it is one.
    fn class(&self, line: usize, column: usize, field: String) -> Result<String, DataError> {
        let expected = match &self.classes {
            None if field.is_empty() => "the name of a class".into(),
            Some(known) if !known.contains(&field) => format!("one of {}", known.join(", ")),
            _ => return Ok(field),
        };
        Err(DataError::Field { line, column, expected, found: field })
    }
}

/// What stands before a separator, and after it if there is one.
fn split_at(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(field, rest)| (field, Some(rest)))
}

/// What stands before a closing quote, and after the separator that follows if there is one.
fn unquote(mut text: &str, separator: char) -> Option<(String, Option<&str>)> {
    let mut field = String::new();
    loop {
        let (piece, rest) = text.split_once('"')?;
        field += piece;
        if let Some(rest) = rest.strip_prefix('"') {
            field.push('"');
            text = rest;
            continue;
        }
        let (nothing, after) = split_at(rest, separator);
        return nothing.trim().is_empty().then_some((field, after));
    }
}

/// The classes that occur, by number if they all are whole numbers, and otherwise by letter.
fn in_order(found: &[String]) -> Vec<String> {
    let mut classes: Vec<String> = found.to_vec();
    classes.sort_unstable();
    classes.dedup();
    let number = |class: &String| class.parse::<i64>().ok();
    if classes.iter().all(|class| number(class).is_some()) {
        classes.sort_by_key(number);
    }
    classes
}
