"""What torch's and JAX's checkers answer on the table of docs/checker.md, as peers.tsv.

Run with torch and jax installed: python tests/checker/peers.py > tests/checker/peers.tsv
"""

import math
import os

os.environ["JAX_ENABLE_X64"] = "1"

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jax.test_util import check_grads

torch.set_num_threads(1)


def spread(n, scale):
    return [scale * (0.3 + 1.7 * math.sin(1.0 + 2.4 * k)) for k in range(n)]


def torch_flawed(value, slope):
    """A function of torch with a slope of one's own, element by element."""

    class Flawed(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return value(x)

        @staticmethod
        def backward(ctx, u):
            return u * slope(ctx.saved_tensors[0])

    return Flawed.apply


def jax_flawed(value, slope):
    """The same in JAX."""

    @jax.custom_vjp
    def flawed(x):
        return value(x)

    flawed.defvjp(lambda x: (value(x), x), lambda x, u: (u * slope(x),))
    return flawed


def factors(n, at, factor, like):
    values = np.ones(n)
    values[at] = factor
    return torch.tensor(values, dtype=like.dtype) if isinstance(like, torch.Tensor) else jnp.asarray(values, like.dtype)


RIGHT = [
    ("tanh", spread(6, 1.0), torch.tanh, jnp.tanh),
    ("exp(10x)", spread(6, 1.0), lambda x: torch.exp(10 * x), lambda x: jnp.exp(10 * x)),
    ("softmax", spread(6, 1.0), lambda x: torch.softmax(x, 0), lambda x: jax.nn.softmax(x)),
    ("sort", spread(6, 1.0), lambda x: torch.sort(x).values, jnp.sort),
    (
        "products of matrices",
        spread(9, 1.0),
        lambda x: x.reshape(3, 3) @ x.reshape(3, 3) @ x.reshape(3, 3).T,
        lambda x: x.reshape(3, 3) @ x.reshape(3, 3) @ x.reshape(3, 3).T,
    ),
    ("squares of 1e4", spread(6, 1e4), lambda x: (x * x).sum(), lambda x: (x * x).sum()),
    (
        "logsumexp(50x)",
        spread(6, 1.0),
        lambda x: torch.logsumexp(50 * x, 0),
        lambda x: jax.nn.logsumexp(50 * x),
    ),
    ("sin(1e6 x) at 1e-6", spread(6, 1e-6), lambda x: torch.sin(1e6 * x), lambda x: jnp.sin(1e6 * x)),
    ("relu with a zero", [0.5, 0.0, -1.5, 2.0], torch.relu, jax.nn.relu),
    ("relu at 1e-7", [1e-7, -1e-7, 0.5], torch.relu, jax.nn.relu),
    ("a tie of three", [0.5, 2.0, 2.0, -1.0, 2.0], torch.amax, jnp.max),
    ("abs at 0", [0.0, 0.5, -2.0], torch.abs, jnp.abs),
    ("sqrt at 1e-8", [1e-8, 0.5], torch.sqrt, jnp.sqrt),
    ("floor just above 2", [2.000_000_5, 0.7], lambda x: torch.floor(x) * x, lambda x: jnp.floor(x) * x),
    (
        "x stop(x)",
        spread(4, 1.0),
        lambda x: x * x.detach(),
        lambda x: x * jax.lax.stop_gradient(x),
    ),
]


def square(x):
    return x * x


def both(value, slope, then=lambda y: y):
    """A flawed function in torch and in JAX."""
    return (
        lambda x: then(torch_flawed(value, slope)(x)),
        lambda x: then(jax_flawed(value, slope)(x)),
    )


def softmax(x):
    return torch.softmax(x, 0) if isinstance(x, torch.Tensor) else jax.nn.softmax(x)


def total(y):
    return y.sum()


WRONG = [
    ("x² as 2.001 x", spread(6, 1.0), *both(square, lambda x: 2.001 * x)),
    ("x² as 2.02 x", spread(6, 1.0), *both(square, lambda x: 2.02 * x)),
    ("one of six by 5 %", spread(6, 1.0), *both(square, lambda x: 2 * x * factors(6, 3, 1.05, x), total)),
    (
        "one sign of 2000",
        spread(2000, 1.0),
        *both(square, lambda x: 2 * x * factors(2000, 1234, -1.0, x), total),
    ),
    ("twice, but tiny", spread(6, 1.0), *both(lambda x: 1e-6 * x * x, lambda x: 4e-6 * x, total)),
    ("softmax without backward", spread(6, 1.0), *both(softmax, lambda x: 0 * x)),
    ("softmax without backward, summed", spread(6, 1.0), *both(softmax, lambda x: 0 * x, total)),
]


def of_torch(f, at, dtype, fast):
    x = torch.tensor(at, dtype=dtype, requires_grad=True)
    try:
        return torch.autograd.gradcheck(f, (x,), fast_mode=fast)
    except RuntimeError:
        return False


def of_jax(f, at, dtype):
    try:
        check_grads(f, (jnp.asarray(at, dtype),), order=1, modes=["rev"])
        return True
    except AssertionError:
        return False


def main():
    versions = f"torch {torch.__version__.split('+')[0]}", f"jax {jax.__version__}"
    columns = [f"{versions[0]} f64", "fast", "f32", f"{versions[1]} f64", "f32"]
    print("", *columns, sep="\t")
    for name, at, in_torch, in_jax in RIGHT + WRONG:
        passes = [
            of_torch(in_torch, at, torch.float64, False),
            of_torch(in_torch, at, torch.float64, True),
            of_torch(in_torch, at, torch.float32, False),
            of_jax(in_jax, at, jnp.float64),
            of_jax(in_jax, at, jnp.float32),
        ]
        print(name, *("pass" if passed else "fail" for passed in passes), sep="\t")


main()
