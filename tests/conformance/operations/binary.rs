//! Functions of two numbers or three, broadcast; comparisons and choices.

use wengert::prelude::*;

use crate::call::Call;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let var = |name| call.var(name);
    Some(vec![match call.op {
        "add" => call.x() + call.number_or("alpha", 1.0) * var("other"),
        "sub" => call.x() - call.number_or("alpha", 1.0) * var("other"),
        "mul" => call.x() * var("other"),
        "div" => match call.text("rounding_mode") {
            "" => call.x() / var("other"),
            "floor" => (call.x() / var("other")).floor(),
            "trunc" => toward_zero(call.x() / var("other")),
            _ => return None,
        },
        "remainder" => {
            let (a, b) = (call.x(), var("other"));
            a - (a / b).floor() * b
        }
        "pow" if call.has("self") => var("self").pow(var("exponent")),
        "pow" => call.x().pow(var(if call.has("other") { "other" } else { "exponent" })),
        "maximum" => call.x().maximum(var("other")),
        "minimum" => call.x().minimum(var("other")),
        "eq" => call.x().eq(var("other")),
        "ne" => call.x().ne(var("other")),
        "lt" => call.x().lt(var("other")),
        "le" => call.x().le(var("other")),
        "gt" => call.x().gt(var("other")),
        "ge" => call.x().ge(var("other")),
        "isnan" => call.x().ne(call.x()),
        "where" => var("condition").select(var("input"), var("other")),
        "lerp" => call.x() + var("weight") * (var("end") - call.x()),
        "addcmul" => call.x() + call.number_or("value", 1.0) * var("tensor1") * var("tensor2"),
        "addcdiv" => call.x() + call.number_or("value", 1.0) * var("tensor1") / var("tensor2"),
        "clamp" => clamp(call),
        _ => return None,
    }])
}

/// Without what is behind the point.
fn toward_zero(x: Var<'_>) -> Var<'_> {
    x.ge(0.0).select(x.floor(), -(-x).floor())
}

/// Either bound may be missing. At a bound that is a number the derivative is 0; with one that is
/// a variable it is shared.
fn clamp<'t>(call: &Call<'_, 't>) -> Var<'t> {
    let x = call.x();
    let x = match call.optional("min") {
        Some(low) => x.maximum(low),
        None if call.has("min") => x.le(call.number("min")).select(call.number("min"), x),
        None => x,
    };
    match call.optional("max") {
        Some(high) => x.minimum(high),
        None if call.has("max") => x.ge(call.number("max")).select(call.number("max"), x),
        None => x,
    }
}
