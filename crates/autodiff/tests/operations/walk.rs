//! The walk along the list: on every case, the laws that a derivative obeys. Each check takes the
//! rules that it checks and says what is wrong, so that the mutation test can watch it fail.

use wengert_autodiff::{Kind, Op, OwnRules, Rules, Tape, Var};
use wengert_tensor::Tensor;

use crate::case::{Case, Recorded};
use crate::numbers::{Dot, Noise, alike, dot, near, report, zeros_like};
use crate::oracles::{Objective, STEP, dual_curvatures, dual_tangents};
use crate::samples;

/// A check of one case by these rules.
pub(crate) type Check = fn(&Case, &dyn Rules) -> Result<(), String>;

/// Runs a check on every case, and reports all that fail.
#[track_caller]
fn walk(check: Check) {
    let mut failures = Vec::new();
    let mut seen = 0;
    for sample in samples::everything() {
        for case in Case::all_of(&sample) {
            seen += 1;
            failures.extend(check(&case, &OwnRules).err().map(|why| format!("{case}: {why}")));
        }
    }
    assert!(seen > 1000, "only {seen} cases: samples or views got lost");
    report(&failures);
}

#[test]
fn linear_maps_are_transposed_rightly() {
    walk(adjoint_law);
}

#[test]
fn forward_mode_agrees_with_dual_numbers() {
    walk(forward);
}

#[test]
fn reverse_mode_agrees_with_differences() {
    walk(reverse);
}

#[test]
fn derivatives_of_derivatives_agree_with_differences() {
    walk(second_order);
}

#[test]
fn second_derivatives_agree_with_nested_dual_numbers() {
    walk(curvature);
}

/// `⟨u, L v⟩ = ⟨Lᵀ u, v⟩` and `Lᵀᵀ v = L v`, for the derivative by each operand.
pub(crate) fn adjoint_law(case: &Case, rules: &dyn Rules) -> Result<(), String> {
    let tape = Tape::new();
    let Recorded { operands, y, .. } = case.record(&tape);
    let mut noise = Noise::new(1);
    for (i, &x) in operands.iter().enumerate() {
        if x.kind() == Kind::Index || y.kind() == Kind::Index {
            continue;
        }
        let (v, u) = (noise.tensor(&x.shape()), noise.tensor(&y.shape()));
        let map = rules.derivative(&case.op, i, &operands, y);
        let image = map.apply(tape.input(&v));
        let transposed = map.clone().transposed().apply(tape.input(&u));
        let twice = map.clone().transposed().transposed().apply(tape.input(&v));
        let (Some(image), Some(transposed), Some(twice)) = (image, transposed, twice) else {
            if image.is_none() && transposed.is_none() && twice.is_none() {
                continue;
            }
            return Err(format!("operand {i}: one of L, Lᵀ and Lᵀᵀ is zero, another is not"));
        };
        let [image, transposed, twice] = tape.run([image, transposed, twice]);
        if *image.shape() != y.shape() || *transposed.shape() != x.shape() {
            let (from, to) = (transposed.shape(), image.shape());
            return Err(format!("operand {i}: L maps to {to}, its transpose to {from}"));
        }
        alike(&format!("operand {i}, Lᵀᵀ v"), &twice, &image, 1e-13)?;
        let (left, right) = (dot(&[u], &[image]), dot(&[transposed], &[v]));
        let tolerance = 1e-13 * (left.magnitude + right.magnitude);
        near(&format!("operand {i}, ⟨Lᵀ u, v⟩ and ⟨u, L v⟩"), right.sum, left.sum, tolerance)?;
    }
    Ok(())
}

/// `tape.jvp` along random directions of all operands at once and of one after the other, element
/// by element.
pub(crate) fn forward(case: &Case, rules: &dyn Rules) -> Result<(), String> {
    let tape = Tape::new();
    let recorded = case.record(&tape);
    if !recorded.is_differentiable() {
        return Ok(());
    }
    let (x, program) = (case.reals(), recorded.program());
    for (name, v) in smooth_directions(case) {
        let pairs: Vec<_> = recorded.reals().into_iter().zip(inputs(&tape, &v)).collect();
        let y_dot = tape.jvp_with(rules, &[recorded.y], &pairs)[0];
        let found = or_zeros(y_dot, recorded.y);
        let wanted = dual_tangents(&program, &x, &v);
        alike(&format!("forward mode by {name}"), &found, &wanted[0], 1e-12)?;
    }
    Ok(())
}

/// `tape.vjp` of a random cotangent, along random directions of one operand after the other.
pub(crate) fn reverse(case: &Case, rules: &dyn Rules) -> Result<(), String> {
    let tape = Tape::new();
    let recorded = case.record(&tape);
    if !recorded.is_differentiable() {
        return Ok(());
    }
    let (x, program) = (case.reals(), recorded.program());
    let u = Noise::new(2).tensor(&recorded.y.shape());
    let leaves = recorded.reals();
    let x_bar = tape.vjp_with(rules, &[(recorded.y, tape.input(&u))], &leaves);
    for (i, &x_bar) in x_bar.iter().enumerate() {
        let v = along_one(&x, i);
        if !case.is_smooth(&v, STEP) {
            continue;
        }
        let found = dot(&[or_zeros(x_bar, leaves[i])], &v[i..=i]);
        let objective = Objective { program: &program, x: &x, v: &v, w: std::slice::from_ref(&u) };
        against(&objective, &format!("reverse mode by operand {i}"), found)?;
    }
    Ok(())
}

/// Holds a derivative in f64 against differences of its objective.
fn against(objective: &Objective<'_>, what: &str, found: Dot) -> Result<(), String> {
    let wanted = objective.slope();
    // Directions are to scale, so derivatives are comparable to values.
    let tolerance = 1e-12 * (found.magnitude + wanted.abs()) + 1e-15 * objective.magnitude();
    near(what, found.sum, wanted, tolerance)
}

/// The whole derivative program – the cotangents of all operands as functions of operands and
/// cotangent – differentiated again, forward and in reverse, against differences.
pub(crate) fn second_order(case: &Case, rules: &dyn Rules) -> Result<(), String> {
    let tape = Tape::new();
    let recorded = case.record(&tape);
    if !recorded.is_differentiable() {
        return Ok(());
    }
    let mut noise = Noise::new(3);
    let u = noise.tensor(&recorded.y.shape());
    let mut z = recorded.reals();
    z.push(tape.input(&u));
    let u_var = z[z.len() - 1];
    let found = tape.vjp_with(rules, &[(recorded.y, u_var)], &recorded.reals());
    let x_bar: Vec<Var<'_>> = found.into_iter().flatten().collect();
    if x_bar.is_empty() {
        return Ok(());
    }
    let at: Vec<Tensor> = case.reals().into_iter().chain([u]).collect();
    let w: Vec<Tensor> = x_bar.iter().map(|x_bar| noise.tensor(&x_bar.shape())).collect();
    let program = tape.program_of(&z, &x_bar);

    let weighted: Vec<_> = x_bar.iter().copied().zip(inputs(&tape, &w)).collect();
    let z_bar = tape.vjp_with(rules, &weighted, &z);
    for k in 0..z.len() {
        let v = along_one(&at, k);
        let on_kink = !case.is_smooth(&v[..z.len() - 1], STEP);
        if on_kink {
            continue;
        }
        let objective = Objective { program: &program, x: &at, v: &v, w: &w };
        let found = dot(&[or_zeros(z_bar[k], z[k])], &v[k..=k]);
        against(&objective, &format!("reverse over reverse by operand {k}"), found)?;
        let moving = (z[k], tape.input(&v[k]));
        let dots = tape.jvp_with(rules, &x_bar, &[moving]);
        let dots: Vec<_> = dots.into_iter().zip(&x_bar).map(|(d, &x)| or_zeros(d, x)).collect();
        let found = dot(&w, &dots);
        against(&objective, &format!("forward over reverse by operand {k}"), found)?;
    }
    Ok(())
}

/// Forward over forward, along the directions of [`forward`].
pub(crate) fn curvature(case: &Case, rules: &dyn Rules) -> Result<(), String> {
    let tape = Tape::new();
    let recorded = case.record(&tape);
    if !recorded.is_differentiable() {
        return Ok(());
    }
    let (x, program) = (case.reals(), recorded.program());
    for (name, v) in smooth_directions(case) {
        let pairs: Vec<_> = recorded.reals().into_iter().zip(inputs(&tape, &v)).collect();
        let first = tape.jvp_with(rules, &[recorded.y], &pairs)[0];
        let second = first.and_then(|y_dot| tape.jvp_with(rules, &[y_dot], &pairs)[0]);
        let found = or_zeros(second, recorded.y);
        let wanted = dual_curvatures(&program, &x, &v);
        // Terms of the size of the first derivative cancel in the second.
        let size = dual_tangents(&program, &x, &v)[0].to_vec_f64();
        let size = size.into_iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let pairs = found.to_vec_f64().into_iter().zip(wanted[0].to_vec_f64());
        for (k, (found, wanted)) in pairs.enumerate() {
            let tolerance = 1e-11 * wanted.abs() + 1e-13 * size;
            near(&format!("second derivative by {name}, element {k}"), found, wanted, tolerance)?;
        }
    }
    Ok(())
}

/// A direction of all real leaves and directions of each, with their names: those that cross no
/// kink.
fn smooth_directions(case: &Case) -> Vec<(String, Vec<Tensor>)> {
    let x = case.reals();
    let mut all = vec![("all operands".to_owned(), directions(&x))];
    all.extend((0..x.len()).map(|i| (format!("operand {i}"), along_one(&x, i))));
    all.retain(|(_, v)| case.is_smooth(v, STEP));
    all
}

pub(crate) fn directions(x: &[Tensor]) -> Vec<Tensor> {
    let mut noise = Noise::new(4);
    x.iter().map(|x| noise.direction(x)).collect()
}

/// A direction of one of several variables.
pub(crate) fn along_one(x: &[Tensor], i: usize) -> Vec<Tensor> {
    let mut v: Vec<_> = x.iter().map(zeros_like).collect();
    v[i] = directions(x).swap_remove(i);
    v
}

fn inputs<'t>(tape: &'t Tape, x: &[Tensor]) -> Vec<Var<'t>> {
    x.iter().map(|x| tape.input(x)).collect()
}

/// The value of what a sweep has found, or zeros.
fn or_zeros(found: Option<Var<'_>>, like: Var<'_>) -> Tensor {
    found.unwrap_or_else(|| like.zeros_like()).value()
}

/// The names of the list occur among the samples, each of them.
#[test]
fn every_operation_has_samples() {
    let sampled: Vec<&str> = Op::samples().iter().map(|sample| sample.operation.name()).collect();
    for name in Op::names() {
        assert!(sampled.contains(&name), "{name} is tested on nothing");
    }
}
