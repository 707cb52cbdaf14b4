"""Which type a sum, a quotient and a product have in PyTorch, for every pair of types, dimensions and Python numbers."""
import itertools

import torch

TYPES = ["bool", "int32", "int64", "float32", "float64"]


def record_promotion():
    def operand(name, rank):
        return torch.ones([2] * rank, dtype=getattr(torch, name))

    def results(a, b):
        return [str(result.dtype).split(".")[1] for result in (a * b, a / b, torch.maximum(a, b) if isinstance(b, torch.Tensor) else a * b)]

    pairs = [{"a": [a, i], "b": [b, j], "types": results(operand(a, i), operand(b, j))} for a, b in itertools.product(TYPES, TYPES) for i, j in [(1, 1), (1, 0), (0, 1), (0, 0)]]
    numbers = [{"a": [a, i], "number": number, "types": results(operand(a, i), number)[:2]} for a in TYPES for i in (1, 0) for number in (2, 2.5)]
    wrapped = (torch.tensor([2**31 - 1, -(2**31), 65536], dtype=torch.int32), torch.tensor([1, -1, 65537], dtype=torch.int32))
    return {"pairs": pairs, "numbers": numbers, "wrap": {"a": wrapped[0].tolist(), "b": wrapped[1].tolist(), "add": (wrapped[0] + wrapped[1]).tolist(), "mul": (wrapped[0] * wrapped[1]).tolist(), "sub": (wrapped[1] - wrapped[0]).tolist()},
            "text": str(torch.tensor([1, -20], dtype=torch.int32))}
