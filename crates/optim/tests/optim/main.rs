//! Optimizers against their recurrences, written out in double precision, and against PyTorch's.

mod averages;
mod early_stopping;
mod groups;
mod misuse;
mod recurrences;
mod schedules;
mod states;
mod steps;
mod threads;
mod trajectories;

use wengert_autodiff::{Gradients, InputValue, ParamId, Params, Tape};
use wengert_optim::{Adagrad, Adam, AdamW, Adamax, Lion, NAdam, Optimizer, RmsProp, Sgd};
use wengert_tensor::Tensor;

/// The gradients of six steps on three numbers.
const GRADIENTS: [[f64; 3]; 6] = [
    [1.0, -2.0, 1e-3],
    [0.5, 3.0, -1e-3],
    [-4.0, 0.0, 2e3],
    [0.25, 1e-6, -7.0],
    [1.0, 1.0, 1.0],
    [-0.125, -2.5, 0.0],
];

const START: [f64; 3] = [0.5, -1.5, 2.0];

/// Every optimizer, with and without what makes it remember more, by a rate that suits it.
fn all() -> Vec<Box<dyn Optimizer>> {
    vec![
        Box::new(Sgd::new(0.1)),
        Box::new(Sgd::new(0.02).momentum(0.9)),
        Box::new(Sgd::new(0.02).momentum(0.9).nesterov()),
        Box::new(Sgd::new(0.02).momentum(0.9).dampening(0.5)),
        Box::new(RmsProp::new(0.05)),
        Box::new(RmsProp::new(0.02).momentum(0.5)),
        Box::new(RmsProp::new(0.02).centred()),
        Box::new(RmsProp::new(0.01).centred().momentum(0.5)),
        Box::new(Adam::new(0.05)),
        Box::new(Adam::new(0.05).amsgrad()),
        Box::new(AdamW::new(0.05).weight_decay(0.0)),
        Box::new(AdamW::new(0.05).weight_decay(0.0).amsgrad()),
        Box::new(Adagrad::new(0.5)),
        Box::new(Adamax::new(0.05)),
        Box::new(NAdam::new(0.05)),
        Box::new(Lion::new(0.02)),
    ]
}

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
