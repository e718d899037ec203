//! Convolutions against their definition, and searches under a window.

use proptest::prelude::*;
use wengert_tensor::kernel::{Channels, Convolution, Tiles, WindowSearch};
use wengert_tensor::{Pool, Shape, Span, Threads, Window};

/// A convolution, with integers small enough that sums are exact in any order.
#[derive(Clone, Debug)]
struct Case {
    window: Window,
    sizes: Vec<usize>,
    channels: Channels,
}

/// All indices of a shape in row-major order.
fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    let further = |all: Vec<Vec<usize>>, &size: &usize| {
        let longer = |index: Vec<usize>| {
            (0..size).map(move |k| index.iter().copied().chain([k]).collect::<Vec<_>>())
        };
        all.into_iter().flat_map(longer).collect()
    };
    shape.iter().fold(vec![vec![]], further)
}

fn flat(index: &[usize], shape: &[usize]) -> usize {
    index.iter().zip(shape).fold(0, |at, (k, size)| at * size + k)
}

/// Where a tap of a window lies, by the definition.
fn element(window: &Window, place: &[usize], tap: &[usize], sizes: &[usize]) -> Option<usize> {
    let along = |axis: usize| {
        let Span { stride, dilation, padding, .. } = window.spans[axis];
        let at = (place[axis] * stride + tap[axis] * dilation).checked_sub(padding.0)?;
        (at < sizes[axis]).then_some(at)
    };
    let index: Option<Vec<usize>> = (0..sizes.len()).map(along).collect();
    Some(flat(&index?, sizes))
}

fn integers<T: From<i8>>(count: usize, tag: usize) -> Vec<T> {
    (0..count).map(|k| T::from(((k * 7 + k / 5 + tag) % 11) as i8 - 5)).collect()
}

impl Case {
    fn places(&self) -> Shape {
        self.window.places(&self.sizes).expect("only cases that fit")
    }

    /// The sizes of x, w and u.
    fn lengths(&self) -> [usize; 3] {
        let Channels { batch, groups, inputs, outputs } = self.channels;
        let (plane, taps) = (self.sizes.iter().product::<usize>(), self.window.taps().size());
        [
            batch * groups * inputs * plane,
            groups * outputs * inputs * taps,
            batch * groups * outputs * self.places().size(),
        ]
    }

    /// Calls `each` for each product of the form, with the places of its factors.
    fn terms(&self, mut each: impl FnMut([usize; 3])) {
        let Channels { batch, groups, inputs, outputs } = self.channels;
        let plane: usize = self.sizes.iter().product();
        let (taps, places) = (self.window.taps(), self.places());
        for index in indices(&[batch, groups, outputs, inputs]) {
            let [b, g, o, i] = index[..] else { unreachable!("four axes") };
            for place in indices(&places) {
                for tap in indices(&taps) {
                    if let Some(at) = element(&self.window, &place, &tap, &self.sizes) {
                        let x = ((b * groups + g) * inputs + i) * plane + at;
                        let w = ((g * outputs + o) * inputs + i) * taps.size() + flat(&tap, &taps);
                        let u = ((b * groups + g) * outputs + o) * places.size()
                            + flat(&place, &places);
                        each([x, w, u]);
                    }
                }
            }
        }
    }

    /// x, w and u from the other two.
    fn run<T: Tiles>(&self, [x, w, u]: &[Vec<T>; 3], threads: &Threads) -> [Vec<T>; 3] {
        let conv = Convolution::new(&self.window, &self.sizes, self.channels).expect("it fits");
        let pool = Pool::default();
        let [mut x_bar, mut w_bar, mut y] = [x.clone(), w.clone(), u.clone()];
        // Twice: the second time in used memory.
        for _ in 0..2 {
            conv.input(w, u, &mut x_bar, &pool, threads);
            conv.weight(x, u, &mut w_bar, &pool, threads);
            conv.output(x, w, &mut y, &pool, threads);
        }
        [x_bar, w_bar, y]
    }

    fn agrees<T: Tiles + From<i8> + PartialEq + std::fmt::Debug>(&self) {
        let lengths = self.lengths();
        let sides: [Vec<T>; 3] = [0, 1, 2].map(|side| integers(lengths[side], side));
        let mut wanted = lengths.map(|length| vec![T::default(); length]);
        self.terms(|at| {
            for side in 0..3 {
                let (a, b) = ((side + 1) % 3, (side + 2) % 3);
                let sum = &mut wanted[side][at[side]];
                *sum = *sum + sides[a][at[a]] * sides[b][at[b]];
            }
        });
        let found = self.run(&sides, &Threads::default());
        for (side, name) in ["x", "w", "u"].into_iter().enumerate() {
            assert_eq!(found[side], wanted[side], "{name} of {self:?}");
        }
    }
}

fn windows(axes: usize, size: usize) -> impl Strategy<Value = (Window, Vec<usize>)> {
    let span = (1..4_usize, 1..4_usize, 1..3_usize, 0..3_usize, 0..3_usize);
    let axis = (span, 1..size).prop_map(|((taps, stride, dilation, before, after), size)| {
        (Span { taps, stride, dilation, padding: (before, after) }, size)
    });
    let all = prop::collection::vec(axis, axes);
    all.prop_filter_map("the window does not fit", |all| {
        let window = Window { spans: all.iter().map(|(span, _)| *span).collect() };
        let sizes: Vec<usize> = all.iter().map(|(_, size)| *size).collect();
        window.places(&sizes).is_ok().then_some((window, sizes))
    })
}

fn cases() -> impl Strategy<Value = Case> {
    let windows =
        prop_oneof![windows(1, 60), windows(2, 12), windows(2, 30), windows(3, 5), windows(0, 2)];
    let channels = (0..3_usize, 1..3_usize, 0..8_usize, 0..19_usize);
    (windows, channels).prop_map(|((window, sizes), (batch, groups, inputs, outputs))| {
        let channels = Channels { batch, groups, inputs, outputs };
        Case { window, sizes, channels }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn convolutions_are_what_they_are_defined_to_be(case in cases()) {
        case.agrees::<f64>();
        case.agrees::<f32>();
    }
}

fn case(window: Window, sizes: &[usize], [batch, groups, inputs, outputs]: [usize; 4]) -> Case {
    let channels = Channels { batch, groups, inputs, outputs };
    Case { window, sizes: sizes.into(), channels }
}

/// Sizes beyond a block of columns, of taps, of places, of examples.
fn large() -> Vec<Case> {
    vec![
        case(Window::new([3, 3]), &[13, 31], [1, 1, 3, 7]),
        case(Window::new([3, 3]).padding(1), &[2, 3], [2, 1, 50, 5]),
        case(Window::new([5]).padding(2), &[450], [2, 1, 2, 1]),
        case(Window::new([1, 1]), &[5, 4], [19, 1, 3, 17]),
        case(Window::new([3, 3]).same(), &[9, 9], [40, 6, 1, 1]),
        case(Window::new([3, 3]), &[30, 42], [2, 2, 2, 2]),
        // One row of places is nothing beside what lies between two.
        case(Window::new([2, 40]), &[4, 41], [1, 1, 2, 3]),
        case(Window::new([3, 3, 3]).stride(2).padding(1), &[6, 5, 7], [1, 1, 2, 3]),
    ]
}

#[test]
fn large_convolutions_too() {
    for case in large() {
        case.agrees::<f64>();
        case.agrees::<f32>();
    }
}

#[test]
fn threads_change_no_bit() {
    for case in large() {
        let lengths = case.lengths();
        let real = |length: usize, tag: usize| -> Vec<f32> {
            (0..length).map(|k| ((k * 37 + tag) as f32 * 0.618).fract() - 0.4).collect()
        };
        let sides = [0, 1, 2].map(|side| real(lengths[side], side));
        let alone = case.run(&sides, &Threads::default());
        for count in [2, 3] {
            let together = case.run(&sides, &Threads::new(count));
            let bits = |all: &[Vec<f32>; 3]| {
                all.each_ref().map(|y| y.iter().map(|y| y.to_bits()).collect::<Vec<_>>())
            };
            assert_eq!(bits(&together), bits(&alone), "{count} threads, {case:?}");
        }
    }
}

#[test]
#[should_panic(expected = "sizes of x, w and u")]
fn operands_have_the_sizes_of_their_sides() {
    let case = case(Window::new([2]), &[3], [1, 1, 1, 1]);
    case.run(&[vec![0.0; 3], vec![0.0; 3], vec![0.0; 2]], &Threads::default());
}

/// The first of the largest elements, or the first NaN, by the definition.
fn largest(window: &Window, sizes: &[usize], x: &[f64]) -> Vec<i64> {
    let places = window.places(sizes).expect("it fits");
    let mut all = Vec::new();
    for x in x.chunks_exact(sizes.iter().product()) {
        for place in indices(&places) {
            let seen = indices(&window.taps()).into_iter();
            let seen: Vec<_> =
                seen.filter_map(|tap| element(window, &place, &tap, sizes)).collect();
            let most = seen.iter().map(|&at| x[at]).fold(f64::NEG_INFINITY, f64::max);
            let nan = seen.iter().find(|&&at| x[at].is_nan());
            let found = nan.or_else(|| seen.iter().find(|&&at| x[at] == most));
            all.push(*found.expect("each place sees an element") as i64);
        }
    }
    all
}

#[test]
fn searches_find_the_first_of_the_largest() {
    let pool = [f64::NAN, 1.0, -0.0, 0.0, 2.0, f64::NEG_INFINITY, 2.0, f64::INFINITY, -3.0, 1.0];
    for (window, sizes) in [
        (Window::new([2, 2]).stride(2), &[4, 6][..]),
        (Window::new([2, 2]).stride(2), &[5, 7]),
        (Window::new([2, 2]).stride(2), &[100, 36]),
        (Window::new([2, 2]), &[3, 4]),
        (Window::new([3, 2]).stride([2, 1]).padding([1, 0]), &[5, 4]),
        (Window::new([3]).dilation(2).padding([(2, 1)]), &[7]),
        (Window::new([1, 2, 2]), &[2, 3, 2]),
        (Window::new([]), &[]),
    ] {
        let plane = sizes.iter().product::<usize>();
        let x: Vec<f64> = (0..7 * plane).map(|k| pool[(k * 7 + k / 9) % pool.len()]).collect();
        let wanted = largest(&window, sizes, &x);
        for count in [1, 2, 3] {
            let mut found = vec![-1; wanted.len()];
            let search = WindowSearch::new(&window, sizes);
            search.largest(&x, &mut found, &Threads::new(count));
            assert_eq!(found, wanted, "{window:?} over {sizes:?}, {count} threads");
        }
    }
}
