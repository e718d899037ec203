//! Random matrices with orthonormal rows or columns.

use wengert_autodiff::Params;
use wengert_tensor::{Shape, Tensor};

use super::of_values;

/// `factor` times a matrix whose first axis is that of `shape` and whose second are all others.
#[track_caller]
pub(super) fn draw(params: &mut Params, shape: Shape, factor: f64) -> Tensor {
    assert!(shape.rank() >= 2, "orthogonal: {shape} is the shape of no matrix");
    let (rows, columns) = (shape[0], shape[1..].iter().product());
    let (many, few) = if rows > columns { (rows, columns) } else { (columns, rows) };
    let mut vectors: Vec<Vec<f64>> = match many {
        0 => Vec::new(),
        _ => params
            .normal([few, many], 0.0, 1.0)
            .to_vec_f64()
            .chunks(many)
            .map(<[f64]>::to_vec)
            .collect(),
    };
    orthonormalise(&mut vectors);
    let entry = |k: usize| {
        let (row, column) = (k / columns, k % columns);
        factor * if rows > columns { vectors[column][row] } else { vectors[row][column] }
    };
    of_values(params, (0..rows * columns).map(entry).collect(), shape)
}

/// Gram and Schmidt's method, each vector twice: once leaves what rounding has added along the
/// others, twice is enough (Parlett, "The symmetric eigenvalue problem", 1980). Each vector keeps
/// its own side, which makes normally distributed ones evenly distributed rotations.
fn orthonormalise(vectors: &mut [Vec<f64>]) {
    for k in 0..vectors.len() {
        let (done, rest) = vectors.split_at_mut(k);
        let vector = &mut rest[0];
        for other in done.iter().chain(done.iter()) {
            let along = dot(vector, other);
            for (x, y) in vector.iter_mut().zip(other) {
                *x -= along * y;
            }
        }
        let length = dot(vector, vector).sqrt();
        for x in vector {
            *x /= length;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
