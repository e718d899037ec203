//! The answer of a check for others to read: programs, continuous integration, people.
//!
//! What is checked and how is said in [`wengert_autodiff::check`]; here a
//! [`Report`](wengert_autodiff::check::Report) becomes text, and nothing is judged anew.

mod heat;
mod json;
mod junit;
mod page;
mod words;

pub use json::to_json;
pub use junit::to_junit;
pub use page::to_html;
