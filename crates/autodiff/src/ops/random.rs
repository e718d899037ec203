//! Random numbers as pure functions of a seed and a counter, so that they can be replayed, and are
//! the same for any plan and any number of threads.
//!
//! The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as
//! 1, 2, 3", SC 2011).

use wengert_tensor::{Array, Shape};

use crate::linear::Linear;
use crate::op::{Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::Op;
use crate::real::Real;
use crate::var::Var;

/// Ten rounds of Philox: 128 random bits for each pair of counter and key.
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let a = u64::from(counter[0]) * 0xD251_1F53;
        let b = u64::from(counter[2]) * 0xCD9E_8D57;
        counter = [
            (b >> 32) as u32 ^ counter[1] ^ key[0],
            b as u32,
            (a >> 32) as u32 ^ counter[3] ^ key[1],
            a as u32,
        ];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
    }
    counter
}

/// The `k`-th pair of 64 random bits in a stream.
pub(crate) fn bits(seed: i64, stream: u32, k: u64) -> [u64; 2] {
    let key = [seed as u32, (seed >> 32) as u32];
    let [a, b, c, d] = philox([k as u32, (k >> 32) as u32, stream, 0], key);
    [u64::from(a) << 32 | u64::from(b), u64::from(c) << 32 | u64::from(d)]
}

/// `size` elements for each seed, made in pairs.
fn drawn<T: Real>(
    seeds: &Array<i64>,
    shape: &Shape,
    pair: impl Fn(i64, u64) -> [T; 2],
) -> Value<T> {
    let (size, mut y) = (shape.size(), Vec::with_capacity(seeds.size() * shape.size()));
    for seed in seeds.iter() {
        let end = y.len() + size;
        for k in 0..size.div_ceil(2) {
            let [a, b] = pair(seed, k as u64);
            y.push(a);
            y.extend((y.len() < end).then_some(b));
        }
    }
    let shape: Shape = seeds.shape().iter().chain(shape.iter()).copied().collect();
    Value::Real(Array::from_vec(y, shape).expect("as many draws as places"))
}

macro_rules! random {
    ($Name:ident, $name:literal, $math:literal, $pair:expr) => {
        #[doc = concat!("$", $math, "$, independently for every element.")]
        ///
        /// The operand is the seed, an index; several seeds make as many draws, along new leading
        /// axes. Equal seeds and streams give equal numbers.
        #[derive(Clone, PartialEq, Eq, Hash, Debug)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
        pub struct $Name {
            /// Which of the seed's independent sequences.
            pub stream: u32,
            /// The shape of one draw.
            pub shape: Shape,
        }

        impl Operation for $Name {
            const NAME: &'static str = $name;
            const MATH: &'static str = $math;

            fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
                if x.len() != 1 || x[0].kind != Kind::Index {
                    return Err(ShapeError::new(format!("takes a seed, an index; got {x:?}")));
                }
                let shape: Shape = x[0].shape.iter().chain(self.shape.iter()).copied().collect();
                Ok(Type::real(shape))
            }

            fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
                let pair: fn(i64, u32, u64) -> [T; 2] = $pair;
                drawn(x[0].index(), &self.shape, |seed, k| pair(seed, self.stream, k))
            }

            fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
                Linear::Zero
            }

            fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
                x[0].tape().record(Op::from(self.clone()), x)
            }

            fn samples() -> Vec<Sample<Self>> {
                let sample = |shape: &[usize], seed: i64| Sample {
                    operation: $Name { stream: 3, shape: shape.into() },
                    x: vec![seed.into()],
                };
                vec![sample(&[2, 3], 7), sample(&[], -1), sample(&[0], 2)]
            }
        }
    };
}

random!(Uniform, "uniform", r"y \sim U[0, 1)", |seed, stream, k| bits(seed, stream, k)
    .map(T::uniform));

// The polar form of Box and Muller (1958), in double precision whatever the scalar, so that every
// precision draws the same numbers up to its own rounding.
random!(Normal, "normal", r"y \sim N(0, 1)", |seed, stream, k| {
    let [u, v] = bits(seed, stream, k).map(<f64 as Real>::uniform);
    let radius = (-2.0 * (1.0 - u).ln()).sqrt();
    let (sin, cos) = (std::f64::consts::TAU * v).sin_cos();
    [T::from_f64(radius * cos), T::from_f64(radius * sin)]
});

#[cfg(test)]
mod tests {
    use super::philox;

    /// The known answers that the authors of the generator publish with it.
    #[test]
    fn philox_gives_the_published_numbers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }
}
