//! Matrix products through a program, beside the kernel of `matrixmultiply`: squares, and the
//! products of a training step of 784-512-256-10 with batch 128. One thread.
//! `cargo bench --bench matmul`.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use wengert::prelude::*;

/// A product of `m×k` by `k×n`, of which either operand may lie transposed.
type Product = (&'static str, [usize; 3], bool, bool);

const PRODUCTS: [Product; 8] = [
    ("32", [32, 32, 32], false, false),
    ("256", [256, 256, 256], false, false),
    ("forward", [128, 784, 512], false, false),
    ("by the weight", [784, 128, 512], true, false),
    ("by the input", [128, 256, 512], false, true),
    ("last layer", [128, 256, 10], false, false),
    ("last layer, by the weight", [256, 128, 10], true, false),
    ("last layer, by the input", [128, 10, 256], false, true),
];

fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|k| (k as f32 * 0.618).fract() - 0.5).collect()
}

fn matmul(c: &mut Criterion) {
    for (name, [m, k, n], transpose_a, transpose_b) in PRODUCTS {
        let mut group = c.benchmark_group(format!("{name}, {m}x{k}x{n}"));
        group.throughput(Throughput::Elements(2 * (m * k * n) as u64));
        let (a, b) = (numbers(m * k), numbers(k * n));
        let mut y = vec![0.0; m * n];
        group.bench_function(BenchmarkId::from_parameter("matrixmultiply"), |bench| {
            bench.iter(|| {
                let (a_strides, b_strides) =
                    (strides(m, k, transpose_a), strides(k, n, transpose_b));
                multiply([m, k, n], &a, a_strides, &b, b_strides, &mut y);
            });
        });
        let shape = |rows, columns, is| if is { [columns, rows] } else { [rows, columns] };
        let x = Tensor::from_vec(a, shape(m, k, transpose_a)).expect("m k numbers");
        let z = Tensor::from_vec(b, shape(k, n, transpose_b)).expect("k n numbers");
        let tape = Tape::f32();
        let (a, b) = (tape.input(&x), tape.input(&z));
        let program = tape.program([a, b], [read(a, transpose_a).matmul(read(b, transpose_b))]);
        group.bench_function(BenchmarkId::from_parameter("wengert"), |bench| {
            bench.iter(|| program.run::<2, 1>([&x, &z]));
        });
        group.finish();
    }
}

/// What lies transposed, as it is multiplied.
fn read(x: Var<'_>, transposed: bool) -> Var<'_> {
    if transposed { x.t() } else { x }
}

fn strides(rows: usize, columns: usize, transposed: bool) -> (isize, isize) {
    if transposed { (1, rows as isize) } else { (columns as isize, 1) }
}

#[allow(unsafe_code, reason = "matrixmultiply takes pointers")]
fn multiply(
    [m, k, n]: [usize; 3],
    a: &[f32],
    a_strides: (isize, isize),
    b: &[f32],
    b_strides: (isize, isize),
    y: &mut [f32],
) {
    assert!(a.len() == m * k && b.len() == k * n && y.len() == m * n);
    // SAFETY: the matrices have as many elements as they need, and the strides are those of
    // matrices without gaps, or of their transposes.
    unsafe {
        matrixmultiply::sgemm(
            m,
            k,
            n,
            1.0,
            a.as_ptr(),
            a_strides.0,
            a_strides.1,
            b.as_ptr(),
            b_strides.0,
            b_strides.1,
            0.0,
            y.as_mut_ptr(),
            n as isize,
            1,
        );
    }
}

criterion_group!(benches, matmul);
criterion_main!(benches);
