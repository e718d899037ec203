//! Functions of one number, activations among them.

use wengert::prelude::*;

use crate::call::Call;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let number = |name, default| call.number_or(name, default);
    let x = *call.all().first()?;
    Some(vec![match call.op {
        "neg" => -x,
        "abs" => x.abs(),
        "sign" => x.sign(),
        "exp" => x.exp(),
        "expm1" => x.exp_m1(),
        "log" => x.ln(),
        "log1p" => x.ln_1p(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "sqrt" => x.sqrt(),
        "rsqrt" => x.rsqrt(),
        "square" => x.square(),
        "reciprocal" => x.recip(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "tanh" => x.tanh(),
        "asinh" => x.asinh(),
        "acosh" => x.acosh(),
        "atanh" => x.atanh(),
        "erf" => x.erf(),
        "erfc" => x.erfc(),
        "lgamma" => x.ln_gamma(),
        "digamma" => x.digamma(),
        "floor" => x.floor(),
        "ceil" => x.ceil(),
        "round" => x.round_to(call.number_or("decimals", 0.0) as i32),
        "nan_to_num" => {
            x.nan_to_num(number("nan", 0.0), number("posinf", f64::MAX), number("neginf", f64::MIN))
        }
        "isnan" => x.is_nan(),
        "isinf" => x.is_infinite(),
        "isfinite" => x.is_finite(),
        "logical_not" => x.logical_not(),
        "sigmoid" => x.sigmoid(),
        "nn.functional.logsigmoid" => x.log_sigmoid(),
        "nn.functional.softplus" => softplus(x, number("beta", 1.0), number("threshold", 20.0)),
        "relu" => x.relu(),
        "nn.functional.relu6" => x.relu6(),
        "nn.functional.leaky_relu" => x.leaky_relu(number("negative_slope", 0.01)),
        "nn.functional.prelu" => x.leaky_relu(call.var("weight")),
        "nn.functional.elu" => x.elu(number("alpha", 1.0)),
        "selu" => x.selu(),
        "celu" => x.celu(number("alpha", 1.0)),
        "nn.functional.silu" => x.silu(),
        "nn.functional.mish" => x.mish(),
        "nn.functional.gelu" if call.text("approximate") == "tanh" => x.gelu_tanh(),
        "nn.functional.gelu" => x.gelu(),
        "nn.functional.hardtanh" if !call.has("min_val") && !call.has("max_val") => x.hard_tanh(),
        "nn.functional.hardtanh" => x.clamp(number("min_val", -1.0), number("max_val", 1.0)),
        "nn.functional.hardsigmoid" => x.hard_sigmoid(),
        "nn.functional.hardswish" => x.hard_swish(),
        "nn.functional.softsign" => x.softsign(),
        "nn.functional.glu" => x.glu(call.axis_or("dim", x, -1)),
        _ => return None,
    }])
}

/// Softplus as PyTorch cuts it off: a straight line from a threshold on.
fn softplus(x: Var<'_>, beta: f64, threshold: f64) -> Var<'_> {
    let scaled = x * beta;
    scaled.gt(threshold).select(x, scaled.softplus() / beta)
}
