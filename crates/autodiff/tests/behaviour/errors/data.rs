//! What is given from outside: tensors of another precision, labels and positions out of range,
//! targets of another shape, rates.

use wengert_autodiff::Tape;
use wengert_tensor::{DType, Tensor};

use crate::refusal::refusal;

#[test]
fn tensors_of_another_precision() {
    let double = Tensor::from([1.0, 2.0]);
    let single = double.cast(DType::F32).expect("a cast of reals");
    let tape = Tape::new();
    refusal(|| tape.input(&single))
        .says(["line 0: input: a tensor of f32 on a tape of f64; convert it with cast(DType::…)"]);
    refusal(|| Tape::f32().input(double.clone()).value())
        .says(["line 0: input: a tensor of f64 on a tape of f32; convert it with cast(DType::…)"]);
    // As an operand of a method, too.
    let x = tape.input([1.0, 2.0]);
    refusal(|| x.mse(&single))
        .says(["line 0: input: a tensor of f32 on a tape of f64; convert it with cast(DType::…)"]);
}

#[test]
fn positions_out_of_range_when_recording() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    refusal(|| {
        let labels = tape.indices([1, 3]);
        x.exp().cross_entropy(labels)
    })
    .says([
        "line 2: cross_entropy: position 3 (element 1 of the index) is not one of 0..3",
        "operand 0: [2, 3] from exp at line 2",
        "operand 1: [2] (index) from input at line 1",
    ]);
    refusal(|| x.exp().take(0, tape.indices([[0, 1], [-1, 0]]))).says([
        "line 0: take: position -1 (element 2 of the index) is not one of 0..2",
        "operand 0: [2, 3] from exp at line 0",
        "operand 1: [2, 2] (index) from input at line 0",
    ]);
    refusal(|| tape.indices([0, 7]).one_hot(5)).says([
        "line 0: one_hot: position 7 (element 1 of the index) is not one of 0..5",
        "operand 0: [2] from expand at line 0",
        "operand 1: [2] (index) from input at line 0",
    ]);
}

/// Positions that are computed are known when the program runs. The panic is where the value is
/// asked for, the message says where the operation was recorded.
#[test]
fn positions_out_of_range_when_running() {
    let tape = Tape::new();
    refusal(|| {
        let table = tape.input([1.0, 2.0]);
        let position = tape.input([0.0, 1.0, 5.0]).argmax(0);
        let y = table.take(0, position);
        y.value()
    })
    .says(["line 4: gather: position 2 (element 0 of the index) is not one of 0..2, recorded at \
         line 3"]);
    refusal(|| {
        let positions = tape.indices([[0, 2], [1, 0]]).at(0, 0);
        let y = tape
            .scope(&wengert_autodiff::Params::f64(0))
            .named("head", |_| tape.input([[1.0, 2.0], [3.0, 4.0]]).cross_entropy(positions));
        tape.run([y])
    })
    .says(["line 5: gather: position 2 (element 1 of the index) is not one of 0..2, recorded at \
         line 4 in head"]);
    // As an error where that is asked for; and the tape goes on.
    let x = tape.input([1.0, 9.0, 4.0]);
    let (right, wrong) = (x.take(0, x.argmax(0)), x.slice(0, ..1).take(0, x.argmax(0)));
    let error = tape.try_run(&[right, wrong]).expect_err("there is one row");
    assert_eq!(error.error.operation, "gather");
    assert_eq!(error.origin, Some(wrong.origin()));
    assert!(wrong.to_string().contains("position 1 (element 0 of the index) is not one of 0..1"));
    assert_eq!(right.item(), 9.0);
}

#[test]
fn losses() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    refusal(|| x.exp().cross_entropy(tape.indices([1, 2, 0]))).says([
        "line 0: cross_entropy: logits [2, 3] need one label (i64) a row, not [3] (index)",
        "operand 0: [2, 3] from exp at line 0",
        "operand 1: [3] (index) from input at line 0",
    ]);
    refusal(|| x.exp().cross_entropy(tape.input([1.0, 2.0]))).says([
        "line 0: cross_entropy: logits [2, 3] need one label (i64) a row, not [2]",
        "operand 0: [2, 3] from exp at line 0",
        "operand 1: [2] from input at line 0",
    ]);
    refusal(|| x.exp().mse(tape.input([1.0, 2.0, 3.0]))).says([
        "line 0: mse: [2, 3] and its target [3] differ",
        "operand 0: [2, 3] from exp at line 0",
        "operand 1: [3] from input at line 0",
    ]);
}

#[test]
fn rates_and_seeds() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0]);
    for (rate, text) in [(1.0, "1"), (-0.1, "-0.1"), (f64::NAN, "NaN")] {
        refusal(|| x.exp().dropout(rate, tape.indices(0))).says([
            &format!("line 0: dropout: a rate of {text} is not in [0, 1)"),
            "operand 0: [2] from exp at line 0",
        ]);
    }
    refusal(|| tape.normal(x.exp(), [3])).says([
        "line 0: normal: takes a seed, an index; got [[2]]",
        "operand 0: [2] from exp at line 0",
    ]);
}
