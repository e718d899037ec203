//! A computation to be looked at: listed, costed, timed; and the stories behind a NaN, a missing
//! gradient, and a tape that grows.

mod cost;
mod cut;
mod growth;
mod listing;
mod nonfinite;
mod profile;
mod remedy;
mod table;

pub use cost::{Cost, CostLine};
pub use cut::Reason;
pub use growth::{Carried, Growth};
pub use nonfinite::{Event, NonFinite, Operands};
pub use profile::{Profile, ProfileLine};
pub use table::{Totals, TotalsLine};
