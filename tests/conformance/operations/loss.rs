//! Losses, and how far vectors are apart.

use std::f64::consts::PI;

use wengert::autodiff::{CrossEntropy, Ctc};
use wengert::prelude::*;
use wengert::tensor::Array;

use crate::call::{Call, axis};

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let x = *call.all().first()?;
    let target = || call.var("target");
    let number = |name, default| call.number_or(name, default);
    Some(vec![match call.op.strip_prefix("nn.functional.")? {
        "mse_loss" => reduced(call, x.mse_each(target())),
        "l1_loss" => reduced(call, x.mae_each(target())),
        "smooth_l1_loss" if number("beta", 1.0) == 0.0 => reduced(call, x.mae_each(target())),
        "smooth_l1_loss" => reduced(call, x.smooth_l1_each(target(), number("beta", 1.0))),
        "huber_loss" => reduced(call, x.huber_each(target(), number("delta", 1.0))),
        "binary_cross_entropy" => reduced(call, weighted(call, yes_or_no(x, target()))),
        "binary_cross_entropy_with_logits" => {
            let losses = match call.optional("pos_weight") {
                Some(weight) => x.balanced_binary_cross_entropy_each(target(), weight),
                None => x.binary_cross_entropy_with_logits_each(target()),
            };
            reduced(call, weighted(call, losses))
        }
        "nll_loss" | "cross_entropy" => classified(call, x),
        "kl_div" => divergence(call, x),
        "hinge_embedding_loss" => {
            reduced(call, x.hinge_embedding_each(target(), number("margin", 1.0)))
        }
        "margin_ranking_loss" => {
            let (other, margin) = (call.var("input2"), number("margin", 0.0));
            reduced(call, x.margin_ranking_each(other, target(), margin))
        }
        "cosine_embedding_loss" => {
            let (other, margin) = (call.var("input2"), number("margin", 0.0));
            reduced(call, x.cosine_embedding_each(other, target(), margin))
        }
        "triplet_margin_loss" => {
            let (a, b, c) = (call.var("anchor"), call.var("positive"), call.var("negative"));
            let (order, epsilon) = (number("p", 2.0), number("eps", 1e-6));
            let apart = |a: Var<'t>, b: Var<'t>| (a - b + epsilon).p_norm_over(order, -1);
            let far =
                if call.flag("swap") { apart(a, c).minimum(apart(b, c)) } else { apart(a, c) };
            reduced(call, (apart(a, b) - far + number("margin", 1.0)).relu())
        }
        "poisson_nll_loss" => poisson(call, x),
        "gaussian_nll_loss" => gaussian(call, x),
        "soft_margin_loss" => reduced(call, x.soft_margin_each(target())),
        "multilabel_soft_margin_loss" => {
            let losses = weighted(call, x.binary_cross_entropy_with_logits_each(target()));
            reduced(call, losses.mean_over(-1))
        }
        "multi_margin_loss" => multi_margin(call, x),
        "cosine_similarity" => {
            let other = call.var("x2");
            let along = axis(number("dim", 1.0) as i64, x.rank().max(other.rank()));
            x.cosine_similarity(other, along)
        }
        "pairwise_distance" => {
            let apart = call.var("x1") - call.var("x2") + number("eps", 1e-6);
            let last = apart.rank() - 1;
            let distance = apart.p_norm_over(number("p", 2.0), last);
            if call.flag("keepdim") { distance.unsqueeze(last) } else { distance }
        }
        "ctc_loss" => temporal(call, x),
        _ => return None,
    }])
}

/// By the reduction that is asked for: the mean unless told otherwise.
fn reduced<'t>(call: &Call<'_, 't>, losses: Var<'t>) -> Var<'t> {
    match call.text("reduction") {
        "none" => losses,
        "sum" => losses.sum(),
        _ => losses.mean(),
    }
}

fn weighted<'t>(call: &Call<'_, 't>, losses: Var<'t>) -> Var<'t> {
    call.optional("weight").map_or(losses, |weight| losses * weight)
}

/// PyTorch limits logarithms to −100, and takes a slope of its own where probabilities are 0 or 1.
fn yes_or_no<'t>(p: Var<'t>, target: Var<'t>) -> Var<'t> {
    let is_sure = (p * (1.0 - p)).lt(1e-12);
    let loss = |p: Var<'t>| {
        let ln = |p: Var<'t>| p.ln().maximum(-100.0);
        -(target * ln(p) + (1.0 - target) * ln(1.0 - p))
    };
    let slope = (p - target) / (p * (1.0 - p)).maximum(1e-12);
    let line = loss(p).stop_gradient() + (p - p.stop_gradient()) * slope.stop_gradient();
    is_sure.select(line, loss(is_sure.select(0.5, p)))
}

/// Cross-entropy, or what is left of it behind the logarithms of probabilities. Classes are axis 1.
fn classified<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let classes = x.shape()[x.rank().min(2) - 1];
    let last = |x: Var<'t>| if x.rank() > 1 { moved_last(x) } else { x };
    let weights = call.optional("weight");
    let (target, smoothing) = (call.var("target"), call.number_or("label_smoothing", 0.0));
    if target.kind() == wengert::autodiff::Kind::Real {
        let target = (1.0 - smoothing) * last(target) + smoothing / classes as f64;
        let surprises = -(target * last(x).log_softmax(-1));
        let losses = weights.map_or(surprises, |w| surprises * w).sum_over(-1);
        return reduced(call, losses);
    }
    let ignored = call.number_or("ignore_index", -100.0);
    let labels = target.value().to_vec_f64();
    let known = |k: usize| if labels[k] == ignored { 0 } else { labels[k] as i64 };
    let counts = |k: usize| f64::from(labels[k] != ignored);
    let shape = target.shape();
    let labels = call.tape.indices(Array::from_fn(shape.clone(), known));
    let mut counts = call.tape.input(Array::from_fn(shape, counts));
    let losses = if call.op.ends_with("nll_loss") {
        counts = weights.map_or(counts, |w| counts * w.take(0, labels));
        counts * last(x).nll_each(labels)
    } else {
        let mut loss = CrossEntropy::new().smoothing(smoothing);
        if let Some(weights) = weights {
            loss = loss.weights(weights.value().to_vec_f64());
        }
        let losses = counts * loss.each(last(x), labels);
        counts = weights.map_or(counts, |w| counts * w.take(0, labels));
        losses
    };
    match call.text("reduction") {
        "none" | "sum" => reduced(call, losses),
        _ => losses.sum() / counts.sum(),
    }
}

/// Axis 1 behind all others.
fn moved_last(x: Var<'_>) -> Var<'_> {
    let axes: Vec<usize> = (0..x.rank()).filter(|&k| k != 1).chain([1]).collect();
    x.permute(axes.as_slice())
}

fn divergence<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let target = call.var("target");
    let losses = if call.flag("log_target") {
        target.exp() * (target - x)
    } else {
        target.xlogy(target) - target * x
    };
    match call.text("reduction") {
        "batchmean" => losses.sum() / x.shape()[0] as f64,
        _ => reduced(call, losses),
    }
}

fn poisson<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let target = call.var("target");
    let is_log = !call.has("log_input") || call.flag("log_input");
    let losses = if is_log {
        x.poisson_nll_each(target)
    } else {
        x - target * (x + call.number_or("eps", 1e-8)).ln()
    };
    if !call.flag("full") {
        return reduced(call, losses);
    }
    let is_large = target.gt(1.0);
    let large = is_large.select(target, 1.0);
    let stirling = large * large.ln() - large + 0.5 * (2.0 * PI * large).ln();
    reduced(call, losses + is_large.select(stirling, 0.0))
}

/// The limit of the variance is not differentiated.
fn gaussian<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let variance = call.var("var");
    let limited = variance.maximum(call.number_or("eps", 1e-6));
    let variance = variance + (limited - variance).stop_gradient();
    let losses = x.gaussian_nll_each(call.var("target"), variance);
    let constant = if call.flag("full") { 0.5 * (2.0 * PI).ln() } else { 0.0 };
    reduced(call, losses + constant)
}

/// By how much other classes come too near to the right one.
fn multi_margin<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let (target, margin) = (call.var("target"), call.number_or("margin", 1.0));
    if call.number_or("p", 1.0) == 1.0 && !call.has("weight") {
        return reduced(call, x.multi_margin_each(target, margin));
    }
    let right = x.pick(target).unsqueeze(target.rank());
    let mut near = (margin - right + x).relu();
    if call.number_or("p", 1.0) == 2.0 {
        near = near.square();
    }
    if let Some(weight) = call.optional("weight") {
        near = near * weight.take(0, target).unsqueeze(target.rank());
    }
    let others = (1.0 - target.one_hot(x.shape()[x.rank() - 1])) * near;
    reduced(call, others.mean_over(-1))
}

/// PyTorch takes logarithms of probabilities, but differentiates as if they came from logits.
fn temporal<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Var<'t> {
    let (frames, lengths) = (call.var("input_lengths"), call.var("target_lengths"));
    let is_batch = x.rank() == 3;
    let x = if is_batch { x.transpose(0, 1) } else { x.unsqueeze(0) };
    let total = x.exp().sum_keeping(2);
    let x = x - (total - total.stop_gradient());
    let mut labels = call.var("targets");
    if labels.rank() == 1 {
        // One behind the other: filled up to the longest.
        let n: Vec<usize> = lengths.value().to_vec_f64().iter().map(|&n| n as usize).collect();
        let (all, most) = (labels.value().to_vec_f64(), n.iter().copied().max().unwrap_or(0));
        let start = |k: usize| n[..k].iter().sum::<usize>();
        let label = |k: usize| {
            let (example, place) = (k / most, k % most);
            if place < n[example] { all[start(example) + place] as i64 } else { 0 }
        };
        labels = call.tape.indices(Array::from_fn([n.len(), most], label));
    }
    let mut ctc = Ctc::new(call.size_or("blank", 0)).of_logarithms();
    if call.flag("zero_infinity") {
        ctc = ctc.skip_impossible();
    }
    let count = |x: Var<'t>| if x.rank() == 0 { x.unsqueeze(0) } else { x };
    let (frames, lengths) = (count(frames), count(lengths));
    match call.text("reduction") {
        "none" if !is_batch => ctc.each(x, labels, frames, lengths).squeeze(0),
        "none" | "sum" => reduced(call, ctc.each(x, labels, frames, lengths)),
        _ => ctc.mean(x, labels, frames, lengths),
    }
}
