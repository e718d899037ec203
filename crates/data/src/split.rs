//! Dividing a data set into parts in which every class has its share.

use crate::shuffle::{generator, permutation};
use crate::{DataError, Dataset};

/// Divides a data set into disjoint parts that together are the whole, so that each class is
/// divided in the proportions of `fractions`.
///
/// The counts of a class are rounded by largest remainders: each is less than one off its exact
/// share, and together they are the class. Where remainders are equal the earlier part gets the
/// row, so that a class of few rows may be missing in a later part. Which rows go where, and their
/// order, depend on the seed alone.
///
/// ```
/// use wengert_data::{digits, stratified_split};
///
/// let [train, valid, test] = stratified_split(&digits(), [0.7, 0.15, 0.15], 1)?;
/// assert_eq!((train.len(), valid.len(), test.len()), (1259, 270, 268));
/// # Ok::<(), wengert_data::DataError>(())
/// ```
///
/// # Errors
///
/// [`DataError::Fractions`] unless the fractions are positive and sum to 1 (within 1e-9).
///
/// # Panics
///
/// When the labels were replaced by some that [`Dataset::new`] would have refused.
pub fn stratified_split<const N: usize>(
    data: &Dataset,
    fractions: [f64; N],
    seed: u64,
) -> Result<[Dataset; N], DataError> {
    let whole: f64 = fractions.iter().sum();
    let positive = fractions.iter().all(|&fraction| fraction > 0.0);
    // Not `> 1e-9`, which a NaN would pass.
    if !(positive && (whole - 1.0).abs() <= 1e-9) {
        return Err(DataError::Fractions(fractions.to_vec()));
    }

    let labels = data.labels();
    let mut members = vec![0; data.classes().len()];
    for &label in &labels {
        members[label] += 1;
    }
    let mut wanted: Vec<[usize; N]> =
        members.iter().map(|&count| shares(count, fractions)).collect();

    // One shuffle serves both ends: it draws the members of each part, and mixes the classes in it.
    let mut parts = [const { Vec::new() }; N];
    for row in permutation(labels.len(), &mut generator(seed)) {
        let wanted = &mut wanted[labels[row]];
        let part = wanted.iter().position(|&count| count > 0).expect("as many wanted as there are");
        wanted[part] -= 1;
        parts[part].push(row);
    }
    Ok(parts.map(|rows| data.select(&rows)))
}

/// `count` divided in the proportions of `fractions`, which sum to 1, by largest remainders.
fn shares<const N: usize>(count: usize, fractions: [f64; N]) -> [usize; N] {
    let exact = fractions.map(|fraction| fraction * count as f64);
    let mut shares = exact.map(|share| share.floor() as usize);
    let missing = count - shares.iter().sum::<usize>();

    let mut parts: Vec<usize> = (0..N).collect();
    // A stable sort: the earlier part comes first among equals.
    parts.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()));
    for part in parts.into_iter().take(missing) {
        shares[part] += 1;
    }
    shares
}
