use proptest::prelude::*;
use wengert_tensor::Threads;
use wengert_tensor::kernel::{Factors, Gemm};

/// Whole numbers so small that every order of summation gives the same bits.
fn integers(count: usize) -> Vec<f64> {
    (0..count).map(|i| (i * 37 % 17) as f64 - 8.0).collect()
}

/// Numbers whose sums are rounded.
fn fractions(count: usize) -> Vec<f64> {
    (0..count).map(|i| 1.0 / (i as f64 * 7.3 + 1.7)).collect()
}

fn product(size: [usize; 3], a: (&[f64], [usize; 2]), b: (&[f64], [usize; 2])) -> Vec<f64> {
    let [m, k, n] = size;
    let element = |i: usize, j: usize| {
        (0..k).map(|p| a.0[i * a.1[0] + p * a.1[1]] * b.0[p * b.1[0] + j * b.1[1]]).sum()
    };
    (0..m).flat_map(|i| (0..n).map(move |j| element(i, j))).collect()
}

fn signed(strides: [usize; 2]) -> (isize, isize) {
    (strides[0] as isize, strides[1] as isize)
}

/// Strides of a matrix: by rows or by columns, with gaps or without, or repeating an axis.
fn strides(rows: usize, columns: usize, kind: usize) -> [usize; 2] {
    match kind {
        0 => [columns, 1],
        1 => [1, rows],
        2 => [columns + 3, 1],
        3 => [2, 2 * rows],
        4 => [0, 1],
        _ => [1, 0],
    }
}

fn length(rows: usize, columns: usize, strides: [usize; 2]) -> usize {
    if rows * columns == 0 { 0 } else { (rows - 1) * strides[0] + (columns - 1) * strides[1] + 1 }
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(0), 3 => Just(1), 8 => 2..40_usize, 2 => 40..140_usize]
}

proptest! {
    #[test]
    fn the_product_of_any_strides(
        m in size(), k in size(), n in size(),
        a_kind in 0..6_usize, b_kind in 0..6_usize, accumulate: bool,
    ) {
        let (a_strides, b_strides) = (strides(m, k, a_kind), strides(k, n, b_kind));
        let a = integers(length(m, k, a_strides));
        let b = integers(length(k, n, b_strides));
        let mut c = integers(m * n);
        let product = product([m, k, n], (&a, a_strides), (&b, b_strides));
        let start = if accumulate { c.clone() } else { vec![0.0; m * n] };
        let expected: Vec<f64> = start.iter().zip(&product).map(|(c, ab)| c + ab).collect();

        let single = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<f32>>();
        let mut c_single = single(&c);
        let (a_signed, b_signed) = (signed(a_strides), signed(b_strides));
        f64::gemm(m, k, n, &a, a_signed, &b, b_signed, &mut c, accumulate);
        let (a, b) = (single(&a), single(&b));
        f32::gemm(m, k, n, &a, a_signed, &b, b_signed, &mut c_single, accumulate);
        prop_assert_eq!(&c, &expected);
        prop_assert_eq!(c_single, single(&expected));
    }
}

#[test]
fn earlier_values_do_not_matter_unless_accumulated() {
    for (m, n) in [(2, 2), (1, 2), (2, 1)] {
        let mut c = vec![f64::NAN; m * n];
        f64::gemm(m, 1, n, &[1.0; 2], (1, 1), &[1.0; 2], (1, 1), &mut c, false);
        assert_eq!(c, vec![1.0; m * n]);
    }
}

#[test]
fn strides_do_not_change_the_bits() {
    for (m, n) in [(33, 47), (1, 100), (100, 1)] {
        let k = 259;
        let (a, b) = (fractions(m * k), fractions(k * n));
        let transposed = |x: &[f64], rows: usize, columns: usize| -> Vec<f64> {
            (0..x.len()).map(|i| x[i % rows * columns + i / rows]).collect()
        };
        let gapped = |x: &[f64]| x.iter().flat_map(|&x| [x, f64::NAN]).collect::<Vec<f64>>();
        let (at, bt) = (transposed(&a, m, k), transposed(&b, k, n));
        let (ag, bg) = (gapped(&a), gapped(&b));
        let of = |a: (&[f64], [usize; 2]), b: (&[f64], [usize; 2])| {
            let mut c = vec![0.0; m * n];
            f64::gemm(m, k, n, a.0, signed(a.1), b.0, signed(b.1), &mut c, false);
            c
        };
        let expected = of((&a, [k, 1]), (&b, [n, 1]));
        assert_eq!(of((&at, [1, m]), (&bt, [1, k])), expected, "{m} {n}");
        assert_eq!(of((&a, [k, 1]), (&bt, [1, k])), expected, "{m} {n}");
        assert_eq!(of((&ag, [2 * k, 2]), (&bg, [2 * n, 2])), expected, "{m} {n}");
    }
}

/// A product, and the sum of many in the order that `Gemm::gemm` promises.
fn chain(products: impl Iterator<Item = (f64, f64)>, start: Option<f64>, fused: bool) -> f64 {
    let products: Vec<(f64, f64)> = products.collect();
    let mut total = start;
    for block in products.chunks(256) {
        let step = |sum: f64, &(a, b): &(f64, f64)| {
            if fused { a.mul_add(b, sum) } else { a * b + sum }
        };
        let sum = block.iter().fold(0.0, step);
        total = Some(total.map_or(sum, |total| total + sum));
    }
    total.expect("there are products")
}

/// Whether this machine rounds a product and its sum once.
fn fuses() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    cfg!(target_arch = "aarch64")
}

proptest! {
    #[test]
    fn sums_have_the_promised_order(
        m in 2..40_usize, k in prop_oneof![1..20_usize, 250..600_usize], n in 2..70_usize,
        a_kind in 0..6_usize, b_kind in 0..6_usize, accumulate: bool,
    ) {
        let (a_strides, b_strides) = (strides(m, k, a_kind), strides(k, n, b_kind));
        let a = fractions(length(m, k, a_strides));
        let b = fractions(length(k, n, b_strides));
        let mut c = fractions(m * n);
        let before = c.clone();
        let (a_signed, b_signed) = (signed(a_strides), signed(b_strides));
        f64::gemm(m, k, n, &a, a_signed, &b, b_signed, &mut c, accumulate);
        for (i, j) in [(0, 0), (m - 1, n - 1), (m / 2, n / 3), (m / 3, n / 2), (0, n - 1)] {
            let a = |p: usize| a[i * a_strides[0] + p * a_strides[1]];
            let b = |p: usize| b[p * b_strides[0] + j * b_strides[1]];
            let start = accumulate.then(|| before[i * n + j]);
            let expected = chain((0..k).map(|p| (a(p), b(p))), start, fuses());
            prop_assert_eq!(c[i * n + j], expected, "({}, {})", i, j);
        }
    }
}

#[test]
fn a_split_does_not_change_the_bits() {
    let (m, k, n) = (37, 600, 89);
    let (a, b) = (fractions(m * k), fractions(k * n));
    let mut whole = vec![0.0; m * n];
    f64::gemm(m, k, n, &a, (k as isize, 1), &b, (n as isize, 1), &mut whole, false);
    for top in [2, 5, 18, 35] {
        let mut parts = vec![0.0; m * n];
        let (above, below) = parts.split_at_mut(top * n);
        let strides = ((k as isize, 1), (n as isize, 1));
        f64::gemm(top, k, n, &a, strides.0, &b, strides.1, above, false);
        f64::gemm(m - top, k, n, &a[top * k..], strides.0, &b, strides.1, below, false);
        assert_eq!(parts, whole, "{top}");
    }
    for left in [2, 7, 27, 64, 87] {
        for (start, width) in [(0, left), (left, n - left)] {
            let mut part = vec![0.0; m * width];
            let strides = ((k as isize, 1), (n as isize, 1));
            f64::gemm(m, k, width, &a, strides.0, &b[start..], strides.1, &mut part, false);
            let columns = |i: usize| &whole[i * n + start..][..width];
            assert_eq!(part, (0..m).flat_map(columns).copied().collect::<Vec<_>>(), "{left}");
        }
    }
}

/// Batches of products on both sides of every way of sharing them: none, few and many rows, single
/// rows and columns, parts that begin inside of a product, whole products.
const BATCHES: [(usize, [usize; 3]); 9] = [
    (1, [40, 30, 20]),
    (1, [150, 100, 90]),
    (1, [700, 50, 40]),
    (1, [13, 600, 150]),
    (1, [1, 1100, 1000]),
    (1, [1000, 1100, 1]),
    (3, [100, 80, 50]),
    (50, [30, 32, 24]),
    (40, [1, 200, 140]),
];

#[test]
fn threads_do_not_change_the_bits() {
    for (batch, [m, k, n]) in BATCHES {
        let (a, b) = (fractions(batch * m * k), fractions(batch * k * n));
        let starts = |size: usize| (0..batch).map(|number| number * size).collect::<Vec<_>>();
        let (a_starts, b_starts) = (starts(m * k), starts(k * n));
        for (a_strides, b_strides) in [([k, 1], [n, 1]), ([1, m], [n, 1]), ([k, 1], [1, k])] {
            let (a_strides, b_strides) = (signed(a_strides), signed(b_strides));
            let mut expected = fractions(batch * m * n);
            for (number, c) in expected.chunks_exact_mut(m * n).enumerate() {
                let (a, b) = (&a[a_starts[number]..], &b[b_starts[number]..]);
                f64::gemm(m, k, n, a, a_strides, b, b_strides, c, true);
            }
            for count in [1, 2, 3, 7] {
                let mut c = fractions(batch * m * n);
                let a = Factors { elements: &a, starts: &a_starts, strides: a_strides };
                let b = Factors { elements: &b, starts: &b_starts, strides: b_strides };
                f64::gemm_batch([m, k, n], a, b, &mut c, true, &Threads::new(count));
                assert_eq!(c, expected, "{batch} of {m} {k} {n} on {count} threads");
            }
        }
    }
}

#[test]
fn threads_share_large_products() {
    let threads = Threads::new(2);
    let (a, b) = (fractions(150 * 100), fractions(100 * 90));
    let mut c = vec![0.0; 150 * 90];
    // A helper may sleep through the first ones.
    for _ in 0..1000 {
        let a = Factors { elements: &a, starts: &[0], strides: (100, 1) };
        let b = Factors { elements: &b, starts: &[0], strides: (90, 1) };
        f64::gemm_batch([150, 100, 90], a, b, &mut c, false, &threads);
        if threads.helped() > 0 {
            return;
        }
    }
    panic!("one thread did all");
}

#[test]
fn products_of_nothing_are_zero() {
    let none = Factors { elements: &[], starts: &[5, 5], strides: (0, 1) };
    let mut c = [1.0; 12];
    f64::gemm_batch([2, 0, 3], none, none, &mut c, true, &Threads::default());
    assert_eq!(c, [1.0; 12]);
    f64::gemm_batch([2, 0, 3], none, none, &mut c, false, &Threads::default());
    assert_eq!(c, [0.0; 12]);
    f64::gemm_batch([0, 4, 3], none, none, &mut [], false, &Threads::default());
}

#[test]
#[should_panic(expected = "a matrix of shape [2, 3] and strides (3, 1) leaves its 5 elements")]
fn operands_stay_inside() {
    f64::gemm(2, 3, 1, &[0.0; 5], (3, 1), &[0.0; 3], (1, 1), &mut [0.0; 2], false);
}

#[test]
#[should_panic(expected = "leaves its 3 elements")]
fn strides_beyond_all_memory_do_not_wrap() {
    // Three rows down is more than `usize::MAX`, and one column on would be 0 again.
    f64::gemm(4, 2, 1, &[0.0; 3], (isize::MAX, 1), &[0.0; 2], (1, 1), &mut [0.0; 4], false);
}

#[test]
#[should_panic(expected = "C has shape [2, 2]")]
fn the_result_fits() {
    f32::gemm(2, 1, 2, &[0.0; 2], (1, 1), &[0.0; 2], (1, 1), &mut [0.0; 5], false);
}

#[test]
#[should_panic(expected = "gemm takes no negative strides")]
fn strides_are_not_negative() {
    f32::gemm(2, 2, 2, &[0.0; 4], (-2, 1), &[0.0; 4], (2, 1), &mut [0.0; 4], false);
}
