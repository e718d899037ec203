//! A program evaluated again, on any scalar and at other points, with what was drawn or stopped held
//! fixed: random numbers and values behind `stop_gradient` are those that were recorded.

use std::any::{Any, TypeId};

use wengert_tensor::{Array, Tensor};

use crate::op::{Branch, ShapeError, Value};
use crate::ops::Op;
use crate::program::{Leaf, Program, ProgramNode, eval_checked};
use crate::real::{Dual, Real};
use crate::run::RunError;
use crate::tape::{NodeId, Precision, Tape};
use crate::var::Var;

/// A program, and what is held fixed in it.
pub(super) struct Replay {
    pub program: Program,
    /// By node: the value that it has in every replay.
    frozen: Vec<Option<Tensor>>,
    /// By node: the numbers of its operands.
    operands: Vec<Vec<u32>>,
}

/// A value and its derivative along a direction; `None` is zero.
#[derive(Clone)]
pub(super) struct Pair<T: Real> {
    pub value: Value<T>,
    pub tangent: Option<Array<T>>,
}

impl Replay {
    /// The program from `inputs`, whose values are `at`, to `outputs`. What was drawn or stopped in
    /// a node before `horizon` is held fixed.
    pub fn new(
        tape: &Tape,
        inputs: &[Var<'_>],
        outputs: &[Var<'_>],
        at: &[Tensor],
        horizon: usize,
    ) -> Result<Replay, RunError> {
        let (program, nodes) = tape.program_and_nodes(inputs, outputs);
        Replay::of(program, &nodes, at, horizon as NodeId)
    }

    fn of(
        program: Program,
        nodes: &[NodeId],
        at: &[Tensor],
        horizon: NodeId,
    ) -> Result<Replay, RunError> {
        let is_frozen = |op: &Op| {
            matches!(
                op,
                Op::StopGradient(_) | Op::StraightThrough(_) | Op::Uniform(_) | Op::Normal(_)
            )
        };
        let frozen: Vec<bool> = program
            .nodes()
            .zip(nodes)
            .map(|(node, &id)| id < horizon && is_frozen(node.op))
            .collect();
        let operands = program.nodes().map(|node| node.operands.to_vec()).collect();
        let mut values = vec![None; frozen.len()];
        if frozen.contains(&true) {
            values = match program.precision() {
                Precision::F32 => recorded::<f32>(&program, &frozen, at)?,
                Precision::F64 => recorded::<f64>(&program, &frozen, at)?,
            };
        }
        Ok(Replay { program, frozen: values, operands })
    }

    /// All its values, by their numbers. Away from the point where it was recorded, `base` has the
    /// values there.
    pub fn values<T: Real>(
        &self,
        inputs: &[Value<T>],
        base: Option<&[Value<T>]>,
    ) -> Result<Vec<Value<T>>, RunError> {
        let leaves = self.program.leaf_values(inputs)?;
        self.program.walk(leaves, |node, op, x| {
            let Some(fixed) = &self.frozen[node] else { return evaluated(op, x) };
            let fixed = Value::of(fixed);
            Ok(match (op, base) {
                // What goes straight through moves as its second operand does.
                (Op::StraightThrough(_), Some(base)) => {
                    moved(&fixed, x[1], &base[self.operands[node][1] as usize])
                }
                _ => fixed,
            })
        })
    }

    /// The values that it answers with, out of all.
    pub fn outputs<T: Real>(&self, all: &[Value<T>]) -> Vec<Value<T>> {
        self.program.outputs().iter().map(|&y| all[y as usize].clone()).collect()
    }

    /// Its outputs and their derivatives along `v`, by dual numbers: one operation after the other.
    /// What would go through `cut`, an operand of a node, is left out.
    pub fn tangents<T: Real>(
        &self,
        inputs: &[Value<T>],
        v: &[Option<Array<T>>],
        cut: Option<(usize, usize)>,
    ) -> Result<Vec<Pair<T>>, RunError> {
        let values = self.program.leaf_values(inputs)?;
        let leaves = values.into_iter().zip(self.program.leaves()).map(|(value, (leaf, _))| {
            let tangent = match leaf {
                Leaf::Input(k) => v[k].clone(),
                _ => None,
            };
            Pair { value, tangent }
        });
        let all = self.program.walk(leaves.collect(), |node, op, x| {
            if let Some(fixed) = &self.frozen[node] {
                let tangent = match op {
                    Op::StraightThrough(_) => x[1].tangent.clone(),
                    _ => None,
                };
                return Ok(Pair { value: Value::of(fixed), tangent });
            }
            let still;
            let mut x = x.to_vec();
            if let Some((_, slot)) = cut.filter(|(at, _)| *at == node) {
                still = Pair { value: x[slot].value.clone(), tangent: None };
                x[slot] = &still;
            }
            if x.iter().all(|x| x.tangent.is_none()) {
                let x: Vec<&Value<T>> = x.iter().map(|x| &x.value).collect();
                return Ok(Pair { value: evaluated(op, &x)?, tangent: None });
            }
            if is_heavy::<T>(op, x.iter().map(|x| x.value.shape().size())) {
                return bilinear(op, &x);
            }
            let duals: Vec<Value<Dual<T>>> = x.iter().map(|x| x.dual()).collect();
            Ok(Pair::of(&eval_checked(op, &duals.iter().collect::<Vec<_>>())?))
        })?;
        Ok(self.program.outputs().iter().map(|&y| all[y as usize].clone()).collect())
    }

    /// The operands of nodes that are this input itself.
    pub fn uses(&self, input: usize) -> Vec<(usize, usize)> {
        let nodes = self.program.len();
        let is_it = |leaf: Leaf<'_>| matches!(leaf, Leaf::Input(k) if k == input);
        let place = self.program.leaves().position(|(leaf, _)| is_it(leaf));
        let number = place.map(|place| (nodes + place) as u32);
        let uses = self.operands.iter().enumerate().flat_map(|(node, operands)| {
            let slots = operands.iter().enumerate().filter(|(_, x)| Some(**x) == number);
            slots.map(move |(slot, _)| (node, slot))
        });
        uses.collect()
    }

    /// Which sides of their kinks its operations take, of all its values.
    pub fn branches<T: Real>(&self, all: &[Value<T>]) -> Vec<Option<Branch>> {
        let branch = |(node, operands): (ProgramNode<'_>, &Vec<u32>)| {
            let x: Vec<&Value<T>> = operands.iter().map(|&x| &all[x as usize]).collect();
            node.op.branch(&x)
        };
        let free = self.frozen.iter().map(Option::is_none);
        let nodes = self.program.nodes().zip(&self.operands).zip(free);
        nodes.map(|(node, is_free)| if is_free { branch(node) } else { None }).collect()
    }

    /// Whether it has a meaning on every scalar.
    pub fn replays(&self) -> bool {
        self.program.nodes().all(|node| node.op.replays())
    }
}

/// The value of an operation as it is defined; of large products in f64, as it is run, which is the
/// same but for the order of its sums.
fn evaluated<T: Real>(op: &Op, x: &[&Value<T>]) -> Result<Value<T>, ShapeError> {
    if !is_heavy::<T>(op, x.iter().map(|x| x.shape().size())) {
        return eval_checked(op, x);
    }
    let tape = Tape::new();
    // The scalars are f64 already: nothing has to be copied.
    let same = |x: &Value<T>| -> Option<Tensor> {
        let array = (x.real() as &dyn Any).downcast_ref::<Array<f64>>();
        array.map(|array| Tensor::F64(array.clone()))
    };
    let tensor = |x: &&Value<T>| same(x).unwrap_or_else(|| x.to_tensor());
    let operands: Vec<Var<'_>> = x.iter().map(|x| tape.input(tensor(x))).collect();
    let y = tape.try_record(op.clone(), &operands)?.value();
    let same = y.array::<f64>().and_then(|y| (y as &dyn Any).downcast_ref::<Array<T>>());
    Ok(same.map_or_else(|| Value::of(&y), |y| Value::Real(y.clone())))
}

/// Whether an operation is a product that is worth running: linear in each of its operands.
fn is_heavy<T: Real>(op: &Op, mut sizes: impl Iterator<Item = usize>) -> bool {
    const LARGE: usize = 256;
    let is_product = matches!(op, Op::MatMul(_) | Op::Conv(_));
    is_product && TypeId::of::<T>() == TypeId::of::<f64>() && sizes.any(|size| size >= LARGE)
}

/// A product, or a sum of products, and its derivative $\sum \dot a b + a \dot b$.
fn bilinear<T: Real>(op: &Op, x: &[&Pair<T>]) -> Result<Pair<T>, ShapeError> {
    let values: Vec<&Value<T>> = x.iter().map(|x| &x.value).collect();
    let value = evaluated(op, &values)?;
    let mut tangent: Option<Array<T>> = None;
    for (k, x) in x.iter().enumerate() {
        let Some(moved) = &x.tangent else { continue };
        let moved = Value::Real(moved.clone());
        // The pair of factors that this one belongs to, with its velocity in its place.
        let first = k - k % 2;
        let mut pair = [values[first], values[first + 1]];
        pair[k - first] = &moved;
        let term = evaluated(op, &pair)?;
        tangent = Some(match tangent {
            None => term.real().clone(),
            Some(sum) => {
                let mut terms = term.real().iter();
                sum.map(|sum| sum + terms.next().expect("of the same shape"))
            }
        });
    }
    Ok(Pair { value, tangent })
}

/// The values of these nodes as they were recorded, in the precision of the program.
fn recorded<T: Real>(
    program: &Program,
    frozen: &[bool],
    at: &[Tensor],
) -> Result<Vec<Option<Tensor>>, RunError> {
    let inputs: Vec<Value<T>> = at.iter().map(Value::of).collect();
    let all = program.evaluate_all(&inputs)?;
    let tensor = |(value, &is_frozen): (&Value<T>, &bool)| is_frozen.then(|| value.to_tensor());
    Ok(all.iter().zip(frozen).map(tensor).collect())
}

/// `fixed + (x − base)`.
fn moved<T: Real>(fixed: &Value<T>, x: &Value<T>, base: &Value<T>) -> Value<T> {
    let (fixed, mut steps) = (fixed.real(), x.real().iter().zip(base.real().iter()));
    Value::Real(fixed.map(|fixed| {
        let (x, base) = steps.next().expect("three values of one shape");
        fixed + (x - base)
    }))
}

impl<T: Real> Pair<T> {
    /// It as dual numbers.
    fn dual(&self) -> Value<Dual<T>> {
        match (&self.value, &self.tangent) {
            (Value::Index(index), _) => Value::Index(index.clone()),
            (Value::Real(value), None) => Value::Real(value.map(Dual::constant)),
            (Value::Real(value), Some(tangent)) => {
                let mut tangent = tangent.iter();
                let next = |value| Dual::new(value, tangent.next().expect("of the same shape"));
                Value::Real(value.map(next))
            }
        }
    }

    fn of(dual: &Value<Dual<T>>) -> Pair<T> {
        match dual {
            Value::Index(index) => Pair { value: Value::Index(index.clone()), tangent: None },
            Value::Real(dual) => {
                let tangent = Some(dual.map(|x| x.tangent));
                Pair { value: Value::Real(dual.map(|x| x.value)), tangent }
            }
        }
    }
}
