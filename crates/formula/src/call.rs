//! A function on its arguments while it is recorded: each rule asks here for what it takes, and is
//! told no where the text is wrong, before any method could panic.

use wengert_autodiff::{IntoAxes, Kind, Op, Tape, Var};
use wengert_tensor::Shape;

use crate::error::{Fault, Span};
use crate::functions::{Function, Rule};
use crate::record::{Numbers, Recorder, Value, check_size};
use crate::tree::Part;

pub(crate) struct Call<'r, 't> {
    pub recorder: &'r Recorder<'t>,
    pub function: &'static Function,
    pub arguments: &'r [(usize, Part)],
    pub place: Span,
}

impl<'t> Call<'_, 't> {
    pub fn record(&self) -> Result<Var<'t>, Fault> {
        match self.function.rule {
            Rule::One(f) => Ok(f(self.real(0)?)),
            Rule::Two(f) => {
                let [a, b] = [self.real(0)?, self.real(1)?];
                self.check_broadcast(&[a, b])?;
                Ok(f(a, b))
            }
            Rule::Three(f) => {
                let [a, b, c] = [self.real(0)?, self.real(1)?, self.real(2)?];
                self.check_broadcast(&[a, b, c])?;
                Ok(f(a, b, c))
            }
            Rule::Over(f) => self.over(f),
            Rule::Along(f) => {
                let x = self.filled(0)?;
                Ok(f(x, self.axis(1, x)?))
            }
            Rule::Own(f) => f(self),
        }
    }

    fn over(&self, f: for<'x> fn(Var<'x>, &[usize]) -> Var<'x>) -> Result<Var<'t>, Fault> {
        let x = self.filled(0)?;
        let axes = self.axes(1, x)?;
        let y = f(x, &axes);
        if !self.flag(2)? {
            return Ok(y);
        }
        let size = |(axis, &size): (usize, &usize)| if axes.contains(&axis) { 1 } else { size };
        Ok(y.reshape(x.shape().iter().enumerate().map(size).collect::<Shape>()))
    }

    pub fn tape(&self) -> &'t Tape {
        self.recorder.tape
    }

    /// The one argument for a parameter.
    fn part(&self, k: usize) -> Option<Part> {
        self.arguments.iter().find(|&&(parameter, _)| parameter == k).map(|&(_, part)| part)
    }

    /// An error about the whole call.
    pub fn refuse(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.place, format!("{}: {}", self.function.name(), message.into()))
    }

    /// An error about an argument.
    pub fn fault(&self, k: usize, message: impl Into<String>) -> Fault {
        match self.part(k) {
            Some(part) => Fault::new(part.span, message),
            None => self.refuse(message),
        }
    }

    /// An operand of either kind.
    pub fn any(&self, k: usize) -> Result<Var<'t>, Fault> {
        let Some(part) = self.part(k) else {
            let name = self.function.parameter(k).0;
            return Err(self.refuse(format!("`{name}` is missing")));
        };
        self.recorder.var(part)
    }

    /// An operand of real numbers.
    pub fn real(&self, k: usize) -> Result<Var<'t>, Fault> {
        let x = self.any(k)?;
        if x.kind() == Kind::Index {
            let message = "expected real numbers, found positions; `real(…)` makes numbers of them";
            return Err(self.fault(k, message));
        }
        Ok(x)
    }

    /// An operand of real numbers, of which there is at least one.
    pub fn filled(&self, k: usize) -> Result<Var<'t>, Fault> {
        let x = self.real(k)?;
        if x.shape().size() == 0 {
            let message = format!("expected at least one element, found shape {}", x.shape());
            return Err(self.fault(k, message));
        }
        Ok(x)
    }

    /// An operand of real numbers with so many axes, or more, and at least one element.
    pub fn with_rank(&self, k: usize, least: usize, what: &str) -> Result<Var<'t>, Fault> {
        let x = self.filled(k)?;
        if x.rank() < least {
            return Err(self.fault(k, format!("expected {what}, found shape {}", x.shape())));
        }
        Ok(x)
    }

    /// Square matrices.
    pub fn square(&self, k: usize) -> Result<Var<'t>, Fault> {
        let x = self.with_rank(k, 2, "a square matrix")?;
        let shape = x.shape();
        if shape[x.rank() - 1] != shape[x.rank() - 2] {
            return Err(self.fault(k, format!("expected a square matrix, found shape {shape}")));
        }
        Ok(x)
    }

    /// Positions: of an index, or whole numbers of the text.
    pub fn index(&self, k: usize) -> Result<Var<'t>, Fault> {
        if let Some(part) = self.part(k)
            && let Value::Numbers(numbers) = self.recorder.value(part)
        {
            return self.recorder.indices(part, numbers);
        }
        let x = self.any(k)?;
        if x.kind() == Kind::Real {
            let message = "expected positions, found real numbers; `index(…)` rounds them down";
            return Err(self.fault(k, message));
        }
        Ok(x)
    }

    /// All operands for a parameter that takes many, or those of the one list that is given.
    pub fn many(&self, k: usize) -> Result<Vec<Var<'t>>, Fault> {
        let given = self.arguments.iter().filter(|&&(parameter, _)| parameter == k);
        let parts: Vec<Part> = given.map(|&(_, part)| part).collect();
        if let &[part] = &parts[..]
            && let Some(items) = self.recorder.items(part)
        {
            return items.iter().map(|&item| self.recorder.var(item)).collect();
        }
        parts.into_iter().map(|part| self.recorder.var(part)).collect()
    }

    pub fn text(&self, k: usize) -> Result<&str, Fault> {
        match self.part(k).map(|part| self.recorder.value(part)) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(self.fault(k, "expected a text, as in `'ij,jk->ik'`")),
        }
    }

    /// The numbers of an argument that is known without running anything.
    fn numbers(&self, k: usize) -> Result<Option<Numbers>, Fault> {
        let Some(part) = self.part(k) else {
            let default = self.function.parameter(k).1.and_then(|word| match word {
                "false" => Some(0.0),
                "true" => Some(1.0),
                word => word.parse().ok(),
            });
            return Ok(default.map(Numbers::one));
        };
        let Value::Numbers(numbers) = self.recorder.value(part) else {
            let name = self.function.parameter(k).0;
            let message = format!("expected `{name}` as a number of the formula");
            return Err(Fault::new(part.span, message));
        };
        Ok(Some(numbers.clone()))
    }

    /// A number.
    pub fn number(&self, k: usize) -> Result<f64, Fault> {
        match self.numbers(k)? {
            Some(Numbers { shape, values }) if shape.is_empty() => Ok(values[0]),
            _ => Err(self.fault(k, "expected one number")),
        }
    }

    /// A number above 0.
    pub fn positive(&self, k: usize) -> Result<f64, Fault> {
        match self.number(k)? {
            number if number > 0.0 => Ok(number),
            _ => Err(self.fault(k, "expected a positive number")),
        }
    }

    pub fn flag(&self, k: usize) -> Result<bool, Fault> {
        match self.number(k)? {
            0.0 => Ok(false),
            1.0 => Ok(true),
            _ => Err(self.fault(k, "expected `true` or `false`")),
        }
    }

    /// A whole number.
    pub fn integer(&self, k: usize) -> Result<i64, Fault> {
        whole(self.number(k)?).ok_or_else(|| self.fault(k, "expected a whole number"))
    }

    /// A whole number of at least `least`.
    pub fn count(&self, k: usize, least: usize) -> Result<usize, Fault> {
        match usize::try_from(self.integer(k)?) {
            Ok(count) if count >= least => Ok(count),
            _ => Err(self.fault(k, format!("expected a whole number of at least {least}"))),
        }
    }

    /// Whole numbers in a list, or one.
    pub fn integers(&self, k: usize) -> Result<Option<Vec<i64>>, Fault> {
        let Some(Numbers { shape, values }) = self.numbers(k)? else { return Ok(None) };
        let integers: Option<Vec<i64>> = values.iter().map(|&number| whole(number)).collect();
        match integers {
            Some(integers) if shape.len() < 2 => Ok(Some(integers)),
            _ => Err(self.fault(k, "expected a list of whole numbers")),
        }
    }

    /// A shape.
    pub fn shape(&self, k: usize) -> Result<Shape, Fault> {
        let sizes = self.integers(k)?.unwrap_or_default();
        let shape: Option<Shape> = sizes.iter().map(|&size| usize::try_from(size).ok()).collect();
        let shape = shape.ok_or_else(|| self.fault(k, "expected sizes of at least 0"))?;
        check_size(&shape).map_err(|message| self.fault(k, message))?;
        Ok(shape)
    }

    /// One axis of `x`.
    pub fn axis(&self, k: usize, x: Var<'t>) -> Result<usize, Fault> {
        self.resolved(k, self.integer(k)?, x)
    }

    /// Different axes of `x`, ascending; all of them if none are given.
    pub fn axes(&self, k: usize, x: Var<'t>) -> Result<Vec<usize>, Fault> {
        let mut axes = self.axes_in_order(k, x)?;
        axes.sort_unstable();
        Ok(axes)
    }

    /// Different axes of `x`, in the order given; all of them if none are given.
    pub fn axes_in_order(&self, k: usize, x: Var<'t>) -> Result<Vec<usize>, Fault> {
        let Some(given) = self.integers(k)? else { return Ok((0..x.rank()).collect()) };
        let mut axes = Vec::with_capacity(given.len());
        for axis in given {
            let axis = self.resolved(k, axis, x)?;
            if axes.contains(&axis) {
                return Err(self.fault(k, format!("axis {axis} is named twice")));
            }
            axes.push(axis);
        }
        Ok(axes)
    }

    fn resolved(&self, k: usize, axis: i64, x: Var<'t>) -> Result<usize, Fault> {
        match [axis as isize].into_axes(x.rank()) {
            Ok(axes) => Ok(axes[0]),
            Err(message) => Err(self.fault(k, format!("{message}: the shape is {}", x.shape()))),
        }
    }

    /// Whether these can be broadcast to one shape.
    pub fn check_broadcast(&self, vars: &[Var<'t>]) -> Result<Shape, Fault> {
        let mut common = Shape::default();
        for x in vars {
            let Some(shape) = common.broadcast(&x.shape()) else {
                let shapes: Vec<_> = vars.iter().map(|x| x.shape().to_string()).collect();
                let message = format!("shapes {} do not broadcast", shapes.join(" and "));
                return Err(self.refuse(message));
            };
            common = shape;
        }
        self.check_size(&common)?;
        Ok(common)
    }

    /// Whether a value may be so large.
    pub fn check_size(&self, shape: &Shape) -> Result<(), Fault> {
        check_size(shape).map_err(|message| self.refuse(message))
    }

    /// Whether positions that are known lie among `n`.
    pub fn check_positions(&self, k: usize, index: Var<'t>, n: usize) -> Result<(), Fault> {
        if *index.op() != Op::Input {
            return Ok(());
        }
        let outside = |&position: &f64| !(0.0..n as f64).contains(&position);
        match index.value().to_vec_f64().into_iter().find(outside) {
            None => Ok(()),
            Some(position) => {
                Err(self.fault(k, format!("position {position} is not one of 0..{n}")))
            }
        }
    }

    /// A matrix.
    pub fn matrix(&self, k: usize) -> Result<Var<'t>, Fault> {
        let x = self.with_rank(k, 2, "a matrix")?;
        if x.rank() > 2 {
            return Err(self.fault(k, format!("expected a matrix, found shape {}", x.shape())));
        }
        Ok(x)
    }

    /// Whether an axis has two halves.
    pub fn check_halves(&self, x: Var<'t>, axis: usize) -> Result<(), Fault> {
        if x.shape()[axis] % 2 == 1 {
            let message = format!("axis {axis} of {} has no halves", x.shape());
            return Err(self.fault(0, message));
        }
        Ok(())
    }

    /// Whether an operand has the shape of another.
    pub fn check_same(&self, x: Var<'t>, y: Var<'t>) -> Result<(), Fault> {
        if x.shape() == y.shape() {
            return Ok(());
        }
        Err(self.refuse(format!("shapes {} and {} differ", x.shape(), y.shape())))
    }

    /// Whether so many numbers may be made while recording.
    pub fn check_made(&self, shape: &Shape) -> Result<(), Fault> {
        self.recorder.charge(shape).map_err(|message| self.refuse(message))
    }
}

/// The whole number that this is, within what f64 counts exactly.
pub(crate) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= 9e15).then_some(number as i64)
}
