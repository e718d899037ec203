//! Windows: where they fit, what they take, and what is said of those that do not.

use wengert_tensor::{Shape, Visit, Window};

#[track_caller]
fn places(window: &Window, sizes: &[usize], wanted: &[usize]) {
    assert_eq!(window.places(sizes), Ok(Shape::from(wanted)), "{window:?} over {sizes:?}");
}

#[test]
fn places_are_counted() {
    places(&Window::new([3]), &[5], &[3]);
    places(&Window::new([3]).stride(2), &[5], &[2]);
    places(&Window::new([3]).stride(2), &[6], &[2]);
    places(&Window::new([3]).dilation(2), &[5], &[1]);
    places(&Window::new([1]).dilation(9), &[5], &[5]);
    places(&Window::new([3]).padding(1), &[5], &[5]);
    places(&Window::new([2]).padding([(0, 1)]), &[5], &[5]);
    places(&Window::new([2]).padding(1), &[0], &[1]);
    places(&Window::new([2, 3]).stride([1, 2]).padding([1, 0]), &[4, 7], &[5, 3]);
    places(&Window::new([]), &[], &[]);
}

#[test]
fn same_keeps_sizes() {
    for (taps, dilation) in [(1, 1), (2, 1), (3, 1), (4, 1), (3, 2), (2, 3)] {
        places(&Window::new([taps]).dilation(dilation).same(), &[7], &[7]);
    }
    assert_eq!(Window::new([4]).same().spans[0].padding, (1, 2));
}

#[test]
fn what_does_not_fit_is_said() {
    let cases: [(Window, &[usize], &str); 7] = [
        (Window::new([5]), &[4], "a window of 5 elements does not fit into 4 along spatial axis 0"),
        (
            Window::new([2, 3]).dilation([1, 4]).padding([0, 1]),
            &[2, 6],
            "a window of 9 elements does not fit into 6 and a padding of 1 + 1 along spatial axis 1",
        ),
        (Window::new([1, 0]), &[3, 3], "a window without taps along spatial axis 1"),
        (Window::new([1]).stride(0), &[3], "a stride of 0 along spatial axis 0"),
        (Window::new([1]).dilation(0), &[3], "a dilation of 0 along spatial axis 0"),
        (Window::new([1]), &[3, 3], "a window of 1 axes over 2"),
        (
            Window::new([usize::MAX]).dilation(3),
            &[3],
            "a window of 18446744073709551615 elements does not fit into 3 along spatial axis 0",
        ),
    ];
    for (window, sizes, wanted) in cases {
        let error = window.places(sizes).expect_err("it does not fit");
        assert_eq!(error.to_string(), wanted);
    }
}

#[test]
#[should_panic(expected = "stride: 3 values for the 2 axes of a window")]
fn options_are_for_all_axes_or_for_each() {
    let _ = Window::new([2, 2]).stride([1, 1, 1]);
}

#[test]
fn visits_are_what_it_takes() {
    let visits = Window::new([2]).stride(2).padding(1).visits(&[3]);
    let visit = |place, tap, element| Visit { place, tap, element };
    assert_eq!(visits, [visit(0, 1, 0), visit(1, 0, 1), visit(1, 1, 2)]);
}
