//! Random numbers for directions, weights and samples.

use crate::ops::random_bits;

/// A stream of numbers that depends on the seed alone.
pub(super) struct Noise {
    seed: u64,
    count: u64,
}

impl Noise {
    pub fn new(seed: u64) -> Noise {
        Noise { seed, count: 0 }
    }

    fn bits(&mut self) -> u64 {
        self.count += 1;
        // A stream that no program uses by itself: they are counted from 0.
        random_bits(self.seed as i64, u32::MAX, self.count)[0]
    }

    /// Between ½ and 3⁄2 in magnitude, of either sign: never so small that a wrong term could hide
    /// behind it.
    pub fn number(&mut self) -> f64 {
        let bits = self.bits();
        let magnitude = 0.5 + (bits >> 11) as f64 / (1_u64 << 53) as f64;
        if bits & 1 == 0 { magnitude } else { -magnitude }
    }

    /// One of `0..n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    pub fn numbers(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.number()).collect()
    }
}
