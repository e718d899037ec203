"""A PyTorch module with an activation of its own, checked by all of its parameters.

    wengert check -- python torch_module.py
    wengert check -- python torch_module.py --mistake term

Its results are many, so that the gradient is asked for with a cotangent; its dropout draws the same
mask each time, from the seed of the question.
"""

import argparse

import torch
from torch.func import functional_call

from wengert_check import serve

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--mistake", choices=["none", "term", "factor", "severed"], default="none")
mistake = parser.parse_args().mistake


class Swish(torch.autograd.Function):
    """x · sigmoid(x)."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(context, cotangent):
        (x,) = context.saved_tensors
        s = torch.sigmoid(x)
        if mistake == "term":  # only one factor of the product is differentiated
            return cotangent * s
        if mistake == "factor":
            return cotangent * 1.001 * (s + x * s * (1.0 - s))
        if mistake == "severed":
            return torch.zeros_like(x)
        return cotangent * (s + x * s * (1.0 - s))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(3, 4)
        self.dropout = torch.nn.Dropout(0.25)
        self.head = torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.dropout(Swish.apply(self.hidden(x))))


torch.manual_seed(0)
# Differences need double precision.
net = Net().double()
data = torch.randn(5, 3, dtype=torch.float64)


def results(parameters, seed):
    torch.manual_seed(seed)
    return functional_call(net, parameters, (data,))


def value(seed, **arrays):
    with torch.no_grad():
        return results({name: torch.from_numpy(x) for name, x in arrays.items()}, seed)


def gradient(cotangent, seed, **arrays):
    parameters = {name: torch.from_numpy(x).requires_grad_() for name, x in arrays.items()}
    y = results(parameters, seed)
    by = torch.autograd.grad(y, list(parameters.values()), torch.from_numpy(cotangent))
    return dict(zip(parameters, by))


serve(value, gradient, **{name: x.detach().numpy() for name, x in net.named_parameters()})
