"""Records what PyTorch does with hooks and state dictionaries, for packages/engine/tests/module-features.test.ts.

Usage: python tools/record_engine/modules.py          (needs torch; the tests themselves do not)

Writes packages/engine/tests/recorded/modules.json.
"""
import warnings

import torch
import torch.nn as nn

from record import message, values, write


class Twice(nn.Module):
    """Two inputs that require gradients and one that is no tensor; two outputs."""

    def forward(self, x, scale, y):
        return x * scale + y, (x * y).sum()


def optional(gradients):
    return [None if g is None else values(g) for g in gradients]


def backward_hooks():
    x = torch.tensor([[1.0, -2.0], [3.0, 0.5]], requires_grad=True)
    y = torch.tensor([[0.5, 1.0], [-1.0, 2.0]], requires_grad=True)
    module, seen = Twice(), []
    module.register_full_backward_pre_hook(lambda m, go: seen.append(["pre", optional(go)]))
    module.register_full_backward_hook(lambda m, gi, go: seen.append(["full", optional(gi), optional(go)]))
    a, b = module(x, 3.0, y)
    (a * torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().add(b * 5).backward()
    both = {"seen": list(seen), "x": values(x.grad), "y": values(y.grad)}
    x.grad = y.grad = None
    seen.clear()
    a, b = module(x, 3.0, y.detach())
    a.sum().backward()
    one = {"seen": list(seen), "x": values(x.grad)}

    x.grad = None
    linear = nn.Linear(2, 2)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        linear.bias.zero_()
    linear.register_full_backward_pre_hook(lambda m, go: (go[0] * 10,))
    linear.register_full_backward_hook(lambda m, gi, go: (gi[0] + 100,))
    linear(x).sum().backward()
    replaced = {"x": values(x.grad), "weight": values(linear.weight.grad), "bias": values(linear.bias.grad)}

    linear.zero_grad()
    order = []
    linear = nn.Linear(2, 2)
    linear.register_full_backward_hook(lambda m, gi, go: order.append("first"))
    linear.register_full_backward_hook(lambda m, gi, go: order.append("second"), prepend=True)
    linear.register_full_backward_pre_hook(lambda m, go: order.append("pre first"))
    linear.register_full_backward_pre_hook(lambda m, go: order.append("pre second"), prepend=True)
    linear(x).sum().backward()

    frozen, calls = nn.Linear(2, 2), []
    frozen.register_full_backward_hook(lambda m, gi, go: calls.append([optional(gi), optional(go)]))
    frozen(torch.ones(1, 2)).sum().backward()

    wrong = nn.Linear(2, 2)
    wrong.register_full_backward_hook(lambda m, gi, go: (gi[0], gi[0]))
    wrong_pre = nn.Linear(2, 2)
    wrong_pre.register_full_backward_pre_hook(lambda m, go: (go[0], go[0]))
    alone = nn.Linear(2, 2)
    alone.register_full_backward_hook(lambda m, gi, go: (go[0],))
    return {
        "both": both, "one": one, "replaced": replaced, "order": order, "noInput": calls,
        "wrongCount": message(lambda: wrong(x).sum().backward()),
        "wrongPreCount": message(lambda: wrong_pre(x).sum().backward()),
        "aloneReplaced": message(lambda: alone(torch.ones(1, 2)).sum().backward()),
    }


def tensor_hooks():
    seen = []
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2
    z = (y * y).sum()
    x.register_hook(lambda g: seen.append(["x", values(g)]))
    y.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: seen.append(["y", values(g)]))
    handle = y.register_hook(lambda g: g * 0)
    handle.remove()
    y.retain_grad()
    z.backward()
    return {"seen": seen, "x": values(x.grad), "y": values(y.grad), "noGrad": message(lambda: torch.ones(2).register_hook(lambda g: g)), "retain": message(lambda: torch.ones(2).retain_grad())}


class WithExtra(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)
        self.extra = torch.tensor([7.0])

    def get_extra_state(self):
        return self.extra

    def set_extra_state(self, state):
        self.extra = state


def state_dictionaries():
    net = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 1)))
    good = net.state_dict()

    def changed(**changes):
        new = dict(good)
        for key, value in changes.items():
            key = key.replace("__", ".").replace("_n", "")
            if value is None:
                del new[key]
            else:
                new[key] = value
        return new

    renamed = {("body." + k if k.startswith("1") else k): v for k, v in good.items()}
    lacking = {k: v for k, v in good.items() if k not in ("0.bias", "1.1.weight")}
    extra = {**good, "0.extra": torch.ones(1), "2.weight": torch.ones(1), "other": torch.ones(1)}
    wrong = {**good, "0.weight": torch.ones(2, 2), "1.1.bias": torch.ones(3), "1.0.num_batches_tracked": torch.tensor([5])}
    everything = {**{k: v for k, v in wrong.items() if k != "0.bias"}, "nothing": torch.ones(1)}
    untracked = {k: v for k, v in good.items() if not k.endswith("num_batches_tracked")}
    none = net.load_state_dict(dict(extra, **{}), strict=False)
    with_extra = WithExtra()
    return {
        "keys": list(good),
        "renamed": message(lambda: net.load_state_dict(renamed)),
        "lacking": message(lambda: net.load_state_dict(lacking)),
        "extra": message(lambda: net.load_state_dict(extra)),
        "wrong": message(lambda: net.load_state_dict(wrong)),
        "everything": message(lambda: net.load_state_dict(everything)),
        "notStrict": message(lambda: net.load_state_dict(everything, strict=False)),
        "notStrictResult": {"missing": list(none.missing_keys), "unexpected": list(none.unexpected_keys)},
        "notATensor": message(lambda: net.load_state_dict({**good, "0.bias": 3})),
        "untracked": str(net.load_state_dict(untracked)),
        "extraKeys": list(with_extra.state_dict()),
        "extraMissing": message(lambda: with_extra.load_state_dict(nn.Linear(2, 2).state_dict())),
        "extraUnexpected": message(lambda: nn.Linear(2, 2).load_state_dict(with_extra.state_dict())),
    }


def lookups():
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    return {
        "noModule": message(lambda: net.get_submodule("0.deep")),
        "notAModule": message(lambda: net.get_submodule("0.weight")),
        "noParameter": message(lambda: net.get_parameter("0.nothing")),
        "notAParameter": message(lambda: net.get_parameter("1")),
        "notABuffer": message(lambda: net.get_buffer("0.weight")),
        "toInteger": message(lambda: net.to(torch.int64)),
    }


def texts():
    """How parameters print, and containers whose entries are shared, or equal one after the other."""
    relu = nn.ReLU()
    return [str(part) for part in [
        nn.Parameter(torch.tensor([1.0, 2.5])), nn.Parameter(torch.tensor([1.0]), requires_grad=False),
        nn.Sequential(relu, nn.Linear(1, 1), relu), nn.ModuleList([relu, nn.ReLU(), nn.Tanh(), relu]), nn.ModuleList([nn.Sequential(relu), nn.Sequential(relu)]), nn.ModuleList(),
    ]]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write("modules", {"backwardHooks": backward_hooks(), "tensorHooks": tensor_hooks(), "stateDictionaries": state_dictionaries(), "lookups": lookups(), "texts": texts()})
