"""What the random uses of layers, losses, optimizers and schedules share: the draws, tensors as they are written down, and what is refused.

Numbers have two digits after the point, so that both sides start from the same ones in float32, and the recording stays short.
"""
import math
import random

import torch

from program import NAMES, REFUSALS, TYPES, plain

MOST = 200


class Skip(Exception):
    """Drawn, and not worth recording: too large, or nothing could be said of the result."""


class Draw:
    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)

    def choose(self, *options):
        return self.random.choice(options)

    def often(self, share):
        return self.random.random() < share

    def upto(self, low, high):
        return self.random.randint(low, high)

    def some(self, **settings):
        """A share of the settings; a value that is a function is drawn by it."""
        taken = {name: value for name, value in settings.items() if self.often(0.45)}
        return {name: value() if callable(value) else value for name, value in taken.items()}

    def numbers(self, count, spread=1.5):
        return [round(self.random.gauss(0, spread), 2) for _ in range(count)]

    def tensor(self, shape, dtype="float32", grad=None, of=None):
        """Normal deviates, through `of`; as a tensor and as it is written down."""
        count = math.prod(shape)
        if count > MOST:
            raise Skip
        numbers = [round(of(number), 3) if of else number for number in self.numbers(count)]
        return self.given(numbers, shape, dtype, self.often(0.8) if grad is None else grad)

    def given(self, numbers, shape, dtype, grad=False):
        made = torch.tensor(numbers, dtype=TYPES[dtype]).reshape(shape).requires_grad_(grad)
        return made, {"tensor": True, "dtype": dtype, "shape": list(shape), "grad": grad, "values": numbers}

    def whole(self, shape, below, dtype="int64"):
        return self.given([self.random.randrange(below) for _ in range(math.prod(shape))], shape, dtype)

    def mask(self, shape, share=0.3):
        return self.given([self.often(share) for _ in range(math.prod(shape))], shape, "bool")


def described(tensor):
    """What is compared of a result. Nothing can be said of one that is no number somewhere."""
    if tensor.numel() > MOST or tensor.is_floating_point() and bool(tensor.isnan().any()):
        raise Skip
    return {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "values": plain(tensor.detach().reshape(-1).tolist())}


def tensors_in(result):
    """The tensors of nested results, in order; what is None has no place."""
    if isinstance(result, torch.Tensor):
        return [result]
    return [tensor for part in result for tensor in tensors_in(part)] if isinstance(result, (tuple, list)) else []


def refused(error):
    return {"error": type(error).__name__, "message": str(error).split("\n")[0][:160]}


__all__ = ["Draw", "REFUSALS", "Skip", "described", "refused", "tensors_in"]
