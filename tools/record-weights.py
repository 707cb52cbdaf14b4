"""Trains a small model in PyTorch, saves it, and records what it then computes, for the tests of the engine's readers of weights.

Usage: python tools/record-weights.py          (needs torch and safetensors; the tests themselves need neither)

Writes packages/engine/tests/weights/: perceptron.pt (torch.save of a state dictionary), perceptron.safetensors (the same), perceptron.json (inputs and outputs in
both modes), convolutional.pt and convolutional.json (the same of a network of convolutions), checkpoint.pt (values of every kind that the reader knows) and refused-*.pt (what it must refuse).
"""
import collections
import json
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

TARGET = pathlib.Path(__file__).resolve().parent.parent / "packages" / "engine" / "tests" / "weights"


def train():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x = torch.randn(64, 6)
    y = (x[:, 0] + x[:, 1] > x[:, 2]).long() + (x[:, 3] > 0).long()
    for _ in range(60):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    return model, optimizer, x[:8]


def record_convolutional():
    torch.manual_seed(1)
    model = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.2), nn.Flatten(), nn.Linear(64, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    x, y = torch.randn(32, 2, 8, 8), torch.randint(0, 3, (32,))
    for _ in range(30):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    torch.save({"model": model.state_dict(), "epoch": 30}, TARGET / "convolutional.pt")
    model.eval()
    with torch.no_grad():
        evaluation = model(x[:4])
    model.train()
    model[4].eval()
    with torch.no_grad():
        # eslint-disable-next-line modeguard/no-train-mode-inference -- what the training mode gives is what is recorded here
        training = model(x[:4])
    content = {"torch": torch.__version__, "x": x[:4].tolist(), "evaluation": evaluation.tolist(), "training": training.tolist(), "runningVarAfter": model[1].running_var.tolist()}
    (TARGET / "convolutional.json").write_text(json.dumps(content) + "\n")


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    model, optimizer, x = train()
    torch.save(model.state_dict(), TARGET / "perceptron.pt")
    save_file(model.state_dict(), TARGET / "perceptron.safetensors")
    model.eval()
    with torch.no_grad():
        evaluation = model(x)
    # The mask of a dropout is no part of a checkpoint: training mode is compared with the dropout alone switched off.
    model.train()
    model[3].eval()
    with torch.no_grad():
        # eslint-disable-next-line modeguard/no-train-mode-inference -- what the training mode gives is what is recorded here
        training = model(x)
    (TARGET / "perceptron.json").write_text(json.dumps({
        "torch": torch.__version__, "x": x.tolist(), "evaluation": evaluation.tolist(), "training": training.tolist(), "runningMeanAfter": model[1].running_mean.tolist(),
    }) + "\n")

    record_convolutional()

    base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    torch.save({
        "epoch": 3, "lr": 0.125, "best": None, "done": True, "name": "caf\u00e9", "big": 2**70, "negative": -5, "tuple": (1, (2, 3), "x", 0.5), "list": [1, [2]], "set": {1, 2},
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]), 7: "seven", "size": torch.Size([2, 3]),
        "base": base, "transposed": base.t(), "row": base[1], "expanded": torch.tensor([5.0]).expand(3), "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3),
        "parameter": nn.Parameter(torch.tensor([1.0, 2.0])), "needsGrad": torch.tensor([3.0], requires_grad=True),
        "types": {
            "half": torch.tensor([1.5, -0.0001, 65504.0, float("inf")], dtype=torch.float16), "bfloat16": torch.tensor([1.0, -3.140625, 1e30], dtype=torch.bfloat16),
            "double": torch.tensor([1e300], dtype=torch.float64), "long": torch.tensor([2**40, -1]), "int": torch.tensor([-7], dtype=torch.int32),
            "short": torch.tensor([-300], dtype=torch.int16), "char": torch.tensor([-128], dtype=torch.int8), "byte": torch.tensor([255], dtype=torch.uint8), "bool": torch.tensor([True, False]),
        },
        "optimizer": optimizer.state_dict(),
    }, TARGET / "checkpoint.pt")
    torch.save(nn.Linear(1, 1), TARGET / "refused-module.pt")
    torch.save({"a": torch.ones(2)}, TARGET / "refused-legacy.pt", _use_new_zipfile_serialization=False)
    torch.save({"a": torch.ones(2, dtype=torch.complex64)}, TARGET / "refused-complex.pt")
    torch.jit.save(torch.jit.script(nn.Linear(1, 1)), TARGET / "refused-torchscript.pt")


if __name__ == "__main__":
    main()
