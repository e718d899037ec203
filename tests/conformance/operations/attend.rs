//! Attention of several heads, and the layers of transformers.

use wengert::autodiff::Attention;
use wengert::prelude::*;

use super::network::linear;
use crate::call::Call;

/// What may be seen, and what is added: the names of masks that a call may have.
struct Masks<'a> {
    pairs: &'a str,
    keys: &'a str,
}

pub fn heads<'t>(call: &Call<'_, 't>) -> Vec<Var<'t>> {
    let is_batch_first = call.flag("batch_first");
    let swapped = |x: Var<'t>| if is_batch_first { x } else { x.transpose(0, 1) };
    let query = call.x();
    let [key, value] = ["key", "value"].map(|name| call.optional(name).unwrap_or(query));
    let masks = Masks { pairs: "attn_mask", keys: "key_padding_mask" };
    let [query, key, value] = [query, key, value].map(swapped);
    let [y, weights] = attended(call, "", [query, key, value], &masks);
    if call.has("_need_weights") && !call.flag("_need_weights") {
        return vec![swapped(y)];
    }
    let is_each = call.has("_average_attn_weights") && !call.flag("_average_attn_weights");
    vec![swapped(y), if is_each { weights } else { weights.mean_over(1) }]
}

/// The result for batches in front, and the weights of each head.
fn attended<'t>(
    call: &Call<'_, 't>,
    prefix: &str,
    inputs: [Var<'t>; 3],
    masks: &Masks<'_>,
) -> [Var<'t>; 2] {
    let count = call.size_or("num_heads", call.size_or("nhead", 1));
    let parameter = |name: &str| call.optional(&format!("{prefix}{name}"));
    let weight = parameter("in_proj_weight").expect("a weight");
    let width = weight.shape()[1];
    let mut part = 0;
    let [query, key, value] = inputs.map(|x| {
        let rows = part * width..(part + 1) * width;
        part += 1;
        let bias = parameter("in_proj_bias").map(|bias| bias.slice(0, rows.clone()));
        let y = linear(x, weight.slice(0, rows), bias);
        let (batch, length) = (x.shape()[0], x.shape()[1]);
        y.reshape([batch, length, count, width / count]).transpose(1, 2)
    });
    let attention = masked(call, masks);
    let (y, shape) = (attention.of(query, key, value).transpose(1, 2), inputs[0].shape());
    let y = y.reshape([shape[0], shape[1], width]);
    let y = linear(y, parameter("out_proj.weight").expect("a weight"), parameter("out_proj.bias"));
    [y, attention.weights(query, key)]
}

/// Where a mask of truth values is 1, nothing is seen.
fn masked<'t>(call: &Call<'_, 't>, masks: &Masks<'_>) -> Attention<'t> {
    let mut attention = Attention::new();
    let mut seen: Option<Var<'t>> = None;
    let keys = call.optional(masks.keys).map(|mask| mask.unsqueeze(1).unsqueeze(1));
    for (name, mask) in [(masks.pairs, call.optional(masks.pairs)), (masks.keys, keys)] {
        let Some(mask) = mask else { continue };
        if call.is_truth(name) {
            seen = Some(seen.map_or(1.0 - mask, |seen| seen * (1.0 - mask)));
        } else {
            attention = attention.bias(mask);
        }
    }
    seen.map_or(attention, |seen| attention.where_seen(seen))
}

fn norm<'t>(call: &Call<'_, 't>, number: usize, x: Var<'t>) -> Var<'t> {
    let [weight, bias] =
        ["weight", "bias"].map(|name| call.optional(&format!("norm{number}.{name}")));
    let y = x.layer_norm(-1, call.number_or("layer_norm_eps", 1e-5));
    let y = weight.map_or(y, |weight| y * weight);
    bias.map_or(y, |bias| y + bias)
}

fn feed_forward<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let affine = |x, number: usize| {
        let [weight, bias] =
            ["weight", "bias"].map(|name| call.optional(&format!("linear{number}.{name}")));
        linear(x, weight.expect("a weight"), bias)
    };
    let h = affine(x, 1);
    affine(if call.text("activation") == "gelu" { h.gelu() } else { h.relu() }, 2)
}

/// A part with its residual connection, normalised before or behind.
fn residual<'t>(
    call: &Call<'_, 't>,
    number: usize,
    x: Var<'t>,
    part: impl Fn(Var<'t>) -> Var<'t>,
) -> Var<'t> {
    if call.flag("norm_first") {
        x + part(norm(call, number, x))
    } else {
        norm(call, number, x + part(x))
    }
}

pub fn encoder<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let is_batch_first = call.flag("batch_first");
    let swapped = |x: Var<'t>| if is_batch_first { x } else { x.transpose(0, 1) };
    let masks = Masks { pairs: "src_mask", keys: "src_key_padding_mask" };
    let attend = |x| attended(call, "self_attn.", [x; 3], &masks)[0];
    let x = residual(call, 1, swapped(call.x()), attend);
    swapped(residual(call, 2, x, |x| feed_forward(call, x)))
}

pub fn decoder<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let is_batch_first = call.flag("batch_first");
    let swapped = |x: Var<'t>| if is_batch_first { x } else { x.transpose(0, 1) };
    let memory = swapped(call.var("memory"));
    let own = Masks { pairs: "tgt_mask", keys: "tgt_key_padding_mask" };
    let other = Masks { pairs: "memory_mask", keys: "memory_key_padding_mask" };
    let x = residual(call, 1, swapped(call.x()), |x| attended(call, "self_attn.", [x; 3], &own)[0]);
    let x =
        residual(call, 2, x, |x| attended(call, "multihead_attn.", [x, memory, memory], &other)[0]);
    swapped(residual(call, 3, x, |x| feed_forward(call, x)))
}
