//! Pooling that is composed, against loops over windows.

use std::array::from_ref;
use std::ops::Range;

use wengert_autodiff::{Tape, Var};
use wengert_tensor::{Tensor, Window};

use crate::check::check;
use crate::laws::{check_laws, ordinary};

/// For each place of a window over a plane, what a function makes of the elements that are there.
fn by_places(x: &Tensor, window: &Window, f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let sizes = &x.shape()[x.shape().rank() - window.spans.len()..];
    let places = window.places(sizes).expect("the window fits").size();
    let mut all = Vec::new();
    for plane in x.to_vec_f64().chunks(sizes.iter().product()) {
        let mut elements = vec![Vec::new(); places];
        for visit in window.visits(sizes) {
            elements[visit.place].push(plane[visit.element]);
        }
        all.extend(elements.iter().map(|elements| f(elements)));
    }
    all
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

#[test]
fn means_of_what_is_there() {
    let tape = Tape::new();
    for (window, shape) in [
        (Window::new([3]).padding(1), vec![2, 5]),
        (Window::new([2, 3]).stride(2).padding([(0, 1), (1, 2)]), vec![3, 3, 4]),
        (Window::new([2, 2, 2]).stride([1, 2, 1]).padding(1), vec![2, 1, 3]),
        (Window::new([2]).stride(2).ceil(&[5]), vec![5]),
    ] {
        let x = ordinary(&shape, 0);
        check(tape.input(&x).avg_pool_inside(&window), by_places(&x, &window, mean));
        check_laws(|[x]| x.avg_pool_inside(&window), &[x]);
    }
}

#[test]
fn norms_under_a_window() {
    let tape = Tape::new();
    let window = Window::new([2, 2]).stride([2, 1]).padding([1, 0]);
    let x = ordinary(&[2, 3, 3], 0);
    for q in [1.0, 2.0, 3.0, 0.5, 4.0] {
        let norm = |x: &[f64]| x.iter().map(|x| x.abs().powf(q)).sum::<f64>().powf(1.0 / q);
        check(tape.input(&x).lp_pool(q, &window), by_places(&x, &window, norm));
        check_laws(|[x]| x.lp_pool(q, &window), from_ref(&x));
    }
    // Where there is nothing, there is no slope; an even power is smooth at 0.
    let x = tape.input([0.0, 0.0, 3.0]);
    let y = x.lp_pool(2.0, &Window::new([2]));
    let [x_bar] = tape.vjp([(y, tape.input([5.0, 7.0]))], [x]);
    check(x_bar, [0.0, 0.0, 7.0]);
}

/// The windows of adaptive pooling, counted out.
fn parts(n: usize, m: usize) -> Vec<Range<usize>> {
    let start = |i: usize| (i as f64 * n as f64 / m as f64).floor() as usize;
    let end = |i: usize| ((i + 1) as f64 * n as f64 / m as f64).ceil() as usize;
    (0..m).map(|i| start(i)..end(i)).collect()
}

/// For each window over the last two axes, what a function makes of its elements and of their
/// positions.
fn by_parts(x: &Tensor, sizes: [usize; 2], f: impl Fn(&[(f64, usize)]) -> f64) -> Vec<f64> {
    let (h, w) = (x.shape()[x.shape().rank() - 2], x.shape()[x.shape().rank() - 1]);
    let mut all = Vec::new();
    for plane in x.to_vec_f64().chunks(h * w) {
        for rows in parts(h, sizes[0]) {
            for columns in parts(w, sizes[1]) {
                let positions = rows.clone().flat_map(|i| columns.clone().map(move |j| i * w + j));
                all.push(f(&positions.map(|k| (plane[k], k)).collect::<Vec<_>>()));
            }
        }
    }
    all
}

#[test]
fn windows_that_suit_their_result() {
    let tape = Tape::new();
    let x = ordinary(&[2, 5, 6], 0);
    for sizes in [[1, 1], [2, 4], [5, 6], [3, 2], [7, 8], [5, 1]] {
        let mean = |x: &[(f64, usize)]| x.iter().map(|x| x.0).sum::<f64>() / x.len() as f64;
        let largest = |x: &[(f64, usize)]| {
            x.iter().copied().fold((f64::NEG_INFINITY, 0), |a, b| if b.0 > a.0 { b } else { a })
        };
        let leaf = tape.input(&x);
        check(leaf.adaptive_avg_pool(sizes), by_parts(&x, sizes, mean));
        check(leaf.adaptive_max_pool(sizes), by_parts(&x, sizes, |x| largest(x).0));
        let positions = leaf.adaptive_argmax_pool(sizes);
        check(positions, by_parts(&x, sizes, |x| largest(x).1 as f64));
        check_laws(|[x]| x.adaptive_avg_pool(sizes), from_ref(&x));
        check_laws(|[x]| x.adaptive_max_pool(sizes), from_ref(&x));
    }
    let x = ordinary(&[3, 4, 5], 0);
    let whole = tape.input(&x).adaptive_avg_pool([1, 1, 1]);
    check(whole, [mean(&x.to_vec_f64())]);
    let [longer, same] = [4, 3].map(|n| tape.input([1.0, 2.0, 3.0]).adaptive_max_pool([n]));
    check(longer, [1.0, 2.0, 3.0, 3.0]);
    check(same, [1.0, 2.0, 3.0]);
}

/// The first of equals in row-major order takes all, and a NaN is the largest.
#[test]
fn ties_of_adaptive_maxima() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 7.0, 7.0], [7.0, 0.0, f64::NAN], [2.0, 2.0, 2.0]]);
    check(x.adaptive_max_pool([1, 1]), [f64::NAN]);
    assert_eq!(x.adaptive_argmax_pool([1, 1]).to_string(), "[[5]]");
    assert_eq!(x.adaptive_argmax_pool([3, 1]).to_string(), "[[1]\n [5]\n [6]]");
    let x = tape.input([[1.0, 7.0], [7.0, 7.0]]);
    let [x_bar] = tape.grad(x.adaptive_max_pool([1, 1]).sum(), [x]);
    check(x_bar, [0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn values_put_back() {
    let tape = Tape::new();
    let window = Window::new([2, 2]).stride(2);
    let x = ordinary(&[2, 4, 6], 0);
    let pooled = |x: Var<'_>| x.argmax_pool(&window).value();
    let positions = pooled(tape.input(&x));
    let values = ordinary(&[2, 2, 3], 1);
    let y = tape.input(&values).max_unpool(&positions, [4, 6]);
    let mut wanted = vec![0.0; 48];
    for (k, (value, position)) in values.to_vec_f64().iter().zip(positions.to_vec_f64()).enumerate()
    {
        wanted[k / 6 * 24 + position as usize] += value;
    }
    check(y, wanted);
    check_laws(|[x]| x.max_unpool(&positions, [4, 6]), &[values]);
    // What was pooled comes back.
    let leaf = tape.input(&x);
    let back = leaf.max_pool(&window).max_unpool(&positions, [4, 6]);
    check(
        back.max_pool(&window).maximum(leaf.max_pool(&window)),
        leaf.max_pool(&window).value().to_vec_f64(),
    );
}

#[test]
fn windows_that_reach_the_end() {
    // Sizes, taps, stride, padding, dilation; and the places by counting them.
    for (size, taps, stride, padding, dilation) in [
        (5, 2, 2, 0, 1),
        (6, 3, 2, 1, 1),
        (7, 3, 3, 1, 1),
        (4, 2, 3, 0, 1),
        (5, 2, 2, 1, 2),
        (1, 1, 4, 0, 1),
        (8, 3, 5, 1, 1),
    ] {
        let window = Window::new([taps]).stride(stride).padding(padding).dilation(dilation);
        let extent = dilation * (taps - 1) + 1;
        let needed = (size + 2 * padding - extent).div_ceil(stride) + 1;
        let begins = (needed - 1) * stride < size + padding;
        let wanted = if begins { needed } else { needed - 1 };
        assert_eq!(window.ceil(&[size]).places(&[size]).unwrap()[..], [wanted], "{size} {taps}");
    }
}

#[test]
fn arrangements_of_channels_and_places() {
    let tape = Tape::new();
    let (n, c, h, w, r) = (2, 3, 2, 2, 3);
    let x = tape.input(ordinary(&[n, c * r * r, h, w], 0));
    let y = x.pixel_shuffle(r);
    let from = x.value().to_vec_f64();
    let at = |k: usize| {
        let (column, k) = (k % (w * r), k / (w * r));
        let (row, k) = (k % (h * r), k / (h * r));
        let channel = (k % c) * r * r + row % r * r + column % r;
        from[((k / c * c * r * r + channel) * h + row / r) * w + column / r]
    };
    check(y, (0..from.len()).map(at).collect::<Vec<_>>());
    check(y.pixel_unshuffle(r), &from);
    check(y.at(0, 1).pixel_unshuffle(r), x.at(0, 1).value().to_vec_f64());
    let x = tape.input(ordinary(&[2, 6, 3], 0));
    let shuffled = x.channel_shuffle(3);
    for (k, from) in [0, 2, 4, 1, 3, 5].into_iter().enumerate() {
        check(shuffled.at(1, k as isize), x.at(1, from).value().to_vec_f64());
    }
    check(shuffled.channel_shuffle(2), x.value().to_vec_f64());
}
