//! The tape, its operations and their derivatives, programs and how they run.

pub mod real;

mod tape;
pub use tape::{Precision, Tape};
mod intern;
mod origin;
pub use origin::Origin;
mod input;
mod marks;
pub use input::{IndexValue, InputValue, Operand};
mod var;
pub use var::{IntoAxes, Var};
mod linear;
pub use linear::{Linear, Partial};
mod op;
pub use op::{Adjoint, Branch, Kind, Operation, Sample, ShapeError, Type, Value};
pub mod ops;
pub use ops::{Foreign, ForeignOperation, Op};
mod derive;
mod formulas;
pub use derive::{OwnRules, Rules};
mod program;
mod transform;
pub use program::Program;
mod run;
pub use run::{RunError, Statistics};
mod inspect;
mod params;
pub use params::{
    Buffers, Gradients, Missing, Mode, ParamId, ParamMap, Parameter, Params, Reason, Scope,
    Selection, Step,
};
pub use real::Real;
