//! Random programs: a list of bytes that any list of operations can be read from, so that a
//! failure shrinks to a short one.

use proptest::prelude::*;
use wengert_autodiff::ops::{Assemble, Expand, Max, Slice, Uniform};
use wengert_autodiff::{Kind, Tape, Var};
use wengert_tensor::{Array, Range, Shape, Tensor};

use crate::numbers::{Noise, cast};

/// Which operations are applied to what, and which numbers they start from.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    /// Indices into [`SHAPES`].
    inputs: Vec<usize>,
    /// An operation, and what picks its operands and parameters.
    steps: Vec<[u8; 4]>,
    seed: u64,
}

/// Some broadcast to each other; sizes are more than one, one and zero.
const SHAPES: [&[usize]; 12] =
    [&[], &[3], &[2, 3], &[1], &[2, 1], &[3, 3], &[2, 3, 3], &[4], &[2, 3], &[1, 3], &[0], &[2, 0]];

/// Nothing grows beyond this many elements.
const LARGEST: usize = 150;

pub(crate) fn recipes() -> impl Strategy<Value = Recipe> {
    let inputs = prop::collection::vec(0..SHAPES.len(), 1..4);
    let steps = prop::collection::vec(any::<[u8; 4]>(), 1..30);
    (inputs, steps, any::<u64>()).prop_map(|(inputs, steps, seed)| Recipe { inputs, steps, seed })
}

/// A recorded recipe.
pub(crate) struct Dish<'t> {
    pub inputs: Vec<Var<'t>>,
    /// Everything real that was computed, in order of recording.
    pub nodes: Vec<Var<'t>>,
    /// Whether every run of it gives the bits that `eval` gives.
    pub exact: bool,
}

impl Recipe {
    /// What its inputs are.
    pub fn tensors(&self) -> Vec<Tensor> {
        let mut noise = Noise::new(self.seed);
        self.inputs.iter().map(|&shape| noise.tensor(&SHAPES[shape].into())).collect()
    }

    /// A stream of numbers that depends on nothing but the recipe.
    pub fn noise(&self) -> Noise {
        Noise::new(!self.seed)
    }

    pub fn record<'t>(&self, tape: &'t Tape) -> Dish<'t> {
        let mut dish = self.begin(tape);
        self.steps.iter().for_each(|&step| dish.add(step));
        dish
    }

    /// As [`Recipe::record`], every `count` steps a checkpoint.
    pub fn record_in_blocks<'t>(&self, tape: &'t Tape, count: usize) -> Dish<'t> {
        let mut dish = self.begin(tape);
        for block in self.steps.chunks(count) {
            tape.checkpoint(|| {
                for &step in block {
                    dish.add(step);
                }
                dish.nodes[dish.nodes.len() - 1]
            });
        }
        dish
    }

    fn begin<'t>(&self, tape: &'t Tape) -> Dish<'t> {
        let dtype = tape.precision().dtype();
        let tensors = self.tensors();
        let inputs: Vec<_> = tensors.iter().map(|x| tape.input(cast(x, dtype))).collect();
        Dish { nodes: inputs.clone(), inputs, exact: true }
    }
}

impl<'t> Dish<'t> {
    fn add(&mut self, step: [u8; 4]) {
        if let Some(y) = self.step(step).filter(|y| y.shape().size() <= LARGEST) {
            assert_eq!(y.kind(), Kind::Real);
            self.nodes.push(y);
        }
    }

    /// One of what there is, the later the likelier.
    fn pick(&self, byte: u8) -> Var<'t> {
        let n = self.nodes.len();
        let back = (usize::from(byte).pow(2) * n) >> 16;
        self.nodes[n - 1 - back]
    }

    /// Applies one operation; `None` if there is none of that kind for these operands. No operand
    /// leaves the domain of its operation, and no value grows fast.
    fn step(&mut self, [op, a, b, c]: [u8; 4]) -> Option<Var<'t>> {
        let (a, b) = (self.pick(a), self.pick(b));
        let parameter = usize::from(c);
        match op % 4 {
            0 => Some(unary(a, parameter)),
            1 => binary(a, b, parameter),
            2 => arranged(a, b, parameter),
            _ => self.reduced(a, b, parameter),
        }
    }

    /// Reductions, products, and reading by position.
    fn reduced(&mut self, a: Var<'t>, b: Var<'t>, parameter: usize) -> Option<Var<'t>> {
        let (tape, shape) = (a.tape(), a.shape());
        let axis = parameter / 16 % shape.rank().max(1);
        let has_axis = shape.rank() > 0;
        Some(match parameter % 12 {
            0 => a.sum() * 0.3,
            1 if has_axis => a.sum_over(axis),
            2 if has_axis && shape.size() > 0 => a.max_over(axis),
            3 if has_axis && shape.size() > 0 => a.min_keeping(axis),
            4 if shape.size() > 0 => tape.record(Max { axes: (0..shape.rank()).collect() }, &[a]),
            5 if has_axis => a.cumsum(axis),
            6 | 7 if shape.rank() >= 2 => {
                self.exact = false;
                if parameter.is_multiple_of(2) {
                    a.tanh().matmul(a.t())
                } else {
                    a.t().matmul(a.sin())
                }
            }
            8 if a.rank() > 0 && b.rank() > 0 => {
                let rows = b.shape()[b.rank().saturating_sub(2)];
                let batches = |x: Var<'t>| x.rank() <= 2;
                if shape[shape.rank() - 1] != rows || !batches(a) || !batches(b) {
                    return None;
                }
                self.exact = false;
                a.tanh().matmul(b)
            }
            // Positions that are data, and positions that are computed.
            9 if has_axis && shape[axis] > 0 => {
                let positions =
                    Array::from_fn([2, 2], |k| ((k * 5 + parameter) % shape[axis]) as i64);
                a.take(axis, tape.indices(positions))
            }
            10 if has_axis && shape.size() > 0 => {
                let last = shape.rank() - 1;
                a.pick(a.argmax(last))
            }
            11 if has_axis && shape[axis] > 0 => {
                let n = shape[axis];
                let positions = Array::from_fn(shape.clone(), |k| ((k * 7 + 1) % n) as i64);
                b.tanh().sum().broadcast_to(shape).scatter_add(axis, tape.indices(positions), a)
            }
            _ => return None,
        })
    }
}

fn unary(a: Var<'_>, parameter: usize) -> Var<'_> {
    let wave = || a.sin() * 0.5;
    match parameter % 22 {
        0 => -a,
        1 => a.sin(),
        2 => a.cos(),
        3 => a.tanh(),
        4 => wave().exp(),
        5 => (wave() + 1.5).ln(),
        6 => (wave() + 1.0).sqrt(),
        7 => wave().tan(),
        8 => a.abs(),
        9 => a.relu(),
        10 => a.sigmoid(),
        11 => a.softplus(),
        12 => a.erf(),
        13 => a.floor(),
        14 => a.sign() * a,
        15 => (wave() + 1.0).pow(a.cos()),
        16 => (a * 0.5).square(),
        17 => 1.0 / (1.0 + a * a),
        18 => a * 1.0 + 0.0,
        19 => a.stop_gradient() + a,
        20 => a.clamp(-0.75, 0.5),
        _ => {
            let seed = a.tape().indices(Array::scalar(parameter as i64));
            let draw = Uniform { stream: parameter as u32, shape: a.shape() };
            a + a.tape().record(draw, &[seed])
        }
    }
}

fn binary<'t>(a: Var<'t>, b: Var<'t>, parameter: usize) -> Option<Var<'t>> {
    a.shape().broadcast(&b.shape())?;
    Some(match parameter % 9 {
        0 => a + b,
        1 => a - b,
        2 => a.tanh() * b,
        3 => a / (1.0 + b * b),
        4 => a.maximum(b),
        5 => a.minimum(b * 0.5),
        6 => a.lt(b).select(a, b * 2.0),
        7 => a.ge(0.0).select(b, a),
        _ => (a.sin() * 0.5 + 1.0).pow(b.tanh()),
    })
}

/// Other shapes, parts, and wholes made of parts.
fn arranged<'t>(a: Var<'t>, b: Var<'t>, parameter: usize) -> Option<Var<'t>> {
    let (tape, shape) = (a.tape(), a.shape());
    let axis = parameter / 16 % shape.rank().max(1);
    let has_axis = shape.rank() > 0;
    Some(match parameter % 12 {
        0 => a.flatten(),
        1 if shape.rank() >= 2 => a.t(),
        2 if has_axis => a.flip(axis),
        3 if has_axis => a.slice_step(axis, shape[axis].min(1).., 2),
        4 if has_axis && shape[axis] > 0 => a.at(axis, -1),
        5 => tape.record(Expand { axes: [(axis, 2)].into_iter().collect() }, &[a]),
        6 => a.unsqueeze(axis),
        7 if has_axis => a.pad(axis, 1, 2),
        8 if has_axis => Var::concat(&[a, a.flip(axis), a], axis),
        9 if shape == b.shape() => Var::stack(&[a, b], axis),
        10 if shape.rank() >= 2 => {
            let axes: Vec<usize> = (0..shape.rank()).map(|k| (k + 1) % shape.rank()).collect();
            a.permute(axes.as_slice()).reshape(shape)
        }
        11 if shape.rank() == 1 && shape[0] >= 2 => overlapped(a, shape[0]),
        _ => return None,
    })
}

/// Two parts of a vector, added where they meet.
fn overlapped(a: Var<'_>, n: usize) -> Var<'_> {
    let part = |start: usize| [Range { start, step: 1, len: n - 1 }].into_iter().collect();
    let slice = |start: usize| a.tape().record(Slice { region: part(start) }, &[a]);
    let shape: Shape = [n].into();
    let op = Assemble { shape, regions: vec![part(1), part(0)], overlapping: true };
    a.tape().record(op, &[slice(0), slice(1)])
}
