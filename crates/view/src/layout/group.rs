//! The scopes of a graph as a tree.

use crate::graph::Graph;

/// The nodes of a scope that follow each other on the tape, and the scopes inside it.
///
/// A scope that is entered twice has two groups. So a group's nodes are neighbours on the tape, and
/// no group depends on one that depends on it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Group {
    pub name: String,
    pub items: Vec<Item>,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Item {
    Node(usize),
    Group(Group),
}

impl Group {
    /// The groups of a graph in one without a name.
    pub fn of(graph: &Graph) -> Group {
        let mut open = vec![Group { name: String::new(), items: Vec::new() }];
        for (number, node) in graph.nodes.iter().enumerate() {
            let path: Vec<&str> = node.scope.split('.').filter(|part| !part.is_empty()).collect();
            let common = open[1..].iter().zip(&path).take_while(|(a, b)| a.name == **b).count();
            while open.len() > common + 1 {
                close(&mut open);
            }
            for part in &path[common..] {
                open.push(Group { name: (*part).to_owned(), items: Vec::new() });
            }
            if let Some(innermost) = open.last_mut() {
                innermost.items.push(Item::Node(number));
            }
        }
        while open.len() > 1 {
            close(&mut open);
        }
        open.swap_remove(0)
    }

    /// Its first node.
    pub fn first_node(&self) -> usize {
        match self.items.first() {
            Some(Item::Node(number)) => *number,
            Some(Item::Group(group)) => group.first_node(),
            None => 0,
        }
    }
}

/// Ends the innermost group.
fn close(open: &mut Vec<Group>) {
    if let Some(group) = open.pop()
        && let Some(outer) = open.last_mut()
    {
        outer.items.push(Item::Group(group));
    }
}

impl Item {
    /// Every node in it.
    pub fn each_node(&self, f: &mut impl FnMut(usize)) {
        match self {
            Item::Node(number) => f(*number),
            Item::Group(group) => group.items.iter().for_each(|item| item.each_node(f)),
        }
    }
}
