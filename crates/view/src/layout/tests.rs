//! What holds of every layout, tried on random graphs.

use proptest::prelude::*;

use crate::graph::{Graph, Node, NodeKind};
use crate::layout::{Group, Item, Layout, Rectangle};

fn node(number: usize, operands: Vec<usize>, scope: &str) -> Node {
    Node {
        name: format!("v{number}"),
        kind: NodeKind::Pointwise,
        label: "x".repeat(1 + number % 9),
        formula: String::new(),
        parameters: String::new(),
        operands,
        type_of: "[2]".into(),
        scope: scope.into(),
        origin: String::new(),
        math: String::new(),
        flops: 0,
        primal: None,
        tangent: None,
        adjoint: None,
        forward: String::new(),
        backward: Vec::new(),
    }
}

const SCOPES: [&str; 5] = ["", "a", "a.b", "a.c", "d.e.f"];

/// A graph of nodes that read any of those before them, in runs of scopes.
fn graphs() -> impl Strategy<Value = Graph> {
    let nodes =
        prop::collection::vec((prop::collection::vec(0..1000_usize, 0..3), 0..20_usize), 0..60);
    nodes.prop_map(|nodes| {
        let mut scope = SCOPES[0];
        let nodes = nodes.into_iter().enumerate().map(|(number, (operands, turn))| {
            scope = SCOPES.get(turn).copied().unwrap_or(scope);
            let operands = operands.into_iter().filter(|_| number > 0);
            node(number, operands.map(|x| x % number.max(1)).collect(), scope)
        });
        Graph { title: "any".into(), nodes: nodes.collect(), outputs: vec![] }
    })
}

fn overlap(a: Rectangle, b: Rectangle) -> bool {
    let apart = 1e-6;
    a.x + a.width > b.x + apart
        && b.x + b.width > a.x + apart
        && a.bottom() > b.y + apart
        && b.bottom() > a.y + apart
}

fn contains(a: Rectangle, b: Rectangle) -> bool {
    let slack = 1e-6;
    a.x <= b.x + slack
        && a.y <= b.y + slack
        && b.x + b.width <= a.x + a.width + slack
        && b.bottom() <= a.bottom() + slack
}

/// Checks the frame and the nodes of each group, and answers with what the group's items take.
fn check_inside(group: &Group, layout: &Layout, frames: &mut usize) -> Vec<Rectangle> {
    let places: Vec<Rectangle> = group
        .items
        .iter()
        .map(|item| match item {
            Item::Node(number) => layout.nodes[*number],
            Item::Group(inner) => {
                let frame = &layout.frames[*frames];
                assert_eq!(frame.name, inner.name);
                *frames += 1;
                for place in check_inside(inner, layout, frames) {
                    assert!(contains(frame.place, place), "{place:?} in {frame:?}");
                }
                frame.place
            }
        })
        .collect();
    for (k, &a) in places.iter().enumerate() {
        assert!(places[..k].iter().all(|&b| !overlap(a, b)), "{a:?} among {places:?}");
    }
    places
}

fn check(graph: &Graph) {
    let layout = Layout::new(graph);
    let whole = Rectangle { x: 0.0, y: 0.0, width: layout.width, height: layout.height };
    for place in check_inside(&Group::of(graph), &layout, &mut 0) {
        assert!(contains(whole, place), "{place:?} in {whole:?}");
    }
    let edges: usize = graph
        .nodes
        .iter()
        .map(|node| {
            let mut operands = node.operands.clone();
            operands.sort_unstable();
            operands.dedup();
            operands.len()
        })
        .sum();
    assert_eq!(layout.edges.len(), edges);
    for ((from, to), points) in &layout.edges {
        assert!(points.iter().all(|(x, y)| x.is_finite() && y.is_finite()));
        let (start, end) = (points[0], points[points.len() - 1]);
        assert_eq!(start, (layout.nodes[*from].center(), layout.nodes[*from].bottom()));
        assert_eq!(end, (layout.nodes[*to].center(), layout.nodes[*to].y));
    }
    let again = Layout::new(graph);
    assert_eq!((layout.nodes, layout.edges), (again.nodes, again.edges));
}

proptest! {
    /// Boxes do not overlap, everything is inside its frame and the picture, edges lead from their
    /// source to their target, and the same graph has the same picture.
    #[test]
    fn laws_of_layouts(graph in graphs()) {
        check(&graph);
    }
}

#[test]
fn small_and_large_graphs() {
    let graph = |nodes: Vec<Node>| Graph { title: String::new(), nodes, outputs: vec![] };
    check(&graph(vec![]));
    check(&graph(vec![node(0, vec![], "a.b")]));
    // A chain in several columns, a star, and nodes without edges.
    check(&graph(
        (0..1000).map(|k| node(k, (k > 0).then(|| k - 1).into_iter().collect(), "")).collect(),
    ));
    check(&graph((0..1000).map(|k| node(k, if k > 0 { vec![0] } else { vec![] }, "")).collect()));
    check(&graph((0..1000).map(|k| node(k, vec![], "")).collect()));
}
