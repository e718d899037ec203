//! The tape, its operations and their derivatives, programs and how they run.
//!
//! Three verbs. **Record**: a formula on [`Var`]s appends nodes to a [`Tape`]; shapes are checked,
//! nothing is computed. **Differentiate**: a sweep ([`Tape::grad`], [`Tape::jvp`]) appends the
//! derivative to the same tape, in the same operations. **Run**: values are computed when they are
//! asked for ([`Var::value`], [`Tape::run`]), by an executor that sees the whole program.
//!
//! ```
//! use wengert_autodiff::Tape;
//!
//! let tape = Tape::new();
//! let x = tape.input([0.5, -1.0, 2.0]);
//! let y = (x * x.sin()).sum();
//! let [dy] = tape.grad(y, [x]); // sin x + x cos x
//! let [d2y] = tape.grad(dy.sum(), [x]); // 2 cos x − x sin x
//! assert!((dy.at(0, 2).item() - (2.0_f64.sin() + 2.0 * 2.0_f64.cos())).abs() < 1e-15);
//! assert!((d2y.at(0, 2).item() - (2.0 * 2.0_f64.cos() - 2.0 * 2.0_f64.sin())).abs() < 1e-15);
//! ```
//!
//! Everything that is known of an operation stands in one `impl` of [`Operation`]; its derivative
//! is a [`Linear`] map, which forward mode applies and reverse mode transposes. Users' operations
//! implement the same trait. A [`Program`] is a slice of a tape without handles: it runs from any
//! thread, and can be evaluated on any [`Real`] scalar. [`Params`], [`Scope`] and [`Step`] are what
//! training adds: a store that the caller owns, keys that layers hold, and one step.
//!
//! The modules stand in reading order. This crate does no input or output and knows no clock.
#![forbid(unsafe_code)]

pub mod real;

mod tape;
pub use tape::{Precision, Tape};
mod intern;
mod origin;
pub use origin::Origin;
mod create;
mod input;
mod marks;
pub use input::{IndexValue, InputValue, Operand};
mod var;
pub use var::{IntoAxes, Padding, Unique, Var};
mod linear;
pub use linear::{Linear, Partial};
mod op;
pub use op::{Adjoint, Branch, Kind, Operation, Sample, ShapeError, Type, Value};
pub mod ops;
pub use ops::{Foreign, ForeignOperation, Op};
mod derive;
mod formulas;
pub use derive::{OwnRules, Rules};
pub use formulas::{Attention, CrossEntropy, Ctc, Interpolation, Outside, Quantile, Rotary};
mod program;
mod transform;
pub use program::{Leaf, Program, ProgramNode};
mod run;
pub use run::{Rewriting, RunError, Statistics};
mod inspect;
pub use inspect::{
    Carried, Cost, CostLine, Event, Growth, NonFinite, Operands, Profile, ProfileLine, Reason,
    Totals, TotalsLine,
};
pub mod check;
mod params;
pub use params::{
    Buffers, Examples, Gradients, Missing, Mode, ParamId, ParamMap, Parameter, Params, Scope,
    Selection, Step,
};
pub use real::Real;
