//! Whole models and other formulas of many operations, as the files define them.

use std::f64::consts::PI;

use wengert::autodiff::Attention;
use wengert::prelude::*;

use super::network::{along_channels, linear};
use crate::call::Call;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let var = |name| call.var(name);
    Some(match call.op.strip_prefix("composite.")? {
        "mlp3_cross_entropy" | "mlp3_checkpointed" => vec![classifier(call)],
        "tiny_cnn" => vec![convolutional(call)],
        "lstm_steps" => vec![long_short_term(call)],
        "transformer_block" => vec![transformer_block(call)],
        "vae_elbo" => variational(call),
        "logistic_regression_l1_l2" => {
            let (w, y) = (var("w"), var("y"));
            let z = var("X").matmul(w) + var("b");
            let penalty = call.number("l1") * w.abs().sum();
            vec![
                z.binary_cross_entropy_with_logits(y)
                    + penalty
                    + 0.5 * call.number("l2") * w.square().sum(),
            ]
        }
        "gmm_log_likelihood" => {
            let (deviation, mean) = (var("log_std"), var("mean"));
            let apart = (var("x").unsqueeze(1) - mean) * (-deviation).exp();
            let each = -0.5 * apart.square() - deviation - 0.5 * (2.0 * PI).ln();
            vec![(var("logits").log_softmax(0) + each.sum_over(-1)).logsumexp(1).sum()]
        }
        "rosenbrock" => {
            let x = call.x();
            let (now, next) = (x.slice(0, ..x.shape()[0] - 1), x.slice(0, 1..));
            vec![(100.0 * (next - now.square()).square() + (1.0 - now).square()).sum()]
        }
        "mlp_regression" => {
            let h = layer(call, var("x"), "1").tanh();
            vec![0.5 * (layer(call, h, "2") - var("target")).square().sum()]
        }
        "large_logits_softmax_ce" => {
            vec![(var("z") * call.number("scale")).cross_entropy_each(var("target"))]
        }
        "tied_recurrence" => {
            let (x, w) = (var("x"), var("W"));
            let start = x.at(0, 0).tanh();
            let step = |h: Var<'t>, t| (x.at(0, t) + h.matmul(w)).tanh();
            vec![(1..x.shape()[0] as isize).fold(start, step).matmul(w.t())]
        }
        "gradient_penalty" => {
            let x = var("x");
            let critic = linear(layer(call, x, "1").tanh(), var("W2"), None);
            let [slope] = call.tape.grad(critic.sum(), [x]);
            vec![(slope.norm_over(1) - 1.0).square().mean()]
        }
        "derivatives_to_third_order" => {
            let x = call.x();
            let mut all = vec![x.sin() * (0.5 * x).exp() + x.pow(4.0)];
            for order in 0..3 {
                let [next] = call.tape.grad(all[order].sum(), [x]);
                all.push(next);
            }
            all
        }
        name => return formula(call, name),
    })
}

/// What is about the tape: shared, unused, overwritten, detached and masked values.
fn formula<'t>(call: &Call<'_, 't>, name: &str) -> Option<Vec<Var<'t>>> {
    let x = call.x();
    let at = |k| x.at(0, k);
    Some(match name {
        "vector_function" => vec![Var::stack(
            &[at(0) * at(1), at(0).sin() + at(2).square(), (at(1) * at(2)).exp(), x.sum() * at(0)],
            0,
        )],
        "shared_subexpressions" => {
            let u = x * call.var("y");
            let v = u + u.sin();
            let w = v * u;
            vec![(w * w + v / (1.0 + u * u) + x * x).sum()]
        }
        "same_input_many_times" => {
            vec![x * x * x + x / (x + 3.0) + x.maximum(x) + x.matmul(x.t()).matmul(x)]
        }
        "unused_inputs" => {
            let _dead = x * call.var("z");
            vec![x.square().sum(), call.var("y").sum() * 0.0]
        }
        "overwritten_names" => {
            let y = x * 2.0;
            let x = y + y.sin();
            let v = call.var("v");
            let replaced = [v.slice(0, ..1), x.slice(0, 1..2), v.slice(0, 1..), x.slice(0, 3..)];
            let x = Var::concat(&replaced, 0) * y;
            vec![(0..3).fold(x, |x, _| 0.5 * x + x.tanh()), y]
        }
        "inplace_updates" => {
            let rest = x.slice(0, 1..);
            let x = Var::concat(&[rest.slice(0, ..1) * 2.0, rest], 0);
            let added = call.var("v").unsqueeze(1).pad(1, 1, 0);
            let x = x + added;
            vec![x * x.exp()]
        }
        "where_nan_naive" => vec![x.gt(0.0).select(x.sqrt(), 0.0)],
        "where_nan_safe" => {
            let is_positive = x.gt(0.0);
            vec![is_positive.select(is_positive.select(x, 1.0).sqrt(), 0.0)]
        }
        "straight_through_round" => {
            vec![(x.round().straight_through(x) * call.var("w")).sum()]
        }
        "stop_gradient" => {
            let (y, still) = (x * x, x.stop_gradient());
            vec![(y * y.stop_gradient() + still.sin() * x).sum(), (x - still) * 3.0 + still]
        }
        _ => return None,
    })
}

/// An affine layer with its parameters by number.
fn layer<'t>(call: &Call<'_, 't>, x: Var<'t>, number: &str) -> Var<'t> {
    linear(x, call.var(&format!("W{number}")), call.optional(&format!("b{number}")))
}

fn classifier<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let activation = |x: Var<'t>| match call.text("activation") {
        "tanh" => x.tanh(),
        "relu" => x.relu(),
        "gelu" => x.gelu(),
        other => panic!("unknown activation {other}"),
    };
    let h = activation(layer(call, call.var("x"), "1"));
    let h = activation(layer(call, h, "2"));
    layer(call, h, "3").cross_entropy(call.var("target"))
}

fn convolutional<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let conv = |x: Var<'t>, weight, bias, padding: usize| {
        let y = x.conv2d(call.var(weight), 1, padding);
        y + along_channels(call.var(bias), y)
    };
    let h = conv(call.var("x"), "K1", "c1", 1).relu();
    let h = h.max_pool(&Window::new([2, 2]).stride(2));
    let h = conv(h, "K2", "c2", 0).tanh().mean_over([-2, -1]);
    linear(h, call.var("W"), call.optional("b")).cross_entropy(call.var("target"))
}

fn long_short_term<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let (x, mut h, mut c) = (call.var("x"), call.var("h0"), call.var("c0"));
    let affine = |x, w, b| linear(x, call.var(w), call.optional(b));
    for t in 0..x.shape()[0] {
        let gates = affine(x.at(0, t as isize), "Wx", "bx") + affine(h, "Wh", "bh");
        let n = gates.shape()[1] / 4;
        let gate = |k: usize| gates.slice(1, k * n..(k + 1) * n);
        c = gate(1).sigmoid() * c + gate(0).sigmoid() * gate(2).tanh();
        h = gate(3).sigmoid() * c.tanh();
    }
    affine(h, "Wo", "bo").mse(call.var("target"))
}

fn transformer_block<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let affine = |x, w, b| linear(x, call.var(w), call.optional(b));
    let norm = |x: Var<'t>, g, s| x.layer_norm(-1, 1e-5) * call.var(g) + call.var(s);
    let x = call.var("x");
    let &[batch, time, width] = &x.shape()[..] else { panic!("takes [batch, time, width]") };
    let heads = call.size("num_heads");
    let all = affine(norm(x, "g1", "s1"), "Wqkv", "bqkv");
    let [query, key, value] = [0, 1, 2].map(|k| {
        let part = all.slice(-1, k * width..(k + 1) * width);
        part.reshape([batch, time, heads, width / heads]).transpose(1, 2)
    });
    let y = Attention::new().causal().of(query, key, value).transpose(1, 2);
    let x = x + affine(y.reshape([batch, time, width]), "Wo", "bo");
    x + affine(affine(norm(x, "g2", "s2"), "W1", "b1").gelu(), "W2", "b2")
}

fn variational<'t>(call: &Call<'_, 't>) -> Vec<Var<'t>> {
    let affine = |x, w, b| linear(x, call.var(w), call.optional(b));
    let x = call.var("x");
    let h = affine(x, "We", "be").tanh();
    let (mean, log_variance) = (affine(h, "Wm", "bm"), affine(h, "Wv", "bv"));
    let z = mean + (0.5 * log_variance).exp() * call.var("eps");
    let logits = affine(affine(z, "Wd", "bd").tanh(), "Wr", "br");
    let surprise = logits.binary_cross_entropy_with_logits_each(x).sum_over(1);
    let apart = -0.5 * (1.0 + log_variance - mean.square() - log_variance.exp()).sum_over(1);
    vec![(surprise + apart).mean(), apart]
}
