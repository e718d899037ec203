//! Graphs as text for other programs: Graphviz, Mermaid, JSON.

use serde_json::{Value, json};

use crate::graph::{Graph, Node, NodeKind};
use crate::layout::{Group, Item};

/// The lines of a nested listing, each as deep as it should be.
struct Indented(String);

impl Indented {
    fn line(&mut self, depth: usize, text: &str) {
        self.0.push_str(&"  ".repeat(depth));
        self.0.push_str(text);
        self.0.push('\n');
    }
}

/// Text between the quotes of Graphviz.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let escaped = escaped.replace(char::is_control, " ");
    format!("\"{escaped}\"")
}

/// Text between the quotes of Mermaid, which knows entities by number.
fn entities(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " .,:=[]()·−+/^₀₁₂₃₄₅₆₇₈₉".contains(c);
    text.chars().map(|c| if plain(c) { c.to_string() } else { format!("#{};", c as u32) }).collect()
}

impl Graph {
    /// In the language of Graphviz: `dot -Tsvg`. Scopes are clusters.
    pub fn to_dot(&self) -> String {
        let mut out = Indented(String::new());
        out.line(0, "digraph {");
        out.line(1, &format!("label={}; labelloc=t;", quoted(&self.title)));
        out.line(1, "node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];");
        self.dot_group(&Group::of(self), 1, &mut out);
        for (number, node) in self.nodes.iter().enumerate() {
            for operand in &node.operands {
                out.line(1, &format!("v{operand} -> v{number};"));
            }
        }
        out.line(0, "}");
        out.0
    }

    fn dot_group(&self, group: &Group, depth: usize, out: &mut Indented) {
        for item in &group.items {
            match item {
                Item::Node(number) => {
                    let node = &self.nodes[*number];
                    let label = quoted(&node.caption().join("\n"));
                    let fill = match node.kind {
                        NodeKind::Input => "#cfe3ff",
                        NodeKind::Data => "#e8e8e8",
                        NodeKind::Pointwise => "#d7f0dd",
                        NodeKind::Heavy => "#ffdcc2",
                        NodeKind::Reduction => "#e5d6f7",
                        NodeKind::Arrangement => "#f4f4f4",
                    };
                    let line = format!("v{number} [label={label}, fillcolor=\"{fill}\"];");
                    out.line(depth, &line);
                }
                Item::Group(inner) => {
                    let first = inner.first_node();
                    out.line(depth, &format!("subgraph cluster_{depth}_{first} {{"));
                    let label = quoted(&inner.name);
                    out.line(depth + 1, &format!("label={label}; labelloc=t; style=rounded;"));
                    self.dot_group(inner, depth + 1, out);
                    out.line(depth, "}");
                }
            }
        }
    }

    /// As a flowchart of Mermaid, which many places show that show Markdown. Scopes are subgraphs.
    pub fn to_mermaid(&self) -> String {
        let mut out = Indented(String::new());
        out.line(0, "flowchart TD");
        self.mermaid_group(&Group::of(self), 1, &mut out);
        for (number, node) in self.nodes.iter().enumerate() {
            for operand in &node.operands {
                out.line(1, &format!("v{operand} --> v{number}"));
            }
        }
        out.0
    }

    fn mermaid_group(&self, group: &Group, depth: usize, out: &mut Indented) {
        for item in &group.items {
            match item {
                Item::Node(number) => {
                    let node = &self.nodes[*number];
                    let label: Vec<String> =
                        node.caption().iter().map(|line| entities(line)).collect();
                    let label = label.join("<br/>");
                    let (open, close) = match node.kind {
                        NodeKind::Input | NodeKind::Data => ("([", "])"),
                        _ => ("[", "]"),
                    };
                    out.line(depth, &format!("v{number}{open}\"{label}\"{close}"));
                }
                Item::Group(inner) => {
                    let first = inner.first_node();
                    let label = entities(&inner.name);
                    out.line(depth, &format!("subgraph s{depth}_{first}[\"{label}\"]"));
                    self.mermaid_group(inner, depth + 1, out);
                    out.line(depth, "end");
                }
            }
        }
    }

    /// As JSON: `{"title", "outputs", "nodes"}`, the nodes with the fields of [`Node`]; what is not
    /// known is `null`.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// # use wengert_view::Graph;
    /// let tape = Tape::new();
    /// let x = tape.input(1.0);
    /// let json = Graph::of_program("f", &tape.program([x], [x.sin()])).to_json();
    /// let graph: serde_json::Value = serde_json::from_str(&json)?;
    /// assert_eq!(graph["nodes"][1]["label"], "sin");
    /// assert_eq!(graph["nodes"][1]["operands"], serde_json::json!([0]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn to_json(&self) -> String {
        let nodes: Vec<Value> = self.nodes.iter().map(Node::to_value).collect();
        let all = json!({ "title": self.title, "outputs": self.outputs, "nodes": nodes });
        format!("{all:#}\n")
    }
}

impl Node {
    /// The lines that stand on it.
    pub(crate) fn caption(&self) -> Vec<String> {
        let mut below = self.name.clone();
        match &self.primal {
            // A short value says more than its shape.
            Some(primal) if primal.chars().count() <= 12 => below = format!("{below} = {primal}"),
            _ if self.type_of != "[]" => below = format!("{below} {}", self.type_of),
            _ => {}
        }
        vec![self.label.clone(), below]
    }

    fn to_value(&self) -> Value {
        json!({
            "name": self.name,
            "kind": self.kind.name(),
            "label": self.label,
            "formula": self.formula,
            "parameters": self.parameters,
            "operands": self.operands,
            "type": self.type_of,
            "scope": self.scope,
            "origin": self.origin,
            "math": self.math,
            "flops": self.flops,
            "primal": self.primal,
            "tangent": self.tangent,
            "adjoint": self.adjoint,
            "forward": self.forward,
            "backward": self.backward,
        })
    }
}
