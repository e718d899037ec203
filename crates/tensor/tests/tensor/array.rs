use std::sync::Arc;

use wengert_tensor::{Array, Layout, Range};

#[test]
fn values_fill_the_shape() {
    let error = Array::from_vec(vec![0; 6], [2, 2]).unwrap_err();
    assert_eq!(error.to_string(), "6 values do not fill shape [2, 2] (4 elements)");
    let error = Array::from_vec(vec![0], [0]).unwrap_err();
    assert_eq!(error.to_string(), "1 value does not fill shape [0] (0 elements)");
    let error = Array::scalar(1.0).reshape([3]).unwrap_err();
    assert_eq!(error.to_string(), "1 value does not fill shape [3] (3 elements)");
    assert!(Array::from_vec(Vec::<f64>::new(), [1 << 63, 2]).is_err());
}

#[test]
fn elements_by_index() {
    let x = Array::from_fn([2, 3], |i| i);
    assert_eq!(x.get(&[1, 2]), Some(5));
    assert_eq!(x.get(&[2, 0]), None);
    assert_eq!(x.get(&[1]), None);
    assert_eq!(Array::scalar(7).item(), 7);
    assert_eq!(Array::full([1, 1], 8).item(), 8);
}

#[test]
#[should_panic(expected = "shape [2] does not hold exactly one element")]
fn an_item_is_alone() {
    Array::full([2], 0).item();
}

#[test]
#[should_panic(expected = "leaves a buffer of 5 elements")]
fn views_stay_in_the_buffer() {
    let _ = Array::from_buffer(Arc::new(vec![0; 5].into()), Layout::contiguous([2, 3]));
}

#[test]
fn slices_of_rows_need_no_copy() {
    let x = Array::from_fn([4, 3], |i| i);
    let ranges = [(1, 2), (0, 3)].map(|(start, len)| Range { start, step: 1, len });
    assert_eq!(x.slice(&ranges).as_slice(), Some(&[3, 4, 5, 6, 7, 8][..]));
    assert_eq!(x.permute(&[1, 0]).as_slice(), None);
    let nothing = [(4, 0), (0, 3)].map(|(start, len)| Range { start, step: 1, len });
    assert_eq!(x.slice(&nothing).as_slice(), Some(&[][..]));
}

#[test]
fn writing_copies_only_what_others_see() {
    let mut x = Array::from_fn([2, 2], |i| i);
    let place = x.buffer().as_ptr();
    x.make_mut()[0] = 10;
    assert_eq!((x.buffer().as_ptr(), x.is_shared()), (place, false));

    let y = x.clone();
    assert!(x.is_shared());
    x.make_mut()[1] = 11;
    assert_eq!(y.to_vec(), [10, 1, 2, 3]);
    assert_eq!(x.to_vec(), [10, 11, 2, 3]);
    assert!(!x.is_shared() && !y.is_shared());

    let mut part =
        y.slice(&[Range { start: 1, step: 1, len: 1 }, Range { start: 0, step: 1, len: 2 }]);
    drop(y);
    part.make_mut()[0] = 12;
    assert_eq!((part.to_vec(), part.buffer().len()), (vec![12, 3], 2));

    let mut transposed = x.permute(&[1, 0]);
    transposed.make_mut()[1] = 13;
    assert_eq!(transposed.to_vec(), [10, 13, 11, 3]);
}

#[test]
fn the_only_owner_keeps_its_memory() {
    let x = Array::from_fn([1000], |i| i);
    let place = x.buffer().as_ptr();
    let elements = x.into_vec();
    assert_eq!(elements.as_ptr(), place);
    let x = Array::from_vec(elements, [1000]).unwrap();
    let y = x.clone();
    let copy = x.into_vec();
    assert_ne!(copy.as_ptr(), place);
    assert_eq!(y.flip(&[0]).into_vec()[0], 999);
}

#[test]
fn equality_is_of_shapes_and_elements() {
    let x = Array::from_fn([2, 3], |i| i);
    assert_eq!(x, x.permute(&[1, 0]).contiguous().permute(&[1, 0]));
    assert_ne!(x, x.reshape([3, 2]).unwrap());
    assert_ne!(x, x.map(|i| i + i % 2));
    assert_eq!(format!("{x:?}"), "Array [2, 3] [0, 1, 2, 3, 4, 5]");
}
