//! Slopes along lines through the point, found from values, and beside them those that are claimed.

use super::{Claim, Judge, Weighting};
use crate::check::differences::{Bounded, Line, Noises, Slope};
use crate::check::report::Finding;
use crate::check::{Along, Derivative, Doubt, Evidence, Oracle, Reason};

/// A larger error than this, relative to what it is an error of, says nothing.
pub(super) const VAGUE: f64 = 1e-3;

/// A direction: for each input the elements that move.
#[derive(Clone)]
pub(super) struct Move {
    pub input: usize,
    pub v: Vec<(usize, f64)>,
}

impl<C: Claim> Judge<'_, C> {
    /// Finds out how far values are off by rounding, along a direction through all inputs; and says
    /// how the remainder of Taylor's formula falls on it.
    pub(super) fn find_noise(
        &mut self,
        mixed: &mut Weighting,
        rows: &mut [Weighting],
    ) -> Option<String> {
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
    pub(super) fn direction(&mut self, input: usize) -> Move {
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

    /// Holds the slope that is claimed along a direction against the one that is found, and answers
    /// with that as well, by the variable.
    pub(super) fn finding(
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

    /// The slope along a direction, found with steps that are so many times larger; and whether there
    /// is a kink exactly there.
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

pub(super) fn weighted(u: &[f64], y: &[f64]) -> f64 {
    // Nothing times infinity is nothing: what has no weight does not count.
    u.iter().zip(y).filter(|(u, _)| **u != 0.0).map(|(u, y)| u * y).sum()
}
