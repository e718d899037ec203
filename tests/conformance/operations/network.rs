//! What networks are made of: affine maps, normalisation, attention, embedding.

use wengert::prelude::*;

use crate::call::Call;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let x = *call.all().first()?;
    let epsilon = |default| call.number_or("eps", default);
    let normalised = || -> Vec<isize> {
        let axes = call.integers("normalized_shape").map_or(1, |shape| shape.len());
        (1..=axes as isize).map(|k| -k).collect()
    };
    Some(vec![match call.op {
        "nn.functional.linear" => linear(x, call.var("weight"), call.optional("bias")),
        "nn.functional.bilinear" => {
            // Σ aᵢ Wₖᵢⱼ bⱼ, one product with each Wₖ.
            let (a, b) = (call.var("input1"), call.var("input2"));
            let products = a.unsqueeze(0).matmul(call.var("weight")) * b.unsqueeze(0);
            plus(products.sum_over(-1).t(), call.optional("bias"))
        }
        "nn.functional.layer_norm" => {
            affine(x.layer_norm(normalised().as_slice(), epsilon(1e-5)), call)
        }
        "nn.functional.rms_norm" => {
            affine(x.rms_norm(normalised().as_slice(), epsilon(f64::EPSILON)), call)
        }
        "nn.functional.group_norm" => group_norm(call, x, call.size("num_groups")),
        "nn.functional.instance_norm" => group_norm(call, x, x.shape()[1]),
        "nn.functional.batch_norm" => return Some(batch_norm(call, x)),
        "nn.functional.local_response_norm" => local_response_norm(call, x),
        "nn.functional.normalize" if call.number_or("p", 2.0) == 2.0 => {
            let axis = call.axis_or("dim", x, 1);
            x / x.norm_over(axis).unsqueeze(axis).maximum(epsilon(1e-12))
        }
        "nn.functional.embedding" => embedding(call),
        "nn.functional.dropout" if call.has("training") && !call.flag("training") => x,
        "one_hot" => x.one_hot(call.size("num_classes")),
        "nn.functional.scaled_dot_product_attention" => attention(call),
        "nn.functional.pixel_shuffle" => pixel_shuffle(x, call.size("upscale_factor")),
        "nn.functional.pixel_unshuffle" => pixel_unshuffle(x, call.size("downscale_factor")),
        _ => return None,
    }])
}

/// $x W^T + b$.
pub fn linear<'t>(x: Var<'t>, weight: Var<'t>, bias: Option<Var<'t>>) -> Var<'t> {
    plus(x.matmul(weight.t()), bias)
}

fn plus<'t>(x: Var<'t>, bias: Option<Var<'t>>) -> Var<'t> {
    bias.map_or(x, |bias| x + bias)
}

/// Scaled and shifted, element by element of the last axes.
fn affine<'t>(x: Var<'t>, call: &Call<'_, 't>) -> Var<'t> {
    plus(call.optional("weight").map_or(x, |weight| x * weight), call.optional("bias"))
}

/// One number for each channel, which are axis 1 of `x`.
pub fn along_channels<'t>(numbers: Var<'t>, x: Var<'t>) -> Var<'t> {
    let size = |k: usize| if k == 1 { numbers.shape().size() } else { 1 };
    numbers.reshape((0..x.rank()).map(size).collect::<Shape>())
}

fn affine_channels<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let scaled = call.optional("weight").map_or(x, |weight| x * along_channels(weight, x));
    plus(scaled, call.optional("bias").map(|bias| along_channels(bias, x)))
}

fn group_norm<'t>(call: &Call<'_, 't>, x: Var<'t>, groups: usize) -> Var<'t> {
    let (shape, batch) = (x.shape(), x.shape()[0]);
    let grouped = x.reshape([batch, groups, shape.size() / (batch * groups)]);
    let y = grouped.layer_norm(-1, call.number_or("eps", 1e-5));
    affine_channels(call, y.reshape(shape))
}

/// The result, and the running statistics afterwards.
fn batch_norm<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Vec<Var<'t>> {
    let (running_mean, running_var) = (call.var("running_mean"), call.var("running_var"));
    let others: Vec<usize> = (0..x.rank()).filter(|&k| k != 1).collect();
    let momentum = call.number_or("momentum", 0.1);
    let blended = |old: Var<'t>, new: Var<'t>| (1.0 - momentum) * old + momentum * new;
    let [mean, variance, mean_after, variance_after] = if call.flag("training") {
        let [mean, variance, unbiased] = [
            x.mean_over(others.as_slice()),
            x.var_over(others.as_slice(), 0),
            x.var_over(others.as_slice(), 1),
        ];
        let after = [blended(running_mean, mean), blended(running_var, unbiased)];
        [mean, variance, after[0], after[1]]
    } else {
        [running_mean, running_var, running_mean, running_var]
    };
    let scale = (variance + call.number_or("eps", 1e-5)).sqrt();
    let z = (x - along_channels(mean, x)) / along_channels(scale, x);
    vec![affine_channels(call, z), mean_after, variance_after]
}

/// Divided by a power of the mean square over neighbouring channels.
fn local_response_norm<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let size = call.size("size");
    let window = Window::new([size]).padding([(size / 2, (size - 1) / 2)]);
    let channels_last = x.square().transpose(1, x.rank() - 1);
    let means = channels_last.avg_pool(&window).transpose(1, x.rank() - 1);
    let scaled = call.number_or("k", 1.0) + call.number_or("alpha", 1e-4) * means;
    x / scaled.pow(call.number_or("beta", 0.75))
}

/// The row of padding is read like any other, but nothing flows back to it.
fn embedding<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let (index, table) = (call.var("input"), call.var("weight"));
    let rows = table.take(0, index);
    if !call.has("padding_idx") {
        return rows;
    }
    let is_row = call.tape.indices(call.integer("padding_idx")).one_hot(table.shape()[0]);
    let is_padding = is_row.take(0, index).unsqueeze(index.rank());
    is_padding.select(rows.stop_gradient(), rows)
}

fn attention<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let (query, key, value) = (call.var("query"), call.var("key"), call.var("value"));
    let width = query.shape()[query.rank() - 1] as f64;
    let scores = query.matmul(key.t()) * call.number_or("scale", 1.0 / width.sqrt());
    let scores = match call.optional("attn_mask") {
        Some(mask) if call.is_truth("attn_mask") => mask.select(scores, f64::NEG_INFINITY),
        Some(mask) => scores + mask,
        None if call.flag("is_causal") => causal(scores),
        None => scores,
    };
    scores.softmax(-1).matmul(value)
}

/// With −∞ for what comes later.
pub fn causal(scores: Var<'_>) -> Var<'_> {
    let [queries, keys] = [scores.shape()[scores.rank() - 2], scores.shape()[scores.rank() - 1]];
    let is_past = |k: usize| f64::from(k % keys <= k / keys);
    let is_past = wengert::tensor::Array::from_fn([queries, keys], is_past);
    scores.tape().input(is_past).select(scores, f64::NEG_INFINITY)
}

fn pixel_shuffle(x: Var<'_>, r: usize) -> Var<'_> {
    let &[n, c, h, w] = &x.shape()[..] else { panic!("takes images") };
    let y = x.reshape([n, c / (r * r), r, r, h, w]).permute([0, 1, 4, 2, 5, 3]);
    y.reshape([n, c / (r * r), h * r, w * r])
}

fn pixel_unshuffle(x: Var<'_>, r: usize) -> Var<'_> {
    let &[n, c, h, w] = &x.shape()[..] else { panic!("takes images") };
    let y = x.reshape([n, c, h / r, r, w / r, r]).permute([0, 1, 3, 5, 2, 4]);
    y.reshape([n, c * r * r, h / r, w / r])
}
