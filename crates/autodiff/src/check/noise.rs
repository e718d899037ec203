//! Random numbers for directions, weights and samples.

use crate::ops::random_bits;

/// A stream of numbers that depends on the seed alone.
pub(super) struct Noise {
    seed: u64,
    count: u64,
    /// Bits that were drawn and not used yet.
    left: u128,
}

impl Noise {
    pub fn new(seed: u64) -> Noise {
        Noise { seed, count: 0, left: 0 }
    }

    fn bits(&mut self) -> u32 {
        if self.count.is_multiple_of(4) {
            // A stream that no program uses by itself: they are counted from 0.
            let [a, b] = random_bits(self.seed as i64, u32::MAX, self.count / 4);
            self.left = u128::from(a) << 64 | u128::from(b);
        }
        self.count += 1;
        let bits = self.left as u32;
        self.left >>= 32;
        bits
    }

    /// Between ½ and 3⁄2 in magnitude, of either sign: never so small that a wrong term could hide
    /// behind it.
    pub fn number(&mut self) -> f64 {
        let bits = self.bits();
        let magnitude = 0.5 + f64::from(bits >> 1) / f64::from(1_u32 << 31);
        if bits & 1 == 0 { magnitude } else { -magnitude }
    }

    /// One of `0..n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.bits()) * n as u64) >> 32) as usize
    }

    pub fn numbers(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.number()).collect()
    }
}
