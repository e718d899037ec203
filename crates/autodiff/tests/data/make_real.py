"""Makes real.csv, the reference values that tests/real.rs holds DoubleDouble to.

    pip install mpmath==1.3.0
    python make_real.py > real.csv

Arguments are sums of two floats, taken exactly; values are computed with mpmath to 60 digits at
least and cut into three floats (about 48 digits). Rows are of the form

    function, x hi, x lo, p hi, p lo, y hi, y lo, y third

where p is the second operand, if there is one. Only results between 1e-290 and 1e308 in magnitude
are kept: below, the second part of a double-double number is subnormal and has no 31 digits.
"""

import random

import mpmath
from mpmath import mpf

# Enough to take whole turns off 1e308, and to leave more than 60 digits.
mpmath.mp.prec = 2400

draw = random.Random(20240229)


def split(value, count):
    """The value cut into floats, each the nearest to what those before leave over."""
    parts = []
    for _ in range(count):
        parts.append(float(value))
        value -= mpf(parts[-1])
    return parts


def double_double(value):
    return tuple(split(mpf(value), 2))


def exact(pair):
    return mpf(pair[0]) + mpf(pair[1])


def full(x):
    """A double-double number near x whose second part has all its digits."""
    return double_double(mpf(x) + mpf(x) * mpf(draw.uniform(-1, 1)) * mpf(2) ** -53)


def emit(name, function, *arguments):
    value = function(*map(exact, arguments))
    if mpmath.isfinite(value) and mpf("1e-290") < abs(value) < mpf("1.797e308"):
        x = arguments[0]
        p = arguments[1] if len(arguments) > 1 else ("", "")
        fields = [*x, *p, *split(value, 3)]
        print(",".join([name, *(f if f == "" else repr(f) for f in fields)]))


def both_signs(values):
    return [s * v for v in values for s in (1, -1)]


def spread(low, high, count):
    return [draw.uniform(low, high) for _ in range(count)]


def powers_of_ten(low, high, step):
    return [draw.uniform(1, 10) * 10.0**k for k in range(low, high, step)]


TINY = [1e-289, 1e-200, 3e-100, 1e-40, 1e-31, 1e-20, 1e-16, 1e-9, 1e-5, 1e-3, 0.01, 0.1]
HALF_PI = mpmath.pi / 2
LN_2 = mpmath.log(2)


def next_to(values, scale):
    """The double-double numbers nearest to the values, and some at small distances from them."""
    pairs = []
    for v in values:
        pairs += [double_double(v), (float(v), 0.0)]
        pairs += [double_double(mpf(v) + scale * d) for d in (1e-25, -1e-10)]
    return pairs


def exponentials():
    ordinary = both_signs(TINY) + spread(-5, 5, 20)
    large = spread(-660, 709, 30) + [709.7, 709.78, -650.0, -667.0, 50.0, -50.0, 36.7, -36.7]
    breaks = next_to([LN_2 / 2, -LN_2 / 2, 3 * LN_2 / 2, 100.5 * LN_2], 1)
    short = [(1.0, 0.0), (-1.0, 0.0), (88.0, 0.0)]
    for pair in [full(x) for x in ordinary + large] + breaks + short:
        emit("exp", mpmath.exp, pair)
        emit("exp_m1", mpmath.expm1, pair)
        emit("tanh", mpmath.tanh, pair)
    for x in both_signs([0.17, 0.174, 0.176, 0.3, 0.34, 0.349, 0.351, 0.36]):
        emit("tanh", mpmath.tanh, full(x))
        emit("exp_m1", mpmath.expm1, full(x))


def log1p(x):
    return mpmath.log(1 + x)


def logarithms():
    near_one = [double_double(1 + mpf(d)) for d in both_signs(TINY[:-1])]
    near_one += [(1.0, e) for e in (1e-17, -1e-17, 1e-32, -1e-60, 1e-200)]
    breaks = next_to([mpmath.sqrt(2), 1 / mpmath.sqrt(2), mpmath.sqrt(8), mpf(2), mpf(1) / 2], 1)
    wide = [full(x) for x in powers_of_ten(-289, 308, 12) + spread(0, 3, 25) + spread(1, 1000, 10)]
    for pair in near_one + breaks + wide + [(1e308, 0.0), (5e-324, 0.0), (2.5e-308, 0.0)]:
        emit("ln", mpmath.log, pair)
    small = [full(x) for x in both_signs(TINY) + spread(-0.99, 3, 40)]
    breaks = next_to([mpf("0.3"), mpf("-0.3"), mpf("0.414"), mpf(1)], 1)
    near_minus_one = [double_double(-1 + mpf(d)) for d in TINY if d > 1e-100] + [(-1.0, 1e-40)]
    large = [full(x) for x in powers_of_ten(1, 308, 25)]
    for pair in small + breaks + near_minus_one + large:
        emit("ln_1p", log1p, pair)


def circular():
    pairs = [full(x) for x in both_signs(TINY) + spread(-10, 10, 30)]
    pairs += [full(x) for x in powers_of_ten(1, 307, 7)]
    pairs += [(x, 0.0) for x in (1.0, -2.0, 22.0, 355.0, 1e15, 1e22, 1e100, 1e300, 1.7e308)]
    # The float nearest to a multiple of pi/2 among all floats (Kahan).
    pairs += [(6381956970095103.0 * 2.0**797, 0.0)]
    multiples = [1, -1, 2, 3, 4, 5, 11, 1000, 710001, 10**9 + 7, 10**15 + 3, 10**16 + 1, 10**30 + 1]
    pairs += next_to([k * HALF_PI for k in multiples], 1)
    pairs += [double_double(mpf(k) * HALF_PI) for k in (10**100 + 1, 10**290 + 2, 10**307 + 1)]
    pairs += next_to([HALF_PI / 2, -HALF_PI / 2, 3 * HALF_PI / 2, 13 * HALF_PI / 2], 1)
    # The second part far below the first: angles next to a multiple, from far away.
    pairs += [(1e300, 1e280), (1e300, 3.0), (1e16, 1e-10), (3.0, 1e-30), (1e5, -1e-200)]
    for pair in pairs:
        emit("sin", mpmath.sin, pair)
        emit("cos", mpmath.cos, pair)
        emit("tan", mpmath.tan, pair)


def error_functions():
    near = both_signs(TINY + [1.0, 0.999999, 1.000001]) + spread(-3, 3, 40)
    tails = spread(1, 26, 45) + [8.99, 9.0, 9.01, 9.42, 9.43, 25.0, 25.5, 25.7]
    pairs = [full(x) for x in near + tails + [-6.0, -12.0, -26.0]]
    pairs += [(1.0, 0.0), (-1.0, 0.0), (1.0, -1e-17), (1.0, 1e-17), (0.5, 0.0), (27.0, 0.0)]
    for pair in pairs:
        emit("erf", mpmath.erf, pair)
        emit("erfc", mpmath.erfc, pair)


def inverses():
    near = [full(x) for x in both_signs(TINY) + spread(-0.99, 0.99, 40)]
    at_one = [double_double(s * (1 - mpf(d))) for d in TINY if d > 1e-31 for s in (1, -1)]
    for pair in near + at_one:
        emit("asin", mpmath.asin, pair)
        emit("acos", mpmath.acos, pair)
        emit("atanh", mpmath.atanh, pair)
    wide = [full(x) for x in both_signs(TINY + powers_of_ten(-2, 308, 12)) + spread(-5, 5, 30)]
    for pair in wide:
        emit("atan", mpmath.atan, pair)
        emit("asinh", mpmath.asinh, pair)
        emit("cbrt", lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), pair)
    above_one = [double_double(1 + mpf(d)) for d in TINY if d > 1e-31]
    for pair in above_one + [full(x) for x in spread(1, 5, 30) + powers_of_ten(1, 308, 12)]:
        emit("acosh", mpmath.acosh, pair)
    for _ in range(40):
        x, y = draw.uniform(0, 9), draw.uniform(0, 9) * 10 ** draw.uniform(-9, 1)
        emit("fmod", mpmath.fmod, (x, 0.0), (y, 0.0))
        emit("fmod", mpmath.fmod, full(x), full(draw.uniform(0.01, 1) * x))
    for _ in range(60):
        y, x = (full(draw.choice((1, -1)) * 10 ** draw.uniform(-120, 120)) for _ in range(2))
        emit("atan2", mpmath.atan2, y, x)
        emit("hypot", mpmath.hypot, y, x)
        y, x = full(draw.uniform(-1, 1)), full(draw.uniform(-1, 1))
        emit("atan2", mpmath.atan2, y, x)
        emit("hypot", mpmath.hypot, y, x)


def hyperbolic_and_other_bases():
    for x in both_signs(TINY + [0.34, 0.36, 39.9, 40.1, 699.9, 700.1, 710.0]) + spread(-6, 6, 30):
        emit("sinh", mpmath.sinh, full(x))
        emit("cosh", mpmath.cosh, full(x))
    for x in both_signs(TINY) + spread(-5, 5, 20) + spread(-950, 1020, 30) + [0.5, 1.5, 3.0]:
        emit("exp2", lambda x: mpf(2) ** x, full(x))
    for x in powers_of_ten(-289, 308, 12) + spread(0, 3, 25):
        emit("log2", lambda x: mpmath.log(x, 2), full(x))
        emit("log10", mpmath.log10, full(x))


def gamma_functions():
    """Away from zeros of the functions, near which digits cancel; but not from those at 1 and 2."""
    small = both_signs([d for d in TINY if d > 1e-80])
    points = [full(x) for x in small + spread(0, 1, 20) + spread(2.5, 40, 40) + spread(-20, 0, 40)]
    points += [full(x) for x in powers_of_ten(2, 30, 3)]
    for pair in points:
        x = exact(pair)
        # Not more digits than the constants, and the reflection, have where they cancel.
        if abs(mpmath.loggamma(x).real) > 0.5:
            emit("ln_gamma", lambda x: mpmath.loggamma(x).real, pair)
        if abs(mpmath.digamma(x)) > 0.5:
            emit("digamma", mpmath.digamma, pair)
        emit("trigamma", lambda x: mpmath.psi(1, x), pair)
        if abs(mpmath.psi(2, x)) > 1 or x > 1:
            emit("tetragamma", lambda x: mpmath.psi(2, x), pair)
    for d in both_signs(TINY) + spread(-0.5, 0.5, 20):
        emit("ln_gamma", mpmath.loggamma, double_double(1 + mpf(d)))
        emit("ln_gamma", mpmath.loggamma, double_double(2 + mpf(d)))
    for x in both_signs(TINY) + spread(-1, 1, 40):
        emit("erfinv", mpmath.erfinv, full(x))
    for d in TINY:
        if d > 1e-31:
            emit("erfinv", mpmath.erfinv, double_double(1 - mpf(d)))


def roots_and_arithmetic():
    for x in powers_of_ten(-289, 308, 25) + spread(0, 10, 10):
        emit("sqrt", mpmath.sqrt, full(x))
    for _ in range(30):
        a, b = (full(draw.choice((1, -1)) * 10 ** draw.uniform(-120, 120)) for _ in range(2))
        emit("mul", lambda a, b: a * b, a, b)
        emit("div", lambda a, b: a / b, a, b)
        distance = draw.uniform(-1, 1) * mpf(10) ** -draw.uniform(0, 30)
        emit("add", lambda a, b: a + b, a, double_double(-exact(a) * (1 + distance)))
        emit("sub", lambda a, b: a - b, a, double_double(exact(a) * draw.uniform(-4, 4)))


def powers():
    power = mpmath.power
    for _ in range(60):  # p ln x of every size up to what overflows
        x = full(10 ** draw.uniform(-30, 30))
        p = full(draw.uniform(-660, 705) / float(mpmath.log(exact(x))))
        emit("pow", power, x, p)
    for _ in range(25):  # bases next to one, with large exponents
        x = double_double(1 + draw.uniform(-1, 1) * mpf(10) ** -draw.uniform(1, 28))
        p = full(draw.uniform(-660, 705) / mpmath.log(exact(x)))
        emit("pow", power, x, p)
    for _ in range(20):  # results next to one
        x = full(10 ** draw.uniform(-200, 200))
        emit("pow", power, x, full(draw.choice((1, -1)) * 10 ** draw.uniform(-60, -2)))
    for _ in range(30):
        emit("pow", power, full(draw.uniform(0, 10)), full(draw.uniform(-20, 20)))
    for n in (1, 2, 3, 5, 7, 8, 9, 10, 31, 64, 101, 255):
        for sign in (1, -1):
            x = full(draw.choice((1, -1)) * draw.uniform(0.1, 6))
            emit("pow", power, x, (float(sign * n), 0.0))
    for n in (2, 8, 32):
        emit("pow", power, full(10 ** (285 / n)), (float(-n), 0.0))
        emit("pow", power, full(10 ** (-300 / n)), (float(-n), 0.0))
        emit("pow", power, full(10 ** (305 / n)), (float(n), 0.0))
    # An odd exponent above 2^53, and bases at the ends of the range.
    emit("pow", power, double_double(-1 - mpf(10) ** -14), (2.0**53, 1.0))
    for x in (1e-288, 1e-100, 1e100, 1.7e308):
        for p in (0.5, -0.5, 1 / 3, 0.999):
            emit("pow", power, full(x), full(p))


print("function,x_hi,x_lo,p_hi,p_lo,y_hi,y_lo,y_third")
exponentials()
logarithms()
circular()
error_functions()
roots_and_arithmetic()
powers()
inverses()
hyperbolic_and_other_bases()
with mpmath.workprec(600):
    gamma_functions()
