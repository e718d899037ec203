//! Formulas of many operations: what is refused is refused in their own name, on the user's line.

use wengert_autodiff::{Attention, Ctc, Interpolation, Outside, Rotary, Tape, Var};
use wengert_tensor::Window;

use crate::refusal::refusal;

fn ones<'t, const N: usize>(tape: &'t Tape, shape: [usize; N]) -> Var<'t> {
    tape.literal(1.0).broadcast_to(shape)
}

#[test]
fn columns() {
    let tape = Tape::new();
    let (x, window) = (ones(&tape, [2, 3, 4]), Window::new([2, 2]));
    refusal(|| x.exp().unfold(&Window::new([5]))).says([
        "line 0: unfold: a window of 5 elements does not fit into 4 along spatial axis 0",
        "operand 0: [2, 3, 4] from exp at line 0",
    ]);
    refusal(|| x.unfold(&Window::new([1, 1, 1])))
        .mentions("unfold: x is [2, 3, 4], but should be [channels, sizes…] or batches");
    refusal(|| x.fold(&window, [3, 3])).mentions(
        "fold: x is [2, 3, 4], but should have a multiple of 4 rows, the taps, and 4 columns, the \
         places of the window over [3, 3]",
    );
    refusal(|| x.fold(&window, [1, 3]))
        .mentions("fold: a window of 2 elements does not fit into 1 along spatial axis 0");
    refusal(|| tape.input([1.0]).fold(&window, [3, 3]))
        .mentions("fold: x is [1], but should be [rows, columns]");
}

#[test]
fn pooling() {
    let tape = Tape::new();
    let x = ones(&tape, [2, 3, 4]);
    refusal(|| x.exp().adaptive_avg_pool([2, 0])).says([
        "line 0: adaptive_avg_pool: [2, 3, 4] can't be divided into [2, 0] windows",
        "operand 0: [2, 3, 4] from exp at line 0",
    ]);
    refusal(|| x.adaptive_max_pool([1, 1, 1, 1]))
        .mentions("adaptive_max_pool: [2, 3, 4] can't be divided into [1, 1, 1, 1] windows");
    refusal(|| ones(&tape, [0]).adaptive_argmax_pool([1]))
        .mentions("adaptive_argmax_pool: [0] can't be divided into [1] windows");
    refusal(|| x.lp_pool(0.0, &Window::new([2])))
        .mentions("lp_pool: an exponent of 0 is not positive");
    refusal(|| x.max_unpool(x, [6]))
        .mentions("max_unpool: values [2, 3, 4] at positions [2, 3, 4]");
    let positions = tape.indices([[0, 9]]);
    refusal(|| ones(&tape, [1, 2]).max_unpool(positions, [1, 1, 8]))
        .mentions("max_unpool: [1, 2] has no 3 axes to be of sizes [1, 1, 8]");
    assert_eq!(
        refusal(|| ones(&tape, [1, 2]).max_unpool(positions, [8])).operation(),
        "max_unpool"
    );
}

#[test]
fn images() {
    let tape = Tape::new();
    let x = ones(&tape, [1, 3, 4, 5]);
    refusal(|| x.exp().pixel_shuffle(2)).says([
        "line 0: pixel_shuffle: 3 channels of [1, 3, 4, 5] are no multiple of 2²",
        "operand 0: [1, 3, 4, 5] from exp at line 0",
    ]);
    refusal(|| x.pixel_unshuffle(2))
        .mentions("pixel_unshuffle: the sizes of [1, 3, 4, 5] are no multiples of 2");
    refusal(|| tape.input([1.0]).pixel_unshuffle(1))
        .mentions("pixel_unshuffle: [1] is not [channels, height, width]");
    refusal(|| x.channel_shuffle(2))
        .mentions("channel_shuffle: [1, 3, 4, 5] has no channels that make 2 equal groups");
    refusal(|| x.interpolate([1; 5], Interpolation::cubic()))
        .mentions("interpolate: 5 axes of [1, 3, 4, 5]");
    refusal(|| ones(&tape, [2, 0]).interpolate([3], Interpolation::cubic()))
        .mentions("interpolate: [2, 0] has nothing to interpolate");
    refusal(|| x.interpolate_by([-1.0], Interpolation::linear()))
        .mentions("interpolate_by: a factor of -1");
    refusal(|| Interpolation::area().align_corners())
        .mentions("align_corners: a mean over an area has no corners");
    refusal(|| Interpolation::nearest().antialias())
        .mentions("antialias: Nearest interpolation has no weights to spread");
}

#[test]
fn sampling() {
    let tape = Tape::new();
    let (x, how) = (ones(&tape, [1, 3, 4, 5]), Interpolation::linear());
    let grid = ones(&tape, [1, 2, 2, 2]);
    refusal(|| x.exp().grid_sample(grid.slice(3, ..1), how, Outside::Zeros)).mentions(
        "grid_sample: images [1, 3, 4, 5] and a grid [1, 2, 2, 1], which should be [batch, \
         channels, sizes…] and [batch, places…, axes]",
    );
    refusal(|| x.grid_sample(grid, Interpolation::area(), Outside::Zeros))
        .mentions("grid_sample: takes nearest, linear or cubic interpolation, not Interpolation");
    refusal(|| ones(&tape, [1, 1, 0, 2]).grid_sample(grid, how, Outside::Zeros))
        .mentions("grid_sample: images [1, 1, 0, 2] have nothing to interpolate");
    refusal(|| ones(&tape, [1, 2, 2]).affine_grid([3, 3]))
        .mentions("affine_grid: [1, 2, 2] should be [batch, 2, 3]");
}

#[test]
fn attention_and_positions() {
    let tape = Tape::new();
    let (q, k) = (ones(&tape, [2, 3, 4]), ones(&tape, [2, 5, 4]));
    refusal(|| Attention::new().of(q.exp(), ones(&tape, [2, 5, 3]), k)).mentions(
        "line 0: attention: queries [2, 3, 4] and keys [2, 5, 3] should be of one width\n",
    );
    refusal(|| Attention::new().of(q, k, q))
        .mentions("attention: keys [2, 5, 4] and values [2, 3, 4] should be as many");
    let heads = ones(&tape, [3, 5, 4]);
    refusal(|| Attention::new().of(ones(&tape, [4, 3, 4]), heads, heads))
        .mentions("attention: the 4 heads of [4, 3, 4] can't share the 3 of [3, 5, 4]");
    refusal(|| Rotary::new().of(ones(&tape, [2, 3])))
        .mentions("rotary: [2, 3] should be […, positions, width] of even width");
    refusal(|| q.group_norm(2, 0.0))
        .mentions("group_norm: [2, 3, 4] has no channels that make 2 equal groups");
    refusal(|| tape.input([1.0]).instance_norm(0.0))
        .mentions("instance_norm: [1] should be [batch, channels, sizes…]");
    refusal(|| q.local_response_norm(0, 1.0, 1.0, 1.0))
        .mentions("local_response_norm: 0 channels of [2, 3, 4]");
}

#[test]
fn sequences() {
    let tape = Tape::new();
    let (logits, labels) = (ones(&tape, [2, 3, 4]), tape.indices([[1, 2], [1, 0]]));
    let (frames, lengths) = (tape.indices([3, 3]), tape.indices([2, 1]));
    refusal(|| Ctc::new(0).each(logits.exp(), labels, frames, tape.indices([2]))).mentions(
        "line 0: ctc: logits [2, 3, 4], labels [2, 2] (index), frames [2] (index) and lengths [1] \
         (index) should be",
    );
    refusal(|| Ctc::new(0).mean(logits, labels, frames, ones(&tape, [2])))
        .mentions("frames [2] (index) and lengths [2] should be");
    let y = Ctc::new(0).each(logits, labels, frames, lengths);
    assert_eq!(y.shape()[..], [2]);
}
