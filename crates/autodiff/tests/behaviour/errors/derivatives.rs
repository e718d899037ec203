//! Sweeps that are asked for what there is not.

use wengert_autodiff::Tape;

use crate::refusal::refusal;

#[test]
fn gradients_of_what_is_no_scalar() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0]);
    let wanted = [
        "line 0: grad: the gradient is that of a scalar, not of [2]; sum it, or use vjp",
        "operand 0: [2] from exp at line 0",
    ];
    refusal(|| tape.grad(x.exp(), [x])).says(wanted);
    refusal(|| tape.hvp(x.exp(), [(x, x)])).says(wanted);
    refusal(|| tape.hessian(x.exp(), x)).says(wanted);
    refusal(|| tape.grad(x.argmax(0), [x])).says([
        "line 0: grad: an index has no derivatives",
        "operand 0: [] (index) from argmax at line 0",
    ]);
}

#[test]
fn directions_of_another_shape() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0]);
    refusal(|| {
        let u = tape.input([1.0, 2.0, 3.0]);
        tape.vjp([(x.exp(), u)], [x])
    })
    .says([
        "line 2: vjp: a direction of [3] for a variable of [2]",
        "operand 0: [2] from exp at line 2",
        "operand 1: [3] from input at line 1",
    ]);
    refusal(|| {
        let y = x.sin();
        tape.jvp([y.exp()], [(y, tape.input(1.0))])
    })
    .says([
        "line 2: jvp: a direction of [] for a variable of [2]",
        "operand 0: [2] from sin at line 1",
        "operand 1: [] from input at line 2",
    ]);
    refusal(|| {
        let y = x.sin();
        tape.hvp(y.sum(), [(y, tape.indices([1, 2]))])
    })
    .says([
        "line 2: jvp: a direction of [2] (index) for a variable of [2]",
        "operand 0: [2] from sin at line 1",
        "operand 1: [2] (index) from input at line 2",
    ]);
}

#[test]
fn batches_that_do_not_fit() {
    let tape = Tape::new();
    refusal(|| {
        let x = tape.input([1.0, 2.0]);
        tape.vmap([x.exp()], [(x, x.sin())])
    })
    .says([
        "line 2: vmap: [2] is not [2] with one more axis in front",
        "operand 0: [2] from input at line 1",
        "operand 1: [2] from sin at line 2",
    ]);
    refusal(|| {
        let (x, y) = (tape.input([1.0, 2.0]), tape.input(3.0));
        let (xs, ys) = (tape.input([[1.0, 2.0], [3.0, 4.0]]), tape.input([1.0, 2.0, 3.0]));
        tape.vmap([x * y], [(x, xs), (y, ys)])
    })
    .says([
        "line 3: vmap: batches of 2 and of 3 examples",
        "operand 0: [] from input at line 1",
        "operand 1: [3] from input at line 2",
    ]);
}
