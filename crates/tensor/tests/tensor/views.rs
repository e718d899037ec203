//! Random views for the property tests, and what they mean, index by index.

use proptest::collection::vec;
use proptest::prelude::*;
use wengert_tensor::{Array, Range, Shape};

/// Shapes of up to four axes, some of size 0 or 1.
pub fn shapes() -> impl Strategy<Value = Shape> {
    let size = prop_oneof![1 => Just(0), 2 => Just(1), 12 => 2..6_usize];
    vec(size, 0..=4).prop_map(Shape::from)
}

/// Arrays of different numbers under views of views.
pub fn views() -> impl Strategy<Value = Array<u32>> {
    (shapes(), vec(any::<Step>(), 0..5)).prop_map(|(shape, steps)| {
        let x = Array::from_fn(shape, |i| i as u32);
        steps.into_iter().fold(x, |x, step| step.apply(&x).0)
    })
}

/// One view of whatever array comes, chosen by a few random numbers.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    kind: usize,
    numbers: [usize; 8],
}

impl Arbitrary for Step {
    type Parameters = ();
    type Strategy = BoxedStrategy<Step>;

    fn arbitrary_with((): ()) -> BoxedStrategy<Step> {
        (0..4_usize, any::<[u8; 8]>())
            .prop_map(|(kind, numbers)| Step { kind, numbers: numbers.map(usize::from) })
            .boxed()
    }
}

impl Step {
    /// The view, and the same made by hand.
    pub fn apply(self, x: &Array<u32>) -> (Array<u32>, Array<u32>) {
        let (rank, n) = (x.rank(), self.numbers);
        match self.kind {
            0 => {
                let mut axes: Vec<usize> = (0..rank).collect();
                axes.sort_by_key(|&axis| n[axis % 8]);
                let shape = axes.iter().map(|&axis| x.shape()[axis]).collect();
                let by_hand = by_hand(x, shape, |index| {
                    (0..rank).map(|a| index[axes.iter().position(|&b| a == b).unwrap()]).collect()
                });
                (x.permute(&axes), by_hand)
            }
            1 if rank < 6 => {
                let (position, size) = (n[0] % (rank + 1), n[1] % 4);
                let mut sizes = x.shape().to_vec();
                sizes.insert(position, size);
                let by_hand = by_hand(x, sizes.into(), |index| {
                    let mut index = index.to_vec();
                    index.remove(position);
                    index
                });
                (x.expand(&[(position, size)]), by_hand)
            }
            2 => {
                let range = |(axis, &size): (usize, &usize)| {
                    let start = if size == 0 { 0 } else { n[axis % 8] % size.min(2) };
                    let step = 1 + n[(axis + 1) % 8] % 2;
                    Range { start, step, len: (size - start).div_ceil(step) }
                };
                let ranges: Vec<Range> = x.shape().iter().enumerate().map(range).collect();
                let shape = ranges.iter().map(|range| range.len).collect();
                let by_hand = by_hand(x, shape, |index| {
                    ranges
                        .iter()
                        .zip(index)
                        .map(|(range, i)| range.start + i * range.step)
                        .collect()
                });
                (x.slice(&ranges), by_hand)
            }
            _ => {
                let axes: Vec<usize> = (0..rank).filter(|axis| n[axis % 8] % 2 == 0).collect();
                let by_hand = by_hand(x, x.shape().clone(), |index| {
                    let flipped = |a| {
                        if axes.contains(&a) { x.shape()[a] - 1 - index[a] } else { index[a] }
                    };
                    (0..rank).map(flipped).collect()
                });
                (x.flip(&axes), by_hand)
            }
        }
    }
}

/// The array whose element at `index` is that of `x` at `source(index)`.
fn by_hand(x: &Array<u32>, shape: Shape, source: impl Fn(&[usize]) -> Vec<usize>) -> Array<u32> {
    let values = indices(&shape).iter().map(|index| x.get(&source(index)).unwrap()).collect();
    Array::from_vec(values, shape).unwrap()
}

/// Every index of a shape in row-major order.
pub fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    let Some((&size, inner)) = shape.split_first() else {
        return vec![Vec::new()];
    };
    let inner = indices(inner);
    (0..size).flat_map(|i| inner.iter().map(move |rest| [&[i], rest.as_slice()].concat())).collect()
}
