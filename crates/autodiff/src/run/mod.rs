//! How a program runs: the slice of the tape that is asked for becomes a listing, the listing a
//! plan, and the plan is carried out. Equal listings have one plan.

mod arena;
mod compute;
mod engine;
mod execute;
mod listing;
mod lower;
mod memory;
mod pick;
mod plan;
mod recompute;
mod simplify;
mod step;
mod window;

use std::fmt;

use wengert_tensor::kernel::{Gemm, Tiles};
use wengert_tensor::{Native, Tensor};

use crate::op::ShapeError;
use crate::origin::Origin;
use crate::real::Real;

pub(crate) use engine::Engine;
pub use engine::Statistics;
pub(crate) use execute::{Bound, Workspace, execute, execute_watched};
pub(crate) use listing::{Checkpoint, Listing, Selection};
pub(crate) use plan::{Plan, Tables};
pub use simplify::Rewriting;

/// The scalars that tensors are made of and programs run on.
pub(crate) trait Scalar: Real + Native + Gemm + Tiles {}

impl Scalar for f32 {}
impl Scalar for f64 {}

/// What may be done to a program before it is run. None of it changes a bit of a result.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Policy {
    pub rewriting: Rewriting,
    /// The bytes that temporaries may take, if that is limited.
    pub memory_budget: Option<usize>,
}

/// Why a program could not be run: data that an operation has no answer for.
#[derive(Clone, Debug, PartialEq)]
pub struct RunError {
    /// The operation and what is wrong.
    pub error: ShapeError,
    /// Where the operation was recorded.
    pub origin: Option<Origin>,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)?;
        match &self.origin {
            Some(origin) => write!(f, ", recorded at {origin}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RunError {}

/// An operation of a listing, by the number of its node, that could not be carried out.
pub(crate) struct Failure {
    pub node: u32,
    pub error: ShapeError,
}

/// What a run has computed.
pub(crate) struct Outcome {
    /// The values of the outputs, in order.
    pub outputs: Vec<Tensor>,
    /// If everything was to be kept: the number of each value that was computed, and the value.
    pub kept: Vec<(u32, Tensor)>,
    /// How many operations were carried out; views cost nothing and do not count.
    pub operations: usize,
}
