//! Boxes on a line: as near as possible to where they would like to be, in their order.

/// The centres of boxes of these widths that lie nearest to `wanted` in the sum of squares, in this
/// order and with gaps between them: regression under constraints of order, by pooling neighbours
/// that get in each other's way.
pub(super) fn spread(wanted: &[f64], widths: &[f64], gap: f64) -> Vec<f64> {
    // Without widths the condition is that centres ascend.
    let mut offsets = Vec::with_capacity(widths.len());
    let mut offset = 0.0;
    for (k, width) in widths.iter().enumerate() {
        if k > 0 {
            offset += (widths[k - 1] + width) / 2.0 + gap;
        }
        offsets.push(offset);
    }
    // Blocks of neighbours that touch: the sum of what they want, and how many they are.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (wanted, offset) in wanted.iter().zip(&offsets) {
        let mut block = (wanted - offset, 1);
        while let Some(&(sum, count)) = blocks.last()
            && sum / count as f64 >= block.0 / block.1 as f64
        {
            block = (block.0 + sum, block.1 + count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let means = blocks.iter().flat_map(|&(sum, count)| vec![sum / count as f64; count]);
    means.zip(offsets).map(|(mean, offset)| mean + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn boxes_keep_their_places_or_share_the_way() {
        assert_eq!(spread(&[0.0, 100.0], &[10.0, 10.0], 5.0), [0.0, 100.0]);
        // Two that want the same place stand on either side of it.
        assert_eq!(spread(&[50.0, 50.0], &[10.0, 20.0], 5.0), [40.0, 60.0]);
        assert_eq!(spread(&[], &[], 5.0), [0.0; 0]);
    }
}
