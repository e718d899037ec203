//! What is refused, word for word and under the right characters.

use wengert_autodiff::Tape;
use wengert_formula::{Formula, parse_bindings, parse_shapes};

use crate::recorded;

#[track_caller]
fn check(formula: &str, at: &str, wanted: &str) {
    match recorded(&Tape::new(), formula, at) {
        Ok(_) => panic!("`{formula}` is recorded"),
        Err(error) => assert_eq!(error, wanted),
    }
}

#[test]
fn errors_point_at_characters() {
    let unknown = "unknown function `sine`; did you mean `sin`?\nsine(x)\n^^^^";
    check("sine(x)", "", unknown);
    check("x +", "", "expected a number, a name or a bracket, found the end\nx +\n   ^");
    check("(x", "", "expected `)` to close this bracket\n(x\n^");
    check("x y", "", "expected an operator or the end, found `y`\nx y\n  ^");
    check("2x", "", "a number followed by `x`: expected an operator between them\n2x\n^^");
    // Characters are counted, not bytes.
    check("αβ + $", "", "unexpected character `$`\nαβ + $\n     ^");
    let line = "`b` is missing: expected matmul(a, b)\nmatmul(a)\n^^^^^^";
    check("h = a + 1\nmatmul(a)", "a=1", line);
    let twice = "`axis` is given twice: expected sum(x, axis=all, keep=false)\nsum(x, 0, axis=1)\n          ^^^^^^";
    check("sum(x, 0, axis=1)", "", twice);
    let chain = "comparisons don't chain: expected `(a < b) * (b < c)`\na < b < c\n      ^";
    check("a < b < c", "", chain);
}

#[test]
fn shapes_are_checked_where_they_meet() {
    let at = "x=[1, 2], y=[1, 2, 3], m=[[1, 2], [3, 4]]";
    check("1 + x * y", at, "shapes [2] and [3] do not broadcast\n1 + x * y\n      ^");
    check("m @ y", at, "[2, 2] by [3]: the inner sizes 2 and 3 differ\nm @ y\n  ^");
    let axis =
        "axis 5 is not one of 0..2 (or -2..0): the shape is [2, 2]\nsum(m, axis=5)\n            ^";
    check("sum(m, axis=5)", at, axis);
    check("x[2]", at, "position 2 of an axis of 2 elements\nx[2]\n  ^");
    check("det(y)", at, "expected a square matrix, found shape [3]\ndet(y)\n    ^");
    let row = "expected rows of log-probabilities, found shape []\nkl_div(1, 2)\n       ^";
    check("kl_div(1, 2)", "", row);
    let real = "expected positions, found real numbers; `index(…)` rounds them down\ntake(x, y)\n        ^";
    check("take(x, y)", at, real);
    let mixed = "shapes [2] and [3] do not broadcast";
    let found = recorded(&Tape::new(), "maximum(x, y)", at).unwrap_err();
    assert!(found.starts_with(&format!("maximum: {mixed}")), "{found}");
}

#[test]
fn what_is_too_large_is_refused() {
    for formula in [
        "zeros([100000, 100000])",
        "eye(100000)",
        "arange(1e9)",
        "one_hot([0], 1e9)",
        "repeat(x, [1e15])",
        "pad(x, 1e15, 1e15)",
        "a=[1,2,3,4,5,6,7,8]; b=[a,a,a,a,a,a,a,a]; c=[b,b,b,b,b,b,b,b]; d=[c,c,c,c,c,c,c,c]; \
         e=[d,d,d,d,d,d,d,d]; f=[e,e,e,e,e,e,e,e]; g=[f,f,f,f,f,f,f,f]; [g,g,g,g,g,g,g,g]",
        "reshape(x, [1e15, 1e15])",
    ] {
        let error = recorded(&Tape::new(), formula, "x=[1]").unwrap_err();
        assert!(error.contains("element") || error.contains("fill"), "{error}");
    }
    let deep = format!("{}x{}", "(".repeat(5000), ")".repeat(5000));
    for text in [deep, "-".repeat(60_000) + "x", "2^".repeat(30_000) + "x", "[".repeat(60_000)] {
        let error = Formula::parse(&text).unwrap_err();
        assert!(error.message().contains("inside each other"), "{}", error.message());
        assert!(error.to_string().lines().all(|line| line.chars().count() <= 121));
    }
    let axes = format!("x[{}]", "None,".repeat(5000) + "0");
    let error = recorded(&Tape::new(), &axes, "x=[1]").unwrap_err();
    assert!(error.contains("5000 axes"), "{error}");
    let long = Formula::parse(&"x+".repeat(40_000)).unwrap_err();
    assert_eq!(long.message(), "the text has more than 65536 characters");
}

#[test]
fn names_have_one_meaning() {
    let input = "`x` is used above, where it is an input: expected a new name\nx = x + 1; x\n^";
    check("x = x + 1; x", "", input);
    check(
        "a = 1; a = 2; a",
        "",
        "`a` is defined above: expected a new name\na = 1; a = 2; a\n       ^",
    );
    check("pi = 3; pi", "", "`pi` is a number: expected another name\npi = 3; pi\n^^");
    let ends = "expected an expression behind the definitions, found the end\na = 1\n     ^";
    check("a = 1", "", ends);
}

#[test]
fn inputs_are_as_many_as_names() {
    let tape = Tape::new();
    let formula = Formula::parse("x + y").unwrap();
    let error = formula.record(&tape, &[tape.input(1.0)]).unwrap_err();
    assert_eq!(error.to_string(), "no value is given for `y`\nx + y\n    ^");
    let three = [tape.input(1.0); 3];
    assert_eq!(
        formula.record(&tape, &three).unwrap_err().message(),
        "3 values are given for 2 inputs"
    );
}

#[test]
fn values_and_shapes_are_checked() {
    let uneven = parse_bindings("x=[[1, 2], [3]]").unwrap_err();
    let wanted = "expected shape [2] as before, found [1]\nx=[[1, 2], [3]]\n           ^";
    assert_eq!(uneven.to_string(), wanted);
    for text in ["x", "x=", "x=a", "x=1 y=2", "=1", "x=[1", "x=1, x=2", "x=[1 2]", "x=1e999"] {
        assert!(parse_bindings(text).is_err(), "{text}");
    }
    assert!(parse_bindings(&("x=".to_owned() + &"[".repeat(60_000))).is_err());
    for text in
        ["", "x", "x=", "x=3y", "1=2", "x=-1", "x=1,x=2", "x=99999999x99999999", "x=0x9999999999"]
    {
        let _ = parse_shapes(text);
        assert!(text == "x=0x9999999999" || parse_shapes(text).is_err(), "{text}");
    }
}
