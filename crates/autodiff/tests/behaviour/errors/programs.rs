//! What comes from outside a formula is answered by an error, not by a panic.

use wengert_autodiff::ops::{Add, Constant, Gather, MatMul, Reshape, StopGradient, Sum};
use wengert_autodiff::real::DoubleDouble;
use wengert_autodiff::{Op, Tape, Value, Var};
use wengert_tensor::{DType, Tensor};

use crate::refusal::{error_text, refusal};

#[test]
fn inputs_of_a_program() {
    let tape = Tape::new();
    let (x, k) = (tape.input([1.0, 2.0]), tape.indices([0, 1, 1]));
    let program = tape.program([x, k], [x.take(0, k)]);
    let (values, positions) = (Tensor::from([5.0, 6.0]), Tensor::from([1_i64, 0, 1]));
    let check = |inputs: &[&Tensor], wanted: &str| {
        let error = program.try_run(inputs).expect_err("not these inputs");
        assert_eq!(error.to_string(), wanted);
        assert_eq!(error.origin, None);
    };
    check(&[&values], "run: the program has 2 inputs, 1 were given");
    check(&[], "run: the program has 2 inputs, 0 were given");
    check(&[&[1.0; 3].into(), &positions], "run: input 0 should be [2] of f64, not [3] of f64");
    let single = values.cast(DType::F32).expect("a cast of reals");
    check(&[&single, &positions], "run: input 0 should be [2] of f64, not [2] of f32");
    check(&[&values, &[0.0; 3].into()], "run: input 1 should be [3] of i64, not [3] of f64");
    refusal(|| program.run::<1, 1>([&values]))
        .says(["line 0: run: the program has 2 inputs, 1 were given"]);
    refusal(|| program.run::<2, 2>([&values, &positions]))
        .says(["line 0: run: the program has 1 outputs, not 2"]);
    // It still runs.
    let [y] = program.run([&values, &positions]);
    assert_eq!(y.to_vec_f64(), [6.0, 5.0, 6.0]);
}

#[test]
fn positions_in_a_program() {
    let tape = Tape::new();
    let (x, k) = (tape.input([1.0, 2.0]), tape.indices(0));
    let program = tape.program([x, k], [x.take(0, k)]);
    let values = Tensor::from([5.0, 6.0]);
    let error = program.try_run(&[&values, &2_i64.into()]).expect_err("there is no row 2");
    let (text, line) = (error.to_string(), line!() - 3);
    let (message, origin) = text.split_once(", recorded at ").expect("it says where");
    assert_eq!(message, "gather: position 2 (element 0 of the index) is not one of 0..2");
    assert!(origin.starts_with(&format!("{}:{line}:", file!())), "{origin}");
    // The same when it is evaluated as it is defined.
    let inputs = [Value::<DoubleDouble>::of(&values), Value::of(&2_i64.into())];
    let error = program.evaluate(&inputs).expect_err("there is no row 2");
    assert_eq!(error.to_string(), text);
    let error = program.evaluate(&inputs[..1]).expect_err("an input is missing");
    assert_eq!(error.to_string(), "evaluate: inputs of [[2], [] (index)] are expected, not [[2]]");
}

#[test]
fn inputs_that_are_named_twice() {
    let tape = Tape::new();
    let x = tape.input(1.0);
    refusal(|| {
        let y = x.exp();
        tape.program([y, y], [y])
    })
    .says([
        "line 2: program: an input is named twice",
        "operand 0: [] from exp at line 1",
        "operand 1: [] from exp at line 1",
    ]);
}

/// The fallible door, for code that builds programs from data.
#[test]
fn what_can_not_be_recorded() {
    let (tape, other) = (Tape::new(), Tape::new());
    let (x, y) = (tape.input([1.0, 2.0]), tape.input([1.0, 2.0, 3.0]));
    let (k, elsewhere) = (tape.indices([5]), other.input([1.0, 2.0]));
    let check = |op: Op, operands: &[Var<'_>], wanted: &str| {
        let before = tape.len();
        let error = tape.try_record(op, operands).expect_err("not these operands");
        let text = error_text(&error);
        assert_eq!(text.lines().next(), Some(wanted));
        assert_eq!(text.lines().count(), 1 + operands.len());
        assert_eq!(tape.len(), before);
    };
    let one = |shape: [usize; 1]| Op::from(Reshape { shape: shape.into() });
    let sum = || Op::from(Sum { axes: [0].into_iter().collect() });
    check(Add.into(), &[x, y], "add: operands of one shape are expected, got [2], [3]");
    check(Add.into(), &[x], "add: takes 2 operands, got 1");
    check(Add.into(), &[], "add: takes 2 operands, got 0");
    check(Add.into(), &[x, elsewhere], "add: operands are on different tapes");
    check(Add.into(), &[k, k], "add: takes real operands, got [1] (index)");
    check(sum(), &[], "sum: takes 1 operand, got 0");
    check(sum(), &[x, x], "sum: takes 1 operand, got 2");
    check(sum(), &[x.sum()], "sum: axis 0 of [], which has 0 axes");
    check(one([3]), &[x], "reshape: [2] has 2 elements, [3] has 3");
    check(one([3]), &[], "reshape: takes 1 operand, got 0");
    check(StopGradient.into(), &[], "stop_gradient: takes 1 operand, got 0");
    check(Constant::Half.into(), &[x], "constant: takes no operands, got 1");
    check(MatMul::PLAIN.into(), &[x, x], "matmul: takes matrices in equal batches, got [2], [2]");
    check(Gather { batch: 0 }.into(), &[x], "gather: takes a table and positions");
    check(
        Gather { batch: 0 }.into(),
        &[x, k],
        "gather: position 5 (element 0 of the index) is not one of 0..2",
    );
    check(Op::Input, &[], "input: a leaf is made with its value");
    check(Op::Literal, &[], "literal: a leaf is made with its value");
    // What is admitted is recorded.
    let z = tape.try_record(Add, &[x, x]).expect("equal shapes");
    assert_eq!(z.value().to_vec_f64(), [2.0, 4.0]);
    refusal(|| tape.record(Add, &[x.exp(), y.exp()])).says([
        "line 0: add: operands of one shape are expected, got [2], [3]",
        "operand 0: [2] from exp at line 0",
        "operand 1: [3] from exp at line 0",
    ]);
}
