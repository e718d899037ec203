//! Replaying a case: its outputs, then derivatives in both modes, of first and second order.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wengert::autodiff::OwnRules;
use wengert::prelude::*;

use crate::call::{Call, leaf};
use crate::case::{Case, Kind, Reference, Tolerance};
use crate::compare::{PRECISIONS, compare, fits_f32, is_exact_in_f32};
use crate::operations;
use crate::report::Outcome;

/// What becomes of a case in every precision that can hold its numbers.
pub fn outcome(case: &Case) -> Outcome {
    let (mut failures, mut advisories) = (Vec::new(), 0);
    for precision in PRECISIONS {
        if precision == Precision::F32 && !is_for_f32(case) {
            continue;
        }
        match catch_unwind(AssertUnwindSafe(|| replayed(case, precision))) {
            Ok(None) => return Outcome::NotYet,
            Ok(Some(found)) => {
                let named = |failure: &String| format!("{}: {failure}", precision.dtype());
                failures.extend(found.failures.iter().map(named));
                advisories += found.advisories;
            }
            Err(panic) => {
                failures.push(format!("{}: panics: {}", precision.dtype(), message(&*panic)));
            }
        }
    }
    if failures.is_empty() { Outcome::Passed { advisories } } else { Outcome::Failed(failures) }
}

/// Whether the case says something in f32. At extreme arguments, such as π/2 for a tangent, it does
/// not unless they are the same there.
fn is_for_f32(case: &Case) -> bool {
    let inputs = || case.inputs.iter().flatten().map(|input| &input.value);
    inputs().chain(&case.outputs).all(fits_f32)
        && (!case.has_flag("corner") || inputs().all(is_exact_in_f32))
}

/// What does not match in one precision.
struct Found {
    failures: Vec<String>,
    /// How many derivatives at extreme arguments are not PyTorch's.
    advisories: usize,
}

fn replayed(case: &Case, precision: Precision) -> Option<Found> {
    let tape = Tape::with_precision(precision);
    let (call, leaves) = Call::new(&tape, case);
    let ys = operations::outputs(&call)?;
    if ys.len() != case.outputs.len() {
        let failure = format!("{} outputs, not {}", ys.len(), case.outputs.len());
        return Some(Found { failures: vec![failure], advisories: 0 });
    }
    let ys = ys.into_iter().map(Some).collect();
    let replay = Replay { case, precision, tape: &tape, leaves, ys };
    let failures = replay.outputs();
    let derivatives = replay.derivatives();
    Some(if case.has_flag("corner") {
        Found { failures, advisories: derivatives.len() }
    } else {
        Found { failures: failures.into_iter().chain(derivatives).collect(), advisories: 0 }
    })
}

/// A case on a tape.
struct Replay<'c, 't> {
    case: &'c Case,
    precision: Precision,
    tape: &'t Tape,
    leaves: Vec<Option<Var<'t>>>,
    ys: Vec<Option<Var<'t>>>,
}

/// One for each input or output; none where there is nothing to compare.
type Each<T> = [Option<T>];

impl<'t> Replay<'_, 't> {
    fn outputs(&self) -> Vec<String> {
        let wanted: Vec<_> = self.case.outputs.iter().cloned().map(Some).collect();
        self.differences("output", &self.ys, &wanted, self.case.tolerance)
    }

    fn derivatives(&self) -> Vec<String> {
        let (case, tolerance) = (self.case, self.case.tolerance);
        let y_bars = self.leaves_of(&case.cotangents);
        let gradients = self.backward(&self.ys, &y_bars);
        let mut all =
            self.differences("gradient", &gradients, &case.gradients, case.gradient_tolerance);
        if let Some(tangents) = &case.tangents {
            let x_dots = self.leaves_of(tangents);
            if let Some(wanted) = &case.jvp {
                let found = self.forward(&self.ys, &x_dots);
                all.extend(self.differences("jvp", &found, wanted, tolerance));
            }
            if let Some(wanted) = &case.hvp {
                let found = self.forward(&gradients, &x_dots);
                all.extend(self.differences("hvp", &found, wanted, tolerance));
                let found = self.backward(&gradients, &x_dots);
                all.extend(self.differences("double backward", &found, wanted, tolerance));
            }
        }
        all.extend(self.matrices());
        all
    }

    /// Whole Jacobians and Hessians of the first output by the first input.
    fn matrices(&self) -> Vec<String> {
        let (Some(&Some(y)), Some(&Some(x))) = (self.ys.first(), self.leaves.first()) else {
            return Vec::new();
        };
        let matrix = |of: Var<'t>, columns: Var<'t>| {
            let shape = [of.shape().size(), columns.shape().size()];
            Some(self.tape.jacobian(of, columns).reshape(shape))
        };
        let mut all = Vec::new();
        if self.case.jacobian.is_some() {
            let wanted = std::slice::from_ref(&self.case.jacobian);
            all.extend(self.differences("jacobian", &[matrix(y, x)], wanted, self.case.tolerance));
        }
        if self.case.hessian.is_some() {
            let wanted = std::slice::from_ref(&self.case.hessian);
            let [gradient] = self.tape.grad(y, [x]);
            let found = [matrix(gradient, x)];
            all.extend(self.differences("hessian", &found, wanted, self.case.tolerance));
        }
        all
    }

    /// For each input of which the case has a gradient, the product of the transposed Jacobian
    /// with these cotangents; zeros where no path leads to it.
    fn backward(&self, ys: &Each<Var<'t>>, y_bars: &Each<Var<'t>>) -> Vec<Option<Var<'t>>> {
        let places = |k: &usize| self.case.gradients[*k].is_some();
        let places: Vec<usize> = (0..self.leaves.len()).filter(places).collect();
        let xs: Vec<Var<'t>> = places.iter().filter_map(|&k| self.leaves[k]).collect();
        let found = self.tape.vjp_with(&OwnRules, &pairs(ys, y_bars), &xs);
        let mut all = vec![None; self.leaves.len()];
        for ((k, x), found) in places.into_iter().zip(xs).zip(found) {
            all[k] = Some(found.unwrap_or_else(|| x.zeros_like()));
        }
        all
    }

    /// The product of the Jacobian with these tangents; zeros where no path leads from an input.
    fn forward(&self, ys: &Each<Var<'t>>, x_dots: &Each<Var<'t>>) -> Vec<Option<Var<'t>>> {
        let xs = pairs(&self.leaves, x_dots);
        let one = |y: Var<'t>| {
            let found = self.tape.jvp_with(&OwnRules, &[y], &xs)[0];
            found.unwrap_or_else(|| y.zeros_like())
        };
        ys.iter().map(|y| y.map(one)).collect()
    }

    /// Directions as leaves; none along what is not real.
    fn leaves_of(&self, directions: &Each<Reference>) -> Vec<Option<Var<'t>>> {
        let is_real = |direction: &&Reference| direction.kind == Kind::Real;
        let direction = |direction: &Option<Reference>| {
            direction.as_ref().filter(is_real).map(|direction| leaf(self.tape, direction))
        };
        directions.iter().map(direction).collect()
    }

    /// What is not as wanted.
    fn differences(
        &self,
        what: &str,
        found: &Each<Var<'t>>,
        wanted: &Each<Reference>,
        tolerance: Tolerance,
    ) -> Vec<String> {
        let mut all = Vec::new();
        for (k, (found, wanted)) in found.iter().zip(wanted).enumerate() {
            let (Some(found), Some(wanted)) = (found, wanted) else { continue };
            let what = format!("{what} {k}");
            all.extend(compare(&what, &found.value(), wanted, tolerance, self.precision).err());
        }
        all
    }
}

fn pairs<'t>(vars: &Each<Var<'t>>, directions: &Each<Var<'t>>) -> Vec<(Var<'t>, Var<'t>)> {
    let both = |(x, direction): (&Option<Var<'t>>, &Option<Var<'t>>)| (*x).zip(*direction);
    vars.iter().zip(directions).filter_map(both).collect()
}

/// What a panic said.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message").replace('\n', " ")
}
