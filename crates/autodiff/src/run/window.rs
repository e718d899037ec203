//! Convolutions and searches under a window as steps: made ready when planned, on contiguous
//! operands.

use wengert_tensor::kernel::{Convolution, WindowSearch};
use wengert_tensor::{Array, Layout, Pool, Shape};

use crate::ops::{Conv, Side, WindowArgMax};
use crate::run::Scalar;
use crate::run::listing::Line;
use crate::run::memory::Memory;
use crate::run::plan::Planner;
use crate::run::step::{Operand, Work};

/// A convolution that gives one of its sides.
pub(crate) struct Convolve {
    kernel: Convolution,
    gives: Side,
    a: Operand,
    b: Operand,
}

/// A search for the largest elements.
pub(crate) struct Search {
    kernel: WindowSearch,
    x: Operand,
    /// The shape of the positions.
    shape: Shape,
}

/// Plans a convolution.
pub(super) fn convolve<T: Scalar>(
    planner: &mut Planner<'_, T>,
    value: u32,
    line: Line<'_>,
    op: &Conv,
) {
    let mut copies = Vec::new();
    let mut operand = |k: usize| {
        let x = planner.operand(line.operands[k]);
        planner.contiguous(value, x, &mut copies)
    };
    let (a, b) = (operand(0), operand(1));
    let channels = op.channels(a.layout.shape(), b.layout.shape());
    let kernel = Convolution::new(&op.window, &op.sizes, channels);
    let kernel = kernel.expect("the shape rule asks whether the window fits");
    let y = planner.type_of(line.type_of);
    planner.compute(value, y, Work::Convolve(Box::new(Convolve { kernel, gives: op.gives, a, b })));
    planner.free_copies(copies);
}

/// Plans a search.
pub(super) fn search<T: Scalar>(
    planner: &mut Planner<'_, T>,
    value: u32,
    line: Line<'_>,
    op: &WindowArgMax,
) {
    let mut copies = Vec::new();
    let x = planner.operand(line.operands[0]);
    let x = planner.contiguous(value, x, &mut copies);
    let shape = x.layout.shape();
    let kernel = WindowSearch::new(&op.window, &shape[shape.rank() - op.window.spans.len()..]);
    let y = planner.type_of(line.type_of);
    let shape = y.shape.clone();
    planner.compute(value, y, Work::Search(Box::new(Search { kernel, x, shape })));
    planner.free_copies(copies);
}

impl Convolve {
    pub(super) fn compute<T: Scalar>(&self, memory: &Memory<'_, T>, y: &mut [T]) {
        let (a, b) = (memory.elements(&self.a), memory.elements(&self.b));
        let (kernel, pool, threads) = (&self.kernel, memory.pool, memory.threads);
        match self.gives {
            Side::Input => kernel.input(a, b, y, pool, threads),
            Side::Weight => kernel.weight(a, b, y, pool, threads),
            Side::Output => kernel.output(a, b, y, pool, threads),
        }
    }
}

impl Search {
    pub(super) fn compute<T: Scalar>(
        &self,
        memory: &Memory<'_, T>,
        pool: &Pool<i64>,
    ) -> Array<i64> {
        let mut positions = pool.take(self.shape.size());
        self.kernel.largest(memory.elements(&self.x), &mut positions, memory.threads);
        Array::from_buffer(pool.freeze(positions), Layout::contiguous(self.shape.clone()))
    }
}
