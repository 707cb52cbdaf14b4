"""A random program over tensors, written down step by step with what PyTorch made of each.

`Program(seed)` makes leaves as it needs them and runs steps through `run`, which keeps the call, its arguments (`{"$": 3}` is the third tensor) and either the results or the
error. Which step comes next is the business of `program_steps.py`. Only the error's class is kept: its wording is held by the rows of `engine_rows.py`.
"""
import math
import random

import torch

TYPES = {"float32": torch.float32, "float64": torch.float64, "int32": torch.int32, "int64": torch.int64, "bool": torch.bool}
NAMES = {value: key for key, value in TYPES.items()}
REFUSALS = (RuntimeError, IndexError, ValueError, TypeError)
LARGEST = 64


class Skip(Exception):
    """The step that was begun makes no sense here, or nothing could be said of its result."""


def plain(value):
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return "nan" if value != value else ("inf" if value > 0 else "-inf") if math.isinf(value) else float(f"{value:.7g}")
    return value


def values(tensor):
    return plain(tensor.detach().reshape(-1).tolist())


def describe(tensor):
    return {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "requiresGrad": tensor.requires_grad, "values": values(tensor)}


class Program:
    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.tensors = []
        self.leaves = []
        self.steps = []

    def choose(self, *options):
        return self.random.choice(options)

    def often(self, share):
        return self.random.random() < share

    # --- leaves

    def leaf(self, dtype=None, shape=None, among=None):
        """A new tensor, of which some have no elements and some no dimensions; floating ones mostly want a gradient."""
        dtype = dtype or self.random.choices(["float64", "float32", "int64", "int32", "bool"], [6, 3, 2, 1, 1])[0]
        if shape is None:
            shape = [self.random.choices([0, 1, 2, 3, 4], [1, 3, 6, 5, 2])[0] for _ in range(self.random.choices([0, 1, 2, 3], [2, 4, 6, 3])[0])]
        count = math.prod(shape)
        if count > LARGEST:
            raise Skip
        if among is not None:
            numbers = [self.random.choice(among) for _ in range(count)]
        elif dtype.startswith("float"):
            numbers = [round(self.random.gauss(0, 1.5), 2) if self.often(0.75) else float(self.random.randint(-2, 3)) for _ in range(count)]
        else:
            numbers = [self.often(0.5) if dtype == "bool" else self.random.randint(-3, 5) for _ in range(count)]
        return self.given(numbers, dtype, shape, dtype.startswith("float") and self.often(0.7))

    def given(self, numbers, dtype, shape, grad=False):
        tensor = torch.tensor(numbers, dtype=TYPES[dtype]).reshape(shape).clone().requires_grad_(grad)
        self.leaves.append({"at": len(self.tensors), "dtype": dtype, "shape": list(shape), "grad": grad, "values": numbers})
        self.tensors.append(tensor)
        return {"$": len(self.tensors) - 1}

    def positions(self, shape, size, dtype="int64"):
        """Indices below `size`, now and then one that is out of range."""
        if size <= 0:
            raise Skip
        index = self.leaf(dtype, shape, among=range(size))
        if self.often(0.04) and self[index].numel() > 0:
            wrong = self.choose(size, -size - 1)
            self[index].reshape(-1)[0] = wrong
            self.leaves[-1]["values"][0] = wrong
        return index

    def distinct(self, shape, dim):
        """Indices that meet no other along `dim`: which of two writes to one place is the last is not determined."""
        shape = list(shape)
        row = torch.arange(shape[dim] if shape else 1).reshape([-1 if at == dim else 1 for at in range(len(shape))] if shape else [])
        return self.given(row.expand(shape).reshape(-1).tolist(), "int64", shape)

    # --- operands

    def __getitem__(self, reference):
        return self.tensors[reference["$"]]

    def pick(self, fits=lambda tensor: True):
        """A tensor that there is, mostly a late one."""
        found = [index for index, tensor in enumerate(self.tensors) if fits(tensor)]
        if not found:
            raise Skip
        return {"$": self.random.choice(found[-4:] if self.often(0.6) else found)}

    def dim(self, tensor):
        rank = max(tensor.dim(), 1)
        return self.random.randint(-rank - 1, rank) if self.often(0.04) else self.random.randint(-rank, rank - 1)

    def dims(self, tensor):
        """One or several, seldom one twice."""
        rank = max(tensor.dim(), 1)
        drawn = [self.dim(tensor) for _ in range(self.random.randint(1, rank))]
        return drawn if self.often(0.1) else list({dim % rank: dim for dim in drawn}.values())

    def beside(self, tensor, number=True):
        """Another operand that broadcasts, most of the time: a number, a tensor that there is, or a new one."""
        if number and self.often(0.25):
            return self.choose(2, -1, 0, 3, 0.5, -1.5, True)

        def broadcasts(other):
            try:
                torch.broadcast_shapes(tensor.shape, other.shape)
                return True
            except RuntimeError:
                return False

        if self.often(0.55):
            try:
                return self.pick(broadcasts)
            except Skip:
                pass
        if self.often(0.06):
            return self.pick()
        return self.leaf(shape=[size if self.often(0.75) else 1 for size in tensor.shape][self.choose(0, 0, 0, 1):])

    def value(self, argument):
        if isinstance(argument, dict):
            return self[argument] if "$" in argument else {name: self.value(part) for name, part in argument.items()}
        if isinstance(argument, list):
            return [self.value(part) for part in argument]
        return float("inf") if argument == "Infinity" else argument

    # --- steps

    def run(self, call, arguments, compute):
        """`compute` gets the arguments with tensors in their places; `t.` is before the name of a method, one that ends in _ writes in place."""
        step = {"call": call, "args": arguments, "before": len(self.tensors)}
        try:
            made = compute(*[self.value(argument) for argument in arguments])
        except REFUSALS as error:
            # Operands that overlap the target in part are copied here and refused there.
            if "some elements of the input tensor and the written-to tensor" in str(error):
                raise Skip from None
            self.steps.append({**step, "error": type(error).__name__})
            return
        results = list(made) if isinstance(made, (tuple, list)) else [made]
        if any(result.numel() > LARGEST for result in results):
            raise Skip
        self.steps.append({**step, "results": [describe(result) for result in results]})
        if not call.endswith("_"):
            self.tensors.extend(results)

    def finish(self):
        """A backward pass from the last results, and what all tensors hold then."""
        parts = [index for index, tensor in enumerate(self.tensors) if tensor.requires_grad and not tensor.is_leaf][-3:]
        final = {"parts": parts}
        try:
            if parts:
                sum((self.tensors[index].double() * (0.5 + 0.25 * place)).sum() for place, index in enumerate(parts)).backward()
        except RuntimeError as error:
            return {**final, "error": type(error).__name__, "written": "modified by an inplace operation" in str(error)}
        gradients = [(leaf["at"], self.tensors[leaf["at"]].grad) for leaf in self.leaves if leaf["grad"]]
        return {**final, "grads": [[at, None if grad is None else values(grad)] for at, grad in gradients], "values": [values(tensor) for tensor in self.tensors]}

    def recorded(self):
        return {"seed": self.seed, "leaves": self.leaves, "steps": self.steps, "final": self.finish()}
