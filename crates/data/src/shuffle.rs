//! The one place where rows are put in random order.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The generator that a seed stands for: the same numbers on every machine and in every version.
pub(crate) fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// The numbers `0..n` in an order drawn from `rng`, every order equally likely.
///
/// This is Fisher and Yates' shuffle, written out because a library's own is free to change the
/// order it gives for a seed, and a training run should be repeatable for years.
pub(crate) fn permutation(n: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
    order
}
