//! Costs, profiles, and the stories behind a NaN, a missing gradient and a tape that grows.

mod costs;
mod growing;
mod nonfinite;
mod profiles;
mod severed;
