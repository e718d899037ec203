//! Convolution, in all its directions: three linear maps that are each other's adjoints. How a
//! window is laid over the spatial axes is [`Window`]'s to say.

use wengert_tensor::kernel::Channels;
use wengert_tensor::{Array, Shape, Visit, Window};

use crate::linear::Linear;
use crate::op::{Adjoint, Kind, Operation, Sample, ShapeError, Type, Value};
use crate::ops::ordinary;
use crate::real::Real;
use crate::var::Var;

/// What a convolution relates, in the order in which [`Conv`] takes them. Channels come in groups,
/// and only channels of one group meet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Side {
    /// $x$: `[batch, groups · inputs, sizes…]`.
    Input,
    /// $w$: `[groups · outputs, inputs, taps…]`.
    Weight,
    /// $u$: `[batch, groups · outputs, places…]`.
    Output,
}

/// One side of a convolution from the other two, in the order $x$, $w$, $u$.
///
/// The form $T(x, w, u) = \sum x_{b,c,\,sp+dt}\, w_{o,c,t}\, u_{b,o,p}$ – over examples `b`,
/// channels `c` and `o` of one group, places `p` and taps `t`, with nothing in the padding – is
/// linear in each of the three. Its derivative by $u$ is the convolution of $x$ with $w$, that by
/// $w$ is the gradient of a weight, and that by $x$ is the transposed convolution. Each is linear
/// in both of its operands, and its adjoints are the other two.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Conv {
    /// How the window moves over the spatial axes.
    pub window: Window,
    /// The sizes of the spatial axes of $x$: where the window moves by more than one element,
    /// they do not follow from its places.
    pub sizes: Shape,
    /// In how many groups the channels are.
    pub groups: usize,
    /// Which side is the result.
    pub gives: Side,
}

impl Conv {
    /// The sides that are its operands.
    pub(crate) fn operands(&self) -> [Side; 2] {
        match self.gives {
            Side::Input => [Side::Weight, Side::Output],
            Side::Weight => [Side::Input, Side::Output],
            Side::Output => [Side::Input, Side::Weight],
        }
    }

    /// The same convolution, with another side as its result.
    fn giving(&self, gives: Side) -> Conv {
        Conv { gives, ..self.clone() }
    }

    /// The channels of operands that suit it.
    pub(crate) fn channels(&self, a: &Shape, b: &Shape) -> Channels {
        let groups = self.groups;
        // Without groups there are no channels either.
        let a_group = |channels: usize| channels.checked_div(groups).unwrap_or(0);
        let (batch, inputs, outputs) = match self.gives {
            Side::Input => (b[0], a[1], a_group(b[1])),
            Side::Weight => (a[0], a_group(a[1]), a_group(b[1])),
            Side::Output => (a[0], b[1], a_group(b[0])),
        };
        Channels { batch, groups, inputs, outputs }
    }

    /// The sizes of the spatial axes of a side.
    fn spatial(&self, side: Side) -> Result<Shape, ShapeError> {
        match side {
            Side::Input => Ok(self.sizes.clone()),
            Side::Weight => Ok(self.window.taps()),
            Side::Output => {
                let places = self.window.places(&self.sizes);
                places.map_err(|error| ShapeError::new(error.to_string()))
            }
        }
    }

    fn check_operand(&self, side: Side, x: &Type) -> Result<(), ShapeError> {
        if x.kind == Kind::Index {
            return Err(ShapeError::new(format!("takes real operands, got {x}")));
        }
        let (name, first, second) = match side {
            Side::Input => ("x", "batch", "channels"),
            Side::Weight => ("w", "outputs", "inputs of a group"),
            Side::Output => ("u", "batch", "channels"),
        };
        let (shape, spatial, groups) = (&x.shape, self.spatial(side)?, self.groups);
        if shape.rank() != 2 + spatial.rank() || shape[2..] != spatial[..] {
            let names = [first, second].map(str::to_owned).into_iter();
            let axes: Vec<_> = names.chain(spatial.iter().map(usize::to_string)).collect();
            return Err(ShapeError::new(format!(
                "{name} is {shape}, but should be [{}]",
                axes.join(", ")
            )));
        }
        let channels = if side == Side::Weight { shape[0] } else { shape[1] };
        if !channels.is_multiple_of(groups) {
            return Err(ShapeError::new(format!(
                "the {channels} channels of {name} {shape} can't be divided into {groups} groups"
            )));
        }
        Ok(())
    }

    /// Whether two operands that suit it suit each other.
    fn check_pair(&self, a: &Shape, b: &Shape) -> Result<(), ShapeError> {
        let groups = self.groups;
        let message = match self.gives {
            Side::Input if a[0] != b[1] => {
                format!("w {a} gives {} channels, but u {b} has {}", a[0], b[1])
            }
            Side::Weight if a[0] != b[0] => {
                format!("x {a} and u {b} are batches of {} and {} examples", a[0], b[0])
            }
            Side::Output if a[1] != b[1].saturating_mul(groups) => {
                let wanted = b[1].saturating_mul(groups);
                let groups =
                    if groups == 1 { String::new() } else { format!(" ({groups} groups)") };
                format!("w {b} takes {wanted} channels{groups}, but x {a} has {}", a[1])
            }
            _ => return Ok(()),
        };
        Err(ShapeError::new(message))
    }
}

/// The axes of a side before its spatial ones, groups apart.
fn split(channels: Channels, side: Side) -> [usize; 3] {
    let Channels { batch, groups, inputs, outputs } = channels;
    match side {
        Side::Input => [batch, groups, inputs],
        Side::Weight => [groups, outputs, inputs],
        Side::Output => [batch, groups, outputs],
    }
}

/// The two axes of a side before its spatial ones.
fn joined(channels: Channels, side: Side) -> [usize; 2] {
    let [a, b, c] = split(channels, side);
    // What no `usize` holds is too large for any memory, and so is what stands for it.
    if side == Side::Weight { [a.saturating_mul(b), c] } else { [a, b.saturating_mul(c)] }
}

impl Operation for Conv {
    const NAME: &'static str = "conv";
    const MATH: &'static str = r"y_{b,o,p} = \sum_{c,t} x_{b,c,\,sp+dt}\, w_{o,c,t}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let [a, b] = x else { return Err(ShapeError::new("takes two operands")) };
        let spatial = self.spatial(self.gives)?;
        for (side, x) in self.operands().into_iter().zip(x) {
            self.check_operand(side, x)?;
        }
        self.check_pair(&a.shape, &b.shape)?;
        let channels = joined(self.channels(&a.shape, &b.shape), self.gives);
        Ok(Type::real(channels.into_iter().chain(spatial.iter().copied()).collect::<Shape>()))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let (a, b) = (x[0].real(), x[1].real());
        let channels = self.channels(a.shape(), b.shape());
        let types: Vec<Type> = x.iter().map(|x| x.type_of()).collect();
        let shape = self.shape(&types).expect("operands that suit the operation").shape;
        let visits = self.window.visits(&self.sizes);
        let sides = [Side::Input, Side::Weight, Side::Output];
        let spatial = sides.map(|side| self.spatial(side).expect("the window fits").size());
        let [first, second] = self.operands();
        let (a, b, mut y) = (a.to_vec(), b.to_vec(), vec![T::default(); shape.size()]);
        for planes in meetings(channels) {
            for Visit { place, tap, element } in &visits {
                let within = [element, tap, place];
                let at = |side: Side| {
                    let side = side as usize;
                    planes[side] * spatial[side] + within[side]
                };
                y[at(self.gives)] += a[at(first)] * b[at(second)];
            }
        }
        Value::Real(Array::from_vec(y, shape).expect("a sum for each place"))
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(self.clone(), x, i)
    }

    fn adjoint(&self, slot: usize, _: &[Type], _: &Type) -> Adjoint {
        let own = self.operands();
        let adjoint = self.giving(own[slot]);
        let operands = adjoint.operands();
        // The cotangent stands where the result did.
        Adjoint::new(adjoint, operands.map(|side| own.iter().position(|own| *own == side)))
    }

    /// The new axis joins the one that those sides which have it share: examples, channels of one
    /// kind, or, if all have it, groups.
    fn batched<'t>(&self, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
        let sides = self.operands();
        let has = |side| sides.iter().zip(which).all(|(own, which)| *own != side || *which);
        let all = [Side::Input, Side::Weight, Side::Output].into_iter().all(has);
        let example = |k: usize| Shape::from(&x[k].shape()[usize::from(which[k])..]);
        let channels = self.channels(&example(0), &example(1));
        // Where it stands among the axes of [`split`].
        let position = |side| match side {
            Side::Weight if all => 0,
            Side::Weight => 1 + usize::from(has(Side::Input)),
            _ if all => 1,
            _ if has(Side::Weight) => 2,
            _ => 0,
        };
        let folded = |k: usize| {
            let side = sides[k];
            if which[k] { fold(x[k], side, channels, position(side)) } else { x[k] }
        };
        let groups = if all { self.groups * n } else { self.groups };
        let op = Conv { groups, ..self.clone() };
        let y = x[0].tape().record(op, &[folded(0), folded(1)]);
        unfold(y, self.gives, channels, position(self.gives), n)
    }

    fn flops(&self, x: &[Type], _: &Type) -> u64 {
        let Channels { batch, groups, inputs, outputs } = self.channels(&x[0].shape, &x[1].shape);
        let places = self.spatial(Side::Output).map_or(0, |places| places.size());
        2 * (batch * groups * inputs * outputs * places * self.window.taps().size()) as u64
    }

    fn samples() -> Vec<Sample<Self>> {
        let mut samples = Vec::new();
        for (window, sizes, groups, [batch, inputs, outputs]) in [
            (Window::new([2]), &[4][..], 1, [2, 2, 3]),
            (Window::new([3]).stride(2).padding(1), &[6], 1, [1, 2, 1]),
            (Window::new([2]).dilation(3).padding([(2, 1)]), &[3], 2, [1, 1, 2]),
            (Window::new([2, 2]), &[3, 3], 1, [1, 2, 2]),
            (Window::new([3, 2]).stride([1, 2]).padding([1, 0]), &[3, 5], 2, [2, 1, 2]),
            (Window::new([2, 3]).dilation([2, 1]).padding(1), &[3, 2], 1, [1, 1, 1]),
            (Window::new([1, 1]), &[2, 2], 1, [2, 3, 2]),
            (Window::new([1, 1]).stride(2), &[3, 2], 3, [1, 1, 1]),
            (Window::new([2, 2]), &[2, 2], 1, [2, 1, 3]),
            (Window::new([1, 1]), &[1, 1], 1, [1, 1, 1]),
            (Window::new([2, 2]), &[2, 3], 1, [0, 1, 2]),
            (Window::new([2, 1]), &[2, 2], 1, [1, 0, 2]),
            (Window::new([2, 1, 2]).stride([1, 1, 2]).padding([0, 1, 0]), &[2, 1, 3], 1, [1, 1, 2]),
            (Window::new([]), &[], 1, [2, 2, 3]),
        ] {
            let channels = Channels { batch, groups, inputs, outputs };
            for gives in [Side::Output, Side::Weight, Side::Input] {
                let (window, sizes) = (window.clone(), sizes.into());
                let operation = Conv { window, sizes, groups, gives };
                let operand = |(side, tag)| {
                    let spatial = operation.spatial(side).expect("the window fits");
                    let shape = joined(channels, side).into_iter().chain(spatial.iter().copied());
                    ordinary(&shape.collect::<Vec<_>>(), tag)
                };
                let x = operation.operands().into_iter().zip(0..).map(operand).collect();
                samples.push(Sample { operation, x });
            }
        }
        samples
    }
}

/// The planes of $x$, $w$ and $u$ – all that is left of each when the spatial axes are taken
/// together – that meet, counted in row-major order.
fn meetings(channels: Channels) -> impl Iterator<Item = [usize; 3]> {
    let Channels { batch, groups, inputs, outputs } = channels;
    (0..batch * groups * outputs * inputs).map(move |k| {
        let (input, k) = (k % inputs, k / inputs);
        let (output, k) = (k % outputs, k / outputs);
        let group = k % groups;
        [k * inputs + input, (group * outputs + output) * inputs + input, k * outputs + output]
    })
}

/// A side with one more axis in front, which goes to this position among the others and becomes
/// part of the one that it stands before.
fn fold<'t>(x: Var<'t>, side: Side, channels: Channels, position: usize) -> Var<'t> {
    let shape = x.shape();
    let spatial = &shape[3..];
    let split = shape[..1].iter().copied().chain(split(channels, side));
    let x = x.reshape(split.chain(spatial.iter().copied()).collect::<Shape>());
    let x = x.move_axis(0, position);
    let first = if side == Side::Weight { 2 } else { 1 };
    let end = first + usize::from(position < first);
    let folded = x.shape();
    let joined = [&folded[..end], &folded[end..4]].map(|axes| axes.iter().product::<usize>());
    x.reshape(joined.into_iter().chain(spatial.iter().copied()).collect::<Shape>())
}

/// The inverse of [`fold`].
fn unfold(y: Var<'_>, side: Side, channels: Channels, position: usize, n: usize) -> Var<'_> {
    let shape = y.shape();
    let spatial = &shape[2..];
    let split = Shape::from(split(channels, side)).with(&[(position, n)]);
    let y = y.reshape(split.iter().chain(spatial).copied().collect::<Shape>());
    let y = y.move_axis(position, 0);
    let joined = [n].into_iter().chain(joined(channels, side));
    y.reshape(joined.chain(spatial.iter().copied()).collect::<Shape>())
}
