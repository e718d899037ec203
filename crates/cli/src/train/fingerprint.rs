//! How two sets of parameters, or of data, are compared at a glance.

use wengert::prelude::*;

/// A number that differs if one bit of one parameter does: FNV-1a over all of them in order.
pub fn of_params(params: &Params) -> u64 {
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

/// A number that differs if one bit of the rows or their labels does. There may be millions of
/// numbers, so this is FNV-1a by words instead of bytes, rotated so that high bits reach low ones.
pub fn of_data<'d>(parts: impl IntoIterator<Item = &'d Dataset>) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x0100_0000_01B3).rotate_left(23);
    parts.into_iter().fold(0xCBF2_9CE4_8422_2325, |hash, data| {
        let features = data.x.array::<f32>().expect("features are f32").iter();
        let labels = data.y.array::<i64>().expect("labels are i64").iter();
        let hash = features.fold(hash, |hash, x| mix(hash, x.to_bits().into()));
        labels.fold(hash, |hash, label| mix(hash, label.cast_unsigned()))
    })
}
