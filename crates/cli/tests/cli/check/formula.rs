//! Formulas, gradients of them that were written by hand, and programs in files.

use wengert::prelude::*;
use wengert::weights::save_program;

use crate::Directory;
use crate::check::run;

/// `wengert check` says this, and that nothing was checked.
#[track_caller]
fn refused(arguments: &[&str], complaint: &str) {
    let (code, output, errors) = run(arguments);
    assert_eq!((code, output.as_str()), (3, ""), "{errors}");
    assert!(errors.starts_with("error: ") && errors.contains(complaint), "{errors}");
}

/// `wengert check` comes to this verdict, and answers with the report.
#[track_caller]
fn verdict(code: i32, arguments: &[&str]) -> String {
    let (found, output, errors) = run(arguments);
    assert_eq!((found, errors.as_str()), (code, ""), "{output}");
    let word = ["right", "wrong", "cannot tell"][code as usize];
    assert_eq!(output.lines().nth(1), Some(format!("verdict: {word}").as_str()), "{output}");
    output
}

#[test]
fn the_derivatives_of_the_library_are_right() {
    let shapes = ["sum(tanh(x @ w))", "--input", "x=3x4", "--input", "w=4x2"];
    let report = verdict(0, &shapes);
    assert!(report.contains("\nx [3, 4]: right") && report.contains("\nw [4, 2]: right"));
    assert_eq!(verdict(0, &shapes), report);
    let seeded = verdict(0, &[&shapes[..], &["--seed", "7", "--f32"]].concat());
    assert!(seeded.contains("seed 7"), "{seeded}");
    verdict(0, &["x * b", "--input", "x=2x3, b=scalar", "--order", "2"]);
    verdict(0, &["x * b", "--input", "x=2x3", "--at", "b=[1, 2, 3]", "--directions", "0"]);
    assert!(verdict(0, &["relu(x)", "--at", "x=[0, 1]"]).contains("element 0 is at a kink"));
    assert!(verdict(2, &["log(x)", "--at", "x=-1"]).contains("domain"));
}

#[test]
fn what_is_drawn_depends_on_the_seed_and_is_neither_small_nor_large() {
    // The claim is right where every number has a magnitude from ½ to 3⁄2, of both signs.
    let inside = "x = where((abs(x) >= 0.5) * (abs(x) < 1.5), 2 * x, 0)";
    let square = ["sum(x^2)", "--input", "x=50", "--claim"];
    verdict(0, &[&square[..], &[inside]].concat());
    verdict(1, &[&square[..], &["x = 2 * abs(x)"]].concat());
    verdict(1, &[&square[..], &["x = -2 * abs(x)"]].concat());
    // Its value, where it has a fixed point.
    let at_seed =
        |seed: &str| verdict(1, &["x", "--input", "x=scalar", "--claim", "x=x", "--seed", seed]);
    let found = |report: String| report.lines().nth(3).map(str::to_owned);
    assert_eq!(found(at_seed("1")), found(at_seed("1")));
    assert_ne!(found(at_seed("1")), found(at_seed("2")));
}

#[test]
fn gradients_written_by_hand_are_judged() {
    let layer = ["tanh(x @ w)", "--input", "x=3x4,w=4x2"];
    let by_w = ["--claim", "w = x.T @ (u * (1 - tanh(x @ w)^2))"];
    let report = verdict(0, &[&layer[..], &by_w].concat());
    assert!(report.contains("\nw [4, 2]: right") && !report.contains("\nx "), "{report}");
    let by_x = ["--claim", "x = (u * (1 - tanh(x @ w)^2)) @ w.T"];
    verdict(0, &[&layer[..], &by_w, &by_x, &["--f32"]].concat());
    let report = verdict(
        1,
        &[&layer[..], &by_w, &["--claim", "x = -(u * (1 - tanh(x@w)^2)) @ w.T"]].concat(),
    );
    assert!(report.contains("the opposite sign") && report.contains("w [4, 2]: right"), "{report}");
    // Shapes that do not suit are pointed at in the claim.
    refused(&[&layer[..], &["--claim", "x = u @ w"]].concat(), "\nu @ w\n  ^\n");
}

#[test]
fn a_claim_is_broadcast_but_never_summed() {
    let sum = ["sum(x + b)", "--input", "x=3x4,b=4"];
    verdict(0, &[&sum[..], &["--claim", "x = 1", "--claim", "b = 3 * u"]].concat());
    let report = verdict(1, &[&sum[..], &["--claim", "b = ones_like(x)"]].concat());
    assert!(report.contains("12 elements instead of 4: a sum is missing"), "{report}");
}

#[test]
fn claims_that_are_none_are_refused() {
    let claim = |claim: &str, complaint: &str| {
        refused(&["x^2 * y", "--at", "x=3,y=[1,2]", "--claim", claim], complaint);
    };
    claim("2 * x * y", "--claim '2 * x * y' is no claim: expected 'INPUT = FORMULA'");
    claim("z = 2 * x", "--claim names z, the formula has x and y");
    claim("x = 2 * z", "the claim for x uses z, no input of the formula");
    claim("x = 2 *", "expected a number");
    claim("x = argmax(y)", "the claim for x is an index, and no gradient");
    claim("x = 2 * sum(y)", "the result has shape [2], so the claim for x has to say with which");
    let square = ["x^2", "--at", "x=3", "--claim", "x = 2*x"];
    refused(&[&square[..], &["--claim", "x=2*x"]].concat(), "there are two claims for x");
    refused(&[&square[..], &["--order", "2"]].concat(), "--claim claims those of order 1");
    let named_u = ["x * u", "--at", "x=3,u=2", "--claim", "x = u"];
    refused(&named_u, "the cotangent of the result is called u");
    verdict(0, &named_u[..3]);
}

#[test]
fn formulas_without_values_are_refused() {
    refused(
        &["x + sine(y)"],
        "unknown function `sine`; did you mean `sin`?\nx + sine(y)\n    ^^^^",
    );
    refused(&["x"], "there is no value for x; give one with --at x=0.5, or x=[1,2,3], or have it");
    refused(&["x", "--at", "y=1"], "--at names y, the formula has x");
    refused(&["x", "--input", "y=1"], "--input names y, the formula has x");
    refused(&["x", "--at", "x=1", "--input", "x=2"], "x is given twice");
    refused(&["x", "--input", "x=2", "--input", "x=2"], "x is given twice");
    refused(&["x", "--input", "x=2y3"], "expected a name and its sizes");
    refused(&["1 + 2"], "the formula has no inputs");
    refused(&["argmax(x)", "--at", "x=[1,2]"], "an index, which has no derivatives");
    refused(&["x @ y", "--input", "x=2x3,y=2x3"], "x @ y\n  ^");
}

#[test]
fn programs_in_files_are_checked() {
    let directory = Directory::new("check-program");
    let path = directory.file("program.jsonl");
    let tape = Tape::f32();
    let (x, w) = (tape.input([1.0, 2.0]), tape.input([[0.0, 1.0], [2.0, 3.0]]));
    let program = tape.program([x, w], [w.matmul(x).tanh().sum(), x]);
    save_program(&path, &program).expect("it can be written");
    let checked = ["--program", path.as_str()];
    let report = verdict(0, &checked);
    assert!(report.starts_with(&path) && report.contains("\ninput1 [2, 2]: right"), "{report}");
    verdict(0, &[&checked[..], &["--at", "input0=[0.5,-1]", "--order", "2"]].concat());
    verdict(2, &[&checked[..], &["--at", "input0=[nan,1]"]].concat());
    let at =
        |at: &str, complaint: &str| refused(&[&checked[..], &["--at", at]].concat(), complaint);
    at("x=1", "--at names x, the program has input0 and input1");
    at("input0=1", "--at gives input0 the shape [], it has [2]");
    refused(&["--program", &directory.file("none")], "none: ");
    directory.write("damaged", b"{}\n");
    refused(&["--program", &directory.file("damaged")], "damaged: ");
}

#[test]
fn programs_with_positions_need_them() {
    let directory = Directory::new("check-positions");
    let path = directory.file("program.jsonl");
    let tape = Tape::new();
    let (x, k) = (tape.input([1.0, 2.0, 4.0]), tape.input(Tensor::from([0_i64, 2])));
    save_program(&path, &tape.program([x, k], [x.gather(0, k).exp()])).expect("it can be written");
    let checked = ["--program", path.as_str()];
    refused(
        &checked,
        "input1 has whole numbers, whose range only you know: give [2] of them with --at",
    );
    let at = |at: &str| run(&[&checked[..], &["--at", at]].concat());
    let (code, report, _) = at("input1=[0,1]");
    assert!(code == 0 && report.contains("input0 [3]: right") && !report.contains("input1"));
    let (code, _, errors) = at("input1=[0,0.5]");
    assert!(code == 3 && errors.contains("input1 has whole numbers alone"), "{errors}");
    let (code, _, errors) = at("input1=[0,7]");
    assert!(code == 3 && errors.contains('7'), "{errors}");

    let whole = tape.program([k], [k]);
    save_program(&path, &whole).expect("it can be written");
    refused(&checked, "the program has no inputs that are real numbers");
    save_program(&path, &tape.program([x], [x.argmax(0)])).expect("it can be written");
    refused(&checked, "no result that could be differentiated");
}
