//! From the text of a file to a program: recorded on a tape, so that what the file says is checked
//! by those who check formulas too.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use wengert_autodiff::ops::Expand;
use wengert_autodiff::{Kind, Op, Origin, Precision, Program, ShapeError, Tape, Type, Var};
use wengert_tensor::{Native, Tensor};

use super::error::{ProgramError, ProgramProblem};
use super::line::{Exact, FORMAT, Header, Line, PRECISIONS, VERSION};

/// Reads the text that [`write_program`](crate::write_program) has written, or that was written by
/// hand. What no output needs is checked as well, and then left out.
///
/// Nothing is computed, and no memory is taken for more than the text has.
///
/// # Errors
///
/// If it is not in the format of programs, is cut off, or is of a version that is not known; if an
/// operation is unknown, does not admit its operands, or gives another type than the text states.
pub fn read_program(text: &str) -> Result<Program, ProgramError> {
    let mut lines = text.lines().zip(1..);
    let (first, _) = lines.next().ok_or_else(|| malformed("the file is empty"))?;
    if !text.ends_with('\n') {
        let last = text.lines().count();
        return Err(on(last, malformed("the file ends in the middle of it")));
    }
    let tape = Tape::with_precision(precision(first).map_err(|problem| on(1, problem))?);
    let mut reader = Reader { tape: &tape, inputs: Vec::new(), values: Vec::new(), outputs: None };
    for (line, number) in lines {
        reader.line(line).map_err(|problem| on(number, problem))?;
    }
    let outputs = reader.outputs.ok_or_else(|| malformed("the file ends before its outputs"))?;
    Ok(tape.program_of(&reader.inputs, &outputs))
}

fn on(line: usize, problem: ProgramProblem) -> ProgramError {
    ProgramError { line: Some(line), ..problem.into() }
}

fn malformed(message: impl Into<String>) -> ProgramProblem {
    ProgramProblem::Format(message.into())
}

/// The precision that the first line states, if it is that of a program.
fn precision(line: &str) -> Result<Precision, ProgramProblem> {
    let header: Header =
        parse(line).map_err(|problem| malformed(format!("this is no program: {problem}")))?;
    if header.wengert != FORMAT {
        return Err(malformed(format!("this is no program, but a {:?}", header.wengert)));
    }
    if header.version != VERSION {
        let version = header.version;
        return Err(ProgramProblem::Version(format!(
            "this is a program of version {version}, and only version {VERSION} is known"
        )));
    }
    let stated = header.precision.unwrap_or_default();
    let known = PRECISIONS.iter().find(|(name, _)| *name == stated);
    let unknown = || malformed(format!("the precision is {stated:?}, expected \"f32\" or \"f64\""));
    known.map(|(_, precision)| *precision).ok_or_else(unknown)
}

/// What a line of JSON says.
fn parse<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T, ProgramProblem> {
    serde_json::from_str(line).map_err(|error| {
        let (message, column) = (error.to_string(), error.column());
        // The line is another one than it believes.
        let place = format!(" at line {} column {column}", error.line());
        let message = message.strip_suffix(&place).unwrap_or(&message);
        malformed(match error.classify() {
            Category::Data => message.to_owned(),
            _ => format!("{message} at column {column}"),
        })
    })
}

/// The tape that a file is recorded on, and what was recorded.
struct Reader<'t> {
    tape: &'t Tape,
    inputs: Vec<Var<'t>>,
    /// By the numbers they have in the file.
    values: Vec<Var<'t>>,
    outputs: Option<Vec<Var<'t>>>,
}

impl<'t> Reader<'t> {
    fn line(&mut self, line: &str) -> Result<(), ProgramProblem> {
        if self.outputs.is_some() {
            return Err(malformed("nothing is expected behind the outputs"));
        }
        let (value, recorded) = match parse::<Line<&RawValue>>(line)? {
            Line::Input { value, type_of } => {
                let input = self.input(&type_of.into())?;
                self.inputs.push(input);
                (value, input)
            }
            Line::Literal { value, number } => (value, self.tape.literal(number.0)),
            Line::Data { value, type_of, elements } => {
                let tensor = self.tensor(&type_of.into(), elements.get())?;
                (value, self.tape.input(tensor))
            }
            Line::Node { value, op, operands, type_of, origin, scope } => {
                let origin = Origin { scope, ..place(&origin)? };
                (value, self.node(op, &self.named(&operands)?, &type_of.into(), &origin)?)
            }
            Line::Outputs(outputs) => {
                self.outputs = Some(self.named(&outputs)?);
                return Ok(());
            }
        };
        let expected = self.values.len();
        if value != expected {
            return Err(malformed(format!("this is value {value}, where {expected} was expected")));
        }
        self.values.push(recorded);
        Ok(())
    }

    /// The values of these numbers.
    fn named(&self, numbers: &[usize]) -> Result<Vec<Var<'t>>, ProgramProblem> {
        let value = |&number: &usize| {
            let unknown = || malformed(format!("no line before this one has value {number}"));
            self.values.get(number).copied().ok_or_else(unknown)
        };
        numbers.iter().map(value).collect()
    }

    /// A value that stands for an input, of whatever size, without elements.
    fn input(&self, type_of: &Type) -> Result<Var<'t>, ProgramProblem> {
        let one = match type_of.kind {
            Kind::Real => self.tape.input(0.0),
            Kind::Index => self.tape.indices(0),
        };
        let axes = type_of.shape.iter().copied().enumerate().collect();
        self.tape.try_record(Expand { axes }, &[one]).map_err(refused)
    }

    fn tensor(&self, type_of: &Type, elements: &str) -> Result<Tensor, ProgramProblem> {
        fn filled<'a, T: Native>(
            type_of: &Type,
            elements: &'a str,
        ) -> Result<Tensor, ProgramProblem>
        where
            Exact<T>: Deserialize<'a>,
        {
            let elements: Vec<Exact<T>> = parse(elements)?;
            let elements = elements.into_iter().map(|element| element.0).collect();
            Tensor::from_vec::<T>(elements, type_of.shape.clone())
                .map_err(|error| malformed(error.to_string()))
        }
        match (type_of.kind, self.tape.precision()) {
            (Kind::Index, _) => filled::<i64>(type_of, elements),
            (Kind::Real, Precision::F32) => filled::<f32>(type_of, elements),
            (Kind::Real, Precision::F64) => filled::<f64>(type_of, elements),
        }
    }

    fn node(
        &self,
        op: Op,
        operands: &[Var<'t>],
        stated: &Type,
        origin: &Origin,
    ) -> Result<Var<'t>, ProgramProblem> {
        let recorded = self.tape.with_origin(origin, || self.tape.try_record(op, operands));
        let y = recorded.map_err(refused)?;
        let found = y.type_of();
        if found == *stated {
            return Ok(y);
        }
        Err(ProgramProblem::Type { stated: stated.to_string(), found: found.to_string() })
    }
}

/// An operation that was not recorded. Behind the first line of the message stands where its
/// operands were recorded, which is here.
fn refused(mut error: ShapeError) -> ProgramProblem {
    error.message.truncate(error.message.find('\n').unwrap_or(error.message.len()));
    ProgramProblem::Operands(error)
}

/// The origin that is stated as `file:line:column`.
fn place(text: &str) -> Result<Origin, ProgramProblem> {
    let mut parts = text.rsplitn(3, ':');
    let mut number = || parts.next()?.parse::<u32>().ok();
    if let (Some(column), Some(line)) = (number(), number())
        && let Some(file) = parts.next()
    {
        let file = Cow::Owned(file.to_owned());
        return Ok(Origin { file, line, column, scope: String::new() });
    }
    Err(malformed(format!("the origin is {text:?}, expected file:line:column")))
}
