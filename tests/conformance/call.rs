//! A call of an operation: its inputs as variables, and its arguments by PyTorch's names.

use serde_json::{Map, Value};
use wengert::prelude::*;
use wengert::tensor::Array;

use crate::case::{self, Case, Input, Kind, Reference};

/// Panics where an argument is missing or of another kind: then the case has failed.
#[derive(Clone)]
pub struct Call<'c, 't> {
    pub tape: &'t Tape,
    pub op: &'c str,
    attributes: &'c Map<String, Value>,
    kinds: Vec<Option<Kind>>,
    names: Vec<&'c str>,
    vars: Vec<Option<Var<'t>>>,
}

impl<'c, 't> Call<'c, 't> {
    /// A call on a tape, and the leaves that are its inputs before their views.
    pub fn new(tape: &'t Tape, case: &'c Case) -> (Call<'c, 't>, Vec<Option<Var<'t>>>) {
        let (mut leaves, mut vars, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for input in &case.inputs {
            let leaf = input.as_ref().map(|input| leaf(tape, &input.value));
            leaves.push(leaf);
            names.push(input.as_ref().map_or("", |input| input.name.as_str()));
            vars.push(
                input
                    .as_ref()
                    .zip(leaf)
                    .map(|(input, leaf)| input.views.iter().fold(leaf, |x, view| viewed(x, view))),
            );
        }
        let kind = |input: &Option<Input>| Some(input.as_ref()?.value.kind);
        let kinds = case.inputs.iter().map(kind).collect();
        (Call { tape, op: &case.op, attributes: &case.attributes, kinds, names, vars }, leaves)
    }

    /// The same call of an operation of another name.
    pub fn named<'n>(&self, op: &'n str) -> Call<'n, 't>
    where
        'c: 'n,
    {
        Call { op, ..self.clone() }
    }

    /// The first input.
    pub fn x(&self) -> Var<'t> {
        self.vars[0].expect("a first input")
    }

    /// All inputs, in order.
    pub fn all(&self) -> Vec<Var<'t>> {
        self.vars.iter().flatten().copied().collect()
    }

    /// The input of this name, if there is one.
    pub fn optional(&self, name: &str) -> Option<Var<'t>> {
        self.names.iter().position(|other| *other == name).and_then(|k| self.vars[k])
    }

    /// The input of this name, or the number that is given in its place.
    pub fn var(&self, name: &str) -> Var<'t> {
        let number = || self.tape.literal(self.number(name));
        self.optional(name).unwrap_or_else(number)
    }

    /// Whether the input of this name holds truth values, which are 0 and 1 here.
    pub fn is_truth(&self, name: &str) -> bool {
        let place = self.names.iter().position(|other| *other == name);
        place.is_some_and(|k| self.kinds[k] == Some(Kind::Truth))
    }

    pub fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some() || self.optional(name).is_some()
    }

    /// An argument, unless it is absent or null.
    pub fn attribute(&self, name: &str) -> Option<&'c Value> {
        self.attributes.get(name).filter(|value| !value.is_null())
    }

    /// Whether an argument is given as nothing.
    pub fn is_null(&self, name: &str) -> bool {
        self.attributes.get(name).is_some_and(Value::is_null)
    }

    pub fn number(&self, name: &str) -> f64 {
        let number = self.attribute(name).and_then(case::number);
        number.unwrap_or_else(|| panic!("{}: no number {name}", self.op))
    }

    pub fn number_or(&self, name: &str, default: f64) -> f64 {
        if self.attribute(name).is_some() { self.number(name) } else { default }
    }

    pub fn integer(&self, name: &str) -> i64 {
        self.number(name) as i64
    }

    pub fn size(&self, name: &str) -> usize {
        self.integer(name) as usize
    }

    pub fn size_or(&self, name: &str, default: usize) -> usize {
        if self.attribute(name).is_some() { self.size(name) } else { default }
    }

    pub fn flag(&self, name: &str) -> bool {
        self.attribute(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub fn text(&self, name: &str) -> &'c str {
        self.attribute(name).and_then(Value::as_str).unwrap_or("")
    }

    /// Integers, of which one may stand for a list of one.
    pub fn integers(&self, name: &str) -> Option<Vec<i64>> {
        self.attribute(name).map(integers)
    }

    /// The axis of this name, from the front, or the default.
    pub fn axis_or(&self, name: &str, x: Var<'t>, default: i64) -> usize {
        axis(self.number_or(name, default as f64) as i64, x.rank())
    }

    /// The axes `dim`, or all.
    pub fn axes(&self, x: Var<'t>) -> Vec<usize> {
        match self.integers("dim") {
            Some(axes) => axes.into_iter().map(|k| axis(k, x.rank())).collect(),
            None => (0..x.rank()).collect(),
        }
    }
}

/// Integers, of which one may stand for a list of one.
pub fn integers(value: &Value) -> Vec<i64> {
    match value {
        Value::Array(list) => list.iter().flat_map(integers).collect(),
        one => vec![case::number(one).expect("an integer") as i64],
    }
}

/// An axis counted from the front.
pub fn axis(axis: i64, rank: usize) -> usize {
    (if axis < 0 { axis + rank as i64 } else { axis }) as usize
}

/// A leaf with the values of a reference; truth values are 0 and 1.
pub fn leaf<'t>(tape: &'t Tape, value: &Reference) -> Var<'t> {
    let numbers = Array::from_vec(value.data.clone(), value.shape.as_slice()).unwrap();
    match value.kind {
        Kind::Index => tape.indices(numbers.map(|number| number as i64)),
        Kind::Real | Kind::Truth => tape.input(numbers),
    }
}

fn viewed<'t>(x: Var<'t>, view: &Map<String, Value>) -> Var<'t> {
    let list = |key: &str| integers(&view[key]);
    let one = |key: &str| list(key)[0];
    let at = |key: &str| axis(one(key), x.rank());
    match view["op"].as_str().unwrap_or_default() {
        "transpose" => x.transpose(at("dim0"), at("dim1")),
        "permute" => x.permute(
            list("dims").iter().map(|&k| axis(k, x.rank())).collect::<Vec<_>>().as_slice(),
        ),
        "slice" => {
            let (start, stop, step) = (one("start"), one("stop"), one("step"));
            x.slice_step(at("dim"), start as usize..stop as usize, step as usize)
        }
        "select" => x.at(at("dim"), one("index") as isize),
        "expand" => x.broadcast_to(list("size").iter().map(|&n| n as usize).collect::<Shape>()),
        "unsqueeze" => x.unsqueeze(axis(one("dim"), x.rank() + 1)),
        other => panic!("unknown view {other}"),
    }
}
