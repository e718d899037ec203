//! The story of a number that is not finite: where it came from, and by which way to the result.

use std::fmt;

use rustc_hash::FxHashMap;
use wengert_tensor::{Array, Tensor};

use crate::inspect::remedy::{self, Birth};
use crate::op::Value;
use crate::ops::Op;
use crate::origin::Origin;
use crate::tape::{NodeId, Tape};
use crate::var::Var;

/// How a NaN or an infinity came about, and how it reached a result.
#[derive(Clone, PartialEq, Debug)]
pub struct NonFinite {
    /// What happened, from the first cause to the result. Nodes that have only passed a number on
    /// are left out, the result itself excepted.
    pub events: Vec<Event>,
    /// How formulas are usually written to avoid it, if the reason is a usual one.
    pub remedy: Option<String>,
}

/// Something that happened at a node of the tape.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The node's place on the tape.
    pub node: usize,
    /// Its operation.
    pub operation: &'static str,
    /// Where it was recorded.
    pub origin: Origin,
    /// The first element that is not finite, and its position.
    pub value: f64,
    /// Its position.
    pub position: Vec<usize>,
    /// How many of its elements are not finite.
    pub count: usize,
    /// What its real operands are.
    pub operands: Vec<Operands>,
    /// What happened, such as `ln 0`.
    pub reason: String,
}

/// An operand of an event.
#[derive(Clone, PartialEq, Debug)]
pub struct Operands {
    /// Its place on the tape.
    pub node: usize,
    /// The element that the event was about, where operands are taken element by element.
    pub here: Option<f64>,
    /// The least and the greatest of its finite elements.
    pub range: Option<(f64, f64)>,
    /// How many of its elements are not finite.
    pub nonfinite: usize,
}

impl Tape {
    /// Where the first NaN of these results, or else the first infinity, came from; `None` if all
    /// are finite. Everything that they need is computed.
    ///
    /// The way is followed backwards, from the element in question to the operand that made it what
    /// it is: a NaN among the operands, else an infinity that became NaN, else the operation itself.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 0.0, 2.0]);
    /// let loss = (x * x.ln()).sum();
    /// let story = tape.first_nonfinite(&[loss]).unwrap();
    /// assert_eq!(story.events[0].reason, "ln 0 = -inf");
    /// assert_eq!(story.events[0].position, [1]);
    /// assert_eq!(story.events[1].reason, "0 · -inf is NaN");
    /// println!("{story}");
    /// ```
    ///
    /// # Panics
    /// If a variable is on another tape, or an index is out of range.
    #[track_caller]
    pub fn first_nonfinite(&self, results: &[Var<'_>]) -> Option<NonFinite> {
        self.check_own("first_nonfinite", results);
        let targets: Vec<NodeId> = results.iter().map(|x| x.id).collect();
        let nodes = self.ancestors(&targets);
        let vars: Vec<Var<'_>> = nodes.iter().map(|&id| Var { tape: self, id }).collect();
        let values = match self.try_run(&vars) {
            Ok(values) => values,
            Err(error) => panic!("{error}"),
        };
        let search = Search { tape: self, values: nodes.into_iter().zip(values).collect() };
        let find = |wanted: fn(f64) -> bool| {
            targets.iter().find_map(|&id| Some((id, search.first(id, wanted)?)))
        };
        let (node, element) = find(f64::is_nan).or_else(|| find(f64::is_infinite))?;
        Some(search.story(node, element))
    }
}

/// A tape and the values of the nodes in question.
pub(super) struct Search<'t> {
    pub tape: &'t Tape,
    pub values: FxHashMap<NodeId, Tensor>,
}

impl<'t> Search<'t> {
    pub fn var(&self, id: NodeId) -> Var<'t> {
        Var { tape: self.tape, id }
    }

    /// The elements of a real node.
    fn elements(&self, node: NodeId) -> Option<Vec<f64>> {
        match &self.values[&node] {
            Tensor::I64(_) => None,
            real => Some(real.to_vec_f64()),
        }
    }

    /// The first element of a kind, by its place.
    fn first(&self, node: NodeId, wanted: impl Fn(f64) -> bool) -> Option<usize> {
        self.elements(node)?.into_iter().position(wanted)
    }

    /// Follows an element that is not finite to where it came from.
    fn story(&self, mut node: NodeId, mut element: usize) -> NonFinite {
        let mut events = vec![];
        let result = node;
        let birth = loop {
            let value = self.values[&node].to_vec_f64()[element];
            let sources = self.sources(node, element);
            let bad = |wanted: fn(f64) -> bool| {
                sources.iter().find_map(|&(x, from)| {
                    let elements = self.elements(x)?;
                    let place = match from {
                        Some(place) => wanted(elements[place]).then_some(place),
                        None => elements.iter().position(|&x| wanted(x)),
                    };
                    Some((x, place?))
                })
            };
            let next = if value.is_nan() { bad(f64::is_nan) } else { bad(f64::is_infinite) };
            if let Some(next) = next {
                if node == result {
                    events.push(self.event(node, element, &sources, "passed on to here".into()));
                }
                (node, element) = next;
                continue;
            }
            // Nothing it was made of was like it: it came about here, maybe out of an infinity.
            let birth = Birth::new(self, node, value, &sources);
            events.push(self.event(node, element, &sources, birth.reason.clone()));
            match bad(f64::is_infinite) {
                Some(next) => (node, element) = next,
                None => break birth,
            }
        };
        events.reverse();
        NonFinite { remedy: remedy::remedy(self, &birth, &events), events }
    }

    /// The operands that an element was made of: of each which element, where it is known.
    fn sources(&self, node: NodeId, element: usize) -> Vec<(NodeId, Option<usize>)> {
        let var = self.var(node);
        let op = var.op();
        let operands = var.operands();
        if op.is_pointwise() {
            // What is not selected has no part in it.
            if let (Op::Select(_), [condition, yes, no]) = (&*op, operands.as_slice()) {
                let is_taken = self.values[&condition.id].to_vec_f64()[element] != 0.0;
                return vec![(if is_taken { yes.id } else { no.id }, Some(element))];
            }
            return operands.iter().map(|x| (x.id, Some(element))).collect();
        }
        if op.is_view() || matches!(*op, Op::Gather(_)) {
            return vec![(operands[0].id, self.moved(&op, &operands, element))];
        }
        operands.iter().map(|x| (x.id, None)).collect()
    }

    /// Which element of its first operand an operation that only moves elements has put here: it
    /// is asked to move their places.
    fn moved(&self, op: &Op, operands: &[Var<'_>], element: usize) -> Option<usize> {
        let shape = operands[0].shape();
        let places = Value::Real(Array::from_fn(shape, |place| place as f64));
        let others = operands[1..].iter().map(|x| Value::of(&self.values[&x.id]));
        let values: Vec<Value<f64>> = std::iter::once(places).chain(others).collect();
        let moved = op.eval(&values.iter().collect::<Vec<_>>());
        moved.real().iter().nth(element).map(|place| place as usize)
    }

    fn event(
        &self,
        node: NodeId,
        element: usize,
        sources: &[(NodeId, Option<usize>)],
        reason: String,
    ) -> Event {
        let var = self.var(node);
        let all = self.values[&node].to_vec_f64();
        let mut rest = element;
        let mut position: Vec<usize> = var
            .shape()
            .iter()
            .rev()
            .map(|&size| {
                let place = rest % size;
                rest /= size;
                place
            })
            .collect();
        position.reverse();
        Event {
            node: node as usize,
            operation: var.op().name(),
            origin: var.origin(),
            value: all[element],
            position,
            count: all.iter().filter(|x| !x.is_finite()).count(),
            operands: sources.iter().filter_map(|&(x, place)| self.operand(x, place)).collect(),
            reason,
        }
    }

    fn operand(&self, node: NodeId, place: Option<usize>) -> Option<Operands> {
        let elements = self.elements(node)?;
        let finite = elements.iter().copied().filter(|x| x.is_finite());
        let (least, greatest) =
            finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
        Some(Operands {
            node: node as usize,
            here: place.map(|place| elements[place]),
            range: (least <= greatest).then_some((least, greatest)),
            nonfinite: elements.iter().filter(|x| !x.is_finite()).count(),
        })
    }

    /// The elements that an element was made of, where they are known.
    pub fn here(&self, sources: &[(NodeId, Option<usize>)]) -> Vec<f64> {
        let here = |&(x, place): &(NodeId, Option<usize>)| Some(self.elements(x)?[place?]);
        sources.iter().filter_map(here).collect()
    }
}

/// The story, one paragraph an event, and the remedy.
impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, event) in self.events.iter().enumerate() {
            writeln!(f, "{}. {event}", number + 1)?;
        }
        match &self.remedy {
            Some(remedy) => write!(f, "Usual remedy: {remedy}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Event { node, operation, origin, value, reason, count, .. } = self;
        write!(f, "v{node}: {operation} at {origin}: {reason}")?;
        if !self.position.is_empty() {
            write!(f, ", element {:?}", self.position)?;
        }
        if *count > 1 {
            write!(f, " ({count} elements are not finite)")?;
        }
        write!(f, "\n   value {value}")?;
        for operand in &self.operands {
            write!(f, "\n   operand {operand}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Operands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.node)?;
        if let Some(here) = self.here {
            write!(f, " = {here}")?;
        }
        match self.range {
            Some((least, greatest)) => write!(f, ", finite from {least} to {greatest}")?,
            None => write!(f, ", nothing finite")?,
        }
        if self.nonfinite > 0 {
            write!(f, ", {} not finite", self.nonfinite)?;
        }
        Ok(())
    }
}
