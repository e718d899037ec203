//! Misuse and the message it gets: what was written, what it was given, where that was made – and
//! that the panic is on the user's own line. See [`crate::refusal`] for how lines are named.

mod arrangement;
mod data;
mod derivatives;
mod einsum;
mod formulas;
mod operators;
mod order;
mod origins;
mod parameters;
mod programs;
mod windows;
