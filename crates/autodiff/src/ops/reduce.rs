//! Reductions over axes, in one fixed tree, and running sums.

use wengert_tensor::{Array, Layout, Shape, Threads, kernel};

use crate::linear::Linear;
use crate::op::{Adjoint, Branch, Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::shape::{Axes, sole};
use crate::ops::{Expand, Op, Select, ordinary};
use crate::real::Real;
use crate::var::Var;

/// Whether these are axes of the shape, ascending, each once.
pub(crate) fn check_axes(axes: &[usize], shape: &Shape) -> Result<(), ShapeError> {
    let rank = shape.rank();
    if let Some(axis) = axes.iter().find(|&&axis| axis >= rank) {
        return Err(ShapeError::new(format!("axis {axis} of {shape}, which has {rank} axes")));
    }
    if axes.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(ShapeError::new(format!("axes {axes:?} are not ascending, each once")));
    }
    Ok(())
}

fn reduced(x: &[Type], axes: &[usize]) -> Result<Type, ShapeError> {
    check_axes(axes, &sole(x)?.shape)?;
    if x[0].kind == Kind::Index {
        return Err(ShapeError::new(format!("takes a real operand, got {}", x[0])));
    }
    Ok(x[0].with_shape(x[0].shape.without(axes)))
}

/// As [`reduced`], for reductions that have no answer on no elements.
fn reduced_nonempty(x: &[Type], axes: &[usize]) -> Result<Type, ShapeError> {
    let y = reduced(x, axes)?;
    if x[0].shape.size() == 0 && y.shape.size() > 0 {
        return Err(ShapeError::new(format!(
            "no elements to choose from along {axes:?} of {}",
            x[0]
        )));
    }
    Ok(y)
}

/// What two elements become in a reduction.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Join {
    Sum,
    Larger,
    Smaller,
}

impl Join {
    /// Reduces over axes, in the one tree that the number of elements fixes; the result is
    /// contiguous.
    pub fn fold<T: Real>(
        self,
        x: &[T],
        layout: &Layout,
        axes: &[usize],
        y: &mut [T],
        threads: &Threads,
    ) {
        let zero = T::default();
        match self {
            Join::Sum => kernel::fold(x, layout, axes, zero, y, threads, |a, b| a + b),
            Join::Larger => {
                let larger = |a: T, b: T| if a > b || a.is_nan() { a } else { b };
                kernel::fold(x, layout, axes, zero, y, threads, larger);
            }
            Join::Smaller => {
                let smaller = |a: T, b: T| if a < b || a.is_nan() { a } else { b };
                kernel::fold(x, layout, axes, zero, y, threads, smaller);
            }
        }
    }
}

fn folded<T: Real>(x: &Array<T>, axes: &[usize], join: Join) -> Array<T> {
    let shape = x.shape().without(axes);
    let mut y = vec![T::default(); shape.size()];
    join.fold(x.buffer(), x.layout(), axes, &mut y, &Threads::default());
    Array::from_vec(y, shape).expect("one result for each kept position")
}

fn next_axes(axes: &[usize]) -> Axes {
    axes.iter().map(|axis| axis + 1).collect()
}

fn samples_over<O>(operation: impl Fn(&[usize]) -> O, empty_too: bool) -> Vec<Sample<O>> {
    let sample = |shape: &[usize], axes: &[usize]| Sample {
        operation: operation(axes),
        x: vec![ordinary(shape, 0)],
    };
    let mut samples = vec![
        sample(&[5], &[0]),
        sample(&[2, 3], &[0]),
        sample(&[2, 3], &[1]),
        sample(&[2, 3, 4], &[0, 2]),
        sample(&[2, 1], &[1]),
        sample(&[], &[]),
        sample(&[0, 3], &[1]),
        sample(&[3, 40], &[1]),
    ];
    if empty_too {
        samples.push(sample(&[2, 0], &[1]));
    }
    samples
}

/// $y = \sum x$ over some axes, which disappear. The adjoint of [`Expand`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Sum {
    /// The axes summed over, ascending.
    pub axes: Axes,
}

impl Operation for Sum {
    const NAME: &'static str = "sum";
    const MATH: &'static str = r"\sum_i x_i";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        reduced(x, &self.axes)
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        Value::Real(folded(x[0].real(), &self.axes, Join::Sum))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(self.clone(), x, 0)
    }

    fn adjoint(&self, _: usize, x: &[Type], _: &Type) -> Adjoint {
        let axes = self.axes.iter().map(|&axis| (axis, x[0].shape[axis])).collect();
        Adjoint::unary(Expand { axes })
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(Sum { axes: next_axes(&self.axes) }), x)
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        x[0].shape.size() as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        samples_over(|axes| Sum { axes: axes.into() }, true)
    }
}

/// Makes the maximum or the minimum over axes.
macro_rules! extremum {
    ($Name:ident, $name:literal, $math:literal, $word:literal, $join:expr) => {
        #[doc = concat!("$", $math, "$ over some axes, which disappear: the ", $word, ".")]
        ///
        /// Where several elements are it, each takes an equal share of the derivative. NaN if any
        /// element is NaN.
        #[derive(Clone, PartialEq, Eq, Hash, Debug)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
        pub struct $Name {
            /// The axes that are reduced, ascending.
            pub axes: Axes,
        }

        impl Operation for $Name {
            const NAME: &'static str = $name;
            const MATH: &'static str = $math;

            fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
                reduced_nonempty(x, &self.axes)
            }

            fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
                Value::Real(folded(x[0].real(), &self.axes, $join))
            }

            fn derivative<'t>(&self, _: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
                let mask = x[0].eq(y.expanded_over(&self.axes, x[0]));
                let share = 1.0 / mask.sum_over(self.axes.as_slice());
                let zeros = mask.zeros_like();
                let masked = Linear::partial(Select, &[mask, zeros, zeros], 1);
                let sum = Linear::partial(Sum { axes: self.axes.clone() }, x, 0);
                Linear::then(masked, Linear::then(sum, Linear::Scale(share)))
            }

            fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
                x[0].tape().record(Op::from($Name { axes: next_axes(&self.axes) }), x)
            }

            fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
                let y = self.eval(x).real().clone();
                let axes: Vec<_> =
                    self.axes.iter().map(|&axis| (axis, x[0].shape()[axis])).collect();
                let y = y.expand(&axes);
                let taken = x[0].real().iter().zip(y.iter()).map(|(x, y)| i64::from(x == y));
                Some(Branch(taken.collect()))
            }

            fn flops(&self, x: &[Type], _: &Type) -> u64 {
                x[0].shape.size() as u64
            }

            fn samples() -> Vec<Sample<Self>> {
                let mut samples = samples_over(|axes| $Name { axes: axes.into() }, false);
                let ties = [[1.0, 3.0, 3.0, -2.0], [-2.0, -2.0, 1.0, -2.0]];
                samples.push(Sample {
                    operation: $Name { axes: [1].into_iter().collect() },
                    x: vec![ties.into()],
                });
                samples
            }
        }
    };
}

extremum!(Max, "max", r"\max_i x_i", "largest element", Join::Larger);
extremum!(Min, "min", r"\min_i x_i", "smallest element", Join::Smaller);

/// $\operatorname{arg\,max}_i x_i$ along one axis, which disappears: the position of the largest
/// element (the first of equals; a NaN counts as largest), an index. Nothing is differentiated
/// through it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ArgMax {
    /// The axis searched.
    pub axis: usize,
}

impl Operation for ArgMax {
    const NAME: &'static str = "argmax";
    const MATH: &'static str = r"\operatorname{arg\,max}_i x_i";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        Ok(Type::index(reduced_nonempty(x, &[self.axis])?.shape))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let x = x[0].real();
        let n = x.shape()[self.axis];
        let others = (0..x.rank()).filter(|&axis| axis != self.axis);
        let rows = x.permute(&others.chain([self.axis]).collect::<Vec<_>>()).to_vec();
        let first_best = |row: &[T]| {
            let mut best = 0;
            for k in 1..n {
                let is_better = row[k] > row[best] || (row[k].is_nan() && !row[best].is_nan());
                best = if is_better { k } else { best };
            }
            best as i64
        };
        let shape = x.shape().without(&[self.axis]);
        Value::Index(Array::from_fn(shape, |k| first_best(&rows[k * n..(k + 1) * n])))
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(ArgMax { axis: self.axis + 1 }), x)
    }

    fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
        Some(Branch(self.eval(x).index().to_vec()))
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        x[0].shape.size() as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |shape: &[usize], axis| Sample {
            operation: ArgMax { axis },
            x: vec![ordinary(shape, 0)],
        };
        vec![sample(&[5], 0), sample(&[2, 3], 0), sample(&[2, 3], 1), sample(&[2, 3, 4], 1)]
    }
}

/// $y_i = \sum_{j \le i} x_j$ along one axis, or $\sum_{j \ge i}$ in reverse: running sums. The
/// adjoint of one is the other.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct CumSum {
    /// The axis summed along.
    pub axis: usize,
    /// From the end instead of from the beginning.
    pub reverse: bool,
}

impl Operation for CumSum {
    const NAME: &'static str = "cumsum";
    const MATH: &'static str = r"y_i = \sum_{j \le i} x_j";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        reduced(x, &[self.axis])?;
        Ok(x[0].clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let x = x[0].real();
        let n = x.shape()[self.axis];
        // Elements along the axis lie `stride` apart in row-major order.
        let stride: usize = x.shape()[self.axis + 1..].iter().product();
        let mut y = x.to_vec();
        for block in y.chunks_exact_mut((n * stride).max(1)) {
            for k in stride..block.len() {
                let (to, from) = if self.reverse {
                    let last = block.len() - 1;
                    (last - k, last - k + stride)
                } else {
                    (k, k - stride)
                };
                block[to] = block[from] + block[to];
            }
        }
        Value::Real(Array::from_vec(y, x.shape().clone()).expect("the operand's elements"))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(self.clone(), x, 0)
    }

    fn adjoint(&self, _: usize, _: &[Type], _: &Type) -> Adjoint {
        Adjoint::unary(CumSum { axis: self.axis, reverse: !self.reverse })
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        let CumSum { axis, reverse } = *self;
        x[0].tape().record(Op::from(CumSum { axis: axis + 1, reverse }), x)
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |shape: &[usize], axis, reverse| Sample {
            operation: CumSum { axis, reverse },
            x: vec![ordinary(shape, 0)],
        };
        vec![
            sample(&[5], 0, false),
            sample(&[5], 0, true),
            sample(&[2, 3, 2], 1, false),
            sample(&[2, 3], 0, true),
            sample(&[1], 0, false),
            sample(&[2, 0], 1, false),
            sample(&[0, 2], 1, true),
        ]
    }
}
