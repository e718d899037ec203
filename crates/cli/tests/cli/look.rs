//! `wengert explain`, `graph` and `cost`.

use crate::{Directory, content, text, wengert};

/// Runs the program, which succeeds, and answers with its output.
#[track_caller]
fn output(arguments: &[&str]) -> String {
    let output = wengert(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout).to_owned()
}

/// Runs the program, which refuses, and answers with its complaint.
#[track_caller]
fn refusal(arguments: &[&str]) -> String {
    let output = wengert(arguments);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "");
    text(&output.stderr).to_owned()
}

#[test]
fn a_formula_is_explained() {
    let table = output(&["explain", "x*y + sin(x)", "--at", "x=0.5,y=2"]);
    assert_eq!(
        table,
        "\
x*y + sin(x)   at x=0.5,y=2

               value      tangent by x    adjoint
v₁ = x         0.5        v̇₁ = 1          v̄₁ = 2.87758
v₂ = y         2                          v̄₂ = 0.5
v₃ = v₁ · v₂   1          v̇₃ = 2          v̄₃ = 1
v₄ = sin(v₁)   0.479426   v̇₄ = 0.877583   v̄₄ = 1
v₅ = v₃ + v₄   1.47943    v̇₅ = 2.87758    v̄₅ = 1
"
    );
    let steps = output(&["explain", "x*y + sin(x)", "--at", "x=0.5,y=2", "--steps", "--by", "y"]);
    assert!(steps.contains("tangent by y"), "{steps}");
    assert!(steps.contains("v̄₄ · cos(v₁) = 1 · cos(0.5) = 0.877583"), "{steps}");
    let functions = output(&["explain", "--functions"]);
    assert!(functions.lines().count() > 100 && functions.contains("softmax(x, axis=-1)"));
}

#[test]
fn a_formula_is_drawn_in_every_format() {
    let draw = |format| output(&["graph", "x*y + sin(x)", "--at", "x=0.5,y=2", "--format", format]);
    assert!(draw("dot").starts_with("digraph {"));
    assert!(draw("mermaid").starts_with("flowchart TD"));
    assert!(draw("svg").starts_with("<svg"));
    assert!(draw("html").starts_with("<!DOCTYPE html>"));
    assert!(draw("json").contains("\"adjoint\": \"2.87758\""));
    let directory = Directory::new("graph");
    let path = directory.file("graph.svg");
    assert_eq!(output(&["graph", "exp(x)", "--at", "x=1", "--output", &path]), "");
    assert!(text(&content(&path)).contains("exp"));
}

#[test]
fn a_formula_is_costed_and_timed() {
    let arguments = ["cost", "sum(tanh(x @ x))", "--at", "x=[[1,2],[3,4]]"];
    let table = output(&arguments);
    assert!(table.contains("matmul") && table.contains("formula:1:12"), "{table}");
    assert!(!table.contains("cost.rs") && !table.contains("bound.rs"), "{table}");
    let profile = output(&[&arguments[..], &["--runs", "3"]].concat());
    assert!(profile.contains("GFLOP/s") && profile.contains("were carried out"), "{profile}");
    let totals = output(&[&arguments[..], &["--by", "operation", "--forward"]].concat());
    assert!(totals.lines().nth(1).is_some_and(|line| line.starts_with("matmul")), "{totals}");
}

#[test]
fn what_is_wrong_with_a_formula_is_pointed_at() {
    let found = refusal(&["explain", "x + sine(y)", "--at", "x=1,y=2"]);
    let wanted = "error: unknown function `sine`; did you mean `sin`?\nx + sine(y)\n    ^^^^\n";
    assert_eq!(found, wanted);
    let found = refusal(&["graph", "x @ y", "--at", "x=[1,2],y=[1,2,3]"]);
    assert!(found.ends_with("x @ y\n  ^\n"), "{found}");
    let found = refusal(&["explain", "x + y", "--at", "x=1"]);
    assert!(found.contains("there is no value for y; give one with --at y=0.5"), "{found}");
    let found = refusal(&["explain", "x", "--at", "x=1,z=2"]);
    assert!(found.contains("--at names z, the formula has x"), "{found}");
    let found = refusal(&["explain", "x", "--at", "x=[1,"]);
    assert!(found.contains("x=[1,\n"), "{found}");
    let found = refusal(&["explain", "x", "--at", "x=1", "--by", "y"]);
    assert!(found.contains("--by names y, the formula has x"), "{found}");
    let found = refusal(&["explain", "argmax(x)", "--at", "x=[1,2]"]);
    assert!(found.contains("an index, which has no derivatives"), "{found}");
    let found = refusal(&["graph", "x", "--at", "x=1", "--output", "/no/such/directory/x.svg"]);
    assert!(found.contains("/no/such/directory/x.svg: No such file or directory"), "{found}");
    assert_eq!(wengert(&["explain"]).status.code(), Some(2));
}
