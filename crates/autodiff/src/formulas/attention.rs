//! Attention: what is read from elsewhere, and how much of it.

use wengert_tensor::{Array, Shape};

use crate::input::Operand;
use crate::tape::{Tape, refuse};
use crate::var::Var;

/// Scaled dot-product attention: means of values, weighted by how well their keys answer a query
/// (Vaswani et al., "Attention is all you need", 2017).
///
/// $y_i = \sum_j w_{ij} v_j$ with $w_i$ the softmax over $j$ of $s\, q_i \cdot k_j + b_{ij}$, for
/// queries `[…, queries, width]`, keys `[…, keys, width]` and values `[…, keys, size]`; the axes
/// before are a batch and broadcast. If the last of these, the heads, are more for queries than for
/// keys, neighbouring heads of queries share one of keys (Ainslie et al., "GQA", 2023).
///
/// ```
/// # use wengert_autodiff::{Attention, Tape};
/// let tape = Tape::new();
/// let x = tape.input([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
/// let y = Attention::new().causal().of(x, x, x);
/// assert_eq!(y.at(0, 0).to_string(), "[1. 0.]"); // the first sees itself alone
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Attention<'t> {
    scale: Option<f64>,
    /// Among the keys, the position of the first query, if none sees what comes later.
    causal_from: Option<usize>,
    seen: Option<Var<'t>>,
    bias: Option<Var<'t>>,
    fades: bool,
    /// A rate, and a seed.
    dropout: Option<(f64, Var<'t>)>,
}

impl<'t> Attention<'t> {
    /// Of all keys, with the scale $1 / \sqrt{\mathrm{width}}$.
    pub fn new() -> Attention<'t> {
        Attention::default()
    }

    /// With this scale $s$.
    pub fn scale(self, scale: f64) -> Attention<'t> {
        Attention { scale: Some(scale), ..self }
    }

    /// Query $i$ sees keys up to $i$ alone.
    pub fn causal(self) -> Attention<'t> {
        self.causal_from(0)
    }

    /// As [`Attention::causal`], with the first query at this position among the keys: the keys
    /// before are of an earlier time.
    pub fn causal_from(self, first: usize) -> Attention<'t> {
        Attention { causal_from: Some(first), ..self }
    }

    /// Only keys with a 1, not those with a 0, are seen: `[queries, keys]` or what broadcasts to
    /// the weights. A query that sees no key gets zeros.
    pub fn where_seen(self, seen: Var<'t>) -> Attention<'t> {
        Attention { seen: Some(seen), ..self }
    }

    /// With these numbers $b$ added to the scaled products, −∞ for what is not seen. They are
    /// broadcast.
    pub fn bias(self, bias: Var<'t>) -> Attention<'t> {
        Attention { bias: Some(bias), ..self }
    }

    /// With $b_{ij} = -2^{-8h/H}\, |i - j|$ for head $h = 1 \dots H$: what is further away counts
    /// less, in each head to another degree (Press, Smith and Lewis, "Train short, test long:
    /// attention with linear biases enables input length extrapolation", 2022). Positions of
    /// queries begin as told by [`Attention::causal_from`].
    ///
    /// ```
    /// # use wengert_autodiff::{Attention, Tape};
    /// let tape = Tape::new();
    /// let alike = tape.input([[0.0], [0.0]]);
    /// let weights = Attention::new().fading().weights(alike, alike).at(0, 0);
    /// let odds = weights.at(0, 1) / weights.at(0, 0);
    /// assert!((odds.item() - (-(2.0_f64.powi(-8))).exp()).abs() < 1e-15);
    /// ```
    pub fn fading(self) -> Attention<'t> {
        Attention { fades: true, ..self }
    }

    /// With weights dropped out; see [`Var::dropout`].
    pub fn dropout(self, rate: f64, seed: Var<'t>) -> Attention<'t> {
        Attention { dropout: Some((rate, seed)), ..self }
    }

    /// The weighted means of the values, `[…, queries, size]`.
    ///
    /// # Panics
    /// If the shapes do not agree.
    #[track_caller]
    pub fn of(&self, query: Var<'t>, key: impl Operand<'t>, value: impl Operand<'t>) -> Var<'t> {
        let (key, value) = (key.on(query.tape), value.on(query.tape));
        let (k, v) = (key.shape(), value.shape());
        if v.rank() < 2 || k.rank() < 2 || v[v.rank() - 2] != k[k.rank() - 2] {
            let message = format!("keys {k} and values {v} should be as many");
            refuse("attention", message, &[query, key, value]);
        }
        let mut weights = self.weights(query, key);
        if let Some((rate, seed)) = self.dropout {
            weights = weights.dropout(rate, seed);
        }
        let shared = shared_heads(query, value);
        apart(grouped(weights, shared).matmul(value), shared)
    }

    /// The weights of the keys for each query, `[…, queries, keys]`, before any is dropped out.
    ///
    /// # Panics
    /// If the shapes do not agree.
    #[track_caller]
    pub fn weights(&self, query: Var<'t>, key: impl Operand<'t>) -> Var<'t> {
        let key = key.on(query.tape);
        let (q, k) = (query.shape(), key.shape());
        if q.rank() < 2 || k.rank() < 2 || q[q.rank() - 1] != k[k.rank() - 1] {
            let message = format!("queries {q} and keys {k} should be of one width");
            refuse("attention", message, &[query, key]);
        }
        let (queries, keys) = (q[q.rank() - 2], k[k.rank() - 2]);
        let shared = shared_heads(query, key);
        let scale = self.scale.unwrap_or(1.0 / (q[q.rank() - 1] as f64).sqrt());
        let products = grouped(query * scale, shared).matmul(key.t());
        let mut scores = apart(products, shared);
        if let Some(bias) = self.bias {
            scores = scores + bias;
        }
        if self.fades {
            scores = scores - self.distances(&scores.shape(), query.tape);
        }
        if let Some(seen) = self.seen {
            scores = seen.select(scores, f64::NEG_INFINITY);
        }
        if let Some(first) = self.causal_from {
            let is_past = |k: usize| f64::from(k % keys <= first + k / keys);
            let is_past = query.tape.input(Array::from_fn([queries, keys], is_past));
            scores = is_past.select(scores, f64::NEG_INFINITY);
        }
        scores.softmax(-1)
    }

    /// By how much each score is less, `[heads, queries, keys]`.
    #[track_caller]
    fn distances(&self, scores: &Shape, tape: &'t Tape) -> Var<'t> {
        let axis = scores.rank() - 2;
        let (queries, keys) = (scores[axis], scores[axis + 1]);
        let heads = axis.checked_sub(1).map_or(1, |axis| scores[axis]);
        let distance = |k: usize| {
            let (head, query) = (k / (queries * keys) + 1, k / keys % queries);
            let apart = (self.causal_from.unwrap_or(0) + query).abs_diff(k % keys);
            (-8.0 * head as f64 / heads as f64).exp2() * apart as f64
        };
        let distances = tape.input(Array::from_fn([heads, queries, keys], distance));
        if axis == 0 { distances.reshape([queries, keys]) } else { distances }
    }
}

/// How many heads of queries share a head of keys or values.
#[track_caller]
fn shared_heads<'t>(query: Var<'t>, key: Var<'t>) -> usize {
    let (q, k) = (query.shape(), key.shape());
    let heads = |shape: &Shape| shape.rank().checked_sub(3).map(|axis| shape[axis]);
    match (heads(&q), heads(&k)) {
        (Some(more), Some(heads)) if heads > 1 && more > heads => {
            if !more.is_multiple_of(heads) {
                let message = format!("the {more} heads of {q} can't share the {heads} of {k}");
                refuse("attention", message, &[query, key]);
            }
            more / heads
        }
        _ => 1,
    }
}

/// With the rows of so many neighbouring heads as the rows of one.
#[track_caller]
fn grouped(x: Var<'_>, shared: usize) -> Var<'_> {
    if shared == 1 {
        return x;
    }
    let (mut shape, heads) = (x.shape().to_vec(), x.rank() - 3);
    shape[heads] /= shared;
    shape[heads + 1] *= shared;
    x.reshape(shape)
}

/// The inverse of [`grouped`].
#[track_caller]
fn apart(x: Var<'_>, shared: usize) -> Var<'_> {
    if shared == 1 {
        return x;
    }
    let (mut shape, heads) = (x.shape().to_vec(), x.rank() - 3);
    shape[heads] *= shared;
    shape[heads + 1] /= shared;
    x.reshape(shape)
}
