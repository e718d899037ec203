//! Slopes: those that are found, by dual numbers, and those that are claimed.

use wengert_tensor::{Array, Shape};

use super::{Direction, Judge};
use crate::check::subject::Claimed;
use crate::check::{relative, unit};
use crate::op::Value;
use crate::real::Real;
use crate::run::RunError;
/// A linear function of the results, and the gradient that is claimed for it.
pub(super) struct Weighting<T> {
    pub output: Option<usize>,
    pub u: Vec<Vec<f64>>,
    /// The sum of the magnitudes of the weighted results.
    magnitude: f64,
    pub gradient: Vec<Vec<T>>,
}

/// A slope, and the sum of the magnitudes of its terms.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum<T> {
    pub value: T,
    pub magnitude: f64,
}

impl<T: Real> Judge<'_, '_, T> {
    /// Random weights of the results, and the gradient that is claimed with them; `None` if nothing
    /// is finite.
    pub(super) fn mixed(&mut self) -> Result<Option<Weighting<T>>, RunError> {
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
    pub(super) fn unit(&mut self, output: usize) -> Result<Weighting<T>, RunError> {
        let mut one = unit(self.result_size(), output).into_iter();
        let results = self.subject.results.iter();
        let u = results.map(|shape| one.by_ref().take(shape.size()).collect()).collect();
        self.weighting(Some(output), u)
    }

    pub(super) fn result_size(&self) -> usize {
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
        let magnitude = self.weighted_sum(&self.base, &u).magnitude;
        Ok(Weighting { output, u, magnitude, gradient })
    }

    /// The weighted sum of the results, out of all values.
    pub(super) fn weighted_sum(&self, all: &[Value<T>], u: &[Vec<f64>]) -> Sum<T> {
        let mut sum = Sum::default();
        for (y, u) in self.subject.f.outputs(all).iter().zip(u) {
            sum.add(y.real().iter().zip(u.iter().copied()));
        }
        sum
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
    pub(super) fn balanced(&mut self, weighting: &Weighting<T>, k: usize) -> Vec<f64> {
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
    pub(super) fn slope_at(
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
        let (mut sum, mut is_finite) = (Sum::default(), true);
        for (pair, u) in pairs.iter().zip(&weighting.u) {
            for (y, &u) in pair.value.real().iter().zip(u) {
                is_finite &= u == 0.0 || y.to_f64().is_finite();
            }
            let Some(tangent) = &pair.tangent else { continue };
            sum.add(tangent.iter().zip(u.iter().copied()));
        }
        Ok((sum, is_finite))
    }

    pub(super) fn slope(
        &mut self,
        weighting: &Weighting<T>,
        v: &Direction,
    ) -> Result<Sum<T>, RunError> {
        let x = self.x.clone();
        Ok(self.slope_at(&x, weighting, v)?.0)
    }

    /// The derivatives of all results by one element, all counted through.
    pub(super) fn column(
        &mut self,
        k: usize,
        j: usize,
        cut: Option<(usize, usize)>,
    ) -> Result<Vec<T>, RunError> {
        self.evaluations += 1;
        let mut v: Vec<Option<Array<T>>> = vec![None; self.x.len()];
        let shape = self.x[k].shape();
        v[k] = Some(values(&unit(shape.size(), j), shape).real().clone());
        let pairs = self.subject.f.tangents(&self.x, &v, cut)?;
        let column = pairs.iter().flat_map(|pair| match &pair.tangent {
            Some(tangent) => tangent.to_vec(),
            None => vec![T::default(); pair.value.shape().size()],
        });
        Ok(column.collect())
    }

    /// The slope that forward mode claims; `None` if there is no forward mode.
    pub(super) fn forward(
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
        let mut sum = Sum::default();
        for (y_dot, u) in self.claims(forward, &inputs)?.iter().zip(&weighting.u) {
            if let Some(y_dot) = y_dot {
                sum.add(y_dot.iter().zip(u.iter().copied()));
            }
        }
        Ok(Some(sum))
    }

    /// How far the claim along a direction is from the slope, relatively, if not too far.
    pub(super) fn agreement(
        &self,
        weighting: &Weighting<T>,
        v: &Direction,
        found: Sum<T>,
    ) -> Option<f64> {
        let mut claimed = Sum::default();
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
        let apart = relative(apart, size);
        (apart <= self.scalars.tolerance).then_some(apart)
    }

    /// How far an element may be off because results are rounded.
    pub(super) fn noise(&self, weighting: &Weighting<T>, k: usize, j: usize) -> f64 {
        self.scalars.noise * weighting.magnitude / self.scale[k][j]
    }

    /// Whether forward mode says the same as dual numbers.
    pub(super) fn forward_agrees(
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

/// Numbers in a shape.
fn values<T: Real>(x: &[f64], shape: &Shape) -> Value<T> {
    Value::Real(Array::from_fn(shape, |k| T::from_f64(x[k])))
}
