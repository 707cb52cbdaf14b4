"""Records how PyTorch's optimizers, schedules and gradient clipping behave, for packages/engine/tests/optim.test.ts.

Usage: python tools/record_engine/optim.py          (needs torch; the tests themselves do not)

Writes packages/engine/tests/recorded/optim.json.
"""
import math
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim import lr_scheduler

from record import camel, message, values, write

STEPS = 12

OPTIMIZERS = [
    ("SGD", dict(lr=0.1)),
    ("SGD", dict(lr=0.1, momentum=0.9)),
    ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.5, weight_decay=0.01)),
    ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True)),
    ("SGD", dict(lr=0.01, momentum=0.5, maximize=True, weight_decay=0.1)),
    ("Adam", dict()),
    ("Adam", dict(lr=0.01, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.05)),
    ("Adam", dict(lr=0.01, amsgrad=True)),
    ("Adam", dict(lr=0.01, maximize=True)),
    ("AdamW", dict(lr=0.01)),
    ("AdamW", dict(lr=0.01, weight_decay=0.1, amsgrad=True)),
    ("RMSprop", dict()),
    ("RMSprop", dict(lr=0.02, alpha=0.9, momentum=0.5, weight_decay=0.01)),
    ("RMSprop", dict(lr=0.02, centered=True)),
    ("RMSprop", dict(lr=0.02, centered=True, momentum=0.9, maximize=True)),
    ("Adagrad", dict()),
    ("Adagrad", dict(lr=0.1, lr_decay=0.05, weight_decay=0.01, initial_accumulator_value=0.1)),
]


def network():
    torch.manual_seed(11)
    return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))


def train(model, optimizer, steps, after=lambda step: None):
    generator = torch.Generator().manual_seed(12)
    x, y = torch.randn(6, 3, generator=generator), torch.randn(6, 2, generator=generator)
    losses = []
    for step in range(steps):
        loss = F.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        after(step)
    return losses, values(x), values(y)


def trajectories():
    cases = []
    for name, settings in OPTIMIZERS:
        model = network()
        start = [values(p) for p in model.parameters()]
        optimizer = getattr(torch.optim, name)(model.parameters(), **settings)
        losses, x, y = train(model, optimizer, STEPS)
        state = optimizer.state_dict()
        cases.append({
            "optimizer": name, "settings": camel(settings), "x": x, "y": y, "start": start, "losses": losses,
            "end": [values(p) for p in model.parameters()],
            "state": {str(k): {n: values(v) if torch.is_tensor(v) else v for n, v in s.items()} for k, s in state["state"].items()},
            "groupKeys": sorted(k for k in state["param_groups"][0] if k not in ("foreach", "capturable", "differentiable", "fused")),
        })
    return cases


def groups():
    """Two groups with settings of their own, one added later, and a parameter without a gradient."""
    model = network()
    body, head = list(model[0].parameters()), list(model[2].parameters())
    optimizer = torch.optim.SGD([{"params": body}, {"params": head[:1], "lr": 0.5}], lr=0.1, momentum=0.9)

    def after(step):
        if step == 3:
            optimizer.add_param_group({"params": head[1:], "lr": 0.2, "momentum": 0.0})
        if step == 6:
            optimizer.param_groups[0]["lr"] = 0.05

    losses, _, _ = train(model, optimizer, STEPS, after)
    return {"losses": losses, "end": [values(p) for p in model.parameters()], "params": [g["params"] for g in optimizer.state_dict()["param_groups"]]}


SCHEDULES = [
    # (name, arguments after the optimizer, options, how many steps)
    ("StepLR", [3], {}, 10),
    ("StepLR", [2], dict(gamma=0.5), 7),
    ("MultiStepLR", [[2, 5, 5]], dict(gamma=0.3), 8),
    ("ExponentialLR", [0.9], {}, 8),
    ("CosineAnnealingLR", [5], {}, 14),
    ("CosineAnnealingLR", [4], dict(eta_min=0.01), 11),
    ("LinearLR", [], {}, 8),
    ("LinearLR", [], dict(start_factor=0.25, end_factor=0.5, total_iters=3), 6),
    ("ConstantLR", [], {}, 8),
    ("ConstantLR", [], dict(factor=0.5, total_iters=2), 5),
    ("PolynomialLR", [], {}, 8),
    ("PolynomialLR", [], dict(total_iters=4, power=2.0), 6),
    ("CosineAnnealingWarmRestarts", [3], {}, 9),
    ("CosineAnnealingWarmRestarts", [2], dict(T_mult=2, eta_min=0.01), 15),
    ("OneCycleLR", [1.0], dict(total_steps=10), 9),
    ("OneCycleLR", [[1.0, 2.0]], dict(epochs=2, steps_per_epoch=6, anneal_strategy="linear", three_phase=True, div_factor=10.0, final_div_factor=100.0), 11),
    ("OneCycleLR", [0.5], dict(total_steps=8, cycle_momentum=False, pct_start=0.5), 7),
]


def two_groups(name="SGD", **settings):
    parameters = [nn.Parameter(torch.zeros(2)) for _ in range(2)]
    return getattr(torch.optim, name)([{"params": parameters[:1]}, {"params": parameters[1:], "lr": 0.4}], lr=0.1, **settings)


def snapshot(optimizer):
    group = optimizer.param_groups
    return {"lr": [g["lr"] for g in group], "momentum": [g["betas"][0] if "betas" in g else g["momentum"] for g in group]}


def schedules():
    cases = []
    for name, arguments, options, steps in SCHEDULES:
        for optimizer_name, settings in (("SGD", {"momentum": 0.9}), ("Adam", {})):
            optimizer = two_groups(optimizer_name, **settings)
            scheduler = getattr(lr_scheduler, name)(optimizer, *arguments, **options)
            trail = [snapshot(optimizer)]
            for _ in range(steps):
                optimizer.step()
                scheduler.step()
                trail.append(snapshot(optimizer))
            cases.append({"schedule": name, "arguments": arguments, "options": camel(options), "optimizer": optimizer_name, "trail": trail})
    return cases


def other_schedules():
    def lambdas():
        optimizer = two_groups(momentum=0.9)
        return optimizer, lr_scheduler.LambdaLR(optimizer, [lambda e: 1 / (1 + e), lambda e: 0.9 ** e]), 6

    def sequence():
        optimizer = two_groups(momentum=0.9)
        parts = [lr_scheduler.LinearLR(optimizer, 0.1, total_iters=3), lr_scheduler.CosineAnnealingLR(optimizer, 4), lr_scheduler.ExponentialLR(optimizer, 0.5)]
        return optimizer, lr_scheduler.SequentialLR(optimizer, parts, [3, 6]), 10

    def sequence_of_others():
        optimizer = two_groups(momentum=0.9)
        parts = [lr_scheduler.ConstantLR(optimizer, 0.5, total_iters=2), lr_scheduler.PolynomialLR(optimizer, total_iters=4, power=2.0)]
        return optimizer, lr_scheduler.SequentialLR(optimizer, parts, [3]), 9

    def chained():
        optimizer = two_groups(momentum=0.9)
        first = lr_scheduler.ExponentialLR(optimizer, 0.9)
        second = lr_scheduler.StepLR(optimizer, 2)

        class Both:
            def step(self):
                first.step()
                second.step()

        return optimizer, Both(), 5

    trails = {}
    for name, make in (("lambda", lambdas), ("sequential", sequence), ("sequentialOthers", sequence_of_others), ("chained", chained)):
        optimizer, scheduler, steps = make()
        trail = [snapshot(optimizer)["lr"]]
        for _ in range(steps):
            optimizer.step()
            scheduler.step()
            trail.append(snapshot(optimizer)["lr"])
        trails[name] = trail
    optimizer = two_groups()
    warm = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 2, T_mult=2)
    epochs = [0.25, 0.5, 1.75, 2.5, 5.0, 6.5, 13.0]
    fractional = []
    for epoch in epochs:
        optimizer.step()
        warm.step(epoch)
        fractional.append(snapshot(optimizer)["lr"])
    return {**trails, "fractional": {"epochs": epochs, "trail": fractional}}


def plateau():
    metrics = [1.0, 0.9, 0.9, 0.9, 0.8999, 0.95, 0.95, 0.95, 0.95, 0.1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
    cases = []
    for options in [dict(patience=1), dict(patience=1, mode="max", factor=0.5), dict(patience=0, threshold=0.2, threshold_mode="abs", cooldown=2, min_lr=[0.01, 0.001]), dict(patience=1, mode="max", threshold=0.5, threshold_mode="abs", eps=0.03)]:
        optimizer = two_groups()
        scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        trail = []
        for metric in metrics:
            scheduler.step(metric)
            trail.append(snapshot(optimizer)["lr"])
        cases.append({"options": camel(options), "trail": trail})
    return {"metrics": metrics, "cases": cases}


def clipping():
    torch.manual_seed(13)
    grads = [torch.randn(3, 2), torch.randn(4), torch.zeros(2)]
    cases = []
    for norm_type in [2.0, 1.0, 3.0, 0.5, math.inf, 0.0]:
        for max_norm in [0.5, 100.0]:
            parameters = [nn.Parameter(torch.zeros_like(g)) for g in grads] + [nn.Parameter(torch.zeros(1))]
            for parameter, grad in zip(parameters, grads):
                parameter.grad = grad.clone()
            total = nn.utils.clip_grad_norm_(parameters, max_norm, norm_type)
            cases.append({"normType": "inf" if norm_type == math.inf else norm_type, "maxNorm": max_norm, "total": total.item(), "grads": [values(p.grad) for p in parameters[:3]]})
    parameter = nn.Parameter(torch.zeros(3, 2))
    parameter.grad = grads[0].clone()
    nn.utils.clip_grad_value_(parameter, 0.4)
    broken = nn.Parameter(torch.zeros(1))
    broken.grad = torch.tensor([math.inf])
    return {"grads": [values(g) for g in grads], "cases": cases, "byValue": values(parameter.grad),
            "nonfinite": message(lambda: nn.utils.clip_grad_norm_(broken, 1.0, error_if_nonfinite=True))}


def messages():
    weight = nn.Parameter(torch.zeros(2))
    other = nn.Parameter(torch.zeros(2))
    sgd = torch.optim.SGD([weight], lr=0.1)
    two = torch.optim.SGD([{"params": [weight]}, {"params": [other]}], lr=0.1)
    both = torch.optim.SGD([weight, other], lr=0.1)
    return {
        "empty": message(lambda: torch.optim.SGD([], lr=0.1)),
        "tensor": message(lambda: torch.optim.SGD(weight, lr=0.1)),
        "notLeaf": message(lambda: torch.optim.SGD([weight * 2], lr=0.1)),
        "twice": message(lambda: torch.optim.SGD([{"params": [weight]}, {"params": [weight]}], lr=0.1)),
        "lr": message(lambda: torch.optim.SGD([weight], lr=-1.5)),
        "momentum": message(lambda: torch.optim.SGD([weight], lr=0.1, momentum=-0.5)),
        "weightDecay": message(lambda: torch.optim.Adam([weight], weight_decay=-0.5)),
        "beta": message(lambda: torch.optim.Adam([weight], betas=(0.9, 1.5))),
        "epsilon": message(lambda: torch.optim.Adam([weight], eps=-1.5)),
        "nesterov": message(lambda: torch.optim.SGD([weight], lr=0.1, nesterov=True)),
        "groupCount": message(lambda: sgd.load_state_dict(two.state_dict())),
        "groupSize": message(lambda: sgd.load_state_dict(both.state_dict())),
        "oneCycle": message(lambda: lr_scheduler.OneCycleLR(sgd, 0.1)),
        "linear": message(lambda: lr_scheduler.LinearLR(sgd, start_factor=0)),
        "milestones": message(lambda: lr_scheduler.SequentialLR(sgd, [lr_scheduler.StepLR(sgd, 1)], [1])),
        "plateau": message(lambda: lr_scheduler.ReduceLROnPlateau(sgd, factor=1.5)),
        "restarts": message(lambda: lr_scheduler.CosineAnnealingWarmRestarts(sgd, 0)),
        "lambdas": message(lambda: lr_scheduler.LambdaLR(sgd, [lambda e: 1, lambda e: 1])),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write("optim", {"trajectories": trajectories(), "groups": groups(), "schedules": schedules(), "otherSchedules": other_schedules(),
                    "plateau": plateau(), "clipping": clipping(), "messages": messages()})
