//! Layers, initialisers and metrics, through their public interface.

mod images;
mod initializers;
mod layers;
mod metrics;
mod norms;
mod others;
mod penalties;
mod refusals;
mod slopes;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the panic of `f` says.
#[track_caller]
fn message(f: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it should have panicked");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("a message")).to_owned(),
    }
}
