//! What a node computes as a formula in infix notation, down to values that have names.

use std::collections::HashMap;
use std::fmt;

use wengert_autodiff::{Op, Var};
use wengert_tensor::Tensor;

use crate::explain::number::{short, subscript};

/// The names of a list's lines.
pub(super) struct Names {
    /// By place on the tape: the line.
    lines: HashMap<usize, usize>,
    /// By place on the tape: what an input is called.
    inputs: HashMap<usize, String>,
}

impl Names {
    pub fn new(nodes: &[Var<'_>], inputs: &[(&str, Var<'_>)]) -> Names {
        Names {
            lines: nodes.iter().enumerate().map(|(line, x)| (x.position(), line)).collect(),
            inputs: inputs.iter().map(|(name, x)| (x.position(), (*name).to_owned())).collect(),
        }
    }

    /// The line of the node at this place.
    pub fn line(&self, position: usize) -> Option<usize> {
        self.lines.get(&position).copied()
    }

    /// What a line computes, in terms of other lines.
    pub fn formula(&self, node: Var<'_>) -> String {
        if let Some(name) = self.inputs.get(&node.position()) {
            return name.clone();
        }
        let operands = node.operands();
        let named = operands.iter().map(|&x| match self.line(x.position()) {
            Some(line) => Expression::Name(format!("v{}", subscript(line + 1)), x),
            None => Expression::of(x, self, (usize::MAX, 0)),
        });
        Expression::apply(node, named.collect()).to_string()
    }
}

/// A formula.
#[derive(Clone)]
pub(super) enum Expression<'t> {
    /// A line or an adjoint, by its name.
    Name(String, Var<'t>),
    /// A number that is part of the formula.
    Number(f64),
    /// An operation on operands.
    Call(Var<'t>, Vec<Expression<'t>>),
}

/// How tightly an operator binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

impl<'t> Expression<'t> {
    /// What `node` computes from the lines that have names, and from the adjoint of a line, given as
    /// its place on the tape and the line.
    pub fn of(node: Var<'t>, names: &Names, adjoint: (usize, usize)) -> Expression<'t> {
        let position = node.position();
        if position == adjoint.0 {
            return Expression::Name(format!("v̄{}", subscript(adjoint.1 + 1)), node);
        }
        if let Some(line) = names.line(position) {
            return Expression::Name(format!("v{}", subscript(line + 1)), node);
        }
        let operands = node.operands();
        let operands = operands.iter().map(|&x| Expression::of(x, names, adjoint));
        Expression::apply(node, operands.collect())
    }

    /// An operation on these operands. Where it only repeats or rearranges numbers that are all the
    /// same, nothing is to be said of it.
    fn apply(node: Var<'t>, operands: Vec<Expression<'t>>) -> Expression<'t> {
        match (&*node.op(), operands.as_slice()) {
            (Op::Constant(constant), _) => Expression::Number(constant.number()),
            (Op::Literal, _) => Expression::Number(node.value().item()),
            (op, [Expression::Number(number)]) if op.is_view() => Expression::Number(*number),
            (Op::Mul(_), [Expression::Number(1.0), x] | [x, Expression::Number(1.0)]) => x.clone(),
            _ => Expression::Call(node, operands),
        }
    }

    /// The variables that it names.
    pub fn leaves(&self) -> Vec<Var<'t>> {
        match self {
            Expression::Name(_, x) => vec![*x],
            Expression::Number(_) => vec![],
            Expression::Call(_, x) => x.iter().flat_map(Expression::leaves).collect(),
        }
    }

    /// The formula with numbers in place of names, if all are single numbers and something is
    /// computed.
    pub fn numbers(&self, value: &dyn Fn(Var<'t>) -> Tensor) -> Option<String> {
        let is_single = |x: &Var<'t>| x.shape().size() == 1;
        let is_call = matches!(self, Expression::Call(..));
        let text = || self.written(&|_, x| short(value(x).item())).0;
        (is_call && self.leaves().iter().all(is_single)).then(text)
    }

    /// The formula and how tightly its outermost operator binds.
    fn written(&self, name: &dyn Fn(&str, Var<'t>) -> String) -> (String, Binding) {
        let signed = |text: String| {
            let binding = if text.starts_with('-') { Binding::Sign } else { Binding::Atom };
            (text, binding)
        };
        let (node, operands) = match self {
            Expression::Name(known, x) => return signed(name(known, *x)),
            Expression::Number(number) => return signed(short(*number)),
            Expression::Call(node, operands) => (node, operands),
        };
        let within = |k: usize, least: Binding| {
            let (text, binding) = operands[k].written(name);
            if binding < least { format!("({text})") } else { text }
        };
        let infix = |sign: &str, own: Binding, right: Binding| {
            (format!("{} {sign} {}", within(0, own), within(1, right)), own)
        };
        match (&*node.op(), operands.len()) {
            (Op::Add(_), 2) => infix("+", Binding::Sum, Binding::Sum),
            (Op::Sub(_), 2) => infix("−", Binding::Sum, Binding::Product),
            (Op::Mul(_), 2) => infix("·", Binding::Product, Binding::Product),
            (Op::Div(_), 2) => infix("/", Binding::Product, Binding::Sign),
            (Op::Pow(_), 2) => infix("^", Binding::Power, Binding::Power),
            (Op::Less(_), 2) => infix("<", Binding::Sum, Binding::Product),
            (Op::LessEqual(_), 2) => infix("≤", Binding::Sum, Binding::Product),
            (Op::Equal(_), 2) => infix("=", Binding::Sum, Binding::Product),
            (Op::NotEqual(_), 2) => infix("≠", Binding::Sum, Binding::Product),
            (Op::MatMul(product), 2) => {
                let turned = |k: usize, transposed: bool| {
                    within(k, Binding::Atom) + if transposed { "ᵀ" } else { "" }
                };
                let (a, b) = (turned(0, product.transpose_a), turned(1, product.transpose_b));
                (format!("{a} @ {b}"), Binding::Product)
            }
            (Op::Neg(_), 1) => (format!("−{}", within(0, Binding::Sign)), Binding::Sign),
            (Op::Permute(_), 1) if node.rank() == 2 => {
                (within(0, Binding::Atom) + "ᵀ", Binding::Atom)
            }
            (op, _) => {
                let operands: Vec<String> = operands.iter().map(|x| x.written(name).0).collect();
                (format!("{}({})", op.name(), operands.join(", ")), Binding::Atom)
            }
        }
    }
}

impl fmt::Display for Expression<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(&|name, _| name.to_owned()).0)
    }
}
