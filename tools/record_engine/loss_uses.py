"""Random calls of the losses: weights, classes that are ignored, smoothing, reductions, margins, shapes with and without a batch, and what is refused."""
import torch
import torch.nn.functional as F

from draw import Draw, REFUSALS, described, refused
from record import camel

PAIRS = {"mseLoss": {}, "l1Loss": {}, "smoothL1Loss": {"beta": (0.0, 0.5, 2.0)}, "huberLoss": {"delta": (0.5, 2.0)}, "softMarginLoss": {}, "hingeEmbeddingLoss": {"margin": (0.5, 2.0)}}


def snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).replace("_l1_", "_l1_").replace("smooth_l1", "smooth_l1")


def probability(number):
    return 1 / (1 + 2.718281828 ** -number)


def positive(number):
    return abs(number) + 0.1


def loss_use(seed):
    draw = Draw(seed)
    dtype = draw.choose("float32", "float64", "float64")
    reduction = draw.some(reduction=lambda: draw.choose("mean", "sum", "none", "none", *(["most"] if draw.often(0.1) else [])))
    shape = [draw.upto(1, 4) for _ in range(draw.upto(0, 3))]
    tensor = lambda given, **how: draw.tensor(given, dtype, **how)  # noqa: E731
    kind = draw.choose("pair", "pair", "class", "class", "class", "binary", "binary", "klDiv", "gaussianNllLoss", "poissonNllLoss", "marginRankingLoss", "multiMarginLoss", "multilabelMarginLoss", "multilabelSoftMarginLoss", "tripletMarginLoss", "cosineEmbeddingLoss", "ctcLoss")
    options = {}
    if kind == "pair":
        name = draw.choose(*PAIRS)
        options = draw.some(**{key: (lambda values=values: draw.choose(*values)) for key, values in PAIRS[name].items()})
        second = shape if draw.often(0.9) else [*shape[:-1], 1][-len(shape):] if shape else [2]
        signs = name in ("softMarginLoss", "hingeEmbeddingLoss")
        arguments = [tensor(shape), tensor(second, grad=False, of=lambda n: 1.0 if n > 0 else -1.0) if signs else tensor(second)]
    elif kind == "class":
        name = draw.choose("crossEntropy", "crossEntropy", "nllLoss")
        classes = draw.upto(1, 4)
        rest = [draw.upto(1, 3) for _ in range(draw.choose(0, 0, 1, 2))]
        batch = [draw.upto(1, 3)] if rest or draw.often(0.8) else []
        logits = [*batch, classes, *rest]
        target_shape = [*batch, *rest]
        if draw.often(0.04):
            target_shape = [*target_shape, 2]
        target = tensor(logits, of=probability) if name == "crossEntropy" and draw.often(0.3) else draw.whole(target_shape, classes + draw.often(0.05))
        arguments = [tensor(logits), target]
        options = draw.some(weight=lambda: tensor([classes + draw.often(0.05)], grad=False, of=positive), ignore_index=lambda: draw.upto(-1, classes - 1), **({"label_smoothing": lambda: draw.choose(0.1, 0.5, 1.0)} if name == "crossEntropy" else {}))
    elif kind == "binary":
        name = draw.choose("binaryCrossEntropy", "binaryCrossEntropyWithLogits")
        second = shape if draw.often(0.93) else [*shape, 2]
        weighing = shape[draw.upto(0, len(shape)):]
        options = draw.some(weight=lambda: tensor(weighing, grad=False, of=positive), **({"pos_weight": lambda: tensor(weighing, grad=False, of=positive)} if "Logits" in name else {}))
        arguments = [tensor(shape, of=None if "Logits" in name else probability), tensor(second, of=probability)]
    elif kind == "klDiv":
        name = kind
        shape = shape or [2]
        options = draw.some(log_target=True)
        if draw.often(0.3):
            reduction = {"reduction": "batchmean"}
        arguments = [tensor(shape), tensor(shape, of=None if options.get("log_target") else probability)]
    elif kind == "gaussianNllLoss":
        name = kind
        shape = shape or [3]
        spread = draw.choose(shape, [*shape[:-1], 1], shape[:-1])
        options = draw.some(full=True, eps=0.5)
        arguments = [tensor(shape), tensor(shape), tensor(spread, of=positive if draw.often(0.95) else None)]
    elif kind == "poissonNllLoss":
        name = kind
        options = draw.some(log_input=False, full=True, eps=0.01)
        arguments = [tensor(shape, of=positive), tensor(shape, grad=False, of=lambda n: abs(n) * 2)]
    elif kind == "marginRankingLoss":
        name = kind
        options = draw.some(margin=0.5)
        arguments = [tensor(shape), tensor(shape), tensor(shape, grad=False, of=lambda n: 1.0 if n > 0 else -1.0)]
    elif kind == "multiMarginLoss":
        name = kind
        classes = draw.upto(1, 4)
        batch = [draw.upto(1, 3)] if draw.often(0.7) else []
        options = draw.some(p=lambda: draw.choose(1, 2, 2, *([] if reduction else [3])), margin=0.5, weight=lambda: tensor([classes], grad=False, of=positive))
        arguments = [tensor([*batch, classes]), draw.whole(batch, classes)]
    elif kind == "multilabelMarginLoss":
        name = kind
        classes = draw.upto(1, 4)
        batch = [draw.upto(1, 3)] if draw.often(0.7) else []
        rows = batch[0] if batch else 1
        listed = []
        for _ in range(rows):
            labels = draw.random.sample(range(classes), draw.upto(0, classes))
            listed += labels + [-1] * (classes - len(labels))
        arguments = [tensor([*batch, classes]), draw.given(listed, [*batch, classes], "int64")]
    elif kind == "multilabelSoftMarginLoss":
        name = kind
        shape = shape or [3]
        options = draw.some(weight=lambda: tensor([shape[-1]], grad=False, of=positive))
        arguments = [tensor(shape), tensor(shape, grad=False, of=lambda n: float(n > 0))]
    elif kind == "tripletMarginLoss":
        name = kind
        shape = shape or [3]
        options = draw.some(margin=lambda: draw.choose(0.3, 2.0, 0.0 if draw.often(0.2) else 1.0), p=lambda: draw.choose(1.0, 2.0, 3.0), swap=True, eps=0.01)
        arguments = [tensor(shape) for _ in range(3)]
    elif kind == "cosineEmbeddingLoss":
        name = kind
        rows = [draw.upto(1, 3)] if draw.often(0.7) else []
        width = draw.upto(1, 3)
        options = draw.some(margin=lambda: draw.choose(0.2, -0.5))
        arguments = [tensor([*rows, width]), tensor([*rows, width]), tensor(rows, grad=False, of=lambda n: 1.0 if n > 0 else -1.0)]
    else:
        name = kind
        steps, batch, classes = draw.upto(2, 5), draw.upto(1, 2), draw.upto(2, 4)
        longest = draw.upto(1, 3)
        lengths = [draw.upto(0, longest) for _ in range(batch)]
        options = draw.some(zero_infinity=True)
        arguments = [tensor([steps, batch, classes], of=lambda n: -abs(n) - 0.1), draw.given([draw.upto(1, classes - 1) for _ in range(batch * longest)], [batch, longest], "int64"), draw.given([draw.upto(1, steps) for _ in range(batch)], [batch], "int64"), draw.given(lengths, [batch], "int64")]
    options = {**options, **reduction}
    written = {key: value[1] if isinstance(value, tuple) else value for key, value in options.items()}
    use = {"seed": seed, "kind": "loss", "call": name, "inputs": [text for _, text in arguments], "options": camel(written)}
    given = [made for made, _ in arguments]
    try:
        result = getattr(F, {"multilabelMarginLoss": "multilabel_margin_loss", "multilabelSoftMarginLoss": "multilabel_soft_margin_loss"}.get(name) or snake(name))(*given, **{key: value[0] if isinstance(value, tuple) else value for key, value in options.items()})
    except REFUSALS as error:
        return {**use, **refused(error)}
    use["output"] = described(result)
    if result.requires_grad:
        (result * torch.linspace(0.5, 1.5, result.numel(), dtype=result.dtype).reshape(result.shape)).sum().backward()
    use["grads"] = [None if tensor.grad is None else described(tensor.grad) for tensor in given]
    return use
