//! Convolutions and pooling: what they are by other formulas, and the derivatives of whole ones.

use wengert_autodiff::{Tape, Var};
use wengert_tensor::Window;

use crate::check::{check, check_bits, check_slopes, dot, weighted, weights};

/// A variable without a pattern.
fn input<'t>(tape: &'t Tape, shape: &[usize], tag: usize) -> Var<'t> {
    let size: usize = shape.iter().product();
    tape.input(weights(size + tag).split_off(tag)).reshape(shape)
}

/// A window as large as the image has one place: a product of matrices, with the same derivatives.
#[test]
fn a_window_over_all_is_a_matrix_product() {
    let tape = Tape::new();
    let (x, w) = (input(&tape, &[3, 2, 4, 5], 0), input(&tape, &[6, 2, 4, 5], 1));
    let y = x.conv2d(w, 1, 0);
    let z = x.reshape([3, 40]).matmul(w.reshape([6, 40]).t());
    assert_eq!(y.shape()[..], [3, 6, 1, 1]);
    check(y, z.value().to_vec_f64());
    let by_conv = tape.grad(weighted(y.reshape([3, 6]).sin()), [x, w]);
    let by_product = tape.grad(weighted(z.sin()), [x, w]);
    for (a, b) in by_conv.into_iter().zip(by_product) {
        check(a, b.value().to_vec_f64());
    }
}

/// One tap mixes channels, place by place.
#[test]
fn one_tap_is_a_product_of_channels() {
    let tape = Tape::new();
    let (x, w) = (input(&tape, &[2, 3, 4], 0), input(&tape, &[5, 3, 1], 1));
    let y = x.conv(w, &Window::new([1]));
    let z = w.reshape([5, 3]).broadcast_to([2, 5, 3]).matmul(x);
    check(y, z.value().to_vec_f64());
    let strided = x.conv(w, &Window::new([1]).stride(3));
    check(strided, z.slice_step(2, .., 3).value().to_vec_f64());
}

/// What is known of the second difference: of squares it is constant, and the ends are padding.
#[test]
fn second_differences() {
    let tape = Tape::new();
    let x = tape.input([[[0.0, 1.0, 4.0, 9.0, 16.0]]]);
    let w = tape.input([[[1.0, -2.0, 1.0]]]);
    check(x.conv(w, &Window::new([3])), [2.0, 2.0, 2.0]);
    check(x.conv(w, &Window::new([3]).padding(1)), [1.0, 2.0, 2.0, 2.0, -23.0]);
    check(x.conv(w, &Window::new([3]).dilation(2)), [8.0]);
    check(x.conv(w, &Window::new([3]).stride(2)), [2.0, 2.0]);
    check(x.conv(w, &Window::new([3]).padding([(2, 0)])), [0.0, 1.0, 2.0, 2.0, 2.0]);
}

#[test]
fn groups_are_convolutions_side_by_side() {
    let tape = Tape::new();
    let (x, w) = (input(&tape, &[2, 4, 5, 5], 0), input(&tape, &[6, 2, 3, 3], 1));
    let window = Window::new([3, 3]).padding(1);
    let y = x.conv_in_groups(w, &window, 2);
    let part = |k: usize| {
        let (x, w) = (x.slice(1, 2 * k..2 * k + 2), w.slice(0, 3 * k..3 * k + 3));
        x.conv(w, &window)
    };
    check(y, Var::concat(&[part(0), part(1)], 1).value().to_vec_f64());
}

#[test]
fn transposed_convolutions_are_adjoints() {
    let tape = Tape::new();
    for (window, sizes, groups) in [
        (Window::new([3]), &[8][..], 1),
        (Window::new([3, 2]).stride([2, 3]).padding([1, 0]), &[7, 8], 2),
        (Window::new([2, 2, 1]).dilation([2, 1, 1]).stride([1, 2, 1]), &[4, 4, 2], 1),
    ] {
        let shape = |channels: [usize; 2], sizes: &[usize]| [&channels, sizes].concat();
        let x = input(&tape, &shape([2, 2 * groups], sizes), 0);
        let w = input(&tape, &shape([3 * groups, 2], &window.taps()), 1);
        let y = x.conv_in_groups(w, &window, groups);
        let u = input(&tape, &y.shape(), 2);
        let transposed = u.conv_transpose_in_groups(w, &window, groups);
        assert_eq!(transposed.shape(), x.shape(), "sizes that the window divides");
        let [x_bar] = tape.vjp([(y, u)], [x]);
        check_bits(&transposed.value(), &x_bar.value());
        let values = |x: Var<'_>| x.value().to_vec_f64();
        check(y.dot(u), [dot(&values(x), &values(transposed))]);
    }
}

/// ½|x ∗ w|² has the Hessian Cᵀ C by x, whatever x is.
#[test]
fn the_hessian_of_a_square() {
    let tape = Tape::new();
    let (x, w) = (input(&tape, &[1, 2, 6], 0), input(&tape, &[3, 2, 3], 1));
    let window = Window::new([3]).padding(1);
    let half_square = 0.5 * x.conv(w, &window).square().sum();
    let v = input(&tape, &[1, 2, 6], 2);
    let [hv] = tape.hvp(half_square, [(x, v)]);
    let wanted = v.conv(w, &window).conv_transpose(w, &window);
    check(hv, wanted.value().to_vec_f64());
}

#[test]
fn slopes_of_a_small_network() {
    let at = [vec![2, 1, 7, 6], vec![4, 1, 3, 2], vec![2, 2, 2, 2]];
    let at = [0, 1, 2].map(|k| {
        let tape = Tape::new();
        input(&tape, &at[k], k).value()
    });
    check_slopes(
        |[x, w, v]| {
            let y = x.conv2d(w, [2, 1], [1, 0]).tanh();
            let y = y.conv_in_groups(v, &Window::new([2, 2]).dilation([1, 2]), 2).sigmoid();
            let z = y.max_pool(&Window::new([2, 2])) + y.avg_pool(&Window::new([2, 2]));
            weighted(z.square())
        },
        &at,
    );
}

fn loss(window: &Window) -> impl for<'t> Fn(Var<'t>, Var<'t>) -> Var<'t> {
    move |x, w| weighted(x.conv_in_groups(w, window, 2).tanh())
}

/// Gradients for each example, and examples with weights of their own, are what a loop gives.
#[test]
fn gradients_example_by_example() {
    let tape = Tape::new();
    let (n, window) = (4, Window::new([2, 3]).stride([1, 2]).padding([0, 1]));
    let loss = loss(&window);
    let shapes = [vec![1, 4, 3, 5], vec![6, 2, 2, 3]];
    let batch = |k: usize| input(&tape, &[&[n][..], &shapes[k]].concat(), k);
    let [x, w] = [0, 1].map(|k| input(&tape, &shapes[k], k + 5));
    let gradients = tape.grad(loss(x, w), [x, w]);
    let (xs, ws) = (batch(0), batch(1));
    let example = |xs: Var<'_>, k: usize| xs.at(0, k as isize).value();
    let [by_xs, by_ws] = tape.vmap(gradients, [(x, xs)]);
    let [both_by_xs, both_by_ws] = tape.vmap(gradients, [(x, xs), (w, ws)]);
    let [by_xs_alone, by_ws_alone] = tape.vmap(gradients, [(w, ws)]);
    for k in 0..n {
        let (xk, wk) = (tape.input(example(xs, k)), tape.input(example(ws, k)));
        for (x, w, [x_bars, w_bars]) in [
            (xk, w, [by_xs, by_ws]),
            (xk, wk, [both_by_xs, both_by_ws]),
            (x, wk, [by_xs_alone, by_ws_alone]),
        ] {
            let [x_bar, w_bar] = tape.grad(loss(x, w), [x, w]);
            check(x_bars.at(0, k as isize), x_bar.value().to_vec_f64());
            check(w_bars.at(0, k as isize), w_bar.value().to_vec_f64());
        }
    }
}

#[test]
fn largest_elements() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 7.0, 3.0, -1.0], [7.0, 2.0, -5.0, 3.0], [0.0, 1.0, 9.0, f64::NAN]]);
    let square = Window::new([2, 2]);
    check(x.max_pool(&square), [7.0, 7.0, 3.0, 7.0, 9.0, f64::NAN]);
    // The first of equals, in row-major order; windows that share an element add up.
    assert_eq!(x.argmax_pool(&square).to_string(), "[[ 1  1  2]\n [ 4 10 11]]");
    let u = tape.input([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]]);
    let [x_bar] = tape.vjp([(x.max_pool(&square), u)], [x]);
    check(x_bar, [0.0, 3.0, 4.0, 0.0, 8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 16.0, 32.0]);
    // Padding is not even as large as what is negative.
    let negative = tape.input([[-3.0, -2.0]]);
    check(negative.max_pool(&Window::new([1, 3]).padding([0, 1])), [-2.0, -2.0]);
    // Without axes before those of the window, and over some axes only.
    check(tape.input([1.0, 4.0, 2.0]).max_pool(&Window::new([2])), [4.0, 4.0]);
    check(x.max_pool(&Window::new([1, 2]).stride(2)), [7.0, 3.0, 1.0, f64::NAN]);
}

#[test]
fn sums_and_means() {
    let tape = Tape::new();
    let x = input(&tape, &[2, 3, 4, 6], 0);
    let blocks = x.reshape([2, 3, 2, 2, 2, 3]);
    let window = Window::new([2, 3]).stride([2, 3]);
    check(x.sum_pool(&window), blocks.sum_over([3, 5]).value().to_vec_f64());
    check(x.avg_pool(&window), blocks.mean_over([3, 5]).value().to_vec_f64());
    let whole = x.avg_pool(&Window::new([4, 6])).reshape([2, 3]);
    check(whole, x.mean_over([2, 3]).value().to_vec_f64());
    // Padding counts as zeros in a mean, unless the mean is of what is there.
    let x = tape.input([1.0, 2.0, 6.0]);
    let window = Window::new([3]).padding(1);
    check(x.sum_pool(&window), [3.0, 9.0, 8.0]);
    check(x.avg_pool(&window), [1.0, 3.0, 8.0 / 3.0]);
    check(x.sum_pool(&window) / x.ones_like().sum_pool(&window), [1.5, 3.0, 4.0]);
    let [x_bar] = tape.vjp([(x.sum_pool(&window), tape.input([1.0, 10.0, 100.0]))], [x]);
    check(x_bar, [11.0, 111.0, 110.0]);
}

#[test]
fn nothing_to_convolve() {
    let tape = Tape::new();
    let w = input(&tape, &[4, 3, 2, 2], 0);
    let none = input(&tape, &[0, 3, 5, 5], 0);
    let y = none.conv2d(w, 1, 0);
    assert_eq!(y.shape()[..], [0, 4, 4, 4]);
    assert_eq!(y.max_pool(&Window::new([2, 2])).value().shape()[..], [0, 4, 3, 3]);
    let [w_bar] = tape.grad(y.sum(), [w]);
    check(w_bar, [0.0; 48]);
    // Sums of no terms are zero.
    let (no_channels, w) = (input(&tape, &[2, 0, 3], 0), input(&tape, &[2, 0, 2], 0));
    check(no_channels.conv(w, &Window::new([2])), [0.0; 8]);
}

/// In memory that was used before, and in another precision.
#[test]
fn programs_of_convolutions_run_again() {
    let tape = Tape::f32();
    let (x, w) = (input(&tape, &[3, 2, 9, 9], 0), input(&tape, &[5, 2, 3, 3], 1));
    let y = x.conv2d(w, 1, 1).relu().max_pool(&Window::new([3, 3]).stride(2));
    let loss = weighted(y);
    let [x_bar, w_bar] = tape.grad(loss, [x, w]);
    let program = tape.program([x, w], [loss, x_bar, w_bar]);
    let (x_value, w_value) = (x.value(), w.value());
    let first: [_; 3] = program.run([&x_value, &w_value]);
    for _ in 0..2 {
        let again: [_; 3] = program.run([&x_value, &w_value]);
        for (again, first) in again.iter().zip(&first) {
            check_bits(again, first);
        }
    }
    for (found, var) in first.iter().zip([loss, x_bar, w_bar]) {
        check_bits(found, &var.value());
    }
}
