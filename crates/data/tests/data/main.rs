//! The laws of the crate, through its public interface.

mod batches;
mod classics;
mod csv;
mod dataset;
mod idx;
mod prefetch;
mod split;
mod standardize;
mod table;

use wengert_data::Dataset;
use wengert_tensor::Tensor;

/// A data set with these labels, in which row `i` is `[i, -i]`, so that rows can be recognised.
fn numbered(labels: &[i64], classes: usize) -> Dataset {
    let n = labels.len();
    let x = (0..n).flat_map(|i| [i as f32, -(i as f32)]).collect();
    let x = Tensor::from_vec(x, [n, 2]).unwrap();
    Dataset::new(x, Tensor::from(labels), (0..classes).map(|class| class.to_string())).unwrap()
}

/// The numbers of the rows that a [`numbered`] x holds.
fn rows_of(x: &Tensor) -> Vec<usize> {
    let values = x.array::<f32>().unwrap().to_vec();
    values.chunks(2).map(|row| row[0] as usize).collect()
}

fn labels_of(y: &Tensor) -> Vec<i64> {
    y.array::<i64>().unwrap().to_vec()
}

fn sorted(mut rows: Vec<usize>) -> Vec<usize> {
    rows.sort_unstable();
    rows
}
