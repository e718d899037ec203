//! Matrix products through a program, beside the plain triple loop. `cargo bench --bench matmul`.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use wengert::prelude::*;

fn naive(n: usize, a: &[f32], b: &[f32]) -> Vec<f32> {
    let mut y = vec![0.0; n * n];
    for (i, row) in y.chunks_exact_mut(n).enumerate() {
        for (k, b) in b.chunks_exact(n).enumerate() {
            let a = a[i * n + k];
            row.iter_mut().zip(b).for_each(|(y, b)| *y += a * b);
        }
    }
    y
}

fn matmul(c: &mut Criterion) {
    let mut group = c.benchmark_group("matmul");
    for n in [16, 64, 256] {
        group.throughput(Throughput::Elements(2 * (n * n * n) as u64));
        let elements: Vec<f32> = (0..n * n).map(|k| (k as f32 * 0.618).fract()).collect();
        let x = Tensor::from_vec(elements.clone(), [n, n]).expect("n² elements");
        group.bench_with_input(BenchmarkId::new("naive", n), &n, |b, &n| {
            b.iter(|| naive(n, &elements, &elements));
        });
        let tape = Tape::f32();
        let (a, b) = (tape.input(&x), tape.input(&x));
        for (name, y) in [("AB", a.matmul(b)), ("ABᵀ", a.matmul(b.t())), ("AᵀB", a.t().matmul(b))]
        {
            let program = tape.program([a, b], [y]);
            group.bench_with_input(BenchmarkId::new(name, n), &n, |b, _| {
                b.iter(|| program.run::<2, 1>([&x, &x]));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, matmul);
criterion_main!(benches);
