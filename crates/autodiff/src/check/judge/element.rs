//! One element, looked at from both sides.

use wengert_tensor::Array;

use super::slope::Weighting;
use super::{Direction, Judge};
use crate::check::report::Finding;
use crate::check::{Along, Doubt, Evidence, Oracle, Reason, relative, unit};
use crate::op::Value;
use crate::real::Real;
use crate::run::RunError;

/// The first step of differences, relatively.
const STEP: f64 = 1.0 / 8192.0;
/// What is known of a function at and beside a point, along one element.
struct Sides {
    /// The slope of the branch that is taken at the point.
    here: f64,
    /// The slopes to the left and to the right; `None` where there is no function.
    beside: [Option<f64>; 2],
    is_vertical: bool,
}

impl<T: Real> Judge<'_, '_, T> {
    /// The point with one element moved.
    fn moved(&self, k: usize, j: usize, step: f64) -> Vec<Value<T>> {
        let mut x = self.x.clone();
        let mut elements = x[k].real().to_vec();
        elements[j] += T::from_f64(step);
        x[k] = Value::Real(Array::from_vec(elements, x[k].shape()).expect("of the same shape"));
        x
    }

    /// Whether the computation takes the branches that it takes at the point, of all its values.
    fn is_on_branch(&mut self, all: &[Value<T>]) -> bool {
        let subject = self.subject;
        let here = self.branches.get_or_insert_with(|| subject.f.branches(&self.base));
        subject.f.branches(all) == *here
    }

    /// Whether the computation takes other branches beside the point, along one element.
    pub(super) fn is_kink(&mut self, k: usize, j: usize) -> Result<bool, RunError> {
        for side in [-1.0, 1.0] {
            self.evaluations += 1;
            let x = self.moved(k, j, side * self.scalars.aside * self.scale[k][j]);
            let beside = self.subject.f.values(&x, Some(&self.base))?;
            if !self.is_on_branch(&beside) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn sides(&mut self, weighting: &Weighting<T>, k: usize, j: usize) -> Result<Sides, RunError> {
        let mut v: Direction = vec![None; self.x.len()];
        v[k] = Some(unit(self.x[k].shape().size(), j));
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
        Ok(Sides { here, beside, is_vertical })
    }

    /// Looks at one element from both sides, of which is known whether they are different branches.
    pub(super) fn examine(
        &mut self,
        weighting: &Weighting<T>,
        k: usize,
        j: usize,
        is_kink: bool,
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
        let is_smooth = !is_kink && slopes.len() == 2 && high - low <= allowed;
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
        let mut step = STEP * self.scale[k][j];
        for _ in 0..7 {
            let (mut table, mut crosses) = (Vec::new(), false);
            for level in 0..4 {
                let h = step / f64::from(1 << level);
                let mut ends = [T::default(); 2];
                for (end, h) in ends.iter_mut().zip([-h, h]) {
                    self.evaluations += 1;
                    let all = self.subject.f.values(&self.moved(k, j, h), Some(&self.base))?;
                    crosses |= !self.is_on_branch(&all);
                    *end = self.weighted_sum(&all, &weighting.u).value;
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
}
