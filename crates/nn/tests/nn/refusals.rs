//! How layers refuse inputs: the path of the layer, both shapes, and the user's own lines where the
//! operands were made, through whatever layers of layers.

use wengert_autodiff::{Params, Scope, Tape, Var};
use wengert_nn::{Dense, Layer, Sequential};

use crate::message;

/// What is said of an input `[2, 3]` to a layer with weight `[4, 5]`: in which scope, and where
/// the two were made, without lines and columns.
#[track_caller]
fn check<L: Layer + ?Sized>(
    layer: &L,
    params: &Params,
    pass: impl for<'t> Fn(&L, &Scope<'t>, Var<'t>) -> Var<'t>,
    [path, x, weight]: [&str; 3],
) {
    let tape = Tape::new();
    let scope = tape.scope(params);
    let refusal = message(|| {
        let _ = pass(layer, &scope, scope.input([[1.0; 3]; 2]));
    });
    let expected = format!(
        "dense in {path}: x is [2, 3], but its last axis must be 4: weight [4, 5]
  operand 0: [2, 3] from {x}
  operand 1: [4, 5] from {weight}"
    );
    assert_eq!(without_lines(&refusal), expected);
}

/// Source lines change too often to be pinned.
fn without_lines(text: &str) -> String {
    let mut pieces = text.split(".rs:");
    let first = pieces.next().unwrap_or_default().to_owned();
    let number = |c: char| c.is_ascii_digit() || c == ':';
    pieces.fold(first, |text, piece| text + ".rs" + piece.trim_start_matches(number))
}

#[test]
fn a_layer_behind_dyn() {
    let mut params = Params::f64(0);
    let dense: Box<dyn Layer> = Box::new(Dense::new(&mut params, 4, 5));
    check(
        &*dense,
        &params,
        |layer, scope, x| scope.named("encoder", |scope| layer.forward(scope, x)),
        [
            "encoder",
            "input at crates/nn/tests/nn/refusals.rs",
            "input at crates/nn/tests/nn/refusals.rs in encoder",
        ],
    );
}

#[test]
fn a_layer_in_a_generic_function() {
    fn apply<'t, L: Layer>(layer: &L, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        scope.named("generic", |scope| layer.forward(scope, x))
    }
    let mut params = Params::f64(0);
    let dense = Dense::new(&mut params, 4, 5);
    check(
        &dense,
        &params,
        apply,
        [
            "generic",
            "input at crates/nn/tests/nn/refusals.rs",
            "input at crates/nn/tests/nn/refusals.rs in generic",
        ],
    );
}

#[test]
fn a_layer_in_a_sequence() {
    let mut params = Params::f64(0);
    let model = Sequential::new().relu().dense(&mut params, 4, 5).dense(&mut params, 5, 1);
    check(
        &model,
        &params,
        |model, scope, x| scope.named("model", |scope| model.forward(scope, x)),
        [
            "model.1",
            "relu at crates/nn/tests/nn/refusals.rs in model.0",
            "input at crates/nn/tests/nn/refusals.rs in model.1",
        ],
    );
}

#[test]
fn a_layer_outside_of_any_scope_and_an_input_without_axes() {
    let mut params = Params::f64(0);
    let dense = Dense::new(&mut params, 4, 5);
    let refusal = message(|| {
        let _ = Tape::new().evaluate(&params, |scope| dense.forward(scope, scope.input(1.0)));
    });
    let expected = "dense: x is [], but its last axis must be 4: weight [4, 5]\n";
    assert!(refusal.starts_with(expected), "{refusal}");
}

#[test]
fn a_second_model_under_the_same_names() {
    let mut params = Params::f64(0);
    let _first = Sequential::new().dense(&mut params, 2, 2);
    let refusal = message(|| drop(Sequential::new().dense(&mut params, 2, 2)));
    let expected = "a parameter named \"0.weight\" is there already; name models apart with \
                    Params::named";
    assert_eq!(refusal, expected);
}

#[test]
fn a_key_of_another_store() {
    let (mut ours, theirs) = (Params::f64(0), Params::f64(0));
    let dense = Dense::new(&mut ours, 2, 2);
    let refusal = message(|| {
        let _ =
            Tape::new().evaluate(&theirs, |scope| dense.forward(scope, scope.input([1.0, 2.0])));
    });
    assert!(refusal.ends_with("it was made with another `Params`"), "{refusal}");
}
