//! Convolutions and pooling.

use wengert_autodiff::{Tape, Var};
use wengert_tensor::Window;

use crate::refusal::refusal;

fn ones<'t, const N: usize>(tape: &'t Tape, shape: [usize; N]) -> Var<'t> {
    tape.literal(1.0).broadcast_to(shape)
}

/// What is said first of a convolution of these shapes.
#[track_caller]
fn says<const N: usize, const M: usize>(
    x: [usize; N],
    w: [usize; M],
    window: &Window,
    groups: usize,
    message: &str,
) {
    let tape = Tape::new();
    let (x, w) = (ones(&tape, x), ones(&tape, w));
    refusal(|| x.conv_in_groups(w, window, groups)).mentions(&format!("conv: {message}\n"));
}

#[test]
fn convolving() {
    let window = Window::new([3]);
    says(
        [2, 3],
        [4, 3, 3],
        &window,
        1,
        "x is [2, 3], but should be [batch, channels, sizes…] with 1 spatial axis",
    );
    says(
        [2, 3, 5],
        [4, 3, 3, 3],
        &window,
        1,
        "w is [4, 3, 3, 3], but should be [outputs, inputs of a group, 3]",
    );
    says(
        [2, 3, 5],
        [4, 3, 2],
        &window,
        1,
        "w is [4, 3, 2], but should be [outputs, inputs of a group, 3]",
    );
    says([2, 3, 5], [4, 2, 3], &window, 1, "w [4, 2, 3] takes 2 channels, but x [2, 3, 5] has 3");
    says(
        [2, 4, 5],
        [4, 4, 3],
        &window,
        2,
        "w [4, 4, 3] takes 8 channels (2 groups), but x [2, 4, 5] has 4",
    );
    says(
        [2, 3, 5],
        [4, 3, 3],
        &window,
        2,
        "the 3 channels of x [2, 3, 5] can't be divided into 2 groups",
    );
    says(
        [2, 4, 5],
        [5, 2, 3],
        &window,
        2,
        "the 5 channels of w [5, 2, 3] can't be divided into 2 groups",
    );
    says(
        [2, 4, 5],
        [5, 2, 3],
        &window,
        0,
        "the 4 channels of x [2, 4, 5] can't be divided into 0 groups",
    );
    says(
        [2, 3, 2],
        [4, 3, 3],
        &window,
        1,
        "a window of 3 elements does not fit into 2 along spatial axis 0",
    );
    says([2, 3, 5], [4, 3, 3], &window.clone().stride(0), 1, "a stride of 0 along spatial axis 0");
    says([2, 3, 5], [4, 3, 0], &Window::new([0]), 1, "a window without taps along spatial axis 0");
}

#[test]
fn operands_are_named() {
    let tape = Tape::new();
    let x = tape.input([[[1.0, 2.0, 3.0]]]);
    refusal(|| x.exp().conv(tape.input([[[1.0; 4]]]), &Window::new([4]))).says([
        "line 0: conv: a window of 4 elements does not fit into 3 along spatial axis 0",
        "operand 0: [1, 1, 3] from exp at line 0",
        "operand 1: [1, 1, 4] from input at line 0",
    ]);
    refusal(|| x.conv2d(tape.input([1.0]), 1, 0))
        .mentions("conv2d: w is [1], but should be [outputs, inputs, height, width]");
    refusal(|| x.conv(tape.indices([[[1]]]), &Window::new([1])))
        .mentions("conv: takes real operands, got [1, 1, 1] (index)");
}

#[test]
fn convolving_backwards() {
    let tape = Tape::new();
    let (x, w) = (ones(&tape, [1, 2, 1]), ones(&tape, [2, 3, 2]));
    refusal(|| x.conv_transpose(w, &Window::new([2]).padding(2)))
        .mentions("conv_transpose: [1, 2, 1] has no elements left inside the padding");
    refusal(|| x.conv_transpose(ones(&tape, [3, 2, 2]), &Window::new([2])))
        .mentions("conv_transpose: w [3, 2, 2] gives 3 channels, but u [1, 2, 1] has 2");
}

#[test]
fn pooling() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    refusal(|| x.exp().max_pool(&Window::new([3, 1]))).says([
        "line 0: max_pool: a window of 3 elements does not fit into 2 along spatial axis 0",
        "operand 0: [2, 2] from exp at line 0",
    ]);
    refusal(|| x.max_pool(&Window::new([1, 1]).padding([0, 1]))).mentions(
        "max_pool: in some place along spatial axis 1 of [2, 2], the window takes nothing but padding",
    );
    refusal(|| x.argmax_pool(&Window::new([1, 1, 1])))
        .mentions("argmax_pool: takes a real operand of at least 3 axes, got [2, 2]");
    refusal(|| x.avg_pool(&Window::new([1, 1, 1])))
        .mentions("avg_pool: a window of 3 axes over [2, 2]");
    refusal(|| x.sum_pool(&Window::new([1, 5])))
        .mentions("sum_pool: a window of 5 elements does not fit into 2 along spatial axis 1");
}
