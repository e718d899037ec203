//! Keys, stores, scopes and steps.

use wengert_autodiff::{ParamMap, Params, Tape};
use wengert_tensor::{DType, Tensor};

use crate::refusal::refusal;

/// What a key is refused with; stores are numbered in the order they were made in by all tests.
fn refused(id: impl std::fmt::Debug, asked: &str) -> String {
    format!("line 0: parameter {id:?} was asked of {asked}: it was made with another `Params`")
}

#[test]
fn keys_of_another_store() {
    let (mut mine, mut other) = (Params::f64(0), Params::f64(0));
    let (id, stranger) = (mine.add("w", 1.0), other.add("w", 1.0));
    let number = |id: wengert_autodiff::ParamId| {
        let text = format!("{id:?}");
        text.split_once(" of ").expect("a key names its store").1.to_owned()
    };
    let by_store = refused(stranger, &number(id));
    let tape = Tape::new();
    let scope = tape.scope(&mine);
    refusal(|| scope.var(stranger)).says([&by_store]);
    refusal(|| scope.with([(stranger, scope.var(id))])).says([&by_store]);
    refusal(|| scope.update_buffer(stranger, scope.var(id))).says([&by_store]);
    refusal(|| mine[stranger].name.clone()).says([&by_store]);
    refusal(|| mine.clone().get_mut(stranger).trainable).says([&by_store]);
    refusal(|| mine.clone().absorb(vec![(stranger, 1.0.into())])).says([&by_store]);

    let by_map = refused(stranger, &format!("a map of {}", number(id)));
    let mut map = ParamMap::new();
    map.insert(id, 1);
    refusal(|| map.get(stranger).copied()).says([&by_map]);
    refusal(|| map[stranger]).says([&by_map]);
    refusal(|| map.insert(stranger, 2)).says([&by_map]);
    let gradient = scope.grad(scope.var(id).square());
    refusal(|| gradient[stranger]).says([&by_map]);
    // The keys of a copy are those of the original.
    assert_eq!(mine.clone()[id].name, "w");
}

#[test]
fn keys_of_nothing() {
    let mut params = Params::f64(0);
    let (used, unused) = (params.add("used", 1.0), params.add("unused", 1.0));
    let (cut, frozen) = (params.add("cut", 1.5), params.add("frozen", 1.0));
    params.get_mut(frozen).trainable = false;
    let map: ParamMap<f64> = ParamMap::new();
    refusal(|| map[used]).says([&format!("line 0: nothing belongs to parameter {used:?}")]);

    let step = Tape::new().value_and_grad(&params, |scope| {
        let (used, frozen) = (scope.var(used), scope.var(frozen));
        (used * frozen, [])
    });
    refusal(|| step.gradients[unused].item())
        .says(["line 0: \"unused\" has no gradient: the loss does not depend on it"]);
    refusal(|| step.gradients[frozen].item())
        .says([&format!("line 0: parameter {frozen:?} has no gradient: none was wanted by it")]);
    refusal(|| {
        let step = Tape::new().value_and_grad(&params, |scope| {
            let steps = scope.var(cut).floor();
            (steps * scope.var(used), [])
        });
        step.gradients[cut].item()
    })
    .says(["line 5: \"cut\" has no gradient: nothing is differentiated through floor at line 2"]);
}

#[test]
fn names_and_precisions_of_parameters() {
    let mut params = Params::f32(0);
    params.add("bias", [0.0]);
    refusal(|| params.add("bias", [1.0]))
        .says(["line 0: a parameter named \"bias\" is there already; name models apart with \
         Params::named"]);
    refusal(|| params.add("weight", Tensor::from([1.0])))
        .says(["line 0: parameter \"weight\": a tensor of f64 on a tape of f32; convert it with \
         cast(DType::…)"]);
    // What was refused has left nothing behind.
    assert_eq!(params.len(), 1);
    let tape = Tape::new();
    refusal(|| _ = tape.scope(&params)).says(["line 0: parameters in F32 on a tape in F64"]);
    refusal(|| Tape::new().evaluate(&params, |scope| scope.input(1.0)))
        .says(["line 0: parameters in F32 on a tape in F64"]);
    let single = Tensor::from([1.0]).cast(DType::F32).expect("a cast of reals");
    let weight = params.add("weight", single);
    assert_eq!(params[weight].value.dtype(), DType::F32);
}

#[test]
fn replacements_of_another_shape() {
    let mut params = Params::f64(0);
    let w = params.add("w", [1.0, 2.0]);
    let mean = params.add_buffer("norm.mean", [0.0, 0.0]);
    let tape = Tape::new();
    let scope = tape.scope(&params);
    refusal(|| scope.with([(w, scope.input([1.0, 2.0, 3.0]).exp())])).says([
        "line 0: with: [3] in place of \"w\", which is [2]",
        "operand 0: [3] from exp at line 0",
    ]);
    refusal(|| scope.update_buffer(mean, scope.var(w).mean())).says([
        "line 0: update_buffer: [] in place of \"norm.mean\", which is [2]",
        "operand 0: [] from div at line 0",
    ]);
}

#[test]
fn steps() {
    let mut params = Params::f64(0);
    let w = params.add("w", [1.0, 2.0]);
    let mut tape = Tape::new();
    refusal(|| tape.value_and_grad(&params, |scope| (scope.var(w).exp(), []))).says([
        "line 0: grad: the gradient is that of a scalar, not of [2]; sum it, or use vjp",
        "operand 0: [2] from exp at line 0",
    ]);
    refusal(|| {
        tape.value_and_grad(&params, |scope| {
            let y = scope.named("head", |scope| scope.var(w) + scope.input([1.0, 2.0, 3.0]));
            (y.sum(), [])
        })
    })
    .says([
        "line 2: add: shapes [2] and [3] do not broadcast",
        "operand 0: [2] from input at line 2 in head",
        "operand 1: [3] from input at line 2 in head",
    ]);
    // After a panic in the closure the tape makes steps as before.
    let step = tape.value_and_grad(&params, |scope| (scope.var(w).square().sum(), []));
    assert_eq!(step.gradients[w].to_vec_f64(), [2.0, 4.0]);
}
