//! Formulas of random characters, of random words, and such that are right but for a few places.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use wengert::autodiff::{Kind, OwnRules};
use wengert::formula::{Formula, functions, parse_bindings, parse_shapes};
use wengert::prelude::*;

use crate::generate::{changed, characters, number, one};

const FORMULAS: [&str; 16] = [
    "x * y + sin(x)",
    "sum(tanh(m @ v + b)^2)",
    "h = relu(m @ v)\nsum(h * softmax(h))",
    "cross_entropy(m, k) + 0.1 * sum(m ^ 2)",
    "m[0, ::-1] + m[:, -1]",
    "[x, y, [1, 2][0]]",
    "where(v > 0.3, v, -v) # the size",
    "einsum('ij,jk->ik', m, m)",
    "solve(m, v) @ inverse(m)",
    "m.T.sum(axis=0, keep=true)",
    "logsumexp(m, axis=-1) - max(m, 1)",
    "reshape(concat(m, m), [4, 2])",
    "one_hot(k, 3) @ ones([3, 2])",
    "stack(v, v, axis=1)[..., None, 0]",
    "cumsum(sort(v)) / norm(v)",
    "det(m) + trace(m) - pi / 2 ** -x",
];

const WORDS: [&str; 40] = [
    "x",
    "y",
    "m",
    "v",
    "k",
    "b",
    "+",
    "-",
    "*",
    "/",
    "@",
    "^",
    "**",
    "(",
    ")",
    "[",
    "]",
    ",",
    ",",
    ":",
    "::",
    "...",
    "None",
    "=",
    "==",
    "<",
    "axis=",
    "keep=true",
    ".T",
    ".",
    ";",
    "\n",
    "#",
    "'ij,jk->ik'",
    "pi",
    "a",
    "a =",
    "true",
    "!=",
    "_",
];

/// A formula of random words.
fn words(random: &mut impl Rng, names: &[&str]) -> String {
    let word = |random: &mut _| match RngExt::random_range(random, 0..8) {
        0 => format!("{}(", one(random, names)),
        1 => number(random).to_owned(),
        _ => one(random, &WORDS).to_owned(),
    };
    (0..random.random_range(1..20)).map(|_| word(random) + " ").collect()
}

/// A function on random arguments.
fn call(random: &mut impl Rng, names: &[&str]) -> String {
    let arguments: [&str; 12] =
        ["x", "m", "v", "k", "[1, 2]", "[]", "-1", "1", "axis=0", "zeros([0, 3])", "m @ m", "2"];
    let all = (0..random.random_range(0..4)).map(|_| match random.random_range(0..10) {
        0 => number(random),
        _ => one(random, &arguments),
    });
    let all: Vec<&str> = all.collect();
    format!("{}({})", one(random, names), all.join(", "))
}

/// Reads a random text, and records, differentiates and runs it if it is a formula.
pub fn case(random: &mut ChaCha8Rng, text: &mut String) -> &'static str {
    let names: Vec<&str> = functions().map(wengert::formula::Function::name).collect();
    *text = match random.random_range(0..8) {
        0 => characters(random),
        1 | 2 => words(random, &names),
        3 | 4 => call(random, &names),
        _ => {
            let formula = one(random, &FORMULAS);
            changed(random, formula)
        }
    };
    let _ = (parse_bindings(text), parse_shapes(text));
    let formula = match Formula::parse(text) {
        Ok(formula) => formula,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "errors say something");
            return "refused when read";
        }
    };
    let tape = Tape::new();
    let values = |name: &str| match name {
        "m" => tape.input([[2.0, 0.5], [0.25, 3.0]]),
        "v" | "b" => tape.input([0.25, 0.75]),
        "k" => tape.indices([1, 0]),
        _ => tape.input(0.5),
    };
    let inputs: Vec<Var<'_>> = formula.inputs().map(values).collect();
    let Ok(result) = formula.record(&tape, &inputs) else { return "refused when recorded" };
    // What is large takes its time, and is allowed to.
    if tape.len() > 2000 || result.shape().size() > 10_000 {
        return "recorded";
    }
    let mut wanted = vec![result];
    if result.kind() == Kind::Real {
        let reals: Vec<_> = inputs.iter().copied().filter(|x| x.kind() == Kind::Real).collect();
        let found = tape.vjp_with(&OwnRules, &[(result, result.ones_like())], &reals);
        wanted.extend(found.into_iter().flatten());
    }
    match tape.try_run(&wanted) {
        Ok(_) => "recorded, differentiated and run",
        Err(_) => "refused when run",
    }
}
