"""Which type a sum, a quotient and a product have in PyTorch, for every pair of types, dimensions and Python numbers, and what it makes of booleans."""
import itertools

import torch

B, C = ["bool", [True, False, True]], ["bool", [True, True, False]]
L, I32, F = ["int64", [1, 2, -3]], ["int32", [6, 5, -4]], ["float32", [0.5, 0.0, -2.0]]
SQUARE = ["bool", [[True, False], [True, True]]]
#: Methods by the names that the engine has, with operands: tensors (type and values), numbers and booleans.
BOOLEANS = [
    *[(name, [B, other]) for name in ("add", "sub", "mul", "div", "pow", "maximum", "minimum", "eq", "ne", "lt", "le", "gt", "ge") for other in (C, L, F, True, 1, 2.5) if not (name in ("maximum", "minimum") and other in (True, 1, 2.5)) and not (name == "pow" and other is True)],
    *[("sub", [other, B]) for other in (L, F)], ("add", [L, True]), ("add", [F, True]), ("mul", [F, False]), ("sub", [L, True]), ("sub", [F, True]), ("eq", [L, True]), ("add", [I32, B]),
    *[(name, [B]) for name in ("neg", "abs", "relu", "exp", "sqrt", "log", "sigmoid", "tanh", "sin", "log1p", "sign", "floor", "ceil", "round", "trunc", "reciprocal", "rsqrt", "isnan", "isinf", "logicalNot", "square", "bitwiseNot", "sum", "prod", "mean", "max", "min", "amax", "amin", "argmax", "argmin", "all", "any", "var", "std", "norm", "nonzero")],
    *[(name, [B, 0]) for name in ("cumsum", "cumprod", "softmax", "logSoftmax", "logsumexp", "argsort", "flip")], ("clamp", [B, 0, 1]), ("maskedFill", [B, C, 1]), ("matmul", [B, C]), ("tril", [SQUARE]), ("remainder", [B, C]),
    *[(name, [a, b]) for name in ("logicalAnd", "logicalOr", "logicalXor") for a, b in ((B, C), (L, F), (F, F), (I32, B))], ("logicalNot", [L]), ("logicalNot", [F]),
    *[(name, [a, b]) for name in ("bitwiseAnd", "bitwiseOr", "bitwiseXor") for a, b in ((B, C), (L, L), (L, I32), (I32, I32), (L, B), (F, F), (B, True), (L, 6))], ("bitwiseNot", [L]), ("bitwiseNot", [I32]), ("bitwiseNot", [F]),
    *[(name, [B, other]) for name in ("add_", "sub_", "mul_", "div_", "copy_") for other in (C, 1, 2.5, F)], ("add_", [L, C]), ("mul_", [F, C]), ("sub_", [L, C]), ("fill_", [B, 2]),
]


def written(value):
    """What JSON has no number for, as text."""
    if isinstance(value, list):
        return [written(part) for part in value]
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(str(value), value)


def record_booleans():
    rows = []
    for name, operands in BOOLEANS:
        made = [torch.tensor(operand[1], dtype=getattr(torch, operand[0])) if isinstance(operand, list) else operand for operand in operands]
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
        function = getattr(torch, "log_softmax") if name == "logSoftmax" else getattr(torch.Tensor, snake, None) or getattr(torch, snake)
        row = {"op": name, "operands": operands}
        try:
            result = function(*made)
        except (RuntimeError, TypeError) as error:
            rows.append({**row, "error": str(error).split("\n")[0]})
            continue
        rows.append({**row, "type": str(result.dtype).split(".")[1], "values": written(result.tolist())})
    return rows


TYPES = ["bool", "int32", "int64", "float32", "float64"]


def record_promotion():
    def operand(name, rank):
        return torch.ones([2] * rank, dtype=getattr(torch, name))

    def results(a, b):
        return [str(result.dtype).split(".")[1] for result in (a * b, a / b, torch.maximum(a, b) if isinstance(b, torch.Tensor) else a * b)]

    pairs = [{"a": [a, i], "b": [b, j], "types": results(operand(a, i), operand(b, j))} for a, b in itertools.product(TYPES, TYPES) for i, j in [(1, 1), (1, 0), (0, 1), (0, 0)]]
    numbers = [{"a": [a, i], "number": number, "types": results(operand(a, i), number)[:2]} for a in TYPES for i in (1, 0) for number in (2, 2.5)]
    wrapped = (torch.tensor([2**31 - 1, -(2**31), 65536], dtype=torch.int32), torch.tensor([1, -1, 65537], dtype=torch.int32))
    return {"pairs": pairs, "numbers": numbers, "booleans": record_booleans(), "wrap": {"a": wrapped[0].tolist(), "b": wrapped[1].tolist(), "add": (wrapped[0] + wrapped[1]).tolist(), "mul": (wrapped[0] * wrapped[1]).tolist(), "sub": (wrapped[1] - wrapped[0]).tolist()},
            "text": str(torch.tensor([1, -20], dtype=torch.int32))}
