//! Products of vectors and matrices, and their diagonals and triangles.

use serde_json::Value;
use wengert::prelude::*;
use wengert::tensor::Array;

use crate::call::{Call, axis, integers};
use crate::case;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let all = call.all();
    let (x, other) = (*all.first()?, all.get(1).copied());
    let diagonal = || call.number_or("diagonal", 0.0) as i64;
    Some(vec![match call.op {
        "matmul" | "mm" | "mv" | "bmm" | "linalg.matmul" => x.matmul(other?),
        "dot" | "vdot" => x.dot(other?),
        "linalg.vecdot" => {
            (x * other?).sum_over(axis(call.number_or("dim", -1.0) as i64, (x * other?).rank()))
        }
        "einsum" => Var::einsum(call.text("equation"), &all),
        "chain_matmul" | "linalg.multi_dot" => all[1..].iter().fold(x, |y, &x| y.matmul(x)),
        "outer" => x.unsqueeze(1) * other?.unsqueeze(0),
        "inner" if x.rank() == 0 || other?.rank() == 0 => x * other?,
        "inner" => x.inner(other?),
        "kron" => kronecker(x, other?),
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
        "linalg.matrix_power" if call.integer("n") > 0 => {
            (1..call.integer("n")).fold(x, |y, _| y.matmul(x))
        }
        "trace" => diagonal_of(x, 0, 0, 1).sum(),
        "tril" => triangle(x, |row, column| column <= row + diagonal()),
        "triu" => triangle(x, |row, column| column >= row + diagonal()),
        "diag" if x.rank() == 1 => diagonal_matrix(x, diagonal()),
        "diag" => diagonal_of(x, diagonal(), 0, 1),
        "diagonal" => {
            let offset = call.number_or("offset", 0.0) as i64;
            diagonal_of(x, offset, call.axis_or("dim1", x, 0), call.axis_or("dim2", x, 1))
        }
        "diag_embed" => {
            let rank = x.rank() + 1;
            let place = |name, default| axis(call.number_or(name, default) as i64, rank);
            let y = diagonal_matrix(x, call.number_or("offset", 0.0) as i64);
            last_axes_at(y, place("dim1", -2.0), place("dim2", -1.0))
        }
        "linalg.matrix_norm" => matrix_norm(call, x)?,
        "cdist" => {
            let apart = x.unsqueeze(x.rank() - 1) - other?.unsqueeze(other?.rank() - 2);
            apart.norm_over(-1)
        }
        _ => return None,
    }])
}

/// A product of matrices or vectors added to `x`, both with their factors.
fn added<'t>(call: &Call<'_, 't>, x: Var<'t>, a: &str, b: &str) -> Var<'t> {
    let (beta, alpha) = (call.number_or("beta", 1.0), call.number_or("alpha", 1.0));
    x.addmm(call.var(a), call.var(b), beta, alpha)
}

/// $a_{ij} b_{kl}$ as one large matrix of blocks.
fn kronecker<'t>(a: Var<'t>, b: Var<'t>) -> Var<'t> {
    let (m, n) = (a.shape(), b.shape());
    let apart = |shape: &Shape, first: bool| {
        let pair = |&size: &usize| if first { [size, 1] } else { [1, size] };
        shape.iter().flat_map(pair).collect::<Shape>()
    };
    let product = a.reshape(apart(&m, true)) * b.reshape(apart(&n, false));
    product.reshape(m.iter().zip(n.iter()).map(|(m, n)| m * n).collect::<Shape>())
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
    let others = |x: Var<'t>, axes: &[usize]| -> Vec<usize> {
        (0..x.rank()).filter(|axis| !axes.contains(axis)).collect()
    };
    let (rows, columns) = (others(a, &of_a), others(b, &of_b));
    let size = |x: Var<'t>, axes: &[usize]| axes.iter().map(|&axis| x.shape()[axis]).product();
    let left = a.permute([rows.clone(), of_a.clone()].concat().as_slice());
    let right = b.permute([of_b.clone(), columns.clone()].concat().as_slice());
    let left = left.reshape([size(a, &rows), size(a, &of_a)]);
    let product = left.matmul(right.reshape([size(b, &of_b), size(b, &columns)]));
    let rows = rows.iter().map(|&axis| a.shape()[axis]);
    let columns = columns.iter().map(|&axis| b.shape()[axis]);
    product.reshape(rows.chain(columns).collect::<Shape>())
}

/// A matrix with zeros where a condition on row and column does not hold.
fn triangle<'t>(x: Var<'t>, is_kept: impl Fn(i64, i64) -> bool) -> Var<'t> {
    let [rows, columns] = [x.shape()[x.rank() - 2], x.shape()[x.rank() - 1]];
    let truth = |k: usize| f64::from(is_kept((k / columns) as i64, (k % columns) as i64));
    x.tape().input(Array::from_fn([rows, columns], truth)).select(x, 0.0)
}

/// The elements of two axes at positions `offset` apart, as a last axis.
fn diagonal_of<'t>(x: Var<'t>, offset: i64, first: usize, second: usize) -> Var<'t> {
    let mut axes: Vec<usize> = (0..x.rank()).filter(|&k| k != first && k != second).collect();
    axes.extend([first, second]);
    let x = x.permute(axes.as_slice());
    let batch = x.rank() - 2;
    let [rows, columns] = [x.shape()[batch], x.shape()[batch + 1]];
    let (row, column) = ((-offset).max(0) as usize, offset.max(0) as usize);
    let n = rows.saturating_sub(row).min(columns.saturating_sub(column));
    let positions = (0..n).map(|k| ((row + k) * columns + column + k) as i64).collect::<Vec<_>>();
    let flat = x.shape()[..batch].iter().copied().chain([rows * columns]).collect::<Shape>();
    x.reshape(flat).take(-1, x.tape().indices(positions))
}

/// The matrices of which these are the diagonals.
fn diagonal_matrix<'t>(x: Var<'t>, offset: i64) -> Var<'t> {
    let n = x.shape()[x.rank() - 1];
    let size = n + offset.unsigned_abs() as usize;
    let (row, column) = ((-offset).max(0) as usize, offset.max(0) as usize);
    let positions = Array::from_fn([n], |k| (column + k) as i64);
    let rows = x.unsqueeze(x.rank()) * x.tape().indices(positions).one_hot(size);
    rows.pad(-2, row, size - n - row)
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

/// Those norms that are sums of elements.
fn matrix_norm<'t>(call: &Call<'_, 't>, x: Var<'t>) -> Option<Var<'t>> {
    let axes = call.integers("dim").unwrap_or_else(|| vec![-2, -1]);
    let [row, column] = [axis(axes[0], x.rank()), axis(axes[1], x.rank())];
    let order = call.attribute("ord").and_then(case::number);
    let norm = match (call.text("ord"), order.unwrap_or(0.0)) {
        ("fro", _) => x.square().sum_keeping([row, column]).sqrt(),
        (_, 1.0) => x.abs().sum_keeping(row).max_keeping(column),
        (_, f64::INFINITY) => x.abs().sum_keeping(column).max_keeping(row),
        _ => return None,
    };
    let squeezed = |y: Var<'t>| y.squeeze(row.max(column)).squeeze(row.min(column));
    Some(if call.flag("keepdim") { norm } else { squeezed(norm) })
}
