//! Checking the gradient of a network, 784-512-256-10 with batch 32, beside one gradient in f64.
//! `cargo bench --bench check`.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, criterion_group, criterion_main};
use wengert::autodiff::check::Check;
use wengert::nn::Sequential;
use wengert::prelude::*;

/// The loss of the network on 32 images.
fn loss<'t>(scope: &Scope<'t>, model: &Sequential) -> Var<'t> {
    let pixels = (0..32 * 784).map(|k| (0.37 * f64::from(k)).sin()).collect();
    let x = scope.input(Tensor::from_vec(pixels, [32, 784]).expect("32 images"));
    let labels = scope.tape().indices((0..32).map(|k| k * 7 % 10).collect::<Vec<i64>>());
    model.forward(scope, x).cross_entropy(labels)
}

fn check(c: &mut Criterion) {
    let mut params = Params::f64(0);
    let model = Sequential::new()
        .dense(&mut params, 784, 512)
        .relu()
        .dense(&mut params, 512, 256)
        .relu()
        .dense(&mut params, 256, 10);
    let mut group = c.benchmark_group("784-512-256-10, batch 32");
    group.sample_size(10);
    let mut tape = Tape::new();
    group.bench_function("one gradient in f64", |bench| {
        bench.iter(|| tape.value_and_grad(&params, |scope| (loss(scope, &model), [])));
    });
    group.bench_function("check", |bench| {
        bench.iter(|| {
            let report = Check::new().model(&params, |scope| loss(scope, &model));
            assert!(report.is_right(), "{report}");
        });
    });
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
