"""Records what PyTorch's spectral and weight normalisation, orthogonal weights and pruning do, for packages/engine/tests/parametrizations.test.ts.

Usage: python tools/record_engine/parametrizations.py          (needs torch; the tests themselves do not)

Writes packages/engine/tests/recorded/parametrizations.json.
"""
import warnings

import torch
import torch.nn as nn
import torch.nn.utils as U
import torch.nn.utils.parametrizations as P
import torch.nn.utils.parametrize as parametrize
import torch.nn.utils.prune as prune

from record import camel, message, values, write


def steps(wrap, settings):
    """Two calls in training mode, one in evaluation mode, one in training mode under no_grad: outputs, state and gradients."""
    torch.manual_seed(41)
    layer = nn.Linear(3, 4)
    start = [values(p) for p in layer.parameters()]
    x = torch.randn(2, 3, requires_grad=True)
    torch.manual_seed(42)
    layer = wrap(layer, **settings)
    trail = []
    for mode in ["train", "train", "eval", "no_grad"]:
        layer.train(mode != "eval")
        layer.zero_grad()
        x.grad = None
        with torch.set_grad_enabled(mode != "no_grad"):
            out = layer(x)
        entry = {"mode": mode, "out": values(out), "state": {k: values(v) for k, v in layer.state_dict().items()}}
        if mode != "no_grad":
            (out * torch.arange(8.0).reshape(2, 4)).sum().backward()
            entry["grads"] = {"x": values(x.grad), **{k: values(p.grad) for k, p in layer.named_parameters()}}
        trail.append(entry)
    return {"start": start, "x": values(x), "settings": camel(settings), "steps": trail}


def removed(wrap, remove, mode):
    torch.manual_seed(41)
    layer = nn.Linear(3, 4)
    torch.manual_seed(42)
    layer = wrap(layer).train(mode)
    layer(torch.ones(1, 3))
    remove(layer)
    return {"keys": list(layer.state_dict()), "weight": values(layer.weight), "parameter": isinstance(layer.weight, nn.Parameter)}


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).t()

    def right_inverse(self, a):
        return a.triu()


class Twice(nn.Module):
    def forward(self, x):
        return x * 2

    def right_inverse(self, a):
        return a / 2


def custom():
    torch.manual_seed(43)
    layer = nn.Linear(3, 3)
    start = values(layer.weight)
    original = layer.weight
    parametrize.register_parametrization(layer, "weight", Symmetric())
    same = layer.parametrizations.weight.original is original
    first = values(layer.weight)
    parametrize.register_parametrization(layer, "weight", Twice())
    second = values(layer.weight)
    layer.weight = torch.tensor([[2.0, 4.0, 6.0], [4.0, 8.0, 10.0], [6.0, 10.0, 12.0]])
    assigned = values(layer.parametrizations.weight.original)
    keys = list(layer.state_dict())
    modules = [n for n, _ in layer.named_modules()]
    parametrize.remove_parametrizations(layer, "weight")
    return {"start": start, "same": same, "first": first, "second": second, "assigned": assigned, "keys": keys, "modules": modules, "removed": values(layer.weight), "removedKeys": list(layer.state_dict()), "removedSame": layer.weight is original}


def orthogonal(size, settings, dtype=torch.float32):
    """A layer made orthogonal, one step of gradient descent, and another weight assigned: weights, originals, bases, gradients."""
    torch.manual_seed(44)
    layer = nn.Linear(*size).to(dtype)
    start = values(layer.weight)
    torch.manual_seed(45)
    P.orthogonal(layer, **settings)
    parts = layer.parametrizations.weight
    def state():
        return {"weight": values(layer.weight), "original": values(parts.original), "base": values(parts[0].base) if hasattr(parts[0], "base") else None}
    first, keys = state(), list(layer.state_dict())
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    (layer.weight * torch.arange(float(layer.weight.numel())).reshape(layer.weight.shape)).sum().backward()
    grad = values(parts.original.grad)
    optimizer.step()
    moved = state()
    other = torch.randn(layer.weight.shape, dtype=dtype)
    assigned = {"value": values(other)}
    try:
        layer.weight = other
        assigned.update(state())
    except NotImplementedError as error:
        assigned["error"] = str(error)
    return {"size": size, "settings": camel(settings), "dtype": str(dtype).split(".")[1], "start": start, "first": first, "keys": keys, "grad": grad, "moved": moved, "assigned": assigned}


def linear_algebra():
    """The functions behind `orthogonal`, in double precision, with the gradients of a weighted sum."""
    torch.manual_seed(46)
    def run(function, *inputs):
        inputs = [x.double().requires_grad_() for x in inputs]
        out = function(*inputs)
        weights = torch.randn_like(out)
        (out * weights).sum().backward()
        return {"inputs": [values(x) for x in inputs], "out": values(out), "weights": values(weights), "grads": [values(x.grad) for x in inputs]}
    return {
        "matrixExp": [run(torch.matrix_exp, torch.randn(3, 3) * 0.1), run(torch.matrix_exp, torch.randn(2, 4, 4) * 4), run(torch.matrix_exp, torch.zeros(2, 2))],
        "solve": [run(torch.linalg.solve, torch.randn(3, 3), torch.randn(3, 2)), run(torch.linalg.solve, torch.randn(2, 4, 4), torch.randn(2, 4, 4))],
        "householderProduct": [run(torch.linalg.householder_product, torch.randn(4, 3).tril(-1), torch.rand(3)), run(torch.linalg.householder_product, torch.randn(2, 3, 3).tril(-1), torch.rand(2, 3))],
    }


class Wrong(nn.Module):
    def forward(self, x):
        return x[:1]


class OneWay(nn.Module):
    def forward(self, x):
        return x * 1


def messages():
    one_way = nn.Linear(2, 2)
    parametrize.register_parametrization(one_way, "weight", OneWay())
    return {
        "spectralTwice": message(lambda: U.spectral_norm(U.spectral_norm(nn.Linear(2, 2)))),
        "weightTwice": message(lambda: U.weight_norm(U.weight_norm(nn.Linear(2, 2)))),
        "spectralNone": message(lambda: U.spectral_norm(nn.Linear(2, 2, bias=False), "bias")),
        "spectralIterations": message(lambda: U.spectral_norm(nn.Linear(2, 2), n_power_iterations=0)),
        "parametrizationIterations": message(lambda: P.spectral_norm(nn.Linear(2, 2), n_power_iterations=0)),
        "parametrizationDim": message(lambda: P.spectral_norm(nn.Linear(2, 2), dim=2)),
        "noTensor": message(lambda: P.spectral_norm(nn.ReLU(), "weight")),
        "notThere": message(lambda: parametrize.register_parametrization(nn.ReLU(), "weight", Twice())),
        "shape": message(lambda: parametrize.register_parametrization(nn.Linear(2, 2), "weight", Wrong())),
        "notParametrized": message(lambda: parametrize.remove_parametrizations(nn.ReLU(), "weight")),
        "noInverse": message(lambda: setattr(one_way, "weight", torch.ones(2, 2))),
        "sequence": message(lambda: parametrize.remove_parametrizations(P.weight_norm(nn.Linear(2, 2)), "weight", leave_parametrized=False)),
        "orthogonalMap": message(lambda: P.orthogonal(nn.Linear(2, 2), orthogonal_map="x")),
        "orthogonalVector": message(lambda: P.orthogonal(nn.Linear(2, 2), "bias")),
        "orthogonalNone": message(lambda: P.orthogonal(nn.ReLU())),
        "orthogonalShape": message(lambda: setattr(P.orthogonal(nn.Linear(2, 3)), "weight", torch.ones(2, 2))),
        "orthogonalAssigned": message(lambda: setattr(P.orthogonal(nn.Linear(2, 2), use_trivialization=False), "weight", torch.ones(2, 2))),
        "pruneAmount": message(lambda: prune.l1_unstructured(nn.Linear(2, 2), "weight", 1.5)),
        "pruneMany": message(lambda: prune.l1_unstructured(nn.Linear(2, 2), "weight", 5)),
        "pruneNot": message(lambda: prune.remove(nn.Linear(2, 2), "weight")),
        "copy": message(lambda: __import__("copy").deepcopy(U.weight_norm(nn.Linear(2, 2)))),
    }


def pruned(layer, method, amounts):
    for amount in amounts:
        getattr(prune, method)(layer, "weight", amount)
    return layer


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write("parametrizations", {
        "spectralHook": [steps(U.spectral_norm, s) for s in [{}, dict(n_power_iterations=3, dim=1)]],
        "weightHook": [steps(U.weight_norm, s) for s in [{}, dict(dim=1), dict(dim=None)]],
        "spectralParametrization": [steps(P.spectral_norm, s) for s in [{}, dict(n_power_iterations=2, dim=-1), dict(name="bias")]],
        "weightParametrization": [steps(P.weight_norm, s) for s in [{}, dict(dim=1)]],
        "orthogonal": [orthogonal(size, dict(orthogonal_map=name, use_trivialization=trivial)) for name in ("matrix_exp", "cayley", "householder") for size in ([3, 3], [3, 5], [5, 3], [2, 7]) for trivial in (True, False)]
        + [orthogonal([4, 4], {}), orthogonal([4, 3], {}), orthogonal([3, 6], dict(orthogonal_map="cayley"), torch.float64)],
        "linearAlgebra": linear_algebra(),
        "pruning": [steps(pruned, dict(method=method, amounts=amounts)) for method in ("l1_unstructured", "random_unstructured") for amounts in ([0.5], [3], [0.3, 0.5], [0])],
        "removed": {
            "spectralHook": removed(U.spectral_norm, U.remove_spectral_norm, True),
            "weightHook": removed(U.weight_norm, U.remove_weight_norm, True),
            "spectralTrain": removed(P.spectral_norm, lambda m: parametrize.remove_parametrizations(m, "weight"), True),
            "spectralEval": removed(P.spectral_norm, lambda m: parametrize.remove_parametrizations(m, "weight"), False),
            "spectralOriginal": removed(P.spectral_norm, lambda m: parametrize.remove_parametrizations(m, "weight", leave_parametrized=False), False),
            "pruning": removed(lambda m: prune.l1_unstructured(m, "weight", 0.25), lambda m: prune.remove(m, "weight"), True),
            "weight": removed(P.weight_norm, lambda m: parametrize.remove_parametrizations(m, "weight"), True),
        },
        "custom": custom(), "messages": messages(),
    })
