//! Products of vectors and matrices, and their diagonals and triangles.

use serde_json::Value;
use wengert::prelude::*;

use crate::call::{Call, axis, integers};
use crate::case;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let all = call.all();
    let (x, other) = (*all.first()?, all.get(1).copied());
    let diagonal = || call.number_or("diagonal", 0.0) as isize;
    Some(vec![match call.op {
        "matmul" | "mm" | "mv" | "bmm" | "linalg.matmul" => x.matmul(other?),
        "dot" | "vdot" => x.dot(other?),
        "linalg.vecdot" => {
            (x * other?).sum_over(axis(call.number_or("dim", -1.0) as i64, (x * other?).rank()))
        }
        "einsum" => Var::einsum(call.text("equation"), &all),
        "chain_matmul" | "linalg.multi_dot" => all[1..].iter().fold(x, |y, &x| y.matmul(x)),
        "outer" | "ger" => x.outer(other?),
        "inner" if x.rank() == 0 || other?.rank() == 0 => x * other?,
        "inner" => x.inner(other?),
        "kron" => x.kron(other?),
        "cross" | "linalg.cross" => x.cross(other?, call.axis_or("dim", x, -1)),
        "tensordot" => contracted(x, other?, call.attribute("dims")?),
        "addmm" => added(call, x, "mat1", "mat2"),
        "addmv" => added(call, x, "mat", "vec"),
        "baddbmm" => added(call, x, "batch1", "batch2"),
        "addbmm" => {
            let sum = call.var("batch1").matmul(call.var("batch2")).sum_over(0);
            call.number_or("beta", 1.0) * x + call.number_or("alpha", 1.0) * sum
        }
        "addr" => {
            let (rows, columns) = (call.var("vec1").unsqueeze(1), call.var("vec2").unsqueeze(0));
            x.addmm(rows, columns, call.number_or("beta", 1.0), call.number_or("alpha", 1.0))
        }
        "linalg.matrix_power" => x.matrix_power(call.integer("n") as i32),
        "trace" => x.trace(),
        "tril" => x.tril(diagonal()),
        "triu" => x.triu(diagonal()),
        "diag" if x.rank() == 1 => x.diag_embed(diagonal()),
        "diag" => x.diagonal(diagonal(), 0, 1),
        "diagflat" => x.flatten().diag_embed(call.number_or("offset", 0.0) as isize),
        "diagonal" | "linalg.diagonal" => {
            let (first, second) = if call.op == "diagonal" { (0, 1) } else { (-2, -1) };
            let offset = call.number_or("offset", 0.0) as isize;
            x.diagonal(offset, call.axis_or("dim1", x, first), call.axis_or("dim2", x, second))
        }
        "diag_embed" => {
            let rank = x.rank() + 1;
            let place = |name, default| axis(call.number_or(name, default) as i64, rank);
            let y = x.diag_embed(call.number_or("offset", 0.0) as isize);
            last_axes_at(y, place("dim1", -2.0), place("dim2", -1.0))
        }
        "diagonal_scatter" => {
            let offset = call.number_or("offset", 0.0) as isize;
            let (first, second) = (call.axis_or("dim1", x, 0), call.axis_or("dim2", x, 1));
            let source = call.var("src");
            let whole = |y: Var<'t>| {
                let size = x.shape()[first].max(x.shape()[second]);
                let y = y.diag_embed(offset).pad(-2, 0, size).pad(-1, 0, size);
                let y = last_axes_at(y, first, second);
                y.slice(first, ..x.shape()[first]).slice(second, ..x.shape()[second])
            };
            whole(source.ones_like()).select(whole(source), x)
        }
        "linalg.matrix_norm" => matrix_norm(call, x)?,
        "cdist" => x.cdist(other?, call.number_or("p", 2.0)),
        "pdist" | "nn.functional.pdist" => {
            let n = x.shape()[0] as i64;
            let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
            let (i, j): (Vec<i64>, Vec<i64>) = pairs.unzip();
            let rows = |k| x.take(0, call.tape.indices(k));
            (rows(i) - rows(j)).p_norm_over(call.number_or("p", 2.0), -1)
        }
        _ => return None,
    }])
}

/// A product of matrices or vectors added to `x`, both with their factors.
fn added<'t>(call: &Call<'_, 't>, x: Var<'t>, a: &str, b: &str) -> Var<'t> {
    let (beta, alpha) = (call.number_or("beta", 1.0), call.number_or("alpha", 1.0));
    x.addmm(call.var(a), call.var(b), beta, alpha)
}

/// The sum over pairs of axes: a number of last and first ones, or two lists.
fn contracted<'t>(a: Var<'t>, b: Var<'t>, dims: &Value) -> Var<'t> {
    let (of_a, of_b): (Vec<usize>, Vec<usize>) = if let Some(lists) = dims.as_array() {
        let of = |k: usize, rank| integers(&lists[k]).iter().map(|&j| axis(j, rank)).collect();
        (of(0, a.rank()), of(1, b.rank()))
    } else {
        let n = integers(dims)[0] as usize;
        ((a.rank() - n..a.rank()).collect(), (0..n).collect())
    };
    a.tensordot(b, of_a.as_slice(), of_b.as_slice())
}

/// The last two axes moved to these places.
fn last_axes_at(x: Var<'_>, first: usize, second: usize) -> Var<'_> {
    let mut others = 0..x.rank() - 2;
    let axes: Vec<usize> = (0..x.rank())
        .map(|k| match k {
            k if k == first => x.rank() - 2,
            k if k == second => x.rank() - 1,
            _ => others.next().unwrap(),
        })
        .collect();
    x.permute(axes.as_slice())
}

/// Norms of matrices, which may be any two axes.
fn matrix_norm<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Option<Var<'t>> {
    let axes = call.integers("dim").unwrap_or_else(|| vec![-2, -1]);
    let [row, column] = [axis(axes[0], x.rank()), axis(axes[1], x.rank())];
    let order = call.attribute("ord").and_then(case::number);
    let singular = || {
        let others = (0..x.rank()).filter(|&axis| axis != row && axis != column);
        x.permute(others.chain([row, column]).collect::<Vec<_>>().as_slice())
    };
    let norm = match (call.text("ord"), order.unwrap_or(0.0)) {
        ("fro", _) => x.square().sum_keeping([row, column]).sqrt(),
        (_, 1.0) => x.abs().sum_keeping(row).max_keeping(column),
        (_, f64::INFINITY) => x.abs().sum_keeping(column).max_keeping(row),
        ("nuc", _) => {
            singular().nuclear_norm().unsqueeze(row.min(column)).unsqueeze(row.max(column))
        }
        (_, 2.0) => {
            singular().spectral_norm().unsqueeze(row.min(column)).unsqueeze(row.max(column))
        }
        _ => return None,
    };
    let squeezed = |y: Var<'t>| y.squeeze(row.max(column)).squeeze(row.min(column));
    Some(if call.flag("keepdim") { norm } else { squeezed(norm) })
}
