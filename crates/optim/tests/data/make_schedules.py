"""Makes schedules.csv, the learning rates of PyTorch's schedulers.

    pip install torch==2.15.0
    python make_schedules.py > schedules.csv

Each row is a schedule, and its rates at steps 0 to 29; of "plateau", after each loss of the first
row.
"""

import math

import torch

STEPS = 30
BASE = 0.1
LOSSES = [math.exp(-0.3 * t) if t < 8 else 0.1 + 0.01 * math.cos(t) for t in range(STEPS)]

s = torch.optim.lr_scheduler
CASES = {
    "step": lambda o: s.StepLR(o, 7, gamma=0.5),
    "multi-step": lambda o: s.MultiStepLR(o, [4, 11, 20], gamma=0.2),
    "exponential": lambda o: s.ExponentialLR(o, 0.9),
    "inverse time": lambda o: s.LambdaLR(o, lambda t: 1 / (1 + 0.2 * t)),
    "linear": lambda o: s.LinearLR(o, start_factor=0.1, end_factor=0.7, total_iters=12),
    "polynomial": lambda o: s.PolynomialLR(o, total_iters=20, power=1.7),
    "cosine": lambda o: s.CosineAnnealingLR(o, 29, eta_min=0.003),
    "restarts": lambda o: s.CosineAnnealingWarmRestarts(o, 8, eta_min=0.003),
    "growing restarts": lambda o: s.CosineAnnealingWarmRestarts(o, 4, T_mult=2),
    "one cycle": lambda o: s.OneCycleLR(o, max_lr=BASE, total_steps=STEPS),
    "sequence": lambda o: s.SequentialLR(
        o, [s.LinearLR(o, 1 / 6, 1.0, 5), s.ExponentialLR(o, 0.9)], milestones=[5]
    ),
}


def optimizer():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))], lr=BASE)


def row(name, numbers):
    print(";".join([name] + [repr(number) for number in numbers]))


row("losses", LOSSES)
sgd = optimizer()
plateau = s.ReduceLROnPlateau(sgd, factor=0.3, patience=2, cooldown=3, threshold=1e-3, min_lr=0.01)
rates = []
for loss in LOSSES:
    plateau.step(loss)
    rates.append(sgd.param_groups[0]["lr"])
row("plateau", rates)
for name, make in CASES.items():
    sgd = optimizer()
    scheduler = make(sgd)
    rates = []
    for step in range(STEPS):
        rates.append(sgd.param_groups[0]["lr"])
        sgd.step()
        scheduler.step()
    row(name, rates)
