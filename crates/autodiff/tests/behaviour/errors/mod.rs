//! Misuse and the message it gets: what was written, what it was given, where that was made – and
//! that the panic is on the user's own line.
//!
//! Expected texts name lines by their number in the closure that is tested: `line 2: …` says that
//! the panic's location is its second line, and `at line 1` that an operand was made in its first.
//! A location outside of the closure's file would stand in the text as it is, and not match.

mod arrangement;
mod data;
mod derivatives;
mod operators;
mod origins;
mod parameters;
mod programs;

use std::any::Any;
use std::cell::RefCell;
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::Once;

use wengert_autodiff::{Tape, Var};

thread_local! {
    /// Where this thread has panicked last, while its panics are looked at.
    static PANICKED_AT: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// A file and a line.
struct Place {
    file: String,
    line: u32,
}

/// Runs `f`, which must panic, and gives the place and the text of that.
fn panic_of<R>(f: impl FnOnce() -> R) -> (Place, String) {
    static HOOK: Once = Once::new();
    // The hook is for the whole process: it remembers places, each thread its own, and leaves the
    // printing to the one before it.
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map(Place::of);
            PANICKED_AT.with_borrow_mut(|at| *at = place);
            before(info);
        }));
    });
    let payload = panic::catch_unwind(AssertUnwindSafe(f)).err().expect("it panics");
    let place = PANICKED_AT.take().expect("a panic has a place");
    (place, text(&*payload))
}

impl Place {
    fn of(location: &Location<'_>) -> Place {
        Place { file: location.file().to_owned(), line: location.line() }
    }
}

fn text(payload: &dyn Any) -> String {
    match (payload.downcast_ref::<String>(), payload.downcast_ref::<&str>()) {
        (Some(text), _) => text.clone(),
        (_, Some(text)) => (*text).to_owned(),
        _ => panic!("a panic with a message"),
    }
}

/// Runs `f`, which must panic, and checks the line and the whole message of that.
#[track_caller]
fn check_panic<R>(f: impl FnOnce() -> R, wanted: &str) {
    let start = Location::caller();
    let (place, message) = panic_of(f);
    let line = if place.file == start.file() {
        format!("line {}", place.line - start.line())
    } else {
        format!("{}:{}", place.file, place.line)
    };
    check_text(&format!("{line}: {}", by_line(&message, start)), wanted);
}
