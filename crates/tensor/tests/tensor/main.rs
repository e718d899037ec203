//! The laws of arrays, and the kernels against the plainest code that says what they compute.

mod array;
mod buffer;
mod conv;
mod copy;
mod display;
mod elementary;
mod gemm;
mod layout;
mod reduce;
mod shape;
mod tensor;
mod threads;
mod views;
mod window;
