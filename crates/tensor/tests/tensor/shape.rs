use proptest::prelude::*;
use wengert_tensor::Shape;

use crate::views::shapes;

#[test]
fn a_number_has_no_axes_and_one_element() {
    let shape = Shape::default();
    assert_eq!((shape.rank(), shape.size()), (0, 1));
    assert_eq!(shape.to_string(), "[]");
    assert_eq!(format!("{:#?}", Shape::from([2, 3])), "[2, 3]");
}

#[test]
fn sizes_beyond_all_memory_are_no_small_sizes() {
    assert_eq!(Shape::from([1 << 40, 1 << 40]).size(), usize::MAX);
    assert_eq!(Shape::from([1 << 40, 1 << 40, 0]).size(), 0);
}

#[test]
fn sizes_that_are_neither_equal_nor_one_disagree() {
    assert_eq!(Shape::from([2, 3]).broadcast(&Shape::from([2, 4])), None);
    assert_eq!(Shape::from([0]).broadcast(&Shape::from([2])), None);
    assert_eq!(Shape::from([0]).broadcast(&Shape::from([1])), Some(Shape::from([0])));
}

#[test]
#[should_panic(expected = "shape [2, 3] has no axis 2")]
fn an_axis_must_exist() {
    Shape::from([2, 3]).without(&[2]);
}

#[test]
#[should_panic(expected = "axes [(1, 5), (0, 5)] (position, size) cannot be put into shape [2]")]
fn positions_must_ascend() {
    Shape::from([2]).with(&[(1, 5), (0, 5)]);
}

fn broadcast(a: Option<Shape>, b: &Shape) -> Option<Shape> {
    a?.broadcast(b)
}

proptest! {
    #[test]
    fn broadcasting_is_commutative(a in shapes(), b in shapes()) {
        prop_assert_eq!(a.broadcast(&b), b.broadcast(&a));
    }

    #[test]
    fn broadcasting_is_associative(a in shapes(), b in shapes(), c in shapes()) {
        let left = broadcast(a.broadcast(&b), &c);
        let right = broadcast(b.broadcast(&c), &a);
        prop_assert_eq!(left, right);
    }

    #[test]
    fn without_undoes_with(shape in shapes(), first in 0..9_usize, second in 0..9_usize) {
        let first = first % (shape.rank() + 1);
        let second = first + 1 + second % (shape.rank() + 1 - first);
        let axes = [(first, 7), (second, 8)];
        let longer = shape.with(&axes);
        prop_assert_eq!((longer[first], longer[second]), (7, 8));
        prop_assert_eq!(longer.without(&[second, first]), shape);
    }
}
