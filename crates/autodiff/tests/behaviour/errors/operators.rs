//! Operators, matrix products, reductions, and operands of the wrong kind or tape.

use wengert_autodiff::{Tape, Var};
use wengert_tensor::Tensor;

use crate::refusal::refusal;

type Unary = for<'t> fn(Var<'t>) -> Var<'t>;
type Binary = for<'t> fn(Var<'t>, Var<'t>) -> Var<'t>;

#[test]
fn shapes_that_do_not_broadcast() {
    let tape = Tape::new();
    refusal(|| {
        let x = tape.input([1.0, 2.0]);
        let y = tape.input([1.0, 2.0, 3.0]).exp();
        x + y
    })
    .says([
        "line 3: add: shapes [2] and [3] do not broadcast",
        "operand 0: [2] from input at line 1",
        "operand 1: [3] from exp at line 2",
    ]);
    refusal(|| {
        let condition = tape.input([1.0, 0.0]).gt(0.5);
        condition.select(tape.input([[1.0], [2.0]]), tape.input([1.0, 2.0, 3.0]))
    })
    .says([
        "line 2: select: shapes [2], [2, 1] and [3] do not broadcast",
        "operand 0: [2] from lt at line 1",
        "operand 1: [2, 1] from input at line 2",
        "operand 2: [3] from input at line 2",
    ]);
    refusal(|| tape.input([[1.0, 2.0, 3.0]]).broadcast_to([2, 2])).says([
        "line 0: broadcast_to: [1, 3] does not broadcast to [2, 2]",
        "operand 0: [1, 3] from input at line 0",
    ]);
}

/// An error names the method that was written, also where that records another operation.
#[test]
fn operators_name_themselves() {
    let methods: [(&str, Binary); 15] = [
        ("add", |x, y| x + y),
        ("sub", |x, y| x - y),
        ("mul", |x, y| x * y),
        ("div", |x, y| x / y),
        ("pow", |x, y| x.pow(y)),
        ("maximum", |x, y| x.maximum(y)),
        ("minimum", |x, y| x.minimum(y)),
        ("eq", |x, y| x.eq(y)),
        ("ne", |x, y| x.ne(y)),
        ("lt", |x, y| x.lt(y)),
        ("le", |x, y| x.le(y)),
        ("gt", |x, y| x.gt(y)),
        ("ge", |x, y| x.ge(y)),
        ("dot", |x, y| x.dot(y)),
        ("matmul", |x, y| x.matmul(y)),
    ];
    let (tape, other) = (Tape::new(), Tape::new());
    let x = tape.input([1.0, 2.0]);
    let (longer, elsewhere) = (tape.input([1.0, 2.0, 3.0]), other.input([1.0, 2.0]));
    let index = tape.indices([1, 2]);
    for (name, method) in methods {
        assert_eq!(refused_here(|| _ = method(x, longer)), name);
        assert_eq!(refused_here(|| _ = method(x, elsewhere)), name);
        assert_eq!(refused_here(|| _ = method(x, index)), name);
        assert_eq!(refused_here(|| _ = method(index, x)), name);
    }
}

/// The name of the operation that is refused; that happens on a line of this file above the call.
#[track_caller]
fn refused_here(f: impl FnOnce()) -> String {
    refusal(f).operation().to_owned()
}

#[test]
fn matrix_products() {
    let tape = Tape::new();
    refusal(|| {
        let a = tape.input([[1.0, 2.0], [3.0, 4.0]]);
        let b = tape.input([[1.0, 2.0, 3.0]]).t();
        a.matmul(b)
    })
    .says([
        "line 3: matmul: [2, 2] by [3, 1]: the inner sizes 2 and 3 differ",
        "operand 0: [2, 2] from input at line 1",
        "operand 1: [3, 1] from permute at line 2",
    ]);
    refusal(|| tape.input([1.0, 2.0]).matmul(&Tensor::from([1.0, 2.0, 3.0]))).says([
        "line 0: matmul: [2] by [3]: the inner sizes 2 and 3 differ",
        "operand 0: [2] from input at line 0",
        "operand 1: [3] from input at line 0",
    ]);
    refusal(|| {
        let a = tape.input([0.0; 8]).reshape([2, 2, 2]);
        let b = tape.input([0.0; 12]).reshape([3, 2, 2]);
        a.matmul(b)
    })
    .says([
        "line 3: matmul: [2, 2, 2] by [3, 2, 2]: their batches do not broadcast",
        "operand 0: [2, 2, 2] from reshape at line 1",
        "operand 1: [3, 2, 2] from reshape at line 2",
    ]);
    refusal(|| tape.input([1.0, 2.0]).matmul(2.0)).says([
        "line 0: matmul: takes vectors, matrices or batches, got [2], []",
        "operand 0: [2] from input at line 0",
        "operand 1: [] from constant at line 0",
    ]);
    refusal(|| tape.input([[1.0]]).matmul(tape.indices([[1]]))).says([
        "line 0: matmul: takes real operands, got [1, 1] (index)",
        "operand 0: [1, 1] from input at line 0",
        "operand 1: [1, 1] (index) from input at line 0",
    ]);
}

#[test]
fn axes_out_of_range() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    refusal(|| x.exp().sum_over(2)).says([
        "line 0: sum_over: axis 2 is not one of 0..2 (or -2..0)",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| tape.input(1.0).max_over(-1)).says([
        "line 0: max_over: axis -1 of a 0-d value, which has none",
        "operand 0: [] from input at line 0",
    ]);
    refusal(|| x.exp().sum_over([0, 0])).says([
        "line 0: sum: axes [0, 0] are not ascending, each once",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().argmax([0, 1])).says([
        "line 0: argmax: takes one axis, got [0, 1]",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    let methods: [(&str, Unary); 18] = [
        ("sum_keeping", |x| x.sum_keeping(2)),
        ("min_over", |x| x.min_over(-3)),
        ("max_keeping", |x| x.max_keeping([0, 2])),
        ("cumsum", |x| x.cumsum(2)),
        ("mean_over", |x| x.mean_over(2)),
        ("mean_keeping", |x| x.mean_keeping(2)),
        ("var_over", |x| x.var_over(2, 0)),
        ("std_over", |x| x.std_over(2, 0)),
        ("norm_over", |x| x.norm_over(2)),
        ("prod_over", |x| x.prod_over(2)),
        ("logsumexp", |x| x.logsumexp(2)),
        ("softmax", |x| x.softmax(2)),
        ("log_softmax", |x| x.log_softmax(2)),
        ("layer_norm", |x| x.layer_norm(2, 0.0)),
        ("slice", |x| x.slice(2, ..)),
        ("flip", |x| x.flip(2)),
        ("pad", |x| x.pad(2, 1, 1)),
        ("transpose", |x| x.transpose(0, 2)),
    ];
    for (name, method) in methods {
        assert_eq!(refused_here(|| _ = method(x)), name);
    }
}

#[test]
fn reductions_of_nothing_and_of_indices() {
    let tape = Tape::new();
    refusal(|| tape.input([1.0, 2.0]).slice(0, ..0).max()).says([
        "line 0: max: no elements to choose from along [0] of [0]",
        "operand 0: [0] from slice at line 0",
    ]);
    refusal(|| tape.indices([1, 2]).sum()).says([
        "line 0: sum: takes a real operand, got [2] (index)",
        "operand 0: [2] (index) from input at line 0",
    ]);
    refusal(|| tape.indices([1, 2]).exp()).says([
        "line 0: exp: takes real operands, got [2] (index)",
        "operand 0: [2] (index) from input at line 0",
    ]);
}

#[test]
fn variables_of_two_tapes() {
    let (tape, other) = (Tape::new(), Tape::new());
    refusal(|| {
        let x = tape.input([1.0, 2.0]);
        let y = other.input(3.0).exp();
        x * y
    })
    .says([
        "line 3: mul: operands are on different tapes",
        "operand 0: [2] from input at line 1",
        "operand 1: [] from exp at line 2",
    ]);
    refusal(|| {
        let x = tape.input([1.0, 2.0]);
        tape.grad(other.input(3.0), [x])
    })
    .says(["line 2: grad: a variable is on another tape", "operand 0: [] from input at line 2"]);
    refusal(|| other.run([tape.input(1.0)]))
        .says(["line 0: run: a variable is on another tape", "operand 0: [] from input at line 0"]);
    let (x, y) = (tape.input([1.0, 2.0]), other.input([1.0, 2.0]));
    assert_eq!(refused_here(|| _ = Var::concat(&[x, y], 0)), "concat");
    assert_eq!(refused_here(|| _ = x.gt(0.0).select(x, y)), "select");
    assert_eq!(refused_here(|| _ = x.take(0, other.indices(0))), "take");
    assert_eq!(refused_here(|| _ = tape.vmap([x], [(x, y.unsqueeze(0))])), "vmap");
    assert_eq!(refused_here(|| _ = tape.vmap([x], [(y, x.unsqueeze(0))])), "vmap");
    assert_eq!(refused_here(|| _ = tape.program([y], [x])), "program");
    assert_eq!(refused_here(|| _ = tape.uniform(other.indices(0), [2])), "uniform");
}
