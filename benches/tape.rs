//! The overhead of the tape: a chain of scalar operations, recorded, differentiated and run.
//! `cargo bench --bench tape`; times are for the whole chain.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wengert::prelude::*;

const STEPS: usize = 1000;

/// Four operations a step.
fn chain(x: Var<'_>) -> Var<'_> {
    let mut y = x;
    for _ in 0..STEPS {
        y = y.sin() * x + x * y;
    }
    y
}

fn tape(c: &mut Criterion) {
    let mut group = c.benchmark_group("chain");
    group.throughput(Throughput::Elements(4 * STEPS as u64));

    let mut tape = Tape::new();
    group.bench_function("record", |b| {
        b.iter(|| {
            tape.clear();
            chain(tape.input(0.5)).position()
        });
    });
    group.bench_function("record and differentiate", |b| {
        b.iter(|| {
            tape.clear();
            let x = tape.input(0.5);
            let [dy] = tape.grad(chain(x), [x]);
            dy.position()
        });
    });
    group.bench_function("record, differentiate and run", |b| {
        b.iter(|| {
            tape.clear();
            let x = tape.input(0.5);
            let [dy] = tape.grad(chain(x), [x]);
            tape.run([dy])
        });
    });
    group.bench_function("the same on a fresh tape", |b| {
        b.iter(|| {
            let tape = Tape::new();
            let x = tape.input(0.5);
            let [dy] = tape.grad(chain(x), [x]);
            tape.run([dy])
        });
    });
    tape.clear();
    let x = tape.input(0.5);
    let [dy] = tape.grad(chain(x), [x]);
    let (program, at) = (tape.program([x], [dy]), Tensor::from(0.5));
    group.bench_function("run a program", |b| b.iter(|| program.run::<1, 1>([&at])));
    group.finish();
}

criterion_group!(benches, tape);
criterion_main!(benches);
