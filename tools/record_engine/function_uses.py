"""Random calls of functions that no layer or loss draws: attention, sampling on grids, bags with offsets and weights, the inverse of pooling, pooling at given places, distances."""
import math

import torch
import torch.nn.functional as F

from draw import Draw, REFUSALS, described, refused, tensors_in
from record import camel


def attention(draw, tensor):
    lead = [draw.upto(1, 2) for _ in range(draw.choose(0, 1, 2, 2))]
    rows, columns, width, out = (draw.upto(1, 4) for _ in range(4))
    options, keys = {}, lead
    if len(lead) == 2 and draw.often(0.2):
        keys = [lead[0], 1]
        options["enable_gqa"] = True
    if draw.often(0.25):
        options["is_causal"] = True
    if draw.often(0.5) and not (options.get("is_causal") and draw.often(0.9)):
        shape = draw.choose([rows, columns], [*lead, rows, columns], [rows, 1], [1, columns])
        made = draw.mask(shape, 0.6) if draw.often(0.5) else tensor(shape)
        if made[0].dtype is torch.bool and made[1]["values"]:
            # No row is masked whole.
            made[0][..., 0] = True
            made[1]["values"] = made[0].reshape(-1).tolist()
        options["attn_mask"] = made
    options.update(draw.some(scale=lambda: draw.choose(0.5, 2.0)))
    return F.scaled_dot_product_attention, [tensor([*lead, rows, width]), tensor([*keys, columns, width + draw.often(0.03)]), tensor([*keys, columns, out])], options


def grid(draw, tensor):
    rank = draw.choose(2, 2, 3)
    batch = draw.upto(1, 2)
    mode = draw.choose("bilinear", "nearest", *(["bicubic"] if rank == 2 else []))
    options = {"mode": mode, "padding_mode": draw.choose("zeros", "border", "reflection"), "align_corners": draw.often(0.5)}
    # Exactly between two elements it is rounding that decides which is nearest.
    places = tensor([batch, *(draw.upto(1, 3) for _ in range(rank)), rank], of=lambda number: number * 0.7 + 0.0137)
    return F.grid_sample, [tensor([batch, draw.upto(1, 2), *(draw.upto(1, 4) for _ in range(rank))]), places], options


def affine(draw, tensor):
    rank = draw.choose(2, 3)
    batch = draw.upto(1, 2)
    return F.affine_grid, [tensor([batch, rank, rank + 1]), [batch, 1, *(draw.upto(1, 3) for _ in range(rank))], draw.often(0.5)], {}


def bag(draw, tensor):
    rows, width, count = draw.upto(2, 5), draw.upto(1, 3), draw.upto(1, 6)
    starts = sorted(draw.upto(0, count) for _ in range(draw.upto(0, 3)))
    options = {"mode": draw.choose("sum", "mean", "max"), "offsets": draw.given([0, *starts], [len(starts) + 1], "int64")}
    if draw.often(0.25):
        options["include_last_offset"] = True
        options["offsets"] = draw.given([0, *starts, count], [len(starts) + 2], "int64")
    if options["mode"] == "sum" and draw.often(0.5) or draw.often(0.04):
        options["per_sample_weights"] = tensor([count])
    options.update(draw.some(padding_idx=lambda: draw.upto(0, rows - 1)))
    return F.embedding_bag, [draw.whole([count], rows), tensor([rows, width])], options


def unpool(draw, tensor):
    rank = draw.choose(1, 2, 2, 3)
    kernel = draw.upto(1, 2)
    stride = draw.choose(kernel, kernel, 2)
    shape = [draw.upto(1, 2) for _ in range(rank)]
    lead = [draw.upto(1, 2), draw.upto(1, 2)][: draw.choose(1, 2, 2)]
    # As many elements as the default has, or a few more.
    size = [(n - 1) * stride + kernel + (draw.often(0.2) and stride > 1) for n in shape]
    options = {"stride": stride, **({"output_size": [int(n) for n in size]} if draw.often(0.5) else {})}
    area = math.prod((n - 1) * stride + kernel for n in shape)
    places = [place for _ in range(math.prod(lead)) for place in draw.random.sample(range(area), math.prod(shape))]
    return getattr(F, f"max_unpool{rank}d"), [tensor([*lead, *shape]), draw.given(places, [*lead, *shape], "int64"), kernel], options


def fractional(draw, tensor):
    rank = draw.choose(2, 3)
    lead = [draw.upto(1, 2), draw.upto(1, 2)]
    shape = [draw.upto(3, 5) for _ in range(rank)]
    options = {"output_size": [draw.upto(1, 2) for _ in range(rank)]} if draw.often(0.5) else {"output_ratio": [draw.choose(0.5, 0.7) for _ in range(rank)]}
    samples = [round(draw.random.random() * 0.98 + 0.01, 2) for _ in range(math.prod(lead) * rank)]
    options["_random_samples"] = samples, [*lead, rank]
    return getattr(F, f"fractional_max_pool{rank}d"), [tensor([*lead, *shape]), draw.upto(1, 2)], options


def distance(draw, tensor):
    name = draw.choose("normalize", "pdist", "pairwise_distance", "cosine_similarity", "one_hot")
    shape = [draw.upto(1, 3) for _ in range(draw.upto(1, 3))]
    if name == "one_hot":
        return F.one_hot, [draw.whole(shape, 4), draw.choose(-1, 4, 6, 2)], {}
    if name == "pdist":
        return F.pdist, [tensor([draw.upto(2, 4), draw.upto(1, 3)])], draw.some(p=lambda: draw.choose(1.0, 2.0, 3.0, float("inf")))
    if name == "normalize":
        return F.normalize, [tensor(shape)], draw.some(p=lambda: draw.choose(1.0, 2.0, 3.0), dim=lambda: draw.upto(-len(shape), len(shape) - 1), eps=0.5)
    if name == "pairwise_distance":
        return F.pairwise_distance, [tensor(shape), tensor(shape)], draw.some(p=lambda: draw.choose(1.0, 2.0), eps=0.1, keepdim=True)
    second = shape if draw.often(0.6) else [1, *shape[1:]]
    return F.cosine_similarity, [tensor(shape), tensor(second), draw.upto(-len(shape), len(shape) - 1)], {}


KINDS = [attention, attention, grid, grid, affine, bag, bag, unpool, fractional, distance, distance]


def function_use(seed):
    draw = Draw(seed)
    dtype = draw.choose("float32", "float64", "float64")

    def tensor(shape, **how):
        return draw.tensor(shape, dtype, **how)

    function, inputs, options = draw.choose(*KINDS)(draw, tensor)
    if "_random_samples" in options:
        numbers, shape = options["_random_samples"]
        options["_random_samples"] = draw.given(numbers, shape, dtype)
    named = camel({name: value[1] if isinstance(value, tuple) else value for name, value in options.items()})
    # Python's underscore says that the parameter is no one's; the engine has it as `randomSamples`.
    named = {name.lstrip("_")[0].lower() + name.lstrip("_")[1:]: "Infinity" if value == float("inf") else value for name, value in named.items()}
    use = {"seed": seed, "kind": "function", "call": camel({function.__name__: 0}).popitem()[0], "inputs": [value[1] if isinstance(value, tuple) else value for value in inputs], "options": named}
    arguments = [value[0] if isinstance(value, tuple) else value for value in inputs]
    settings = {name: value[0] if isinstance(value, tuple) else value for name, value in options.items()}
    try:
        results = tensors_in(function(*arguments, **settings))
        use["outputs"] = [described(result) for result in results]
        leaves = [leaf for leaf in [*arguments, *settings.values()] if isinstance(leaf, torch.Tensor) and leaf.requires_grad]
        if any(result.requires_grad for result in results):
            results[0].mul(torch.linspace(0.5, 1.5, results[0].numel(), dtype=results[0].dtype).reshape(results[0].shape) if results[0].numel() > 1 else 0.5).sum().backward()
        use["grads"] = [None if leaf.grad is None else described(leaf.grad) for leaf in leaves]
    except REFUSALS as error:
        use.pop("outputs", None)
        return {**use, **refused(error)}
    return use


__all__ = ["function_use"]
