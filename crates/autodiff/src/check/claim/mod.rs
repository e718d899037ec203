//! Functions of which values alone are known – foreign code – and the gradients claimed for them.

mod line;

use std::convert::Infallible;

use rustc_hash::{FxHashMap, FxHashSet};
use wengert_tensor::Shape;

use crate::check::differences::{Bounded, Noises};
use crate::check::mistake::Comparison;
use crate::check::noise::Noise;
use crate::check::report::Finding;
use crate::check::{
    Along, Check, Doubt, InputReport, JacobianPair, Method, Mistake, Reason, Report, Verdict, unit,
};
use line::{Move, VAGUE, weighted};

/// A function that can be evaluated, and the gradient that is claimed for it: code of any origin.
///
/// What a function draws at random or holds fixed while it is differentiated has to be the same in
/// every evaluation.
pub trait Claim {
    /// Why it could not be evaluated.
    type Error;

    /// $y = f(x_1, x_2, \dots)$, all values by rows.
    ///
    /// # Errors
    /// If it could not be evaluated.
    fn value(&mut self, x: &[Vec<f64>]) -> Result<Vec<f64>, Self::Error>;

    /// $J_i^T u = \sum_k u_k\, \partial y_k / \partial x_i$ for each input: what is to be checked.
    ///
    /// # Errors
    /// If it could not be evaluated.
    fn gradient(&mut self, x: &[Vec<f64>], u: &[f64]) -> Result<Vec<Vec<f64>>, Self::Error>;
}

/// A function and its gradient as closures.
pub(super) struct Closures<F, G>(pub F, pub G);

impl<F, G> Claim for Closures<F, G>
where
    F: FnMut(&[f64]) -> Vec<f64>,
    G: FnMut(&[f64], &[f64]) -> Vec<f64>,
{
    type Error = Infallible;

    fn value(&mut self, x: &[Vec<f64>]) -> Result<Vec<f64>, Infallible> {
        Ok(self.0(&x[0]))
    }

    fn gradient(&mut self, x: &[Vec<f64>], u: &[f64]) -> Result<Vec<Vec<f64>>, Infallible> {
        Ok(vec![self.1(&x[0], u)])
    }
}

/// One input of a claim: its name, its shape, and the point where it is checked, by rows.
#[derive(Clone, PartialEq, Debug)]
pub struct ClaimInput {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Its elements.
    pub at: Vec<f64>,
}

/// About how many evaluations the slope by one element takes.
const PER_SLOPE: usize = 16;

/// Judges a claim.
pub(super) fn judge<C: Claim>(
    settings: &Check,
    inputs: &[ClaimInput],
    claim: &mut C,
) -> Result<Report, C::Error> {
    let x: Vec<Vec<f64>> = inputs.iter().map(|input| input.at.clone()).collect();
    let mut judge = Judge {
        settings,
        inputs,
        claim,
        scale: x.iter().map(|x| super::scales(x)).collect(),
        x,
        values: FxHashMap::default(),
        evaluations: 0,
        failure: None,
        random: Noise::new(settings.seed),
    };
    let report = judge.run();
    match judge.failure {
        Some(error) => Err(error),
        None => Ok(report),
    }
}

struct Judge<'a, C: Claim> {
    settings: &'a Check,
    inputs: &'a [ClaimInput],
    claim: &'a mut C,
    x: Vec<Vec<f64>>,
    scale: Vec<Vec<f64>>,
    /// The values along the line that is looked at now.
    values: FxHashMap<u64, Vec<f64>>,
    evaluations: usize,
    failure: Option<C::Error>,
    random: Noise,
}

/// Weights of the results, and the gradient that is claimed for their sum.
struct Weighting {
    /// The one result that it is of, if it is of one.
    output: Option<usize>,
    u: Vec<f64>,
    gradient: Vec<Vec<f64>>,
    /// How far the weighted sum is off by rounding.
    noise: Noises,
    /// The largest of the results, weighted or not.
    largest: f64,
}

impl<C: Claim> Judge<'_, C> {
    /// The function's value at a point; empty once it has failed.
    fn value(&mut self, x: &[Vec<f64>]) -> Vec<f64> {
        if self.failure.is_some() {
            return Vec::new();
        }
        self.evaluations += 1;
        self.claim.value(x).unwrap_or_else(|error| {
            self.failure = Some(error);
            Vec::new()
        })
    }

    fn weighting(&mut self, output: Option<usize>, u: Vec<f64>) -> Weighting {
        let mut gradient = Vec::new();
        if self.failure.is_none() {
            self.evaluations += 1;
            match self.claim.gradient(&self.x, &u) {
                Ok(answer) => gradient = answer,
                Err(error) => self.failure = Some(error),
            }
        }
        Weighting { output, u, gradient, noise: Noises::default(), largest: 0.0 }
    }

    fn run(&mut self) -> Report {
        let x = self.x.clone();
        let y = self.value(&x);
        let again = [self.value(&x), self.value(&x)];
        let mut u = if y.len() == 1 { vec![1.0] } else { self.random.numbers(y.len()) };
        // What is not finite has no slope: it gets no weight.
        for (u, y) in u.iter_mut().zip(&y) {
            *u *= f64::from(u8::from(y.is_finite()));
        }
        let mut mixed = self.weighting((y.len() == 1).then_some(0), u.clone());
        let mixed_again = self.weighting(None, u);
        if self.failure.is_some() {
            return self.report(Vec::new(), Vec::new());
        }
        let same = again.iter().all(|again| is_same(again, &y))
            && mixed.gradient.len() == mixed_again.gradient.len()
            && mixed.gradient.iter().zip(&mixed_again.gradient).all(|(a, b)| is_same(a, b));
        if !same {
            let text = "asked again at the same point, it answers differently: fix the seeds of what \
                        it draws, and what it keeps between calls";
            return self.doubted(Reason::Nondeterminism, text.into());
        }
        if mixed.u.iter().all(|&u| u == 0.0) {
            let found = y.first().map_or("has no elements".into(), |y| format!("is {y}"));
            return self.doubted(Reason::Domain, format!("the result {found} at the point"));
        }
        let mut rows = self.rows(y.len());
        let remainder = self.find_noise(&mut mixed, &mut rows);
        let inputs = 0..self.inputs.len();
        let mut reports: Vec<InputReport> =
            inputs.map(|k| self.input(k, y.len(), &mixed, &rows)).collect();
        self.name_swapped(&mut reports, &mixed);
        let is_rough = mixed.noise.least() > 1e-12 * weighted(&mixed.u, &y).abs();
        let note =
            || format!("the function's values are rounded to about {:.0e}", mixed.noise.least());
        let notes = remainder.into_iter().chain(is_rough.then(note));
        self.report(reports, notes.collect())
    }

    fn report(&self, inputs: Vec<InputReport>, notes: Vec<String>) -> Report {
        let seed = self.settings.seed;
        let report = Report::new(inputs, Method::Differences, self.evaluations, seed);
        Report { notes, ..report }
    }

    /// The answer if nothing can be looked at.
    fn doubted(&self, reason: Reason, text: String) -> Report {
        let doubt = Doubt { reason, text };
        let inputs = (0..self.inputs.len()).map(|k| {
            let mut input = self.blank(k, 1);
            input.add(Finding::Unknown(doubt.clone()), None);
            input
        });
        self.report(inputs.collect(), Vec::new())
    }

    fn blank(&self, k: usize, rows: usize) -> InputReport {
        let ClaimInput { name, shape, at } = &self.inputs[k];
        InputReport::new(name, shape, rows * at.len())
    }

    /// The results one by one, if their Jacobian is small enough to be looked at; else none.
    fn rows(&mut self, len: usize) -> Vec<Weighting> {
        let size = self.x.iter().map(Vec::len).sum::<usize>();
        let affordable = len + size * PER_SLOPE + self.evaluations <= self.settings.budget;
        if len == 1 || len * size > self.settings.largest_jacobian || !affordable {
            return Vec::new();
        }
        (0..len).map(|row| self.weighting(Some(row), unit(len, row))).collect()
    }

    /// How many slopes can be looked at still.
    fn affordable(&self) -> usize {
        if self.failure.is_some() {
            return 0;
        }
        self.settings.budget.saturating_sub(self.evaluations) / PER_SLOPE
    }

    fn input(
        &mut self,
        k: usize,
        results: usize,
        mixed: &Weighting,
        rows: &[Weighting],
    ) -> InputReport {
        let n = self.x[k].len();
        let mut report = self.blank(k, if rows.is_empty() { 1 } else { results });
        let claimed = mixed.gradient.get(k).map_or(0, Vec::len);
        if claimed != n {
            report.verdict = Verdict::Wrong;
            report.mistake = Some(Mistake::MissingSum { claimed, wanted: n });
            return report;
        }
        // What is left is shared with the inputs that come after.
        let share = self.affordable() / (self.x.len() - k);
        let is_whole = n <= share;
        let directions = if n == 1 { 0 } else { self.settings.directions.min(share) };
        for _ in 0..directions {
            let moves = [self.direction(k)];
            self.values.clear();
            let (finding, _) = self.finding(&moves, mixed, Along::Direction);
            report.coverage.directions += 1;
            // Where elements have kinks, a direction sees a mixture: they tell more.
            let is_mixture = matches!(finding, Finding::AtKink | Finding::Unknown(_));
            if !(is_mixture && is_whole) {
                report.add(finding, None);
            }
        }
        if is_whole {
            let all: Vec<usize> = (0..n).collect();
            self.elements(k, &all, mixed, rows, &mut report);
        } else if directions == 0 && share == 0 {
            let text = format!("a budget of {} evaluations allows nothing", self.settings.budget);
            report.add(Finding::Unknown(Doubt { reason: Reason::Budget, text }), None);
        } else {
            let mut some: Vec<usize> =
                (0..share - directions).map(|_| self.random.below(n)).collect();
            let mut seen = FxHashSet::default();
            some.retain(|&j| seen.insert(j));
            self.elements(k, &some, mixed, &[], &mut report);
        }
        report.settled()
    }

    /// Looks at elements one by one; at each of the results, if there are rows for them.
    fn elements(
        &mut self,
        input: usize,
        chosen: &[usize],
        mixed: &Weighting,
        rows: &[Weighting],
        report: &mut InputReport,
    ) {
        let n = self.x[input].len();
        let mixed_alone = std::slice::from_ref(mixed);
        let rows = if rows.is_empty() { mixed_alone } else { rows };
        let mut found = vec![Bounded { value: f64::NAN, error: 0.0 }; rows.len() * n];
        for &k in chosen {
            if self.affordable() == 0 {
                break;
            }
            let moves = [Move { input, v: vec![(k, self.scale[input][k])] }];
            self.values.clear();
            for (row, weighting) in rows.iter().enumerate() {
                if weighting.gradient.get(input).is_none_or(|g| g.len() != n) {
                    continue;
                }
                let (finding, slope) = self.finding(&moves, weighting, Along::Element(k));
                found[row * n + k] = slope;
                report.add(finding, Some(k));
                report.coverage.elements += 1;
            }
        }
        let gradient = |row: &Weighting| row.gradient.get(input).cloned().unwrap_or_default();
        let is_whole = chosen.len() == n && report.coverage.elements == rows.len() * n;
        if is_whole && rows.iter().all(|row| gradient(row).len() == n) {
            report.jacobian = Some(JacobianPair {
                rows: rows.len(),
                columns: n,
                claimed: rows.iter().flat_map(gradient).collect(),
                found: found.iter().map(|found| found.value).collect(),
            });
        }
        if report.verdict == Verdict::Wrong && is_whole {
            let summed = |k: usize| {
                let column = rows.iter().zip(found.iter().skip(k).step_by(n));
                let weight = |row: &Weighting| match (rows.len(), row.output) {
                    (1, _) | (_, None) => 1.0,
                    (_, Some(output)) => mixed.u[output],
                };
                column.fold(Bounded { value: 0.0, error: 0.0 }, |sum, (row, found)| Bounded {
                    value: sum.value + weight(row) * found.value,
                    error: sum.error + (weight(row) * found.error).abs(),
                })
            };
            let found: Vec<Bounded> = (0..n).map(summed).collect();
            report.mistake = self.compared(input, &mixed.gradient[input], &found);
        }
    }

    fn compared(&self, input: usize, claimed: &[f64], found: &[Bounded]) -> Option<Mistake> {
        let sizes: Vec<usize> = self
            .inputs
            .iter()
            .flat_map(|input| input.shape.iter().copied().chain([input.at.len()]))
            .collect();
        let comparison = Comparison {
            claimed,
            found: &found.iter().map(|found| found.value).collect::<Vec<_>>(),
            error: &found.iter().map(|found| found.error).collect::<Vec<_>>(),
            shape: &self.inputs[input].shape,
            sizes: &sizes,
        };
        comparison.mistake()
    }

    /// Says so where the gradient of an input is that of another.
    fn name_swapped(&self, reports: &mut [InputReport], mixed: &Weighting) {
        let truth = |report: &InputReport| -> Option<Vec<f64>> {
            let table = report.jacobian.as_ref().filter(|table| table.rows == 1)?;
            Some(table.found.clone())
        };
        let truths: Vec<Option<Vec<f64>>> = reports.iter().map(truth).collect();
        for (k, report) in reports.iter_mut().enumerate() {
            let claimed = mixed.gradient.get(k).cloned().unwrap_or_default();
            let is_like = |truth: &Vec<f64>| {
                let near = |(a, b): (&f64, &f64)| (a - b).abs() <= VAGUE * b.abs();
                truth.len() == claimed.len() && truth.iter().zip(&claimed).all(near)
            };
            let others = truths.iter().enumerate().filter(|(other, _)| *other != k);
            let mut like = others.filter(|(_, truth)| truth.as_ref().is_some_and(is_like));
            if report.verdict == Verdict::Wrong
                && let Some((other, _)) = like.next()
            {
                let with = self.inputs[other].name.clone();
                report.mistake = Some(Mistake::Swapped { with });
            }
        }
    }
}

/// Whether two answers are the same to the bit; any NaN is like any other.
fn is_same(a: &[f64], b: &[f64]) -> bool {
    let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    a.len() == b.len() && a.iter().zip(b).all(same)
}
