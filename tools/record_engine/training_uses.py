"""Random optimizers over several steps with given gradients, and random schedules of learning rates: every parameter after every step, every rate after every epoch.

The state goes through a dictionary in the middle of some, into a second optimizer or schedule that goes on.
"""
import math
import warnings

import torch
from torch.optim import lr_scheduler

from draw import Draw, REFUSALS, refused
from record import camel

OPTIMIZERS = {
    "SGD": dict(momentum=(0.9, 0.5), dampening=(0.3,), weight_decay=(0.1,), nesterov=(True,), maximize=(True,)),
    "Adam": dict(betas=((0.8, 0.9), (0.0, 0.99)), eps=(1e-3, 1e-6), weight_decay=(0.1,), amsgrad=(True,), maximize=(True,)),
    "AdamW": dict(betas=((0.8, 0.9),), eps=(1e-3,), weight_decay=(0.1, 0.0), amsgrad=(True,), maximize=(True,)),
    "RMSprop": dict(alpha=(0.9, 0.5), eps=(1e-3,), weight_decay=(0.1,), momentum=(0.5,), centered=(True,), maximize=(True,)),
    "Adagrad": dict(lr_decay=(0.1,), weight_decay=(0.1,), initial_accumulator_value=(0.5,), eps=(1e-3,), maximize=(True,)),
}
WRONG = [dict(lr=-1.0), dict(weight_decay=-0.1), dict(eps=-1.0), dict(betas=(1.0, 0.9)), dict(momentum=-0.5), dict(nesterov=True), dict(alpha=-1.0), dict(lr_decay=-1.0)]


def short(number):
    return float(f"{number:.8g}")


def drawn_options(draw, name, share=0.35):
    return {key: draw.choose(*values) for key, values in OPTIMIZERS[name].items() if draw.often(share)}


def optimizer_use(seed):
    draw = Draw(seed)
    name = draw.choose(*OPTIMIZERS)
    dtype = draw.choose("float32", "float64")
    options = {**({"lr": draw.choose(0.1, 0.01, 0.5)} if draw.often(0.8) else {}), **drawn_options(draw, name)}
    if draw.often(0.06):
        options = {**options, **{key: value for key, value in draw.choose(*WRONG).items() if key in OPTIMIZERS[name] or key == "lr"}}
    groups, written = [], []
    for _ in range(draw.choose(1, 1, 2)):
        own = {} if not groups or draw.often(0.3) else {**({"lr": 0.2} if draw.often(0.5) else {}), **drawn_options(draw, name, 0.2)}
        parts = [draw.tensor([draw.upto(1, 3) for _ in range(draw.upto(0, 2))], dtype, grad=True) for _ in range(draw.upto(1, 2))]
        groups.append({"params": [made for made, _ in parts], **own})
        written.append({"params": [text for _, text in parts], "options": camel(own)})
    use = {"seed": seed, "kind": "optimizer", "optimizer": name, "options": camel(options), "groups": written, "steps": []}
    try:
        optimizer = getattr(torch.optim, name)(groups, **options)
    except REFUSALS as error:
        return {**use, **refused(error)}
    parameters = [parameter for group in groups for parameter in group["params"]]
    count = draw.upto(2, 6)
    reload = draw.upto(1, count - 1) if draw.often(0.3) else None
    for step in range(count):
        entry = {"grads": []}
        for parameter in parameters:
            numbers = draw.numbers(parameter.numel()) if draw.often(0.9) else None
            parameter.grad = None if numbers is None else torch.tensor(numbers, dtype=parameter.dtype).reshape(parameter.shape)
            entry["grads"].append(numbers)
        if draw.often(0.15):
            entry["lr"] = draw.choose(0.05, 0.3)
            optimizer.param_groups[0]["lr"] = entry["lr"]
        if step == reload:
            entry["reload"] = True
            state = optimizer.state_dict()
            optimizer = getattr(torch.optim, name)([{"params": group["params"]} for group in groups], lr=1.0)
            optimizer.load_state_dict(state)
        optimizer.step()
        entry["after"] = [[short(number) for number in parameter.detach().reshape(-1).tolist()] for parameter in parameters]
        if any(not math.isfinite(number) for numbers in entry["after"] for number in numbers):
            break
        use["steps"].append(entry)
    return use


def schedule_of(draw, groups):
    name = draw.choose("StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "LinearLR", "CosineAnnealingWarmRestarts", "OneCycleLR", "ReduceLROnPlateau")
    if name == "StepLR":
        return name, [draw.upto(1, 4)], draw.some(gamma=lambda: draw.choose(0.5, 2.0))
    if name == "MultiStepLR":
        return name, [[draw.upto(0, 8) for _ in range(draw.upto(0, 4))]], draw.some(gamma=0.5)
    if name == "ExponentialLR":
        return name, [draw.choose(0.9, 1.1, 0.0)], {}
    if name == "CosineAnnealingLR":
        return name, [draw.upto(1, 6)], draw.some(eta_min=0.01)
    if name == "LinearLR":
        return name, [], draw.some(start_factor=lambda: draw.choose(0.2, 1.0, 0.0), end_factor=lambda: draw.choose(0.5, 0.0, 1.5), total_iters=lambda: draw.upto(1, 6))
    if name == "CosineAnnealingWarmRestarts":
        return name, [draw.choose(1, 2, 3, 5, 0)], draw.some(T_mult=lambda: draw.choose(1, 2, 3, 0), eta_min=0.01)
    if name == "OneCycleLR":
        length = {"total_steps": draw.upto(4, 14)} if draw.often(0.5) else {"epochs": draw.upto(1, 3), "steps_per_epoch": draw.upto(3, 5)} if draw.often(0.9) else {}
        return name, [draw.choose(1.0, [1.0, 2.0][:groups])], {**length, **draw.some(pct_start=lambda: draw.choose(0.5, 0.2, 1.5), anneal_strategy="linear", cycle_momentum=False, base_momentum=0.5, max_momentum=0.9, div_factor=10.0, final_div_factor=10.0, three_phase=True)}
    return name, [], draw.some(mode=lambda: draw.choose("min", "max", "most"), factor=lambda: draw.choose(0.5, 0.2, 1.0), patience=lambda: draw.upto(0, 3), threshold=lambda: draw.choose(0.1, 0.0), threshold_mode=lambda: draw.choose("abs", "rel"), cooldown=lambda: draw.upto(0, 2), min_lr=lambda: draw.choose(0.02, [0.05, 0.01][:groups]), eps=lambda: draw.choose(0.01, 1e-8))


def rates(optimizer):
    return {"lr": [short(float(group["lr"])) for group in optimizer.param_groups], "momentum": [short(group["betas"][0] if "betas" in group else group["momentum"]) for group in optimizer.param_groups]}


def schedule_use(seed):
    draw = Draw(seed)
    count = draw.choose(1, 2)
    kind = draw.choose("SGD", "SGD", "Adam")
    groups = [{"params": [torch.zeros(1, requires_grad=True)], **({"lr": 0.4} if index == 1 else {})} for index in range(count)]
    optimizer_options = {"lr": draw.choose(0.1, 1.0), **({"momentum": 0.8} if kind == "SGD" and draw.often(0.7) else {})}
    optimizer = getattr(torch.optim, kind)(groups, **optimizer_options)
    use = {"seed": seed, "kind": "schedule", "optimizer": kind, "optimizerOptions": optimizer_options, "groups": count, "trail": []}

    def make(parts):
        name, arguments, options = parts
        return getattr(lr_scheduler, name)(optimizer, *arguments, **options)

    parts = [schedule_of(draw, count)]
    if draw.often(0.2):
        parts = [part for part in (schedule_of(draw, count) for _ in range(draw.upto(2, 3))) if part[0] not in ("ReduceLROnPlateau", "OneCycleLR")]
    if not parts:
        parts = [("StepLR", [2], {})]
    use["parts"] = [{"schedule": name, "args": arguments, "options": camel(options)} for name, arguments, options in parts]
    try:
        if len(parts) == 1:
            schedule = make(parts[0])
        else:
            milestones = sorted(draw.upto(1, 8) for _ in range(len(parts) - 1 if draw.often(0.95) else len(parts)))
            use["milestones"] = milestones
            schedule = lr_scheduler.SequentialLR(optimizer, [make(part) for part in parts], milestones=milestones)
    except (*REFUSALS, ZeroDivisionError) as error:
        return {**use, **refused(error)}
    plateau = parts[0][0] == "ReduceLROnPlateau"
    use["first"] = rates(optimizer)
    steps = draw.upto(4, 14)
    reload = draw.upto(1, steps - 1) if draw.often(0.25) and len(parts) == 1 else None
    for step in range(steps):
        optimizer.step()
        entry = {}
        if step == reload:
            entry["reload"] = True
            state = schedule.state_dict()
            schedule = make(parts[0])
            schedule.load_state_dict(state)
            for group, rate in zip(optimizer.param_groups, use["trail"][-1]["lr"] if use["trail"] else use["first"]["lr"]):
                group["lr"] = rate
            entry["from"] = [short(float(group["lr"])) for group in optimizer.param_groups]
        if plateau:
            entry["metric"] = draw.choose(1.0, 0.9, 0.5, 1.2, 0.95, -1.0)
        try:
            schedule.step(*([entry["metric"]] if plateau else []))
        except (*REFUSALS, ZeroDivisionError) as error:
            use["trail"].append({**entry, **refused(error)})
            break
        use["trail"].append({**entry, **rates(optimizer), "last": [short(float(rate)) for rate in schedule.get_last_lr()]})
    return use


warnings.simplefilter("ignore")
__all__ = ["optimizer_use", "schedule_use"]
