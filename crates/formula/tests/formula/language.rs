//! What formulas mean: precedence, indices, lists, definitions, origins.

use wengert_autodiff::Tape;
use wengert_formula::{Formula, parse_bindings, parse_shapes};

use crate::{recorded, value};

#[test]
fn operators_bind_as_in_mathematics() {
    let cases = [
        ("-x^2", "-9.0"),
        ("2^-x * 8", "1.0"),
        ("2^3^2", "512.0"),
        ("2**x", "8.0"),
        ("-x^-2 * 9", "-1.0"),
        ("1 - x - 1", "-3.0"),
        ("1 - (x - 1)", "-1.0"),
        ("12 / x / 2", "2.0"),
        ("1 + 2 * x", "7.0"),
        ("2 * -x", "-6.0"),
        ("--x", "3.0"),
        ("+x", "3.0"),
        ("x < 2 + 2", "1.0"),
        ("x >= 4", "0.0"),
        ("(x == 3) + (x != 3)", "1.0"),
        ("(x > 1) * (x <= 3)", "1.0"),
        ("x.square()^2", "81.0"),
        ("-x.square()", "-9.0"),
        ("0.5e1 + .5 + 2.", "7.5"),
        ("where(x > 2, x, 0)", "3.0"),
        ("tau / pi", "2.0"),
        ("a = x + 1\nb = a * a # squared\nb - a", "12.0"),
        ("a = x; a + a", "6.0"),
        ("sum([\n  x,\n  x^2,\n])", "12.0"),
        ("x.is_nan() + is_infinite(inf)", "1.0"),
    ];
    for (formula, wanted) in cases {
        let found: f64 = value(formula, "x=3").parse().unwrap();
        assert_eq!(found, wanted.parse::<f64>().unwrap(), "{formula}");
    }
}

#[test]
fn products_of_matrices_bind_as_products() {
    let at = "x=[[1, 2], [3, 4]], v=[1, 10]";
    assert_eq!(value("x @ v * 2", at), "[42. 86.]");
    assert_eq!(value("x.T @ v", at), "[31. 42.]");
    assert_eq!(value("-x @ v", at), "[-21. -43.]");
    assert_eq!(value("einsum('ij,j->i', x, v)", at), "[21. 43.]");
}

#[test]
fn indices_are_those_of_numpy() {
    let at = "x=[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]";
    let cases = [
        ("x[0]", "[0. 1. 2. 3.]"),
        ("x[-1, -1]", "11.0"),
        ("x[:, 1]", "[1. 5. 9.]"),
        ("x[1:, :2]", "[[4. 5.]\n [8. 9.]]"),
        ("x[0, ::2]", "[0. 2.]"),
        ("x[0, ::-1]", "[3. 2. 1. 0.]"),
        ("x[0, ::-2]", "[3. 1.]"),
        ("x[0, 2:0:-1]", "[2. 1.]"),
        ("x[0, -2:]", "[2. 3.]"),
        ("x[0, -100:100]", "[0. 1. 2. 3.]"),
        ("x[0, 3:1]", "[]"),
        ("x[..., 0]", "[0. 4. 8.]"),
        ("x[0, ..., 1]", "1.0"),
        ("x[0, None, :2]", "[[0. 1.]]"),
        ("x[0][1]", "1.0"),
    ];
    for (formula, wanted) in cases {
        assert_eq!(value(formula, at), wanted, "{formula}");
    }
}

#[test]
fn lists_are_tensors() {
    assert_eq!(value("[[1, 0], [0, 1]]", ""), "[[1. 0.]\n [0. 1.]]");
    assert_eq!(value("[x, -x, x * x]", "x=2"), "[ 2. -2.  4.]");
    assert_eq!(value("[[x, 1], [2, x]]", "x=5"), "[[5. 1.]\n [2. 5.]]");
}

#[test]
fn a_number_of_the_text_is_recorded_once() {
    let tape = Tape::new();
    let y = recorded(&tape, "a = 0.3; a * x + a", "x=1").unwrap();
    assert_eq!(tape.len(), 4);
    assert_eq!(y.item(), 0.6);
}

#[test]
fn what_is_recorded_has_its_place_in_the_text() {
    let tape = Tape::new();
    let y = recorded(&tape, "h = tanh(x)\nsum(h) * h", "x=[1, 2]").unwrap();
    assert_eq!(y.origin().to_string(), "formula:2:8");
    let [_, tanh] = y.operands()[..] else { panic!("a product of two") };
    assert_eq!(tanh.origin().to_string(), "formula:1:5");
}

#[test]
fn inputs_are_in_the_order_of_first_use() {
    let formula = Formula::parse("a = y + x; a * z + x").unwrap();
    assert_eq!(formula.inputs().collect::<Vec<_>>(), ["y", "x", "z"]);
}

#[test]
fn long_sums_and_chains_of_definitions_are_no_recursion() {
    let sum = format!("x{}", "+x".repeat(20_000));
    assert_eq!(value(&sum, "x=1"), "20001.0");
    let definitions: Vec<String> = (1..4000).map(|k| format!("a{k}=[a{}]", k - 1)).collect();
    let definitions = definitions.join("; ");
    // Each has one more axis; at the 17th it is told so.
    let error = recorded(&Tape::new(), &format!("a0=x; {definitions}; a9"), "x=1").unwrap_err();
    assert!(error.contains("axes"), "{error}");
}

#[test]
fn bindings_are_numbers_and_lists() {
    let all = parse_bindings("x = -1e-3, y=[[1, 2], [3, -inf]]\nz=[]; n=nan").unwrap();
    let shapes: Vec<_> = all.iter().map(|(name, x)| (name.as_str(), x.shape().to_vec())).collect();
    let wanted = [("x", vec![]), ("y", vec![2, 2]), ("z", vec![0]), ("n", vec![])];
    assert_eq!(shapes, wanted);
    assert_eq!(all[0].1.item(), -1e-3);
    assert_eq!(all[1].1.to_vec_f64()[3], f64::NEG_INFINITY);
    assert!(all[3].1.item().is_nan());
    assert!(parse_bindings("").unwrap().is_empty());
    let shapes = parse_shapes("x=2x3, y=scalar, z = 0").unwrap();
    assert_eq!(shapes[0].1[..], [2, 3]);
    assert_eq!(shapes[2].1[..], [0]);
}
