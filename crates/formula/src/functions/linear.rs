//! Products, triangles and diagonals, systems of equations, determinants.

use wengert_autodiff::{Kind, Var};
use wengert_tensor::Shape;

use super::{Function, Rule::Own};
use crate::call::Call;
use crate::error::Fault;
use crate::record::check_product;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "matmul(a, b)",
        "the product of matrices, as a @ b",
        Own(|call| {
            let [a, b] = [call.real(0)?, call.real(1)?];
            check_product(a, b).map_err(|message| call.refuse(message))?;
            Ok(a.matmul(b))
        }),
    ),
    Function::new(
        "dot(a, b)",
        "the sum of products of two vectors",
        Own(|call| {
            let [a, b] = [call.real(0)?, call.real(1)?];
            call.check_same(a, b)?;
            if a.rank() != 1 {
                return Err(call.refuse(format!("expected vectors, found shape {}", a.shape())));
            }
            Ok(a.dot(b))
        }),
    ),
    Function::new(
        "outer(a, b)",
        "every element of one times every element of the other",
        Own(|call| {
            let [a, b] = [call.real(0)?, call.real(1)?];
            call.check_size(&a.shape().iter().chain(&b.shape()[..]).copied().collect())?;
            Ok(a.outer(b))
        }),
    ),
    Function::new(
        "kron(a, b)",
        "a block of b for each element of a",
        Own(|call| {
            let [a, b] = [call.filled(0)?, call.filled(1)?];
            call.check_size(&a.shape().iter().chain(&b.shape()[..]).copied().collect())?;
            Ok(a.kron(b))
        }),
    ),
    Function::new(
        "cdist(a, b, p=2)",
        "distances between the rows of two matrices",
        Own(|call| {
            let [a, b] = [call.matrix(0)?, call.matrix(1)?];
            let (rows, columns) = (a.shape()[0], b.shape()[0]);
            if a.shape()[1] != b.shape()[1] {
                let message = format!("rows of {} and of {} differ in size", a.shape(), b.shape());
                return Err(call.refuse(message));
            }
            call.check_size(&[rows, columns, a.shape()[1]].into())?;
            Ok(a.cdist(b, call.number(2)?))
        }),
    ),
    Function::new(
        "einsum(equation, *operands)",
        "sums of products by an equation such as 'ij,jk->ik'",
        Own(|call| {
            let (equation, operands) = (call.text(0)?, call.many(1)?);
            let (mut all, mut labels) = (1_usize, 0);
            for x in &operands {
                all = x.shape().iter().fold(all, |all, &n| all.saturating_mul(n.max(1)));
                labels += x.rank();
            }
            if operands.is_empty()
                || labels > 16
                || operands.iter().any(|x| x.kind() == Kind::Index)
            {
                return Err(call.refuse("expected real operands of at most 16 axes together"));
            }
            call.check_size(&[all].into())?;
            Var::try_einsum(equation, &operands).map_err(|error| call.fault(0, error.message))
        }),
    ),
    Function::new(
        "tril(x, offset=0)",
        "the lower triangle, else 0",
        Own(|call| {
            let (x, offset) = triangle(call)?;
            Ok(x.tril(offset))
        }),
    ),
    Function::new(
        "triu(x, offset=0)",
        "the upper triangle, else 0",
        Own(|call| {
            let (x, offset) = triangle(call)?;
            Ok(x.triu(offset))
        }),
    ),
    Function::new(
        "diagonal(x, offset=0)",
        "the diagonal of a matrix",
        Own(|call| {
            let (x, offset) = (call.with_rank(0, 2, "a matrix")?, offset(call)?);
            Ok(x.diagonal(offset, -2, -1))
        }),
    ),
    Function::new(
        "diag(x, offset=0)",
        "a matrix with this diagonal",
        Own(|call| {
            let (x, offset) = (call.with_rank(0, 1, "a vector")?, offset(call)?);
            let n = x.shape()[x.rank() - 1].saturating_add(offset.unsigned_abs());
            let mut shape = x.shape().to_vec();
            shape.pop();
            shape.extend([n, n]);
            call.check_size(&shape.into())?;
            Ok(x.diag_embed(offset))
        }),
    ),
    Function::new(
        "trace(x)",
        "the sum of the diagonal",
        Own(|call| Ok(call.with_rank(0, 2, "a matrix")?.trace())),
    ),
    Function::new("det(x)", "the determinant", Own(|call| Ok(call.square(0)?.det()))),
    Function::new(
        "log_abs_det(x)",
        "the logarithm of |det(x)|",
        Own(|call| {
            let [_, logarithm] = call.square(0)?.slogdet();
            Ok(logarithm)
        }),
    ),
    Function::new(
        "inverse(x)",
        "the inverse of a matrix",
        Own(|call| {
            let x = call.square(0)?;
            call.check_made(&x.shape())?;
            Ok(x.inverse())
        }),
    ),
    Function::new(
        "eigvalsh(x)",
        "the eigenvalues of the symmetric part of a matrix, ascending",
        Own(|call| Ok(call.square(0)?.eigvalsh())),
    ),
    Function::new(
        "svdvals(x)",
        "the singular values of a matrix, descending",
        Own(|call| Ok(call.with_rank(0, 2, "a matrix")?.svdvals())),
    ),
    Function::new(
        "pinv(x)",
        "the pseudoinverse of a matrix",
        Own(|call| Ok(call.with_rank(0, 2, "a matrix")?.pinv())),
    ),
    Function::new(
        "matrix_exp(x)",
        "the exponential of a matrix",
        Own(|call| Ok(call.square(0)?.matrix_exp())),
    ),
    Function::new(
        "cholesky(x)",
        "the lower triangle L for which L L.T is x",
        Own(|call| Ok(call.square(0)?.cholesky())),
    ),
    Function::new(
        "solve(a, b)",
        "the x for which a @ x is b",
        Own(|call| {
            let (a, b) = system(call)?;
            Ok(a.solve(b))
        }),
    ),
    Function::new(
        "solve_triangular(a, b, upper=false)",
        "as solve, reading one triangle of a alone",
        Own(|call| {
            let (a, b) = system(call)?;
            Ok(a.solve_triangular(b, call.flag(2)?))
        }),
    ),
];

/// Offsets far beyond any matrix would overflow on the way.
fn offset(call: &Call<'_, '_>) -> Result<isize, Fault> {
    let offset = call.integer(1)?;
    if offset.unsigned_abs() > 1 << 20 {
        return Err(call.fault(1, "expected an offset of at most 1048576"));
    }
    Ok(offset as isize)
}

fn triangle<'t>(call: &Call<'_, 't>) -> Result<(Var<'t>, isize), Fault> {
    let x = call.with_rank(0, 2, "a matrix")?;
    call.check_made(&Shape::from(&x.shape()[x.rank() - 2..]))?;
    Ok((x, offset(call)?))
}

/// A square matrix, or several, and right sides for it.
fn system<'t>(call: &Call<'_, 't>) -> Result<(Var<'t>, Var<'t>), Fault> {
    let (a, b) = (call.square(0)?, call.with_rank(1, 1, "right sides")?);
    let (from, to) = (a.shape(), b.shape());
    let n = from[a.rank() - 1];
    let rows = if b.rank() == 1 { to[0] } else { to[b.rank() - 2] };
    if rows != n {
        return Err(call.fault(1, format!("expected {n} rows, found shape {to}")));
    }
    let batch = |shape: &Shape| Shape::from(&shape[..shape.rank().saturating_sub(2)]);
    match batch(&from).broadcast(&batch(&to)) {
        Some(batch) => {
            let columns = if b.rank() == 1 { 1 } else { to[b.rank() - 1] };
            call.check_size(&batch.iter().copied().chain([n, n.max(columns)]).collect())?;
            Ok((a, b))
        }
        None => Err(call.refuse(format!("batches of {from} and {to} do not broadcast"))),
    }
}
