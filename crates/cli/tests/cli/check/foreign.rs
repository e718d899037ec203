//! Programs that are started: verdicts on them, and everything that they do wrong.

use std::time::{Duration, Instant};

use crate::Directory;
use crate::check::{found, run};

/// Runs `wengert check` on a program of `sh`, and answers with exit code, output and complaint.
#[track_caller]
fn check(options: &[&str], script: &str) -> (i32, String, String) {
    run(&[options, &["--", "sh", "-c", script]].concat())
}

/// A program that answers questions by these lines of `sh`, with the question as `$question`.
fn answering(describe: &str, value: &str, gradient: &str) -> String {
    format!(
        "while read -r question; do case $question in
        *'\"ask\": \"describe\"'*) {describe} ;;
        *'\"ask\": \"value\"'*) {value} ;;
        *'\"ask\": \"gradient\"'*) {gradient} ;;
        esac; done"
    )
}

const X: &str = r#"echo '{"inputs": {"x": 2.0}}'"#;

/// $x^2$ in `awk`, as the number behind `"x": ` in the question; its derivative is so many times $x$.
fn square(factor: &str) -> String {
    let x = "x=${question#*'\"inputs\": {\"x\": '}; x=${x%%\\}*}";
    let answer = |name: &str, formula: &str, more: &str| {
        format!(
            "{x}; awk -v x=\"$x\" 'BEGIN {{ printf \"{{\\\"{name}\\\": %.17g}}{more}\\n\", {formula} }}'"
        )
    };
    let gradient = answer("gradient\\\": {\\\"x", &format!("{factor} * x"), "}");
    answering(X, &answer("value", "x * x", ""), &gradient)
}

/// `wengert check` says this about a program, and that nothing was checked.
#[track_caller]
fn refused(options: &[&str], script: &str, complaint: &str) {
    let (code, output, errors) = check(options, script);
    assert_eq!(code, 3, "{output}{errors}");
    assert_eq!(output, "");
    assert!(errors.contains(complaint), "{errors}");
}

/// The same about the answer to a question; the others are answered well.
#[track_caller]
fn refused_answers(describe: &str, value: &str, gradient: &str, complaint: &str) {
    let echo = |answer: &str| format!("echo '{answer}'");
    let script = answering(&echo(describe), &echo(value), &echo(gradient));
    refused(&[], &script, complaint);
}

#[test]
fn a_program_that_is_right_is_told_so() {
    let (code, output, errors) = check(&["--seed", "7"], &square("2"));
    assert_eq!((code, errors.as_str()), (0, ""), "{output}");
    assert!(output.starts_with("sh -c "), "{output}");
    assert!(output.contains("\nverdict: right\nx []: right within "), "{output}");
    assert!(output.ends_with(", seed 7\n"), "{output}");
}

#[test]
fn a_program_that_is_wrong_is_told_how() {
    let (code, output, _) = check(&[], &square("1"));
    assert_eq!(code, 1);
    assert!(output.contains("verdict: wrong") && output.contains("0.5"), "{output}");
}

#[test]
fn what_can_not_be_told_has_a_code_of_its_own() {
    let script = answering(X, r#"echo '{"value": NaN}'"#, r#"echo '{"gradient": {"x": 1}}'"#);
    let (code, output, errors) = check(&[], &script);
    assert_eq!((code, errors.as_str()), (2, ""), "{output}");
    assert!(output.contains("verdict: cannot tell") && output.contains("is NaN"), "{output}");
    let (code, output, _) = check(&["--budget", "0"], &square("2"));
    assert_eq!(code, 2);
    assert!(output.contains("budget"), "{output}");
}

#[test]
fn the_point_is_chosen_by_the_command_line() {
    // The function is a square at 3 alone.
    let at_three = |script: &str| script.replace("x * x", "(x > 2.5 ? x * x : 0)");
    let script = at_three(&square("2"));
    assert_eq!(check(&["--at", "x=3"], &script).0, 0);
    assert_eq!(check(&[], &script).0, 1);
    refused(&["--at", "y=3"], &script, "--at names y, the program has x");
    refused(&["--at", "x=[3]"], &script, "--at gives x the shape [1], it has []");
    refused(&["--at", "x=[3"], &script, "x=[3\n");
    refused(&["--order", "2"], &script, "one that is started answers with numbers");
}

#[test]
fn programs_that_can_not_be_started_are_named() {
    let directory = Directory::new("check-start");
    directory.write("plain", b"echo\n");
    let (code, _, errors) = run(&["--", &directory.file("plain")]);
    assert!(
        code == 3 && errors.contains("plain` could not be started: it is not exec"),
        "{errors}"
    );
    let (code, _, errors) = run(&["--", "no-such-program", "with spaces"]);
    let start = "error: `no-such-program 'with spaces'` could not be started: there is no such";
    assert!(code == 3 && errors.starts_with(start), "{errors}");
}

#[test]
fn programs_that_end_are_told_by_their_exit_code() {
    let complaint = "asked what it is, ended (exit status: 7); what it had to say stands above";
    refused(&[], "echo sorry >&2; exit 7", complaint);
    assert!(check(&[], "echo sorry >&2; exit 7").2.starts_with("sorry\n"));
    refused(&[], "kill -KILL $$", "ended (signal: 9");
    refused(&[], &answering(X, "exit 3", "exit 4"), "asked for its value, ended (exit status: 3)");
    let value = r#"echo '{"value": 1}'"#;
    let complaint = "asked for its gradient, ended (exit status: 4)";
    refused(&[], &answering(X, value, "exit 4"), complaint);
    refused(&["--timeout", "0.5"], "exec >&-; sleep 30", "closed its standard output");
    // Its child holds its output open.
    refused(&["--timeout", "0.3"], "sleep 1 & exit 5", "ended (exit status: 5)");
}

#[test]
fn programs_that_hang_are_stopped_with_all_they_started() {
    let start = Instant::now();
    let complaint =
        "asked what it is, did not answer in 0.3 s (--timeout): does it read line by line";
    refused(&["--timeout", "0.3"], "sleep 60; true", complaint);
    refused(&["--timeout", "0.3"], "trap '' TERM INT HUP; while :; do :; done", complaint);
    let script = answering(X, "sleep 60", "sleep 60");
    refused(&["--timeout", "0.3"], &script, "asked for its value, did not answer in 0.3 s");
    // It answers well, and does not end when it is told to.
    let (code, _, errors) = check(&[], &format!("{}; sleep 60", square("2")));
    assert_eq!((code, errors.as_str()), (0, ""));
    // A question that is larger than any pipe, and is not read.
    let large = r#"awk 'BEGIN { printf "{\"inputs\": {\"x\": [0"; for (k = 0; k < 99999; ++k)
        printf ", 0"; print "]}}"; }'"#;
    refused(
        &["--timeout", "0.3"],
        &format!("read -r question; {large}; sleep 60"),
        "did not answer",
    );
    assert!(start.elapsed() < Duration::from_secs(30), "nothing was waited for");
}

#[test]
fn what_is_not_an_answer_is_shown() {
    refused(&[], "echo hello; cat", "asked what it is, printed `hello`, which is not JSON");
    refused(&[], "echo; cat", "printed ``, which is not JSON (it ends where a value is expected)");
    refused(&[], "yes", "printed `y`, which is not JSON");
    refused(&[], "printf '{\"inputs\"'; exit", "printed `{\"inputs\"`, which is not JSON");
    let long = "head -c 9999 /dev/zero | tr '\\0' z; echo; cat";
    let (_, _, errors) = check(&[], long);
    assert!(errors.contains(&format!("printed `{}…`", "z".repeat(80))), "{errors}");
    refused(&[], "printf '\\377\\n'; cat", "answered `\u{fffd}`, which is not UTF-8");
    let twice = answering(&format!("{X}; echo ready; sleep 0.2"), ":", ":");
    let (code, _, errors) = check(&["--timeout", "2"], &twice);
    // Seen before the next question, or as the answer to it.
    assert!(code == 3 && errors.contains("printed `ready`"), "{errors}");
}

#[test]
fn a_line_without_end_is_not_read_without_end() {
    let endless = "exec cat /dev/zero";
    refused(&["--timeout", "60"], endless, "answered with a line of more than 256 MB");
}

#[test]
fn answers_of_another_form_are_refused() {
    let x = r#"{"inputs": {"x": [1, 2]}}"#;
    let refused = refused_answers;
    refused("[]", "", "", "`[]`: its member `inputs` is missing");
    refused(r#"{"inputs": {}}"#, "", "", "it has no inputs, and so no gradient");
    refused(r#"{"inputs": [1]}"#, "", "", "`inputs` is not an object, with a name for each input");
    refused(r#"{"inputs": {"x": true}}"#, "", "", "input `x` has true or false in place of a n");
    refused(r#"{"inputs": {"x": [[1], 2]}}"#, "", "", "input `x` has lists that are not all of");
    refused(r#"{"inputs": {"x": 1, "x": 2}}"#, "", "", "its input `x` is there twice");
    refused(r#"{"inputs": {"x": 1}, "name": 3}"#, "", "", "its member `name` is not a text");
    refused(r#"{"error": "w is singular"}"#, "", "", "answered with an error: w is singular");
    refused(r#"{"error": {"code": 3}}"#, "", "", "with an error: {\"error\": {\"code\": 3}}");
    refused(x, r#"{"y": 3}"#, "", "asked for its value, answered `{\"y\": 3}`: its member `value`");
    refused(x, r#"{"value": "three"}"#, "", "its member `value` has a text in place of a number");
    refused(x, r#"{"value": null}"#, "", "its member `value` is missing");
    refused(x, r#"{"error": "overflow"}"#, "", "asked for its value, answered with an error: over");
    let value = r#"{"value": 1}"#;
    refused(x, value, r#"{"gradient": [1, 2]}"#, "its member `gradient` is not an object");
    refused(x, value, r#"{"value": 1}"#, "asked for its gradient, answered `{\"value\": 1}`: its");
    refused(x, value, r#"{"gradient": {"y": 1}}"#, "by `y`, and its inputs are `x`");
    refused(x, value, r#"{"gradient": {"x": {}}}"#, "its gradient by `x` has an object in place");
}

#[test]
fn a_value_keeps_its_shape() {
    let value =
        r#"count=${count}1; test $count = 1 && echo '{"value": 1}' || echo '{"value": [1]}'"#;
    let complaint = "its value has shape [1], and had [] before";
    refused(&[], &answering(X, value, ":"), complaint);
}

/// The two answers of programs that are right but for the form of the gradient.
#[track_caller]
fn verdict_on_gradient(gradient: &str) -> String {
    let describe = r#"echo '{"inputs": {"x": [1, 2]}}'"#;
    let script = answering(describe, r#"echo '{"value": 1}'"#, &format!("echo '{gradient}'"));
    let (code, output, errors) = check(&[], &script);
    assert!(code < 3, "{errors}");
    output
}

#[test]
fn a_gradient_of_another_form_is_wrong_and_not_misunderstood() {
    let output = verdict_on_gradient(r#"{"gradient": {"x": [[0, 0], [0, 0]]}}"#);
    assert!(output.contains("4 elements instead of 2"), "{output}");
    let output = verdict_on_gradient(r#"{"gradient": {"x": [NaN, Infinity]}}"#);
    assert!(output.contains("verdict: wrong"), "{output}");
    // One that is left out or null is zero.
    let zero = verdict_on_gradient(r#"{"gradient": {"x": [0, 0]}}"#);
    assert_eq!(zero.lines().nth(1), Some("verdict: right"), "{zero}");
    assert_eq!(verdict_on_gradient(r#"{"gradient": {}}"#), zero);
    assert_eq!(verdict_on_gradient(r#"{"gradient": {"x": null}}"#), zero);
}

/// $f(x, w)_i = x_{i}\cdot w^2$, with what has to be the same in all questions, in Python.
const PRODUCT: &str = r#"
import json, sys

def answer(question):
    if question["ask"] == "describe":
        return {"name": "a product", "inputs": {"x": [[0.5, -1.0, 2.0], [2.0, 0.25, 1.0]], "w": [0.3, 0.7, 1.1]}}
    x, w = question["inputs"]["x"], question["inputs"]["w"]
    held = question["base"]["w"][0] + question["seed"]
    if question["ask"] == "value":
        return {"value": [held * sum(a * b * b for a, b in zip(row, w)) for row in x]}
    u = question["cotangent"]
    by_x = [[held * v * b * b for b in w] for v in u]
    by_w = [held * sum(v * 2 * row[k] * b for row, v in zip(x, u)) for k, b in enumerate(w)]
    return {"gradient": {"x": by_x, "w": by_w}}

for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
"#;

#[test]
fn a_program_in_python_with_several_inputs_and_results() {
    let Some(python) = found("python3") else { return };
    let (code, output, errors) = run(&["--seed", "3", "--", python, "-c", PRODUCT]);
    assert_eq!((code, errors.as_str()), (0, ""), "{output}");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines[..2], ["a product", "verdict: right"]);
    assert!(lines[2].starts_with("x [2, 3]: right") && lines[3].starts_with("w [3]: right"));

    let transposed = PRODUCT.replace(r#""x": by_x"#, r#""x": list(zip(*by_x))"#);
    let (code, output, _) = run(&["--", python, "-c", &transposed]);
    assert_eq!(code, 1, "{output}");
    assert!(output.contains("w [3]: right"), "{output}");

    let unsummed = PRODUCT.replace(r#""w": by_w"#, r#""w": x"#);
    let (code, output, _) = run(&["--", python, "-c", &unsummed]);
    assert!(code == 1 && output.contains("6 elements instead of 3"), "{output}");

    let random = PRODUCT.replace("held * sum(a", "__import__('random').random() * sum(a");
    let (code, output, _) = run(&["--", python, "-c", &random]);
    assert!(code == 2 && output.contains("nondeterminism"), "{output}");

    let broken = PRODUCT.replace("held = ", "held = 1 / 0 + ");
    let (code, _, errors) = run(&["--", python, "-c", &broken]);
    assert!(code == 3 && errors.contains("ZeroDivisionError"), "{errors}");
    assert!(errors.contains("asked for its value, ended (exit status: 1)"), "{errors}");

    let unflushed = PRODUCT.replace(", flush=True", "");
    let buffered = ["--", "env", "-u", "PYTHONUNBUFFERED", python, "-c", &unflushed];
    let (code, _, errors) = run(&[&["--timeout", "0.5"], &buffered[..]].concat());
    assert!(code == 3 && errors.contains("flush its standard output"), "{errors}");
}
