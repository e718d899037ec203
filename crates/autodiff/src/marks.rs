//! Numbers written beside the nodes of a tape, forgotten all at once: the notes of a walk.

use crate::tape::NodeId;

/// A number for some of a tape's nodes. Starting again costs nothing.
#[derive(Default)]
pub(crate) struct Marks {
    /// A mark counts if it carries the present stamp.
    stamp: u32,
    stamped: Vec<(u32, u32)>,
    /// Memory for lists of nodes, as long as marks are many.
    lists: Vec<Vec<NodeId>>,
}

impl Marks {
    /// Forgets all marks and makes room for `len` nodes.
    pub fn restart(&mut self, len: usize) {
        if self.stamped.len() < len {
            self.stamped.resize(len.next_multiple_of(1024), (0, 0));
        }
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.stamped.fill((0, 0));
            self.stamp = 1;
        }
    }

    /// An empty list of nodes, in the memory of one that was given back.
    pub fn take_list(&mut self) -> Vec<NodeId> {
        self.lists.pop().unwrap_or_default()
    }

    pub fn give_list(&mut self, mut list: Vec<NodeId>) {
        list.clear();
        self.lists.push(list);
    }

    pub fn get(&self, node: NodeId) -> Option<u32> {
        let (stamp, number) = self.stamped[node as usize];
        (stamp == self.stamp).then_some(number)
    }

    pub fn set(&mut self, node: NodeId, number: u32) {
        self.stamped[node as usize] = (self.stamp, number);
    }

    /// Finds the nodes that `targets` lead to by `inputs`, which precede them; themselves included,
    /// in ascending order. Where `inputs` are `None`, the walk ends, and the node is left out.
    ///
    /// The tape is read backwards from the last target. Where what is looked for lies far apart,
    /// that would look at much else, and the nodes are found by following their inputs instead.
    pub fn reachable<I: Iterator<Item = NodeId>>(
        &mut self,
        len: usize,
        targets: &[NodeId],
        inputs: impl Fn(NodeId) -> Option<I>,
        found: &mut Vec<NodeId>,
    ) {
        self.restart(len);
        found.clear();
        let mut pending = 0;
        for &target in targets {
            pending += usize::from(self.get(target).is_none());
            self.set(target, 0);
        }
        let mut node = targets.iter().max().map_or(0, |last| last + 1);
        let first = node as usize;
        while pending > 0 {
            node -= 1;
            if self.get(node).is_some() {
                pending -= 1;
                let Some(inputs) = inputs(node) else { continue };
                found.push(node);
                for input in inputs {
                    pending += usize::from(self.get(input).is_none());
                    self.set(input, 0);
                }
            } else if first - node as usize > 1000 + 8 * found.len() {
                return self.followed(len, targets, inputs, found);
            }
        }
        found.reverse();
    }

    /// As [`Marks::reachable`], without looking at anything else.
    fn followed<I: Iterator<Item = NodeId>>(
        &mut self,
        len: usize,
        targets: &[NodeId],
        inputs: impl Fn(NodeId) -> Option<I>,
        found: &mut Vec<NodeId>,
    ) {
        self.restart(len);
        found.clear();
        let mut stack = targets.to_vec();
        while let Some(node) = stack.pop() {
            if self.get(node).is_none() {
                self.set(node, 0);
                let Some(inputs) = inputs(node) else { continue };
                found.push(node);
                stack.extend(inputs);
            }
        }
        found.sort_unstable();
    }
}
