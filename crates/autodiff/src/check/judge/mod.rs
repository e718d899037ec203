//! Holds the derivatives that are claimed for a recorded computation against dual numbers and
//! differences, both of which are replays of the computation itself and know no rule.
//!
//! The derivative programs are replayed on the same scalars. In double-double nothing that is right
//! differs by more than a rounding of f64 then, however badly the computation is conditioned in f64
//! or f32, so no tolerance has to be guessed. What differs is looked for by halving a direction
//! until single elements are left, and each of these is looked at from both sides: at a kink every
//! slope between is right. Nothing is called wrong unless dual numbers and differences agree.

mod element;
mod kind;
mod slope;

use std::ops::Range;

use crate::check::noise::Noise;
use crate::check::report::Finding;
use crate::check::subject::Subject;
use crate::check::{
    Along, Check, Doubt, Evidence, InputReport, JacobianPair, Method, Mistake, Oracle, Reason,
    Verdict, relative,
};
use crate::op::{Branch, Value};
use crate::real::{DoubleDouble, Real};
use crate::run::RunError;
use slope::Weighting;

/// A direction: for each input that moves the velocity of each element.
type Direction = Vec<Option<Vec<f64>>>;

/// How many evaluations the search for the elements that differ may take, for each input.
const MOST_TESTS: usize = 96;

/// A subject of more floating-point operations than this is looked at in f64 first.
const LARGE: u64 = 40_000;

/// What a subject was found to be.
pub(super) struct Judged {
    pub inputs: Vec<InputReport>,
    pub method: Method,
    pub evaluations: usize,
}

/// Judges the derivatives of a subject. If it `is_alone`, one operation by itself, what is wrong at a
/// kink can't be due to other kinks.
pub(super) fn judged(
    subject: &Subject<'_>,
    settings: &Check,
    is_alone: bool,
) -> Result<Judged, RunError> {
    let (flops, roundings) = subject.size();
    if flops <= LARGE {
        let mut judge = Judge::<DoubleDouble>::new(subject, flops, settings, EXACT, is_alone)?;
        judge.look()?;
        return Ok(judge.settled(Method::DoubleDouble));
    }
    let scalars = Scalars { tolerance: f64::EPSILON * (64.0 + roundings), ..ROUNDED };
    let mut judge = Judge::<f64>::new(subject, flops, settings, scalars, is_alone)?;
    if !judge.look_along_all()? {
        let evaluations = judge.evaluations;
        judge = Judge::<f64>::new(subject, flops, settings, scalars, is_alone)?;
        judge.evaluations += evaluations;
        judge.look()?;
    }
    Ok(judge.settled(Method::Double))
}

/// What scalars are good for.
#[derive(Clone, Copy)]
struct Scalars {
    /// How far two ways to the same number may differ, relative to its terms.
    tolerance: f64,
    /// How much smaller than the largest an element may be before its own digits are not looked at.
    least: f64,
    /// What rounding of a result, relative to it, may look like a slope.
    noise: f64,
    /// A step to the side of a point, relative to the scale of the element.
    aside: f64,
    /// By how much slopes so close to each other differ at most, relatively, if there is no kink.
    alike: f64,
}

/// Double-double: what is left is a rounding of f64, and steps so small that what is smooth changes
/// by less than one.
const EXACT: Scalars = Scalars {
    tolerance: 8.0 * f64::EPSILON,
    least: 1e-21,
    noise: 1e-25,
    aside: 1.0 / (1_u128 << 70) as f64,
    alike: 1e-12,
};

const ROUNDED: Scalars = Scalars {
    tolerance: 64.0 * f64::EPSILON,
    least: 1e-13,
    noise: 1e-13,
    aside: 1.0 / (1_u64 << 30) as f64,
    alike: 1e-5,
};

/// A subject on scalars of one type.
struct Judge<'s, 't, T: Real> {
    subject: &'s Subject<'t>,
    /// What one evaluation of it costs.
    flops: u64,
    settings: &'s Check,
    scalars: Scalars,
    is_alone: bool,
    random: Noise,
    x: Vec<Value<T>>,
    /// All values at the point.
    base: Vec<Value<T>>,
    /// The branches that are taken there, once they were asked for.
    branches: Option<Vec<Option<Branch>>>,
    scale: Vec<Vec<f64>>,
    evaluations: usize,
    inputs: Vec<InputReport>,
}

impl<'s, 't, T: Real> Judge<'s, 't, T> {
    fn new(
        subject: &'s Subject<'t>,
        flops: u64,
        settings: &'s Check,
        scalars: Scalars,
        is_alone: bool,
    ) -> Result<Judge<'s, 't, T>, RunError> {
        let x: Vec<Value<T>> = subject.x.iter().map(Value::of).collect();
        let base = subject.f.values(&x, None)?;
        let names = subject.names.iter().zip(&subject.x);
        Ok(Judge {
            inputs: names.map(|(name, x)| InputReport::new(name, x.shape(), 0)).collect(),
            scale: subject.x.iter().map(|x| super::scales(&x.to_vec_f64())).collect(),
            random: Noise::new(settings.seed),
            evaluations: 1,
            subject,
            flops,
            settings,
            scalars,
            is_alone,
            x,
            base,
            branches: None,
        })
    }

    fn settled(self, method: Method) -> Judged {
        let inputs = self.inputs.into_iter().map(InputReport::settled).collect();
        Judged { inputs, method, evaluations: self.evaluations }
    }

    /// Looks along directions through all inputs at once; whether all of it is right.
    fn look_along_all(&mut self) -> Result<bool, RunError> {
        let Some(mut weighting) = self.mixed()? else { return Ok(false) };
        for round in 0..self.settings.directions.max(1) {
            // Other weights of a single number are nothing new.
            if round > 0 && self.result_size() > 1 {
                let Some(others) = self.mixed()? else { return Ok(false) };
                weighting = others;
            }
            let v = (0..self.x.len()).map(|k| Some(self.balanced(&weighting, k))).collect();
            let found = self.slope(&weighting, &v)?;
            let Some(bound) = self.agreement(&weighting, &v, found) else { return Ok(false) };
            // Once is enough: each operation is looked at in forward mode as well.
            if round == 0 && !self.forward_agrees(&weighting, &v, found)? {
                return Ok(false);
            }
            for input in &mut self.inputs {
                input.coverage.directions += 1;
                input.add(Finding::Right { bound }, None);
            }
        }
        Ok(self.subject.reverse.misshapen.iter().all(Option::is_none))
    }

    /// Looks at each input along directions, and at its elements where there are few.
    fn look(&mut self) -> Result<(), RunError> {
        for k in 0..self.x.len() {
            self.look_at(k)?;
        }
        Ok(())
    }

    fn look_at(&mut self, k: usize) -> Result<(), RunError> {
        let (n, m) = (self.x[k].shape().size(), self.result_size());
        self.inputs[k].coverage.total = n * m;
        if let Some(claimed) = self.subject.reverse.misshapen[k] {
            self.inputs[k].verdict = Verdict::Wrong;
            self.inputs[k].mistake = Some(Mistake::MissingSum { claimed, wanted: n });
            return Ok(());
        }
        if n == 0 || m == 0 {
            return Ok(());
        }
        for _ in 0..self.settings.directions {
            let Some(weighting) = self.mixed()? else {
                let text = "no element of the result is finite at the point".into();
                self.inputs[k].add(Finding::Unknown(Doubt { reason: Reason::Domain, text }), None);
                return Ok(());
            };
            self.look_along(k, &weighting)?;
            self.inputs[k].coverage.directions += 1;
        }
        let cost = (n + 2 * m) as u64 * self.flops;
        let affordable = n + 2 * m + self.evaluations <= self.settings.budget && cost < 10_000_000;
        if n * m <= self.settings.largest_jacobian && affordable {
            self.whole(k, n, m)?;
        }
        self.name_mistake(k)?;
        Ok(())
    }

    /// Looks along a random direction through one input; where it is not as claimed, at the elements
    /// that this is due to.
    fn look_along(&mut self, k: usize, weighting: &Weighting<T>) -> Result<(), RunError> {
        let mut v: Direction = vec![None; self.x.len()];
        let mut velocities = self.balanced(weighting, k);
        // What has no finite claim is looked at alone.
        let claims = weighting.gradient[k].iter().enumerate();
        let special = claims.filter(|(_, g)| !g.to_f64().is_finite()).map(|(j, _)| j);
        let mut culprits: Vec<usize> = special.take(MOST_TESTS / 4).collect();
        let mut tests = MOST_TESTS;
        let found = loop {
            for &j in &culprits {
                velocities[j] = 0.0;
                let is_kink = self.is_kink(k, j)?;
                let finding = self.examine(weighting, k, j, is_kink)?;
                self.inputs[k].add(finding, Some(j));
            }
            v[k] = Some(velocities.clone());
            if self.inputs[k].verdict == Verdict::Wrong {
                return Ok(());
            }
            let found = self.slope(weighting, &v)?;
            if let Some(bound) = self.agreement(weighting, &v, found) {
                self.inputs[k].add(Finding::Right { bound }, None);
                break found;
            }
            culprits = self.culprits(weighting, k, &velocities, &mut tests)?;
            // What stands still and is not as claimed all the same is no number.
            culprits.retain(|&j| velocities[j] != 0.0);
            if culprits.is_empty() {
                let text = "along a random direction it is not as claimed, but the elements that \
                            this is due to were not found"
                    .into();
                self.inputs[k].add(Finding::Unknown(Doubt { reason: Reason::Budget, text }), None);
                return Ok(());
            }
        };
        // Where a slope is infinite, forward mode makes NaN of the velocity 0.
        let is_finite = weighting.gradient[k].iter().all(|g| g.to_f64().is_finite());
        if is_finite && !self.forward_agrees(weighting, &v, found)? {
            let claimed = self.forward(weighting, &v)?;
            let evidence = Evidence {
                derivative: self.subject.derivatives[1],
                along: Along::Direction,
                output: None,
                claimed: claimed.map_or(0.0, |claimed| claimed.value.to_f64()),
                found: found.value.to_f64(),
                error: self.scalars.tolerance * found.magnitude,
                oracle: Oracle::Dual,
            };
            self.inputs[k].add(Finding::Wrong(evidence), None);
        }
        Ok(())
    }

    /// Looks at every element of the Jacobian by one input.
    fn whole(&mut self, k: usize, n: usize, m: usize) -> Result<(), RunError> {
        let mut rows = Vec::with_capacity(m);
        for output in 0..m {
            rows.push(self.unit(output)?);
        }
        let mut table = JacobianPair {
            rows: m,
            columns: n,
            claimed: rows
                .iter()
                .flat_map(|row| row.gradient[k].iter().map(|g| g.to_f64()))
                .collect(),
            found: vec![f64::NAN; n * m],
        };
        let row_sizes: Vec<f64> = table.claimed.chunks(n).map(largest).collect();
        for j in 0..n {
            let column = self.column(k, j, None)?;
            let is_kink = self.is_kink(k, j)?;
            for (i, (row, &found)) in rows.iter().zip(&column).enumerate() {
                let (claimed, truth) = (row.gradient[k][j], found.to_f64());
                table.found[i * n + j] = truth;
                let size = claimed.to_f64().abs().max(truth.abs());
                let apart = (claimed - found).to_f64().abs();
                let noise = self.noise(row, k, j);
                let allowed =
                    self.scalars.tolerance * size + self.scalars.least * row_sizes[i] + noise;
                let finding = if apart <= allowed && !is_kink {
                    Finding::Right {
                        bound: relative(apart, size.max(noise / self.scalars.tolerance)),
                    }
                } else {
                    self.examine(row, k, j, is_kink)?
                };
                self.inputs[k].add(finding, Some(j));
                self.inputs[k].coverage.elements += 1;
            }
        }
        self.inputs[k].jacobian = Some(table);
        Ok(())
    }

    /// Some of the elements because of which the slope along a direction is not as claimed: found by
    /// halving it.
    fn culprits(
        &mut self,
        weighting: &Weighting<T>,
        k: usize,
        velocities: &[f64],
        tests: &mut usize,
    ) -> Result<Vec<usize>, RunError> {
        const ENOUGH: usize = 4;
        let mut found = Vec::new();
        let whole = 0..velocities.len();
        let mut ranges: Vec<Range<usize>> = Vec::from([whole]);
        while let Some(range) = ranges.pop() {
            if range.len() == 1 {
                found.push(range.start);
                if found.len() == ENOUGH {
                    break;
                }
                continue;
            }
            let middle = usize::midpoint(range.start, range.end);
            for half in [range.start..middle, middle..range.end] {
                if *tests == 0 {
                    return Ok(found);
                }
                *tests -= 1;
                let mut v: Direction = vec![None; self.x.len()];
                let moves = |j: usize| if half.contains(&j) { velocities[j] } else { 0.0 };
                v[k] = Some((0..velocities.len()).map(moves).collect());
                let found = self.slope(weighting, &v)?;
                if self.agreement(weighting, &v, found).is_none() {
                    ranges.push(half);
                }
            }
        }
        Ok(found)
    }
}

fn largest(x: &[f64]) -> f64 {
    x.iter().filter(|x| x.is_finite()).fold(0.0, |most, x| most.max(x.abs()))
}
