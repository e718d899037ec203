//! Parts of a value and values made of parts: slice, and its adjoint, assemble. Padding and
//! concatenation are assemblies; so is the cotangent of something that was sliced many times, in
//! one pass instead of a sum of padded copies.

use smallvec::SmallVec;
use wengert_tensor::{Array, Element, Range, Shape};

use crate::linear::Linear;
use crate::op::{Adjoint, Operation, Sample, ShapeError, Type, Value};
use crate::ops::shape::{arranged, sole};
use crate::ops::{Op, ordinary};
use crate::real::Real;
use crate::var::{Var, all_batched};

/// A region of a value: a range along each axis.
pub type Region = SmallVec<[Range; 2]>;

/// The whole of a shape as a region.
pub(crate) fn whole(shape: &[usize]) -> Region {
    shape.iter().map(|&len| Range { start: 0, step: 1, len }).collect()
}

/// Whether the region lies in a value of this shape.
fn check(region: &Region, shape: &Shape) -> Result<(), ShapeError> {
    if region.len() != shape.rank() {
        let count = region.len();
        return Err(ShapeError::new(format!("{count} ranges for the axes of {shape}")));
    }
    for (axis, (range, &size)) in region.iter().zip(shape.iter()).enumerate() {
        let Range { start, step, len } = *range;
        let last = len.saturating_sub(1).saturating_mul(step).saturating_add(start);
        let end = if len == 0 { start } else { last.saturating_add(1) };
        if step == 0 || end > size {
            return Err(ShapeError::new(format!(
                "{len} elements from {start} in steps of {step} leave axis {axis} of {shape}"
            )));
        }
    }
    Ok(())
}

fn with_whole_axis(region: &Region, n: usize) -> Region {
    whole(&[n]).into_iter().chain(region.iter().copied()).collect()
}

/// $y$ is the part of $x$ in a region: every `step`-th element of each axis.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Slice {
    /// Which part.
    pub region: Region,
}

impl Operation for Slice {
    const NAME: &'static str = "slice";
    const MATH: &'static str = r"y_{ij\dots} = x_{a + si,\, b + tj, \dots}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        check(&self.region, &sole(x)?.shape)?;
        let shape: Shape = self.region.iter().map(|range| range.len).collect();
        Ok(x[0].with_shape(shape))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        arranged(x[0], |x| x.slice(&self.region), |x| x.slice(&self.region))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(self.clone(), x, 0)
    }

    fn adjoint(&self, _: usize, x: &[Type], _: &Type) -> Adjoint {
        Adjoint::unary(Assemble::pad(x[0].shape.clone(), self.region.clone()))
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        let region = with_whole_axis(&self.region, n);
        x[0].tape().record(Op::from(Slice { region }), x)
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |shape: &[usize], region: &[[usize; 3]]| Sample {
            operation: Slice { region: region_of(region) },
            x: vec![ordinary(shape, 0)],
        };
        vec![
            sample(&[5], &[[1, 1, 3]]),
            sample(&[7], &[[1, 2, 3]]),
            sample(&[4, 5], &[[0, 3, 2], [4, 1, 1]]),
            sample(&[3, 2], &[[1, 1, 0], [0, 1, 2]]),
            sample(&[], &[]),
        ]
    }
}

fn region_of(ranges: &[[usize; 3]]) -> Region {
    ranges.iter().map(|&[start, step, len]| Range { start, step, len }).collect()
}

/// $y = \sum_k P_k x_k$, where $P_k$ puts $x_k$ into a region of zeros.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Assemble {
    /// The shape of the result.
    pub shape: Shape,
    /// Where each operand goes.
    pub regions: Vec<Region>,
    /// Whether regions may meet, so that operands must be added; where they don't, elements are
    /// copied, the sign of a zero included.
    pub overlapping: bool,
}

impl Assemble {
    /// One operand among zeros.
    pub fn pad(shape: Shape, region: Region) -> Assemble {
        Assemble { shape, regions: vec![region], overlapping: false }
    }

    fn apply<E: Element + Default + std::ops::Add<Output = E>>(&self, x: &[&Array<E>]) -> Array<E> {
        let mut y = vec![E::default(); self.shape.size()];
        let layout = wengert_tensor::Layout::contiguous(self.shape.clone());
        for (x, region) in x.iter().zip(&self.regions) {
            for (at, x) in layout.slice(region).offsets().zip(x.iter()) {
                y[at] = if self.overlapping { y[at] + x } else { x };
            }
        }
        Array::from_vec(y, self.shape.clone()).expect("as many elements as the shape has places")
    }
}

impl Operation for Assemble {
    const NAME: &'static str = "assemble";
    const MATH: &'static str = r"y = \sum_k P_k x_k,\; P_k \text{ puts } x_k \text{ into a region}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        if x.len() != self.regions.len() || x.is_empty() {
            let (operands, regions) = (x.len(), self.regions.len());
            return Err(ShapeError::new(format!("{operands} operands for {regions} regions")));
        }
        for (x, region) in x.iter().zip(&self.regions) {
            check(region, &self.shape)?;
            if region.iter().map(|range| range.len).ne(x.shape.iter().copied()) {
                let shape = &x.shape;
                return Err(ShapeError::new(format!("{shape} does not fill its region")));
            }
        }
        if let Some(other) = x.iter().find(|other| other.kind != x[0].kind) {
            return Err(ShapeError::new(format!("{} and {other} are of two kinds", x[0])));
        }
        Ok(x[0].with_shape(self.shape.clone()))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        match x[0] {
            Value::Real(_) => {
                Value::Real(self.apply(&x.iter().map(|x| x.real()).collect::<Vec<_>>()))
            }
            Value::Index(_) => {
                Value::Index(self.apply(&x.iter().map(|x| x.index()).collect::<Vec<_>>()))
            }
        }
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        let pad = Assemble::pad(self.shape.clone(), self.regions[i].clone());
        Linear::partial(pad, &x[i..=i], 0)
    }

    fn adjoint(&self, _: usize, _: &[Type], _: &Type) -> Adjoint {
        Adjoint::unary(Slice { region: self.regions[0].clone() })
    }

    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        let shape = [n].into_iter().chain(self.shape.iter().copied()).collect();
        let regions = self.regions.iter().map(|region| with_whole_axis(region, n)).collect();
        let x = all_batched(which, x, n);
        let overlapping = self.overlapping;
        x[0].tape().record(Op::from(Assemble { shape, regions, overlapping }), &x)
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        if self.overlapping { x.iter().map(|x| x.shape.size() as u64).sum() } else { 0 }
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |shape: &[usize], parts: &[&[[usize; 3]]], overlapping| {
            let regions: Vec<Region> = parts.iter().map(|part| region_of(part)).collect();
            let x = regions.iter().zip(0..).map(|(region, tag)| {
                ordinary(&region.iter().map(|range| range.len).collect::<Vec<_>>(), tag)
            });
            let x = x.collect();
            Sample { operation: Assemble { shape: shape.into(), regions, overlapping }, x }
        };
        vec![
            sample(&[6], &[&[[2, 1, 3]]], false),
            sample(&[7], &[&[[1, 3, 2]]], false),
            sample(&[5, 2], &[&[[0, 1, 2], [0, 1, 2]], &[[2, 1, 3], [0, 1, 2]]], false),
            sample(&[4], &[&[[0, 1, 3]], &[[1, 1, 3]], &[[0, 2, 2]]], true),
            sample(&[3], &[&[[3, 1, 0]]], false),
            sample(&[], &[&[]], false),
        ]
    }
}
