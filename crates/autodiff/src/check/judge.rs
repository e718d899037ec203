//! Holds the derivatives that are claimed for a recorded computation against dual numbers and
//! differences, both of which are replays of the computation itself and know no rule.
//!
//! The derivative programs are replayed on the same scalars. In double-double nothing that is right
//! differs by more than a rounding of f64 then, however badly the computation is conditioned in f64
//! or f32, so no tolerance has to be guessed. What differs is looked for by halving a direction
//! until single elements are left, and each of these is looked at from both sides: at a kink every
//! slope between is right. Nothing is called wrong unless dual numbers and differences agree.

use std::ops::Range;

use wengert_tensor::{Array, Shape};

use crate::check::mistake::Comparison;
use crate::check::noise::Noise;
use crate::check::report::Finding;
use crate::check::subject::{Claimed, Subject};
use crate::check::{
    Along, Check, Doubt, Evidence, InputReport, JacobianPair, Method, Mistake, Oracle, Reason,
    Verdict,
};
use crate::op::Value;
use crate::real::{DoubleDouble, Real};
use crate::run::RunError;

/// A direction: for each input that moves the velocity of each element.
type Direction = Vec<Option<Vec<f64>>>;

/// How many evaluations the search for the elements that differ may take, for each input.
const MOST_TESTS: usize = 96;

/// How many elements are looked at to tell what kind of mistake it is, if they are not all known.
const MOST: usize = 64;

/// The first step of differences, relatively.
const STEP: f64 = 1.0 / 8192.0;

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
        let mut judge = Judge::<DoubleDouble>::new(subject, settings, EXACT, is_alone)?;
        judge.look()?;
        return Ok(judge.settled(Method::DoubleDouble));
    }
    let scalars = Scalars { tolerance: f64::EPSILON * (64.0 + roundings), ..ROUNDED };
    let mut judge = Judge::<f64>::new(subject, settings, scalars, is_alone)?;
    if !judge.look_along_all()? {
        let evaluations = judge.evaluations;
        judge = Judge::<f64>::new(subject, settings, scalars, is_alone)?;
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
    settings: &'s Check,
    scalars: Scalars,
    is_alone: bool,
    random: Noise,
    x: Vec<Value<T>>,
    /// All values at the point.
    base: Vec<Value<T>>,
    scale: Vec<Vec<f64>>,
    evaluations: usize,
    inputs: Vec<InputReport>,
}

/// A linear function of the results, and the gradient that is claimed for it.
struct Weighting<T> {
    output: Option<usize>,
    u: Vec<Vec<f64>>,
    /// The sum of the magnitudes of the weighted results.
    magnitude: f64,
    gradient: Vec<Vec<T>>,
}

/// A slope, and the sum of the magnitudes of its terms.
#[derive(Clone, Copy)]
struct Sum<T> {
    value: T,
    magnitude: f64,
}

/// What is known of a function at and beside a point, along one element.
struct Sides {
    /// The slope of the branch that is taken at the point.
    here: f64,
    /// The slopes to the left and to the right; `None` where there is no function.
    beside: [Option<f64>; 2],
    is_kink: bool,
    is_vertical: bool,
}

impl<'s, 't, T: Real> Judge<'s, 't, T> {
    fn new(
        subject: &'s Subject<'t>,
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
            settings,
            scalars,
            is_alone,
            x,
            base,
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
        Ok(self.inputs.iter().enumerate().all(|(k, _)| self.misshapen(k).is_none()))
    }

    /// Looks at each input along directions, and at its elements where there are few.
    fn look(&mut self) -> Result<(), RunError> {
        for k in 0..self.x.len() {
            self.look_at(k)?;
        }
        Ok(())
    }

    fn misshapen(&self, input: usize) -> Option<usize> {
        self.subject.reverse.misshapen[input]
    }

    fn look_at(&mut self, k: usize) -> Result<(), RunError> {
        let (n, m) = (self.x[k].shape().size(), self.result_size());
        self.inputs[k].coverage.total = n * m;
        if let Some(claimed) = self.misshapen(k) {
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
        let cost = (n + 2 * m) as u64 * self.subject.size().0;
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
        let special = |weighting: &Weighting<T>| -> Vec<usize> {
            let claims = weighting.gradient[k].iter().enumerate();
            claims.filter(|(_, g)| !g.to_f64().is_finite()).map(|(j, _)| j).collect()
        };
        let mut culprits: Vec<usize> =
            special(weighting).into_iter().take(MOST_TESTS / 4).collect();
        let mut tests = MOST_TESTS;
        let found = loop {
            for &j in &culprits {
                velocities[j] = 0.0;
                let finding = self.examine(weighting, k, j)?;
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
                    self.examine(row, k, j)?
                };
                self.inputs[k].add(finding, Some(j));
                self.inputs[k].coverage.elements += 1;
            }
        }
        self.inputs[k].jacobian = Some(table);
        Ok(())
    }

    /// Random weights of the results, and the gradient that is claimed with them; `None` if nothing
    /// is finite.
    fn mixed(&mut self) -> Result<Option<Weighting<T>>, RunError> {
        let outputs = self.subject.f.outputs(&self.base);
        let mut is_there = false;
        let u: Vec<Vec<f64>> = outputs
            .iter()
            .map(|y| {
                let weight = |y: T| {
                    let (is_finite, u) = (y.to_f64().is_finite(), self.random.number());
                    is_there |= is_finite;
                    if is_finite { u } else { 0.0 }
                };
                y.real().iter().map(weight).collect()
            })
            .collect();
        if !is_there {
            return Ok(None);
        }
        let output = (self.result_size() == 1).then_some(0);
        Ok(Some(self.weighting(output, u)?))
    }

    /// The weight 1 for one element of the results, all counted through.
    fn unit(&mut self, output: usize) -> Result<Weighting<T>, RunError> {
        let mut first = 0;
        let results = self.subject.results.iter().map(|shape| {
            let one = |k: usize| f64::from(u8::from(first + k == output));
            let u: Vec<f64> = (0..shape.size()).map(one).collect();
            first += shape.size();
            u
        });
        let u = results.collect();
        self.weighting(Some(output), u)
    }

    fn result_size(&self) -> usize {
        self.subject.results.iter().map(Shape::size).sum()
    }

    fn weighting(
        &mut self,
        output: Option<usize>,
        u: Vec<Vec<f64>>,
    ) -> Result<Weighting<T>, RunError> {
        let weights = u.iter().zip(&self.subject.results).map(|(u, shape)| values(u, shape));
        let inputs: Vec<Value<T>> = self.x.iter().cloned().chain(weights).collect();
        let found = self.claims(&self.subject.reverse, &inputs)?;
        let gradient = found.into_iter().zip(&self.x).map(|(found, x)| match found {
            Some(found) => found.to_vec(),
            None => vec![T::default(); x.shape().size()],
        });
        let gradient = gradient.collect();
        let mut sum = Sum { value: T::default(), magnitude: 0.0 };
        for (y, u) in self.subject.f.outputs(&self.base).iter().zip(&u) {
            sum.add(y.real().iter().zip(u.iter().copied()));
        }
        Ok(Weighting { output, u, magnitude: sum.magnitude, gradient })
    }

    /// What a program of derivatives answers, in the order of what it is by.
    fn claims(
        &mut self,
        claimed: &Claimed,
        inputs: &[Value<T>],
    ) -> Result<Vec<Option<Array<T>>>, RunError> {
        self.evaluations += 1;
        let all = claimed.replay.values(inputs, None)?;
        let answers = claimed.replay.outputs(&all);
        let answer = |place: &Option<usize>| place.map(|place| answers[place].real().clone());
        Ok(claimed.outputs.iter().map(answer).collect())
    }

    /// A direction through one input in which all elements that are claimed contribute about alike,
    /// so that an error in the least of them is seen.
    fn balanced(&mut self, weighting: &Weighting<T>, k: usize) -> Vec<f64> {
        let g: Vec<f64> = weighting.gradient[k].iter().map(|g| g.to_f64()).collect();
        let finite = || g.iter().filter(|g| g.is_finite());
        let square = finite().map(|g| g * g).sum::<f64>() / finite().count().max(1) as f64;
        let least = 1e-3 * square.sqrt();
        let numbers = self.random.numbers(g.len());
        let velocity = |((r, g), scale): ((f64, &f64), &f64)| {
            if !g.is_finite() {
                0.0
            } else if least > 0.0 && least.is_finite() {
                r / g.abs().max(least)
            } else {
                r * scale
            }
        };
        numbers.into_iter().zip(&g).zip(&self.scale[k]).map(velocity).collect()
    }

    /// The slope along a direction, by dual numbers, at a point.
    fn slope_at(
        &mut self,
        x: &[Value<T>],
        weighting: &Weighting<T>,
        v: &Direction,
    ) -> Result<(Sum<T>, bool), RunError> {
        self.evaluations += 1;
        let directions = v
            .iter()
            .zip(&self.x)
            .map(|(v, x)| v.as_ref().map(|v| values::<T>(v, x.shape()).real().clone()));
        let pairs = self.subject.f.tangents(x, &directions.collect::<Vec<_>>(), None)?;
        let (mut sum, mut is_finite) = (Sum { value: T::default(), magnitude: 0.0 }, true);
        for (pair, u) in pairs.iter().zip(&weighting.u) {
            for (y, &u) in pair.value.real().iter().zip(u) {
                is_finite &= u == 0.0 || y.to_f64().is_finite();
            }
            let Some(tangent) = &pair.tangent else { continue };
            sum.add(tangent.iter().zip(u.iter().copied()));
        }
        Ok((sum, is_finite))
    }

    fn slope(&mut self, weighting: &Weighting<T>, v: &Direction) -> Result<Sum<T>, RunError> {
        let x = self.x.clone();
        Ok(self.slope_at(&x, weighting, v)?.0)
    }

    /// The derivatives of all results by one element, all counted through.
    fn column(
        &mut self,
        k: usize,
        j: usize,
        cut: Option<(usize, usize)>,
    ) -> Result<Vec<T>, RunError> {
        self.evaluations += 1;
        let mut v: Vec<Option<Array<T>>> = vec![None; self.x.len()];
        let shape = self.x[k].shape();
        v[k] = Some(Array::from_fn(shape, |place| T::from_f64(f64::from(u8::from(place == j)))));
        let pairs = self.subject.f.tangents(&self.x, &v, cut)?;
        let column = pairs.iter().flat_map(|pair| match &pair.tangent {
            Some(tangent) => tangent.to_vec(),
            None => vec![T::default(); pair.value.shape().size()],
        });
        Ok(column.collect())
    }

    /// The slope that forward mode claims; `None` if there is no forward mode.
    fn forward(
        &mut self,
        weighting: &Weighting<T>,
        v: &Direction,
    ) -> Result<Option<Sum<T>>, RunError> {
        let Some(forward) = &self.subject.forward else { return Ok(None) };
        let zeros = |x: &Value<T>| vec![0.0; x.shape().size()];
        let directions = v.iter().zip(&self.x).map(|(v, x)| {
            let v = v.clone().unwrap_or_else(|| zeros(x));
            values(&v, x.shape())
        });
        let inputs: Vec<Value<T>> = self.x.iter().cloned().chain(directions).collect();
        let mut sum = Sum { value: T::default(), magnitude: 0.0 };
        for (y_dot, u) in self.claims(forward, &inputs)?.iter().zip(&weighting.u) {
            if let Some(y_dot) = y_dot {
                sum.add(y_dot.iter().zip(u.iter().copied()));
            }
        }
        Ok(Some(sum))
    }

    /// How far the claim along a direction is from the slope, relatively, if not too far.
    fn agreement(&self, weighting: &Weighting<T>, v: &Direction, found: Sum<T>) -> Option<f64> {
        let mut claimed = Sum { value: T::default(), magnitude: 0.0 };
        for (g, v) in weighting.gradient.iter().zip(v) {
            if let Some(v) = v {
                claimed.add(g.iter().copied().zip(v.iter().copied()));
            }
        }
        self.apart(weighting, v, [claimed, found])
    }

    /// How far two slopes are apart, relatively, if not too far: by more than rounding explains.
    fn apart(
        &self,
        weighting: &Weighting<T>,
        v: &Direction,
        [claimed, found]: [Sum<T>; 2],
    ) -> Option<f64> {
        let velocities = v
            .iter()
            .zip(&self.scale)
            .flat_map(|(v, scale)| v.iter().flatten().zip(scale).map(|(v, scale)| v.abs() / scale));
        let noise = self.scalars.noise * weighting.magnitude * velocities.sum::<f64>();
        let size = claimed.magnitude + found.magnitude + noise / self.scalars.tolerance;
        let apart = (claimed.value - found.value).to_f64().abs();
        let relative = relative(apart, size);
        (relative <= self.scalars.tolerance).then_some(relative)
    }

    /// How far an element may be off because results are rounded.
    fn noise(&self, weighting: &Weighting<T>, k: usize, j: usize) -> f64 {
        self.scalars.noise * weighting.magnitude / self.scale[k][j]
    }

    /// Whether forward mode says the same as dual numbers.
    fn forward_agrees(
        &mut self,
        weighting: &Weighting<T>,
        v: &Direction,
        found: Sum<T>,
    ) -> Result<bool, RunError> {
        let Some(claimed) = self.forward(weighting, v)? else { return Ok(true) };
        let misshapen = |forward: &Claimed| forward.misshapen.iter().any(Option::is_some);
        if self.subject.forward.as_ref().is_some_and(misshapen) {
            return Ok(false);
        }
        Ok(self.apart(weighting, v, [claimed, found]).is_some())
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

    /// The point with one element moved.
    fn moved(&self, k: usize, j: usize, step: f64) -> Vec<Value<T>> {
        let mut x = self.x.clone();
        let mut elements = x[k].real().to_vec();
        elements[j] += T::from_f64(step);
        x[k] = Value::Real(Array::from_vec(elements, x[k].shape()).expect("of the same shape"));
        x
    }

    /// Whether the computation takes other branches beside the point, along one element.
    fn is_kink(&mut self, k: usize, j: usize) -> Result<bool, RunError> {
        let here = self.subject.f.branches(&self.base);
        for side in [-1.0, 1.0] {
            self.evaluations += 1;
            let x = self.moved(k, j, side * self.scalars.aside * self.scale[k][j]);
            let beside = self.subject.f.values(&x, Some(&self.base))?;
            if self.subject.f.branches(&beside) != here {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn sides(&mut self, weighting: &Weighting<T>, k: usize, j: usize) -> Result<Sides, RunError> {
        let mut v: Direction = vec![None; self.x.len()];
        v[k] = Some((0..self.x[k].shape().size()).map(|i| f64::from(u8::from(i == j))).collect());
        let here = self.slope(weighting, &v)?.value.to_f64();
        let (mut beside, mut is_vertical) = ([None; 2], false);
        for (slope, side) in beside.iter_mut().zip([-1.0, 1.0]) {
            let step = side * self.scalars.aside * self.scale[k][j];
            let x = self.moved(k, j, step);
            let (near, is_finite) = self.slope_at(&x, weighting, &v)?;
            if !is_finite {
                continue;
            }
            let (near, far) = (near.value.to_f64(), self.moved(k, j, 256.0 * step));
            let far = self.slope_at(&far, weighting, &v)?.0.value.to_f64();
            // A slope that grows on the way to the point is infinite there.
            is_vertical |= !near.is_finite() || near.abs() > 2.0 * far.abs() && near.abs() > 1e3;
            *slope = Some(near);
        }
        Ok(Sides { here, beside, is_kink: self.is_kink(k, j)?, is_vertical })
    }

    /// Looks at one element from both sides.
    fn examine(
        &mut self,
        weighting: &Weighting<T>,
        k: usize,
        j: usize,
    ) -> Result<Finding, RunError> {
        let claimed = weighting.gradient[k][j].to_f64();
        let sides = self.sides(weighting, k, j)?;
        let derivative = self.subject.derivatives[0];
        let evidence = |found: f64, error: f64, oracle: Oracle| Evidence {
            derivative,
            along: Along::Element(j),
            output: weighting.output,
            claimed,
            found,
            error,
            oracle,
        };
        if claimed.is_nan() && !self.column(k, j, None)?.iter().all(|y| y.to_f64().is_finite()) {
            // Where one result is infinitely steep, the weight 0 of another makes NaN of it.
            return Ok(Finding::AtKink);
        }
        let slopes: Vec<f64> = sides.beside.into_iter().flatten().collect();
        let domain = |text: String| Ok(Finding::Unknown(Doubt { reason: Reason::Domain, text }));
        let outputs = self.subject.f.outputs(&self.base);
        let is_finite = |y: &Value<T>| y.real().iter().all(|y| y.to_f64().is_finite());
        if !claimed.is_finite() && !outputs.iter().all(is_finite) {
            return domain(format!(
                "{claimed} is claimed by element {j}, as a result is not finite"
            ));
        }
        if slopes.is_empty() {
            return domain(format!("beside element {j} nothing is finite"));
        }
        if sides.is_vertical {
            let is_so =
                claimed.is_infinite() && slopes.iter().any(|s| s.signum() == claimed.signum());
            return if is_so {
                Ok(Finding::AtKink)
            } else {
                domain(format!("by element {j} the slope is infinite, {claimed:e} is claimed"))
            };
        }
        let low = slopes.iter().copied().fold(f64::INFINITY, f64::min);
        let high = slopes.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let noise = self.noise(weighting, k, j);
        let allowed = self.scalars.alike * low.abs().max(high.abs()) + noise;
        let is_smooth = !sides.is_kink && slopes.len() == 2 && high - low <= allowed;
        if is_smooth {
            let apart = (claimed - sides.here).abs();
            let size = claimed.abs().max(sides.here.abs());
            if claimed.is_finite() && apart <= self.scalars.tolerance * size + noise {
                let size = size.max(noise / self.scalars.tolerance);
                return Ok(Finding::Right { bound: relative(apart, size) });
            }
            return Ok(match self.difference(weighting, k, j)? {
                Some((value, error))
                    if (value - sides.here).abs() <= error
                        && (apart > 2.0 * error || !claimed.is_finite()) =>
                {
                    let error = error.min(self.scalars.tolerance * sides.here.abs());
                    Finding::Wrong(evidence(sides.here, error, Oracle::Dual))
                }
                _ => {
                    let text = format!(
                        "by element {j} {claimed:.9e} is claimed; dual numbers give {:.9e}, which \
                         differences do not confirm",
                        sides.here
                    );
                    Finding::Unknown(Doubt { reason: Reason::Noise, text })
                }
            });
        }
        if claimed >= low - allowed && claimed <= high + allowed {
            return Ok(Finding::AtKink);
        }
        let nearest = if (claimed - low).abs() < (claimed - high).abs() { low } else { high };
        if !claimed.is_finite() || self.is_alone {
            return Ok(Finding::Wrong(evidence(nearest, allowed, Oracle::Dual)));
        }
        let text = format!(
            "at the kink of element {j} slopes go from {low:.9e} to {high:.9e}, {claimed:.9e} is \
             claimed; kinks that meet may do that, even if each is treated rightly"
        );
        Ok(Finding::Doubtful(
            evidence(nearest, allowed, Oracle::Dual),
            Doubt { reason: Reason::Kink, text },
        ))
    }

    /// The slope by one element from differences, and its error: steps are made smaller until they
    /// cross no kink.
    fn difference(
        &mut self,
        weighting: &Weighting<T>,
        k: usize,
        j: usize,
    ) -> Result<Option<(f64, f64)>, RunError> {
        let here = self.subject.f.branches(&self.base);
        let mut step = STEP * self.scale[k][j];
        for _ in 0..7 {
            let (mut table, mut crosses) = (Vec::new(), false);
            for level in 0..4 {
                let h = step / f64::from(1 << level);
                let mut ends = [T::default(); 2];
                for (end, h) in ends.iter_mut().zip([-h, h]) {
                    self.evaluations += 1;
                    let all = self.subject.f.values(&self.moved(k, j, h), Some(&self.base))?;
                    crosses |= self.subject.f.branches(&all) != here;
                    let mut sum = Sum { value: T::default(), magnitude: 0.0 };
                    for (y, u) in self.subject.f.outputs(&all).iter().zip(&weighting.u) {
                        sum.add(y.real().iter().zip(u.iter().copied()));
                    }
                    *end = sum.value;
                }
                table.push((ends[1] - ends[0]) / T::from_f64(2.0 * h));
            }
            // Richardson's extrapolation; the error is what the last one has changed.
            let mut change = f64::INFINITY;
            for power in [4.0, 16.0, 64.0] {
                let (a, b) = (T::from_f64(power), T::from_f64(power - 1.0));
                let better: Vec<T> =
                    table.windows(2).map(|pair| (pair[1] * a - pair[0]) / b).collect();
                change = (better[better.len() - 1] - table[table.len() - 1]).to_f64().abs();
                table = better;
            }
            let value = table[0].to_f64();
            let error = 8.0 * change + 1e-12 * value.abs();
            if !crosses && value.is_finite() && error.is_finite() {
                return Ok(Some((value, error)));
            }
            step /= 256.0;
        }
        Ok(None)
    }

    /// What kind of mistake it is, if the gradient by an input is wrong.
    fn name_mistake(&mut self, k: usize) -> Result<(), RunError> {
        if self.inputs[k].verdict != Verdict::Wrong {
            return Ok(());
        }
        let Some(weighting) = self.mixed()? else { return Ok(()) };
        let n = self.x[k].shape().size();
        let is_whole = n <= MOST || self.inputs[k].jacobian.is_some();
        let places: Vec<usize> = if is_whole {
            (0..n).collect()
        } else {
            let known =
                self.inputs[k].evidence.iter().filter_map(|evidence| match evidence.along {
                    Along::Element(j) => Some(j),
                    Along::Direction => None,
                });
            let mut some: Vec<usize> = known.collect();
            some.extend((0..MOST).map(|_| self.random.below(n)));
            some.sort_unstable();
            some.dedup();
            some
        };
        let found = self.weighted(&weighting, k, &places, None)?;
        let claimed: Vec<f64> = places.iter().map(|&j| weighting.gradient[k][j].to_f64()).collect();
        let leaves = self.subject.f.program.leaves().map(|(_, type_of)| &type_of.shape);
        let shapes = leaves.chain(&self.subject.results);
        let sizes: Vec<usize> = shapes.flat_map(|s| s.iter().copied().chain([s.size()])).collect();
        let shape = if is_whole { self.x[k].shape().clone() } else { [places.len()].into() };
        let error = vec![0.0; places.len()];
        let compared = |found: &[f64]| {
            let (claimed, error) = (&claimed, &error);
            Comparison { claimed, found, error, shape: &shape, sizes: &sizes }.mistake()
        };
        let mut mistake = compared(&found).map(|mistake| match mistake {
            Mistake::Elements(at) => Mistake::Elements(at.iter().map(|&at| places[at]).collect()),
            other => other,
        });
        // A claim by hand may have forgotten one use of the input.
        let uses = self.subject.f.uses(k);
        if let Some(Mistake::Other { .. }) = mistake
            && self.subject.forward.is_none()
            && (2..=MOST / 4).contains(&uses.len())
        {
            for cut in uses {
                let rest = self.weighted(&weighting, k, &places, Some(cut))?;
                if compared(&rest).is_none() {
                    let node = self.subject.f.program.nodes().nth(cut.0).expect("one of its nodes");
                    let through = format!("{} at {}", node.op.name(), node.origin);
                    mistake = Some(Mistake::DroppedTerm { through });
                }
            }
        }
        self.inputs[k].mistake = mistake;
        Ok(())
    }

    /// The derivatives of the weighted results by some elements of an input.
    fn weighted(
        &mut self,
        weighting: &Weighting<T>,
        k: usize,
        places: &[usize],
        cut: Option<(usize, usize)>,
    ) -> Result<Vec<f64>, RunError> {
        let mut found = Vec::with_capacity(places.len());
        for &j in places {
            let column = self.column(k, j, cut)?;
            let weights = weighting.u.iter().flatten();
            let weighted = column.iter().zip(weights).filter(|(_, u)| **u != 0.0);
            found.push(weighted.map(|(y, u)| y.to_f64() * u).sum::<f64>());
        }
        Ok(found)
    }
}

impl<T: Real> Sum<T> {
    /// Adds products; nothing times infinity is nothing.
    fn add(&mut self, products: impl Iterator<Item = (T, f64)>) {
        for (a, b) in products.filter(|(_, b)| *b != 0.0) {
            let product = a * T::from_f64(b);
            self.value += product;
            self.magnitude += product.to_f64().abs();
        }
    }
}

fn relative(apart: f64, size: f64) -> f64 {
    if apart == 0.0 { 0.0 } else { apart / size }
}

/// Numbers in a shape.
fn values<T: Real>(x: &[f64], shape: &Shape) -> Value<T> {
    Value::Real(Array::from_fn(shape, |k| T::from_f64(x[k])))
}

fn largest(x: &[f64]) -> f64 {
    x.iter().filter(|x| x.is_finite()).fold(0.0, |most, x| most.max(x.abs()))
}
