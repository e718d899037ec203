//! Comparing a value with its reference.

use wengert::prelude::*;

use crate::case::{Reference, Tolerance};

/// The precisions that cases are replayed in.
pub const PRECISIONS: [Precision; 2] = [Precision::F64, Precision::F32];

/// In f32 every input is rounded once, and so is every operation after it: half a unit in the
/// last place, 6·10⁻⁸ of each number. Where numbers cancel, the rounding of the larger ones
/// stays, so that the largest element is the measure for all elements of a tensor. A derivative
/// of some formula of a dozen operations loses two or three digits of the seven.
const ROUNDED: f64 = 1e-4;

/// What is beyond this, or closer to 0 than its inverse, says nothing in f32.
const RANGE_OF_F32: f64 = 1e30;

impl Tolerance {
    /// The tolerance for a tensor in a precision.
    fn of(self, reference: &Reference, precision: Precision) -> Tolerance {
        if precision == Precision::F64 {
            return self;
        }
        let finite = reference.data.iter().filter(|number| number.is_finite());
        let largest = finite.fold(1.0, |most: f64, number| most.max(number.abs()));
        Tolerance {
            relative: self.relative.max(ROUNDED),
            absolute: self.absolute.max(ROUNDED * largest),
        }
    }

    fn allows(self, found: f64, wanted: f64) -> bool {
        found == wanted
            || found.is_nan() && wanted.is_nan()
            || (found - wanted).abs() <= self.absolute + self.relative * wanted.abs()
    }
}

/// Whether all numbers can be told apart in f32 from 0 and from infinity.
pub fn fits_f32(reference: &Reference) -> bool {
    let fits = |number: f64| {
        let size = number.abs();
        size == 0.0 || !size.is_finite() || (1.0 / RANGE_OF_F32..RANGE_OF_F32).contains(&size)
    };
    reference.data.iter().all(|&number| fits(number))
}

/// Whether rounding changes nothing.
pub fn is_exact_in_f32(reference: &Reference) -> bool {
    reference.data.iter().all(|&number| number.is_nan() || f64::from(number as f32) == number)
}

/// # Errors
/// If the shape is another, or elements are further away than the tolerance: the first of them.
pub fn compare(
    what: &str,
    found: &Tensor,
    wanted: &Reference,
    tolerance: Tolerance,
    precision: Precision,
) -> Result<(), String> {
    if found.shape()[..] != wanted.shape[..] {
        return Err(format!("{what} is of shape {}, not {:?}", found.shape(), wanted.shape));
    }
    let tolerance = tolerance.of(wanted, precision);
    let found = found.to_vec_f64();
    let pairs = found.iter().zip(&wanted.data);
    let wrong: Vec<_> = pairs
        .enumerate()
        .filter(|(_, (found, wanted))| !tolerance.allows(**found, **wanted))
        .collect();
    let Some((position, (found, wanted))) = wrong.first() else { return Ok(()) };
    Err(format!("{what}[{position}] is {found:e}, not {wanted:e} ({} such)", wrong.len()))
}
