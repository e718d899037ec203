//! One step over all parameters in place, whatever the optimizer and the precision. The formulas
//! are the optimizers' own.

use wengert_autodiff::{Gradients, ParamMap, Params, Real};
use wengert_tensor::{Array, DType, Native, Tensor};

/// What an optimizer does to a parameter, of which it remembers `N` arrays.
pub(crate) trait Rule<const N: usize> {
    /// Changes the parameter `p` and the `memory` by the gradient `g`, element by element; this is
    /// the `t`-th time, from 1.
    fn update<T: Real>(&self, t: i32, p: &mut [T], g: &[T], memory: [&mut [T]; N]);
}

/// What is remembered of each parameter.
pub(crate) type Memories<const N: usize> = ParamMap<Memory<N>>;

/// What is remembered of a parameter.
#[derive(Clone, Debug)]
pub(crate) struct Memory<const N: usize> {
    /// How many gradients it has had.
    t: i32,
    arrays: Arrays<N>,
}

/// Arrays of the parameter's shape and precision.
#[derive(Clone, Debug)]
enum Arrays<const N: usize> {
    F32([Vec<f32>; N]),
    F64([Vec<f64>; N]),
}

impl<const N: usize> Memory<N> {
    fn zeros(dtype: DType, size: usize) -> Memory<N> {
        let arrays = match dtype {
            DType::F32 => Arrays::F32(std::array::from_fn(|_| vec![0.0; size])),
            _ => Arrays::F64(std::array::from_fn(|_| vec![0.0; size])),
        };
        Memory { t: 0, arrays }
    }
}

/// Changes all parameters that have gradients by a rule.
#[track_caller]
pub(crate) fn update_all<const N: usize>(
    rule: &impl Rule<N>,
    memories: &mut Memories<N>,
    params: &mut Params,
    gradients: &Gradients,
) {
    for (id, gradient) in gradients.iter() {
        let parameter = params.get_mut(id);
        let (name, value) = (&parameter.name, &mut parameter.value);
        let (shape, dtype) = (value.shape(), value.dtype());
        assert!(
            gradient.shape() == shape && gradient.dtype() == dtype,
            "parameter {name:?} is {shape} of {dtype}, its gradient {} of {}",
            gradient.shape(),
            gradient.dtype(),
        );
        let memory = memories.get_or_insert_with(id, || Memory::zeros(dtype, shape.size()));
        memory.t = memory.t.saturating_add(1);
        let done = match (value, gradient, &mut memory.arrays) {
            (Tensor::F32(p), Tensor::F32(g), Arrays::F32(x)) => update(rule, memory.t, p, g, x),
            (Tensor::F64(p), Tensor::F64(g), Arrays::F64(x)) => update(rule, memory.t, p, g, x),
            _ => false,
        };
        assert!(done, "parameter {name:?} has changed its shape or precision since the first step");
    }
}

/// Changes one parameter; says whether the memory is for one of its size.
fn update<T: Real + Native, const N: usize>(
    rule: &impl Rule<N>,
    t: i32,
    p: &mut Array<T>,
    g: &Array<T>,
    memory: &mut [Vec<T>; N],
) -> bool {
    if memory.iter().any(|array| array.len() != p.size()) {
        return false;
    }
    let g = g.contiguous();
    let g = g.as_slice().expect("it was made contiguous");
    rule.update(t, p.make_mut(), g, memory.each_mut().map(Vec::as_mut_slice));
    true
}
