use proptest::prelude::*;
use wengert_tensor::{Layout, Range, Shape};

use crate::views::{Step, indices, views};

#[test]
fn contiguous_wherever_it_starts() {
    let layout = Layout::contiguous([4, 1, 3]);
    let rows = [(1, 2), (0, 1), (0, 3)].map(|(start, len)| Range { start, step: 1, len });
    assert!(layout.slice(&rows).is_contiguous());
    assert!(layout.permute(&[1, 0, 2]).is_contiguous());
    assert!(layout.flip(&[1]).is_contiguous());
    assert!(!layout.permute(&[2, 1, 0]).is_contiguous());
    assert!(!Layout::contiguous([3]).expand(&[(0, 2)]).is_contiguous());
    assert!(Layout::contiguous([3]).expand(&[(0, 1)]).is_contiguous());
}

#[test]
fn reshaping_finds_views_that_are_not_contiguous() {
    let columns = [Range { start: 0, step: 1, len: 4 }, Range { start: 0, step: 1, len: 6 }];
    let layout = Layout::contiguous([4, 8]).slice(&columns);
    let split = layout.reshape(&Shape::from([2, 2, 1, 3, 2])).unwrap();
    assert_eq!(split.strides(), [16, 8, 6, 2, 1]);
    assert_eq!(layout.reshape(&Shape::from([24])), None);
    assert_eq!(layout.reshape(&Shape::from([8, 3])), None);
    assert_eq!(layout.reshape(&Shape::from([6, 4])), None);
    let repeated = Layout::contiguous([1]).expand(&[(0, 6)]);
    assert_eq!(repeated.reshape(&Shape::from([2, 3])).unwrap().strides(), [0, 0]);
}

#[test]
#[should_panic(expected = "[0, 0] is no permutation of the axes of shape [2, 3]")]
fn a_permutation_names_each_axis_once() {
    Layout::contiguous([2, 3]).permute(&[0, 0]);
}

#[test]
#[should_panic(expected = "leaves axis 0 of shape [5]")]
fn ranges_stay_inside() {
    Layout::contiguous([5]).slice(&[Range { start: 1, step: 2, len: 3 }]);
}

#[test]
#[should_panic(expected = "index [0, 3] lies outside shape [2, 3]")]
fn indices_stay_inside() {
    Layout::contiguous([2, 3]).index(&[0, 3]);
}

#[test]
#[should_panic(expected = "[6] cannot be reshaped to [5]")]
fn reshaping_keeps_the_size() {
    let _ = Layout::contiguous([6]).reshape(&Shape::from([5]));
}

proptest! {
    #[test]
    fn a_view_is_what_it_says(x in views(), step in any::<Step>()) {
        let (view, by_hand) = step.apply(&x);
        prop_assert_eq!(view.shape(), by_hand.shape());
        prop_assert_eq!(view.to_vec(), by_hand.to_vec());
        prop_assert_eq!(view.iter().len(), view.size());
        prop_assert_eq!(view.iter().collect::<Vec<_>>(), by_hand.to_vec());
        prop_assert!(view.layout().span().end <= x.buffer().len());
        prop_assert_eq!(view, by_hand);
    }

    #[test]
    fn offsets_are_the_indices_in_order(x in views(), shift in 0..9_usize) {
        let layout = x.layout().shifted(shift);
        let by_index: Vec<usize> =
            indices(x.shape()).iter().map(|index| layout.index(index)).collect();
        let offsets: Vec<usize> = layout.offsets().collect();
        prop_assert_eq!(&offsets, &by_index);
        let span = layout.span();
        prop_assert_eq!(offsets.iter().min().copied().unwrap_or(span.start), span.start);
        prop_assert_eq!(offsets.iter().max().map_or(span.start, |last| last + 1), span.end);
        let in_a_row = offsets.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        prop_assert_eq!(layout.is_contiguous(), in_a_row);
    }

    #[test]
    fn reshaping_keeps_the_order(x in views(), axis in 0..6_usize, ones in 0..3_usize) {
        // Join two axes, split one, put in axes of size 1.
        let mut sizes = x.shape().to_vec();
        if axis + 1 < sizes.len() {
            let size = sizes.remove(axis);
            sizes[axis] *= size;
        }
        if let Some(size) = sizes.first_mut().filter(|size| **size % 2 == 0) {
            *size /= 2;
            sizes.insert(1, 2);
        }
        sizes.extend([1, 1].iter().take(ones));
        let shape = Shape::from(sizes);
        let y = x.reshape(&shape).unwrap();
        prop_assert_eq!(y.shape(), &shape);
        prop_assert_eq!(y.to_vec(), x.to_vec());
        if x.layout().is_contiguous() {
            prop_assert!(x.layout().reshape(&shape).is_some());
        }
        let reversed: Shape = x.shape().iter().rev().copied().collect();
        prop_assert_eq!(x.reshape(reversed).unwrap().to_vec(), x.to_vec());
        // What can be a view is one: reshaping to the shape it has always can.
        prop_assert!(x.layout().reshape(x.shape()).is_some());
    }
}
