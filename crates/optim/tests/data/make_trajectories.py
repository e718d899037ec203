"""Makes trajectories.csv, where PyTorch's optimizers go by given gradients.

    pip install torch==2.15.0
    python make_trajectories.py > trajectories.csv

Each row is an optimizer, and the three numbers of its parameter after each of six steps. Lion is not
part of PyTorch: its formula is written out.
"""

import torch

# PyTorch counts steps, and multiplies momenta, in the default precision.
torch.set_default_dtype(torch.float64)

START = [0.5, -1.5, 2.0]

# The gradients of six steps on three numbers.
GRADIENTS = [
    [1.0, -2.0, 1e-3],
    [0.5, 3.0, -1e-3],
    [-4.0, 0.0, 2e3],
    [0.25, 1e-6, -7.0],
    [1.0, 1.0, 1.0],
    [-0.125, -2.5, 0.0],
]


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(beta1 * m + (1 - beta1) * p.grad))
                m.mul_(beta2).add_((1 - beta2) * p.grad)


o = torch.optim
CASES = {
    "sgd": lambda p: o.SGD(p, lr=0.1),
    "sgd decaying": lambda p: o.SGD(p, lr=0.1, weight_decay=0.3),
    "sgd with momentum, decaying": lambda p: o.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.3),
    "sgd dampened": lambda p: o.SGD(p, lr=0.1, momentum=0.9, dampening=0.4),
    "sgd by nesterov": lambda p: o.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: o.RMSprop(p, lr=0.01),
    "rmsprop with momentum": lambda p: o.RMSprop(
        p, lr=0.01, alpha=0.9, momentum=0.8, weight_decay=0.1
    ),
    "rmsprop centred": lambda p: o.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-3, centered=True),
    "rmsprop centred with momentum": lambda p: o.RMSprop(
        p, lr=0.01, alpha=0.9, momentum=0.8, centered=True
    ),
    "adam": lambda p: o.Adam(p, lr=0.05),
    "adam decaying": lambda p: o.Adam(
        p, lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3
    ),
    "adam with amsgrad": lambda p: o.Adam(p, lr=0.05, betas=(0.8, 0.5), amsgrad=True),
    "adamw": lambda p: o.AdamW(p, lr=0.05),
    "adamw decaying": lambda p: o.AdamW(p, lr=0.05, betas=(0.8, 0.5), weight_decay=0.3),
    "adamw with amsgrad": lambda p: o.AdamW(p, lr=0.05, betas=(0.8, 0.5), amsgrad=True),
    "adagrad": lambda p: o.Adagrad(p, lr=0.1),
    "adagrad decaying": lambda p: o.Adagrad(
        p, lr=0.1, lr_decay=0.05, initial_accumulator_value=0.2, eps=1e-3, weight_decay=0.3
    ),
    "adamax": lambda p: o.Adamax(p, lr=0.05),
    "adamax decaying": lambda p: o.Adamax(p, lr=0.05, betas=(0.8, 0.5), weight_decay=0.3),
    "nadam": lambda p: o.NAdam(p, lr=0.05),
    "nadam decaying": lambda p: o.NAdam(p, lr=0.05, momentum_decay=0.5, weight_decay=0.3),
    "nadam decaying by itself": lambda p: o.NAdam(
        p, lr=0.05, betas=(0.8, 0.5), weight_decay=0.3, decoupled_weight_decay=True
    ),
    "lion": lambda p: Lion(p, lr=0.05),
    "lion decaying": lambda p: Lion(p, lr=0.05, betas=(0.8, 0.5), weight_decay=0.3),
}

with torch.no_grad():
    for name, make in CASES.items():
        p = torch.nn.Parameter(torch.tensor(START))
        optimizer = make([p])
        numbers = []
        for gradient in GRADIENTS:
            p.grad = torch.tensor(gradient)
            optimizer.step()
            numbers += p.tolist()
        print(";".join([name] + [repr(number) for number in numbers]))
