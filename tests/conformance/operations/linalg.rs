//! Systems of equations, decompositions and determinants.

use std::f64::consts::PI;

use wengert::prelude::*;
use wengert::tensor::Array;

use crate::call::Call;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    if call.op == "composite.gaussian_process_nll" {
        return Some(vec![gaussian_process_nll(call)]);
    }
    let all = call.all();
    let (x, other) = (*all.first()?, all.get(1).copied());
    Some(vec![match call.op {
        "linalg.solve" if call.has("left") && !call.flag("left") => {
            flipped(flipped(x).solve(flipped(other?)))
        }
        "linalg.solve" => x.solve(other?),
        "linalg.inv" | "inverse" => x.inverse(),
        "linalg.det" | "det" => x.det(),
        "linalg.slogdet" | "slogdet" => return Some(x.slogdet().to_vec()),
        "logdet" => {
            let [sign, size] = x.slogdet();
            sign.ge(0.0).select(size, f64::NAN)
        }
        "linalg.cholesky" | "cholesky" if call.flag("upper") => flipped(positive(x).cholesky()),
        "linalg.cholesky" | "cholesky" => positive(x).cholesky(),
        "cholesky_solve" => {
            let factor = call.var("L");
            let lower = if call.flag("upper") { flipped(factor) } else { factor };
            lower.cholesky_solve(x)
        }
        "linalg.qr" => return Some(x.qr().to_vec()),
        // Eigenvectors are compared without their signs.
        "linalg.eigh" => {
            let [values, vectors] = x.eigh();
            return Some(vec![values, vectors.square()]);
        }
        "linalg.eigvalsh" => x.eigvalsh(),
        "linalg.svdvals" => x.svdvals(),
        "linalg.solve_triangular" => triangular(call, x, other?),
        _ => return None,
    }])
}

/// $M M^T + n I$, which is what the cases factorise for their input $M$.
fn positive(x: Var<'_>) -> Var<'_> {
    let n = x.shape()[x.rank() - 1];
    let eye = x.tape().indices(Array::from_fn([n], |k| k as i64)).one_hot(n);
    x.matmul(x.t()) + n as f64 * eye
}

/// The last two axes exchanged.
fn flipped(x: Var<'_>) -> Var<'_> {
    x.transpose(-2, -1)
}

/// `X` with `T X = B`, or with `X T = B`, which is a system of the transposes.
fn triangular<'t>(call: &Call<'_, 't>, a: Var<'t>, b: Var<'t>) -> Var<'t> {
    let upper = call.flag("upper");
    let solve = |a: Var<'t>, b: Var<'t>, upper: bool| {
        if call.flag("unitriangular") {
            a.solve_unit_triangular(b, upper)
        } else {
            a.solve_triangular(b, upper)
        }
    };
    if call.has("left") && !call.flag("left") {
        flipped(solve(flipped(a), flipped(b), !upper))
    } else {
        solve(a, b, upper)
    }
}

/// The negative logarithm of the marginal likelihood of a Gaussian process.
fn gaussian_process_nll<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let [x, y, log_s, log_l, log_n] =
        ["X", "y", "log_s", "log_l", "log_n"].map(|name| call.var(name));
    let n = y.shape()[0];
    let distances = (x.unsqueeze(1) - x.unsqueeze(0)).square().sum_over(2);
    let kernel = (2.0 * log_s).exp() * (-0.5 * distances * (-2.0 * log_l).exp()).exp();
    let factor = (kernel + (2.0 * log_n).exp() * call.tape.eye(n)).cholesky();
    let u = factor.solve_triangular(y, false);
    let [_, size] = factor.slogdet();
    0.5 * u.square().sum() + size + 0.5 * n as f64 * (2.0 * PI).ln()
}
