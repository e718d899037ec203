//! Choosing, ordering and writing with what does not suit, and the message it gets.

use wengert_autodiff::{Padding, Tape, Var};

use crate::refusal::refusal;

#[test]
fn sorting() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    refusal(|| x.exp().sort(2)).says([
        "line 0: sort: axis 2 is not one of 0..2 (or -2..0)",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.exp().topk(4, 1)).says([
        "line 0: topk: 4 of the 3 elements along axis 1 of [2, 3]",
        "operand 0: [2, 3] from exp at line 0",
    ]);
    refusal(|| x.kth_smallest(0, 1)).mentions("kth_smallest: counts from 1");
    refusal(|| x.argmax(0).cummax(0)).mentions("cumargmax: takes a real operand, got [3] (index)");
    refusal(|| x.search_sorted(x.at(0, 0)))
        .mentions("line 0: search_sorted: sorted numbers [2, 3] and values [3] do not share 1");
    refusal(|| tape.input(1.0).search_sorted(x)).mentions("sorted numbers need an axis");
    refusal(|| x.at(0, 0).search_sorted(x.argmax(0))).mentions("are of two kinds");
}

#[test]
fn writing() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    refusal(|| x.scatter(1, tape.indices([[0], [1]]), x)).says([
        "line 0: scatter: values [2, 3] at positions [2, 1]",
        "operand 0: [2, 3] from input at line -1",
        "operand 1: [2, 1] (index) from input at line 0",
        "operand 2: [2, 3] from input at line -1",
    ]);
    refusal(|| x.index(&[])).mentions("index: 0 indices for the axes of [2, 3]");
    refusal(|| x.index(&[tape.indices([0, 1]), tape.indices([0, 1, 2])]))
        .mentions("index: indices [2] and [3] can't be broadcast");
    refusal(|| x.index(&[tape.indices([2])]))
        .mentions("line 0: index: position 2 along axis 0 is not one of -2..2");
    refusal(|| x.index_put(&[x.at(0, 0)], 1.0))
        .mentions("line 0: index_put: positions must be an index tensor (i64), got a real one");
    refusal(|| x.index_put(&[tape.indices([0])], tape.input([1.0, 2.0])))
        .mentions("index_put: values [2] do not broadcast to [1, 3]");
    refusal(|| x.index_copy(0, tape.indices([[0]]), 1.0))
        .mentions("index_copy: takes an index with one axis, got [1, 1]");
    refusal(|| x.index_add(1, tape.indices([0, 1]), x))
        .mentions("index_add: values [2, 3] do not broadcast to the entries, [2, 2]");
    refusal(|| x.slice_assign(0, 1..3, 0.0))
        .mentions("slice_assign: 1..3 is no range of axis 0 of [2, 3]");
    refusal(|| x.masked_scatter(x.at(1, 0), x)).mentions("broadcast_to: [2] does not broadcast");
    refusal(|| x.masked_scatter(x.gt(1.0), tape.input([1.0])).value())
        .mentions("is not one of 0..1");
    refusal(|| x.masked_select(x.at(1, 0)))
        .mentions("masked_select: [2, 3] and a mask [2] can't be broadcast");
}

#[test]
fn labels() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0, 3.0]);
    refusal(|| x.segment_sum(tape.indices([0, 2, 1]), 2)).says([
        "line 0: segment_sum: position 2 (element 1 of the index) is not one of 0..2",
        "operand 0: [3] from input at line -1",
        "operand 1: [3] (index) from input at line 0",
    ]);
    refusal(|| x.segment_max(tape.indices([0]), 2))
        .mentions("segment_max: values [3] do not begin with labels [1]");
    refusal(|| x.segment_prod(tape.indices([5, 0, 0]), 2).value()).mentions("is not one of 0..2");
    refusal(|| x.bin_count(2)).mentions("bin_count: positions must be an index tensor (i64)");
    refusal(|| x.histogram(0, 0.0, 1.0)).mentions("histogram: 0 bins from 0 to 1 have no width");
    refusal(|| x.same(tape.indices([0, 1, 2]))).mentions("same: takes two index operands (i64)");
    refusal(|| x.to_index().to_index()).mentions("to_index: takes a real operand");
    refusal(|| x.to_real()).mentions("to_real: takes an index operand");
}

#[test]
fn pieces() {
    let tape = Tape::new();
    let x = tape.input([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    refusal(|| x.split(0, 0)).mentions("split: takes pieces of at least one element");
    refusal(|| x.split_sizes(&[1, 2], 0))
        .mentions("split_sizes: pieces of [1, 2] are not axis 0 of [2, 3]");
    refusal(|| x.chunk(0, 0)).mentions("chunk: takes at least one piece");
    refusal(|| x.sliding(0, 3, 1)).mentions("3 elements in steps of 1 along axis 0 of [2, 3]");
    refusal(|| x.reshape_inferred(&[-1, 4])).mentions("[2, 3] has no shape like [-1, 4]");
    refusal(|| x.reshape_inferred(&[-1, -1])).mentions("has no shape like");
    refusal(|| x.flatten_axes(1, 0)).mentions("flatten_axes: axis 0 comes before axis 1");
    refusal(|| x.unflatten(1, [2, 2])).mentions("axis 1 of [2, 3] does not have the elements of");
    refusal(|| x.pad_with(0, 2, 0, Padding::Reflect)).mentions(
        "pad_with: 2 elements along axis 0 of [2, 3], of 3 that Reflect needs to pad 2 before",
    );
    refusal(|| x.at(0, 0).tril(0)).mentions("tril: takes matrices, got [3]");
    refusal(|| x.diagonal(0, 1, -1)).mentions("diagonal: axis 1 has no diagonal with itself");
    refusal(|| x.cross(x, 0)).mentions("cross: [2, 3] and [2, 3] do not have 3 elements along");
    refusal(|| x.tensordot(x, 0, 1)).mentions("tensordot: axes [0] of [2, 3] and [1] of [2, 3]");
    refusal(|| x.trapezoid(tape.input([1.0]), 1)).mentions("a spacing of [1] for 3 points");
    refusal(|| x.at(0, 0).cov(1)).mentions("cov: takes a matrix, got [3]");
    refusal(|| Var::meshgrid(&[x])).mentions("meshgrid: takes vectors, got [2, 3]");
}
