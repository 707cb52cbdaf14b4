"""Records PyTorch's own CPU times for the rows of run.mjs, to be printed beside them.

Usage: python benchmarks/engine/pytorch.py [threads ...]          (needs torch; by default 1 and 2 threads; about 20 seconds for each)
       python benchmarks/engine/pytorch.py --serve <threads>      (for run.mjs: a line [row, milliseconds] in, a line of samples out)

Writes pytorch-<version>.json: torch version, kind of machine, median and quickest call in milliseconds for each number of threads (far apart: the machine was busy, and with more threads than idle processors the figures mean nothing). Forward rows run under no_grad, as run.mjs runs them.
"""
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

TARGET = pathlib.Path(__file__).resolve().parent / f"pytorch-{'.'.join(torch.__version__.split('.')[:2])}.json"
SECONDS = 1.0
WIDTH, HEADS, SEQUENCE, HIDDEN = 256, 4, 128, 1024


def attention(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v)
    # PyTorch 1.13 has it under no public name.
    return torch.softmax(q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5, dim=-1) @ v


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)

    def forward(self, x):
        q, k, v = (part.reshape(1, SEQUENCE, HEADS, WIDTH // HEADS).transpose(1, 2) for part in self.qkv(self.norm1(x)).chunk(3, dim=2))
        attended = attention(q, k, v).transpose(1, 2).reshape(1, SEQUENCE, WIDTH)
        h = x + self.out(attended)
        return h + self.down(F.gelu(self.up(self.norm2(h))))


def forward(compute):
    def run():
        with torch.no_grad():
            compute()
    return run


def backward(module, x, gradient):
    x.requires_grad_()

    def run():
        x.grad = None
        module.zero_grad()
        module(x).backward(gradient)
    return run


def mlp(make_optimizer):
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    optimizer = make_optimizer(model.parameters())
    x, y = torch.randn(64, 784), torch.randint(0, 10, (64,))

    def run():
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    return run


def small_adds():
    x, one = torch.randn(4), torch.randn(4)
    for _ in range(1000):
        x = x + one


def recorded_adds(backward):
    x, one, gradient = torch.randn(4, requires_grad=True), torch.randn(4), torch.randn(4)

    def run():
        x.grad = None
        total = x
        for _ in range(1000):
            total = total + one
        if backward:
            total.backward(gradient)
    return run


def rows():
    def square(size):
        return torch.randn(size, size)

    conv, norm = nn.Conv2d(32, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64)
    image, features = torch.randn(8, 32, 32, 32), torch.randn(8, 64, 32, 32)
    wide, other = torch.randn(1 << 20), torch.randn(1 << 20)
    block, tokens = Block(), torch.randn(1, SEQUENCE, WIDTH)
    lstm, steps = nn.LSTM(128, 256), torch.randn(32, 16, 128)
    products = {f"matmul{size}": (lambda a, b: forward(lambda: a @ b))(square(size), square(size)) for size in (256, 512, 1024)}
    logits = square(1024) * 4
    return {
        **products,
        "conv2d": forward(lambda: conv(image)),
        "conv2d_train": backward(conv, image.clone(), torch.randn(8, 64, 32, 32)),
        "batchnorm_train": forward(lambda: norm(features)),
        "add_1m": forward(lambda: wide + other),
        "exp_1m": forward(lambda: wide.exp()),
        "softmax_1024": forward(lambda: logits.softmax(1)),
        "add4_x1000": forward(small_adds),
        "add4_recorded": recorded_adds(False),
        "add4_backward": recorded_adds(True),
        "mlp_sgd": mlp(lambda parameters: torch.optim.SGD(parameters, lr=0.01)),
        "mlp_adam": mlp(lambda parameters: torch.optim.Adam(parameters)),
        "block": forward(lambda: block(tokens)),
        "block_train": backward(block, tokens.clone(), torch.randn(1, SEQUENCE, WIDTH)),
        "lstm": forward(lambda: lstm(steps)),
    }


def sample(run, seconds):
    for _ in range(5):
        run()
    samples, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        run()
        samples.append((time.perf_counter() - start) * 1e3)
    return samples


def serve(threads):
    torch.set_num_threads(threads)
    table = rows()
    print(json.dumps(torch.__version__), flush=True)
    for line in sys.stdin:
        name, milliseconds = json.loads(line)
        print(json.dumps(sample(table[name], milliseconds / 1e3)), flush=True)


def measure(run):
    samples = sample(run, SECONDS)
    return {"median": float(f"{statistics.median(samples):.4g}"), "quickest": float(f"{min(samples):.4g}")}


def machine():
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")] if pathlib.Path("/proc/cpuinfo").exists() else [platform.processor()]
    capability = getattr(torch.backends, "cpu", None)
    return f"{names[0]}, {len(names)} CPUs" + ("" if capability is None else f", {capability.get_cpu_capability()}")


def record(threads):
    """In a process of its own: the OpenBLAS that Linux distributions build PyTorch with has threads of its own, whose number is fixed when it is loaded."""
    done = subprocess.run([sys.executable, __file__, "--measure", str(threads)], env={**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]))
    elif sys.argv[1:2] == ["--measure"]:
        torch.set_num_threads(int(sys.argv[2]))
        print(json.dumps({name: measure(run) for name, run in rows().items()}))
    else:
        milliseconds = {str(threads): record(threads) for threads in map(int, sys.argv[1:] or ["1", "2"])}
        TARGET.write_text(json.dumps({"torch": torch.__version__, "machine": machine(), "milliseconds": milliseconds}, indent=1) + "\n")
