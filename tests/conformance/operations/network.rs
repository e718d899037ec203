//! What networks are made of: affine maps, normalisation, attention, embedding.

use wengert::autodiff::Attention;
use wengert::prelude::*;

use super::reduction::norm;
use crate::call::{Call, axis};

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
        "nn.functional.group_norm" => {
            affine_channels(call, x.group_norm(call.size("num_groups"), epsilon(1e-5)))
        }
        "nn.functional.instance_norm" => affine_channels(call, x.instance_norm(epsilon(1e-5))),
        "nn.functional.batch_norm" => return Some(batch_norm(call, x)),
        "nn.functional.local_response_norm" => {
            let number = |name, default| call.number_or(name, default);
            let (alpha, beta, k) = (number("alpha", 1e-4), number("beta", 0.75), number("k", 1.0));
            x.local_response_norm(call.size("size"), alpha, beta, k)
        }
        "nn.functional.normalize" => {
            let axis = call.axis_or("dim", x, 1);
            match call.number_or("p", 2.0) {
                2.0 => x.normalize(axis, epsilon(1e-12)),
                p => x / norm(x, &[axis], p).unsqueeze(axis).maximum(epsilon(1e-12)),
            }
        }
        "nn.functional.embedding" => {
            let (index, table) = (call.var("input"), call.var("weight"));
            match call.integers("padding_idx") {
                Some(row) => table.embedding_padded(index, axis(row[0], table.shape()[0])),
                None => table.embedding(index),
            }
        }
        "nn.functional.embedding_bag" => embedding_bag(call)?,
        "nn.functional.dropout"
        | "nn.functional.dropout1d"
        | "nn.functional.dropout2d"
        | "nn.functional.dropout3d"
        | "nn.functional.alpha_dropout"
            if call.has("training") && !call.flag("training")
                || call.has("p") && call.number("p") == 0.0 =>
        {
            x
        }
        "one_hot" | "nn.functional.one_hot" if call.number_or("num_classes", -1.0) >= 0.0 => {
            x.one_hot(call.size("num_classes"))
        }
        "nn.functional.scaled_dot_product_attention" => attention(call),
        "nn.functional.pixel_shuffle" => x.pixel_shuffle(call.size("upscale_factor")),
        "nn.functional.pixel_unshuffle" => x.pixel_unshuffle(call.size("downscale_factor")),
        "nn.functional.channel_shuffle" | "channel_shuffle" => {
            x.channel_shuffle(call.size("groups"))
        }
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

/// Sums, means or maxima over bags of rows: those of one row of the index, or those between two
/// offsets.
fn embedding_bag<'t>(call: &Call<'_, 't>) -> Option<Var<'t>> {
    let (index, table) = (call.var("input"), call.var("weight"));
    let mut rows = table.embedding(index);
    if let Some(weights) = call.optional("per_sample_weights") {
        rows = rows * weights.unsqueeze(index.rank());
    }
    let joined = |bag: Var<'t>, axis: usize| match call.text("mode") {
        "sum" => Some(bag.sum_over(axis)),
        "max" => Some(bag.max_over(axis)),
        "" | "mean" if bag.shape()[axis] == 0 => Some(bag.sum_over(axis)),
        "" | "mean" => Some(bag.mean_over(axis)),
        _ => None,
    };
    let Some(offsets) = call.optional("offsets") else { return joined(rows, 1) };
    let mut ends: Vec<usize> = offsets.value().to_vec_f64().iter().map(|&k| k as usize).collect();
    if !call.flag("include_last_offset") {
        ends.push(rows.shape()[0]);
    }
    let bags = ends.windows(2).map(|bag| joined(rows.slice(0, bag[0]..bag[1]), 0));
    Some(Var::stack(&bags.collect::<Option<Vec<_>>>()?, 0))
}

fn attention<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let mut attention = Attention::new();
    if call.has("scale") {
        attention = attention.scale(call.number("scale"));
    }
    if call.flag("is_causal") {
        attention = attention.causal();
    }
    attention = match call.optional("attn_mask") {
        Some(mask) if call.is_truth("attn_mask") => attention.where_seen(mask),
        Some(mask) => attention.bias(mask),
        None => attention,
    };
    attention.of(call.var("query"), call.var("key"), call.var("value"))
}
