//! A tree as variables: one loop over its expressions, each of which becomes a number of the
//! formula, a list, or nodes of the tape with the place in the text as their origin.

use std::cell::{Cell, RefCell};

use wengert_autodiff::{Kind, Origin, Tape, Var};
use wengert_tensor::{Array, Shape};

use crate::call::{Call, whole};
use crate::error::{Fault, Span};
use crate::index;
use crate::tree::{Binary, Expression, Part, Tree};

/// No value has more elements.
pub(crate) const MOST_ELEMENTS: usize = 1 << 24;
/// Nor more axes.
pub(crate) const MOST_AXES: usize = 16;
/// Lists, triangles and whatever else a formula makes out of nothing have together no more.
const MOST_MADE: usize = 1 << 22;

/// What an expression is before anything runs.
pub(crate) enum Value<'t> {
    /// Numbers of the text: recorded when they are needed as a variable.
    Numbers(Numbers),
    Var(Var<'t>),
    /// A list of which some elements are variables: stacked when it is needed as one.
    List(Vec<Part>),
    Text(String),
}

/// A nested list of numbers; a single number has no axes.
#[derive(Clone)]
pub(crate) struct Numbers {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

impl Numbers {
    pub fn one(number: f64) -> Numbers {
        Numbers { shape: Vec::new(), values: vec![number] }
    }

    fn single(&self) -> Option<f64> {
        self.shape.is_empty().then(|| self.values[0])
    }
}

pub(crate) struct Recorder<'t> {
    pub tape: &'t Tape,
    /// Line and column of each character.
    positions: Vec<(u32, u32)>,
    places: Vec<Span>,
    values: Vec<Value<'t>>,
    /// The variables that numbers and lists have become.
    made: RefCell<Vec<Option<Var<'t>>>>,
    elements_made: Cell<usize>,
}

/// Line and column of each character, counted from 1.
pub(crate) fn positions(text: &str) -> Vec<(u32, u32)> {
    let (mut line, mut column) = (1, 0);
    let mut of_character = |c| {
        column += 1;
        let here = (line, column);
        if c == '\n' {
            (line, column) = (line + 1, 0);
        }
        here
    };
    text.chars().map(&mut of_character).collect()
}

/// Records a formula on these inputs.
pub(crate) fn record<'t>(
    text: &str,
    tree: &Tree,
    tape: &'t Tape,
    inputs: &[Var<'t>],
) -> Result<Var<'t>, Fault> {
    let mut recorder = Recorder {
        tape,
        positions: positions(text),
        places: tree.nodes.iter().map(|node| node.place).collect(),
        values: Vec::with_capacity(tree.nodes.len()),
        made: RefCell::new(vec![None; tree.nodes.len()]),
        elements_made: Cell::new(0),
    };
    for node in &tree.nodes {
        let value = recorder.value_of(&node.expression, node.place, inputs)?;
        if let Value::Var(y) = value {
            check_size(&y.shape()).map_err(|message| Fault::new(node.place, message))?;
        }
        recorder.values.push(value);
    }
    recorder.var(tree.result)
}

impl<'t> Recorder<'t> {
    fn value_of(
        &self,
        expression: &Expression,
        place: Span,
        inputs: &[Var<'t>],
    ) -> Result<Value<'t>, Fault> {
        let y = match expression {
            Expression::Number(number) => return Ok(Value::Numbers(Numbers::one(*number))),
            Expression::Text(text) => return Ok(Value::Text(text.clone())),
            Expression::List(items) => return self.list(items, place),
            Expression::Input(k) => inputs[*k],
            Expression::Negate(x) => {
                if let Some(number) = self.single(*x) {
                    return Ok(Value::Numbers(Numbers::one(-number)));
                }
                let operand = self.real(*x)?;
                self.at(place, || -operand)
            }
            Expression::Binary(binary, a, b) => {
                if let Some(number) = self.folded(*binary, *a, *b) {
                    return Ok(Value::Numbers(Numbers::one(number)));
                }
                self.binary(*binary, *a, *b, place)?
            }
            Expression::Transpose(x) => {
                let operand = self.var(*x)?;
                if operand.rank() < 2 {
                    let message = format!("expected a matrix, found shape {}", operand.shape());
                    return Err(Fault::new(x.span, message));
                }
                self.at(place, || operand.t())
            }
            Expression::Index(x, items) => {
                let operand = self.var(*x)?;
                self.at(place, || index::record(operand, items, place))?
            }
            Expression::Call(function, arguments) => {
                let call = Call { recorder: self, function, arguments, place };
                self.at(place, || call.record())?
            }
        };
        Ok(Value::Var(y))
    }

    /// Records what `f` records with a place of the text as its origin.
    fn at<R>(&self, place: Span, f: impl FnOnce() -> R) -> R {
        let (line, column) = self.positions[place.start];
        self.tape.with_origin(&origin(line, column), f)
    }

    pub fn value(&self, part: Part) -> &Value<'t> {
        &self.values[part.id]
    }

    fn single(&self, part: Part) -> Option<f64> {
        match self.value(part) {
            Value::Numbers(numbers) => numbers.single(),
            _ => None,
        }
    }

    /// The elements of a list, if it has been written as one.
    pub fn items(&self, part: Part) -> Option<&[Part]> {
        match self.value(part) {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// An expression as a variable.
    pub fn var(&self, part: Part) -> Result<Var<'t>, Fault> {
        if let Value::Var(x) = self.value(part) {
            return Ok(*x);
        }
        if let Some(x) = self.made.borrow()[part.id] {
            return Ok(x);
        }
        let place = self.places[part.id];
        let x = match self.value(part) {
            Value::Var(x) => *x,
            Value::Numbers(Numbers { shape, values }) => self.at(place, || {
                if shape.is_empty() {
                    return self.tape.literal(values[0]);
                }
                let shape = Shape::from(shape.clone());
                self.tape.input(Array::from_fn(shape, |k| values[k]))
            }),
            Value::List(items) => self.stacked(items, place)?,
            Value::Text(_) => {
                return Err(Fault::new(part.span, "expected numbers, found a text"));
            }
        };
        self.made.borrow_mut()[part.id] = Some(x);
        Ok(x)
    }

    /// Numbers of the text as positions.
    pub fn indices(&self, part: Part, numbers: &Numbers) -> Result<Var<'t>, Fault> {
        let positions: Option<Vec<i64>> = numbers.values.iter().map(|&x| whole(x)).collect();
        let positions = positions
            .ok_or_else(|| Fault::new(part.span, "expected positions, which are whole numbers"))?;
        let shape = Shape::from(numbers.shape.clone());
        Ok(self.tape.indices(Array::from_fn(shape, |k| positions[k])))
    }

    /// An expression as a variable of real numbers.
    fn real(&self, part: Part) -> Result<Var<'t>, Fault> {
        let x = self.var(part)?;
        if x.kind() == Kind::Index {
            let message = "expected real numbers, found positions; `real(…)` makes numbers of them";
            return Err(Fault::new(part.span, message));
        }
        Ok(x)
    }

    /// Arithmetic between numbers of the text.
    fn folded(&self, binary: Binary, a: Part, b: Part) -> Option<f64> {
        let (a, b) = (self.single(a)?, self.single(b)?);
        Some(match binary {
            Binary::Add => a + b,
            Binary::Sub => a - b,
            Binary::Mul => a * b,
            Binary::Div => a / b,
            _ => return None,
        })
    }

    fn binary(&self, binary: Binary, a: Part, b: Part, place: Span) -> Result<Var<'t>, Fault> {
        let (x, y) = (self.var(a)?, self.var(b)?);
        let are_indices = x.kind() == Kind::Index && y.kind() == Kind::Index;
        if !(binary == Binary::Equal && are_indices) {
            self.real(a)?;
            self.real(b)?;
        }
        if binary == Binary::MatMul {
            check_product(x, y).map_err(|message| Fault::new(place, message))?;
            return Ok(self.at(place, || x.matmul(y)));
        }
        let (from, to) = (x.shape(), y.shape());
        let Some(common) = from.broadcast(&to) else {
            return Err(Fault::new(place, format!("shapes {from} and {to} do not broadcast")));
        };
        check_size(&common).map_err(|message| Fault::new(place, message))?;
        Ok(self.at(place, || match binary {
            Binary::Add => x + y,
            Binary::Sub => x - y,
            Binary::Mul => x * y,
            Binary::Div => x / y,
            Binary::MatMul => x.matmul(y),
            // As one writes it by hand, and smooth everywhere.
            Binary::Pow if self.single(b) == Some(2.0) => x.square(),
            Binary::Pow => x.pow(y),
            Binary::Less => x.lt(y),
            Binary::LessEqual => x.le(y),
            Binary::Greater => x.gt(y),
            Binary::GreaterEqual => x.ge(y),
            Binary::Equal if are_indices => x.same(y),
            Binary::Equal => x.eq(y),
            Binary::NotEqual => x.ne(y),
        }))
    }

    /// A list: numbers where all its elements are, of one shape.
    fn list(&self, items: &[Part], place: Span) -> Result<Value<'t>, Fault> {
        let mut all = Numbers { shape: vec![items.len()], values: Vec::new() };
        for (k, &item) in items.iter().enumerate() {
            let Value::Numbers(numbers) = self.value(item) else {
                // Lists inside it become variables now, so that no stacking waits for another.
                for &item in items {
                    self.var(item)?;
                }
                return Ok(Value::List(items.to_vec()));
            };
            if k == 0 {
                all.shape.extend(&numbers.shape);
                let shape = Shape::from(all.shape.clone());
                self.charge(&shape).map_err(|message| Fault::new(place, message))?;
            }
            if all.shape[1..] != numbers.shape {
                let (wanted, found) = (&all.shape[1..], &numbers.shape);
                let message = format!("expected shape {wanted:?} as before, found {found:?}");
                return Err(Fault::new(item.span, message));
            }
            all.values.extend(&numbers.values);
        }
        Ok(Value::Numbers(all))
    }

    fn stacked(&self, items: &[Part], place: Span) -> Result<Var<'t>, Fault> {
        let vars = items.iter().map(|&item| self.real(item)).collect::<Result<Vec<_>, _>>()?;
        for (x, item) in vars.iter().zip(items) {
            if x.type_of() != vars[0].type_of() {
                let (wanted, found) = (vars[0].type_of(), x.type_of());
                let message = format!("expected shape {wanted} as before, found {found}");
                return Err(Fault::new(item.span, message));
            }
        }
        let mut shape = vars[0].shape().to_vec();
        shape.insert(0, vars.len());
        check_size(&shape.into()).map_err(|message| Fault::new(place, message))?;
        Ok(self.at(place, || Var::stack(&vars, 0)))
    }

    /// Whether so many elements may be made while recording, beside those before.
    pub fn charge(&self, shape: &Shape) -> Result<(), String> {
        check_size(shape)?;
        let all = self.elements_made.get() + shape.size();
        self.elements_made.set(all);
        if all > MOST_MADE {
            return Err(format!("a formula makes no more than {MOST_MADE} elements by itself"));
        }
        Ok(())
    }
}

/// Whether there is a matrix product of the two.
pub(crate) fn check_product(x: Var<'_>, y: Var<'_>) -> Result<(), String> {
    let (a, b) = (x.shape(), y.shape());
    let (Some(&k), Some(_)) = (a.last(), b.last()) else {
        return Err(format!("expected vectors or matrices, found shapes {a} and {b}"));
    };
    let rows = b[b.rank().saturating_sub(2)];
    if k != rows {
        return Err(format!("{a} by {b}: the inner sizes {k} and {rows} differ"));
    }
    let batch = |shape: &Shape| Shape::from(&shape[..shape.rank().saturating_sub(2)]);
    if batch(&a).broadcast(&batch(&b)).is_none() {
        return Err(format!("{a} by {b}: their batches do not broadcast"));
    }
    Ok(())
}

/// Whether a value may be so large.
pub(crate) fn check_size(shape: &Shape) -> Result<(), String> {
    if shape.rank() > MOST_AXES {
        return Err(format!(
            "{} axes: a formula has no values of more than {MOST_AXES}",
            shape.rank()
        ));
    }
    // A size of 0 hides the others, which may have been multiplied by then.
    let size = shape.iter().fold(1_usize, |all, &size| all.saturating_mul(size.max(1)));
    if size > MOST_ELEMENTS {
        let message = format!("shape {shape}: a formula has no values of more than");
        return Err(format!("{message} {MOST_ELEMENTS} elements"));
    }
    Ok(())
}

/// A place of the text as an origin.
pub(crate) fn origin(line: u32, column: u32) -> Origin {
    Origin { file: "formula".into(), line, column, scope: String::new() }
}
