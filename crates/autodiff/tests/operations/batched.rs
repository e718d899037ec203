//! `vmap` against a loop: every operation, with every set of its operands batched.

use wengert_autodiff::{Kind, Op, Sample, Tape, Var};
use wengert_tensor::{Array, Shape, Tensor};

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

/// Whole Jacobians, by rows and by columns, against a loop over cotangents and over directions; and
/// the gradients of many examples against a loop over these.
#[test]
fn jacobians_and_gradients_of_examples_are_loops() {
    let mut failures = Vec::new();
    for sample in samples::everything() {
        let case = Case::new(&sample, View::Plain);
        failures.extend(loops_agree(&case).err().map(|why| format!("{case}: {why}")));
    }
    report(&failures);
}

fn unit(shape: &Shape, k: usize) -> Tensor {
    Array::from_fn(shape.clone(), |at| f64::from(u8::from(at == k))).into()
}

fn loops_agree(case: &Case) -> Result<(), String> {
    let tape = Tape::new();
    let recorded = case.record(&tape);
    let y = recorded.y;
    if y.kind() == Kind::Index {
        return Ok(());
    }
    let u = tape.input(Noise::new(6).tensor(&y.shape()));
    for (i, x) in recorded.reals().into_iter().enumerate() {
        let (rows, columns) = (y.shape().size(), x.shape().size());
        // Beyond this, a loop is no longer a small test.
        if rows * columns > 200 {
            continue;
        }
        let shape: Shape = y.shape().iter().chain(x.shape().iter()).copied().collect();
        let by_rows = (0..rows).flat_map(|k| {
            let [row] = tape.vjp([(y, tape.input(unit(&y.shape(), k)))], [x]);
            row.value().to_vec_f64()
        });
        let by_rows = real(by_rows.collect(), &shape);
        let mut by_columns = vec![0.0; rows * columns];
        for k in 0..columns {
            let [column] = tape.jvp([y], [(x, tape.input(unit(&x.shape(), k)))]);
            for (row, value) in column.value().to_vec_f64().into_iter().enumerate() {
                by_columns[row * columns + k] = value;
            }
        }
        let by_columns = real(by_columns, &shape);
        let ([found_rows], [found_columns]) =
            (tape.jacobians_by_rows(y, [x]), tape.jacobians_by_columns(y, [x]));
        alike(&format!("rows by operand {i}"), &found_rows.value(), &by_rows, 1e-14)?;
        alike(&format!("columns by operand {i}"), &found_columns.value(), &by_columns, 1e-14)?;

        let Some(of) = recorded.leaves.iter().position(|leaf| leaf.position() == x.position())
        else {
            continue;
        };
        let n = 3;
        let examples = tape.input(batch(&case.leaves[of], n));
        let [gradient] = tape.vjp([(y, u)], [x]);
        let [found] = tape.vmap([gradient], [(x, examples)]);
        let wanted = (0..n).flat_map(|k| {
            let mut leaves = recorded.leaves.clone();
            leaves[of] = tape.input(example(&case.leaves[of], k));
            let y = tape.record(case.op.clone(), &leaves);
            let [gradient] = tape.vjp([(y, u)], [leaves[of]]);
            gradient.value().to_vec_f64()
        });
        let wanted = real(wanted.collect(), &found.shape());
        alike(&format!("examples of operand {i}"), &found.value(), &wanted, 1e-14)?;
    }
    Ok(())
}
