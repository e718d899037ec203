//! What an operation means (`eval`) against how it is run: on every sample, in both precisions,
//! through every view, in all the ways to ask for a value. To the bit, but for products of matrices
//! and convolutions, whose sums have another order.

use wengert_autodiff::{Kind, Op, Precision, Real, Tape, Value, Var};
use wengert_tensor::{DType, Range, Tensor};

use crate::case::Case;
use crate::numbers::{cast, near, report, same};
use crate::samples;

#[track_caller]
fn check_all<T: Real>(precision: Precision) {
    let mut failures = Vec::new();
    let samples = samples::everything().into_iter().chain(samples::run_only());
    for case in samples.flat_map(|sample| Case::all_of(&sample)) {
        let found = agrees::<T>(&case, precision);
        failures.extend(found.err().map(|why| format!("{case}: {why}")));
    }
    report(&failures);
}

#[test]
fn runs_mean_eval_in_double_precision() {
    check_all::<f64>(Precision::F64);
}

#[test]
fn runs_mean_eval_in_single_precision() {
    check_all::<f32>(Precision::F32);
}

/// Holds every way to a value against the operation's own meaning.
pub(crate) fn agrees<T: Real>(case: &Case, precision: Precision) -> Result<(), String> {
    let dtype = precision.dtype();
    let operands: Vec<Value<T>> = case.operands(dtype);
    let operands: Vec<&Value<T>> = operands.iter().collect();
    let wanted = cast(&case.op.eval(&operands).to_tensor(), dtype);
    let check = |what: &str, found: &Tensor| match &case.op {
        Op::MatMul(_) | Op::Conv(_) => product_agrees(what, &case.op, &operands, found, &wanted),
        _ => same(what, found, &wanted),
    };
    let negated = |what: &str, found: &Tensor| match &case.op {
        Op::MatMul(_) | Op::Conv(_) => {
            product_agrees(what, &case.op, &operands, &minus(found), &wanted)
        }
        _ => same(what, found, &minus(&wanted)),
    };

    // Its result as an output; as an output that is also needed; as a temporary; as a kept value;
    // as the operand of what is asked for before it.
    let tape = Tape::with_precision(precision);
    let recorded = case.record(&tape);
    let y = recorded.y;
    soil(&tape, y);
    check("run", &tape.run([y])[0])?;
    if y.kind() == Kind::Real {
        let z = -y;
        let [with, minus_y] = tape.run([y, z]);
        check("run with another", &with)?;
        negated("run, negated", &minus_y)?;
        negated("run as a temporary", &tape.run([z])[0])?;
        negated("value as a temporary", &z.value())?;
    }
    check("value", &y.value())?;
    check("value again", &y.value())?;

    // As a program, whose inputs may come as views, twice, on memory that has been used.
    let program = tape.program_of(&recorded.leaves, &[y]);
    let leaves: Vec<Tensor> = case.leaves.iter().map(|x| cast(x, dtype)).collect();
    let views: Vec<Tensor> = leaves.iter().map(disguised).collect();
    for (what, inputs) in [("program", &leaves), ("program on views", &views)] {
        let found = program.try_run(&inputs.iter().collect::<Vec<_>>());
        check(what, &found.map_err(|error| error.to_string())?[0])?;
    }
    let values: Vec<Value<T>> = leaves.iter().map(Value::of).collect();
    let found = program.evaluate(&values).map_err(|error| error.to_string())?;
    same("evaluate", &cast(&found[0].to_tensor(), dtype), &wanted)
}

/// Leaves NaN in memory of the size of `y`, as an output and as a temporary: whoever takes it next
/// must write every element.
fn soil(tape: &Tape, y: Var<'_>) {
    let nan = tape.literal(f64::NAN).broadcast_to(y.shape());
    tape.run([nan + nan]);
    tape.run([(nan + nan).sum() + (nan * nan).exp().sum()]);
}

fn minus(x: &Tensor) -> Tensor {
    match x {
        Tensor::F32(x) => Tensor::F32(x.map(|x| -x)),
        Tensor::F64(x) => Tensor::F64(x.map(|x| -x)),
        Tensor::I64(_) => unreachable!("reals are negated"),
    }
}

/// The same tensor as a view of a larger one, backwards.
fn disguised(x: &Tensor) -> Tensor {
    let last = x.rank();
    let twice = x.expand(&[(last, 2)]).contiguous();
    let axes: Vec<usize> = (0..last).collect();
    let mut region: Vec<Range> =
        x.shape().iter().map(|&len| Range { start: 0, step: 1, len }).collect();
    region.push(Range { start: 1, step: 1, len: 1 });
    let view = twice.flip(&axes).contiguous().flip(&axes).slice(&region);
    view.reshape(x.shape().clone()).expect("an axis of size 1 goes")
}

/// A sum of `k` products an element, in whatever order they are added: within
/// k ε Σ|a||b|.
fn product_agrees<T: Real>(
    what: &str,
    op: &Op,
    x: &[&Value<T>],
    found: &Tensor,
    wanted: &Tensor,
) -> Result<(), String> {
    let of = |f: fn(T) -> T| {
        let x: Vec<Value<T>> = x.iter().map(|x| Value::Real(x.real().map(f))).collect();
        op.eval(&x.iter().collect::<Vec<_>>()).to_tensor().to_vec_f64()
    };
    let (bounds, counts) = (of(T::abs), of(|_| T::from_f64(1.0)));
    let epsilon = match wanted.dtype() {
        DType::F32 => f64::from(f32::EPSILON),
        _ => f64::EPSILON,
    };
    if found.shape() != wanted.shape() || found.dtype() != wanted.dtype() {
        return Err(format!("{what}: {found:?} instead of {wanted:?}"));
    }
    let pairs = found.to_vec_f64().into_iter().zip(wanted.to_vec_f64());
    for (k, ((found, wanted), (bound, count))) in
        pairs.zip(bounds.into_iter().zip(counts)).enumerate()
    {
        near(&format!("{what}, element {k}"), found, wanted, (count + 1.0) * epsilon * bound)?;
    }
    Ok(())
}
