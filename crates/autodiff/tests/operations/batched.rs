//! `vmap` against a loop: every operation, with every set of its operands batched.

use wengert_autodiff::{Kind, Op, Sample, Tape, Var};
use wengert_tensor::{Array, Tensor};

use crate::case::{Case, View};
use crate::numbers::{Noise, alike, dot, is_index, near, real, report};
use crate::samples;

/// The example `k` of an operand: its elements in another order, and reals a little larger. That
/// keeps positions in range, bases positive and conditions conditions.
fn example(x: &Tensor, k: usize) -> Tensor {
    let n = x.size();
    let moved = |values: Vec<f64>| (0..n).map(|at| values[(at + k) % n]).collect::<Vec<f64>>();
    let values = moved(x.to_vec_f64());
    if is_index(x) {
        Array::from_fn(x.shape(), |at| values[at] as i64).into()
    } else {
        real(values.into_iter().map(|x| x * (1.0 + k as f64 / 16.0)).collect(), x.shape())
    }
}

/// `n` examples of an operand along a new first axis.
fn batch(x: &Tensor, n: usize) -> Tensor {
    let shape: Vec<usize> = [n].into_iter().chain(x.shape().iter().copied()).collect();
    let all = (0..n).flat_map(|k| example(x, k).to_vec_f64());
    if is_index(x) {
        let all: Vec<i64> = all.map(|x| x as i64).collect();
        Tensor::from_vec(all, shape).expect("n examples")
    } else {
        real(all.collect(), &shape.into())
    }
}

#[test]
fn one_axis_more_is_a_loop() {
    let mut failures = Vec::new();
    for sample in samples::everything().into_iter().chain(index_samples()) {
        for which in 1..1_u32 << sample.x.len() {
            for n in [3, 1, 0] {
                let found = agrees(&sample, which, n);
                let case = Case::new(&sample, View::Plain);
                let name = format!("{case}, {n} examples of operands {which:b}");
                failures.extend(found.err().map(|why| format!("{name}: {why}")));
            }
        }
    }
    report(&failures);
}

/// The samples that arrange index operands.
fn index_samples() -> impl Iterator<Item = Sample<Op>> {
    let all = samples::run_only().into_iter();
    all.filter(|sample| !sample.x.is_empty() && sample.x.iter().all(is_index))
}

pub(crate) fn agrees(sample: &Sample<Op>, which: u32, n: usize) -> Result<(), String> {
    let tape = Tape::new();
    let operands: Vec<Var<'_>> = sample.x.iter().map(|x| tape.input(x)).collect();
    let y = tape.record(sample.operation.clone(), &operands);
    let is_batched = |i: usize| which >> i & 1 == 1;
    let batched: Vec<(Var<'_>, Var<'_>)> = (0..operands.len())
        .filter(|&i| is_batched(i))
        .map(|i| (operands[i], tape.input(batch(&sample.x[i], n))))
        .collect();
    // `vmap` takes arrays: one length after the other.
    let [found] = match batched.as_slice() {
        &[a] => tape.vmap([y], [a]),
        &[a, b] => tape.vmap([y], [a, b]),
        &[a, b, c] => tape.vmap([y], [a, b, c]),
        &[a, b, c, d] => tape.vmap([y], [a, b, c, d]),
        &[a, b, c, d, e] => tape.vmap([y], [a, b, c, d, e]),
        &[a, b, c, d, e, f] => tape.vmap([y], [a, b, c, d, e, f]),
        more => unreachable!("{} operands", more.len()),
    };
    let shape: Vec<usize> = [n].into_iter().chain(y.shape().iter().copied()).collect();
    if found.shape()[..] != shape[..] || found.kind() != y.kind() {
        return Err(format!("{:?} instead of a batch of {:?}", found.type_of(), y.type_of()));
    }
    let mut wanted = Vec::new();
    for k in 0..n {
        let operands: Vec<Var<'_>> = sample
            .x
            .iter()
            .enumerate()
            .map(|(i, x)| if is_batched(i) { tape.input(example(x, k)) } else { operands[i] })
            .collect();
        wanted.extend(tape.record(sample.operation.clone(), &operands).value().to_vec_f64());
    }
    let found = real(found.value().to_vec_f64(), &shape.clone().into());
    alike("batch", &found, &real(wanted, &shape.into()), 1e-14)
}

/// Jacobians are batched sweeps: their product with a direction is what forward mode gives.
#[test]
fn jacobians_times_a_direction_are_forward_mode() {
    let mut failures = Vec::new();
    for sample in samples::everything() {
        let case = Case::new(&sample, View::Plain);
        failures.extend(jacobian_agrees(&case).err().map(|why| format!("{case}: {why}")));
    }
    report(&failures);
}

fn jacobian_agrees(case: &Case) -> Result<(), String> {
    let tape = Tape::new();
    let recorded = case.record(&tape);
    let y = recorded.y;
    let mut noise = Noise::new(5);
    for (i, x) in recorded.reals().into_iter().enumerate() {
        // Beyond this, a batch of all directions is no longer a small test.
        if y.kind() == Kind::Index || y.shape().size() * x.shape().size() > 4000 {
            continue;
        }
        let (v, u) = (noise.tensor(&x.shape()), noise.tensor(&y.shape()));
        let [y_dot] = tape.jvp([y], [(x, tape.input(&v))]);
        let [jacobian, y_dot] = tape.run([tape.jacobian(y, x), y_dot]);
        let outer: Vec<f64> = u
            .to_vec_f64()
            .into_iter()
            .flat_map(|u| v.to_vec_f64().into_iter().map(move |v| u * v))
            .collect();
        let (product, wanted) = (
            dot(std::slice::from_ref(&jacobian), &[real(outer, jacobian.shape())]),
            dot(&[u], &[y_dot]),
        );
        let tolerance = 1e-13 * (product.magnitude + wanted.magnitude);
        near(&format!("operand {i}"), product.sum, wanted.sum, tolerance)?;
    }
    Ok(())
}
