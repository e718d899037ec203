//! Data sets from text: numbers between commas, a row a line, the label last. There is no quoting
//! and no header, because a table of numbers needs neither; tables that have them are read elsewhere.

use std::io::Read;
use std::str::FromStr;

use flate2::read::MultiGzDecoder;
use wengert_tensor::Tensor;

use crate::{DataError, Dataset};

impl Dataset {
    /// Reads rows of finite numbers between commas; the last column is the label, a place among
    /// `classes` counted from 0. Blank lines are skipped. Of `c` columns, x has `[n, c - 1]`.
    ///
    /// ```
    /// use wengert_data::Dataset;
    ///
    /// let flowers = Dataset::from_csv("5.1,3.5,0\n6.2,2.9,1\n", ["setosa", "versicolor"])?;
    /// assert_eq!(flowers.x.shape()[..], [2, 2]);
    ///
    /// let error = Dataset::from_csv("5.1,3.5,0\n6.2,tall,1\n", ["a", "b"]).unwrap_err();
    /// assert_eq!(error.to_string(), "line 2, column 2: expected a finite number, found \"tall\"");
    /// # Ok::<(), wengert_data::DataError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// * [`DataError::Empty`] when there is no row,
    /// * [`DataError::Ragged`] at the first line that is longer or shorter than those before it,
    /// * [`DataError::Field`] at the first field that is not a finite number, or not a label.
    ///
    /// # Panics
    ///
    /// Never: the lines that were read are equally long.
    pub fn from_csv<C: Into<String>>(
        text: &str,
        classes: impl IntoIterator<Item = C>,
    ) -> Result<Self, DataError> {
        let classes: Vec<String> = classes.into_iter().map(Into::into).collect();
        let places = 0..classes.len() as i64;
        let a_label = format!("a label of one of the {} classes (counted from 0)", classes.len());

        let mut features = Vec::new();
        let mut labels = Vec::new();
        let mut columns = None;
        let lines = (1..).zip(text.lines());
        for (line, row) in lines.filter(|(_, row)| !row.trim().is_empty()) {
            let fields: Vec<&str> = row.split(',').map(str::trim).collect();
            let found = fields.len();
            let expected = *columns.get_or_insert(found);
            if found != expected {
                return Err(DataError::Ragged { line, found, expected });
            }
            let (label, numbers) = fields.split_last().expect("at least an empty field");
            for (column, field) in (1..).zip(numbers) {
                let finite = |number: &f32| number.is_finite();
                features.push(number(line, column, field, "a finite number", finite)?);
            }
            let known = |label: &i64| places.contains(label);
            labels.push(number(line, found, label, &a_label, known)?);
        }
        let width = columns.ok_or(DataError::Empty)? - 1;
        let rows = labels.len();
        let x = Tensor::from_vec(features, [rows, width]).expect("every line has as many fields");
        let y = Tensor::from_vec(labels, [rows]).expect("every line has one label");
        Self::new(x, y, classes)
    }

    /// Reads what [`from_csv`](Self::from_csv) reads, packed by gzip.
    ///
    /// # Errors
    ///
    /// [`DataError::Unpack`] when the bytes are damaged, cut short, or hold no UTF-8; otherwise the
    /// errors of [`from_csv`](Self::from_csv).
    pub fn from_csv_gz<C: Into<String>>(
        bytes: &[u8],
        classes: impl IntoIterator<Item = C>,
    ) -> Result<Self, DataError> {
        let mut text = String::new();
        MultiGzDecoder::new(bytes).read_to_string(&mut text).map_err(DataError::Unpack)?;
        Self::from_csv(&text, classes)
    }
}

/// A field as a number, if it is one and meets a condition; `expected` says both in words.
pub(crate) fn number<T: FromStr>(
    line: usize,
    column: usize,
    field: &str,
    expected: &str,
    condition: impl Fn(&T) -> bool,
) -> Result<T, DataError> {
    let number = field.parse().ok().filter(condition);
    number.ok_or_else(|| DataError::Field {
        line,
        column,
        expected: expected.into(),
        found: field.into(),
    })
}
