//! The tape to be looked at: the Wengert list as text, one line an operation.

use std::fmt;

use crate::ops::Op;
use crate::tape::Tape;
use crate::var::Var;

/// The Wengert list: for each node its number, its type, the operation with its operands, and
/// where it was recorded.
///
/// ```
/// # use wengert_autodiff::Tape;
/// let tape = Tape::new();
/// let x = tape.input([1.0, 2.0]);
/// let y = (3.0 * x).exp().sum();
/// let text = tape.to_string();
/// let lines: Vec<&str> = text.lines().map(|line| line.split("  ; ").next().unwrap().trim_end()).collect();
/// assert_eq!(lines, [
///     "v0: [2] = input",
///     "v1: []  = 3",
///     "v2: [2] = expand v1 (axes: [(0, 2)])",
///     "v3: [2] = mul v2 v0",
///     "v4: [2] = exp v3",
///     "v5: []  = sum v4 (axes: [0])",
/// ]);
/// ```
impl fmt::Display for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes: Vec<Var<'_>> = (0..self.len() as u32).map(|id| Var { tape: self, id }).collect();
        let types: Vec<String> = nodes.iter().map(|node| node.type_of().to_string()).collect();
        let texts: Vec<String> = nodes.iter().map(|&node| computation(node)).collect();
        let width = |texts: &[String]| texts.iter().map(|text| text.chars().count()).max();
        let type_width = width(&types).unwrap_or(0);
        let text_width = width(&texts).unwrap_or(0).min(60);
        let id_width = nodes.len().saturating_sub(1).to_string().len() + 1;
        for ((node, type_of), text) in nodes.iter().zip(&types).zip(&texts) {
            let name = format!("v{}", node.id);
            let origin = node.origin();
            writeln!(
                f,
                "{name:>id_width$}: {type_of:type_width$} = {text:text_width$}  ; {origin}"
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape")
            .field("precision", &self.precision())
            .field("nodes", &self.len())
            .finish_non_exhaustive()
    }
}

/// What a node computes, such as `slice v3 (region: …)`.
fn computation(node: Var<'_>) -> String {
    match &*node.op() {
        Op::Literal => node.literal().map_or_else(String::new, |number| number.to_string()),
        Op::Constant(constant) => constant.number().to_string(),
        op => {
            let mut text = op.name().to_owned();
            for operand in node.operands() {
                text.push_str(" v");
                text.push_str(&operand.id.to_string());
            }
            let parameters = op.parameters();
            if !parameters.is_empty() {
                text = format!("{text} ({parameters})");
            }
            text
        }
    }
}
