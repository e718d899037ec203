//! Where the largest element under a window is: with a gather, pooling by maxima. Pooling by sums
//! is a convolution and has no operation of its own.

use wengert_tensor::{Array, Shape, Span, Visit, Window};

use crate::linear::Linear;
use crate::op::{Branch, Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::shape::sole;
use crate::ops::{Op, ordinary};
use crate::real::Real;
use crate::var::Var;

/// $\operatorname{arg\,max}_t x_{sp+dt}$ for each place $p$ of a window over the last axes: the
/// position of the largest element among those of these axes, counted in row-major order, an
/// index. The first of equals; a NaN counts as largest; padding is never it. Nothing is
/// differentiated through it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct WindowArgMax {
    /// How the window moves over the last axes.
    pub window: Window,
}

/// Whether each place of the window has an element that is not padding. It fits in them.
fn sees_elements(span: &Span, size: usize, places: usize) -> bool {
    let Span { taps, stride, dilation, padding: (before, _) } = *span;
    // Beyond the first element, the last place is the worst, and its first tap counts.
    let last = (places - 1) * stride;
    if last >= before && last - before >= size {
        return false;
    }
    // Before it, what counts is the first tap that is not in the padding. Unless it can step over
    // all elements, the first place is the worst.
    let in_front = before.div_ceil(stride).min(places);
    let sees = |place: usize| {
        let padding = before - place * stride;
        let beyond = (dilation - padding % dilation) % dilation;
        padding.div_ceil(dilation) < taps && beyond < size
    };
    if dilation <= size {
        in_front == 0 || sees(0)
    } else {
        in_front <= MOST_IN_FRONT && (0..in_front).all(sees)
    }
}

/// In no more places than these may a window with gaps wider than the axis begin in the padding:
/// they are looked at one by one.
const MOST_IN_FRONT: usize = 1 << 16;

impl Operation for WindowArgMax {
    const NAME: &'static str = "window_argmax";
    const MATH: &'static str = r"\operatorname{arg\,max}_t x_{sp+dt}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let Type { shape, kind } = sole(x)?;
        let axes = self.window.spans.len();
        if *kind == Kind::Index || shape.rank() < axes {
            return Err(ShapeError::new(format!(
                "takes a real operand of at least {axes} axes, got {}",
                x[0]
            )));
        }
        let (before, sizes) = shape.split_at(shape.rank() - axes);
        let places = self.window.places(sizes);
        let places = places.map_err(|error| ShapeError::new(error.to_string()))?;
        for (axis, span) in self.window.spans.iter().enumerate() {
            if !sees_elements(span, sizes[axis], places[axis]) {
                return Err(ShapeError::new(format!(
                    "in some place along spatial axis {axis} of {shape}, the window takes nothing \
                     but padding"
                )));
            }
        }
        Ok(Type::index(before.iter().chain(places.iter()).copied().collect::<Shape>()))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let shape = self.shape(&[x[0].type_of()]).expect("an operand that suits").shape;
        let x = x[0].real();
        let axis = x.rank() - self.window.spans.len();
        let visits = self.window.visits(&x.shape()[axis..]);
        let (plane, places) =
            (x.shape()[axis..].iter().product::<usize>(), shape[axis..].iter().product::<usize>());
        let mut best: Vec<Option<usize>> = vec![None; shape.size()];
        for (x, best) in x.to_vec().chunks(plane.max(1)).zip(best.chunks_mut(places.max(1))) {
            for &Visit { place, element, .. } in &visits {
                let is_better =
                    |old: usize| x[element] > x[old] || (x[element].is_nan() && !x[old].is_nan());
                if best[place].is_none_or(is_better) {
                    best[place] = Some(element);
                }
            }
        }
        let best = best.into_iter().map(|best| best.expect("each place has an element") as i64);
        Value::Index(Array::from_vec(best.collect(), shape).expect("a position for each place"))
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        x[0].tape().record(Op::from(self.clone()), x)
    }

    fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
        Some(Branch(self.eval(x).index().to_vec()))
    }

    fn flops(&self, _: &[Type], y: &Type) -> u64 {
        (y.shape.size() * self.window.taps().size()) as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let sample = |window, shape: &[usize]| Sample {
            operation: WindowArgMax { window },
            x: vec![ordinary(shape, 0)],
        };
        let ties = Sample {
            operation: WindowArgMax { window: Window::new([2, 2]).stride(2) },
            x: vec![[[1.0, 2.0, -0.0, 0.0], [2.0, 2.0, 0.0, -0.0]].into()],
        };
        vec![
            sample(Window::new([2]).stride(2), &[2, 6]),
            sample(Window::new([3]).padding(1), &[5]),
            sample(Window::new([2, 2]).stride(2), &[2, 1, 4, 6]),
            sample(Window::new([2, 2]).stride(2), &[2, 5, 7]),
            sample(Window::new([3, 2]).stride([2, 1]).padding([1, 0]), &[2, 5, 4]),
            sample(Window::new([2, 2]).dilation([1, 2]), &[1, 3, 4]),
            sample(Window::new([1, 2, 2]).stride([1, 2, 1]), &[2, 2, 3]),
            sample(Window::new([2, 2]), &[0, 3, 2]),
            sample(Window::new([1]), &[1]),
            sample(Window::new([]), &[3]),
            ties,
        ]
    }
}
