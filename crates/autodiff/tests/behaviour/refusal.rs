//! Panics as a user sees them: where, and what they say.
//!
//! Texts name lines by their number in the closure that was tested: `line 2: …` says that the
//! panic's location is its second line, and `at line 1` that an operand was made in its first. A
//! location in another file stands in the text as it is.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::Once;

thread_local! {
    /// Where this thread has panicked, while that is watched.
    static PLACES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// A panic that was caught.
pub(crate) struct Refusal(String);

/// Runs `f`, which must panic.
#[track_caller]
pub(crate) fn refusal<R>(f: impl FnOnce() -> R) -> Refusal {
    let start = Location::caller();
    let (place, message) = panic_of(f);
    Refusal(by_line(&format!("{place}: {message}"), start))
}

impl Refusal {
    /// The operation that was misused, in this file.
    #[track_caller]
    pub fn operation(&self) -> &str {
        let mut parts = self.0.split(": ");
        let place = parts.next().unwrap_or_default();
        assert!(place.starts_with("line "), "{}", self.0);
        parts.next().unwrap_or_default()
    }

    /// Checks a part of the text.
    #[track_caller]
    pub fn mentions(&self, part: &str) {
        assert!(self.0.contains(part), "{part:?} is not in:\n{}", self.0);
    }

    /// Checks the whole text: the first line, and one for each operand.
    #[track_caller]
    pub fn says<const N: usize>(&self, lines: [&str; N]) {
        let wanted = lines.join("\n  ");
        assert!(self.0 == wanted, "\n  found:\n{}\n  wanted:\n{wanted}\n", self.0);
    }
}

/// The place and the message of the panic in `f`.
fn panic_of<R>(f: impl FnOnce() -> R) -> (String, String) {
    static HOOK: Once = Once::new();
    // The hook is the whole process's: it keeps the panics that a thread watches from being
    // printed, and leaves all others to the hook before it.
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().expect("a panic has a place").to_string();
            let is_watched = PLACES.with_borrow_mut(|places| {
                places.as_mut().map(|places| places.push(place)).is_some()
            });
            if !is_watched {
                before(info);
            }
        }));
    });
    PLACES.set(Some(Vec::new()));
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    let place = PLACES.take().and_then(|mut places| places.pop());
    let Err(payload) = result else { panic!("this should have panicked") };
    let message = match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(other) => (*other.downcast_ref::<&str>().expect("a panic with a message")).to_owned(),
    };
    (place.expect("a panic has a place"), message)
}

/// The text with places in the file of `start` as `line n`, counted from its line.
fn by_line(text: &str, start: &Location<'_>) -> String {
    let file = format!("{}:", start.file());
    let mut parts = text.split(&file);
    let before = parts.next().unwrap_or_default().to_owned();
    let named = parts.map(|part| {
        let (line, behind) = part.split_once(':').expect("a line and a column");
        let line: i64 = line.parse().expect("a number");
        let behind = behind.trim_start_matches(|c: char| c.is_ascii_digit());
        format!("line {}{behind}", line - i64::from(start.line()))
    });
    before + &named.collect::<String>()
}

/// An error as a text, with places as in a [`Refusal`] whose closure begins at this line.
#[track_caller]
pub(crate) fn error_text(error: &dyn std::error::Error) -> String {
    by_line(&error.to_string(), Location::caller())
}
