//! Numbers for tests: reproducible noise, directions, and what counts as equal. Nothing here knows
//! an operation.

use wengert_tensor::{DType, Shape, Tensor};

/// A stream of numbers that look random (`SplitMix64`, by Steele, Lea and Flood).
pub(crate) struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Noise {
        Noise(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Between ½ and 3⁄2 in magnitude, of either sign: never so small that a wrong term hides
    /// behind it.
    pub fn number(&mut self) -> f64 {
        let bits = self.bits();
        let magnitude = 0.5 + (bits >> 11) as f64 / (1_u64 << 53) as f64;
        if bits & 1 == 0 { magnitude } else { -magnitude }
    }

    /// One of `0..n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() >> 16) as usize % n
    }

    pub fn tensor(&mut self, shape: &Shape) -> Tensor {
        real((0..shape.size()).map(|_| self.number()).collect(), shape)
    }

    /// A direction to go from `x`, to the scale of each element: a step of 0.1 % changes
    /// everything by about 0.1 %.
    pub fn direction(&mut self, x: &Tensor) -> Tensor {
        let scaled = |x: f64| self.number() * if x == 0.0 { 1.0 } else { x.abs() };
        real(x.to_vec_f64().into_iter().map(scaled).collect(), x.shape())
    }
}

pub(crate) fn real(values: Vec<f64>, shape: &Shape) -> Tensor {
    Tensor::from_vec(values, shape.clone()).expect("a value for each place")
}

pub(crate) fn zeros_like(x: &Tensor) -> Tensor {
    Tensor::zeros(DType::F64, x.shape().clone())
}

/// One at element `k` and zero elsewhere.
pub(crate) fn unit(shape: &Shape, k: usize) -> Tensor {
    real((0..shape.size()).map(|at| f64::from(u8::from(at == k))).collect(), shape)
}

pub(crate) fn is_index(x: &Tensor) -> bool {
    x.dtype() == DType::I64
}

/// Reals in another precision; indices as they are.
pub(crate) fn cast(x: &Tensor, dtype: DType) -> Tensor {
    if is_index(x) { x.clone() } else { x.cast(dtype).expect("reals are cast to reals") }
}

/// A sum of products, and the sum of their magnitudes, which is what its rounding is relative to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dot {
    pub sum: f64,
    pub magnitude: f64,
}

/// Σₖ ⟨aₖ, bₖ⟩.
pub(crate) fn dot(a: &[Tensor], b: &[Tensor]) -> Dot {
    let mut dot = Dot::default();
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.shape(), b.shape(), "an inner product of two shapes");
        for (a, b) in a.to_vec_f64().into_iter().zip(b.to_vec_f64()) {
            dot.sum += a * b;
            dot.magnitude += (a * b).abs();
        }
    }
    dot
}

/// Whether two numbers differ by at most `tolerance`. NaN is close to nothing.
pub(crate) fn near(what: &str, found: f64, wanted: f64, tolerance: f64) -> Result<(), String> {
    if (found - wanted).abs() <= tolerance {
        return Ok(());
    }
    Err(format!("{what}: {found:e} instead of {wanted:e} (tolerance {tolerance:.0e})"))
}

/// Whether the elements agree relatively, or, where terms may have cancelled, within a thousandth
/// of that relative to the largest of them.
pub(crate) fn alike(
    what: &str,
    found: &Tensor,
    wanted: &Tensor,
    relative: f64,
) -> Result<(), String> {
    if found.shape() != wanted.shape() {
        return Err(format!("{what}: shape {} instead of {}", found.shape(), wanted.shape()));
    }
    let wanted = wanted.to_vec_f64();
    let largest = wanted.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    for (k, (found, wanted)) in found.to_vec_f64().into_iter().zip(wanted).enumerate() {
        if found == wanted || (found.is_nan() && wanted.is_nan()) {
            continue;
        }
        let tolerance = relative * (wanted.abs() + 1e-3 * largest);
        near(&format!("{what}, element {k}"), found, wanted, tolerance)?;
    }
    Ok(())
}

/// Whether two tensors agree to the bit, signs of zeros included; any NaN is like any other.
pub(crate) fn same(what: &str, found: &Tensor, wanted: &Tensor) -> Result<(), String> {
    if found.dtype() != wanted.dtype() || found.shape() != wanted.shape() {
        let (have, want) = (found.dtype(), wanted.dtype());
        let (from, to) = (found.shape(), wanted.shape());
        return Err(format!("{what}: {have} {from} instead of {want} {to}"));
    }
    // Every f32 is an f64, so this loses nothing; and no test uses indices beyond 2⁵³.
    for (k, (a, b)) in found.to_vec_f64().into_iter().zip(wanted.to_vec_f64()).enumerate() {
        if a.to_bits() != b.to_bits() && !(a.is_nan() && b.is_nan()) {
            return Err(format!("{what}, element {k}: {a:?} instead of {b:?}"));
        }
    }
    Ok(())
}

/// Panics with all the failures, if there are any.
#[track_caller]
pub(crate) fn report(failures: &[String]) {
    const MOST: usize = 12;
    let shown: Vec<_> = failures.iter().take(MOST).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), shown.join("\n"));
}
