//! A sample, with its real operands read through views: what is recorded, and what stands where.

use std::fmt;

use wengert_autodiff::ops::Expand;
use wengert_autodiff::real::{DoubleDouble, Real};
use wengert_autodiff::{Kind, Op, Program, Sample, Tape, Value, Var};
use wengert_tensor::{DType, Range, Tensor};

use crate::numbers::{cast, is_index, real};

/// How the real operands of a case lie in the leaves that are recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum View {
    /// The operands are the leaves.
    Plain,
    /// All axes in reverse order.
    Permuted,
    /// All axes backwards.
    Flipped,
    /// The first axis backwards.
    Reversed,
    /// Every second element of a larger leaf, from the second on.
    Sliced,
    /// Repeated along the first axis.
    Rows,
    /// Repeated along the last axis.
    Columns,
}

impl View {
    pub const ALL: [View; 7] = [
        View::Plain,
        View::Permuted,
        View::Flipped,
        View::Reversed,
        View::Sliced,
        View::Rows,
        View::Columns,
    ];

    /// The leaf through which this operand is read; of a repeated one, only the first of each is.
    fn leaf(self, x: &Tensor) -> Tensor {
        let axes: Vec<usize> = (0..x.rank()).collect();
        match self {
            View::Plain => x.clone(),
            View::Permuted => x.permute(&axes.into_iter().rev().collect::<Vec<_>>()),
            View::Flipped => x.flip(&axes),
            View::Reversed => x.flip(&[0]),
            View::Sliced => spread(x),
            View::Rows => first_along(x, 0),
            View::Columns => first_along(x, x.rank().saturating_sub(1)),
        }
    }

    /// The operand that is like `x` as a view of its leaf.
    fn record<'t>(self, leaf: Var<'t>, x: &Tensor) -> Var<'t> {
        let axes: Vec<usize> = (0..x.rank()).collect();
        let repeated = |axis: usize| {
            let op = Expand { axes: [(axis, x.shape()[axis])].into_iter().collect() };
            leaf.tape().record(op, &[leaf])
        };
        match self {
            View::Plain => leaf,
            View::Permuted => leaf.permute(axes.into_iter().rev().collect::<Vec<_>>().as_slice()),
            View::Flipped => leaf.flip(axes.as_slice()),
            View::Reversed => leaf.flip(0),
            View::Sliced if x.rank() == 0 => leaf.slice(0, 1..2).reshape(x.shape()),
            View::Sliced => axes.iter().fold(leaf, |y, &axis| y.slice_step(axis, 1.., 2)),
            View::Rows => repeated(0),
            View::Columns => repeated(x.rank() - 1),
        }
    }

    /// Whether it can be taken of these operands: only axes with elements repeat one.
    fn suits(self, x: &[Tensor]) -> bool {
        let reals: Vec<&Tensor> = x.iter().filter(|x| !is_index(x)).collect();
        let all = |suits: fn(&Tensor) -> bool| !reals.is_empty() && reals.iter().all(|x| suits(x));
        match self {
            View::Plain => true,
            View::Permuted => reals.iter().any(|x| x.rank() > 1),
            View::Flipped | View::Sliced => !reals.is_empty(),
            View::Reversed => all(|x| x.rank() > 1),
            View::Rows => all(|x| x.rank() > 0 && x.size() > 0),
            View::Columns => all(|x| x.rank() > 1 && x.size() > 0),
        }
    }
}

/// The elements of `x` with a stranger before, behind and between any two along every axis.
fn spread(x: &Tensor) -> Tensor {
    const STRANGER: f64 = 7.75;
    let x = if x.rank() == 0 { x.reshape([1]).expect("one element") } else { x.clone() };
    let shape = x.shape().iter().map(|n| 2 * n + 1).collect();
    let mut values = vec![STRANGER; wengert_tensor::Shape::size(&shape)];
    let everywhere = wengert_tensor::Layout::contiguous(shape.clone());
    let inner: Vec<_> = x.shape().iter().map(|&len| Range { start: 1, step: 2, len }).collect();
    for (at, x) in everywhere.slice(&inner).offsets().zip(x.to_vec_f64()) {
        values[at] = x;
    }
    real(values, &shape)
}

/// The elements at position 0 of an axis, which disappears.
fn first_along(x: &Tensor, axis: usize) -> Tensor {
    let mut region: Vec<_> =
        x.shape().iter().map(|&len| Range { start: 0, step: 1, len }).collect();
    region[axis].len = 1;
    x.slice(&region).reshape(x.shape().without(&[axis])).expect("an axis of size 1 goes")
}

/// An operation on operands that are read through a view.
pub(crate) struct Case {
    pub op: Op,
    /// What the operands are, up to the repetitions of the view.
    x: Vec<Tensor>,
    view: View,
    /// What is recorded as leaves.
    pub leaves: Vec<Tensor>,
}

/// A case on a tape.
pub(crate) struct Recorded<'t> {
    pub leaves: Vec<Var<'t>>,
    pub operands: Vec<Var<'t>>,
    pub y: Var<'t>,
}

impl Case {
    /// The sample as it is, and through every view that it admits.
    pub fn all_of(sample: &Sample<Op>) -> Vec<Case> {
        // A matrix of equal rows or columns is singular. (The slope of a determinant there is known,
        // see the closed forms, but not its curvature.)
        let is_regular = matches!(
            sample.operation,
            Op::Solve(_)
                | Op::Cholesky(_)
                | Op::Det(_)
                | Op::LogAbsDet(_)
                | Op::DetSign(_)
                | Op::Cofactor(_)
                | Op::Qr(_)
                | Op::Eigh(_)
                | Op::Svd(_)
        );
        let is_singular = |view| is_regular && matches!(view, View::Rows | View::Columns);
        let views = View::ALL.into_iter();
        let views = views.filter(|view| view.suits(&sample.x) && !is_singular(*view));
        views.map(|view| Case::new(sample, view)).collect()
    }

    pub fn new(sample: &Sample<Op>, view: View) -> Case {
        let leaf = |x: &Tensor| if is_index(x) { x.clone() } else { view.leaf(x).contiguous() };
        let leaves = sample.x.iter().map(leaf).collect();
        Case { op: sample.operation.clone(), x: sample.x.clone(), view, leaves }
    }

    pub fn record<'t>(&self, tape: &'t Tape) -> Recorded<'t> {
        let dtype = tape.precision().dtype();
        let leaves: Vec<_> = self.leaves.iter().map(|x| tape.input(cast(x, dtype))).collect();
        let operands: Vec<_> = leaves
            .iter()
            .zip(&self.x)
            .map(|(&leaf, x)| if is_index(x) { leaf } else { self.view.record(leaf, x) })
            .collect();
        let y = tape.record(self.op.clone(), &operands);
        Recorded { leaves, operands, y }
    }

    /// The leaves that something can be differentiated by.
    pub fn reals(&self) -> Vec<Tensor> {
        self.leaves.iter().filter(|x| !is_index(x)).cloned().collect()
    }

    /// The operands in this precision, computed without a tape.
    pub fn operands<T: Real>(&self, dtype: DType) -> Vec<Value<T>> {
        let read = |(leaf, x): (&Tensor, &Tensor)| {
            let axis = match self.view {
                _ if is_index(x) => return x.clone(),
                View::Rows => 0,
                View::Columns => x.rank() - 1,
                _ => return cast(x, dtype),
            };
            cast(&leaf.expand(&[(axis, x.shape()[axis])]), dtype)
        };
        self.leaves.iter().zip(&self.x).map(|x| Value::of(&read(x))).collect()
    }

    /// Whether the operation stays on one smooth piece within `step` from the real leaves along
    /// `v`. If it does, the leaves are not on a kink either.
    pub fn is_smooth(&self, v: &[Tensor], step: f64) -> bool {
        let tape = Tape::new();
        let recorded = self.record(&tape);
        let program = tape.program_of(&recorded.reals(), &recorded.operands);
        let branch = |t: f64| {
            let x: Vec<_> = self.reals().iter().zip(v).map(|(x, v)| moved(x, v, t)).collect();
            let operands = program.evaluate(&x).expect("views of leaves of their own types");
            self.op.branch(&operands.iter().collect::<Vec<_>>())
        };
        let here = branch(0.0);
        here == branch(step) && here == branch(-step)
    }
}

/// x + t v in double-double.
pub(crate) fn moved(x: &Tensor, v: &Tensor, t: f64) -> Value<DoubleDouble> {
    let v = v.to_vec_f64();
    let mut v = v.iter();
    let step = |x: f64| match v.next() {
        Some(&v) => DoubleDouble::from(x) + DoubleDouble::from(v) * t,
        None => unreachable!("a direction has the shape of what it starts from"),
    };
    Value::Real(x.to_f64().map(step))
}

impl<'t> Recorded<'t> {
    /// The leaves that something can be differentiated by.
    pub fn reals(&self) -> Vec<Var<'t>> {
        self.leaves.iter().copied().filter(|x| x.kind() == Kind::Real).collect()
    }

    /// The result as a program of the real leaves.
    pub fn program(&self) -> Program {
        self.y.tape().program_of(&self.reals(), &[self.y])
    }

    /// Whether there is a derivative to compare: that of what is stopped is zero by definition, and
    /// that of something else may stand for it, which no oracle can know.
    pub fn is_differentiable(&self) -> bool {
        let stops = matches!(*self.y.op(), Op::StopGradient(_) | Op::StraightThrough(_));
        self.y.kind() == Kind::Real && !self.reals().is_empty() && !stops
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} on", self.op)?;
        for x in &self.x {
            let values = x.to_vec_f64();
            match values.len() {
                0..=6 => write!(f, " {}{values:?}", x.shape())?,
                _ => write!(f, " {}[{:?} …]", x.shape(), &values[..3])?,
            }
        }
        write!(f, ", {:?}", self.view)
    }
}
