//! Programs that can't be written.

use wengert_autodiff::{
    ForeignOperation, Linear, Op, Operation, Real, ShapeError, Tape, Type, Value, Var,
};
use wengert_tensor::{Array, Shape};
use wengert_weights::{ProgramProblem, save_program, write_program};

use crate::Directory;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Cube;

impl Operation for Cube {
    const NAME: &'static str = "cube";
    const MATH: &'static str = "x^3";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        Ok(x[0].clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        Value::Real(x[0].real().map(|x| x * x * x))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Scale(3.0 * x[0] * x[0])
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Simulation;

impl ForeignOperation for Simulation {
    const NAME: &'static str = "simulation";

    fn shape(&self, x: &[Shape]) -> Result<Shape, ShapeError> {
        Ok(x[0].clone())
    }

    fn eval(&self, x: &[Array<f64>]) -> Array<f64> {
        x[0].clone()
    }
}

fn refused(y: Var<'_>, x: Var<'_>, name: &str) {
    let program = y.tape().program([x], [y]);
    let directory = Directory::new(&format!("refused-{name}"));
    let path = directory.file("program");
    let error = save_program(&path, &program).unwrap_err();
    let expected = format!(
        "{}: the operation `{name}`, recorded at {}, can't be written: its meaning is code of its \
         own, or a program",
        path.display(),
        y.origin(),
    );
    assert_eq!(error.to_string(), expected);
    assert!(expected.contains("refusals.rs:"), "{expected}");
    let problem = write_program(&program).unwrap_err().problem;
    assert!(matches!(problem, ProgramProblem::Operation { .. }));
    assert!(directory.names().is_empty());
}

#[test]
fn operations_of_ones_own_and_equations() {
    let tape = Tape::new();
    let x = tape.input(2.0);
    refused(tape.record(Op::custom(Cube), &[x]), x, "cube");
    let foreign = Op::custom(wengert_autodiff::Foreign(Simulation));
    refused(tape.record(foreign, &[x]), x, "simulation");
    refused(tape.root(tape.input(1.0), |y| y * y - x), x, "implicit");
}
