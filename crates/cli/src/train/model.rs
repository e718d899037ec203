//! The model that is trained, and how two trained ones are compared at a glance.

use wengert::prelude::*;

/// Noise on the inputs, because features that hardly ever vary are blown up by standardising, then
/// dense layers of these sizes, the inputs first, with relu between.
pub fn perceptron(params: &mut Params, noise: f64, sizes: &[usize]) -> Sequential {
    let mut model = Sequential::new().noise(noise);
    for (place, pair) in sizes.windows(2).enumerate() {
        model = if place == 0 { model } else { model.relu() };
        model = model.dense(params, pair[0], pair[1]);
    }
    model
}

/// A number that differs if one bit of one parameter does: FNV-1a over all of them in order.
pub fn fingerprint(params: &Params) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325;
    for (_, parameter) in params.iter() {
        // Every f32 is an f64, so no bit is lost on the way.
        for number in parameter.value.to_vec_f64() {
            for byte in number.to_bits().to_le_bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
            }
        }
    }
    hash
}
