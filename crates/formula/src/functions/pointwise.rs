//! Functions of single elements: elementary functions, activations, and questions with the answers
//! 1 and 0.

use super::{
    Function,
    Rule::{One, Own, Three, Two},
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("exp(x)", "e to the power of x", One(|x| x.exp())),
    Function::new("exp2(x)", "2 to the power of x", One(|x| x.exp2())),
    Function::new("exp_m1(x)", "exp(x) - 1, accurate near 0", One(|x| x.exp_m1())),
    Function::new("ln(x)", "the natural logarithm", One(|x| x.ln())),
    Function::new("log(x)", "the natural logarithm, as ln", One(|x| x.ln())),
    Function::new("ln_1p(x)", "ln(1 + x), accurate near 0", One(|x| x.ln_1p())),
    Function::new("log2(x)", "the logarithm to base 2", One(|x| x.log2())),
    Function::new("log10(x)", "the logarithm to base 10", One(|x| x.log10())),
    Function::new("sqrt(x)", "the square root", One(|x| x.sqrt())),
    Function::new("rsqrt(x)", "1 / sqrt(x)", One(|x| x.rsqrt())),
    Function::new("cbrt(x)", "the cube root, of the sign of x", One(|x| x.cbrt())),
    Function::new("square(x)", "x times x", One(|x| x.square())),
    Function::new("recip(x)", "1 / x", One(|x| x.recip())),
    Function::new("pow(x, exponent)", "x to the power of the exponent", Two(|x, p| x.pow(p))),
    Function::new("sin(x)", "the sine", One(|x| x.sin())),
    Function::new("cos(x)", "the cosine", One(|x| x.cos())),
    Function::new("tan(x)", "the tangent", One(|x| x.tan())),
    Function::new("asin(x)", "the angle whose sine is x", One(|x| x.asin())),
    Function::new("acos(x)", "the angle whose cosine is x", One(|x| x.acos())),
    Function::new("atan(x)", "the angle whose tangent is x", One(|x| x.atan())),
    Function::new("atan2(y, x)", "the angle of the point (x, y)", Two(|y, x| y.atan2(x))),
    Function::new("hypot(x, y)", "sqrt(x^2 + y^2) without overflow", Two(|x, y| x.hypot(y))),
    Function::new("sinh(x)", "the hyperbolic sine", One(|x| x.sinh())),
    Function::new("cosh(x)", "the hyperbolic cosine", One(|x| x.cosh())),
    Function::new("tanh(x)", "the hyperbolic tangent", One(|x| x.tanh())),
    Function::new("asinh(x)", "the inverse of sinh", One(|x| x.asinh())),
    Function::new("acosh(x)", "the inverse of cosh", One(|x| x.acosh())),
    Function::new("atanh(x)", "the inverse of tanh", One(|x| x.atanh())),
    Function::new("erf(x)", "the error function", One(|x| x.erf())),
    Function::new("erfc(x)", "1 - erf(x), accurate where it is small", One(|x| x.erfc())),
    Function::new("erfinv(x)", "the inverse of erf", One(|x| x.erfinv())),
    Function::new("logit(x)", "ln(x / (1 - x)), the inverse of sigmoid", One(|x| x.logit())),
    Function::new("ln_gamma(x)", "the logarithm of |gamma(x)|", One(|x| x.ln_gamma())),
    Function::new("digamma(x)", "the derivative of ln_gamma", One(|x| x.digamma())),
    Function::new(
        "polygamma(order, x)",
        "the order-th derivative of digamma",
        Two(|n, x| x.polygamma(n)),
    ),
    Function::new("abs(x)", "the absolute value", One(|x| x.abs())),
    Function::new("sign(x)", "-1, 0 or 1 as x is below, at or above 0", One(|x| x.sign())),
    Function::new("floor(x)", "the largest integer that is at most x", One(|x| x.floor())),
    Function::new("ceil(x)", "the smallest integer that is at least x", One(|x| x.ceil())),
    Function::new("round(x)", "the nearest integer, of two the even one", One(|x| x.round())),
    Function::new("trunc(x)", "x without the digits behind the point", One(|x| x.trunc())),
    Function::new("frac(x)", "the digits behind the point, x - trunc(x)", One(|x| x.frac())),
    Function::new("fmod(x, y)", "what is left of x, of its sign", Two(|x, y| x.fmod(y))),
    Function::new("remainder(x, y)", "what is left, of the sign of y", Two(|x, y| x.remainder(y))),
    Function::new("copysign(x, y)", "|x| with the sign of y", Two(|x, y| x.copysign(y))),
    Function::new("maximum(x, y)", "the larger of the two", Two(|x, y| x.maximum(y))),
    Function::new("minimum(x, y)", "the smaller of the two", Two(|x, y| x.minimum(y))),
    Function::new(
        "clamp(x, low, high)",
        "x limited to the range from low to high",
        Three(|x, a, b| x.clamp(a, b)),
    ),
    Function::new(
        "log_add_exp(x, y)",
        "ln(exp(x) + exp(y)) without overflow",
        Two(|x, y| x.log_add_exp(y)),
    ),
    Function::new("xlogy(x, y)", "x ln(y), and 0 where x is 0", Two(|x, y| x.xlogy(y))),
    Function::new(
        "lerp(start, end, weight)",
        "start + weight (end - start)",
        Three(|a, b, w| a.lerp(b, w)),
    ),
    Function::new(
        "where(condition, x, y)",
        "x where the condition is not 0, else y",
        Three(|c, x, y| c.select(x, y)),
    ),
    Function::new(
        "select(condition, x, y)",
        "x where the condition is not 0, else y, as where",
        Three(|c, x, y| c.select(x, y)),
    ),
    Function::new(
        "nan_to_num(x, nan, above, below)",
        "x with numbers for NaN, infinity and -infinity",
        Own(|call| {
            let [x, nan] = [call.real(0)?, call.real(1)?];
            let [above, below] = [call.real(2)?, call.real(3)?];
            call.check_broadcast(&[x, nan, above, below])?;
            Ok(x.nan_to_num(nan, above, below))
        }),
    ),
    Function::new("is_nan(x)", "1 where x is NaN, else 0", One(|x| x.is_nan())),
    Function::new("is_infinite(x)", "1 where x is infinite, else 0", One(|x| x.is_infinite())),
    Function::new("is_finite(x)", "1 where x is a number, else 0", One(|x| x.is_finite())),
    Function::new("and(x, y)", "1 where neither is 0, else 0", Two(|x, y| x.logical_and(y))),
    Function::new("or(x, y)", "1 where one is not 0, else 0", Two(|x, y| x.logical_or(y))),
    Function::new("xor(x, y)", "1 where just one is not 0", Two(|x, y| x.logical_xor(y))),
    Function::new("not(x)", "1 where x is 0, else 0", One(|x| x.logical_not())),
    Function::new("stop_gradient(x)", "x, with the derivative 0", One(|x| x.stop_gradient())),
    Function::new(
        "straight_through(x, like)",
        "x, with the derivative of the other",
        Own(|call| {
            let [x, like] = [call.real(0)?, call.real(1)?];
            call.check_same(x, like)?;
            Ok(x.straight_through(like))
        }),
    ),
    Function::new("relu(x)", "x where it is positive, else 0", One(|x| x.relu())),
    Function::new("sigmoid(x)", "1 / (1 + exp(-x))", One(|x| x.sigmoid())),
    Function::new("log_sigmoid(x)", "the logarithm of sigmoid(x)", One(|x| x.log_sigmoid())),
    Function::new("softplus(x)", "ln(1 + exp(x))", One(|x| x.softplus())),
    Function::new("softsign(x)", "x / (1 + |x|)", One(|x| x.softsign())),
    Function::new("relu6(x)", "x limited to the range from 0 to 6", One(|x| x.relu6())),
    Function::new(
        "leaky_relu(x, slope=0.01)",
        "x where it is positive, else slope times x",
        Own(|call| Ok(call.real(0)?.leaky_relu(call.number(1)?))),
    ),
    Function::new(
        "elu(x, a=1)",
        "x where it is positive, else a (exp(x) - 1)",
        Own(|call| Ok(call.real(0)?.elu(call.number(1)?))),
    ),
    Function::new(
        "celu(x, a=1)",
        "x where it is positive, else a (exp(x/a) - 1)",
        Own(|call| Ok(call.real(0)?.celu(call.positive(1)?))),
    ),
    Function::new("selu(x)", "elu that keeps mean and variance", One(|x| x.selu())),
    Function::new("gelu(x)", "x times the normal distribution's share", One(|x| x.gelu())),
    Function::new("gelu_tanh(x)", "gelu by an approximation with tanh", One(|x| x.gelu_tanh())),
    Function::new("silu(x)", "x sigmoid(x)", One(|x| x.silu())),
    Function::new("mish(x)", "x tanh(softplus(x))", One(|x| x.mish())),
    Function::new("hard_tanh(x)", "x limited to the range from -1 to 1", One(|x| x.hard_tanh())),
    Function::new("hard_sigmoid(x)", "a straight line like sigmoid", One(|x| x.hard_sigmoid())),
    Function::new("hard_swish(x)", "x hard_sigmoid(x)", One(|x| x.hard_swish())),
    Function::new("tanh_shrink(x)", "x - tanh(x)", One(|x| x.tanh_shrink())),
    Function::new(
        "hard_shrink(x, limit=0.5)",
        "x where it is beyond the limits, else 0",
        Own(|call| Ok(call.real(0)?.hard_shrink(call.number(1)?))),
    ),
    Function::new(
        "soft_shrink(x, limit=0.5)",
        "x moved towards 0 by the limit",
        Own(|call| Ok(call.real(0)?.soft_shrink(call.number(1)?))),
    ),
    Function::new(
        "threshold(x, limit, value)",
        "x where it is above the limit, else the value",
        Three(|x, limit, value| x.threshold(limit, value)),
    ),
    Function::new(
        "glu(x, axis=-1)",
        "one half along the axis times the sigmoid of the other",
        Own(|call| {
            let x = call.filled(0)?;
            let axis = call.axis(1, x)?;
            call.check_halves(x, axis)?;
            Ok(x.glu(axis))
        }),
    ),
    Function::new(
        "swiglu(x, axis=-1)",
        "the silu of one half along the axis times the other",
        Own(|call| {
            let x = call.filled(0)?;
            let axis = call.axis(1, x)?;
            call.check_halves(x, axis)?;
            Ok(x.swiglu(axis))
        }),
    ),
];
