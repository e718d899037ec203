//! Runs on several threads: the same bits for any number of them, and more than one at work.

use wengert_autodiff::{Precision, Tape, Var};
use wengert_tensor::{Array, Tensor, Threads};

/// Numbers of many magnitudes, so that sums in another order have other bits.
fn noise<'t>(tape: &'t Tape, shape: &[usize], tag: usize) -> Var<'t> {
    let number = |k: usize| {
        let turn = (k * 7919 + tag * 104_729) % 65_537;
        (turn as f64 - 32_768.0) / 32_768.0 * 10_f64.powi((turn % 5) as i32 - 2)
    };
    let dtype = tape.precision().dtype();
    tape.input(Tensor::from(Array::from_fn(shape, number)).cast(dtype).expect("reals are cast"))
}

/// Checks that several threads worked at some results, and that these are those of one.
#[track_caller]
fn check(what: &str, f: impl for<'t> Fn(&'t Tape) -> Vec<Var<'t>>) {
    for precision in [Precision::F32, Precision::F64] {
        let mut tape = Tape::with_precision(precision);
        let wanted = tape.try_run(&f(&tape)).expect("the program runs");
        for count in [2, 3] {
            let threads = Threads::new(count);
            tape.clear();
            tape.set_threads(&threads);
            // A helper that was not there in time may leave all of a run to the caller.
            for _ in 0..1000 {
                let found = tape.try_run(&f(&tape)).expect("the program runs");
                assert!(found == wanted, "{what} in {precision:?} by {count} threads");
                if threads.helped() > 0 {
                    break;
                }
            }
            assert!(threads.helped() > 0, "{what}: all was done by one of {count} threads");
        }
    }
}

#[test]
fn elements_side_by_side() {
    check("direct", |tape| vec![noise(tape, &[100_000], 1).sin()]);
    check("broadcast", |tape| vec![noise(tape, &[300, 1], 1) * noise(tape, &[400], 2)]);
    check("uniform", |tape| vec![noise(tape, &[50_001], 1) * noise(tape, &[], 2)]);
    check("strided", |tape| vec![noise(tape, &[300, 400], 1).t() / noise(tape, &[400, 300], 2)]);
    check("select", |tape| {
        let (x, y) = (noise(tape, &[99_999], 1), noise(tape, &[99_999], 2));
        vec![x.gt(y).select(x, y), x.maximum(y)]
    });
}

#[test]
fn copies() {
    check("transpose", |tape| vec![noise(tape, &[300, 400], 1).t()]);
    check("axes", |tape| vec![noise(tape, &[30, 40, 50], 1).permute([2, 0, 1])]);
    check("repeated", |tape| vec![noise(tape, &[300], 1).broadcast_to([400, 300])]);
    check("backwards", |tape| vec![noise(tape, &[70_000], 1).flip(0)]);
}

/// Many of the positions are one position: what is added there is added in order.
#[test]
fn rows_at_positions() {
    let positions = |shape: &[usize], n: usize| {
        Array::from_fn(shape, |k| (if k % 3 == 0 { 1 } else { k * 31 % n }) as i64)
    };
    check("rows of one table", |tape| {
        let table = noise(tape, &[500, 40], 1);
        let rows = tape.indices(positions(&[3000], 500));
        let picked = table.take(0, rows);
        let [x_bar] = tape.vjp([(picked, noise(tape, &[3000, 40], 2))], [table]);
        vec![picked, x_bar]
    });
    check("elements of one table", |tape| {
        let table = noise(tape, &[30_000], 1);
        let picked = table.take(0, tape.indices(positions(&[90_000], 30_000)));
        let [x_bar] = tape.vjp([(picked, noise(tape, &[90_000], 2))], [table]);
        vec![picked, x_bar]
    });
    check("rows of many tables", |tape| {
        let tables = noise(tape, &[300, 70], 1);
        let picked = tables.gather(1, tape.indices(positions(&[300, 90], 70)));
        let [x_bar] = tape.vjp([(picked, noise(tape, &[300, 90], 2))], [tables]);
        vec![picked, x_bar]
    });
}

#[test]
fn convolutions() {
    check("two axes", |tape| {
        let (x, w) = (noise(tape, &[16, 8, 20, 20], 1), noise(tape, &[16, 8, 3, 3], 2));
        let y = x.conv2d(w, 1, 1);
        let [x_bar, w_bar] = tape.vjp([(y, noise(tape, &y.shape(), 3))], [x, w]);
        vec![y, x_bar, w_bar]
    });
    check("maxima under a window", |tape| {
        let x = noise(tape, &[16, 8, 40, 40], 1);
        let y = x.max_pool(&wengert_tensor::Window::new([2, 2]).stride(2));
        let [x_bar] = tape.vjp([(y, noise(tape, &y.shape(), 3))], [x]);
        vec![y, x_bar]
    });
}

#[test]
fn sums() {
    check("of rows", |tape| vec![noise(tape, &[400, 300], 1).sum_over(1)]);
    check("of columns", |tape| vec![noise(tape, &[400, 300], 1).sum_over(0)]);
    check("of all", |tape| vec![noise(tape, &[400, 301], 1).sum()]);
    check("of some axes", |tape| vec![noise(tape, &[30, 64, 100], 1).sum_over([0, 2])]);
    check("largest", |tape| vec![noise(tape, &[400, 300], 1).max_over(1)]);
}

#[test]
fn matrix_products() {
    for (m, k, n) in [(256, 300, 200), (4000, 64, 10), (10, 900, 1000), (1, 3000, 3000)] {
        check(&format!("[{m}, {k}] by [{k}, {n}]"), |tape| {
            let (a, b) = (noise(tape, &[m, k], 1), noise(tape, &[k, n], 2));
            let y = a.matmul(b);
            let [a_bar, b_bar] = tape.vjp([(y, noise(tape, &[m, n], 3))], [a, b]);
            vec![y, a_bar, b_bar]
        });
    }
    check("batched", |tape| {
        let (a, b) = (noise(tape, &[40, 64, 33], 1), noise(tape, &[40, 33, 48], 2));
        let y = a.matmul(b);
        let [a_bar, b_bar] = tape.vjp([(y, noise(tape, &[40, 64, 48], 3))], [a, b]);
        vec![y, a_bar, b_bar]
    });
    check("by a vector", |tape| {
        vec![noise(tape, &[3000, 1000], 1).matmul(noise(tape, &[1000], 2))]
    });
}
