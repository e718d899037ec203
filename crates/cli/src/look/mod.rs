//! What shows a formula: `wengert explain`, `wengert graph` and `wengert cost`.

mod bound;
mod cost;
mod explain;
mod graph;

pub use bound::Bound;
pub use cost::{CostOptions, cost};
pub use explain::{ExplainOptions, explain};
pub use graph::{GraphOptions, graph};
