//! Values that are computed again instead of being kept: how much memory that saves, and how many
//! operations it costs. That it changes no bit is a law for random programs.

use wengert_autodiff::{Linear, Op, Operation, Real, ShapeError, Tape, Type, Value, Var};

const N: usize = 1000;
const BYTES: usize = 8 * N.next_multiple_of(16);

/// The gradient of a chain of sines, each of which needs what it is of.
fn chain(tape: &Tape, len: usize) -> Var<'_> {
    let x = tape.input(vec![0.5; N]);
    let y = (0..len).fold(x, |y, _| y.sin());
    tape.grad(y.sum(), [x])[0]
}

#[test]
fn a_budget_is_kept_at_a_moderate_price() {
    const LEN: usize = 100;
    let tape = Tape::new();
    let [wanted] = tape.run([chain(&tape, LEN)]);
    let free = tape.statistics();
    assert!(free.peak_bytes >= LEN * BYTES);
    // With a few times the square root of what there is, each value is computed once or twice
    // more; half of the memory costs about half of the forward pass.
    for (budget, most) in [(LEN / 2 * BYTES, 1.3), (30 * BYTES, 1.6), (14 * BYTES, 2.5)] {
        let tape = Tape::new().memory_budget(budget);
        let [found] = tape.run([chain(&tape, LEN)]);
        assert_eq!(found, wanted);
        let frugal = tape.statistics();
        assert!(frugal.peak_bytes <= budget, "{} of {budget} bytes", frugal.peak_bytes);
        let times = frugal.operations as f64 / free.operations as f64;
        assert!(1.0 < times && times < most, "{times} times the operations within {budget}");
    }
}

#[test]
fn what_fits_is_left_alone_and_what_can_not_fit_is_made_small() {
    let free = Tape::new();
    free.run([chain(&free, 20)]);
    let wide = Tape::new().memory_budget(free.statistics().peak_bytes);
    wide.run([chain(&wide, 20)]);
    assert_eq!(wide.statistics(), free.statistics());

    let none = Tape::new().memory_budget(0);
    none.run([chain(&none, 20)]);
    let peak = none.statistics().peak_bytes;
    assert!(0 < peak && peak <= 6 * BYTES, "{peak} bytes");
}

#[test]
fn a_value_that_is_looked_at_within_a_budget_is_kept_alone() {
    let tape = Tape::new().memory_budget(10 * BYTES);
    let dx = chain(&tape, 50);
    let value = dx.value();
    assert!(tape.statistics().peak_bytes <= 10 * BYTES);
    let before = tape.statistics();
    assert_eq!(dx.value(), value);
    assert_eq!(tape.statistics(), before, "it is there");
}

#[test]
fn a_program_keeps_to_a_budget() {
    let tape = Tape::new();
    let x = tape.input(vec![0.5; N]);
    let y = (0..30).fold(x, |y, _| y.sin());
    let [dx] = tape.grad(y.sum(), [x]);
    let mut program = tape.program([x], [dx]);
    let given = wengert_tensor::Tensor::from(vec![0.25; N]);
    let [wanted] = program.run([&given]);
    program.set_memory_budget(Some(12 * BYTES));
    assert_eq!(program.run([&given]), [wanted]);
}

/// How many operations it takes to differentiate two blocks of three sines, and how much memory.
fn blocks(record: impl for<'t> Fn(&'t Tape, Var<'t>) -> Var<'t>) -> (usize, usize) {
    let tape = Tape::new();
    let x = tape.input(vec![0.5; N]);
    let y = record(&tape, record(&tape, x));
    let [dx] = tape.grad(y.sum(), [x]);
    tape.run([dx]);
    let statistics = tape.statistics();
    (statistics.operations, statistics.peak_bytes / BYTES)
}

#[test]
fn checkpoints_are_computed_again_once() {
    let free = blocks(|_, x| x.sin().sin().sin());
    let kept = blocks(|tape, x| tape.checkpoint(|| x.sin().sin().sin()));
    // Two sines of each block are needed again; its result is kept, or not needed.
    assert_eq!(kept.0, free.0 + 4);
    assert!(kept.1 < free.1, "{kept:?} and {free:?}");
    // Every result that is given back is kept.
    let results = blocks(|tape, x| {
        tape.checkpoint(|| {
            let y = x.sin();
            [y, y.sin().sin()]
        })[1]
    });
    assert_eq!(results.0, free.0 + 2);
}

/// The square root of the length: as many blocks as each has values.
#[test]
fn blocks_take_the_memory_of_one_and_of_all_results() {
    let chain = |nested: bool| {
        let tape = Tape::new();
        let x = tape.input(vec![0.5; N]);
        let sines = |x, count| (0..count).fold(x, |y: Var<'_>, _| y.sin());
        let y = (0..10).fold(x, |y, _| {
            tape.checkpoint(|| {
                let half = if nested { tape.checkpoint(|| sines(y, 5)) } else { sines(y, 5) };
                sines(half, 5)
            })
        });
        let [dx] = tape.grad(y.sum(), [x]);
        tape.run([dx]);
        (tape.statistics().peak_bytes / BYTES, tape.statistics().operations)
    };
    let (memory, operations) = chain(false);
    assert!(memory <= 10 + 10 + 2, "{memory} values");
    // 100 sines, 90 of them again, and as many cosines and products, but for 1 · 1.
    assert!((385..=391).contains(&operations), "{operations}");
    let (memory, more) = chain(true);
    assert!(memory <= 10 + 10 + 2, "{memory} values");
    assert!(more >= operations);
}

#[test]
fn a_block_that_is_looked_into_and_an_empty_one_are_nothing_special() {
    let tape = Tape::new();
    let x = tape.input(vec![0.5; N]);
    let y = tape.checkpoint(|| x.sin().exp());
    assert_eq!(tape.checkpoint(|| y).position(), y.position());
    let [dx] = tape.grad(y.sum(), [x]);
    let value = dx.value();
    let tape = Tape::new();
    let x = tape.input(vec![0.5; N]);
    let [dx] = tape.grad(x.sin().exp().sum(), [x]);
    assert_eq!(dx.value(), value);
}

/// An operation that tells how often it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Counted;

thread_local!(static ASKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });

impl Operation for Counted {
    const NAME: &'static str = "counted";
    const MATH: &'static str = "y = x^2";
    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        Ok(x[0].clone())
    }
    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        ASKED.set(ASKED.get() + 1);
        Value::Real(x[0].real().map(|x| x * x))
    }
    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Scale(2.0 * x[0])
    }
}

#[test]
fn a_users_operation_is_computed_once() {
    let tape = Tape::new().memory_budget(0);
    let x = tape.input(vec![0.5; N]);
    let y = tape.checkpoint(|| tape.record(Op::custom(Counted), &[x.sin()]).sin());
    let [dx] = tape.grad(y.sin().sin().sum(), [x]);
    tape.run([dx]);
    assert_eq!(ASKED.get(), 1);
}
