"""Lets `wengert check` ask a Python program for its value and its gradient.

    from wengert_check import serve

    def value(x, w):
        return w * x ** 2

    def gradient(x, w):
        return {"x": 2 * w * x, "w": x ** 2}

    serve(value, gradient, x=0.5, w=3.0)

Then run `wengert check -- python program.py`. This file is all that is needed, beside the program:
Python 3.8 or newer, and NumPy only if inputs are arrays.
"""

import inspect
import json
import os
import sys
import traceback


def serve(value, gradient, /, **inputs):
    """Answers questions until there are no more.

    `value(**inputs)` gives a number or an array, `gradient(**inputs)` a dict from the name of each
    input to the derivative by it. The keywords are the point that is checked: numbers, lists of
    lists, or NumPy arrays; the functions get the same kind, arrays in float64.

    A value that is not a single number needs `gradient(cotangent, **inputs)`: the derivative of the
    sum of all results, each times its cotangent, which is an array if an input is one. If the
    functions have parameters of these names, they also get `base`, the point that is checked as a
    dict, and `seed`, for what is drawn at random.
    """
    # What the program prints, and has printed before, must not be taken for answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout.flush()
    if sys.stdin.isatty():
        print("this is for: wengert check -- python", *sys.argv, file=sys.stderr)
    for line in sys.stdin:
        try:
            answer = answered(json.loads(line), value, gradient, inputs)
            # Arrays and tensors become lists; Python writes NaN, Infinity, -Infinity.
            text = json.dumps(answer, default=lambda x: x.tolist())
        except Exception as error:
            traceback.print_exc()
            text = json.dumps({"error": f"{type(error).__name__}: {error}"})
        print(text, file=answers, flush=True)


def answered(question, value, gradient, inputs):
    """The answer to a question."""
    ask = question["ask"]
    if ask == "describe":
        return {"inputs": inputs}
    if ask not in ("value", "gradient"):
        raise ValueError(f"{ask!r} is not known")
    at = {name: like(inputs[name], x) for name, x in question["inputs"].items()}
    base = {name: like(inputs[name], x) for name, x in question["base"].items()}
    others = {"base": base, "seed": question["seed"]}
    if ask == "value":
        return {"value": called(value, at, others)}

    cotangent = numbers(question["cotangent"])
    if isinstance(cotangent, list):
        if "cotangent" not in inspect.signature(gradient).parameters:
            raise TypeError("the value is not one number: gradient needs a parameter cotangent")
        if any(hasattr(x, "dtype") for x in inputs.values()):
            cotangent = array(cotangent)
    by = called(gradient, at, {"cotangent": cotangent, **others})
    if not isinstance(by, dict):
        raise TypeError(f"gradient gave {type(by).__name__}, not a dict from names to derivatives")
    return {"gradient": {name: x for name, x in by.items() if x is not None}}


def called(function, inputs, others):
    """What a function gives for the inputs, and for the others that it has parameters for."""
    known = inspect.signature(function).parameters
    others = {name: x for name, x in others.items() if name in known and name not in inputs}
    return function(**others, **inputs)


def like(example, x):
    """What came as JSON, as the kind of thing that the example is."""
    return array(x, example.shape) if hasattr(example, "dtype") else numbers(x)


def numbers(x):
    """Numbers, or lists of them; those that JSON has none for come as strings."""
    return [numbers(one) for one in x] if isinstance(x, list) else float(x)


def array(x, shape=None):
    """Numbers as an array."""
    import numpy

    x = numpy.array(numbers(x), dtype=numpy.float64)
    return x if shape is None else x.reshape(shape)
