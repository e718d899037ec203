"""The cross-entropy of a linear layer in NumPy, with its gradient written by hand.

    wengert check -- python numpy_function.py
    wengert check -- python numpy_function.py --mistake transposed
"""

import argparse

import numpy as np

from wengert_check import serve

MISTAKES = ["none", "sign", "transposed", "mean", "missing-sum"]
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--mistake", choices=MISTAKES, default="none")
mistake = parser.parse_args().mistake

LABELS = np.array([0, 2, 1, 1, 0])


def probabilities(x, w, b):
    logits = x @ w + b
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def value(x, w, b):
    chosen = probabilities(x, w, b)[np.arange(len(LABELS)), LABELS]
    return -np.log(chosen).mean()


def gradient(x, w, b):
    by_logits = probabilities(x, w, b)
    by_logits[np.arange(len(LABELS)), LABELS] -= 1.0
    if mistake != "mean":  # the loss is a mean, and this forgets it
        by_logits /= len(LABELS)

    by_x = by_logits @ w.T
    by_w = x.T @ by_logits
    by_b = by_logits.sum(axis=0)
    if mistake == "sign":
        by_x = -by_x
    if mistake == "transposed":  # the shape is right by chance
        by_w = by_logits.T @ x
    if mistake == "missing-sum":  # b is broadcast to all rows
        by_b = by_logits
    return {"x": by_x, "w": by_w, "b": by_b}


random = np.random.default_rng(0)
serve(
    value,
    gradient,
    x=random.normal(size=(5, 3)),
    w=random.normal(size=(3, 3)),
    b=random.normal(size=3),
)
