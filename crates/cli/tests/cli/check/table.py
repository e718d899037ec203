"""Functions with gradients written by hand, right where that is hard to see and wrong where that is
hard to see: python table.py NAME is asked by `wengert check`, python table.py lists the names."""

import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../../../examples/check"))
from wengert_check import serve


def spread(n, scale):
    return [scale * (0.3 + 1.7 * math.sin(1.0 + 2.4 * k)) for k in range(n)]


def each(f, slope, x):
    """f by elements, with that slope."""
    return (
        lambda x: [f(x) for x in x],
        lambda x, cotangent: {"x": [slope(x) * u for x, u in zip(x, cotangent)]},
        x,
    )


def summed(f, slope, x):
    """The sum of f, with that slope by element k."""
    return (
        lambda x: math.fsum(f(x) for x in x),
        lambda x, cotangent: {"x": [slope(k, x) * cotangent for k, x in enumerate(x)]},
        x,
    )


def softmax(x):
    most = max(x)
    e = [math.exp(x - most) for x in x]
    total = math.fsum(e)
    return [e / total for e in e]


def softmax_gradient(x, cotangent):
    p = softmax(x)
    mean = math.fsum(p * u for p, u in zip(p, cotangent))
    return {"x": [p * (u - mean) for p, u in zip(p, cotangent)]}


def order(x):
    return sorted(range(len(x)), key=lambda k: x[k])


def sort_gradient(x, cotangent):
    g = [0.0] * len(x)
    for k, u in zip(order(x), cotangent):
        g[k] = u
    return {"x": g}


def product(a, b):
    return [[math.fsum(a[i][k] * b[k][j] for k in range(3)) for j in range(3)] for i in range(3)]


def transposed(a):
    return [list(row) for row in zip(*a)]


def added(*matrices):
    return [[math.fsum(entries) for entries in zip(*rows)] for rows in zip(*matrices)]


def chain(x):
    return product(product(x, x), transposed(x))


def chain_gradient(x, cotangent):
    u, t = cotangent, transposed
    square = product(x, x)
    by_square = product(u, x)
    return {"x": added(product(by_square, t(x)), product(t(x), by_square), product(t(u), square))}


def logsumexp(x):
    most = 50 * max(x)
    return most + math.log(math.fsum(math.exp(50 * x - most) for x in x))


def logsumexp_gradient(x, cotangent):
    return {"x": [50 * p * cotangent for p in softmax([50 * x for x in x])]}


def step(x):
    return 1.0 if x > 0 else 0.0


RIGHT = {
    "tanh": each(math.tanh, lambda x: 1 - math.tanh(x) ** 2, spread(6, 1.0)),
    "exp(10x)": each(lambda x: math.exp(10 * x), lambda x: 10 * math.exp(10 * x), spread(6, 1.0)),
    "softmax": (softmax, softmax_gradient, spread(6, 1.0)),
    "sort": (lambda x: sorted(x), sort_gradient, spread(6, 1.0)),
    "products of matrices": (chain, chain_gradient, [spread(9, 1.0)[3 * k : 3 * k + 3] for k in range(3)]),
    "squares of 1e4": summed(lambda x: x * x, lambda k, x: 2 * x, spread(6, 1e4)),
    "logsumexp(50x)": (logsumexp, logsumexp_gradient, spread(6, 1.0)),
    "sin(1e6 x) at 1e-6": each(
        lambda x: math.sin(1e6 * x), lambda x: 1e6 * math.cos(1e6 * x), spread(6, 1e-6)
    ),
    "sqrt at 1e-8": each(math.sqrt, lambda x: 0.5 / math.sqrt(x), [1e-8, 0.5]),
    "x stop(x)": (
        lambda x, base: [x * b for x, b in zip(x, base["x"])],
        lambda x, cotangent, base: {"x": [u * b for u, b in zip(cotangent, base["x"])]},
        spread(4, 1.0),
    ),
}

KINKED = {
    "relu with a zero": each(lambda x: max(x, 0.0), step, [0.5, 0.0, -1.5, 2.0]),
    "relu at 1e-7": each(lambda x: max(x, 0.0), step, [1e-7, -1e-7, 0.5]),
    "a tie of three": (
        lambda x: max(x),
        lambda x, cotangent: {"x": [cotangent / 3 if x == 2.0 else 0.0 for x in x]},
        [0.5, 2.0, 2.0, -1.0, 2.0],
    ),
    "abs at 0": each(abs, lambda x: (x > 0) - (x < 0), [0.0, 0.5, -2.0]),
    "floor just above 2": each(lambda x: math.floor(x) * x, math.floor, [2.000_000_5, 0.7]),
}

WRONG = {
    "x² as 2.001 x": each(lambda x: x * x, lambda x: 2.001 * x, spread(6, 1.0)),
    "x² as 2.02 x": each(lambda x: x * x, lambda x: 2.02 * x, spread(6, 1.0)),
    "one of six by 5 %": summed(
        lambda x: x * x, lambda k, x: (2.1 if k == 3 else 2) * x, spread(6, 1.0)
    ),
    "one sign of 2000": summed(
        lambda x: x * x, lambda k, x: (-2 if k == 1234 else 2) * x, spread(2000, 1.0)
    ),
    "twice, but tiny": summed(lambda x: 1e-6 * x * x, lambda k, x: 4e-6 * x, spread(6, 1.0)),
    "softmax without backward": (
        softmax,
        lambda x, cotangent: {"x": [0.0] * len(x)},
        spread(6, 1.0),
    ),
}

if len(sys.argv) > 1:
    value, gradient, x = {**RIGHT, **KINKED, **WRONG}[sys.argv[1]]
    serve(value, gradient, x=x)
else:
    for kind, cases in ("right", RIGHT), ("kinked", KINKED), ("wrong", WRONG):
        for name in cases:
            print(kind, name, sep="\t")
