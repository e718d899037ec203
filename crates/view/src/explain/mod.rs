//! A formula as a textbook shows it: its Wengert list with values, tangents and adjoints, and the
//! backward pass step by step.

mod expression;
mod number;
mod table;

use std::collections::BTreeMap;

use wengert_autodiff::{Kind, Op, Origin, OwnRules, RunError, Tape, Type, Var};
use wengert_tensor::Tensor;

use self::expression::{Expression, Names};
pub(crate) use self::number::{rounded, short, subscript, summary};

/// A Wengert list with values, tangents and adjoints.
///
/// ```
/// # use wengert_autodiff::Tape;
/// use wengert_view::Explanation;
///
/// let tape = Tape::new();
/// let (x, y) = (tape.input(0.5), tape.input(2.0));
/// let explanation = Explanation::new("x·y + sin x", x * y + x.sin(), &[("x", x), ("y", y)], 0)?;
/// assert_eq!(explanation.to_string(), "\
/// x·y + sin x
///
///                value      tangent by x    adjoint
/// v₁ = x         0.5        v̇₁ = 1          v̄₁ = 2.87758
/// v₂ = y         2                          v̄₂ = 0.5
/// v₃ = v₁ · v₂   1          v̇₃ = 2          v̄₃ = 1
/// v₄ = sin(v₁)   0.479426   v̇₄ = 0.877583   v̄₄ = 1
/// v₅ = v₃ + v₄   1.47943    v̇₅ = 2.87758    v̄₅ = 1
/// ");
/// # Ok::<(), wengert_autodiff::RunError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What is explained.
    pub title: String,
    /// The lines, each behind those that it is computed from; the result is the last.
    pub lines: Vec<Line>,
    /// The name of the input that tangents are derivatives by; empty if there is no input.
    pub by: String,
}

/// A line of the list.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it computes, in terms of lines before it: `v₁ · v₂`; an input's name, or `data`.
    pub formula: String,
    /// Whether it is one of the inputs that were named.
    pub is_input: bool,
    /// Its operation.
    pub op: Op,
    /// The numbers of the lines that it is computed from; the first line is 0. Numbers that are part
    /// of the formula have no lines.
    pub operands: Vec<usize>,
    /// Its type.
    pub type_of: Type,
    /// Its floating-point operations.
    pub flops: u64,
    /// Where it was recorded.
    pub origin: Origin,
    /// Its value.
    pub primal: Tensor,
    /// Its derivative by the input in question, if it depends on it: the sum over the input's
    /// elements if there are several.
    pub tangent: Option<Tensor>,
    /// The derivative of the result by it, if the result depends on it by reals: that of the sum of
    /// the result's elements if there are several.
    pub adjoint: Option<Tensor>,
    /// What its adjoint contributes to those of its operands.
    pub contributions: Vec<Contribution>,
}

/// What a line's adjoint contributes to that of an operand.
#[derive(Clone, Debug)]
pub struct Contribution {
    /// The line of the operand.
    pub to: usize,
    /// How it is computed: `v̄₄ · cos(v₁)`.
    pub formula: String,
    /// The same with numbers, if all are single numbers: `1 · cos(0.5)`.
    pub numbers: Option<String>,
    /// Its value.
    pub value: Tensor,
}

impl Explanation {
    /// Explains how `result` is computed from inputs with these names, of which the one numbered
    /// `by` is the one that tangents are derivatives by.
    ///
    /// What derivatives need is recorded on the tape.
    ///
    /// # Errors
    /// If an index is out of range.
    ///
    /// # Panics
    /// If the variables are on different tapes, the result is an index, or there are inputs and
    /// `by` is none of them.
    pub fn new(
        title: impl Into<String>,
        result: Var<'_>,
        inputs: &[(&str, Var<'_>)],
        by: usize,
    ) -> Result<Explanation, RunError> {
        let tape = result.tape();
        let nodes = ancestors(result, inputs);
        let names = Names::new(&nodes, inputs);
        let reals: Vec<Var<'_>> =
            nodes.iter().copied().filter(|x| x.kind() == Kind::Real).collect();
        let line = |x: Var<'_>| names.line(x.position());

        let seed = [(result, result.ones_like())];
        let adjoints = spread(&nodes, &reals, tape.vjp_with(&OwnRules, &seed, &reals));
        let direction = inputs.get(by).filter(|(_, x)| x.kind() == Kind::Real);
        let direction: Vec<_> = direction.map(|&(_, x)| (x, x.ones_like())).into_iter().collect();
        let tangents = spread(&nodes, &reals, tape.jvp_with(&OwnRules, &reals, &direction));

        let mut contributions: Vec<(usize, usize, Var<'_>, Expression)> = Vec::new();
        for (number, &node) in nodes.iter().enumerate() {
            let Some(u) = adjoints[number] else { continue };
            let (op, operands) = (node.op(), node.operands());
            for (k, &operand) in operands.iter().enumerate() {
                let Some(to) = line(operand).filter(|&to| adjoints[to].is_some()) else {
                    continue;
                };
                let term =
                    tape.with_origin(&node.origin(), || op.derivative(k, &operands, node).pull(u));
                if let Some(term) = term {
                    let expression = Expression::of(term, &names, (u.position(), number));
                    contributions.push((number, to, term, expression));
                }
            }
        }

        let values = Values::of(
            tape,
            nodes.iter().copied().chain(adjoints.iter().chain(&tangents).flatten().copied()).chain(
                contributions.iter().flat_map(|(_, _, term, expression)| {
                    std::iter::once(*term).chain(expression.leaves())
                }),
            ),
        )?;
        let lines = nodes.iter().enumerate().map(|(number, &node)| {
            let of_this = contributions.iter().filter(|(from, ..)| *from == number);
            Line {
                formula: names.formula(node),
                is_input: inputs.iter().any(|(_, x)| x.position() == node.position()),
                op: Op::clone(&node.op()),
                operands: node.operands().into_iter().filter_map(line).collect(),
                type_of: node.type_of(),
                flops: node.op().flops(
                    &node.operands().iter().map(|x| x.type_of()).collect::<Vec<_>>(),
                    &node.type_of(),
                ),
                origin: node.origin(),
                primal: values.get(node),
                tangent: tangents[number].map(|x| values.get(x)),
                adjoint: adjoints[number].map(|x| values.get(x)),
                contributions: of_this
                    .map(|(_, to, term, expression)| Contribution {
                        to: *to,
                        formula: expression.to_string(),
                        numbers: expression.numbers(&|x| values.get(x)),
                        value: values.get(*term),
                    })
                    .collect(),
            }
        });
        let by = inputs.get(by).map_or_else(String::new, |(name, _)| (*name).to_owned());
        Ok(Explanation { title: title.into(), lines: lines.collect(), by })
    }
}

/// The inputs, as they are given, and all that the result is computed from behind them, in the order
/// of recording.
fn ancestors<'t>(result: Var<'t>, inputs: &[(&str, Var<'t>)]) -> Vec<Var<'t>> {
    let mut found: BTreeMap<usize, Var<'t>> =
        inputs.iter().map(|&(_, x)| (x.position(), x)).collect();
    let mut pending = vec![result];
    while let Some(node) = pending.pop() {
        if found.insert(node.position(), node).is_none() {
            pending.extend(node.operands());
        }
    }
    let (mut nodes, mut rest): (Vec<_>, Vec<_>) =
        found.into_values().partition(|x| inputs.iter().any(|(_, y)| y.position() == x.position()));
    nodes.sort_by_key(|x| inputs.iter().position(|(_, y)| y.position() == x.position()));
    rest.retain(|x| x.position() == result.position() || !is_number(*x));
    nodes.append(&mut rest);
    nodes
}

/// Whether a node is nothing but a number that was typed, maybe repeated.
fn is_number(node: Var<'_>) -> bool {
    let op = node.op();
    match &*op {
        Op::Constant(_) | Op::Literal => true,
        op => op.is_view() && is_number(node.operands()[0]),
    }
}

/// Brings what was found for some of the nodes to the places of these nodes.
fn spread<'t>(
    nodes: &[Var<'t>],
    some: &[Var<'t>],
    found: Vec<Option<Var<'t>>>,
) -> Vec<Option<Var<'t>>> {
    let found: BTreeMap<usize, Var<'t>> = some
        .iter()
        .zip(found)
        .filter_map(|(node, found)| Some((node.position(), found?)))
        .collect();
    nodes.iter().map(|node| found.get(&node.position()).copied()).collect()
}

/// Values of variables, computed in one run.
struct Values(BTreeMap<usize, Tensor>);

impl Values {
    fn of<'t>(tape: &'t Tape, vars: impl Iterator<Item = Var<'t>>) -> Result<Values, RunError> {
        let vars: BTreeMap<usize, Var<'t>> = vars.map(|x| (x.position(), x)).collect();
        let values = tape.try_run(&vars.values().copied().collect::<Vec<_>>())?;
        Ok(Values(vars.into_keys().zip(values).collect()))
    }

    fn get(&self, x: Var<'_>) -> Tensor {
        self.0[&x.position()].clone()
    }
}
