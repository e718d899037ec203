//! Numbers written beside the nodes of a tape, forgotten all at once: the notes of a walk.

use crate::tape::NodeId;

/// A number for some of a tape's nodes. Starting again costs nothing.
#[derive(Default)]
pub(crate) struct Marks {
    /// A mark counts if it carries the present stamp.
    stamp: u32,
    marks: Vec<(u32, u32)>,
}

impl Marks {
    /// Forgets all marks and makes room for `len` nodes.
    pub fn restart(&mut self, len: usize) {
        if self.marks.len() < len {
            self.marks.resize(len, (0, 0));
        }
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.marks.fill((0, 0));
            self.stamp = 1;
        }
    }

    pub fn get(&self, node: NodeId) -> Option<u32> {
        let (stamp, number) = self.marks[node as usize];
        (stamp == self.stamp).then_some(number)
    }

    pub fn set(&mut self, node: NodeId, number: u32) {
        self.marks[node as usize] = (self.stamp, number);
    }

    /// The nodes that `targets` lead to by `inputs`, which precede them; themselves included, in
    /// ascending order. They are marked with 0.
    ///
    /// The tape is read backwards from the last target. Where what is looked for lies far apart,
    /// that would look at much else, and the nodes are found by following their inputs instead.
    pub fn reachable<I: Iterator<Item = NodeId>>(
        &mut self,
        len: usize,
        targets: &[NodeId],
        inputs: impl Fn(NodeId) -> I,
    ) -> Vec<NodeId> {
        self.restart(len);
        let mut found = Vec::new();
        let mut pending = 0;
        let Some(&last) = targets.iter().max() else { return found };
        for &target in targets {
            pending += usize::from(self.get(target).is_none());
            self.set(target, 0);
        }
        let mut looked_at = 0;
        for node in (0..=last).rev() {
            if pending == 0 {
                found.reverse();
                return found;
            }
            if self.get(node).is_some() {
                found.push(node);
                pending -= 1;
                for input in inputs(node) {
                    pending += usize::from(self.get(input).is_none());
                    self.set(input, 0);
                }
            }
            looked_at += 1;
            if looked_at > 1000 + 8 * found.len() {
                return self.followed(len, targets, inputs);
            }
        }
        found.reverse();
        found
    }

    /// As [`Marks::reachable`], without looking at anything else.
    fn followed<I: Iterator<Item = NodeId>>(
        &mut self,
        len: usize,
        targets: &[NodeId],
        inputs: impl Fn(NodeId) -> I,
    ) -> Vec<NodeId> {
        self.restart(len);
        let (mut found, mut stack) = (Vec::new(), targets.to_vec());
        while let Some(node) = stack.pop() {
            if self.get(node).is_none() {
                self.set(node, 0);
                found.push(node);
                stack.extend(inputs(node));
            }
        }
        found.sort_unstable();
        found
    }
}
