//! A recurrence that slices one input at every step: its gradient costs a few times its run,
//! however long it is. A sum of padded copies would make it quadratic.

use wengert_autodiff::{Tape, Var};
use wengert_tensor::Array;

use crate::counters::during;
use crate::walk::{count, operations};

const WIDTH: usize = 3;

/// What a run and a gradient cost.
#[derive(Debug)]
struct Cost {
    /// Operations carried out for the value, and for value and gradients.
    forward: usize,
    gradient: usize,
    /// Nodes recorded by the sweep.
    recorded: usize,
    /// Elements written for value and gradients.
    elements: usize,
    /// Assemblies of slices among them.
    assemblies: usize,
    /// Matrix products that reach a matrix, as sums of as many of them as there are steps.
    sums_of_products: usize,
}

/// `hₖ = tanh(W hₖ₋₁ + xₖ)`, over rows of one input.
fn cost(steps: usize) -> Cost {
    let tape = Tape::new();
    let x = tape.input(Array::from_fn([steps, WIDTH], |k| (k as f64).sin()));
    let w = tape.input(Array::from_fn([WIDTH, WIDTH], |k| (k as f64).cos()));
    let mut state = tape.input([0.0; WIDTH]);
    for k in 0..steps {
        state = (w.matmul(state) + x.at(0, k as isize)).tanh();
    }
    let loss = state.square().sum();
    let before = tape.len();
    let [by_x, by_w] = tape.grad(loss, [x, w]);
    let recorded = tape.len() - before;
    let (forward, _) = during(&tape, || tape.run([loss]));
    let (gradient, _) = during(&tape, || tape.run([loss, by_x, by_w]));
    let all: [Var<'_>; 3] = [loss, by_x, by_w];
    Cost {
        forward: forward.operations,
        gradient: gradient.operations,
        recorded,
        elements: operations(&all).iter().map(|x| x.shape().size()).sum(),
        assemblies: count(&all, "assemble"),
        sums_of_products: operations(&all)
            .iter()
            .filter(|x| x.operands().len() == 2 * steps)
            .count(),
    }
}

#[test]
fn the_gradient_of_a_recurrence_costs_a_few_runs() {
    let (short, long) = (cost(1000), cost(2000));
    for cost in [&short, &long] {
        assert!(cost.gradient <= 6 * cost.forward, "{cost:?}");
        assert_eq!(cost.assemblies, 1, "one for the sliced input");
        assert_eq!(cost.sums_of_products, 1, "one for the weight");
    }
    let grows_linearly = |part: fn(&Cost) -> usize| {
        let ratio = part(&long) as f64 / part(&short) as f64;
        assert!((1.9..2.1).contains(&ratio), "{short:?}, {long:?}");
    };
    grows_linearly(|cost| cost.forward);
    grows_linearly(|cost| cost.gradient);
    grows_linearly(|cost| cost.recorded);
    grows_linearly(|cost| cost.elements);
}

/// The same with scalars, where a step is one or two operations; and the numbers are right.
#[test]
fn a_recurrence_over_scalars() {
    let tape = Tape::new();
    let x = tape.input(Array::from_fn([1000], |k| k as f64));
    let mut state = x.at(0, 0);
    for k in 1..1000 {
        state = 0.5 * state + x.at(0, k);
    }
    let [by_x] = tape.grad(state, [x]);
    assert_eq!(count(&[by_x], "assemble"), 1);
    let (forward, _) = during(&tape, || tape.run([state]));
    let (gradient, values) = during(&tape, || tape.run([state, by_x]));
    assert!(gradient.operations <= 6 * forward.operations, "{gradient:?}, {forward:?}");
    let wanted: Vec<f64> = (0..1000).map(|k| 0.5_f64.powi(999 - k)).collect();
    assert_eq!(values[1].to_vec_f64(), wanted);
}

/// Positions instead of slices: one scatter-add.
#[test]
fn a_recurrence_over_rows_of_a_table() {
    let tape = Tape::new();
    let table = tape.input(Array::from_fn([10, WIDTH], |k| (k as f64).sin()));
    let mut state = tape.input([1.0; WIDTH]);
    for k in 0..500 {
        state = (state * table.take(0, tape.indices(k * 7 % 10))).sin();
    }
    let [by_table] = tape.grad(state.sum(), [table]);
    assert_eq!(count(&[by_table], "scatter_add"), 1);
    let elements: usize = operations(&[by_table]).iter().map(|x| x.shape().size()).sum();
    assert!(elements < 500 * 10 * WIDTH, "{elements} elements for 500 steps");
}

/// So are second derivatives by any mode, where the assembly itself is differentiated; and so is
/// the tangent of results that are put together at the end.
#[test]
fn derivatives_of_assemblies_are_linear() {
    let check = |derivative: &dyn for<'t> Fn(&'t Tape, Var<'t>, Var<'t>) -> Var<'t>| {
        let cost = |steps: isize| {
            let tape = Tape::new();
            let x = tape.input(Array::from_fn([steps as usize], |k| (k as f64).sin()));
            let mut states = vec![x.at(0, 0)];
            for k in 1..steps {
                states.push((states[k as usize - 1] * x.at(0, k)).sin());
            }
            let before = tape.len();
            let result = derivative(&tape, Var::stack(&states, 0), x);
            let elements: usize = operations(&[result]).iter().map(|x| x.shape().size()).sum();
            (tape.len() - before + elements) as f64
        };
        let ratio = cost(400) / cost(200);
        assert!((1.9..2.1).contains(&ratio), "{ratio}");
    };
    check(&|tape, y, x| tape.jvp([y], [(x, x)])[0]);
    check(&|tape, y, x| tape.hvp(y.sum(), [(x, x)])[0]);
    check(&|tape, y, x| tape.grad(tape.grad(y.sum(), [x])[0].dot(x), [x])[0]);
    check(&|tape, y, x| tape.grad(tape.jvp([y], [(x, x)])[0].sum(), [x])[0]);
}

/// As for slices, so for rows of a table.
#[test]
fn curvature_by_a_table_is_linear() {
    let scatters = |steps: i64| {
        let tape = Tape::new();
        let table = tape.input(Array::from_fn([10], |k| (k as f64).sin()));
        let mut state = table.take(0, tape.indices(0));
        for k in 1..steps {
            state = (state * table.take(0, tape.indices(k * 7 % 10))).sin();
        }
        count(&tape.hvp(state, [(table, table)]), "scatter_add")
    };
    assert_eq!(scatters(100), scatters(10));
}
