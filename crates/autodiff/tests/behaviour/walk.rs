//! What some variables are computed from, read from the tape.

use std::collections::BTreeMap;

use wengert_autodiff::Var;

/// Operations that the executor does as strides, and leaves and constants: what costs nothing.
const FREE: [&str; 9] = [
    "input",
    "literal",
    "constant",
    "reshape",
    "permute",
    "expand",
    "flip",
    "slice",
    "stop_gradient",
];

/// The nodes that these need, themselves included, each once and in the order of recording.
pub(crate) fn ancestry<'t>(of: &[Var<'t>]) -> Vec<Var<'t>> {
    let mut found = BTreeMap::new();
    let mut open = of.to_vec();
    while let Some(x) = open.pop() {
        if found.insert(x.position(), x).is_none() {
            open.extend(x.operands());
        }
    }
    found.into_values().collect()
}

/// Those among them that cost something.
pub(crate) fn operations<'t>(of: &[Var<'t>]) -> Vec<Var<'t>> {
    let mut nodes = ancestry(of);
    nodes.retain(|x| !FREE.contains(&x.op().name()));
    nodes
}

/// How many of the nodes that these need are of this operation.
pub(crate) fn count(of: &[Var<'_>], operation: &str) -> usize {
    ancestry(of).iter().filter(|x| x.op().name() == operation).count()
}
