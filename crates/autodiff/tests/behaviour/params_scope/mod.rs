//! Parameters and scopes: which gradients there are, why others are not, what a step carries, and
//! that it leaves nothing behind.

mod examples;
mod gradients;
mod missing;
mod modes;
mod stores;
