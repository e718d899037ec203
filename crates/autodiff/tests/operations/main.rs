//! The list of operations against its oracles: every operation, on every sample, in every way it
//! can be differentiated, batched and run.
//!
//! The files in reading order: what is tested on (`numbers`, `samples`, `case`), the oracles
//! (`oracles`), and the walk along the list (`walk`), which `mutation` shows to be strict. Then
//! what the walk can't see: conventions at kinks, the executor's other paths, batches, programs of
//! many operations, and how cotangents are added up.

mod accumulation;
mod batched;
mod case;
mod executor;
mod kinks;
mod mutation;
mod numbers;
mod oracles;
mod own;
mod random_programs;
mod recipe;
mod samples;
mod walk;
