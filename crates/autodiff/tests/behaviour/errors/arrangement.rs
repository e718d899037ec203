//! Reshaping, cutting, joining, picking.

use wengert_autodiff::{Tape, Var};

use crate::refusal::refusal;

#[test]
fn reshaping() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    refusal(|| x.exp().reshape([2, 2])).says([
        "line 0: reshape: [2, 3] has 6 elements, [2, 2] has 4",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().squeeze(0)).says([
        "line 0: squeeze: axis 0 of [2, 3] has 2 elements, not one",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().squeeze(-3)).says([
        "line 0: squeeze: axis -3 is not one of 0..2 (or -2..0)",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().unsqueeze(3)).says([
        "line 0: unsqueeze: a new axis 3 would lie beyond those of [2, 3]",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().permute([0, 2])).says([
        "line 0: permute: axis 2 is not one of 0..2 (or -2..0)",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().permute([1, 1])).says([
        "line 0: permute: [1, 1] are not the axes of [2, 3], each once",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| tape.input([1.0, 2.0]).t()).says([
        "line 0: transpose: axis -2 is not one of 0..1 (or -1..0)",
        "operand 0: [2] from input at line 0",
    ]);
}

#[test]
fn cutting() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    refusal(|| x.exp().slice(1, 1..5)).says([
        "line 0: slice: 1..5 is no range of axis 1 of [2, 3]",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    let (start, end) = (2, 1);
    refusal(|| x.exp().slice(1, start..end)).says([
        "line 0: slice: 2..1 is no range of axis 1 of [2, 3]",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().slice_step(1, .., 0)).says([
        "line 0: slice: takes steps of at least 1, not of 0",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().at(0, 2)).says([
        "line 0: at: axis 0 of [2, 3] has no position 2",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().at(1, -4)).says([
        "line 0: at: axis 1 of [2, 3] has no position -4",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().at(2, 0)).says([
        "line 0: at: axis 2 is not one of 0..2 (or -2..0)",
        "operand 0: [2, 3] from exp at line 0",
    ]);
}

#[test]
fn joining() {
    let tape = Tape::new();
    refusal(|| {
        let x = tape.input([[1.0, 2.0], [3.0, 4.0]]);
        let y = tape.input([[1.0, 2.0, 3.0]]);
        Var::concat(&[x, y], 0)
    })
    .says([
        "line 3: concat: shapes [[2, 2], [1, 3]] differ on another axis than 0",
        "operand 0: [2, 2] from input at line 1",
        "operand 1: [1, 3] from input at line 2",
    ]);
    refusal(|| Var::concat(&[tape.input([1.0]), tape.indices([1])], 0)).says([
        "line 0: concat: [1] and [1] (index) are of two kinds",
        "operand 0: [1] from input at line 0",
        "operand 1: [1] (index) from input at line 0",
    ]);
    refusal(|| Var::concat(&[], 0)).says(["line 0: concat: no variables, so no tape and no shape"]);
    refusal(|| Var::stack(&[tape.input([1.0]), tape.input([1.0, 2.0])], 0)).says([
        "line 0: concat: shapes [[1, 1], [1, 2]] differ on another axis than 0",
        "operand 0: [1, 1] from reshape at line 0",
        "operand 1: [1, 2] from reshape at line 0",
    ]);
}

#[test]
fn picking_by_what_is_no_index() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    refusal(|| x.exp().take(0, tape.input([1.0]))).says([
        "line 0: take: positions must be an index tensor (i64), got a real one, [1]",
        "operand 0: [2, 3] from exp at line 0",
        "operand 1: [1] from input at line 0",
    ]);
    refusal(|| x.exp().pick(tape.input([1.0, 0.0]))).says([
        "line 0: pick: positions must be an index tensor (i64), got a real one, [2]",
        "operand 0: [2, 3] from exp at line 0",
        "operand 1: [2] from input at line 0",
    ]);
    refusal(|| x.exp().gather(0, x.sin())).says([
        "line 0: gather: positions must be an index tensor (i64), got a real one",
        "operand 0: [2, 3] from exp at line 0",
        "operand 1: [2, 3] from sin at line 0",
    ]);
    refusal(|| x.exp().one_hot(3)).says([
        "line 0: one_hot: positions must be an index tensor (i64), got a real one, [2, 3]",
        "operand 0: [2, 3] from expand at line 0",
        "operand 1: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().gather(1, tape.indices([0, 1]))).says([
        "line 0: gather: positions [2] and [2, 3] differ on another axis than 1",
        "operand 0: [2, 3] from exp at line 0",
        "operand 1: [2] (index) from input at line 0",
    ]);
    refusal(|| x.exp().pick(tape.indices([0, 1, 2]))).says([
        "line 0: pick: a table [2, 3] and positions [3] do not share 1 leading axes with rows behind them",
        "operand 0: [2, 3] from exp at line 0",
        "operand 1: [3] (index) from input at line 0",
    ]);
}
