//! Functions of which values alone are known – foreign code – and the gradients claimed for them.

use std::convert::Infallible;

use rustc_hash::{FxHashMap, FxHashSet};
use wengert_tensor::Shape;

use crate::check::differences::{Bounded, Line, Noises, Slope};
use crate::check::mistake::Comparison;
use crate::check::noise::Noise;
use crate::check::report::Finding;
use crate::check::{
    Along, Check, Derivative, Doubt, Evidence, InputReport, JacobianPair, Method, Mistake, Oracle,
    Reason, Report, Verdict,
};

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

/// A larger error than this, relative to what it is an error of, says nothing.
const VAGUE: f64 = 1e-3;

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

/// A direction: for each input the elements that move.
#[derive(Clone)]
struct Move {
    input: usize,
    v: Vec<(usize, f64)>,
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
        if self.failure.is_some() {
            return Weighting {
                output,
                u,
                gradient: Vec::new(),
                noise: Noises::default(),
                largest: 0.0,
            };
        }
        self.evaluations += 1;
        let gradient = self.claim.gradient(&self.x, &u).unwrap_or_else(|error| {
            self.failure = Some(error);
            Vec::new()
        });
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
        Report {
            verdict: inputs.iter().map(|input| input.verdict).max().unwrap_or(Verdict::CannotTell),
            inputs,
            suspects: Vec::new(),
            method: Method::Differences,
            evaluations: self.evaluations,
            seed: self.settings.seed,
            notes,
        }
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
        let unit = |row: usize| (0..len).map(|k| f64::from(u8::from(k == row))).collect();
        (0..len).map(|row| self.weighting(Some(row), unit(row))).collect()
    }

    /// Finds out how far values are off by rounding, along a direction through all inputs; and says
    /// how the remainder of Taylor's formula falls on it.
    fn find_noise(&mut self, mixed: &mut Weighting, rows: &mut [Weighting]) -> Option<String> {
        let all: Vec<Move> = (0..self.x.len()).map(|k| self.direction(k)).collect();
        for weighting in rows.iter_mut().chain([&mut *mixed]) {
            let mut function = |t: f64| self.along(&all, t, &weighting.u);
            weighting.noise = Line::new(&mut function, Noises::default()).noise();
        }
        let here = self.values[&0.0_f64.to_bits()].clone();
        let largest = here.iter().filter(|y| y.is_finite()).fold(0.0_f64, |m, y| m.max(y.abs()));
        rows.iter_mut().chain([&mut *mixed]).for_each(|weighting| weighting.largest = largest);
        // What answers in f32 is rounded to that, also where no rounding is to be seen.
        let is_single = |y: &f64| f64::from(*y as f32) == *y || !y.is_finite();
        // Of few digits anything may be, as whole numbers are.
        let is_long = |y: &f64| (*y * 4096.0).fract() != 0.0;
        let values = || self.values.values().flatten();
        if values().all(is_single) && values().any(is_long) {
            for weighting in rows.iter_mut().chain([&mut *mixed]) {
                let terms = weighting.u.iter().zip(&here).filter(|(u, _)| **u != 0.0);
                let size: f64 = terms.map(|(u, y)| (u * y).abs()).sum();
                weighting.noise.at_least(size * f64::from(f32::EPSILON) / 2.0);
            }
        }
        let is_whole = (0..self.x.len())
            .all(|k| mixed.gradient.get(k).is_some_and(|g| g.len() == self.x[k].len()));
        if !is_whole {
            return None;
        }
        let terms = all
            .iter()
            .flat_map(|Move { input, v }| v.iter().map(|&(k, v)| mixed.gradient[*input][k] * v));
        let claimed: f64 = terms.sum();
        let here = self.along(&all, 0.0, &mixed.u);
        let mut remainder = |h: f64| (self.along(&all, h, &mixed.u) - here - h * claimed).abs();
        let [far, near] = [1.0 / 64.0, 1.0 / 512.0].map(&mut remainder);
        self.values.clear();
        let order = (far / near).log(8.0);
        let is_seen = near > 64.0 * mixed.noise.least() && order.is_finite();
        is_seen.then(|| {
            format!(
                "along a random direction the remainder f(x + h v) − f(x) − h⟨g, v⟩ falls like \
                 h^{order:.2}; with the right gradient of a smooth function like h^2 or faster, with \
                 a wrong one like h"
            )
        })
    }

    /// A random direction through an input, to its scale.
    fn direction(&mut self, input: usize) -> Move {
        let numbers = self.random.numbers(self.x[input].len());
        let v = numbers.iter().zip(&self.scale[input]).map(|(r, s)| r * s).enumerate().collect();
        Move { input, v }
    }

    /// The weighted sum of results at the point moved along a direction; values are kept for other
    /// weights.
    fn along(&mut self, moves: &[Move], t: f64, u: &[f64]) -> f64 {
        if !self.values.contains_key(&t.to_bits()) {
            let mut x = self.x.clone();
            for Move { input, v } in moves {
                for &(k, v) in v {
                    x[*input][k] += t * v;
                }
            }
            let y = self.value(&x);
            self.values.insert(t.to_bits(), y);
        }
        let y = &self.values[&t.to_bits()];
        if y.len() == u.len() { weighted(u, y) } else { f64::NAN }
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

    /// Holds the slope that is claimed along a direction against the one that is found, and answers
    /// with that as well, by the variable.
    fn finding(
        &mut self,
        moves: &[Move],
        weighting: &Weighting,
        along: Along,
    ) -> (Finding, Bounded) {
        let terms = moves.iter().flat_map(|Move { input, v }| {
            v.iter().map(|&(k, v)| weighting.gradient[*input][k] * v)
        });
        let claimed: f64 = terms.sum();
        // Elements are judged relative to the largest of their gradient.
        let Move { input, v } = &moves[0];
        let products = weighting.gradient[*input].iter().zip(&self.scale[*input]);
        let size =
            products.map(|(g, s)| (g * s).abs()).filter(|x| x.is_finite()).fold(0.0, f64::max);
        let unit = match (along, v.as_slice()) {
            (Along::Element(_), &[(_, v)]) => v,
            _ => 1.0,
        };
        let (slope, is_kinked_here) = self.slope(moves, weighting, 1.0);
        let evidence = |slope: Bounded| Evidence {
            derivative: Derivative::Reverse,
            along,
            output: weighting.output,
            claimed: claimed / unit,
            found: slope.value / unit,
            error: slope.error / unit,
            oracle: Oracle::Difference,
        };
        let size = size.max(1e-6 * weighting.largest);
        let finding = match slope {
            Slope::Smooth(slope) | Slope::OneSided(slope) => {
                judged(claimed, slope, size).unwrap_or_else(|| {
                    match self.slope(moves, weighting, 0.618).0 {
                        // Other steps have to say the same before anybody is accused.
                        Slope::Smooth(again) | Slope::OneSided(again) => {
                            let apart = (again.value - slope.value).abs();
                            let again = Bounded { error: again.error.max(apart), ..again };
                            judged(claimed, again, size)
                                .unwrap_or_else(|| Finding::Wrong(evidence(again)))
                        }
                        _ => {
                            let text = "slopes found with different steps do not agree".into();
                            Finding::Unknown(Doubt { reason: Reason::Noise, text })
                        }
                    }
                })
            }
            Slope::Nothing => domain("there are no finite values around the point".into()),
            Slope::Kink { left, right } => {
                let low = (left.value - left.error).min(right.value - right.error);
                let high = (left.value + left.error).max(right.value + right.error);
                if (low..=high).contains(&claimed) {
                    let text = format!(
                        "slopes are {:.6e} to the left and {:.6e} to the right, {:.6e} is claimed",
                        left.value / unit,
                        right.value / unit,
                        claimed / unit
                    );
                    if is_kinked_here {
                        Finding::AtKink
                    } else {
                        Finding::Unknown(Doubt { reason: Reason::Kink, text })
                    }
                } else {
                    let nearer = |a: Bounded, b: Bounded| {
                        if (a.value - claimed).abs() < (b.value - claimed).abs() { a } else { b }
                    };
                    Finding::Wrong(evidence(nearer(left, right)))
                }
            }
        };
        let found = match slope {
            Slope::Smooth(found) | Slope::OneSided(found) => found,
            Slope::Kink { left, right } => Bounded {
                value: f64::midpoint(left.value, right.value),
                error: (left.value - right.value).abs() / 2.0,
            },
            Slope::Nothing => Bounded { value: f64::NAN, error: 0.0 },
        };
        (finding, Bounded { value: found.value / unit, error: found.error / unit })
    }
}

impl<C: Claim> Judge<'_, C> {
    /// The slope along a direction, found with steps that are so many times larger; and whether there is a kink exactly there.
    fn slope(&mut self, moves: &[Move], weighting: &Weighting, steps: f64) -> (Slope, bool) {
        let mut function = |t: f64| self.along(moves, t * steps, &weighting.u);
        let mut line = Line::new(&mut function, weighting.noise.clone());
        let scaled = |x: Bounded| Bounded { value: x.value / steps, error: x.error / steps };
        match line.slope() {
            Slope::Smooth(slope) => (Slope::Smooth(scaled(slope)), false),
            Slope::OneSided(slope) => (Slope::OneSided(scaled(slope)), false),
            Slope::Nothing => (Slope::Nothing, false),
            Slope::Kink { left, right } => {
                let is_here = line.is_kinked_here(left, right);
                (Slope::Kink { left: scaled(left), right: scaled(right) }, is_here)
            }
        }
    }
}

fn domain(text: String) -> Finding {
    Finding::Unknown(Doubt { reason: Reason::Domain, text })
}

/// The finding on a claim beside a slope that is known; `None` if the claim is wrong.
fn judged(claimed: f64, slope: Bounded, size: f64) -> Option<Finding> {
    let Bounded { value, error } = slope;
    let size = size.max(value.abs());
    let is_vague = error > VAGUE * size;
    if !claimed.is_finite() {
        let text =
            format!("{claimed} is claimed, differences do not settle: {value:.3e} ± {error:.0e}");
        return is_vague.then(|| domain(text));
    }
    let apart = (claimed - value).abs();
    if apart > error {
        return None;
    }
    if is_vague {
        let text = format!("the slope is {value:.6e} ± {error:.0e}, {claimed:.6e} is claimed");
        return Some(Finding::Unknown(Doubt { reason: Reason::Noise, text }));
    }
    Some(Finding::Right { bound: (apart + error) / size.max(f64::MIN_POSITIVE) })
}

fn weighted(u: &[f64], y: &[f64]) -> f64 {
    // Nothing times infinity is nothing: what has no weight does not count.
    u.iter().zip(y).filter(|(u, _)| **u != 0.0).map(|(u, y)| u * y).sum()
}

/// Whether two answers are the same to the bit; any NaN is like any other.
fn is_same(a: &[f64], b: &[f64]) -> bool {
    let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    a.len() == b.len() && a.iter().zip(b).all(same)
}
