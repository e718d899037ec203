//! W7: training steps of a small GPT on characters: 4 layers, 4 heads, width 128, context 64, batch
//! 12, no biases, no dropout, AdamW.

use wengert::prelude::*;

use crate::measure::Outcome;
use crate::numbers::{integers, symmetric};
use crate::training::train;

const VOCABULARY: usize = 65;
const WIDTH: usize = 128;
const CONTEXT: usize = 64;
const BATCH: usize = 12;
const HEADS: usize = 4;
const LAYERS: usize = 4;

/// How a step's memory is limited.
#[derive(Clone, Copy, PartialEq)]
pub enum Memory {
    /// All values are kept.
    Free,
    /// Temporaries take half of what they take where all values are kept.
    Half,
    /// Each layer is a checkpoint.
    Checkpoints,
}

/// The keys of the parameters.
struct Gpt {
    tokens: ParamId,
    positions: ParamId,
    layers: Vec<Layer>,
    norm: ParamId,
}

struct Layer {
    norms: [ParamId; 2],
    qkv: ParamId,
    projection: ParamId,
    up: ParamId,
    down: ParamId,
}

impl Gpt {
    fn new(params: &mut Params) -> Gpt {
        let mut tag = 9;
        let mut add = |shape: &[usize]| {
            tag += 1;
            let is_norm = shape.len() == 1;
            let value = if is_norm {
                Tensor::from(vec![1.0_f32; shape[0]])
            } else {
                symmetric(tag, shape, 0.035)
            };
            params.add(&tag.to_string(), value)
        };
        let (tokens, positions) = (add(&[VOCABULARY, WIDTH]), add(&[CONTEXT, WIDTH]));
        let layers = (0..LAYERS).map(|_| {
            let (first, qkv) = (add(&[WIDTH]), add(&[WIDTH, 3 * WIDTH]));
            let (projection, second) = (add(&[WIDTH, WIDTH]), add(&[WIDTH]));
            let (up, down) = (add(&[WIDTH, 4 * WIDTH]), add(&[4 * WIDTH, WIDTH]));
            Layer { norms: [first, second], qkv, projection, up, down }
        });
        let layers = layers.collect();
        Gpt { tokens, positions, layers, norm: add(&[WIDTH]) }
    }

    fn logits<'t>(&self, scope: &Scope<'t>, tokens: Var<'t>, memory: Memory) -> Var<'t> {
        let table = scope.var(self.tokens);
        let mut h = table.take(0, tokens) + scope.var(self.positions);
        for layer in &self.layers {
            h = match memory {
                Memory::Checkpoints => scope.tape().checkpoint(|| layer.forward(scope, h)),
                _ => layer.forward(scope, h),
            };
        }
        normalised(scope, h, self.norm).matmul(table.t())
    }
}

impl Layer {
    fn forward<'t>(&self, scope: &Scope<'t>, h: Var<'t>) -> Var<'t> {
        let qkv = normalised(scope, h, self.norms[0]).matmul(scope.var(self.qkv));
        let h = h + attention(qkv).matmul(scope.var(self.projection));
        let up = normalised(scope, h, self.norms[1]).matmul(scope.var(self.up));
        h + up.gelu().matmul(scope.var(self.down))
    }
}

fn normalised<'t>(scope: &Scope<'t>, h: Var<'t>, weight: ParamId) -> Var<'t> {
    h.layer_norm(-1, 1e-5) * scope.var(weight)
}

/// Causal attention: each position looks at itself and at those before it.
fn attention(qkv: Var<'_>) -> Var<'_> {
    let size = WIDTH / HEADS;
    let heads = qkv.reshape([BATCH, CONTEXT, 3, HEADS, size]).permute([2, 0, 3, 1, 4]);
    let [q, k, v] = [0, 1, 2].map(|part| heads.at(0, part));
    Attention::new().causal().of(q, k, v).permute([0, 2, 1, 3]).reshape([BATCH, CONTEXT, WIDTH])
}

pub fn gpt(threads: usize, memory: Memory) -> Outcome {
    let mut params = Params::f32(0);
    let model = Gpt::new(&mut params);
    let tokens = integers(1, &[BATCH, CONTEXT], VOCABULARY as u32);
    let targets = integers(2, &[BATCH, CONTEXT], VOCABULARY as u32);
    let optimizer = AdamW::new(1e-3).betas(0.9, 0.99).weight_decay(0.1);
    let mut tape = Tape::f32();
    if memory == Memory::Half {
        // What a step takes is known without running it.
        let free = Tape::f32();
        let scope = free.scope(&params);
        let logits = model.logits(&scope, scope.input(&tokens), memory);
        let loss = logits.cross_entropy(&targets);
        let gradients = scope.grad(loss);
        let gradients = params.iter().filter_map(|(id, _)| gradients.get(id).copied());
        let results: Vec<_> = [loss].into_iter().chain(gradients).collect();
        tape.set_memory_budget(Some(free.program_of(&[], &results).peak_bytes() / 2));
    }
    train(tape, params, optimizer, &Threads::new(threads), 1, |scope| {
        model.logits(scope, scope.input(&tokens), memory).cross_entropy(&targets)
    })
}
