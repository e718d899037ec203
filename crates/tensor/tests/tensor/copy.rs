use proptest::prelude::*;
use wengert_tensor::{Array, Layout, kernel};

use crate::views::views;

#[test]
fn axes_are_exchanged_block_by_block() {
    for shape in [[40, 33], [16, 16], [1, 50], [17, 2]] {
        let x = Array::from_fn(shape, |i| i);
        let y = x.permute(&[1, 0]).to_vec();
        let by_hand = |i| (i % shape[0]) * shape[1] + i / shape[0];
        assert_eq!(y, (0..x.size()).map(by_hand).collect::<Vec<_>>());
    }
    let x = Array::from_fn([3, 20, 5, 18], |i| i);
    for axes in [[0, 3, 2, 1], [3, 1, 2, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
        let view = x.permute(&axes).flip(&[1, 3]);
        assert_eq!(view.to_vec(), view.iter().collect::<Vec<_>>(), "{axes:?}");
    }
}

#[test]
#[should_panic(expected = "one place for each element of shape [2, 3]")]
fn the_target_must_fit() {
    kernel::copy(&[0; 6], &Layout::contiguous([2, 3]), &mut [0; 5]);
}

#[test]
#[should_panic(expected = "shape [2, 3] has no 4 elements from 3 on")]
fn the_range_must_exist() {
    kernel::copy_range(&[0; 6], &Layout::contiguous([2, 3]), 3, &mut [0; 4]);
}

proptest! {
    #[test]
    fn copies_are_the_elements_in_order(x in views()) {
        let mut y = vec![u32::MAX; x.size()];
        kernel::copy(x.buffer(), x.layout(), &mut y);
        prop_assert_eq!(y, x.iter().collect::<Vec<_>>());
    }

    #[test]
    fn ranges_of_copies_too(x in views(), start in 0..50_usize, len in 0..50_usize) {
        let all: Vec<u32> = x.iter().collect();
        let start = start.min(all.len());
        let end = all.len().min(start + len);
        let mut y = vec![u32::MAX; end - start];
        kernel::copy_range(x.buffer(), x.layout(), start, &mut y);
        prop_assert_eq!(&y, &all[start..end]);
    }
}
