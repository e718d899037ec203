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
            "trunc" => (call.x() / var("other")).trunc(),
            _ => return None,
        },
        "fmod" => call.x().fmod(var("other")),
        "remainder" => call.x().remainder(var("other")),
        "pow" if call.has("self") => var("self").pow(var("exponent")),
        "pow" => call.x().pow(var(if call.has("other") { "other" } else { "exponent" })),
        "maximum" => call.x().maximum(var("other")),
        "minimum" => call.x().minimum(var("other")),
        "hypot" => call.x().hypot(var("other")),
        "atan2" => call.x().atan2(var("other")),
        "logaddexp" => call.x().log_add_exp(var("other")),
        "xlogy" => call.x().xlogy(var("other")),
        "logical_and" => call.x().logical_and(var("other")),
        "logical_or" => call.x().logical_or(var("other")),
        "logical_xor" => call.x().logical_xor(var("other")),
        "eq" => call.x().eq(var("other")),
        "ne" => call.x().ne(var("other")),
        "lt" => call.x().lt(var("other")),
        "le" => call.x().le(var("other")),
        "gt" => call.x().gt(var("other")),
        "ge" => call.x().ge(var("other")),
        "where" => var("condition").select(var("input"), var("other")),
        "lerp" => call.x().lerp(var("end"), var("weight")),
        "addcmul" => call.x().addcmul(var("tensor1"), var("tensor2"), call.number_or("value", 1.0)),
        "addcdiv" => call.x().addcdiv(var("tensor1"), var("tensor2"), call.number_or("value", 1.0)),
        "clamp" => {
            // A bound that is missing is infinite.
            let bound = |name, missing| {
                if call.has(name) { var(name) } else { call.tape.literal(missing) }
            };
            call.x().clamp(bound("min", f64::NEG_INFINITY), bound("max", f64::INFINITY))
        }
        _ => return None,
    }])
}
