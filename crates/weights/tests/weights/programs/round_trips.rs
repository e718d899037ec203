//! Programs that are written, read again, and are what they were.

use wengert_autodiff::{Op, Precision, Program, Tape, Var};
use wengert_tensor::{DType, Tensor};
use wengert_weights::{load_program, read_program, save_program, write_program};

use super::{bits, small};
use crate::Directory;

/// Writes a program, reads it, and compares what it says, what it answers, and where it is from.
fn survives(program: &Program, x: &[&Tensor]) {
    let text = write_program(program).unwrap();
    let again = read_program(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(write_program(&again).unwrap(), text);
    assert_eq!((again.precision(), again.inputs()), (program.precision(), program.inputs()));
    let lines = |program: &Program| -> Vec<String> {
        let nodes = program.nodes();
        nodes.map(|node| format!("{:?} {:?} {}", node.op, node.type_of, node.origin)).collect()
    };
    assert_eq!(lines(&again), lines(program));
    let answers =
        |program: &Program| -> Vec<_> { program.try_run(x).unwrap().iter().map(bits).collect() };
    assert_eq!(answers(&again), answers(program), "{text}");
}

/// All operations but those that hold a program.
fn samples() -> impl Iterator<Item = (Op, Vec<Tensor>)> {
    let all = Op::samples().into_iter().map(|sample| (sample.operation, sample.x));
    all.filter(|(op, _)| op.name() != "implicit")
}

#[test]
fn every_operation_on_all_its_samples() {
    for precision in [Precision::F64, Precision::F32] {
        for (op, x) in samples() {
            let rounded = |x: &Tensor| match x.dtype() {
                DType::I64 => x.clone(),
                _ => x.cast(precision.dtype()).unwrap(),
            };
            let x: Vec<Tensor> = x.iter().map(rounded).collect();
            let tape = Tape::with_precision(precision);
            let operands: Vec<Var<'_>> = x.iter().map(|x| tape.input(x)).collect();
            let y = tape.record(op, &operands);
            survives(&tape.program_of(&operands, &[y]), &x.iter().collect::<Vec<_>>());
            // The operands captured; and asked for too.
            survives(&tape.program_of(&[], &[y]), &[]);
            let all: Vec<Var<'_>> = [y].into_iter().chain(operands.iter().copied()).collect();
            survives(
                &tape.program_of(&operands[..x.len().min(1)], &all),
                &x.iter().take(1).collect::<Vec<_>>(),
            );
        }
    }
}

#[test]
fn a_step_of_training() {
    for precision in [Precision::F64, Precision::F32] {
        let tape = Tape::with_precision(precision);
        let weight = |rows: usize, columns: usize| {
            let values = (0..rows * columns).map(|k| (k as f64 * 0.7 + rows as f64).sin() / 3.0);
            tape.input(values.collect::<Vec<_>>()).reshape([rows, columns])
        };
        let (w, v) = (weight(3, 4), weight(4, 2));
        let x = weight(5, 3);
        let labels = tape.indices([0, 1, 1, 0, 1]);
        let hidden = tape.named("hidden", || x.matmul(w).gelu());
        let logits = tape.named("head", || hidden.matmul(v));
        let loss = logits.cross_entropy(labels);
        let gradients = tape.grad(loss, [w, v]);
        let program = tape.program([w, v, x, labels], [loss, gradients[0], gradients[1]]);
        let given = [w, v, x, labels].map(Var::value);
        let given: Vec<&Tensor> = given.iter().collect();
        survives(&program, &given);
        // Weights as a part of it, which is more digits.
        survives(&tape.program([x, labels], [loss, gradients[0]]), &given[2..]);
    }
}

#[test]
fn numbers_to_the_bit() {
    let hard = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        0.0,
        0.1,
        1.0 / 3.0,
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        f64::MAX,
        -9_007_199_254_740_993.0,
        1e23,
        2.0_f64.powi(-149),
        16_777_217.0,
    ];
    for precision in [Precision::F64, Precision::F32] {
        let tape = Tape::with_precision(precision);
        let x = tape.input(hard);
        let literals: Vec<Var<'_>> = hard.iter().map(|&number| tape.literal(number)).collect();
        let all: Vec<Var<'_>> = [x, -x].into_iter().chain(literals).collect();
        survives(&tape.program_of(&[], &all), &[]);
    }
    let tape = Tape::new();
    let k = tape.indices([i64::MIN, i64::MAX, 0, -1, (1 << 53) + 1]);
    survives(&tape.program([], [k]), &[]);
}

#[test]
fn single_precision_is_not_rounded_twice() {
    // A sample of all floats, spread over their bits.
    let floats = (0..100_000_u32).map(|k| f32::from_bits(k.wrapping_mul(42_949)));
    let floats: Vec<f32> = floats.filter(|x| x.is_finite()).collect();
    let count = floats.len();
    let tape = Tape::f32();
    let x = tape.input(Tensor::from_vec(floats, [count]).unwrap());
    survives(&tape.program([], [x]), &[]);
}

#[test]
fn outputs_of_every_kind() {
    let tape = Tape::new();
    let (x, unused) = (tape.input([1.0, 2.0]), tape.indices([3]));
    let two = tape.literal(2.0);
    survives(&tape.program([x, unused], [x, x]), &[&x.value(), &unused.value()]);
    survives(&tape.program([unused, x], [two, tape.literal(7.0)]), &[&unused.value(), &x.value()]);
    survives(&tape.program_of(&[x], &[]), &[&x.value()]);
    survives(&tape.program_of(&[], &[]), &[]);
    let y = x.exp();
    // An input that is not a leaf.
    survives(&tape.program([y], [y.sin(), y]), &[&y.value()]);
}

#[test]
fn origins_with_names_of_all_kinds() {
    let tape = Tape::new();
    let x = tape.input(0.5);
    let files = ["model.txt", "C:\\models\\head.txt", "", "a:b:3", "Übung \"1\".txt"];
    let y = files.iter().zip(1..).fold(x, |x, (&file, line)| {
        let origin =
            wengert_autodiff::Origin { file: file.into(), line, column: 7, scope: file.into() };
        tape.with_origin(&origin, || x.sin())
    });
    survives(&tape.program([x], [y]), &[&x.value()]);
}

#[test]
fn a_file() {
    let directory = Directory::new("program");
    let path = directory.file("small.jsonl");
    save_program(&path, &small()).unwrap();
    let again = load_program(&path).unwrap();
    assert_eq!(write_program(&again).unwrap(), write_program(&small()).unwrap());
    assert_eq!(directory.names(), ["small.jsonl"]);
}

#[test]
fn the_documented_example() {
    let page = include_str!("../../../../../docs/program-format.md");
    let (_, rest) = page.split_once("```json\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let program = read_program(text).unwrap();
    assert_eq!(write_program(&program).unwrap(), text);
    let x = [&Tensor::from([0.5, -1.0]), &Tensor::from([1_i64, 0])];
    let [y] = program.run(x);
    let [expected] = small().run(x);
    assert_eq!(bits(&y), bits(&expected));
    assert_eq!(y.to_vec_f64(), [f64::INFINITY, 3.0 * 1.0_f64.sin() + 0.25]);
}

#[test]
fn lines_in_another_order_and_values_that_nothing_needs() {
    let text = write_program(&small()).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // Two more inputs' worth of numbers behind: a node that no output needs.
    let unneeded = r#"{"node":{"operands":[0],"value":10,"op":"exp","type":{"real":[2]},"origin":"a:1:2","scope":""}}"#;
    let with = [&lines[..11], &[unneeded.to_owned()], &lines[11..]].concat().join("\n") + "\n";
    assert_eq!(write_program(&read_program(&with).unwrap()).unwrap(), text);
    // Windows' line breaks are white space.
    assert_eq!(write_program(&read_program(&text.replace('\n', "\r\n")).unwrap()).unwrap(), text);
}
