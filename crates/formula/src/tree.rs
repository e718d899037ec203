//! A formula that has been read: its expressions, each behind those that it is made of, so that
//! every pass over them is a loop and none is a recursion.

use crate::error::Span;
use crate::functions::Function;

/// An expression where it is used: its number, and the characters that stand for it there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub id: usize,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    MatMul,
    Pow,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

/// One part of an index in brackets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Item {
    /// One position along an axis, which disappears.
    At(i64),
    /// `start:stop:step`
    Range { start: Option<i64>, stop: Option<i64>, step: i64 },
    /// As many whole axes as are not mentioned.
    Ellipsis,
    /// An axis of size 1 that was not there.
    NewAxis,
}

#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Number(f64),
    Text(String),
    /// The input of this number.
    Input(usize),
    Negate(Part),
    Binary(Binary, Part, Part),
    List(Vec<Part>),
    Transpose(Part),
    Index(Part, Vec<(Item, Span)>),
    /// A function on its arguments, each with the number of the parameter that it is for.
    Call(&'static Function, Vec<(usize, Part)>),
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub expression: Expression,
    /// The operator or the name of the function: where it is said to come from.
    pub place: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub nodes: Vec<Node>,
    pub result: Part,
    /// The names of the inputs, and where each is used first.
    pub inputs: Vec<(String, Span)>,
}
