//! What all pictures are made from: the nodes of a computation and what is to be told of them.

use wengert_autodiff::{Leaf, Op, Origin, Program, Type};

use crate::explain::{Explanation, subscript, summary};

/// A computation to be drawn.
///
/// ```
/// # use wengert_autodiff::Tape;
/// use wengert_view::Graph;
///
/// let tape = Tape::new();
/// let x = tape.input([1.0, 2.0]);
/// let graph = Graph::of_program("norm", &tape.program([x], [(x * x).sum().sqrt()]));
/// let labels: Vec<&str> = graph.nodes.iter().map(|node| &*node.label).collect();
/// assert_eq!(labels, ["input 0", "·", "sum", "sqrt"]);
/// ```
#[derive(Clone, Debug)]
pub struct Graph {
    /// What it is called.
    pub title: String,
    /// The nodes, each behind those that it is computed from. Numbers that are part of a formula
    /// are told with it and are no nodes.
    pub nodes: Vec<Node>,
    /// The numbers of the nodes that are results.
    pub outputs: Vec<usize>,
}

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeKind {
    /// A value that is given anew for each run.
    Input,
    /// A value that belongs to the computation: a parameter, data, a number.
    Data,
    /// It works element by element.
    Pointwise,
    /// A product of matrices, a convolution, a decomposition: what takes most of the time.
    Heavy,
    /// It makes fewer elements of many.
    Reduction,
    /// It only arranges elements.
    Arrangement,
}

/// A node of a graph.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name, such as `v₃`.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// What stands on it: its operation's sign or name, or the name of an input.
    pub label: String,
    /// What it computes in terms of others: `v₁ · v₂`; empty if that is not known.
    pub formula: String,
    /// The parameters of its operation, such as `axes: [0]`.
    pub parameters: String,
    /// The numbers of the nodes that it is computed from.
    pub operands: Vec<usize>,
    /// Its type.
    pub type_of: String,
    /// Its scope, such as `encoder.0.attention`.
    pub scope: String,
    /// Where it was recorded.
    pub origin: String,
    /// What its operation computes, in TeX.
    pub math: String,
    /// Its floating-point operations.
    pub flops: u64,
    /// Its value, if it is known.
    pub primal: Option<String>,
    /// Its derivative by an input, if it is known.
    pub tangent: Option<String>,
    /// The derivative of the result by it, if it is known.
    pub adjoint: Option<String>,
    /// What happens here in the forward pass.
    pub forward: String,
    /// What happens here in the backward pass.
    pub backward: Vec<String>,
}

impl NodeKind {
    /// What an operation is; a leaf is data.
    fn of(op: &Op) -> NodeKind {
        match op {
            Op::Input | Op::Literal | Op::Constant(_) => NodeKind::Data,
            op if op.is_pointwise() => NodeKind::Pointwise,
            op if op.is_view() => NodeKind::Arrangement,
            Op::Assemble(_) | Op::Gather(_) | Op::ScatterAdd(_) => NodeKind::Arrangement,
            Op::Sum(_) | Op::Max(_) | Op::Min(_) | Op::ArgMax(_) | Op::CumSum(_) => {
                NodeKind::Reduction
            }
            _ => NodeKind::Heavy,
        }
    }

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            NodeKind::Input => "input",
            NodeKind::Data => "data",
            NodeKind::Pointwise => "pointwise",
            NodeKind::Heavy => "heavy",
            NodeKind::Reduction => "reduction",
            NodeKind::Arrangement => "arrangement",
        }
    }
}

/// What stands on a node of this operation.
fn sign(op: &Op) -> &'static str {
    match op {
        Op::Add(_) => "+",
        Op::Sub(_) | Op::Neg(_) => "−",
        Op::Mul(_) => "·",
        Op::Div(_) => "/",
        Op::Pow(_) => "^",
        op => op.name(),
    }
}

impl Node {
    fn new(number: usize, op: &Op, operands: Vec<usize>, type_of: &Type, origin: &Origin) -> Node {
        Node {
            name: format!("v{}", subscript(number + 1)),
            kind: NodeKind::of(op),
            label: sign(op).to_owned(),
            formula: String::new(),
            parameters: op.parameters(),
            operands,
            type_of: type_of.to_string(),
            scope: origin.scope.clone(),
            origin: format!("{}:{}:{}", origin.file, origin.line, origin.column),
            math: op.math().to_owned(),
            flops: 0,
            primal: None,
            tangent: None,
            adjoint: None,
            forward: String::new(),
            backward: Vec::new(),
        }
    }
}

impl Graph {
    /// The graph of a program: its structure, without values.
    pub fn of_program(title: impl Into<String>, program: &Program) -> Graph {
        let leaves: Vec<(Leaf<'_>, &Type)> = program.leaves().collect();
        let nodes: Vec<_> = program.nodes().collect();
        let types: Vec<&Type> =
            nodes.iter().map(|node| node.type_of).chain(leaves.iter().map(|leaf| leaf.1)).collect();
        let mut places: Vec<Option<usize>> = vec![None; types.len()];
        // A number, or a number repeated, is no node of the picture.
        let mut is_number: Vec<bool> = vec![false; types.len()];
        for (value, (leaf, _)) in (nodes.len()..).zip(&leaves) {
            is_number[value] = matches!(leaf, Leaf::Number(_));
        }
        let mut drawn: Vec<Node> = Vec::new();
        for (value, node) in nodes.iter().enumerate() {
            let first = node.operands.first().is_some_and(|&x| is_number[x as usize]);
            is_number[value] = matches!(node.op, Op::Constant(_)) || node.op.is_view() && first;
            if is_number[value] && !program.outputs().contains(&(value as u32)) {
                continue;
            }
            for &operand in node.operands {
                let operand = operand as usize;
                let Some((leaf, type_of)) = operand.checked_sub(nodes.len()).map(|k| leaves[k])
                else {
                    continue;
                };
                if places[operand].is_none() && !is_number[operand] {
                    places[operand] = Some(drawn.len());
                    drawn.push(leaf_node(drawn.len(), leaf, type_of, node.origin));
                }
            }
            let operands = node.operands.iter().filter_map(|&x| places[x as usize]).collect();
            let mut new = Node::new(drawn.len(), node.op, operands, node.type_of, node.origin);
            let x: Vec<Type> = node.operands.iter().map(|&x| types[x as usize].clone()).collect();
            new.flops = node.op.flops(&x, node.type_of);
            places[value] = Some(drawn.len());
            drawn.push(new);
        }
        let outputs = program.outputs().iter().filter_map(|&x| places[x as usize]).collect();
        Graph { title: title.into(), nodes: drawn, outputs }
    }
}

/// The node of a leaf, which stands where it is read first.
fn leaf_node(number: usize, leaf: Leaf<'_>, type_of: &Type, reader: &Origin) -> Node {
    let mut node = Node::new(number, &Op::Input, Vec::new(), type_of, reader);
    (node.kind, node.label) = match leaf {
        Leaf::Input(k) => (NodeKind::Input, format!("input {k}")),
        Leaf::Data(_) => (NodeKind::Data, "data".into()),
        Leaf::Number(x) => (NodeKind::Data, x.to_string()),
    };
    node.origin.clear();
    if let Leaf::Data(tensor) = leaf {
        node.primal = Some(summary(tensor));
    }
    node
}

/// The graph of an explanation, with its values and sentences.
impl From<&Explanation> for Graph {
    fn from(explanation: &Explanation) -> Graph {
        let nodes = explanation.lines.iter().enumerate().map(|(number, line)| {
            let origin = &line.origin;
            let mut node =
                Node::new(number, &line.op, line.operands.clone(), &line.type_of, origin);
            if line.is_input || line.op == Op::Input {
                node.label.clone_from(&line.formula);
                node.kind = if line.is_input { NodeKind::Input } else { NodeKind::Data };
            }
            node.formula.clone_from(&line.formula);
            node.flops = line.flops;
            node.primal = Some(summary(&line.primal));
            node.tangent = line.tangent.as_ref().map(summary);
            node.adjoint = line.adjoint.as_ref().map(summary);
            node.forward = explanation.forward_sentence(number);
            node.backward = explanation.backward_sentences(number);
            node
        });
        let outputs = explanation.lines.len().checked_sub(1).into_iter().collect();
        Graph { title: explanation.title.clone(), nodes: nodes.collect(), outputs }
    }
}
