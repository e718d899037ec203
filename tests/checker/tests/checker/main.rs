//! What the checker says, and when it does not know.

mod claims;
mod kinds;
mod recorded;
