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

    /// The nodes that `targets` lead to by `inputs`, themselves included, in ascending order. They
    /// are marked with 0.
    pub fn reachable<I: Iterator<Item = NodeId>>(
        &mut self,
        len: usize,
        targets: &[NodeId],
        inputs: impl Fn(NodeId) -> I,
    ) -> Vec<NodeId> {
        self.restart(len);
        let mut found = Vec::new();
        let mut stack = Vec::new();
        let mut visit = |marks: &mut Marks, stack: &mut Vec<NodeId>, node: NodeId| {
            if marks.get(node).is_none() {
                marks.set(node, 0);
                found.push(node);
                stack.push(node);
            }
        };
        for &target in targets {
            visit(self, &mut stack, target);
        }
        while let Some(node) = stack.pop() {
            for input in inputs(node) {
                visit(self, &mut stack, input);
            }
        }
        let (Some(&first), Some(&last)) = (found.iter().min(), found.iter().max()) else {
            return found;
        };
        // Most walks are dense: then reading the marks in order is the quickest way to sort.
        if ((last - first) as usize) < 8 * found.len() {
            let count = found.len();
            found.clear();
            found.reserve(count);
            found.extend((first..=last).filter(|&node| self.get(node).is_some()));
        } else {
            found.sort_unstable();
        }
        found
    }
}
