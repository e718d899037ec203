//! Where the nodes of a picture stand: in layers, so that edges lead downwards, and in frames that
//! are their scopes.
//!
//! A frame is laid out as a graph of its own, in which frames inside it are boxes. Layers are longest
//! paths; edges over several layers are held by places that they pass through; the order within
//! layers is found by barycentres (Sugiyama, Tagawa, Toda, *Methods for Visual Understanding of
//! Hierarchical System Structures*, 1981).

mod group;
mod layers;
mod line;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub(crate) use group::{Group, Item};

use crate::graph::Graph;

/// From where to where an edge leads.
type Edge = (usize, usize);
/// The points that an edge passes through.
type Points = Vec<(f64, f64)>;

/// A rectangle by its upper left corner.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Rectangle {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rectangle {
    fn shifted(self, x: f64, y: f64) -> Rectangle {
        Rectangle { x: self.x + x, y: self.y + y, ..self }
    }

    pub fn center(self) -> f64 {
        self.x + self.width / 2.0
    }

    pub fn bottom(self) -> f64 {
        self.y + self.height
    }
}

/// A frame around the nodes of a scope.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub name: String,
    pub place: Rectangle,
    pub depth: usize,
}

/// Where everything stands.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub width: f64,
    pub height: f64,
    /// By node.
    pub nodes: Vec<Rectangle>,
    /// Outer frames before those inside them.
    pub frames: Vec<Frame>,
    pub edges: Vec<(Edge, Points)>,
}

/// The room of a letter.
const LETTER: f64 = 7.4;
const LINE: f64 = 17.0;
const GAP: f64 = 18.0;
const RISE: f64 = 34.0;
const PADDING: f64 = 14.0;
/// The room for the name of a frame.
const HEAD: f64 = 22.0;

impl Layout {
    pub fn new(graph: &Graph) -> Layout {
        let sizes = graph.nodes.iter().map(|node| {
            let caption = node.caption();
            let letters = caption.iter().map(|line| line.chars().count()).max().unwrap_or(0);
            let width = (letters as f64 * LETTER + 22.0).max(44.0);
            Rectangle { width, height: caption.len() as f64 * LINE + 12.0, ..Rectangle::default() }
        });
        let mut layout = Layout { nodes: sizes.collect(), ..Layout::default() };
        let root = Group::of(graph);
        let inside = Inside::new(&root, graph, &layout.nodes);
        layout.width = inside.width + 2.0 * PADDING;
        layout.height = inside.height + 2.0 * PADDING;
        let mut bends = HashMap::new();
        layout.place(&root, &inside, (PADDING, PADDING), 0, &mut bends);
        for (to, node) in graph.nodes.iter().enumerate() {
            let mut operands = node.operands.clone();
            operands.sort_unstable();
            operands.dedup();
            for from in operands {
                let (a, b) = (layout.nodes[from], layout.nodes[to]);
                let mut points = vec![(a.center(), a.bottom())];
                points.extend(bends.remove(&(from, to)).unwrap_or_default());
                points.push((b.center(), b.y));
                layout.edges.push(((from, to), points));
            }
        }
        layout
    }

    /// Moves what is inside a group to where the group is.
    fn place(
        &mut self,
        group: &Group,
        inside: &Inside,
        (x, y): (f64, f64),
        depth: usize,
        bends: &mut HashMap<Edge, Points>,
    ) {
        for (edge, points) in &inside.bends {
            let points = points.iter().map(|&(px, py)| (px + x, py + y));
            bends.entry(*edge).or_default().extend(points);
        }
        for ((item, place), inner) in group.items.iter().zip(&inside.places).zip(&inside.inner) {
            let place = place.shifted(x, y);
            match (item, inner) {
                (Item::Node(number), _) => self.nodes[*number] = place,
                (Item::Group(group), Some(inner)) => {
                    self.frames.push(Frame { name: group.name.clone(), place, depth });
                    let corner = (place.x + PADDING, place.y + HEAD + PADDING / 2.0);
                    self.place(group, inner, corner, depth + 1, bends);
                }
                (Item::Group(_), None) => {}
            }
        }
    }
}

/// How a group looks inside: places from its own corner.
struct Inside {
    width: f64,
    height: f64,
    places: Vec<Rectangle>,
    inner: Vec<Option<Inside>>,
    bends: Vec<(Edge, Points)>,
}

impl Inside {
    fn new(group: &Group, graph: &Graph, nodes: &[Rectangle]) -> Inside {
        let inner: Vec<Option<Inside>> = group
            .items
            .iter()
            .map(|item| match item {
                Item::Node(_) => None,
                Item::Group(group) => Some(Inside::new(group, graph, nodes)),
            })
            .collect();
        let sizes = group.items.iter().zip(&inner).map(|(item, inner)| match (item, inner) {
            (Item::Node(number), _) => nodes[*number],
            (Item::Group(group), Some(inner)) => {
                let head = group.name.chars().count() as f64 * LETTER;
                Rectangle {
                    width: inner.width.max(head) + 2.0 * PADDING,
                    height: inner.height + HEAD + 1.5 * PADDING,
                    ..Rectangle::default()
                }
            }
            (Item::Group(_), None) => Rectangle::default(),
        });

        // Edges between items, and the edges of the graph that each stands for. What comes from
        // outside comes in by ports, which stand above all items.
        let mut owner: HashMap<usize, usize> = HashMap::new();
        for (number, item) in group.items.iter().enumerate() {
            item.each_node(&mut |node| {
                owner.insert(node, number);
            });
        }
        let read = |node: &usize| graph.nodes[*node].operands.clone();
        let mut outside: Vec<usize> = owner.keys().flat_map(read).collect();
        outside.retain(|operand| !owner.contains_key(operand));
        outside.sort_unstable();
        outside.dedup();
        let ports = outside.len();
        let mut stands_for: HashMap<Edge, Vec<Edge>> = HashMap::new();
        for (node, &to) in &owner {
            for operand in read(node) {
                let from = match owner.get(&operand) {
                    Some(&item) => ports + item,
                    None => outside.partition_point(|&other| other < operand),
                };
                if from != ports + to {
                    stands_for.entry((from, ports + to)).or_default().push((operand, *node));
                }
            }
        }
        let mut edges: Vec<Edge> = stands_for.keys().copied().collect();
        edges.sort_unstable();
        let port = Rectangle { width: layers::LANE, ..Rectangle::default() };
        let sizes: Vec<Rectangle> = vec![port; ports].into_iter().chain(sizes).collect();
        let layers::Placed { width, height, mut places, bends } =
            layers::layers(&sizes, ports, &edges);
        let mut bends: HashMap<Edge, Points> = bends.into_iter().collect();
        let bends = edges.iter().flat_map(|edge| {
            let mut points = bends.remove(edge).unwrap_or_default();
            if edge.0 < ports {
                points.insert(0, (places[edge.0].center(), places[edge.0].y));
            }
            let all = stands_for.remove(edge).unwrap_or_default();
            all.into_iter().map(move |edge| (edge, points.clone()))
        });
        let bends = bends.collect();
        let places = places.split_off(ports);
        Inside { width, height, places, inner, bends }
    }
}
