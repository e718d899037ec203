//! Windows as columns, and columns put back.

use wengert_autodiff::{Tape, Var};
use wengert_tensor::{Shape, Window};

use crate::check::{check, check_slopes, dot, weighted};
use crate::laws::{check_laws, ordinary};

/// Windows over one to three axes, and their sizes.
fn cases() -> Vec<(Window, Vec<usize>)> {
    vec![
        (Window::new([3]), vec![5]),
        (Window::new([2]).stride(3).padding([(1, 2)]).dilation(2), vec![4]),
        (Window::new([2, 3]).stride([2, 1]).padding(1), vec![4, 3]),
        (Window::new([2, 2]).dilation([2, 1]), vec![3, 4]),
        (Window::new([2, 1, 2]).stride([1, 2, 1]).padding([0, 1, 0]), vec![3, 1, 2]),
        (Window::new([1]), vec![1]),
        (Window::new([2, 2]).padding(2), vec![1, 1]),
    ]
}

/// Row `channel · taps + tap` of column `place`, for each that a window visits.
fn by_loops(x: &[f64], planes: usize, sizes: &[usize], window: &Window) -> Vec<f64> {
    let (taps, size) = (window.taps().size(), sizes.iter().product::<usize>());
    let places = window.places(sizes).expect("the window fits").size();
    let mut columns = vec![0.0; planes * taps * places];
    for plane in 0..planes {
        for visit in window.visits(sizes) {
            let row = plane * taps + visit.tap;
            columns[row * places + visit.place] = x[plane * size + visit.element];
        }
    }
    columns
}

#[test]
fn columns_are_what_a_window_takes() {
    for (window, sizes) in cases() {
        let tape = Tape::new();
        let shape = [&[2, 3], &sizes[..]].concat();
        let x = tape.input(ordinary(&shape, 0));
        let columns = x.unfold(&window);
        let (taps, places) = (window.taps().size(), window.places(&sizes).unwrap().size());
        assert_eq!(columns.shape()[..], [2, 3 * taps, places]);
        check(columns, by_loops(&x.value().to_vec_f64(), 6, &sizes, &window));
        // One image without a batch.
        let one = x.at(0, 1).unfold(&window);
        check(one, columns.at(0, 1).value().to_vec_f64());
        // Folding is the adjoint.
        let u = tape.input(ordinary(&columns.shape(), 1));
        let folded = u.fold(&window, sizes.as_slice());
        assert_eq!(folded.shape(), x.shape());
        let values = |x: Var<'_>| x.value().to_vec_f64();
        check(columns.dot(u), [dot(&values(folded), &values(x))]);
        let [x_bar] = tape.vjp([(columns, u)], [x]);
        check(x_bar, values(folded));
        let [u_bar] = tape.vjp([(folded, x)], [u]);
        check(u_bar, values(columns));
    }
}

#[test]
fn a_convolution_is_a_product_with_columns() {
    let tape = Tape::new();
    let window = Window::new([3, 2]).stride([1, 2]).padding([1, 0]);
    let (x, w) = (ordinary(&[2, 3, 4, 5], 0), ordinary(&[4, 3, 3, 2], 1));
    let (x, w) = (tape.input(x), tape.input(w));
    let y = x.conv(w, &window);
    let product = w.reshape([4, 18]).matmul(x.unfold(&window)).reshape(y.shape());
    check(product, y.value().to_vec_f64());
    for (a, b) in
        tape.grad(weighted(product), [x, w]).into_iter().zip(tape.grad(weighted(y), [x, w]))
    {
        check(a, b.value().to_vec_f64());
    }
}

#[test]
fn laws() {
    let window = Window::new([2, 2]).stride([1, 2]).padding(1);
    check_laws(|[x]| x.unfold(&window), &[ordinary(&[2, 3, 4], 0)]);
    check_laws(|[x]| x.fold(&window, [3, 4]), &[ordinary(&[2, 4, 12], 0)]);
    check_slopes(
        |[x]| weighted(x.unfold(&window).tanh().fold(&window, [3, 4])),
        &[ordinary(&[1, 1, 3, 4], 0)],
    );
}

#[test]
fn nothing_to_unfold() {
    let tape = Tape::new();
    let window = Window::new([2, 2]);
    let none = tape.input(ordinary(&[0, 3, 3, 3], 0));
    let columns = none.unfold(&window);
    assert_eq!(columns.value().shape()[..], [0, 12, 4]);
    assert_eq!(columns.fold(&window, Shape::from([3, 3])).value().shape()[..], [0, 3, 3, 3]);
}
