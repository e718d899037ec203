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
    let Rows { n, count, width, .. } = rows;
    let picked = (count * width).max(1);
    let part = threads.part(y.len() / picked, FEW.div_ceil(picked));
    threads.split(y, part * picked, |number, y| {
        for (k, y) in y.chunks_exact_mut(picked).enumerate() {
            let example = number * part + k;
            let table = &table[example * n * width..][..n * width];
            let positions = &positions[example * count..][..count];
            if width == 1 {
                y.iter_mut().zip(positions).for_each(|(y, &row)| *y = table[row as usize]);
                continue;
            }
            for (y, &row) in y.chunks_exact_mut(width).zip(positions) {
                y.copy_from_slice(&table[row as usize * width..][..width]);
            }
        }
    });
}

/// Rows are added to those of `y`, in their order.
pub(super) fn scatter_add<T: Scalar>(
    rows: Rows,
    values: &[T],
    positions: &[i64],
    threads: &Threads,
    y: &mut [T],
) {
    let Rows { n, count, width, .. } = rows;
    let table = (n * width).max(1);
    let part = threads.part(y.len() / table, FEW.div_ceil(table));
    threads.split(y, part * table, |number, y| {
        for (k, y) in y.chunks_exact_mut(table).enumerate() {
            let example = number * part + k;
            let values = &values[example * count * width..][..count * width];
            let positions = &positions[example * count..][..count];
            if width == 1 {
                positions.iter().zip(values).for_each(|(&row, &value)| y[row as usize] += value);
                continue;
            }
            for (&row, values) in positions.iter().zip(values.chunks_exact(width)) {
                let y = &mut y[row as usize * width..][..width];
                y.iter_mut().zip(values).for_each(|(y, &value)| *y += value);
            }
        }
    });
}
