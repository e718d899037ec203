//! Equations that can't be read, or do not suit their operands.

use wengert_autodiff::{Tape, Var};

use crate::refusal::{error_text, refusal};

#[test]
fn equations() {
    let tape = Tape::new();
    let matrix = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let vector = tape.input([1.0, 2.0]);
    let pair = [matrix, vector];
    refusal(|| Var::einsum("ij,j->i", &[matrix.exp(), vector])).says([
        "line 0: einsum: letter j is of size 3 in operand 0, but of size 2 in operand 1",
        "operand 0: [2, 3] from exp at line 0",
        "operand 1: [2] from input at line -2",
    ]);
    for (equation, message) in [
        ("ij->i", "\"ij->i\" is for 1 operands, but 2 are given"),
        ("ijk,i", "\"ijk\" names 3 axes, but operand 0 is [2, 3]"),
        ("ij, ", "\"\" names 0 axes, but operand 1 is [2]"),
        ("i...jk,i", "\"i...jk\" names 3 axes, but operand 0 is [2, 3]"),
        ("ij,i->k", "letter k of the result names an axis of no operand"),
        ("ij,i->jj", "letter j occurs twice in the result"),
        ("ij,i->...j", "the result has an ellipsis, but no operand has one"),
        ("i1,i", "'1' in \"i1\" is neither a letter nor an ellipsis \"...\""),
        ("i..,i", "'.' in \"i..\" is neither a letter nor an ellipsis \"...\""),
        ("......,i", "'.' in \"......\" is neither a letter nor an ellipsis \"...\""),
        ("ii,i", "letter i is of size 2 in operand 0, but of size 3 in operand 0"),
        (
            "i...,...",
            "axis 0 under the ellipsis is of size 3 in operand 0, but of size 2 in operand 1",
        ),
    ] {
        refusal(|| Var::einsum(equation, &pair)).mentions(&format!("einsum: {message}\n"));
    }
    refusal(|| Var::einsum("i", &[tape.indices([1])]))
        .mentions("einsum: takes real operands, but operand 0 is [1] (index)");
    refusal(|| Var::einsum("", &[])).mentions("einsum: no operands, so no tape");
    let other = Tape::new();
    refusal(|| Var::einsum("ij,i", &[matrix, other.input([1.0, 2.0])]))
        .mentions("einsum: operands are on different tapes");
    let error = Var::try_einsum("i", &[matrix]).unwrap_err();
    assert!(error_text(&error).starts_with("einsum: \"i\" names 1 axes, but operand 0 is [2, 3]"));
    refusal(|| matrix.inner(vector))
        .mentions("inner: [2, 3] and [2]: the last sizes 3 and 2 differ");
    refusal(|| matrix.inner(1.0)).mentions("inner: takes vectors or more, got [2, 3], []");
}
