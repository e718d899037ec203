//! What a plan is made of: steps, and where their operands lie.

use std::sync::Arc;

use smallvec::SmallVec;
use wengert_tensor::{Layout, Shape};

use crate::ops::{Extents, Join, Op};
use crate::run::arena::Stretch;
use crate::run::window::{Convolve, Search};

/// Where the elements of a real value lie. Values of one element lie in cells, so that arithmetic
/// on scalars is arithmetic on one short array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Room {
    Cell(u32),
    Arena(Stretch),
    Input(u32),
    Output(u32),
}

/// A real value as a step reads it.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub room: Room,
    /// Its layout in the room.
    pub layout: Layout,
}

/// What is done: programs on scalars have very many steps, so they are small.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// A pointwise operation on cells, by its number among the plan's kernels.
    Cells { kernel: u16, x: [u32; 3], y: u32 },
    /// Everything else, by its number among the plan's wide steps.
    Wide(u32),
}

/// A pointwise operation on cells: `cells[y] = f(cells[x₀], …)`.
pub(crate) type OnCells<T> = fn(cells: &mut [T], x: [u32; 3], y: u32);

/// A step whose operands or result are more than one element, or whose operation is not pointwise.
pub(crate) struct Wide<T> {
    pub work: Work<T>,
    /// Where the result goes, contiguous; for an index, the number of its slot.
    pub y: Target,
}

/// Where a result goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Real(Room),
    Index(u32),
}

/// How a pointwise step reads an operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// Element after element.
    Direct,
    /// The same element every time.
    Uniform,
    /// By strides, a tile at a time.
    Strided,
}

pub(crate) enum Work<T> {
    /// A number, to a cell.
    Constant(T),
    /// One element, to a cell.
    Load(Operand),
    /// Elements in logical order.
    Copy(Operand),
    Pointwise {
        tile: fn([&[T]; 3], &mut [T]),
        x: SmallVec<[(Access, Operand); 3]>,
    },
    Fold {
        x: Operand,
        axes: SmallVec<[usize; 4]>,
        join: Join,
    },
    /// The sum of the products of these pairs.
    MatMul(SmallVec<[Product; 1]>),
    /// Rows picked from a contiguous table by the positions in an index slot.
    Gather {
        op: Arc<Op>,
        batch: usize,
        table: Operand,
        index: u32,
    },
    /// Contiguous rows added at the positions in index slots, into a result of this shape.
    ScatterAdd {
        op: Arc<Op>,
        batch: usize,
        shape: Shape,
        pairs: Vec<(Operand, u32)>,
    },
    /// Parts, and the layouts of their regions in the result.
    Assemble {
        parts: Vec<(Operand, Layout)>,
        overlapping: bool,
    },
    Convolve(Box<Convolve>),
    /// A search, whose result is an index.
    Search(Box<Search>),
    /// The operation's own meaning, on copies of its operands.
    Eval {
        op: Arc<Op>,
        x: Vec<Argument>,
    },
}

impl<T> Work<T> {
    /// What it is called in a profile.
    pub fn form(&self) -> &'static str {
        match self {
            Work::Constant(_) => "constant",
            Work::Load(_) => "one element",
            Work::Copy(_) => "copy",
            Work::Pointwise { .. } => "pointwise",
            Work::Fold { .. } => "reduction",
            Work::MatMul(products) if products.len() > 1 => "products, summed in place",
            Work::MatMul(_) => "product",
            Work::Gather { .. } => "gather",
            Work::ScatterAdd { .. } => "scatter-add",
            Work::Assemble { .. } => "assembly",
            Work::Convolve(_) => "convolution",
            Work::Search(_) => "search",
            Work::Eval { .. } => "as defined",
        }
    }
}

/// A matrix product, or a batch of them.
pub(crate) struct Product {
    pub extents: Extents,
    pub a: Factor,
    pub b: Factor,
}

/// A factor of a matrix product: for each product of the batch where it begins, and its strides.
pub(crate) struct Factor {
    pub x: Operand,
    pub row_stride: isize,
    pub column_stride: isize,
}

/// An operand of either kind.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    Real(Operand),
    Index(u32),
}
