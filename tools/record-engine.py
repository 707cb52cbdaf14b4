"""Records what PyTorch computes, for the tests of packages/engine to be held against.

Usage: python tools/record-engine.py          (needs torch and numpy; the tests themselves need neither)

Writes packages/engine/tests/recorded/*.json. Each file names the torch version that it was made with.

Recording again gives the same bytes on the same processor. A sum of products is added up in another order, or with fused steps, on another
processor or with other threads: MKL is held to its one path for all of them and to one thread. What stays with the processor, in the last digit, are
the vectorised functions, the convolutions of oneDNN and the normal deviates of sixteen and more, whose instruction set random.json names.
"""
import json
import os
import pathlib

# Read by MKL when it is first used.
os.environ["MKL_CBWR"] = "COMPATIBLE"

import torch
import torch.nn as nn
import torch.nn.functional as F

from engine_layers import record_layers
from engine_promotion import record_promotion
from engine_rows import record_rows

TARGET = pathlib.Path(__file__).resolve().parent.parent / "packages" / "engine" / "tests" / "recorded"


def write(name, content):
    TARGET.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"torch": torch.__version__, **content}, indent=1, allow_nan=False)
    (TARGET / f"{name}.json").write_text(text + "\n")


def values(tensor):
    return tensor.detach().tolist()


def record_random():
    def seeded(draw, seed=0):
        torch.manual_seed(seed)
        return values(draw())

    def linear(inputs, outputs):
        torch.manual_seed(0)
        layer = nn.Linear(inputs, outputs)
        return {"inputs": inputs, "outputs": outputs, "weight": values(layer.weight), "bias": values(layer.bias)}

    def mixed():
        torch.manual_seed(7)
        return [values(torch.randn(3)), values(torch.rand(2)), values(torch.randn(5)), values(torch.randn(17)), values(torch.randn(2))]

    def state(layer):
        return {name: values(value) for name, value in layer().state_dict().items()}

    def initialised(function, shape):
        tensor = torch.empty(shape)
        function(tensor)
        return tensor

    sizes = [1, 2, 7, 15, 16, 17, 31, 32, 33, 100, 1000]
    draws = {
        "rand": lambda n, dtype: torch.rand(n, dtype=dtype),
        "randn": lambda n, dtype: torch.randn(n, dtype=dtype),
        "uniform_": lambda n, dtype: torch.empty(n, dtype=dtype).uniform_(-0.3, 0.7),
        "normal_": lambda n, dtype: torch.empty(n, dtype=dtype).normal_(1.5, 0.3),
        "exponential_": lambda n, dtype: torch.empty(n, dtype=dtype).exponential_(2.0),
        "bernoulli": lambda n, dtype: torch.bernoulli(torch.linspace(0, 1, n, dtype=dtype)),
    }
    init = nn.init
    initialisations = {
        "xavierUniform": init.xavier_uniform_, "xavierNormal": init.xavier_normal_, "kaimingUniform": init.kaiming_uniform_,
        "kaimingNormalFanOutRelu": lambda t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"),
        "truncNormal": init.trunc_normal_, "truncNormalTail": lambda t: init.trunc_normal_(t, 0, 1, 1, 3), "orthogonal": init.orthogonal_, "eye": init.eye_,
    }
    write("random", {
        "capability": torch.backends.cpu.get_cpu_capability(),
        "draws": [
            {"name": name, "size": n, "dtype": str(dtype).split(".")[1], "values": seeded(lambda: draw(n, dtype))}
            for name, draw in draws.items() for dtype in (torch.float32, torch.float64) for n in (sizes if dtype == torch.float32 else [1, 15, 16, 17, 100])
        ],
        "rand": [{"size": n, "seed": s, "values": seeded(lambda: torch.rand(n), s)} for n, s in [(5, 123), (5, 2**32 + 5)]],
        "randint": [{"low": lo, "high": hi, "values": seeded(lambda: torch.randint(lo, hi, (10,)))} for lo, hi in [(0, 10), (-5, 1000), (0, 2**30), (0, 2**40)]],
        "randperm": [{"size": n, "values": seeded(lambda: torch.randperm(n))} for n in sizes],
        "linear": [linear(4, 2), linear(10, 5), linear(3, 1)],
        "layers": {name: seeded_state for name, seeded_state in ((name, (torch.manual_seed(0), state(layer))[1]) for name, layer in {
            "LSTM": lambda: nn.LSTM(5, 6, num_layers=2, bidirectional=True),
            "Conv2d": lambda: nn.Conv2d(3, 4, 3),
            "Embedding": lambda: nn.Embedding(7, 5),
            "GRU": lambda: nn.GRU(3, 4),
            "RNN": lambda: nn.RNN(3, 4, num_layers=2, bias=False),
            "Conv1d": lambda: nn.Conv1d(4, 6, 2, groups=2),
            "Conv3d": lambda: nn.Conv3d(2, 3, (2, 1, 2), bias=False),
            "ConvTranspose2d": lambda: nn.ConvTranspose2d(2, 4, 3),
            "EmbeddingPadded": lambda: nn.Embedding(4, 3, padding_idx=1),
            "Bilinear": lambda: nn.Bilinear(2, 3, 4),
            "MultiheadAttention": lambda: nn.MultiheadAttention(8, 2),
        }.items())},
        "initialisations": [{"name": name, "shape": shape, "values": seeded(lambda: initialised(function, shape))} for name, function in initialisations.items() for shape in ([5, 7], [6, 3, 2, 2], [4, 4]) if name != "eye" or len(shape) == 2],
        "mixed": mixed(),
    })


OPS = [
    # (method, arguments after the inputs, shapes of the inputs, function)
    ("add", [], [(2, 3), (3,)], lambda a, b: a + b),
    ("sub", [], [(2, 1), (2, 3)], lambda a, b: a - b),
    ("mul", [], [(2, 3), (2, 3)], lambda a, b: a * b),
    ("div", [], [(2, 3), (1, 3)], lambda a, b: a / b),
    ("maximum", [], [(2, 3), (3,)], torch.maximum),
    ("minimum", [], [(2, 3), (3,)], torch.minimum),
    ("pow", [3], [(2, 3)], lambda a: a ** 3),
    ("neg", [], [(4,)], torch.neg),
    ("exp", [], [(4,)], torch.exp),
    ("abs", [], [(4,)], torch.abs),
    ("relu", [], [(2, 4)], torch.relu),
    ("sigmoid", [], [(2, 4)], torch.sigmoid),
    ("tanh", [], [(2, 4)], torch.tanh),
    ("softplus", [], [(2, 4)], F.softplus),
    ("clamp", [-0.5, 0.5], [(2, 4)], lambda a: a.clamp(-0.5, 0.5)),
    ("sum", [], [(2, 3)], torch.sum),
    ("sum", [1], [(2, 3)], lambda a: a.sum(1)),
    ("sum", [[0, 2], True], [(2, 3, 4)], lambda a: a.sum((0, 2), True)),
    ("mean", [], [(2, 3)], torch.mean),
    ("mean", [0, True], [(2, 3)], lambda a: a.mean(0, True)),
    ("amax", [1], [(2, 3)], lambda a: a.amax(1)),
    ("amin", [0], [(2, 3)], lambda a: a.amin(0)),
    ("var", [0], [(4, 3)], lambda a: a.var(0)),
    ("std", [], [(4, 3)], torch.std),
    ("softmax", [1], [(2, 5)], lambda a: a.softmax(1)),
    ("softmax", [0], [(2, 3, 2)], lambda a: a.softmax(0)),
    ("logSoftmax", [-1], [(2, 5)], lambda a: a.log_softmax(-1)),
    ("matmul", [], [(2, 3), (3, 4)], torch.matmul),
    ("matmul", [], [(3,), (3,)], torch.matmul),
    ("matmul", [], [(3,), (3, 2)], torch.matmul),
    ("matmul", [], [(2, 3), (3,)], torch.matmul),
    ("matmul", [], [(2, 1, 2, 3), (4, 3, 2)], torch.matmul),
    ("transpose", [0, 1], [(2, 3)], lambda a: a.transpose(0, 1)),
    ("permute", [2, 0, 1], [(2, 3, 4)], lambda a: a.permute(2, 0, 1)),
    ("reshape", [3, -1], [(2, 3)], lambda a: a.reshape(3, -1)),
    ("flatten", [1], [(2, 3, 2)], lambda a: a.flatten(1)),
    ("expand", [2, 3], [(2, 1)], lambda a: a.expand(2, 3)),
    ("narrow", [1, 1, 2], [(2, 4)], lambda a: a.narrow(1, 1, 2)),
    ("select", [0, -1], [(2, 4)], lambda a: a.select(0, -1)),
]


def write_rows(name, rows):
    """One row a line, so that a change shows which rows changed."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    (TARGET / f"{name}.json").write_text(f'{{"torch": {json.dumps(torch.__version__)}, "rows": [\n{lines}\n]}}\n')


def record_op_rows():
    write_rows("op-rows", record_rows())


def record_layer_rows():
    write_rows("layers", record_layers())


def record_types():
    write("promotion", record_promotion())


def record_ops():
    torch.manual_seed(1)
    cases = []
    for name, arguments, shapes, function in OPS:
        inputs = [torch.randn(shape).requires_grad_() for shape in shapes]
        output = function(*inputs)
        weights = torch.randn(output.shape)
        (output * weights).sum().backward()
        cases.append({
            "op": name, "args": arguments, "inputs": [values(t) for t in inputs], "output": values(output),
            "weights": values(weights), "grads": [values(t.grad) for t in inputs],
        })
    write("ops", {"cases": cases})


def record_batch_norm():
    def run(settings, shape, steps):
        torch.manual_seed(2)
        layer = nn.BatchNorm1d(shape[1], **settings)
        if layer.affine:
            with torch.no_grad():
                layer.weight.uniform_(0.5, 1.5)
                layer.bias.uniform_(-1, 1)
        start = {k: values(v) for k, v in layer.named_parameters()}
        trail = []
        for mode in steps:
            layer.train(mode == "train")
            x = torch.randn(shape, requires_grad=True)
            weights = torch.randn(shape)
            out = layer(x)
            layer.zero_grad()
            (out * weights).sum().backward()
            trail.append({
                "mode": mode, "x": values(x), "weights": values(weights), "out": values(out), "grad": values(x.grad),
                "parameterGrads": {k: values(v.grad) for k, v in layer.named_parameters()},
                "buffers": {k: values(v) for k, v in layer.named_buffers()},
            })
        names = {"momentum": "momentum", "eps": "eps", "affine": "affine", "track_running_stats": "trackRunningStats"}
        return {"settings": {names[k]: v for k, v in settings.items()}, "features": shape[1], "parameters": start, "steps": trail}

    steps = ["train", "train", "eval", "train", "eval"]
    write("batch-norm", {"runs": [
        run({}, (4, 3), steps),
        run({}, (2, 3, 5), steps),
        run({"momentum": None}, (4, 2), steps),
        run({"momentum": 0.0}, (4, 2), steps),
        run({"momentum": 1.0, "eps": 1e-3}, (4, 2), steps),
        run({"affine": False}, (4, 2), steps),
        run({"track_running_stats": False}, (4, 2), steps),
    ]})


def record_losses():
    torch.manual_seed(3)
    logits = torch.randn(4, 3, requires_grad=True)
    classes = torch.tensor([0, 2, 1, 2])
    probabilities = torch.rand(4, 3).softmax(1)
    single = torch.randn(3, requires_grad=True)
    binary = torch.tensor([[0.0, 1.0, 1.0]] * 4)
    target = torch.randn(4, 3)
    cases = []

    def case(name, function, arguments, inputs):
        for reduction in ["mean", "sum", "none"]:
            for tensor in inputs:
                tensor.grad = None
            loss = function(*inputs, *arguments, reduction=reduction)
            loss.sum().backward()
            cases.append({"loss": name, "reduction": reduction, "input": values(inputs[0]), "target": values(arguments[0]),
                          "value": values(loss), "grad": values(inputs[0].grad)})

    case("crossEntropy", F.cross_entropy, [classes], [logits])
    case("crossEntropy", F.cross_entropy, [probabilities], [logits])
    case("crossEntropy", F.cross_entropy, [torch.tensor(1)], [single])
    case("mseLoss", F.mse_loss, [target], [logits])
    case("binaryCrossEntropyWithLogits", F.binary_cross_entropy_with_logits, [binary], [logits])
    x = torch.randn(2, 3, 4, requires_grad=True)
    layer = nn.LayerNorm([3, 4])
    weights = torch.randn(2, 3, 4)
    out = layer(x)
    (out * weights).sum().backward()
    write("losses", {"cases": cases, "layerNorm": {"x": values(x), "weights": values(weights), "out": values(out), "grad": values(x.grad)}})


def record_training():
    """A small network trained by SGD with everything seeded: parameters after every step."""
    runs = []
    for settings in [{"lr": 0.1}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01}]:
        torch.manual_seed(4)
        model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
        optimizer = torch.optim.SGD(model.parameters(), **settings)
        x, y = torch.randn(8, 4), torch.randint(0, 3, (8,))
        losses = []
        for _ in range(20):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
        with torch.no_grad():
            out = model(x)
        names = {"lr": "lr", "momentum": "momentum", "weight_decay": "weightDecay"}
        runs.append({"settings": {names[k]: v for k, v in settings.items()}, "losses": losses, "evaluation": values(out),
                     "keys": list(model.state_dict().keys()), "state": [values(v) for v in model.state_dict().values()]})
    write("training", {"runs": runs})


def record_printing():
    torch.manual_seed(5)
    samples = [
        [0.0, 0.0], [1.0, 2.0, 3.0], [1.5, -2.25], [0.12345678, -1.0], [1e-5, 1.0], [1e9, 1.0], [1e-6], [1000.5, 0.25], [10001.5, 0.25], 3.0, 0.5, [[1.0, 2.0], [3.0, 4.5]],
        [[[1.0], [2.0]], [[3.0], [4.0]]], [0.03125], [-0.0, 1.5], [], torch.randn(12).tolist(), torch.randn(3, 10).tolist(), [100.0, 2e5], [123456789.0],
    ]
    cases = [{"values": s, "dtype": "float32", "text": str(torch.tensor(s))} for s in samples]
    cases += [{"values": s, "dtype": "int64", "text": str(torch.tensor(s, dtype=torch.int64))} for s in [[1, -20, 3], 7, [[1, 2], [3, 4]]]]
    cases += [{"values": s, "dtype": "bool", "text": str(torch.tensor(s))} for s in [[True, False], [True]]]
    cases += [{"values": s, "dtype": "float64", "text": str(torch.tensor(s, dtype=torch.float64))} for s in [*samples, [1e-12, 1.0], [1 / 3, 2 / 3], [1e300, 1.0], [[1e16, 0.1]]]]
    cases += [{"values": s, "dtype": "int32", "text": str(torch.tensor(s, dtype=torch.int32))} for s in [[1, -20, 3], 7, []]]
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    write("printing", {"cases": cases, "arange": str(torch.arange(1200.0)), "wide": str(torch.arange(2400.0).reshape(2, 1200)),
                       "requiresGrad": str(x), "gradFn": str(x + 1),
                       "longGradFn": str(torch.arange(10.0).requires_grad_() * 1.5 + 0.123)})


def record_messages():
    """The wording of PyTorch's errors that the engine repeats."""
    def message(function):
        try:
            function()
        except Exception as error:  # noqa: BLE001 - whatever it is, its text is what is recorded
            return f"{type(error).__name__}: {error}"
        raise AssertionError("no error")

    def modified():
        a = torch.ones(3, requires_grad=True)
        b = a * 2
        c = b * b
        b.add_(1)
        c.sum().backward()

    def twice():
        a = torch.ones(3, requires_grad=True)
        b = (a * a).sum()
        b.backward()
        b.backward()

    def inference_tensor():
        with torch.inference_mode():
            return torch.ones(3) * 2

    weight = torch.ones(3, requires_grad=True)
    layer = nn.Linear(4, 5)
    write("messages", {
        "broadcast": message(lambda: torch.ones(2, 3) + torch.ones(2, 4)),
        "matmul": message(lambda: torch.ones(2, 3) @ torch.ones(4, 5)),
        "noGraph": message(lambda: torch.ones(1).sum().backward()),
        "notScalar": message(lambda: (weight * 2).backward()),
        "leafInPlace": message(lambda: weight.add_(1)),
        "viewOfLeafInPlace": message(lambda: weight[0:2].add_(1)),
        "modified": message(modified),
        "twice": message(twice),
        "item": message(lambda: torch.ones(3).item()),
        "reshape": message(lambda: torch.ones(3).reshape(2, 2)),
        "trainMode": message(lambda: layer.train(1)),
        "dropoutRange": message(lambda: nn.Dropout(1.5)),
        "dropoutTraining": message(lambda: F.dropout(torch.ones(2), 0.5, None)),
        "batchNormOne": message(lambda: nn.BatchNorm1d(6)(torch.ones(1, 6))),
        "batchNormRank": message(lambda: nn.BatchNorm1d(6)(torch.ones(6))),
        "batchNormChannels": message(lambda: nn.BatchNorm1d(3)(torch.ones(2, 4))),
        "batchNormMissing": message(lambda: F.batch_norm(torch.ones(2, 4), None, None)),
        "inferenceSaved": message(lambda: (inference_tensor() * weight)),
        "inferenceInPlace": message(lambda: inference_tensor().add_(1)),
        "inferenceRequiresGrad": message(lambda: inference_tensor().requires_grad_()),
        "inferenceVersion": message(lambda: inference_tensor()._version),
        "loadMissing": message(lambda: layer.load_state_dict({"weight": torch.ones(5, 3), "other": torch.ones(1)})),
        "emptyOptimizer": message(lambda: torch.optim.SGD([], lr=0.1)),
        "integerGrad": message(lambda: torch.tensor([1]).requires_grad_()),
    })


if __name__ == "__main__":
    torch.set_num_threads(1)
    for record in [record_random, record_ops, record_op_rows, record_layer_rows, record_types, record_batch_norm, record_losses, record_training, record_printing, record_messages]:
        record()
