//! Modules, whose parameters are inputs by their names. Most are a function by another name.

use wengert::autodiff::Padding;
use wengert::prelude::*;

use super::network::along_channels;
use super::{attend, recurrent};
use crate::call::Call;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let name = call.op.strip_prefix("nn.").filter(|name| name.starts_with(char::is_uppercase))?;
    match name {
        "LSTM" | "GRU" | "RNN" => Some(recurrent::layers(call, name)),
        "LSTMCell" | "GRUCell" | "RNNCell" => Some(recurrent::cell(call, name)),
        "MultiheadAttention" => Some(attend::heads(call)),
        "TransformerEncoderLayer" => Some(vec![attend::encoder(call)]),
        "TransformerDecoderLayer" => Some(vec![attend::decoder(call)]),
        "BatchNorm1d" | "BatchNorm2d" | "BatchNorm3d" => Some(batch_norms(call)),
        "PReLU" if call.x().rank() > 1 => {
            Some(vec![call.x().leaky_relu(along_channels(call.var("weight"), call.x()))])
        }
        "Conv1d" | "Conv2d" | "Conv3d" if call.text("padding_mode") == "reflect" => {
            Some(vec![reflected_conv(call)])
        }
        _ => {
            let function = function(name);
            let names = [format!("nn.functional.{function}"), function];
            names.iter().find_map(|name| super::by_name(&call.named(name)))
        }
    }
}

/// The function that a module applies: `MaxPool2d` is `max_pool2d`.
fn function(module: &str) -> String {
    let letters: Vec<char> = module.chars().collect();
    let mut name = String::new();
    for (k, &letter) in letters.iter().enumerate() {
        let before = k.checked_sub(1).map(|k| letters[k]);
        let ends = before.is_some_and(char::is_lowercase)
            || before.is_some() && letters.get(k + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && ends {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    match name.as_str() {
        "bce_loss" => "binary_cross_entropy".to_owned(),
        "bce_with_logits_loss" => "binary_cross_entropy_with_logits".to_owned(),
        "cross_entropy_loss" | "kl_div_loss" => name.replace("_loss", ""),
        "log_sigmoid" => "logsigmoid".to_owned(),
        "instance_norm1d" | "instance_norm2d" | "instance_norm3d" => "instance_norm".to_owned(),
        _ => name.replace("p_re_lu", "prelu").replace("re_lu", "relu").replace("si_lu", "silu"),
    }
}

/// Padded by reflections before.
fn reflected_conv<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let (mut x, weight) = (call.x(), call.var("weight"));
    let axes = weight.rank() - 2;
    let each = |name: &str, default: usize| {
        let given = call.integers(name).unwrap_or_else(|| vec![default as i64]);
        (0..axes).map(|k| *given.get(k).unwrap_or(&given[0]) as usize).collect::<Vec<_>>()
    };
    for (k, padding) in each("padding", 0).into_iter().enumerate() {
        x = x.pad_with(2 + k, padding, padding, Padding::Reflect);
    }
    let mut window = Window::of(&weight.shape()[2..]);
    let (strides, dilations) = (each("stride", 1), each("dilation", 1));
    for (k, span) in window.spans.iter_mut().enumerate() {
        (span.stride, span.dilation) = (strides[k], dilations[k]);
    }
    let y = x.conv_in_groups(weight, &window, call.size_or("groups", 1));
    call.optional("bias").map_or(y, |bias| y + along_channels(bias, y))
}

/// One call after the other, each with the running statistics that the one before left.
fn batch_norms<'t>(call: &Call<'_, 't>) -> Vec<Var<'t>> {
    let modes = call.attribute("_modes").and_then(|modes| modes.as_array()).expect("modes");
    let (mut mean, mut variance) = (call.optional("running_mean"), call.optional("running_var"));
    let counted = call.optional("num_batches_tracked").map(|n| n.value().item() as i64);
    let (mut count, mut all) = (counted.unwrap_or(0), Vec::new());
    for (k, mode) in modes.iter().enumerate() {
        let x = call.var(&format!("input@{k}"));
        let others: Vec<usize> = (0..x.rank()).filter(|&axis| axis != 1).collect();
        let used = match (mean, variance) {
            (Some(mean), Some(variance)) if mode == "eval" => [mean, variance],
            _ => [x.mean_over(others.as_slice()), x.var_over(others.as_slice(), 0)],
        };
        if let (Some(old_mean), Some(old_variance), true) = (mean, variance, mode == "train") {
            count += 1;
            let cumulative = call.is_null("momentum");
            let momentum =
                if cumulative { 1.0 / count as f64 } else { call.number_or("momentum", 0.1) };
            let blended = |old: Var<'t>, new: Var<'t>| {
                ((1.0 - momentum) * old + momentum * new).stop_gradient()
            };
            mean = Some(blended(old_mean, used[0]));
            variance = Some(blended(old_variance, x.var_over(others.as_slice(), 1)));
        }
        let scale = (used[1] + call.number_or("eps", 1e-5)).sqrt();
        let mut y = (x - along_channels(used[0], x)) / along_channels(scale, x);
        if let Some(weight) = call.optional("weight") {
            y = y * along_channels(weight, x);
        }
        all.push(call.optional("bias").map_or(y, |bias| y + along_channels(bias, x)));
        all.extend(mean.into_iter().chain(variance));
        all.extend(counted.map(|_| call.tape.indices(count)));
    }
    all
}
