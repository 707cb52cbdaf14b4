"""What a random program does next: every method of tensors and the functions that are plain arithmetic, with arguments that mostly fit.

Left out, because PyTorch 2.13 contradicts itself there: an empty list of dimensions for `var`, `std` and `logsumexp` (other gradients and shapes than without a list), types that differ in `addcmul`,
`addcdiv` and some losses, `norm` with p = 0 (a gradient that is none). And which of two mistakes is named: booleans in products, empty tensors where something is to be chosen, dimensions out of range together with a type.
"""
import torch
import torch.nn.functional as F

from program import NAMES, Skip, TYPES

UNARY = "neg exp log sqrt abs relu sigmoid tanh square sin cos tan asin acos atan sinh cosh erf log1p log2 log10 expm1 rsqrt reciprocal sign floor ceil round trunc isnan isinf logicalNot bitwiseNot clone contiguous detach".split()
BINARY = "add sub mul div pow maximum minimum remainder eq ne gt lt ge le logicalAnd logicalOr logicalXor bitwiseAnd bitwiseOr bitwiseXor add sub mul div".split()
TENSORS_ONLY = {"maximum", "minimum", "logicalAnd", "logicalOr", "logicalXor"}
ACTIVATIONS = "gelu silu elu leakyRelu mish softplus hardtanh hardswish hardsigmoid logsigmoid softsign celu selu hardshrink softshrink tanhshrink relu6 softmin".split()
LOSSES = {"mseLoss": F.mse_loss, "smoothL1Loss": F.smooth_l1_loss, "huberLoss": F.huber_loss, "binaryCrossEntropyWithLogits": F.binary_cross_entropy_with_logits}


def snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def method(program, name, target, *arguments, compute=None):
    program.run(f"t.{name}", [target, *arguments], compute or (lambda tensor, *given: getattr(tensor, snake(name))(*given)))


def unary(program):
    target = program.pick()
    if program.often(0.1):
        method(program, "clamp", target, *program.choose((-1, 1), (0, 2), (-0.5, 0.5), (None, 1), (0.5, None), (1, -1)))
    else:
        method(program, program.choose(*UNARY), target)


def binary(program):
    target = program.pick()
    name = program.choose(*BINARY)
    if name == "pow" and not program[target].is_floating_point():
        raise Skip
    if program.often(0.08):
        return method(program, "lerp", target, program.beside(program[target], number=False), 0.3)
    if program.often(0.08):
        shape = program[target].shape
        name = program.choose("addcmul", "addcdiv")
        if not program[target].is_floating_point():
            raise Skip
        return method(program, name, target, *(program.leaf(NAMES[program[target].dtype], shape) for _ in range(2)))
    other = program.beside(program[target], number=name not in TENSORS_ONLY)
    if name == "pow" and isinstance(other, dict) and not program[other].is_floating_point():
        raise Skip
    method(program, name, target, other)


def product(program):
    target = program.pick(lambda tensor: tensor.dim() >= 1 and tensor.dtype != torch.bool)
    tensor = program[target]
    inner = tensor.shape[-1]
    shape = program.choose([inner], [inner, 3], [inner, 1], [2, inner, 2], [*tensor.shape[:-2], inner, 2], [inner + 1, 2])
    method(program, program.choose("matmul", "matmul", "bmm"), target, program.leaf(NAMES[tensor.dtype] if program.often(0.92) else None, shape))


def reduction(program):
    target = program.pick()
    tensor = program[target]
    keep = program.often(0.3)
    name = program.choose(*"sum mean amax amin max min argmax argmin prod all any logsumexp norm var std cumsum cumprod softmax logSoftmax maxAlong minAlong".split())
    if tensor.numel() == 0 and name not in ("sum", "mean", "prod", "all", "any", "cumsum", "cumprod") or not tensor.is_floating_point() and name in ("norm", "var", "std", "logsumexp"):
        raise Skip
    if name in ("sum", "mean", "amax", "amin"):
        dims = program.choose(None, program.dim(tensor), program.dims(tensor), [])
        return method(program, name, target) if dims is None else method(program, name, target, dims, keep, compute=lambda x, d, k: getattr(x, name)(d, keepdim=k))
    if name in ("max", "min"):
        return method(program, name, target)
    if name in ("maxAlong", "minAlong"):
        return method(program, name[:3], target, program.dim(tensor), keep)
    if name in ("argmax", "argmin", "prod", "all", "any"):
        return method(program, name, target) if program.often(0.4) else method(program, name, target, program.dim(tensor), keep)
    if name == "logsumexp":
        return method(program, name, target, program.choose(program.dim(tensor), program.dims(tensor)), keep)
    if name == "norm":
        power = program.choose(1, 2, 2, 3, "Infinity")
        return method(program, name, target, power, program.choose(None, program.dim(tensor), program.dims(tensor)), keep, compute=lambda x, p, d, k: torch.linalg.vector_norm(x, p, d, k))
    if name in ("var", "std"):
        options = {"correction": program.choose(0, 1, 1, 2), "keepdim": keep}
        return method(program, name, target, program.choose(None, program.dim(tensor), program.dims(tensor)), options, compute=lambda x, d, given: getattr(x, name)(d, **given))
    method(program, name, target, program.dim(tensor))


def factors(program, count):
    """Sizes that multiply to `count`, one of them left open perhaps, seldom wrong."""
    sizes = []
    while count > 1 and program.often(0.75) and len(sizes) < 4:
        sizes.append(program.choose(*[size for size in range(1, count + 1) if count % size == 0]))
        count //= sizes[-1]
    sizes.append(count)
    program.random.shuffle(sizes)
    if program.often(0.3):
        sizes.insert(program.random.randint(0, len(sizes)), 1)
    if program.often(0.35):
        sizes[program.random.randrange(len(sizes))] = -1 if program.often(0.85) else 7
    return sizes


def shape(program):
    target = program.pick()
    tensor = program[target]
    rank = tensor.dim()
    integer = program.random.randint
    dim = program.dim(tensor)
    size = tensor.shape[dim] if -rank <= dim < rank else 2
    name = program.choose(*"reshape view flatten permute transpose expand narrow select slice squeeze squeezeOne unsqueeze split splitSizes chunk unbind unflatten movedim repeat tile repeatInterleave flip roll tril triu t at".split())
    if name in ("reshape", "view"):
        method(program, name, target, factors(program, tensor.numel()))
    elif name == "flatten":
        method(program, name, target, *program.choose([], [dim], [dim, program.dim(tensor)]))
    elif name == "permute":
        order = list(range(rank))
        program.random.shuffle(order)
        method(program, name, target, order if program.often(0.95) else [*order, 0])
    elif name == "transpose":
        method(program, name, target, dim, program.dim(tensor))
    elif name == "expand":
        sizes = [3 if length == 1 and program.often(0.7) else -1 if program.often(0.2) else length for length in tensor.shape]
        method(program, name, target, [*([integer(0, 2)] if program.often(0.3) else []), *sizes])
    elif name == "narrow":
        start = integer(0, size)
        method(program, name, target, dim, start if program.often(0.95) else -1, integer(0, size - start) + (0 if program.often(0.94) else 3))
    elif name == "select":
        method(program, name, target, dim, integer(-size, size - 1) if size and program.often(0.95) else size)
    elif name == "at":
        if rank == 0 or tensor.numel() == 0:
            raise Skip
        method(program, name, target, *[integer(-length, length - 1) for length in tensor.shape[: integer(1, rank)]], compute=lambda x, *index: x[index])
    elif name == "slice":
        if rank == 0:
            raise Skip
        method(program, name, target, integer(-4, 4), *program.choose([], [integer(-4, 5)]), compute=lambda x, start, end=None: x[start:end])
    elif name in ("squeeze", "t"):
        method(program, name, target)
    elif name == "squeezeOne":
        method(program, "squeeze", target, dim)
    elif name == "unsqueeze":
        method(program, name, target, integer(-rank - 1, rank) if program.often(0.95) else rank + 2)
    elif name in ("split", "chunk"):
        method(program, name, target, integer(1, 3), dim)
    elif name == "splitSizes":
        first = integer(0, size)
        method(program, "split", target, [first, size - first] if program.often(0.95) else [first, size], dim)
    elif name == "unbind":
        method(program, name, target, dim)
    elif name == "unflatten":
        if rank == 0:
            raise Skip
        part = program.choose(*[part for part in range(1, max(size, 1) + 1) if size % part == 0])
        method(program, name, target, dim, program.choose([part, -1], [-1, part], [part, size // part], [part, 1, -1]))
    elif name == "movedim":
        one, other = program.dims(tensor), program.dims(tensor)
        most = min(len(one), len(other))
        method(program, name, target, one[:most], other[:most])
    elif name in ("repeat", "tile"):
        method(program, name, target, [integer(0, 2) for _ in range(max(rank + program.choose(0, 0, 0, 1, -1), 0))])
    elif name == "repeatInterleave":
        method(program, name, target, integer(0, 3), *program.choose([], [dim]))
    elif name == "flip":
        method(program, name, target, program.dims(tensor))
    elif name == "roll":
        dims = program.dims(tensor)
        if tensor.numel() == 0 or rank == 0:
            raise Skip
        method(program, name, target, *program.choose([integer(-3, 3)], [[integer(-3, 3) for _ in dims], dims]))
    else:
        method(program, name, target, integer(-2, 2))


def index(program):
    target = program.pick()
    tensor = program[target]
    rank = tensor.dim()
    dim = program.dim(tensor)
    place = dim % max(rank, 1)
    size = tensor.shape[place] if rank else 1
    own = NAMES[tensor.dtype]
    integer = program.random.randint
    name = program.choose(*"gather indexSelect scatter scatterAdd index indexTwo indexMask indexPut maskedSelect maskedFill nonzero sort argsort topk where cat stack".split())
    if name == "gather":
        if rank == 0:
            raise Skip
        sizes = [integer(0, 3) if at == place else integer(0, length) if program.often(0.4) else length for at, length in enumerate(tensor.shape)]
        method(program, name, target, dim, program.positions(sizes, size))
    elif name == "indexSelect":
        if size == 0:
            raise Skip
        method(program, name, target, dim, program.leaf(program.choose("int64", "int64", "int32"), [integer(0, 4) if rank else 1], among=range(size)))
    elif name in ("scatter", "scatterAdd"):
        sizes = [integer(0, size) if at == place else length for at, length in enumerate(tensor.shape)]
        at = program.distinct(sizes, place) if name == "scatter" else program.positions(sizes, size)
        method(program, name, target, dim, at, program.leaf(own if program.often(0.93) else None, sizes) if name == "scatterAdd" or program.often(0.7) else program.choose(1, 2.5, True))
    elif name in ("index", "indexTwo"):
        if rank < (1 if name == "index" else 2) or tensor.numel() == 0:
            raise Skip
        picked = sorted(program.random.sample(range(rank), 1 if name == "index" else 2))
        sizes = [integer(1, 3)]
        entries = [program.positions(sizes, tensor.shape[at]) if at in picked else None for at in range(picked[-1] + 1)]
        method(program, "index", target, *entries, compute=lambda x, *given: x[tuple(slice(None) if entry is None else entry for entry in given)])
    elif name == "indexMask":
        if rank == 0:
            raise Skip
        method(program, "index", target, program.leaf("bool", list(tensor.shape[: integer(1, rank)])), compute=lambda x, mask: x[mask])
    elif name == "indexPut":
        if rank == 0:
            raise Skip
        adds = program.often(0.5)
        count = integer(0, 3 if adds else tensor.shape[0])
        at = program.positions([count], tensor.shape[0]) if adds else program.distinct([count], 0)
        source = program.leaf(own if program.often(0.9) else None, program.choose([count, *tensor.shape[1:]], list(tensor.shape[1:]), []))
        method(program, name, target, [at], source, adds, compute=lambda x, places, given, accumulate: x.index_put(tuple(places), given, accumulate))
    elif name in ("maskedSelect", "maskedFill"):
        mask = program.leaf("bool" if program.often(0.95) else "int64", [length if program.often(0.8) else 1 for length in tensor.shape][program.choose(0, 0, 1):])
        method(program, name, target, mask, *([] if name == "maskedSelect" else [program.choose(0, 1.5, -2)]))
    elif name == "nonzero":
        method(program, name, target)
    elif name in ("sort", "argsort"):
        method(program, name, target, dim, program.often(0.5), compute=lambda x, d, down: getattr(x, name)(dim=d, descending=down, stable=True))
    elif name == "topk":
        if tensor.numel() != len(set(tensor.detach().reshape(-1).tolist())):
            raise Skip
        method(program, name, target, integer(0, size) if program.often(0.95) else size + 1, dim, program.often(0.6))
    elif name == "where":
        condition = program.leaf("bool", [length if program.often(0.8) else 1 for length in tensor.shape])
        program.run(name, [condition, target, program.beside(tensor)], torch.where)
    elif name == "cat":
        other = program.leaf(own if program.often(0.7) else None, [integer(0, 3) if at == place and program.often(0.8) else length for at, length in enumerate(tensor.shape)] + ([2] if program.often(0.04) else []))
        program.run(name, [[target, other], dim], torch.cat)
    else:
        other = program.leaf(own if program.often(0.7) else None, [*tensor.shape, *([] if program.often(0.95) else [1])])
        program.run(name, [[target, other], integer(-rank - 1, rank)], torch.stack)


def in_place(program):
    target = program.pick(lambda tensor: not tensor.is_leaf or not tensor.requires_grad or program.often(0.1))
    tensor = program[target]
    name = program.choose(*"add_ sub_ mul_ div_ relu_ exp_ clamp_ copy_ fill_ zero_ neg_ abs_ sqrt_ sigmoid_ tanh_ pow_ maskedFill_ scatter_ scatterAdd_ indexPut_ lerp_ addcmul_ addcdiv_".split())
    if name in ("maskedFill_", "scatter_", "scatterAdd_", "indexPut_", "lerp_", "addcmul_", "addcdiv_"):
        return place_in(program, name, target, tensor)
    if name == "pow_" and not tensor.is_floating_point():
        raise Skip
    if name in ("relu_", "exp_", "zero_", "neg_", "abs_", "sqrt_", "sigmoid_", "tanh_"):
        method(program, name, target)
    elif name == "clamp_":
        method(program, name, target, -0.5, 1.0)
    elif name == "fill_":
        method(program, name, target, program.choose(0, 1, 2.5))
    else:
        other = program.beside(tensor, number=name != "copy_")
        if name == "pow_" and isinstance(other, dict) and not program[other].is_floating_point():
            raise Skip
        method(program, name, target, other)


def place_in(program, name, target, tensor):
    """Writes in place of parts, and of sums with other tensors of the same type."""
    own, sizes = NAMES[tensor.dtype], list(tensor.shape)
    if name == "maskedFill_":
        return method(program, name, target, program.leaf("bool", [size if program.often(0.8) else 1 for size in sizes]), program.choose(0, 1.5, -2))
    if name in ("lerp_", "addcmul_", "addcdiv_"):
        if not tensor.is_floating_point():
            raise Skip
        return method(program, name, target, program.leaf(own, sizes), 0.3 if name == "lerp_" else program.leaf(own, sizes))
    if tensor.dim() == 0 or tensor.numel() == 0:
        raise Skip
    if name == "indexPut_":
        at = program.distinct([program.random.randint(1, sizes[0])], 0)
        values = program.leaf(own, [len(program[at]), *sizes[1:]])
        return method(program, name, target, [at], values, False, compute=lambda x, places, given, accumulate: x.index_put_(tuple(places), given, accumulate))
    dim = program.random.randrange(tensor.dim())
    sizes[dim] = program.random.randint(1, sizes[dim])
    index = program.distinct(sizes, dim) if name == "scatter_" else program.positions(sizes, tensor.shape[dim])
    method(program, name, target, dim, index, program.leaf(own, sizes))


def function(program):
    target = program.pick()
    tensor = program[target]
    rank = tensor.dim()
    own = NAMES[tensor.dtype]
    name = program.choose(*ACTIVATIONS, *LOSSES, "glu", "layerNorm", "rmsNorm", "linear", "crossEntropy", "cosineSimilarity", "pad")
    compute = getattr(F, snake(name), None)
    if name in ACTIVATIONS:
        if name == "softmin" and tensor.numel() == 0:
            raise Skip
        program.run(f"F.{name}", [target, *([program.dim(tensor)] if name == "softmin" else [])], compute)
    elif name in LOSSES:
        other = program.leaf(own, list(tensor.shape))
        program.run(f"F.{name}", [target, other, {"reduction": program.choose("mean", "sum", "none")}], lambda x, y, options: LOSSES[name](x, y, **options))
    elif name == "glu":
        program.run("F.glu", [target, program.dim(tensor)], compute)
    elif name in ("layerNorm", "rmsNorm"):
        sizes = list(tensor.shape[rank - program.random.randint(min(1, rank), rank):])
        program.run(f"F.{name}", [target, sizes, *([program.leaf(own, sizes)] if program.often(0.5) else [])], compute)
    elif name == "linear":
        if tensor.dtype == torch.bool:
            raise Skip
        outputs = program.random.randint(0, 3)
        weight = program.leaf(own if program.often(0.95) else None, [outputs, tensor.shape[-1]] if rank else [outputs, 1])
        program.run("F.linear", [target, weight, *([program.leaf(own, [outputs])] if program.often(0.5) else [])], compute)
    elif name == "crossEntropy":
        if rank < 1 or tensor.numel() == 0:
            raise Skip
        classes = program.positions([tensor.shape[0], *tensor.shape[2:]] if rank > 1 else [], tensor.shape[min(rank - 1, 1)])
        program.run("F.crossEntropy", [target, classes, {"reduction": program.choose("mean", "sum", "none")}], lambda x, y, options: F.cross_entropy(x, y, **options))
    elif name == "cosineSimilarity":
        program.run("F.cosineSimilarity", [target, program.leaf(own, list(tensor.shape)), program.dim(tensor)], compute)
    else:
        program.run("F.pad", [target, [program.random.randint(-1, 2) for _ in range(2 * program.random.randint(0, rank))]], compute)


def convert(program):
    method(program, "to", program.pick(lambda tensor: bool(tensor.isfinite().all())), program.choose(*TYPES), compute=lambda tensor, dtype: tensor.to(TYPES[dtype]))


STEPS = [unary, binary, product, reduction, shape, index, in_place, function, convert]
WEIGHTS = [5, 6, 2, 6, 8, 6, 6, 4, 1]
