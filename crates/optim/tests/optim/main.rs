//! Optimizers against their recurrences, written out in double precision.

mod early_stopping;
mod misuse;
mod recurrences;
mod steps;

use wengert_autodiff::{Gradients, InputValue, ParamId, Params, Tape};
use wengert_tensor::Tensor;

/// The gradients of $\sum_i c_i p_i$: the numbers $c$ themselves.
fn gradients(params: &Params, parameter: ParamId, c: impl InputValue) -> Gradients {
    let mut tape = Tape::with_precision(params.precision());
    let step =
        tape.value_and_grad(params, |scope| ((scope.input(c) * scope.var(parameter)).sum(), []));
    step.gradients
}

/// Where the elements lie.
fn address(tensor: &Tensor) -> usize {
    match tensor {
        Tensor::F32(x) => x.buffer().as_ptr().addr(),
        Tensor::F64(x) => x.buffer().as_ptr().addr(),
        Tensor::I64(x) => x.buffer().as_ptr().addr(),
    }
}
