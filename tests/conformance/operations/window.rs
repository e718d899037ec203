//! Convolution and pooling, under a window that moves over the last axes.

use wengert::prelude::*;

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
        "nn.functional.lp_pool1d" => lp_pool(call, x, 1),
        "nn.functional.lp_pool2d" => lp_pool(call, x, 2),
        "nn.functional.lp_pool3d" => lp_pool(call, x, 3),
        "nn.functional.avg_pool1d" => avg_pool(call, x, pool(call, x, 1)),
        "nn.functional.avg_pool2d" => avg_pool(call, x, pool(call, x, 2)),
        "nn.functional.avg_pool3d" => avg_pool(call, x, pool(call, x, 3)),
        "nn.functional.adaptive_avg_pool1d" => x.adaptive_avg_pool(adapted(call, x, 1)),
        "nn.functional.adaptive_avg_pool2d" => x.adaptive_avg_pool(adapted(call, x, 2)),
        "nn.functional.adaptive_avg_pool3d" => x.adaptive_avg_pool(adapted(call, x, 3)),
        "nn.functional.max_unpool1d" => unpooled(call, x, 1),
        "nn.functional.max_unpool2d" => unpooled(call, x, 2),
        "nn.functional.max_unpool3d" => unpooled(call, x, 3),
        "nn.functional.unfold" => x.unfold(&window(call, &each(call, "kernel_size", 2, 1), 1)),
        "nn.functional.fold" => {
            let sizes = Shape::from(each(call, "output_size", 2, 1));
            x.fold(&window(call, &each(call, "kernel_size", 2, 1), 1), sizes)
        }
        _ => return maxima(call, x),
    }])
}

/// Pooling by maxima, and where they are if that is asked for.
fn maxima<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Option<Vec<Var<'t>>> {
    let axes = call.op.strip_suffix('d')?.chars().last()?.to_digit(10)? as usize;
    let [values, positions] = match &call.op[..call.op.len() - 2] {
        "nn.functional.max_pool" => {
            let window = pool(call, x, axes);
            [x.max_pool(&window), x.argmax_pool(&window)]
        }
        "nn.functional.adaptive_max_pool" => {
            let sizes = adapted(call, x, axes);
            [x.adaptive_max_pool(sizes.clone()), x.adaptive_argmax_pool(sizes)]
        }
        _ => return None,
    };
    Some(if call.flag("return_indices") { vec![values, positions] } else { vec![values] })
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
    let is_named = !call.text("padding").is_empty();
    let paddings = if is_named { vec![0; axes] } else { each(call, "padding", axes, 0) };
    let mut window = window;
    for (k, span) in window.spans.iter_mut().enumerate() {
        (span.stride, span.dilation) = (strides[k], dilations[k]);
        span.padding = (paddings[k], paddings[k]);
    }
    if is_same { window.same() } else { window }
}

/// The window of a pool moves by its own size unless told otherwise.
fn pool(call: &Call<'_, '_>, x: Var<'_>, axes: usize) -> Window {
    let taps = each(call, "kernel_size", axes, 1);
    let mut window = window(call, &taps, 1);
    for (k, span) in window.spans.iter_mut().enumerate() {
        if !call.has("stride") {
            span.stride = taps[k];
        }
    }
    if call.flag("ceil_mode") { window.ceil(&x.shape()[x.rank() - axes..]) } else { window }
}

/// The mean of what is there, or also of the padding, but not of what only `ceil_mode` adds; or the
/// sum divided by a given number.
fn avg_pool<'t>(call: &Call<'_, 't>, x: Var<'t>, mut window: Window) -> Var<'t> {
    if call.has("divisor_override") {
        return x.sum_pool(&window) / call.number("divisor_override");
    }
    let mut padded = x;
    if !call.has("count_include_pad") || call.flag("count_include_pad") {
        let first = x.rank() - window.spans.len();
        for (k, span) in window.spans.iter_mut().enumerate() {
            let (before, behind) = (span.padding.0, span.padding.0.min(span.padding.1));
            padded = padded.pad(first + k, before, behind);
            span.padding = (0, span.padding.1 - behind);
        }
    }
    padded.avg_pool_inside(&window)
}

/// PyTorch's powers are without |x|, and with `ceil_mode` it multiplies a mean of what is there.
fn lp_pool<'t>(call: &Call<'_, 't>, x: Var<'t>, axes: usize) -> Var<'t> {
    let (window, q) = (pool(call, x, axes), call.number("norm_type"));
    if call.flag("ceil_mode") {
        let means = x.pow(q).avg_pool_inside(&window);
        return (means * window.taps().size() as f64).pow(1.0 / q);
    }
    if q % 2.0 == 0.0 { x.lp_pool(q, &window) } else { x.pow(q).sum_pool(&window).pow(1.0 / q) }
}

/// The sizes of the result of adaptive pooling; what is null stays as it is.
fn adapted(call: &Call<'_, '_>, x: Var<'_>, axes: usize) -> Shape {
    let given = call.attribute("output_size").expect("sizes");
    let size = |k: usize| {
        let size = given.as_array().map_or(given, |list| &list[k]);
        size.as_u64().map_or(x.shape()[x.rank() - axes + k], |n| n as usize)
    };
    (0..axes).map(size).collect()
}

/// By default, as large as what the window had to move over.
fn unpooled<'t>(call: &Call<'_, 't>, x: Var<'t>, axes: usize) -> Var<'t> {
    let window = pool(call, x, axes);
    let places = &x.shape()[x.rank() - axes..];
    let size = |k: usize| {
        let span = window.spans[k];
        (places[k] - 1) * span.stride + span.taps - 2 * span.padding.0
    };
    let sizes = match call.integers("output_size") {
        Some(sizes) => sizes[sizes.len() - axes..].iter().map(|&n| n as usize).collect::<Shape>(),
        None => (0..axes).map(size).collect(),
    };
    x.max_unpool(call.var("indices"), sizes)
}
