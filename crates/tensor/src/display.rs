//! Arrays as text, laid out as `numpy`'s `str` does. How a single number is written stands in
//! `number`.

use std::fmt::{self, Display};

use crate::tensor::each;
use crate::{Array, Native, Tensor};

/// Arrays of more elements show the first and last [`EDGE`] along each axis.
const MOST_SHOWN: usize = 1000;
const EDGE: usize = 3;
const ELLIPSIS: &str = "...";
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
        let axis = |&size: &usize| {
            let cut = self.size() > MOST_SHOWN && size > 2 * EDGE;
            Axis { size, cut }
        };
        let axes: Vec<Axis> = self.shape().iter().map(axis).collect();
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
        let (head, tail) = if self.cut { (EDGE, self.size - EDGE) } else { (self.size, self.size) };
        (0..head).map(Some).chain(self.cut.then_some(None)).chain((tail..self.size).map(Some))
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
    f.write_str("[")?;
    match axes {
        [] => unreachable!("numbers without axes are written alone"),
        [row] => write_row(f, row, indent, cells)?,
        [axis, inner @ ..] => {
            for (item, position) in axis.positions().enumerate() {
                if item > 0 {
                    write!(f, "{:\n<lines$}{:indent$}", "", "", lines = inner.len())?;
                }
                match position {
                    Some(_) => write(f, inner, indent + 1, cells)?,
                    None => f.write_str(ELLIPSIS)?,
                }
            }
        }
    }
    f.write_str("]")
}

/// Writes the elements of the innermost axis, on more than one line if they do not fit.
fn write_row(
    f: &mut fmt::Formatter<'_>,
    axis: &Axis,
    indent: usize,
    cells: &mut impl Iterator<Item = String>,
) -> fmt::Result {
    let mut column = indent;
    for (item, position) in axis.positions().enumerate() {
        let cell = position.and_then(|_| cells.next());
        let word = cell.as_deref().unwrap_or(ELLIPSIS);
        if item > 0 && column + 1 + word.len() > LINE - indent {
            write!(f, "\n{:indent$}", "")?;
            column = indent;
        } else if item > 0 {
            f.write_str(" ")?;
            column += 1;
        }
        f.write_str(word)?;
        column += word.len();
    }
    Ok(())
}
