//! Reading and adding rows at positions that are data.

use wengert_tensor::Threads;

use crate::ops::Rows;
use crate::run::Scalar;

/// As many elements are worth sharing between threads.
const FEW: usize = 8192;

/// `y` is made of rows of the table.
pub(super) fn gather<T: Scalar>(
    rows: Rows,
    table: &[T],
    positions: &[i64],
    threads: &Threads,
    y: &mut [T],
) {
    let Rows { batch, n, count, width } = rows;
    if batch == 1 {
        let part = threads.part(count, FEW.div_ceil(width.max(1)));
        return threads.split(y, part * width, |number, y| {
            pick_rows(table, &positions[number * part..], width, y);
        });
    }
    let (table_size, picked) = (n * width, count * width);
    let part = threads.part(batch, FEW.div_ceil(picked.max(1)));
    threads.split(y, part * picked, |number, y| {
        for (k, y) in y.chunks_exact_mut(picked).enumerate() {
            let example = number * part + k;
            let table = &table[example * table_size..][..table_size];
            pick_rows(table, &positions[example * count..], width, y);
        }
    });
}

/// `y` is made of the rows at these positions, as many as it has.
fn pick_rows<T: Scalar>(table: &[T], positions: &[i64], width: usize, y: &mut [T]) {
    if width == 1 {
        y.iter_mut().zip(positions).for_each(|(y, &row)| *y = table[row as usize]);
        return;
    }
    for (y, &row) in y.chunks_exact_mut(width.max(1)).zip(positions) {
        y.copy_from_slice(&table[row as usize * width..][..width]);
    }
}

/// Rows are added to those of `y`, in their order.
pub(super) fn scatter_add<T: Scalar>(
    rows: Rows,
    values: &[T],
    positions: &[i64],
    threads: &Threads,
    y: &mut [T],
) {
    let Rows { batch, n, count, width } = rows;
    let table = n * width;
    if batch == 1 {
        // One table, of which each thread adds to some rows: it looks at all positions.
        let is_short = count * width < FEW;
        let share = if is_short { n } else { n.div_ceil(threads.count()) };
        return threads.split(y, share * width, |number, y| {
            add_rows(values, positions, number * share, width, y);
        });
    }
    let part = threads.part(batch, FEW.div_ceil(table.max(1)));
    threads.split(y, part * table, |number, y| {
        for (k, y) in y.chunks_exact_mut(table).enumerate() {
            let example = number * part + k;
            let values = &values[example * count * width..][..count * width];
            add_rows(values, &positions[example * count..][..count], 0, width, y);
        }
    });
}

/// Adds rows to those of `y`, which are the rows from `first` on; others are passed over.
fn add_rows<T: Scalar>(values: &[T], positions: &[i64], first: usize, width: usize, y: &mut [T]) {
    let place = |row: i64| (row as usize).wrapping_sub(first);
    if width == 1 {
        for (&row, &value) in positions.iter().zip(values) {
            if let Some(y) = y.get_mut(place(row)) {
                *y += value;
            }
        }
        return;
    }
    let rows = y.len() / width.max(1);
    for (&row, values) in positions.iter().zip(values.chunks_exact(width.max(1))) {
        if place(row) < rows {
            let y = &mut y[place(row) * width..][..width];
            y.iter_mut().zip(values).for_each(|(y, &value)| *y += value);
        }
    }
}
