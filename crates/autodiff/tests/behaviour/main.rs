//! What the tape, its derivatives and its runs do as a whole, seen from outside: derivatives of
//! formulas against closed forms, work done against what should have been done, misuse against the
//! message it gets, and users' own operations and parameters. Single operations are tested by
//! their list, in `tests/operations`.

mod check;
mod closed_forms;
mod counters;
mod custom;
mod errors;
mod foreign;
mod implicit;
mod inspect;
mod laws;
mod memory_places;
mod panics;
mod params_scope;
mod refusal;
mod rewriting;
mod threads;
mod walk;
