//! Every function of the table, recorded and compared with the methods on variables.

use std::collections::BTreeSet;

use wengert_autodiff::{Tape, Var};
use wengert_formula::{Formula, Function, functions};

/// Inputs of these names, on which the cases are recorded.
fn inputs<'t>(tape: &'t Tape, name: &str) -> Var<'t> {
    match name {
        "x" => tape.input([0.3, 0.6, 0.9]),
        "y" => tape.input([0.5, 0.25, 0.75]),
        "m" => tape.input([[2.0, 0.5], [0.5, 3.0]]),
        "n" => tape.input([[1.0, -1.0], [2.0, 0.5]]),
        "k" => tape.indices([1, 0]),
        _ => panic!("no input {name}"),
    }
}

type Method = for<'t> fn(&dyn Fn(&'static str) -> Var<'t>) -> Var<'t>;

macro_rules! of_x {
    ($($name:ident)*) => { vec![$((concat!(stringify!($name), "(x)"), (|v| v("x").$name()) as Method)),*] };
}
macro_rules! of_x_and_y {
    ($($name:ident)*) => {
        vec![$((concat!(stringify!($name), "(x, y)"), (|v| v("x").$name(v("y"))) as Method)),*]
    };
}
macro_rules! of_m {
    ($($name:ident)*) => { vec![$((concat!(stringify!($name), "(m)"), (|v| v("m").$name()) as Method)),*] };
}
macro_rules! along {
    ($($name:ident)*) => {
        vec![$((concat!(stringify!($name), "(m, axis=0)"), (|v| v("m").$name(0)) as Method)),*]
    };
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<(&'static str, Method)> {
    let mut all = of_x! {
        exp exp2 exp_m1 ln ln_1p log2 log10 sqrt rsqrt cbrt square recip sin cos tan asin acos atan
        sinh cosh tanh asinh acosh atanh erf erfc erfinv logit ln_gamma digamma abs sign floor ceil
        round trunc frac is_nan is_infinite is_finite stop_gradient relu sigmoid log_sigmoid
        softplus softsign relu6 selu gelu gelu_tanh silu mish hard_tanh hard_sigmoid hard_swish
        tanh_shrink sum mean max min prod norm nansum nanmean all any count_nonzero median
        zeros_like ones_like
    };
    all.extend(of_x_and_y! {
        pow atan2 hypot fmod remainder copysign maximum minimum log_add_exp xlogy straight_through
        dot outer kron mse mae hinge soft_margin binary_cross_entropy
        binary_cross_entropy_with_logits kl_div poisson_nll soft_cross_entropy
    });
    all.extend(
        of_m! { corrcoef trace det inverse cholesky eigvalsh svdvals pinv matrix_exp flatten },
    );
    all.extend(along! {
        argmax argmin argsort sort sort_descending cumsum cumprod cummax cummin logcumsumexp softmax
        softmin log_softmax sparsemax glu swiglu
    });
    let others: Vec<(&str, Method)> = vec![
        ("log(x)", |v| v("x").ln()),
        ("cov(m)", |v| v("m").cov(1)),
        ("polygamma(2, x)", |v| v("x").polygamma(2.0)),
        ("clamp(x, 0.4, 0.7)", |v| v("x").clamp(0.4, 0.7)),
        ("lerp(x, y, 0.3)", |v| v("x").lerp(v("y"), 0.3)),
        ("where(x > y, x, 7)", |v| v("x").gt(v("y")).select(v("x"), 7.0)),
        ("select(x > y, x, y)", |v| v("x").gt(v("y")).select(v("x"), v("y"))),
        ("nan_to_num(x / 0, 7, 8, 9)", |v| (v("x") / 0.0).nan_to_num(7.0, 8.0, 9.0)),
        ("and(x, y)", |v| v("x").logical_and(v("y"))),
        ("or(x, y)", |v| v("x").logical_or(v("y"))),
        ("xor(x, 0)", |v| v("x").logical_xor(0.0)),
        ("not(x)", |v| v("x").logical_not()),
        ("leaky_relu(-x)", |v| (-v("x")).leaky_relu(0.01)),
        ("elu(-x, a=2)", |v| (-v("x")).elu(2.0)),
        ("celu(-x, 2)", |v| (-v("x")).celu(2.0)),
        ("hard_shrink(x)", |v| v("x").hard_shrink(0.5)),
        ("soft_shrink(x, 0.4)", |v| v("x").soft_shrink(0.4)),
        ("threshold(x, 0.5, 9)", |v| v("x").threshold(0.5, 9.0)),
        ("sum(m, axis=0, keep=true)", |v| v("m").sum_keeping(0)),
        ("mean(m, -1, true)", |v| v("m").mean_keeping(1)),
        ("max(m, axis=[1, 0])", |v| v("m").max()),
        ("prod(m, axis=1)", |v| v("m").prod_over(1)),
        ("logsumexp(m, axis=1)", |v| v("m").logsumexp(1)),
        ("var(m, axis=1)", |v| v("m").var_over(1, 1)),
        ("std(x, correction=0)", |v| v("x").std(0)),
        ("p_norm(x, 3)", |v| v("x").p_norm(3.0)),
        ("median(m, 0)", |v| v("m").median_over(0)),
        ("quantile(x, 0.3)", |v| v("x").quantile(0.3, 0)),
        ("diff(x)", |v| v("x").diff(1, 0)),
        ("diff_order(x, 2)", |v| v("x").diff(2, 0)),
        ("trapezoid(x, spacing=0.5)", |v| v("x").trapezoid(0.5, 0)),
        ("layer_norm(m)", |v| v("m").layer_norm(1, 1e-5)),
        ("rms_norm(m)", |v| v("m").rms_norm(1, 1e-5)),
        ("normalize(m, axis=0)", |v| v("m").normalize(0, 1e-12)),
        ("reshape(m, [4, -1])", |v| v("m").reshape([4, 1])),
        ("transpose(n)", |v| v("n").t()),
        ("permute(n, [1, 0])", |v| v("n").permute([1, 0])),
        ("broadcast_to(x, [2, 3])", |v| v("x").broadcast_to([2, 3])),
        ("squeeze(x[:, None], 1)", |v| v("x")),
        ("unsqueeze(x, -1)", |v| v("x").unsqueeze(1)),
        ("flip(n)", |v| v("n").flip([0, 1])),
        ("roll(x, 4)", |v| v("x").roll(1, 0)),
        ("pad(x, 1, 2)", |v| v("x").pad(0, 1, 2)),
        ("repeat(x, [2, 2])", |v| v("x").repeat(&[2, 2])),
        ("concat(x, y)", |v| Var::concat(&[v("x"), v("y")], 0)),
        ("concat([x, y, [1]], axis=-1)", |v| {
            Var::concat(&[v("x"), v("y"), v("x").tape().ones([1])], 0)
        }),
        ("stack([x, y], axis=1)", |v| Var::stack(&[v("x"), v("y")], 1)),
        ("take(n, [1, 1, 0])", |v| v("n").take(0, v("x").tape().indices([1, 1, 0]))),
        ("gather(n, [[0, 0], [1, 0]])", |v| {
            v("n").gather(1, v("x").tape().indices([[0, 0], [1, 0]]))
        }),
        ("one_hot(k, 3)", |v| v("k").one_hot(3)),
        ("index(3 * x)", |v| (3.0 * v("x")).to_index()),
        ("real(k)", |v| v("k").to_real()),
        ("zeros([2, 3])", |v| v("x").tape().zeros([2, 3])),
        ("ones(2)", |v| v("x").tape().ones([2])),
        ("full([2], 7)", |v| v("x").tape().full([2], 7.0)),
        ("arange(4)", |v| v("x").tape().arange(4)),
        ("linspace(0, 1, 5)", |v| v("x").tape().linspace(0.0, 1.0, 5)),
        ("eye(3)", |v| v("x").tape().eye(3)),
        ("matmul(m, n)", |v| v("m").matmul(v("n"))),
        ("cdist(m, n)", |v| v("m").cdist(v("n"), 2.0)),
        ("einsum('ij,kj->ik', m, n)", |v| v("m").matmul(v("n").t())),
        ("tril(n)", |v| v("n").tril(0)),
        ("triu(n, offset=1)", |v| v("n").triu(1)),
        ("diagonal(n)", |v| v("n").diagonal(0, 0, 1)),
        ("diag(x, -1)", |v| v("x").diag_embed(-1)),
        ("log_abs_det(n)", |v| v("n").slogdet()[1]),
        ("solve(m, n)", |v| v("m").solve(v("n"))),
        ("solve_triangular(m, n, upper=true)", |v| v("m").solve_triangular(v("n"), true)),
        ("huber(x, y, delta=0.2)", |v| v("x").huber(v("y"), 0.2)),
        ("smooth_l1(x, y)", |v| v("x").smooth_l1(v("y"), 1.0)),
        ("cross_entropy(n, k)", |v| v("n").cross_entropy(v("k"))),
        ("nll(n, [1, 0])", |v| v("n").nll(v("k"))),
        ("cosine_similarity(x, y)", |v| v("x").cosine_similarity(v("y"), 0)),
        ("pairwise_distance(m, n)", |v| v("m").pairwise_distance(v("n"), 1)),
    ];
    all.extend(others);
    all
}

#[test]
fn functions_are_the_methods_of_variables() {
    for (text, method) in cases() {
        let tape = Tape::new();
        let formula = Formula::parse(text).unwrap_or_else(|error| panic!("{error}"));
        let given: Vec<_> = formula.inputs().map(|name| inputs(&tape, name)).collect();
        let y = formula.record(&tape, &given).unwrap_or_else(|error| panic!("{error}"));
        let wanted = method(&|name| inputs(&tape, name));
        assert_eq!(y.type_of(), wanted.type_of(), "{text}");
        let bits =
            |x: Var| x.value().to_vec_f64().into_iter().map(f64::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(y), bits(wanted), "{text}");
    }
}

#[test]
fn every_function_has_a_case() {
    let cases = cases();
    let tested: BTreeSet<&str> =
        cases.iter().map(|(text, _)| text.split('(').next().unwrap()).collect();
    let untested: Vec<_> =
        functions().map(Function::name).filter(|f| !tested.contains(f)).collect();
    assert!(untested.is_empty(), "{untested:?}");
}

#[test]
fn rows_are_in_order() {
    let names: Vec<_> = functions().map(Function::name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "each once");
    for function in functions() {
        assert!(!function.help().is_empty() && function.signature().ends_with(')'));
    }
}
