//! The slope of a function of which values alone are known, with a bound of its error.
//!
//! Central differences with steps $h, h/2, h/4, \dots$ are extrapolated (Richardson 1911; Ridders:
//! "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4, 1982). Their
//! error is what two extrapolations differ by, and the noise of the function divided by the step;
//! the noise is read from differences of high order (Moré and Wild: "Estimating computational
//! noise", SIAM J. Sci. Comput. 33, 2011). A kink nearer than the step would deceive all of this:
//! therefore slopes to both sides are extrapolated too, and half of what they differ by is part of
//! the bound.

use rustc_hash::FxHashMap;

/// A slope, and how far it may be from the true one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounded {
    pub value: f64,
    pub error: f64,
}

/// What is known of the slope at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Slope {
    /// The function is smooth as far as can be seen.
    Smooth(Bounded),
    /// There is a function to one side alone; its slope there.
    OneSided(Bounded),
    /// Slopes to the left and to the right differ, down to the smallest step.
    Kink { left: Bounded, right: Bounded },
    /// The function is not finite on either side.
    Nothing,
}

/// $t \mapsto s(t)$, with the values that were asked for already.
pub(super) struct Line<'f> {
    function: &'f mut dyn FnMut(f64) -> f64,
    known: FxHashMap<u64, f64>,
    here: f64,
    noise: Noises,
}

/// How far a value may be off by rounding, seen in values as close to each other as those of each
/// table are.
#[derive(Clone, Debug, Default)]
pub(super) struct Noises {
    by_table: Vec<f64>,
    /// What it is at least.
    floor: f64,
}

impl Noises {
    /// The least that was seen.
    pub fn least(&self) -> f64 {
        self.by_table.iter().copied().fold(f64::INFINITY, f64::min).max(self.floor)
    }

    /// Says that it is at least so much.
    pub fn at_least(&mut self, floor: f64) {
        self.floor = floor;
    }
}

/// The first step; directions are to the scale of their variables, so it is relative.
const FIRST: f64 = 1.0 / 2.0;

/// Steps in a table; the next table starts with a quarter of the first step.
const LEVELS: usize = 7;

/// Tables.
const TABLES: usize = 18;

/// Tables whose noise is found out beforehand.
const NOISES: usize = 5;

/// Values that noise is read from, on each side.
const COUNT: usize = 9;

/// How much larger than its estimate an error may be.
const SAFETY: f64 = 4.0;

impl<'f> Line<'f> {
    /// A line through the function.
    pub fn new(function: &'f mut dyn FnMut(f64) -> f64, noise: Noises) -> Line<'f> {
        let here = function(0.0);
        Line { function, known: FxHashMap::default(), here, noise }
    }

    /// The noise in values along this line.
    pub fn noise(mut self) -> Noises {
        for table in 0..NOISES {
            self.noise_of(table);
        }
        self.noise
    }

    fn at(&mut self, t: f64) -> f64 {
        if t == 0.0 {
            return self.here;
        }
        let function = &mut self.function;
        *self.known.entry(t.to_bits()).or_insert_with(|| function(t))
    }

    /// The noise that a table has to do with: at least that of rounding to f64.
    fn noise_of(&mut self, table: usize) -> f64 {
        while self.noise.by_table.len() <= table {
            let known = self.noise.by_table.len();
            let (mut noise, is_smooth) =
                self.noise_among(FIRST / 4.0_f64.powi(known as i32) / 64.0);
            if !is_smooth && known > 0 {
                // Values that are equal because they were rounded, to f32 or to whole numbers.
                noise = noise.max(self.noise.least());
            }
            self.noise.by_table.push(noise.max(f64::EPSILON * self.here.abs()));
        }
        self.noise.by_table[table].max(self.noise.floor)
    }

    /// The larger noise of both sides, each of values with this spacing, of which differences of high
    /// order leave noise alone; and whether on one side no two are equal.
    fn noise_among(&mut self, spacing: f64) -> (f64, bool) {
        let (mut noise, mut is_smooth) = (0.0_f64, false);
        for spacing in [spacing, -spacing] {
            let mut values: Vec<f64> = (0..COUNT).map(|k| self.at(k as f64 * spacing)).collect();
            is_smooth |= values.windows(2).all(|pair| pair[0] != pair[1]);
            // The variance of differences of order m is that of the noise times (2m)!/(m!)².
            let (mut most, mut growth) = (0.0_f64, 1.0);
            for order in 1..COUNT {
                growth *= 2.0 * (2 * order - 1) as f64 / order as f64;
                values = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
                if order + 2 >= COUNT {
                    let square = values.iter().map(|x| x * x).sum::<f64>() / values.len() as f64;
                    most = most.max((square / growth).sqrt());
                }
            }
            if most.is_finite() {
                noise = noise.max(most);
            }
        }
        (noise, is_smooth)
    }

    /// The slope at 0.
    pub fn slope(&mut self) -> Slope {
        let (mut best, mut sides): (Option<Bounded>, [Option<Bounded>; 2]) = (None, [None; 2]);
        for table in 0..TABLES {
            let first = FIRST / 4.0_f64.powi(table as i32);
            let noise = self.noise_of(table);
            let steps: [f64; LEVELS] = std::array::from_fn(|k| first / (1_u64 << k) as f64);
            let [left, right] = [-1.0, 1.0].map(|side| self.one_sided(&steps, noise, side));
            for (known, found) in sides.iter_mut().zip([left, right]) {
                *known = better(*known, found);
            }
            if let (Some(left), Some(right)) = (left, right)
                && let Some(central) = self.central(&steps, noise)
            {
                // What a kink between the steps could add.
                let kink = (left.value - right.value).abs() / 2.0;
                let error = central.error + kink;
                best = better(best, Some(Bounded { error, ..central }));
            }
            let is_enough = |found: Bounded| found.error <= 1e-7 * found.value.abs();
            if best.is_some_and(is_enough) {
                break;
            }
            // Smaller steps help no more once what is left is noise that does not fall with them.
            let is_left = |found: Bounded| found.error <= 32.0 * noise / first;
            if best.is_some_and(is_left) && self.noise_of(table + 2) > noise / 8.0 {
                break;
            }
        }
        Self::judged(best, sides)
    }

    /// Whether the sides are told apart as close to 0 as can be seen in f64, so that the kink is
    /// there and not beside.
    pub fn is_kinked_here(&mut self, left: Bounded, right: Bounded) -> bool {
        let step = 2.0_f64.powi(-36);
        let apart = (left.value - right.value).abs();
        let noise = self.noise_of(TABLES - 1);
        let error = 4.0 * noise / step + left.error + right.error;
        let quotient = |line: &mut Self, t: f64| (line.at(t) - line.here) / t;
        let (l, r) = (quotient(self, -step), quotient(self, step));
        error < apart / 8.0 && (l - left.value).abs() <= error && (r - right.value).abs() <= error
    }

    fn judged(best: Option<Bounded>, sides: [Option<Bounded>; 2]) -> Slope {
        match (best, sides) {
            (_, [None, None]) => Slope::Nothing,
            (_, [Some(side), None] | [None, Some(side)]) => Slope::OneSided(side),
            (Some(slope), [Some(left), Some(right)]) => {
                let apart = (left.value - right.value).abs();
                let is_kink =
                    apart > 2.0 * (left.error + right.error) && slope.error >= apart / 8.0;
                if is_kink { Slope::Kink { left, right } } else { Slope::Smooth(slope) }
            }
            (None, [Some(left), Some(right)]) => Slope::Kink { left, right },
        }
    }

    /// From central differences, whose error is a series in $h^2$.
    fn central(&mut self, steps: &[f64], noise: f64) -> Option<Bounded> {
        let quotient = |line: &mut Self, h: f64| (line.at(h) - line.at(-h)) / (2.0 * h);
        self.extrapolated(steps, noise, 4.0, quotient)
    }

    /// From differences to one side, whose error is a series in $h$.
    fn one_sided(&mut self, steps: &[f64], noise: f64, side: f64) -> Option<Bounded> {
        let quotient = |line: &mut Self, h: f64| (line.at(side * h) - line.here) / (side * h);
        self.extrapolated(steps, noise, 2.0, quotient)
    }

    /// The table of extrapolations: the entry with the least error.
    fn extrapolated(
        &mut self,
        steps: &[f64],
        of_values: f64,
        ratio: f64,
        quotient: impl Fn(&mut Self, f64) -> f64,
    ) -> Option<Bounded> {
        let mut best: Option<Bounded> = None;
        let mut above: Vec<f64> = Vec::new();
        for (k, &h) in steps.iter().enumerate() {
            let mut row = vec![quotient(self, h)];
            // How much of the noise of a value an entry has: of its step, and grown by weights.
            let mut noise = 2.0 * of_values / h;
            if let Some(before) = above.first() {
                let error = SAFETY * ((row[0] - before).abs() + noise);
                best = better(best, Some(Bounded { value: row[0], error }));
            }
            for j in 1..=k.min(above.len()) {
                let power = ratio.powi(j as i32);
                let step = (row[j - 1] - above[j - 1]) / (power - 1.0);
                row.push(row[j - 1] + step);
                noise *= (power + 1.0) / (power - 1.0);
                let change = (row[j] - row[j - 1]).abs().max((row[j] - above[j - 1]).abs());
                let error = SAFETY * (change + noise) + f64::EPSILON * row[j].abs();
                best = better(best, Some(Bounded { value: row[j], error }));
            }
            // Steps that leave the domain are as if they had not been made.
            above = if row[0].is_finite() { row } else { Vec::new() };
        }
        best
    }
}

/// The one with the smaller error, of those that are finite.
fn better(known: Option<Bounded>, found: Option<Bounded>) -> Option<Bounded> {
    let found = found.filter(|found| found.value.is_finite() && found.error.is_finite());
    match (known, found) {
        (Some(a), Some(b)) => Some(if b.error < a.error { b } else { a }),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Noises, Slope};

    fn slope(mut f: impl FnMut(f64) -> f64) -> Slope {
        Line::new(&mut f, Noises::default()).slope()
    }

    #[track_caller]
    fn smooth(f: impl FnMut(f64) -> f64, wanted: f64, enough: f64) {
        let found = slope(f);
        let Slope::Smooth(found) = found else { panic!("{found:?} instead of {wanted}") };
        assert!((found.value - wanted).abs() <= found.error, "{found:?} misses {wanted}");
        assert!(found.error <= enough * wanted.abs().max(1e-300), "{found:?} is vague");
    }

    #[test]
    fn smooth_functions() {
        for x in [0.3, -2.0, 1e4, 1e-6, 1e-8] {
            smooth(|t| (x + x * t).powi(2), 2.0 * x * x, 1e-6);
            smooth(|t| (x + x * t).sin(), x * x.cos(), 1e-5);
            smooth(|t| f64::from(((x + x * t) as f32).powi(2)), 2.0 * x * x, 2e-4);
        }
        smooth(|t| (10.0 * (1.0 + t)).exp(), 10.0 * 10.0_f64.exp(), 1e-6);
        smooth(|t| (1e-8 * (1.0 + t)).sqrt(), 0.5e-4, 1e-6);
        smooth(|t| (1.0 + t).ln(), 1.0, 1e-7);
        smooth(|_| 3.0, 0.0, f64::INFINITY);
    }

    #[test]
    fn kinks_are_seen() {
        let at_zero = slope(|t: f64| t.abs());
        let Slope::Kink { left, right } = at_zero else { panic!("{at_zero:?}") };
        assert!((left.value + 1.0).abs() <= left.error && (right.value - 1.0).abs() <= right.error);
        let Slope::Kink { .. } = slope(|t: f64| t.max(0.0) + t.sin()) else { panic!() };
    }

    /// Closer to the point than most steps: no estimate may be sure of a wrong slope.
    #[test]
    fn kinks_close_by_do_not_deceive() {
        for distance in [1e-2, 1e-4, 1e-6, 1e-9, 1e-12, 1e-14] {
            match slope(|t: f64| (t + distance).max(0.0) + t.exp()) {
                Slope::Smooth(found) | Slope::OneSided(found) => {
                    assert!((found.value - 2.0).abs() <= found.error, "{distance}: {found:?}");
                }
                Slope::Kink { left, right } => {
                    let low = left.value.min(right.value) - left.error - right.error;
                    assert!(low <= 2.0 && 2.0 <= left.value.max(right.value) + 1e-3);
                }
                Slope::Nothing => panic!("{distance}"),
            }
        }
    }

    #[test]
    fn borders_of_domains() {
        let found = slope(|t: f64| (1.0 + t).asin());
        assert!(matches!(found, Slope::OneSided(_)), "{found:?}");
        smooth(|t: f64| (0.999_999 + t).asin(), 1.0 / (1.0 - 0.999_999_f64.powi(2)).sqrt(), 1e-2);
        assert_eq!(slope(|t| if t == 0.0 { 1.0 } else { f64::NAN }), Slope::Nothing);
    }
}
