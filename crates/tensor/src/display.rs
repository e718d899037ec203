//! Arrays as text, laid out as `numpy`'s `str` does. How a single number is written stands in
//! `number`.

use std::fmt::{self, Display};

use crate::tensor::each;
use crate::{Array, Native, Tensor};

/// Arrays of more elements show the first and last [`EDGE`] along each axis.
const MOST_SHOWN: usize = 1000;
const EDGE: usize = 3;
/// Rows are broken before this column.
const LINE: usize = 75;

/// Numbers without axes stand alone; `{:.3}` writes three decimals.
impl Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each!(self, x => Display::fmt(x, f))
    }
}

/// Numbers without axes stand alone; `{:.3}` writes three decimals.
impl<T: Native> Display for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rank() == 0 {
            return f.write_str(&T::text(self.item(), f.precision()));
        }
        if self.size() == 0 {
            return f.write_str("[]");
        }
        let cut = |size| self.size() > MOST_SHOWN && size > 2 * EDGE;
        let axes: Vec<Axis> = self
            .shape()
            .iter()
            .map(|&size| Axis {
                size,
                cut: cut(size),
            })
            .collect();
        let mut values = Vec::new();
        collect(self, &axes, &mut Vec::new(), &mut values);
        let cells = T::cells(&values, f.precision());
        let width = cells.iter().map(String::len).max().unwrap_or(0);
        let mut cells = cells.into_iter().map(|cell| format!("{cell:>width$}"));
        write(f, &axes, 1, &mut cells)
    }
}

/// One axis of what is shown.
struct Axis {
    size: usize,
    cut: bool,
}

impl Axis {
    /// The positions that are shown, and `None` where some are left out.
    fn positions(&self) -> impl Iterator<Item = Option<usize>> {
        let (head, tail) = if self.cut {
            (EDGE, self.size - EDGE)
        } else {
            (self.size, self.size)
        };
        (0..head)
            .map(Some)
            .chain(self.cut.then_some(None))
            .chain((tail..self.size).map(Some))
    }
}

/// The elements that are shown, in order.
fn collect<T: Native>(
    array: &Array<T>,
    axes: &[Axis],
    index: &mut Vec<usize>,
    values: &mut Vec<T>,
) {
    let Some(axis) = axes.get(index.len()) else {
        return values.extend(array.get(index));
    };
    for position in axis.positions().flatten() {
        index.push(position);
        collect(array, axes, index, values);
        index.pop();
    }
}

/// Writes the outermost of `axes`, whose elements start at column `indent`.
fn write(
    f: &mut fmt::Formatter<'_>,
    axes: &[Axis],
    indent: usize,
    cells: &mut impl Iterator<Item = String>,
) -> fmt::Result {
    let (axis, inner) = axes.split_first().expect("an axis to write");
    let mut column = indent;
    f.write_str("[")?;
    for (item, position) in axis.positions().enumerate() {
        if !inner.is_empty() {
            if item > 0 {
                write!(f, "{:\n<lines$}{:indent$}", "", "", lines = inner.len())?;
            }
            match position {
                Some(_) => write(f, inner, indent + 1, cells)?,
                None => f.write_str("...")?,
            }
            continue;
        }
        let word = position.map_or_else(|| Some("...".into()), |_| cells.next());
        let word = word.expect("a cell for every position shown");
        if item > 0 && column + 1 + word.len() > LINE - indent {
            write!(f, "\n{:indent$}", "")?;
            column = indent;
        } else if item > 0 {
            f.write_str(" ")?;
            column += 1;
        }
        f.write_str(&word)?;
        column += word.len();
    }
    f.write_str("]")
}
