//! What is printed, against what `numpy` 2.4 prints for the same arrays (`str(np.array(…))`).

use wengert_tensor::{Array, Tensor};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[track_caller]
fn check(x: impl Into<Tensor>, expected: &str) {
    assert_eq!(x.into().to_string(), expected);
}

#[test]
fn points_are_aligned_and_zeros_cut() {
    check([1.0, 2.5, 3.25], "[1.   2.5  3.25]");
    check([[1.0, 2.0], [3.0, 4.5]], "[[1.  2. ]\n [3.  4.5]]");
    check([-1.0, 2.0], "[-1.  2.]");
    check([-0.0, 1.0], "[-0.  1.]");
    check([0.0, 0.0], "[0. 0.]");
    check([[[1.0]]], "[[[1.]]]");
    check([[1_i64, -20], [300, 4]], "[[  1 -20]\n [300   4]]");
}

#[test]
fn eight_decimals_at_most() {
    check([0.1, 0.2, 1.0 / 3.0], "[0.1        0.2        0.33333333]");
    check([0.1_f32, 1.0 / 3.0], "[0.1        0.33333334]");
    check([3.25_f32, 2.345_678, 100.0], "[  3.25       2.345678 100.      ]");
    check([1.000_000_000_1, 2.0], "[1. 2.]");
    check([1.999_999_999_99], "[2.]");
}

#[test]
fn exponents_where_the_range_asks_for_them() {
    check([1e10, 1.0], "[1.e+10 1.e+00]");
    check([1.5e-5, 1.0], "[1.5e-05 1.0e+00]");
    check([1_000.123_456_789, 1.0], "[1.00012346e+03 1.00000000e+00]");
    check([123_456_789.0, 1.0], "[1.23456789e+08 1.00000000e+00]");
    check([1e-10, 1e-300], "[1.e-010 1.e-300]");
    check([1e300, -1e-300], "[ 1.e+300 -1.e-300]");
    check([16_777_216.0_f32, 0.1], "[1.6777216e+07 1.0000000e-01]");
    check([1e6_f32], "[1.e+06]");
    check([1e8], "[1.e+08]");
    check([99_999_999.0], "[99999999.]");
    check([0.0001], "[0.0001]");
    check([0.000_09], "[9.e-05]");
    check([1001.0, 1.0], "[1.001e+03 1.000e+00]");
    check([500.0, 0.001], "[5.e+02 1.e-03]");
}

#[test]
fn what_is_no_number() {
    check([NAN, 1.0, -INF], "[ nan   1. -inf]");
    check([NAN, INF], "[nan inf]");
    check([1e10, NAN], "[1.e+10    nan]");
    check([-INF, NAN, 1e-10], "[  -inf    nan 1.e-10]");
}

#[test]
fn numbers_stand_alone() {
    check(1.5, "1.5");
    check(1.0, "1.0");
    check(0.0, "0.0");
    check(0.1_f32, "0.1");
    check(1e16, "1e+16");
    check(1.5e-5, "1.5e-05");
    check(1e100, "1e+100");
    check(123_456_789.123, "123456789.123");
    check(-INF, "-inf");
    check(3_i64, "3");
}

#[test]
fn nothing_is_brackets() {
    check(Array::<f64>::full([2, 0], 0.0), "[]");
}

#[test]
fn precision_is_the_number_of_decimals() {
    let x = Tensor::from([[1.0, -2.5], [1e-9, NAN]]);
    assert_eq!(format!("{x:.3}"), "[[ 1.000 -2.500]\n [ 0.000    nan]]");
    assert_eq!(format!("{x:.0}"), "[[  1  -2]\n [  0 nan]]");
    assert_eq!(format!("{:.2}", Tensor::from(std::f64::consts::PI)), "3.14");
    assert_eq!(format!("{:.2}", Tensor::from([1_i64, 20])), "[ 1 20]");
}

#[test]
fn axes_are_set_apart() {
    check(
        Array::from_fn([2, 3, 4], |i| i as f64),
        "[[[ 0.  1.  2.  3.]\n  [ 4.  5.  6.  7.]\n  [ 8.  9. 10. 11.]]\n\n \
         [[12. 13. 14. 15.]\n  [16. 17. 18. 19.]\n  [20. 21. 22. 23.]]]",
    );
}

#[test]
fn long_rows_are_broken() {
    check(
        Array::from_fn([40], |i| i as i64 % 10),
        "[0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6\n 7 8 9]",
    );
    check(
        Array::from_fn([30], |i| i as f64),
        "[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.\n 18. 19. 20. \
         21. 22. 23. 24. 25. 26. 27. 28. 29.]",
    );
    check(
        Array::from_fn([20], |i| i as f64 / 19.0),
        "[0.         0.05263158 0.10526316 0.15789474 0.21052632 0.26315789\n 0.31578947 \
         0.36842105 0.42105263 0.47368421 0.52631579 0.57894737\n 0.63157895 0.68421053 \
         0.73684211 0.78947368 0.84210526 0.89473684\n 0.94736842 1.        ]",
    );
}

#[test]
fn large_arrays_are_summarised() {
    check(Array::from_fn([1001], |i| i as f64), "[   0.    1.    2. ...  998.  999. 1000.]");
    check(
        Array::from_fn([11, 100], |i| i as i64),
        "[[   0    1    2 ...   97   98   99]\n [ 100  101  102 ...  197  198  199]\n \
         [ 200  201  202 ...  297  298  299]\n ...\n [ 800  801  802 ...  897  898  899]\n \
         [ 900  901  902 ...  997  998  999]\n [1000 1001 1002 ... 1097 1098 1099]]",
    );
    check(
        Array::from_fn([2, 2, 500], |i| i as i64 % 500),
        "[[[  0   1   2 ... 497 498 499]\n  [  0   1   2 ... 497 498 499]]\n\n \
         [[  0   1   2 ... 497 498 499]\n  [  0   1   2 ... 497 498 499]]]",
    );
}
