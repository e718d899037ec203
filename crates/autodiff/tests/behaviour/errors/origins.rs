//! Every node knows the user's line, whatever the library does in between: errors, profiles and
//! listings depend on it.

use wengert_autodiff::{Padding, Params, Quantile, Tape, Var};
use wengert_tensor::Tensor;

use crate::walk::ancestry;

type Method = for<'t> fn(Var<'t>) -> Var<'t>;

/// Methods that record several nodes, each on a line of its own.
fn methods() -> Vec<(u32, Method)> {
    vec![
        (line!(), |x| 1.0 - x / 2.0),
        (line!(), |x| x.gelu() + x.silu()),
        (line!(), |x| x.softmax(0) + x.log_softmax(-1)),
        (line!(), |x| x.std(0) + x.var(1)),
        (line!(), |x| x.std_over(0, 0) + x.norm_over(0)),
        (line!(), |x| x.norm() * x.mean() * x.prod()),
        (line!(), |x| x.mean_keeping(0) + x.mean_over(0)),
        (line!(), |x| x.logsumexp(1)),
        (line!(), |x| x.layer_norm([0, 1], 1e-5)),
        (line!(), |x| x.cross_entropy(&Tensor::from([1_i64, 0]))),
        (line!(), |x| x.mse(&Tensor::zeros(wengert_tensor::DType::F64, [2, 2]))),
        (line!(), |x| x.dropout(0.5, x.tape().indices(1))),
        (line!(), |x| x.matmul(x.at(0, 1)) + x.matmul(x).at(1, 0)),
        (line!(), |x| x.t().matmul(x.broadcast_to([3, 2, 2]))),
        (line!(), |x| Var::concat(&[x, x], 1) + Var::stack(&[x, x], 2).flatten().at(0, 0)),
        (line!(), |x| x.take(1, &Tensor::from([[0_i64, 1]]))),
        (line!(), |x| x.gather(0, &Tensor::from([[0_i64, 1]]))),
        (line!(), |x| x.scatter_add(0, &Tensor::from([[0_i64, 1]]), x.slice(0, ..1))),
        (line!(), |x| x.argmax(0).one_hot(3)),
        (line!(), |x| x.clamp(0.1, 0.9) + x.gt(0.0).select(x, 0.0)),
        (line!(), |x| x.pad(0, 1, 2).flip([0, 1]).cumsum(1)),
        (line!(), |x| x.square() + x.recip() + x.pow(2.5)),
        (line!(), |x| x.zeros_like() + x.ones_like() - -x),
        (line!(), |x| x.xlogy(x).nan_to_num(0.0, 1.0, 2.0).copysign(x).round_to(1)),
        (line!(), |x| x.soft_shrink(0.3).hard_shrink(0.2).threshold(0.1, x)),
        (line!(), |x| x.swiglu(0) * x.glu(-1).tanh_shrink()),
        (line!(), |x| x.sparsemax(0) + x.gumbel_softmax(1, 0.5, x.tape().indices(1))),
        (line!(), |x| x.random_leaky_relu(0.1, 0.2, x.tape().indices(1))),
        (line!(), |x| x.poisson_nll(x) + x.gaussian_nll(x, x) + x.kl_div_log(x)),
        (line!(), |x| x.hinge(x) + x.soft_margin(x) + x.margin_ranking(x, x, 0.1)),
        (line!(), |x| x.multi_margin(&Tensor::from([1_i64, 0]), 0.5)),
        (line!(), |x| x.cosine_embedding(x.t(), x.at(0, 1), 0.1) + x.hinge_embedding(x, 0.5)),
        (line!(), |x| x.triplet_margin(x.t(), x * x, 0.5)),
        (line!(), |x| x.max_keeping(0) + x.min_over(1) + x.sum_keeping([0, 1])),
        (line!(), |x| x.unsqueeze(0).squeeze(0).permute([1, 0]).transpose(0, 1)),
        (line!(), |x| x.sort(0) + x.sort_descending(1).gather(0, x.ranks(0))),
        (line!(), |x| x.topk(1, 0).0 + x.bottomk(1, 0).0 + x.kth_smallest(2, 0).0),
        (line!(), |x| x.cummax(0) + x.cummin(1) + x.cumprod(0) + x.logcumsumexp(1)),
        (line!(), |x| x.median() + x.nanmedian_over(0) + x.quantile(0.3, 1)),
        (line!(), |x| Quantile::Nearest.of(x, x, 0).at(0, 0) + x.nanquantile(x, 1).at(0, 1)),
        (line!(), |x| x.scatter(0, x.argsort(0), x) + x.scatter_max(1, x.argsort(1), x)),
        (line!(), |x| x.scatter_mul(0, x.argsort(0), x) + x.scatter_min(0, x.argsort(0), x)),
        (line!(), |x| x.index_put(&[x.argmax(0)], 0.5).index(&[x.argmax(1), x.argmin(0)])),
        (line!(), |x| x.index_put_add(&[x.argmax(0)], x).index_add(1, x.argmax(0), x)),
        (line!(), |x| x.index_copy(0, x.argmax(0), x).slice_assign(1, 1.., 0.3)),
        (line!(), |x| x.slice_step_assign(0, .., 2, 0.1) + x.masked_scatter(x.gt(0.6), x)),
        (line!(), |x| x.segment_sum(x.argmax(1), 2) + x.segment_mean(x.argmax(1), 2)),
        (line!(), |x| x.segment_max(x.argmax(1), 2) * x.segment_min(x.argmax(1), 2)),
        (line!(), |x| x.segment_prod(x.argmax(1), 2).at(0, 1) + x.histogram(2, 0.0, 1.0)),
        (line!(), |x| x.at(0, 0).search_sorted(x).to_real() + x.argmax(0).same(x.argmin(0))),
        (line!(), |x| x.masked_select(x.gt(0.6)).sum() + x.unique().values.sum()),
        (line!(), |x| x.split(1, 0)[1] + x.chunk(2, 0)[0] + x.unbind(1)[0] + x.roll(1, 0)),
        (line!(), |x| x.repeat(&[2, 1]).sum() + x.repeat_interleave(2, 1).sum() + x.rot90(1, 0, 1)),
        (line!(), |x| x.sliding(0, 2, 1).sum() + x.movedim(0, 1) + x.flatten_axes(0, 1).sum()),
        (line!(), |x| x.pad_with(0, 1, 0, Padding::Circular).pad_constant(1, 1, 0, 2.0)),
        (line!(), |x| x.tril(0) + x.triu(1) + x.diagonal(0, 0, 1).diag_embed(0) * x.trace()),
        (line!(), |x| x.outer(x).sum() + x.kron(x).sum() + x.tensordot(x, 0, 1) + x.cdist(x, 3.0)),
        (line!(), |x| x.pad(1, 0, 1).cross(x.pad(1, 1, 0), 1)),
        (line!(), |x| x.p_norm(3.0) + x.p_norm_over(0.0, 0) + x.p_norm_over(1.0, 1)),
        (line!(), |x| x.nansum() + x.nanmean_over(0) + x.all() * x.any_over(0) + x.nanmean()),
        (line!(), |x| x.diff(1, 0).trapezoid(0.5, 1) + x.cumulative_trapezoid(2.0, 1)),
        (line!(), |x| x.cov(1) + x.corrcoef() + x.tape().eye(2) + x.tape().linspace(0.0, 1.0, 2)),
        (line!(), |x| Var::meshgrid(&[x.at(0, 0), x.at(0, 1)])[1]),
    ]
}

/// The nodes that `y` needs, recorded from a position on.
fn recorded<'t>(y: Var<'t>, from: usize) -> impl Iterator<Item = Var<'t>> {
    ancestry(&[y]).into_iter().filter(move |node| node.position() >= from)
}

#[test]
fn what_a_method_records_has_the_line_of_its_call() {
    for (line, method) in methods() {
        let tape = Tape::new();
        let x = tape.input([[0.5, 1.5], [0.2, 0.8]]);
        let from = tape.len();
        let y = method(x);
        assert!(tape.len() > from, "something is recorded");
        for node in recorded(y, from) {
            let origin = node.origin();
            assert_eq!((&*origin.file, origin.line), (file!(), line), "{node:?}");
        }
    }
}

/// A derivative comes from the line of what is differentiated, from that of the sweep – or, where
/// parts are put together, from that of what they are parts of.
#[test]
fn derivatives_have_the_lines_of_what_is_differentiated() {
    for (line, method) in methods() {
        let tape = Tape::new();
        let first = line!() + 1;
        let x = tape.input([[0.5, 1.5], [0.2, 0.8]]);
        let y = method(x);
        let from = tape.len();
        let sum = y.sum();
        let [by_x] = tape.grad(sum, [x]);
        let [tangent] = tape.jvp([y], [(x, x.ones_like())]);
        let hessian = tape.hessian(sum, x);
        let [batch] = tape.vmap([y], [(x, x.unsqueeze(0))]);
        let here = first..line!();
        for result in [by_x, tangent, hessian, batch] {
            for node in recorded(result, from) {
                let origin = node.origin();
                assert_eq!(&*origin.file, file!(), "{node:?} of line {line}");
                let is_known = origin.line == line || here.contains(&origin.line);
                assert!(is_known, "{node:?} of line {line} has line {}", origin.line);
            }
        }
    }
}

/// The derivative of one line among others has that line.
#[test]
fn the_derivative_of_a_line_has_that_line() {
    let tape = Tape::new();
    let x = tape.input(0.5);
    let y = x.sin();
    let wanted = line!() - 1;
    let z = y.exp() * 3.0;
    let [by_x] = tape.grad(z, [x]);
    let cosine = ancestry(&[by_x]).into_iter().find(|node| node.op().name() == "cos");
    assert_eq!(cosine.expect("a cosine").origin().line, wanted);
}

#[test]
fn names_of_scopes_nest() {
    let params = Params::f64(0);
    let tape = Tape::new();
    let scope = tape.scope(&params);
    let (x, inner, outer) = scope.named("encoder", |scope| {
        let x = scope.input(0.5);
        let inner = scope.named("0", |scope| scope.named("attention", |_| x.sin()));
        (x, inner, inner.exp())
    });
    let after = outer * 2.0;
    assert_eq!(x.origin().scope, "encoder");
    assert_eq!(inner.origin().scope, "encoder.0.attention");
    assert_eq!(outer.origin().scope, "encoder");
    assert_eq!(after.origin().scope, "");
    let inner = inner.origin();
    let (file, line, column) = (&inner.file, inner.line, inner.column);
    assert_eq!(inner.to_string(), format!("{file}:{line}:{column} in encoder.0.attention"));
    // What is recorded for a derivative has the scope of what is differentiated.
    let [by_x] = tape.grad(after, [x]);
    let cosine = ancestry(&[by_x]).into_iter().find(|node| node.op().name() == "cos");
    assert_eq!(cosine.expect("a cosine").origin().scope, "encoder.0.attention");
    // Names come back after a panic.
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        scope.named("lost", |_| std::panic::resume_unwind(Box::new(())))
    }));
    assert!(panicked.is_err());
    assert_eq!(tape.input(1.0).origin().scope, "");
}
