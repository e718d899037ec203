//! From a program to the text of its file.

use wengert_autodiff::{Leaf, Op, Program, ProgramNode};
use wengert_tensor::{Array, Native, Tensor};

use serde::Serialize;
use serde::ser::Serializer;

use super::error::{ProgramError, ProgramProblem};
use super::line::{Exact, FORMAT, Header, Line, PRECISIONS, StatedType, VERSION};

/// The program as a text: JSON, a line for each input, captured value and operation. Equal programs
/// give equal texts, and what is read from one runs to the same bits.
///
/// ```
/// # use wengert_autodiff::Tape;
/// use wengert_weights::{read_program, write_program};
/// let tape = Tape::new();
/// let x = tape.input([1.0, 2.0]);
/// let text = write_program(&tape.program([x], [x.exp().sum()]))?;
/// assert!(text.contains(r#""op":"exp","operands":[0]"#));
/// assert_eq!(write_program(&read_program(&text)?)?, text);
/// # Ok::<(), wengert_weights::ProgramError>(())
/// ```
///
/// What only steers how it is run is not part of it: threads, the limit of its memory, and which
/// values a checkpoint drops.
///
/// # Errors
///
/// If it has an operation that is a user's own, or the solution of an equation.
pub fn write_program(program: &Program) -> Result<String, ProgramError> {
    let precision = PRECISIONS.iter().find(|(_, precision)| *precision == program.precision());
    let precision = precision.map(|(name, _)| (*name).to_owned());
    let mut text = Text::default();
    text.line(&Header { wengert: FORMAT.to_owned(), version: VERSION, precision });
    for (value, type_of) in program.inputs().iter().enumerate() {
        text.line(&Line::<()>::Input { value, type_of: type_of.into() });
    }
    let mut captured = program.inputs().len();
    let mut leaves = Vec::with_capacity(program.leaves().len());
    for (leaf, type_of) in program.leaves() {
        let (value, type_of) = (captured, StatedType::from(type_of));
        match leaf {
            Leaf::Input(k) => {
                leaves.push(k);
                continue;
            }
            Leaf::Number(number) => {
                text.line(&Line::<()>::Literal { value, number: Exact(number) });
            }
            Leaf::Data(tensor) => {
                text.line(&Line::Data { value, type_of, elements: Elements(tensor) });
            }
        }
        leaves.push(captured);
        captured += 1;
    }
    // In the program, the results of operations come first.
    let number = |&value: &u32| match (value as usize).checked_sub(program.len()) {
        Some(leaf) => leaves[leaf],
        None => captured + value as usize,
    };
    for (value, node) in (captured..).zip(program.nodes()) {
        text.line(&written(value, node, number)?);
    }
    text.line(&Line::<()>::Outputs(program.outputs().iter().map(number).collect()));
    Ok(text.0)
}

/// The line of an operation.
fn written(
    value: usize,
    node: ProgramNode<'_>,
    number: impl Fn(&u32) -> usize,
) -> Result<Line<()>, ProgramError> {
    let ProgramNode { op, operands, type_of, origin } = node;
    if matches!(op, Op::Custom(_) | Op::Implicit(_)) {
        let (name, origin) = (op.name().to_owned(), origin.clone());
        return Err(ProgramProblem::Operation { name, origin }.into());
    }
    Ok(Line::Node {
        value,
        op: op.clone(),
        operands: operands.iter().map(number).collect(),
        type_of: type_of.into(),
        origin: format!("{}:{}:{}", origin.file, origin.line, origin.column),
        scope: origin.scope.clone(),
    })
}

/// Lines of JSON.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: &impl Serialize) {
        let line = serde_json::to_string(line);
        self.0 += &line.expect("all that is written are names, numbers and lists of them");
        self.0.push('\n');
    }
}

/// The elements of a tensor, in row-major order.
struct Elements<'p>(&'p Tensor);

impl Serialize for Elements<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        fn each<T: Native, S: Serializer>(x: &Array<T>, to: S) -> Result<S::Ok, S::Error>
        where
            Exact<T>: Serialize,
        {
            to.collect_seq(x.iter().map(Exact))
        }
        match self.0 {
            Tensor::F32(x) => each(x, to),
            Tensor::F64(x) => each(x, to),
            Tensor::I64(x) => each(x, to),
        }
    }
}
