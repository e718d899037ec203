//! Laws that hold for every program: how its values are asked for does not matter to a bit, and
//! the two modes are transposes of each other.

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use wengert_autodiff::real::Real;
use wengert_autodiff::{Precision, Rewriting, Tape, Value, Var};
use wengert_tensor::Tensor;

use crate::numbers::{Noise, alike, cast, dot, near, same};
use crate::recipe::{Dish, Recipe, recipes};

/// Checks a law on the same few hundred programs every time.
#[track_caller]
fn for_programs(cases: u32, law: fn(&Recipe) -> Result<(), String>) {
    let config = ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(2026),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let checked = TestRunner::new(config).run(&recipes(), |recipe| {
        law(&recipe).map_err(|why| TestCaseError::fail(format!("{why}\n{}", listing(&recipe))))
    });
    if let Err(why) = checked {
        panic!("{why}");
    }
}

/// The nodes of a recipe, for whoever reads a failure.
fn listing(recipe: &Recipe) -> String {
    let tape = Tape::new();
    let lines: Vec<_> = recipe.record(&tape).nodes.iter().map(|node| format!("{node:?}")).collect();
    lines.join("\n")
}

/// The nodes of a program, its last node differentiated in both modes, and its gradient
/// differentiated again: all that one would ask for.
fn results<'t>(recipe: &Recipe, dish: &Dish<'t>) -> Vec<Var<'t>> {
    let mut noise = recipe.noise();
    let tape = dish.inputs[0].tape();
    let dtype = tape.precision().dtype();
    let y = dish.nodes[dish.nodes.len() - 1];
    let mut seed = |x: Var<'t>| tape.input(cast(&noise.tensor(&x.shape()), dtype));
    let rules = wengert_autodiff::OwnRules;
    let pairs: Vec<_> = dish.inputs.iter().map(|&x| (x, seed(x))).collect();
    let y_dot = tape.jvp_with(&rules, &[y], &pairs);
    let x_bar = tape.vjp_with(&rules, &[(y, seed(y))], &dish.inputs);
    let x_bar: Vec<_> = x_bar.into_iter().flatten().collect();
    let second = tape.jvp_with(&rules, &x_bar, &pairs);
    let derived = y_dot.into_iter().chain(second).flatten();
    dish.nodes.iter().copied().chain(derived.collect::<Vec<_>>()).chain(x_bar).collect()
}

fn run(tape: &Tape, vars: &[Var<'_>]) -> Result<Vec<Tensor>, String> {
    tape.try_run(vars).map_err(|error| error.to_string())
}

fn all_same(what: &str, found: &[Tensor], wanted: &[Tensor]) -> Result<(), String> {
    for (k, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        same(&format!("{what}, result {k} of {}", wanted.shape()), found, wanted)?;
    }
    Ok(())
}

#[test]
fn tape_program_and_replay_agree_to_the_bit() {
    for_programs(400, |recipe| agree(recipe, Precision::F64));
    for_programs(200, |recipe| agree(recipe, Precision::F32));
}

fn agree(recipe: &Recipe, precision: Precision) -> Result<(), String> {
    let mut tape = Tape::with_precision(precision);
    let dtype = precision.dtype();
    let dish = recipe.record(&tape);
    let asked = results(recipe, &dish);
    let wanted = run(&tape, &asked)?;

    let program = tape.program_of(&dish.inputs, &asked);
    let inputs: Vec<Tensor> = recipe.tensors().iter().map(|x| cast(x, dtype)).collect();
    let inputs: Vec<&Tensor> = inputs.iter().collect();
    for time in ["first", "second", "third"] {
        let found = program.try_run(&inputs).map_err(|error| error.to_string())?;
        all_same(&format!("{time} run of the program"), &found, &wanted)?;
    }
    // One after the other, from the last: each is cut where the ones before have left values.
    for (k, y) in asked.iter().enumerate().rev() {
        same(&format!("value {k} from the end"), &y.value(), &wanted[k])?;
    }
    all_same("run among kept values", &run(&tape, &asked)?, &wanted)?;

    tape.clear();
    let again = recipe.record(&tape);
    let asked = results(recipe, &again);
    all_same("recorded again", &run(&tape, &asked)?, &wanted)
}

/// Rewriting changes no bit: any subset of it, whether all is asked for at once or one by one.
#[test]
fn rewritten_is_as_recorded() {
    for_programs(150, |recipe| rewritten(recipe, Precision::F64));
    for_programs(75, |recipe| rewritten(recipe, Precision::F32));
}

fn rewritten(recipe: &Recipe, precision: Precision) -> Result<(), String> {
    let mut tape = Tape::with_precision(precision);
    tape.set_rewriting(Rewriting::NONE);
    let wanted = run(&tape, &results(recipe, &recipe.record(&tape)))?;
    for subset in 1..8 {
        let is_in = |k: u32| subset >> k & 1 == 1;
        let rewriting = Rewriting { identities: is_in(0), views: is_in(1), common: is_in(2) };
        tape.clear();
        tape.set_rewriting(rewriting);
        let asked = results(recipe, &recipe.record(&tape));
        all_same(&format!("{rewriting:?}"), &run(&tape, &asked)?, &wanted)?;
        let mut noise = recipe.noise();
        for _ in 0..asked.len() {
            let k = noise.below(asked.len());
            same(&format!("value {k} by {rewriting:?}"), &asked[k].value(), &wanted[k])?;
        }
    }
    Ok(())
}

/// Nor does computing values again instead of keeping them: within any budget, and in blocks.
#[test]
fn frugal_is_as_free() {
    for_programs(150, |recipe| frugal(recipe, Precision::F64));
    for_programs(75, |recipe| frugal(recipe, Precision::F32));
}

/// Of the results, those that are derived from the nodes: these would have to be kept.
fn derived<'t>(recipe: &Recipe, dish: &Dish<'t>) -> Vec<Var<'t>> {
    results(recipe, dish).split_off(dish.nodes.len())
}

fn frugal(recipe: &Recipe, precision: Precision) -> Result<(), String> {
    let mut tape = Tape::with_precision(precision);
    let wanted = run(&tape, &derived(recipe, &recipe.record(&tape)))?;
    let free = tape.statistics().peak_bytes;
    for budget in [0, free / 4, free / 2, free * 3 / 4] {
        tape.set_memory_budget(Some(budget));
        tape.clear();
        let asked = derived(recipe, &recipe.record(&tape));
        all_same(&format!("within {budget} of {free} bytes"), &run(&tape, &asked)?, &wanted)?;
        let program = tape.program_of(&[], &asked).try_run(&[]);
        let program = program.map_err(|error| error.to_string())?;
        all_same(&format!("as a program within {budget} bytes"), &program, &wanted)?;
        if let (Some(y), Some(wanted)) = (asked.first(), wanted.first()) {
            same("value", &y.value(), wanted)?;
        }
        all_same("after the value", &run(&tape, &asked)?, &wanted)?;
    }
    for (count, budget) in [(1, None), (4, None), (4, Some(0)), (10, None), (10, Some(free / 2))] {
        tape.set_memory_budget(budget);
        tape.clear();
        let asked = derived(recipe, &recipe.record_in_blocks(&tape, count));
        all_same(&format!("in blocks of {count}"), &run(&tape, &asked)?, &wanted)?;
    }
    Ok(())
}

#[test]
fn dropped_and_recomputed_is_kept() {
    for_programs(400, |recipe| {
        let kept = Tape::new();
        let wanted: Vec<Tensor> =
            results(recipe, &recipe.record(&kept)).iter().map(|y| y.value()).collect();
        // Nothing is kept; a little is; and asked for in any order, some twice.
        for limit in [0, 400] {
            let mut tape = Tape::new();
            tape.set_byte_limit(limit);
            let asked = results(recipe, &recipe.record(&tape));
            let mut noise = recipe.noise();
            for _ in 0..asked.len() + 3 {
                let k = noise.below(asked.len());
                same(&format!("value {k} within {limit} bytes"), &asked[k].value(), &wanted[k])?;
            }
        }
        Ok(())
    });
}

#[test]
fn forward_is_the_transpose_of_reverse() {
    for_programs(500, |recipe| {
        let tape = Tape::new();
        let dish = recipe.record(&tape);
        let mut noise = recipe.noise();
        // All inputs at once and an inner node beside them, to two results.
        let inner = dish.nodes[dish.nodes.len() / 2];
        let mut xs = dish.inputs.clone();
        xs.extend(xs.iter().all(|x| x.position() != inner.position()).then_some(inner));
        let ys = [dish.nodes[dish.nodes.len() - 1], dish.nodes[dish.nodes.len() * 2 / 3]];
        let mut draw = |x: &Var<'_>| noise.tensor(&x.shape());
        let v: Vec<Tensor> = xs.iter().map(&mut draw).collect();
        let u: Vec<Tensor> = ys.iter().map(&mut draw).collect();
        let xs_v: Vec<_> = xs.iter().zip(&v).map(|(&x, v)| (x, tape.input(v))).collect();
        let ys_u: Vec<_> = ys.iter().zip(&u).map(|(&y, u)| (y, tape.input(u))).collect();
        let rules = wengert_autodiff::OwnRules;
        let value = |(found, like): (Option<Var<'_>>, &Var<'_>)| {
            found.unwrap_or_else(|| like.zeros_like()).value()
        };
        let y_dot = tape.jvp_with(&rules, &ys, &xs_v).into_iter().zip(&ys);
        let x_bar = tape.vjp_with(&rules, &ys_u, &xs).into_iter().zip(&xs);
        let y_dot: Vec<Tensor> = y_dot.map(value).collect();
        let x_bar: Vec<Tensor> = x_bar.map(value).collect();
        let (left, right) = (dot(&u, &y_dot), dot(&x_bar, &v));
        near("⟨u, J v⟩", right.sum, left.sum, 1e-11 * (left.magnitude + right.magnitude))
    });
}

#[test]
fn programs_run_as_they_evaluate() {
    for_programs(400, |recipe| evaluates::<f64>(recipe, Precision::F64));
    for_programs(200, |recipe| evaluates::<f32>(recipe, Precision::F32));
}

fn evaluates<T: Real>(recipe: &Recipe, precision: Precision) -> Result<(), String> {
    let tape = Tape::with_precision(precision);
    let dtype = precision.dtype();
    let dish = recipe.record(&tape);
    let asked = if dish.exact { results(recipe, &dish) } else { dish.nodes.clone() };
    let program = tape.program_of(&dish.inputs, &asked);
    let inputs = recipe.tensors().into_iter().map(|x| Value::<T>::of(&cast(&x, dtype)));
    let wanted =
        program.evaluate(&inputs.collect::<Vec<_>>()).map_err(|error| error.to_string())?;
    for (k, (found, wanted)) in run(&tape, &asked)?.iter().zip(&wanted).enumerate() {
        let (what, wanted) = (format!("result {k}"), cast(&wanted.to_tensor(), dtype));
        match (dish.exact, precision) {
            (true, _) => same(&what, found, &wanted)?,
            (false, Precision::F64) => alike(&what, found, &wanted, 1e-9)?,
            // A rounding error before a floor or a tie is not a small one in single precision.
            (false, Precision::F32) => {}
        }
    }
    Ok(())
}

#[test]
fn batches_of_programs_are_loops() {
    for_programs(300, |recipe| {
        const N: usize = 3;
        let tape = Tape::new();
        let dish = recipe.record(&tape);
        let x = dish.inputs[0];
        let y = dish.nodes[dish.nodes.len() - 1];
        let mut noise: Noise = recipe.noise();
        let u = tape.input(noise.tensor(&y.shape()));
        let [x_bar] = tape.vjp([(y, u)], [x]);
        let shape: Vec<usize> = [N].into_iter().chain(x.shape().iter().copied()).collect();
        let batch = tape.input(noise.tensor(&shape.into()));
        let batched = tape.vmap([y, x_bar], [(x, batch)]).map(Var::value);
        let program = tape.program([x], [y, x_bar]);
        for k in 0..N {
            let example = batch.at(0, k as isize).value();
            for (found, wanted) in batched.iter().zip(program.run::<1, 2>([&example])) {
                let found = tape.input(found).at(0, k as isize).value();
                alike(&format!("example {k}"), &found, &wanted, 1e-9)?;
            }
        }
        Ok(())
    });
}
