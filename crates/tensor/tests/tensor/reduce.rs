use proptest::prelude::*;
use wengert_tensor::{Array, Range, Shape, Threads, kernel};

use crate::views::{indices, views};

/// A join that tells every order and bracketing of its arguments from every other.
fn mix(a: u32, b: u32) -> u32 {
    a.wrapping_mul(0x9E37_79B1).rotate_left(7) ^ b.wrapping_mul(0x85EB_CA77).wrapping_add(1)
}

/// The tree that `kernel::fold` documents, word by word.
fn tree(values: &[u32]) -> u32 {
    let blocks: Vec<u32> = values.chunks(1024).map(block).collect();
    split(&blocks)
}

fn block(values: &[u32]) -> u32 {
    let lane = |l: usize| values[l..].iter().step_by(16).copied().reduce(mix).unwrap();
    let mut lanes: Vec<u32> = (0..values.len().min(16)).map(lane).collect();
    while lanes.len() > 1 {
        let half = lanes.len().div_ceil(2);
        let upper = lanes.split_off(half);
        for (a, b) in lanes.iter_mut().zip(upper) {
            *a = mix(*a, b);
        }
    }
    lanes[0]
}

fn split(blocks: &[u32]) -> u32 {
    if let [one] = blocks {
        return *one;
    }
    let mut power = 1;
    while 2 * power < blocks.len() {
        power *= 2;
    }
    let (left, right) = blocks.split_at(power);
    mix(split(left), split(right))
}

/// Each output: its elements in order, through the tree.
fn by_hand(x: &Array<u32>, axes: &[usize], empty: u32) -> Vec<u32> {
    let shape = x.shape();
    let kept = shape.without(axes);
    let reduced: Shape = axes.iter().map(|&axis| shape[axis]).collect();
    let output = |k: &Vec<usize>| {
        let element = |r: &Vec<usize>| {
            let (mut k, mut r) = (k.iter(), r.iter());
            let place = |axis| {
                if axes.contains(&axis) { r.next() } else { k.next() }
            };
            let index: Vec<usize> = (0..shape.rank()).filter_map(place).copied().collect();
            x.get(&index).unwrap()
        };
        let values: Vec<u32> = indices(&reduced).iter().map(element).collect();
        if values.is_empty() { empty } else { tree(&values) }
    };
    indices(&kept).iter().map(output).collect()
}

#[track_caller]
fn check(x: &Array<u32>, axes: &[usize]) {
    let mut y = vec![0; x.shape().without(axes).size()];
    let mut of_copy = y.clone();
    let threads = Threads::default();
    kernel::fold(x.buffer(), x.layout(), axes, 77, &mut y, &threads, mix);
    let copy = x.contiguous();
    kernel::fold(copy.buffer(), copy.layout(), axes, 77, &mut of_copy, &threads, mix);
    assert_eq!(y, by_hand(x, axes, 77), "{:?} along {axes:?}", x.layout());
    assert_eq!(of_copy, y, "{:?} along {axes:?}, copied", x.layout());
}

#[test]
fn many_blocks_in_every_layout() {
    for n in [1, 15, 16, 17, 1023, 1024, 1025, 3 * 1024, 7000] {
        let x = Array::from_fn([n], |i| i as u32);
        check(&x, &[0]);
        check(&x.flip(&[0]), &[0]);
        check(&x.expand(&[(1, 3)]), &[0]);
        check(&x.expand(&[(0, 3)]), &[0, 1]);
        check(&x.slice(&[Range { start: 0, step: 2, len: n.div_ceil(2) }]), &[0]);
    }
    let x = Array::from_fn([2100, 70], |i| i as u32);
    for x in [x.clone(), x.permute(&[1, 0]), x.flip(&[1]), x.flip(&[0])] {
        check(&x, &[0]);
        check(&x, &[1]);
        check(&x, &[]);
    }
    let x = Array::from_fn([40, 3, 60], |i| i as u32);
    for axes in [&[0][..], &[1], &[2], &[0, 1], &[0, 2], &[1, 2], &[0, 1, 2]] {
        check(&x, axes);
        check(&x.permute(&[2, 0, 1]), axes);
        check(&x.permute(&[1, 2, 0]), axes);
    }
}

/// Folds that threads share: by rows, by columns, by blocks, along other axes than the last.
#[test]
fn threads_do_not_change_the_tree() {
    let of = |shape: &[usize]| Array::from_fn(shape, |i| i as u32);
    let cases = [
        (of(&[300_000]), &[0][..]),
        (of(&[300_000]).flip(&[0]), &[0]),
        (of(&[70_000, 3]), &[0]),
        (of(&[9000, 30]), &[0]),
        (of(&[100, 3000]), &[0]),
        (of(&[3000, 100]), &[1]),
        (of(&[4, 50_000]), &[1]),
        (of(&[200_001]).slice(&[Range { start: 0, step: 2, len: 100_001 }]), &[0]),
        (of(&[300, 20, 40]).permute(&[1, 2, 0]), &[0, 2]),
        (of(&[50, 60, 70]).flip(&[0]), &[1]),
    ];
    for (x, axes) in cases {
        let fold = |threads: &Threads| {
            let mut y = vec![0; x.shape().without(axes).size()];
            kernel::fold(x.buffer(), x.layout(), axes, 77, &mut y, threads, mix);
            y
        };
        let expected = fold(&Threads::default());
        for count in [2, 3, 7] {
            assert_eq!(fold(&Threads::new(count)), expected, "{:?} on {count}", x.layout());
        }
    }
}

#[test]
fn threads_share_large_folds() {
    for (shape, axes) in [([200_000, 1], &[0][..]), ([200, 1000], &[1]), ([1000, 200], &[0])] {
        let x = Array::from_fn(shape, |i| i as u32);
        let threads = Threads::new(2);
        // A helper may sleep through the first ones.
        let helped = (0..1000).any(|_| {
            let mut y = vec![0; x.shape().without(axes).size()];
            kernel::fold(x.buffer(), x.layout(), axes, 77, &mut y, &threads, mix);
            threads.helped() > 0
        });
        assert!(helped, "one thread did all of {shape:?}");
    }
}

#[test]
fn nothing_sums_to_zero_and_one_element_is_itself() {
    let x = Array::from_fn([2, 0, 3], |_| 1.0);
    let mut y = [1.0; 6];
    kernel::sum(x.buffer(), x.layout(), &[1], 0.0, &mut y, &Threads::default());
    assert_eq!(y, [0.0; 6]);
    kernel::sum(x.buffer(), x.layout(), &[0], 0.0, &mut [], &Threads::default());
    let mut y = [1.0];
    kernel::sum(&[-0.0], Array::scalar(0.0).layout(), &[], 0.0, &mut y, &Threads::default());
    assert!(y[0] == 0.0 && f64::is_sign_negative(y[0]));
}

#[test]
fn sums_are_sums() {
    let x = Array::from_fn([3, 50, 70], |i| i as f64);
    let mut y = [0.0];
    kernel::sum(x.buffer(), x.layout(), &[0, 1, 2], 0.0, &mut y, &Threads::default());
    assert_eq!(y, [10_500.0 * 10_499.0 / 2.0]);
}

#[test]
#[should_panic(expected = "axes [1, 0] are not ascending axes of shape [2, 2]")]
fn axes_ascend() {
    let x = Array::full([2, 2], 0.0);
    kernel::sum(x.buffer(), x.layout(), &[1, 0], 0.0, &mut [0.0], &Threads::default());
}

proptest! {
    #[test]
    fn the_tree_is_the_same_in_every_layout(x in views(), reduced in any::<[bool; 12]>()) {
        let axes: Vec<usize> = (0..x.rank()).filter(|&axis| reduced[axis]).collect();
        check(&x, &axes);
    }
}
