//! Convolution and pooling, under a window that moves over the last axes.

use wengert::prelude::*;
use wengert::tensor::Array;

use super::network::along_channels;
use crate::call::Call;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let x = *call.all().first()?;
    let groups = || call.size_or("groups", 1);
    let biased = |y: Var<'t>| match call.optional("bias") {
        Some(bias) => y + along_channels(bias, y),
        None => y,
    };
    Some(vec![match call.op {
        "nn.functional.conv1d" | "nn.functional.conv2d" | "nn.functional.conv3d" => {
            let weight = call.var("weight");
            biased(x.conv_in_groups(weight, &window(call, &weight.shape()[2..], 1), groups()))
        }
        "nn.functional.conv_transpose1d"
        | "nn.functional.conv_transpose2d"
        | "nn.functional.conv_transpose3d" => {
            let weight = call.var("weight");
            let mut window = window(call, &weight.shape()[2..], 1);
            let more = each(call, "output_padding", window.spans.len(), 0);
            window.spans.iter_mut().zip(more).for_each(|(span, more)| span.padding.1 -= more);
            biased(x.conv_transpose_in_groups(weight, &window, groups()))
        }
        "nn.functional.max_pool1d" => x.max_pool(&pool(call, x, 1)),
        "nn.functional.max_pool2d" if call.flag("return_indices") => {
            let window = pool(call, x, 2);
            return Some(vec![x.max_pool(&window), x.argmax_pool(&window)]);
        }
        "nn.functional.max_pool2d" => x.max_pool(&pool(call, x, 2)),
        "nn.functional.avg_pool1d" => avg_pool(call, x, pool(call, x, 1)),
        "nn.functional.avg_pool2d" => avg_pool(call, x, pool(call, x, 2)),
        "nn.functional.adaptive_avg_pool1d" => adaptive(call, x, 1),
        "nn.functional.adaptive_avg_pool2d" => adaptive(call, x, 2),
        "nn.functional.unfold" => unfolded(call, x),
        _ => return None,
    }])
}

/// An option for each of so many axes, or one for all.
fn each(call: &Call<'_, '_>, name: &str, axes: usize, default: i64) -> Vec<usize> {
    let given = call.integers(name).unwrap_or_else(|| vec![default]);
    (0..axes).map(|k| *given.get(k).unwrap_or(&given[0]) as usize).collect()
}

fn window(call: &Call<'_, '_>, taps: &[usize], stride: i64) -> Window {
    let (window, axes) = (Window::of(taps), taps.len());
    let strides = each(call, "stride", axes, stride);
    let dilations = each(call, "dilation", axes, 1);
    let is_same = call.text("padding") == "same";
    let paddings = if is_same { vec![0; axes] } else { each(call, "padding", axes, 0) };
    let mut window = window;
    for (k, span) in window.spans.iter_mut().enumerate() {
        (span.stride, span.dilation) = (strides[k], dilations[k]);
        span.padding = (paddings[k], paddings[k]);
    }
    if is_same { window.same() } else { window }
}

/// The window of a pool moves by its own size unless told otherwise. With `ceil_mode` the last
/// place is the last that begins before the end, even if it ends behind it.
fn pool(call: &Call<'_, '_>, x: Var<'_>, axes: usize) -> Window {
    let taps = each(call, "kernel_size", axes, 1);
    let mut window = window(call, &taps, 1);
    for (k, span) in window.spans.iter_mut().enumerate() {
        if !call.has("stride") {
            span.stride = taps[k];
        }
        if call.flag("ceil_mode") {
            let (n, before) = (x.shape()[x.rank() - axes + k], span.padding.0);
            let last = (n + before - 1) / span.stride;
            let last = last.min((n + 2 * before - span.extent()).div_ceil(span.stride));
            span.padding.1 = (last * span.stride + span.extent()).saturating_sub(n + before);
        }
    }
    window
}

/// The mean of what is there, or also of the padding, but not of what only `ceil_mode` adds.
fn avg_pool<'t>(call: &Call<'_, 't>, x: Var<'t>, mut window: Window) -> Var<'t> {
    let mut counted = x.ones_like();
    let mut padded = x;
    let excludes = call.has("count_include_pad") && !call.flag("count_include_pad");
    if !excludes {
        let first = x.rank() - window.spans.len();
        for (k, span) in window.spans.iter_mut().enumerate() {
            let (before, behind) = (span.padding.0, span.padding.0.min(span.padding.1));
            padded = padded.pad(first + k, before, behind);
            span.padding = (0, span.padding.1 - behind);
        }
        counted = padded.ones_like();
    }
    padded.sum_pool(&window) / counted.sum_pool(&window)
}

/// Means over parts that cover an axis evenly: from ⌊i n/m⌋ to ⌈(i + 1) n/m⌉.
fn adaptive<'t>(call: &Call<'_, 't>, x: Var<'t>, axes: usize) -> Var<'t> {
    let sizes = each(call, "output_size", axes, 1);
    sizes.into_iter().enumerate().fold(x, |x, (k, m)| {
        let axis = x.rank() - axes + k;
        let n = x.shape()[axis];
        let part = |i: usize| x.slice(axis, i * n / m..((i + 1) * n).div_ceil(m)).mean_over(axis);
        Var::stack(&(0..m).map(part).collect::<Vec<_>>(), axis)
    })
}

/// Every window as a column: a convolution with all unit vectors.
fn unfolded<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let taps = each(call, "kernel_size", 2, 1);
    let (channels, elements) = (x.shape()[1], x.shape()[1] * taps[0] * taps[1]);
    let unit = Array::from_fn([elements], |k| k as i64);
    let weight = call.tape.indices(unit).one_hot(elements);
    let weight = weight.reshape([elements, channels, taps[0], taps[1]]);
    let y = x.conv(weight, &window(call, &taps, 1));
    y.reshape([y.shape()[0], elements, y.shape()[2] * y.shape()[3]])
}
