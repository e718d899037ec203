//! Programs with planted NaN and infinities: what caused them is named, with its line.

use wengert_autodiff::{NonFinite, Tape, Var};

/// Checks the reasons of a story, and the line of the first.
#[track_caller]
fn check(story: Option<NonFinite>, line: u32, reasons: &[&str], remedy: &str) {
    let story = story.expect("something is not finite");
    let found: Vec<&str> = story.events.iter().map(|event| &*event.reason).collect();
    assert_eq!(found, reasons, "{story}");
    let origin = &story.events[0].origin;
    assert_eq!((&*origin.file, origin.line), (file!(), line), "{story}");
    let text = story.to_string();
    assert!(text.contains(&format!("{}:{line}", file!())), "{text}");
    assert!(story.remedy.unwrap_or_default().contains(remedy), "{text}");
}

fn gradient<'t>(y: Var<'t>, x: Var<'t>) -> Option<NonFinite> {
    let [dx] = y.tape().grad(y, [x]);
    y.tape().first_nonfinite(&[y, dx])
}

#[test]
fn a_finite_result_has_no_story() {
    let tape = Tape::new();
    let x = tape.input([0.5, -1.0]);
    assert_eq!(tape.first_nonfinite(&[x.exp(), x.sin().sum()]), None);
    // What is not needed is not looked at.
    let _ = (x - x).ln();
    assert_eq!(tape.first_nonfinite(&[x]), None);
}

#[test]
fn the_logarithm_of_zero_times_zero() {
    let tape = Tape::new();
    let x = tape.input([[0.5, 0.5], [1.0, 0.0]]);
    let (line, log) = (line!(), x.ln());
    let story = tape.first_nonfinite(&[(x * log).sum()]).expect("it is NaN");
    assert_eq!(story.events[0].position, [1, 1]);
    assert_eq!(story.events[0].operands[0].here, Some(0.0));
    assert_eq!(story.events[0].operands[0].range, Some((0.0, 1.0)));
    let reasons = ["ln 0 = -inf", "0 · -inf is NaN", "passed on to here"];
    check(Some(story), line, &reasons, "xlogy");
}

/// The branch that is not taken has an infinite derivative, and is multiplied by zero.
#[test]
fn a_select_does_not_stop_an_infinite_derivative() {
    let tape = Tape::new();
    let x = tape.input([4.0, 0.0]);
    let (line, root) = (line!(), x.sqrt());
    let y = x.gt(0.0).select(root, 0.0).sum();
    let select = line!() - 1;
    let story = gradient(y, x);
    let text = story.clone().expect("it is NaN").to_string();
    assert!(text.contains(&format!("the select at {}:{select}", file!())), "{text}");
    let reasons = ["the derivative of sqrt at 0: 0.5/0 = inf", "0 · inf is NaN"];
    check(story, line, &reasons, "c.select(x, 1.0)");
    // The remedy helps.
    let safe = x.gt(0.0).select(x.gt(0.0).select(x, 1.0).sqrt(), 0.0).sum();
    assert_eq!(gradient(safe, x), None);
}

#[test]
fn the_square_root_is_vertical_at_zero() {
    let tape = Tape::new();
    let x = tape.input(0.0);
    let (line, y) = (line!(), x.sqrt());
    let reasons = ["the derivative of sqrt at 0: 0.5/0 = inf", "passed on to here"];
    let story = gradient(3.0 * y, x);
    check(story, line, &reasons[..], "(x + eps).sqrt()");
}

#[test]
fn exp_overflows_in_a_softmax_by_hand() {
    let tape = Tape::f32();
    let x = tape.input([1.0, 100.0]);
    let (line, e) = (line!(), x.exp());
    let y = e / e.sum();
    let reasons = ["exp(100) overflows to inf", "inf/inf = NaN"];
    check(tape.first_nonfinite(&[y]), line, &reasons, "softmax");
}

#[test]
fn a_difference_of_infinities_from_data() {
    let tape = Tape::new();
    let (line, x) = (line!(), tape.input([1.0, f64::INFINITY]));
    let y = (x - x.exp()).reshape([2, 1]).permute([1, 0]);
    let reasons = ["inf was given", "inf - inf is NaN", "passed on to here"];
    check(tape.first_nonfinite(&[y]), line, &reasons, "data");
}

/// NaN is looked for first: an infinity may be meant.
#[test]
fn a_mask_of_infinities_is_not_to_blame() {
    let tape = Tape::new();
    let mask = tape.input([0.0, f64::NEG_INFINITY]);
    let x = tape.input([-1.0, 2.0]);
    let weights = (x + mask).softmax(-1);
    assert_eq!(tape.first_nonfinite(&[weights]), None);
    let line = line!() + 1;
    let y = x.sqrt();
    check(
        tape.first_nonfinite(&[weights * y]),
        line,
        &["sqrt -1 = NaN", "passed on to here"],
        "clamp",
    );
}

#[test]
fn of_a_singular_matrix() {
    let tape = Tape::new();
    let a = tape.input([[1.0, 2.0], [2.0, 4.0]]);
    let line = line!() + 1;
    let y = a.inverse();
    let story = tape.first_nonfinite(&[y]);
    check(story, line, &["solve of a singular matrix, or one that nearly is"], "identity");
}

#[test]
fn scopes_are_named() {
    let tape = Tape::new();
    let x = tape.input(-1.0);
    let y = tape.named("decoder", || x.ln());
    let story = tape.first_nonfinite(&[y]).expect("it is NaN");
    assert!(story.to_string().contains("in decoder: ln -1 = NaN"), "{story}");
}
