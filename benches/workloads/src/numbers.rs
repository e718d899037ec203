//! The numbers that all engines start from: one small generator (SplitMix64), so that their losses
//! can be compared.

use wengert::prelude::*;

/// `n` numbers of [0, 1), different for every tag.
fn uniform(tag: u64, n: usize) -> impl Iterator<Item = f64> {
    (0..n as u64).map(move |i| {
        let mut z = ((tag << 32) + i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 53) as f64
    })
}

/// A tensor of numbers from `-bound` to `bound`, in single precision.
pub fn symmetric(tag: u64, shape: &[usize], bound: f64) -> Tensor {
    let numbers = uniform(tag, shape.iter().product());
    let numbers: Vec<f32> = numbers.map(|u| ((2.0 * u - 1.0) * bound) as f32).collect();
    Tensor::from_vec(numbers, shape).expect("as many numbers as the shape has places")
}

/// A tensor of whole numbers below `high`.
pub fn integers(tag: u64, shape: &[usize], high: u32) -> Tensor {
    let numbers = uniform(tag, shape.iter().product());
    let numbers: Vec<i64> = numbers.map(|u| (u * f64::from(high)) as i64).collect();
    Tensor::from_vec(numbers, shape).expect("as many numbers as the shape has places")
}
