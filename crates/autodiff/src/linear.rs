//! What a derivative is: a linear map, stated once, applied by forward mode and transposed by
//! reverse mode. Nothing else in Wengert transposes a derivative.

use smallvec::SmallVec;

use crate::op::Type;
use crate::ops::Op;
use crate::var::Var;

/// A linear map between values, made of operations.
#[derive(Clone, Debug)]
pub enum Linear<'t> {
    /// `v ↦ 0`. The sweeps skip it; nothing is ever multiplied by it.
    Zero,
    /// `v ↦ v`.
    Identity,
    /// `v ↦ s·v`, element by element.
    Scale(Var<'t>),
    /// `v ↦ op(…, v, …)`: an operation that is linear in one of its operands. Made by
    /// [`Linear::partial`].
    Partial(Box<Partial<'t>>),
    /// The first map, then the second.
    Then(Box<Linear<'t>>, Box<Linear<'t>>),
    /// The sum of two maps.
    Plus(Box<Linear<'t>>, Box<Linear<'t>>),
}

/// An operation as a linear map of one operand, the others held fixed.
#[derive(Clone, Debug)]
pub struct Partial<'t> {
    pub(crate) op: Op,
    /// All operands; the one at `slot` is not looked at.
    pub(crate) operands: SmallVec<[Var<'t>; 4]>,
    pub(crate) slot: usize,
    /// The type of what the map takes.
    input: Type,
}

impl<'t> Linear<'t> {
    /// `v ↦ op(x₀, …, v, …)` with `v` in place of operand `slot`, which `op` must be linear in; it
    /// then has an [`adjoint`](crate::Operation::adjoint) there. The operand at `slot` gives only
    /// its type.
    pub fn partial(op: impl Into<Op>, x: &[Var<'t>], slot: usize) -> Linear<'t> {
        let input = x[slot].type_of();
        Linear::Partial(Box::new(Partial { op: op.into(), operands: x.into(), slot, input }))
    }

    /// `v ↦ second(first(v))`.
    pub fn then(first: Linear<'t>, second: Linear<'t>) -> Linear<'t> {
        Linear::Then(Box::new(first), Box::new(second))
    }

    /// `v ↦ a(v) + b(v)`.
    pub fn plus(a: Linear<'t>, b: Linear<'t>) -> Linear<'t> {
        Linear::Plus(Box::new(a), Box::new(b))
    }

    /// Records the image of `v`; `None` is zero.
    pub fn apply(&self, v: Var<'t>) -> Option<Var<'t>> {
        match self {
            Linear::Zero => None,
            Linear::Identity => Some(v),
            Linear::Scale(s) => Some(v * *s),
            Linear::Partial(partial) => {
                let mut operands = partial.operands.clone();
                operands[partial.slot] = v;
                Some(v.tape().record(partial.op.clone(), &operands))
            }
            Linear::Then(first, second) => second.apply(first.apply(v)?),
            Linear::Plus(a, b) => match (a.apply(v), b.apply(v)) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            },
        }
    }

    /// Records `Lᵀ u`; `None` is zero.
    pub fn pull(self, u: Var<'t>) -> Option<Var<'t>> {
        match self {
            // Most derivatives are one of these, and their own transposes.
            Linear::Zero => None,
            Linear::Identity => Some(u),
            Linear::Scale(s) => Some(u * s),
            derivative => derivative.transposed().apply(u),
        }
    }

    /// The transposed map `Lᵀ`, with `⟨u, L v⟩ = ⟨Lᵀ u, v⟩` for all `u` and `v`.
    pub fn transposed(self) -> Linear<'t> {
        match self {
            Linear::Zero | Linear::Identity | Linear::Scale(_) => self,
            Linear::Partial(partial) => Linear::Partial(Box::new(partial.transposed())),
            Linear::Then(first, second) => Linear::then(second.transposed(), first.transposed()),
            Linear::Plus(a, b) => Linear::plus(a.transposed(), b.transposed()),
        }
    }
}

impl<'t> Partial<'t> {
    fn transposed(self) -> Partial<'t> {
        let Partial { op, operands, slot, input } = self;
        let mut types: SmallVec<[Type; 4]> = operands.iter().map(|x| x.type_of()).collect();
        types[slot] = input;
        let output = op.shape(&types).expect("a derivative's operands suit its operation");
        let adjoint = op.adjoint(slot, &types, &output);
        let cotangent = adjoint.operands.iter().position(Option::is_none);
        Partial {
            op: adjoint.op,
            slot: cotangent.expect("an adjoint takes the cotangent"),
            operands: adjoint.operands.iter().map(|k| operands[k.unwrap_or(slot)]).collect(),
            input: output,
        }
    }
}
