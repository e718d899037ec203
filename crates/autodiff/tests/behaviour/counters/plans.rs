//! Which computations share a plan, and how many plans are remembered.

use wengert_autodiff::{Params, Tape, Var};

use crate::counters::{during, since};

fn formula<'t>(tape: &'t Tape, x: [f64; 2], factor: f64) -> Var<'t> {
    ((tape.input(x) * factor).sin() + 1.0).sum()
}

#[test]
fn equal_structures_share_a_plan_wherever_they_stand() {
    let tape = Tape::new();
    let first = formula(&tape, [1.0, 2.0], 3.0);
    tape.run([first]);
    // Elsewhere on the tape, of other data and literals, written by other lines.
    let inputs = (tape.input(0.0), tape.input([5.0, 6.0]), tape.indices(3));
    let elsewhere = (inputs.1 * 7.5).sin();
    let elsewhere = (elsewhere + 1.0).sum();
    let (work, values) = during(&tape, || [first, elsewhere].map(|y| tape.run([y])[0].item()));
    assert_eq!((work.plans, work.runs), (0, 2));
    let wanted = |x: [f64; 2], factor: f64| x.map(|x| (x * factor).sin() + 1.0).iter().sum::<f64>();
    assert_eq!(values, [wanted([1.0, 2.0], 3.0), wanted([5.0, 6.0], 7.5)]);
    // Inputs recorded in another order, or late.
    let product = |a: Var<'static>, b: Var<'static>| a * b.sin();
    let tape: &'static Tape = Box::leak(Box::new(Tape::new()));
    let (a, b, c) = (tape.input(2.0), tape.input(3.0), tape.input(4.0));
    let values = [product(a, b), product(b, a), product(c, b)].map(|y| tape.run([y])[0].item());
    assert_eq!(values, [2.0 * 3.0_f64.sin(), 3.0 * 2.0_f64.sin(), 4.0 * 3.0_f64.sin()]);
    assert_eq!(tape.statistics().plans, 1);
}

/// What looks alike and is not equal must not share a plan.
#[test]
fn other_structures_have_other_plans() {
    let tape = Tape::new();
    let (x, y) = (tape.input([1.0, 2.0]), tape.input([3.0, 5.0]));
    let row = tape.input([[1.0, 2.0]]);
    let formulas = [
        x - y,
        x - x,
        x + y,
        // The constants are operations, other numbers are inputs.
        x * 2.0,
        x * 3.0,
        x * 0.5,
        x.slice(0, 1..),
        x.slice(0, ..1),
        row.sum_over(0),
        row.sum_over(1),
        row.exp(),
        x.exp(),
    ];
    let values = formulas.map(|formula| tape.run([formula])[0].to_vec_f64());
    assert_eq!(tape.statistics().plans, formulas.len());
    assert_eq!(values[..3], [[-2.0, -3.0], [0.0, 0.0], [4.0, 7.0]]);
    assert_eq!(values[3..6], [[2.0, 4.0], [3.0, 6.0], [0.5, 1.0]]);
    assert_eq!(values[6..8], [[2.0], [1.0]]);
    // Whether values are kept is part of a plan, too; and so is which outputs are wanted.
    let (work, _) = during(&tape, || ((x - y).value(), tape.run([x - y, x - y])));
    assert_eq!(work.plans, 2);
}

#[test]
fn plans_outlive_clear() {
    let mut tape = Tape::new();
    let x = [0.5, -0.5];
    let y = formula(&tape, x, 1.5);
    let [first] = tape.run([y]);
    let before = tape.statistics();
    for k in 0..10 {
        tape.clear();
        assert!(tape.is_empty());
        // Other things on the cleared tape before it do not matter.
        (0..k).for_each(|_| _ = tape.input(1.0).exp());
        let y = formula(&tape, x, 1.5);
        assert_eq!(tape.run([y])[0], first);
    }
    assert_eq!((since(&tape, before).plans, since(&tape, before).runs), (0, 10));
}

#[test]
fn training_steps_share_a_plan() {
    let mut params = Params::f64(0);
    let w = params.add("w", [[0.5, -0.2], [0.1, 0.9]]);
    let mut tape = Tape::new();
    for k in 0..20 {
        let step = tape.value_and_grad(&params, |scope| {
            let x = scope.input([[f64::from(k), 1.0]]).matmul(scope.var(w));
            (scope.dropout(x, 0.5).square().sum(), [])
        });
        let gradient = &step.gradients[w];
        assert_eq!(gradient.shape()[..], [2, 2]);
    }
    assert_eq!((tape.statistics().plans, tape.statistics().runs), (1, 20));
}

/// A chain of `n` operations.
fn chain(tape: &Tape, n: usize) -> Var<'_> {
    (0..n).fold(tape.input(0.5), |x, _| x.sin())
}

/// A thousand structures are not a thousand plans: the first is forgotten, the last is not.
#[test]
fn the_plan_cache_is_bounded() {
    let mut tape = Tape::new();
    let mut values = Vec::new();
    for n in 0..1000 {
        tape.clear();
        values.push(tape.run([chain(&tape, n)])[0].item());
    }
    assert_eq!(tape.statistics().plans, 1000);
    let mut plans_again = |n: usize| {
        tape.clear();
        let (work, value) = during(&tape, || tape.run([chain(&tape, n)])[0].item());
        assert_eq!(value, values[n]);
        work.plans
    };
    assert_eq!([999, 998, 990].map(&mut plans_again), [0; 3]);
    assert_eq!([0, 1, 100, 500].map(&mut plans_again), [1; 4]);
    assert_eq!([0, 1, 999].map(&mut plans_again), [0; 3]);
    let forgotten = (0..1000).filter(|&n| plans_again(n) == 1).count();
    assert!(forgotten > 800, "at most 200 plans are remembered, not {}", 1000 - forgotten);
}

/// So many different operations that the tape starts numbering them anew: no old plan may be taken
/// for a new structure.
#[test]
fn operations_are_forgotten_without_confusion() {
    let mut tape = Tape::new();
    let value = |tape: &Tape| {
        let x = tape.input([0.5, 2.0]);
        let [value] = tape.run([(x.exp() - x).sum()]);
        value.item()
    };
    let wanted = value(&tape);
    for n in 1..=(1 << 16) + 10 {
        let _ = tape.literal(1.0).broadcast_to([n]);
    }
    tape.clear();
    for _ in 0..3 {
        // The first operations of the new numbering are others than those of the old.
        let other = tape.input([4.0, 9.0]);
        assert_eq!(tape.run([(other.sqrt() * other).sum()])[0].item(), 35.0);
        assert_eq!(value(&tape), wanted);
        tape.clear();
    }
}
