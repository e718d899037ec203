//! What a run costs, by the tape's counters instead of the clock: nothing is computed twice, equal
//! structures share a plan, and what is kept or cached is bounded.

mod budget;
mod memory;
mod plans;
mod programs;
mod recurrence;
mod runs;

use wengert_autodiff::{Statistics, Tape};

/// What the tape does during `f`.
pub(crate) fn during<R>(tape: &Tape, f: impl FnOnce() -> R) -> (Statistics, R) {
    let before = tape.statistics();
    let result = f();
    (since(tape, before), result)
}

/// What the tape has done since its counters were these.
pub(crate) fn since(tape: &Tape, before: Statistics) -> Statistics {
    let after = tape.statistics();
    Statistics {
        plans: after.plans - before.plans,
        runs: after.runs - before.runs,
        operations: after.operations - before.operations,
        peak_bytes: after.peak_bytes,
    }
}
