//! The tape, its operations and their derivatives, programs and how they run.

mod input;
mod intern;
mod linear;
mod marks;
mod op;
mod origin;
mod program;
mod tape;
mod transform;
mod derive;
mod var;
mod run;
pub mod ops;
pub mod real;

pub use derive::{OwnRules, Rules};
pub use input::{InputValue, Operand};
pub use linear::{Linear, Partial};
pub use op::{Adjoint, Branch, Kind, Operation, Sample, ShapeError, Type, Value};
pub use ops::{Foreign, ForeignOperation, Op};
pub use origin::Origin;
pub use program::Program;
pub use real::Real;
pub use run::{RunError, Statistics};
pub use tape::{Precision, Tape};
pub use var::{IntoAxes, Var};
