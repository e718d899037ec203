//! Which step computes a node: views are strides, hot operations have kernels, and all others are
//! evaluated as they are defined.

use std::sync::Arc;

use smallvec::SmallVec;
use wengert_tensor::Layout;

use crate::op::{Kind, Type};
use crate::ops::{Join, Kernel, MatMul, Op};
use crate::run::Scalar;
use crate::run::listing::Line;
use crate::run::plan::{Place, Planner};
use crate::run::step::{Access, Argument, Factor, Operand, Product, Room, Work};
use crate::run::window;

/// Plans the node `value`.
pub(super) fn lower<T: Scalar>(
    planner: &mut Planner<'_, T>,
    value: u32,
    line: Line<'_>,
    kernel: Option<&Kernel<T>>,
) {
    let op = Arc::clone(&planner.tables.ops[line.op as usize]);
    let y = planner.type_of(line.type_of);
    let is_index = |value: u32| matches!(planner.place(value), Place::Slot(_));
    let some_index = y.kind == Kind::Index || line.operands.iter().any(|&x| is_index(x));
    if let Some(kernel) = kernel {
        let x = line.operands.iter().map(|&x| planner.operand(x));
        let x = x.map(|x| (access(&x.layout), x)).collect();
        return planner.compute(value, y, Work::Pointwise { tile: kernel.tile, x });
    }
    match &*op {
        Op::Gather(gather) if y.kind == Kind::Real => {
            let mut copies = Vec::new();
            let table = planner.operand(line.operands[0]);
            let table = planner.contiguous(value, table, &mut copies);
            let (batch, index) = (gather.batch, planner.slot(line.operands[1]));
            planner.compute(value, y, Work::Gather { op: Arc::clone(&op), batch, table, index });
            return planner.free_copies(copies);
        }
        Op::ScatterAdd(scatter) => {
            let mut copies = Vec::new();
            let mut pairs = Vec::new();
            for pair in line.operands.chunks_exact(2) {
                let values = planner.operand(pair[0]);
                let values = planner.contiguous(value, values, &mut copies);
                pairs.push((values, planner.slot(pair[1])));
            }
            let (batch, shape) = (scatter.batch, y.shape.clone());
            let work = Work::ScatterAdd { op: Arc::clone(&op), batch, shape, pairs };
            planner.compute(value, y, work);
            return planner.free_copies(copies);
        }
        Op::WindowArgMax(op) => return window::search(planner, value, line, op),
        _ if some_index => return evaluate(planner, value, op, line.operands, y),
        _ => {}
    }
    match &*op {
        Op::Constant(constant) => {
            planner.compute(value, y, Work::Constant(T::from_f64(constant.number())));
        }
        op if op.is_view() => {
            let x = planner.operand(line.operands[0]);
            match viewed(op, &x, y) {
                Some(layout) if y.shape.size() != 1 || matches!(x.room, Room::Cell(_)) => {
                    planner.view(value, line.operands[0], Operand { room: x.room, layout });
                }
                Some(layout) => {
                    planner.compute(value, y, Work::Load(Operand { room: x.room, layout }));
                }
                // Only a reshape may need its elements in order: it copies them as they are.
                None => planner.compute(value, y, Work::Copy(x)),
            }
        }
        // Of one element, each of these is that element.
        Op::Sum(_) | Op::Max(_) | Op::Min(_) if is_cell(planner, line.operands[0]) => {
            let Operand { room, .. } = planner.operand(line.operands[0]);
            let layout = Layout::contiguous(y.shape.clone());
            planner.view(value, line.operands[0], Operand { room, layout });
        }
        Op::Sum(sum) => fold(planner, value, line, &sum.axes, Join::Sum),
        Op::Max(max) => fold(planner, value, line, &max.axes, Join::Larger),
        Op::Min(min) => fold(planner, value, line, &min.axes, Join::Smaller),
        Op::MatMul(product) => multiply(planner, value, line, *product),
        Op::Conv(op) => window::convolve(planner, value, line, op),
        Op::Assemble(assemble) => {
            let whole = Layout::contiguous(y.shape.clone());
            let parts = line.operands.iter().zip(&assemble.regions);
            let parts = parts.map(|(&x, region)| (planner.operand(x), whole.slice(region)));
            let (parts, overlapping) = (parts.collect(), assemble.overlapping);
            planner.compute(value, y, Work::Assemble { parts, overlapping });
        }
        _ => evaluate(planner, value, op, line.operands, y),
    }
}

fn is_cell<T: Scalar>(planner: &Planner<'_, T>, value: u32) -> bool {
    matches!(planner.place(value), Place::Cell(_))
}

/// The layout of a view, if the operation is one of this operand.
fn viewed(op: &Op, x: &Operand, y: &Type) -> Option<Layout> {
    let layout = &x.layout;
    match op {
        Op::Reshape(_) => layout.reshape(&y.shape),
        Op::Permute(permute) => Some(layout.permute(&permute.axes)),
        Op::Expand(expand) => Some(layout.expand(&expand.axes)),
        Op::Flip(flip) => Some(layout.flip(&flip.axes)),
        Op::Slice(slice) => Some(layout.slice(&slice.region)),
        _ => Some(layout.clone()),
    }
}

fn access(layout: &Layout) -> Access {
    if layout.is_contiguous() {
        Access::Direct
    } else if layout.strides().iter().all(|&stride| stride == 0) {
        Access::Uniform
    } else {
        Access::Strided
    }
}

fn fold<T: Scalar>(
    planner: &mut Planner<'_, T>,
    value: u32,
    line: Line<'_>,
    axes: &[usize],
    join: Join,
) {
    let x = planner.operand(line.operands[0]);
    let y = planner.type_of(line.type_of);
    planner.compute(value, y, Work::Fold { x, axes: SmallVec::from_slice(axes), join });
}

fn multiply<T: Scalar>(planner: &mut Planner<'_, T>, value: u32, line: Line<'_>, op: MatMul) {
    let mut copies = Vec::new();
    let mut factor = |planner: &mut Planner<'_, T>, x: u32, transposed: bool| {
        let x = planner.operand(x);
        // The kernel walks forwards only.
        let backwards = x.layout.strides().iter().any(|&stride| stride < 0);
        let x = if backwards { planner.contiguous(value, x, &mut copies) } else { x };
        let axis = x.layout.rank() - 2;
        // What is contiguous may still have a negative stride where nothing is walked: along an
        // axis of one element.
        let stride = |axis: usize| x.layout.strides()[axis].max(0);
        let (row, column) = (stride(axis), stride(axis + 1));
        let (row_stride, column_stride) = if transposed { (column, row) } else { (row, column) };
        Factor { x, row_stride, column_stride }
    };
    let products = line.operands.chunks_exact(2).map(|pair| {
        let shape = |x: u32| planner.operand(x).layout.shape().clone();
        let extents = op.extents(&shape(pair[0]), &shape(pair[1]));
        let a = factor(planner, pair[0], op.transpose_a);
        Product { extents, a, b: factor(planner, pair[1], op.transpose_b) }
    });
    let products = products.collect();
    let y = planner.type_of(line.type_of);
    planner.compute(value, y, Work::MatMul(products));
    planner.free_copies(copies);
}

fn evaluate<T: Scalar>(
    planner: &mut Planner<'_, T>,
    value: u32,
    op: Arc<Op>,
    operands: &[u32],
    y: &Type,
) {
    let argument = |&x: &u32| match planner.place(x) {
        Place::Slot(slot) => Argument::Index(slot),
        _ => Argument::Real(planner.operand(x)),
    };
    let x = operands.iter().map(argument).collect();
    planner.compute(value, y, Work::Eval { op, x });
}
