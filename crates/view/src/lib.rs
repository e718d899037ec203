//! Computations to be looked at: explained as in a textbook, and drawn.
//!
//! An [`Explanation`] is the Wengert list of a formula with the value, the tangent and the adjoint
//! of each line, and tells in sentences what each step of the backward pass does.
//!
//! A [`Graph`] is what pictures are made from, of a program or of an explanation: in the languages
//! of Graphviz and Mermaid, as JSON, as SVG, and as a page to move and to step through.
//!
//! The answer of a check is written by [`check`]: as JSON, for continuous integration, and as a page.
//!
//! Nothing here reads or writes files: what is made is text.
#![forbid(unsafe_code)]

pub mod check;
mod explain;
mod graph;
mod layout;
mod page;
mod svg;
mod text;

pub use explain::{Contribution, Explanation, Line};
pub use graph::{Graph, Node, NodeKind};
