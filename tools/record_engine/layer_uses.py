"""Random layers in random configurations, called in both modes: outputs, gradients of inputs and parameters, and what the calls wrote.

A choice of configuration mostly fits its input; now and then one does not, and then the class of the error is what is recorded. Dropout has the rate 0: masks are no build's of PyTorch.
"""
import torch
from torch import nn

from draw import Draw, REFUSALS, Skip, described, refused, tensors_in
from record import camel


def sizes(draw, rank, low=1, high=3):
    return draw.upto(low, high) if draw.often(0.6) else [draw.upto(low, high) for _ in range(rank)]


def spatial(draw, rank, low=2, high=6):
    return [draw.upto(low, high if rank < 3 else 4) for _ in range(rank)]


def batched(draw, shape, share=0.8):
    return [draw.upto(1, 2), *shape] if draw.often(share) else shape


def conv(draw):
    rank = draw.choose(1, 2, 2, 3)
    groups = draw.choose(1, 1, 1, 2)
    channels = [groups * draw.upto(1, 2), groups * draw.upto(1, 2)]
    options = draw.some(stride=lambda: sizes(draw, rank), padding=lambda: draw.choose(1, sizes(draw, rank, 0, 2), "same", "valid"), dilation=lambda: sizes(draw, rank, 1, 2), bias=False,
                        padding_mode=lambda: draw.choose("zeros", "circular", "reflect", "replicate"))
    if draw.often(0.05):
        groups = 3
    return f"Conv{rank}d", [*channels, sizes(draw, rank)], {**options, **({"groups": groups} if groups > 1 else {})}, [batched(draw, [channels[0] + draw.often(0.03), *spatial(draw, rank)])]


def conv_transpose(draw):
    rank = draw.choose(1, 2, 2, 3)
    groups = draw.choose(1, 1, 2)
    channels = [groups * draw.upto(1, 2), groups * draw.upto(1, 2)]
    options = draw.some(stride=lambda: sizes(draw, rank), padding=lambda: sizes(draw, rank, 0, 1), output_padding=lambda: sizes(draw, rank, 0, 1), dilation=lambda: sizes(draw, rank, 1, 2), bias=False)
    return f"ConvTranspose{rank}d", [*channels, sizes(draw, rank)], {**options, "groups": groups}, [batched(draw, [channels[0], *spatial(draw, rank, 1, 4)])]


def pool(draw):
    rank = draw.choose(1, 2, 2, 3)
    shape = [batched(draw, [draw.upto(1, 2), *spatial(draw, rank)])]
    kind = draw.choose("Max", "Avg", "AdaptiveAvg", "AdaptiveMax", "LP")
    kernel = sizes(draw, rank)
    if kind == "Max":
        return f"MaxPool{rank}d", [kernel], draw.some(stride=lambda: sizes(draw, rank), padding=lambda: sizes(draw, rank, 0, 1), dilation=lambda: sizes(draw, rank, 1, 2), ceil_mode=True, return_indices=True), shape
    if kind == "Avg":
        return f"AvgPool{rank}d", [kernel], draw.some(stride=lambda: sizes(draw, rank), padding=lambda: sizes(draw, rank, 0, 1), ceil_mode=True, count_include_pad=False, **({"divisor_override": 3} if rank > 1 else {})), shape
    if kind == "LP":
        return f"LPPool{rank}d", [draw.choose(1, 2, 3), kernel if rank > 1 else draw.upto(1, 3)], draw.some(stride=lambda: sizes(draw, rank), ceil_mode=True), shape
    size = draw.upto(1, 4) if rank == 1 or draw.often(0.5) else [draw.choose(None, 1, 2, 3) for _ in range(rank)]
    return f"{kind}Pool{rank}d", [size], draw.some(return_indices=True) if kind == "AdaptiveMax" else {}, shape


def pad(draw):
    rank = draw.choose(1, 2, 3)
    kind = draw.choose("Constant", "Zero", "Reflection", "Replication", "Circular")
    amount = draw.upto(0, 2) if draw.often(0.4) else [draw.upto(-1 if kind in ("Constant", "Zero") else 0, 2) for _ in range(2 * rank)]
    return f"{kind}Pad{rank}d", [amount, *([draw.choose(0.5, -2)] if kind == "Constant" else [])], {}, [batched(draw, [draw.upto(1, 2), *spatial(draw, rank, 1, 4)], 0.7)]


def norm(draw):
    rank = draw.choose(1, 2, 3)
    kind = draw.choose("Batch", "Batch", "Instance")
    channels = draw.upto(1, 3)
    options = draw.some(eps=lambda: draw.choose(1e-3, 0.1), momentum=lambda: draw.choose(0.5, 0.0, 1.0, *([None] if kind == "Batch" else [])), affine=lambda: draw.often(0.5), track_running_stats=lambda: draw.often(0.5), **({"bias": False} if draw.often(0.2) else {}))
    shape = [draw.upto(1, 3), channels + draw.often(0.03), *spatial(draw, rank, 1, 3)]
    if rank == 1 and kind == "Batch" and draw.often(0.5):
        shape = shape[:2]
    if kind == "Instance" and draw.often(0.2):
        shape = shape[1:]
    return f"{kind}Norm{rank}d", [channels], options, [shape]


def other_norm(draw):
    kind = draw.choose("Layer", "Group", "RMS", "LocalResponse")
    if kind == "Group":
        groups = draw.upto(1, 2)
        return "GroupNorm", [groups, groups * draw.upto(1, 2) + draw.often(0.03)], draw.some(eps=0.01, affine=False), [[draw.upto(1, 2), groups * draw.upto(1, 2), *spatial(draw, draw.upto(0, 2), 1, 3)]]
    if kind == "LocalResponse":
        return "LocalResponseNorm", [draw.upto(1, 4)], draw.some(alpha=0.1, beta=lambda: draw.choose(0.5, 1.0), k=2.0), [[2, draw.upto(1, 4), *spatial(draw, draw.upto(1, 2), 1, 3)]]
    shape = [draw.upto(1, 3) for _ in range(draw.upto(1, 2))]
    given = shape[0] if len(shape) == 1 and draw.often(0.5) else shape
    options = draw.some(eps=lambda: draw.choose(0.01, *([None] if kind == "RMS" else [])), elementwise_affine=lambda: draw.often(0.5), **({"bias": False} if kind == "Layer" else {}))
    return f"{kind}Norm", [given], options, [[*spatial(draw, draw.upto(0, 2), 1, 3), *shape]]


def linear(draw):
    inputs, outputs = draw.upto(1, 4), draw.upto(1, 4)
    if draw.often(0.3):
        second = draw.upto(1, 3)
        rest = spatial(draw, draw.upto(0, 2), 1, 3)
        return "Bilinear", [inputs, second, outputs], draw.some(bias=False), [[*rest, inputs], [*rest, second]]
    return draw.choose("Linear", "Linear", "LazyLinear"), [inputs, outputs], draw.some(bias=False), [[*spatial(draw, draw.upto(0, 2), 1, 3), inputs + draw.often(0.03)]]


ACTIVATIONS = {
    "ReLU": [], "ReLU6": [], "SELU": [], "SiLU": [], "Mish": [], "Hardsigmoid": [], "Hardswish": [], "Sigmoid": [], "Tanh": [], "LogSigmoid": [], "Softsign": [], "Tanhshrink": [], "Identity": [],
    "ELU": [0.5], "CELU": [2.0], "LeakyReLU": [0.2], "Hardtanh": [-0.5, 2.0], "Softplus": [2.0, 1.0], "Softshrink": [0.3], "Hardshrink": [0.8], "Threshold": [0.1, 3.0], "PReLU": [1, 0.1], "RReLU": [0.2, 0.2],
}
INPLACE = ["ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardsigmoid", "Hardswish", "ELU", "CELU", "LeakyReLU", "Hardtanh", "Threshold"]


def activation(draw):
    shape = spatial(draw, draw.upto(1, 3), 1, 4)
    name = draw.choose(*ACTIVATIONS, "GELU", "GLU", "Softmax", "Softmin", "LogSoftmax", "Softmax2d")
    if name == "GELU":
        return name, [], draw.some(approximate="tanh"), [shape]
    if name in ("GLU", "Softmax", "Softmin", "LogSoftmax"):
        return name, [draw.upto(-len(shape), len(shape) - 1)], {}, [shape]
    if name == "Softmax2d":
        return name, [], {}, [spatial(draw, draw.choose(2, 3, 3, 4), 1, 3)]
    arguments = ACTIVATIONS[name] if draw.often(0.6) or name in ("Threshold", "RReLU") else []
    # Of those with settings the options come after these.
    return name, arguments, draw.some(inplace=True) if name in INPLACE and len(arguments) == len(ACTIVATIONS[name]) else {}, [shape]


def rearranging(draw):
    name = draw.choose("PixelShuffle", "PixelUnshuffle", "ChannelShuffle", "Upsample", "Unfold", "Fold", "Flatten", "Unflatten", "CosineSimilarity", "PairwiseDistance")
    factor = draw.upto(1, 2)
    if name == "PixelShuffle":
        return name, [factor], {}, [[draw.upto(1, 2), factor * factor * draw.upto(1, 2) + draw.often(0.05), 2, 3]]
    if name == "PixelUnshuffle":
        return name, [factor], {}, [[1, draw.upto(1, 2), factor * draw.upto(1, 2), factor * 2 + draw.often(0.05)]]
    if name == "ChannelShuffle":
        return name, [factor], {}, [[draw.upto(1, 2), factor * draw.upto(1, 3), 2, 2]]
    if name == "Upsample":
        rank = draw.choose(1, 2, 3)
        mode = draw.choose("nearest", "nearest-exact", ["linear", "bilinear", "trilinear"][rank - 1], *(["bicubic"] if rank == 2 else []))
        corners = draw.some(align_corners=lambda: draw.often(0.5)) if not mode.startswith("nearest") else {}
        where = {"scale_factor": draw.choose(2, 1.5, 0.7)} if draw.often(0.5) else {"size": draw.upto(1, 5) if draw.often(0.5) else [draw.upto(1, 5) for _ in range(rank)]}
        return name, [], {**where, "mode": mode, **corners}, [[draw.upto(1, 2), 1, *spatial(draw, rank, 1, 4)]]
    if name == "Unfold":
        return name, [sizes(draw, 2, 1, 2)], draw.some(padding=1, stride=2, dilation=2), [batched(draw, [draw.upto(1, 2), 3, 4])]
    if name == "Fold":
        height, width = draw.upto(2, 4), draw.upto(2, 4)
        return name, [[height, width], 2], {}, [batched(draw, [4 * draw.upto(1, 2), (height - 1) * (width - 1) + draw.often(0.05)])]
    if name == "Flatten":
        return name, [draw.upto(-2, 1), draw.upto(-2, 2)][: draw.upto(0, 2)], {}, [spatial(draw, 3, 1, 3)]
    if name == "Unflatten":
        return name, [draw.choose(1, -1), draw.choose([2, 3], [2, -1], [3, 3])], {}, [[2, 6]]
    shape = spatial(draw, draw.upto(1, 3), 1, 3)
    if name == "CosineSimilarity":
        return name, [draw.upto(-len(shape), len(shape) - 1)], {}, [shape, shape]
    return name, [], draw.some(p=lambda: draw.choose(1.0, 2.0, 3.0), eps=0.01, keepdim=True), [shape, shape]


def lookup(draw):
    rows, width = draw.upto(2, 5), draw.upto(1, 3)
    options = draw.some(padding_idx=lambda: draw.upto(-rows, rows - 1), max_norm=1.0, norm_type=lambda: draw.choose(1.0, 2.0), scale_grad_by_freq=True)
    index = {"below": rows + draw.often(0.03), "shape": spatial(draw, draw.upto(0, 2), 1, 4)}
    if draw.often(0.5):
        return "Embedding", [rows, width], options, [index]
    mode = draw.choose("mean", "sum", "max")
    if mode == "max":
        options.pop("scale_grad_by_freq", None)
    # How a scaled gradient is divided among bags is PyTorch's own affair (its CPU kernel contradicts its documentation).
    options.pop("scale_grad_by_freq", None)
    return "EmbeddingBag", [rows, width], {**options, "mode": mode}, [{"below": rows, "shape": [draw.upto(1, 3), draw.upto(1, 4)]}]


def recurrent(draw):
    kind = draw.choose("RNN", "LSTM", "GRU")
    inputs, hidden = draw.upto(1, 3), draw.upto(1, 3)
    if draw.often(0.3):
        options = draw.some(bias=False, **({"nonlinearity": "relu"} if kind == "RNN" else {}))
        batch = [draw.upto(1, 3)] if draw.often(0.7) else []
        state = [*batch, hidden]
        return f"{kind}Cell", [inputs, hidden], options, [[*batch, inputs], *([{"tuple": [state, state]} if kind == "LSTM" else state] if draw.often(0.6) else [])]
    options = draw.some(num_layers=2, bias=False, batch_first=True, bidirectional=True, **({"nonlinearity": "relu"} if kind == "RNN" else {}), **({"proj_size": 1} if kind == "LSTM" and hidden > 1 else {}))
    length, batch = draw.upto(1, 4), draw.upto(1, 2)
    shape = [batch, length, inputs] if options.get("batch_first") else [length, batch, inputs]
    unbatched = draw.often(0.25)
    count = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    first = [count, *([] if unbatched else [batch]), options.get("proj_size", hidden)]
    cell = [*first[:-1], hidden]
    return kind, [inputs, hidden], options, [[length, inputs] if unbatched else shape, *([{"tuple": [first, cell]} if kind == "LSTM" else first] if draw.often(0.5) else [])]


def attention(draw):
    heads = draw.upto(1, 2)
    width = heads * draw.upto(1, 2)
    length, source, batch = draw.upto(1, 3), draw.upto(1, 3), draw.upto(1, 2)
    batch_first = draw.often(0.5)
    base = {"batch_first": True} if batch_first else {}

    def shape(rows, columns=width):
        return [batch, rows, columns] if batch_first else [rows, batch, columns]

    def masks(**given):
        return {name: {"mask": sizes_of} for name, sizes_of in given.items() if draw.often(0.35)}

    name = draw.choose("MultiheadAttention", "TransformerEncoderLayer", "TransformerDecoderLayer", "Transformer")
    if name == "MultiheadAttention":
        own = draw.some(bias=False, add_bias_kv=True, add_zero_attn=True, kdim=lambda: draw.upto(1, 3), vdim=lambda: draw.upto(1, 3))
        call = {**masks(attn_mask=[length, source], key_padding_mask=[batch, source]), **draw.some(need_weights=False, average_attn_weights=False)}
        return name, [width, heads], {**base, **own}, [shape(length), shape(source, own.get("kdim", width)), shape(source, own.get("vdim", width))], call
    own = {**base, "dropout": 0.0, "dim_feedforward": draw.upto(1, 4), **draw.some(activation="gelu", norm_first=True, bias=False, layer_norm_eps=0.01)}
    if name == "TransformerEncoderLayer":
        return name, [width, heads], own, [shape(length)], masks(src_mask=[length, length], src_key_padding_mask=[batch, length])
    if name == "TransformerDecoderLayer":
        return name, [width, heads], own, [shape(length), shape(source)], masks(tgt_mask=[length, length], memory_mask=[length, source], tgt_key_padding_mask=[batch, length], memory_key_padding_mask=[batch, source])
    return name, [width, heads], {**own, "num_encoder_layers": draw.upto(1, 2), "num_decoder_layers": 1}, [shape(source), shape(length)], masks(src_mask=[source, source], tgt_mask=[length, length], memory_mask=[length, source], src_key_padding_mask=[batch, source])


KINDS = [conv, conv, conv_transpose, pool, pool, pad, norm, norm, other_norm, linear, activation, activation, rearranging, rearranging, lookup, recurrent, recurrent, attention, attention]


def fill(draw, layer):
    """Parameters and buffers with numbers of two digits; of variances with positive ones. Returns them as they are written down."""
    state = {}
    for name, value in layer.state_dict().items():
        if not value.is_floating_point():
            continue
        numbers = draw.numbers(value.numel(), 0.7)
        if name.endswith("running_var"):
            numbers = [abs(number) + 0.1 for number in numbers]
        value.copy_(torch.tensor(numbers, dtype=value.dtype).reshape(value.shape))
        state[name] = plain_state(value)
    return state


def plain_state(value):
    return {"shape": list(value.shape), "values": [float(f"{number:.7g}") for number in value.detach().reshape(-1).tolist()]}


def write_input(draw, given, dtype):
    """A tensor or several of them, as an argument and as it is written down."""
    if isinstance(given, dict) and "tuple" in given:
        parts = [draw.tensor(shape, dtype) for shape in given["tuple"]]
        return tuple(part for part, _ in parts), {"list": [text for _, text in parts]}
    if isinstance(given, dict) and "mask" in given:
        # The first source stays visible, so that no row is masked whole.
        made, text = draw.mask(given["mask"])
        if text["values"]:
            made[..., 0] = False
            text["values"] = made.reshape(-1).tolist()
        return made, text
    if isinstance(given, dict):
        return draw.whole(given["shape"], given["below"])
    return draw.tensor(given, dtype)


def run(layer, arguments, options, leaves):
    """One call: its results, and the gradients of a weighted sum of them."""
    for leaf in [*leaves, *layer.parameters()]:
        leaf.grad = None
    results = tensors_in(layer(*arguments, **options))
    # Of transposed convolutions that give no elements PyTorch refuses some and not others, by which of its kernels would do them.
    if isinstance(layer, nn.modules.conv._ConvTransposeNd) and results[0].numel() == 0:
        raise Skip
    entry = {"outputs": [described(result) for result in results]}
    smooth = [result for result in results if result.requires_grad]
    if smooth:
        sum((result * (0.5 + 0.25 * place)).sum() + (result * result * 0.1).sum() for place, result in enumerate(smooth)).backward()
    entry["grads"] = [None if leaf.grad is None else described(leaf.grad) for leaf in leaves]
    entry["parameters"] = {name: None if parameter.grad is None else described(parameter.grad) for name, parameter in layer.named_parameters()}
    return entry


def adaptive(draw):
    width, classes = draw.upto(4, 6), draw.upto(4, 8)
    cutoffs = sorted(draw.random.sample(range(1, classes), draw.upto(1, 3)))
    if draw.often(0.06):
        cutoffs = cutoffs[::-1]
    batch = [draw.upto(1, 4)] if draw.often(0.8) else []
    return "AdaptiveLogSoftmaxWithLoss", [width, classes, cutoffs], draw.some(div_value=2.0, head_bias=True), [[*batch, width], {"below": classes + draw.often(0.05), "shape": batch}]


def adaptive_use(seed):
    return layer_use(seed, [adaptive])


def layer_use(seed, kinds=KINDS):
    draw = Draw(seed)
    name, arguments, options, shapes, *rest = draw.choose(*kinds)(draw)
    use = {"seed": seed, "kind": "layer", "layer": name, "args": arguments, "options": camel(options), "dtype": draw.choose("float32", "float64")}
    native = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    try:
        layer = getattr(nn, name)(*[tuple(a) if isinstance(a, list) else a for a in (arguments[1:] if name == "LazyLinear" else arguments)], **native).to(getattr(torch, use["dtype"]))
    except REFUSALS as error:
        return {**use, **refused(error)}
    if name == "LazyLinear":
        use["args"] = arguments[1:]
        layer(torch.zeros(1, arguments[0], dtype=getattr(torch, use["dtype"])))
        use["lazy"] = arguments[0]
    with torch.no_grad():
        use["state"] = fill(draw, layer)
    use["text"] = str(layer)
    pairs = [write_input(draw, shape, use["dtype"]) for shape in shapes]
    named = {key: write_input(draw, value, use["dtype"]) if isinstance(value, dict) else (value, value) for key, value in (rest[0] if rest else {}).items()}
    use["inputs"] = [text for _, text in pairs]
    use["named"] = {camel({key: 0}).popitem()[0]: text for key, (_, text) in named.items()}
    leaves = [leaf for argument, _ in pairs for leaf in tensors_in(argument) if leaf.requires_grad]
    inplace = options.get("inplace")
    use["runs"] = []
    for mode in ["train", "eval", "train"]:
        getattr(layer, mode)()
        # Leaves cannot be written in place; a copy of each can.
        given = [argument * 1 if inplace else argument for argument, _ in pairs]
        before = {key: value.clone() for key, value in layer.state_dict().items()}
        try:
            entry = run(layer, given, {key: value for key, (value, _) in named.items()}, leaves)
        except REFUSALS as error:
            entry = refused(error)
        # What a refused call has written (batch normalisation counts it) is kept, too.
        written = {key: described(value) for key, value in layer.state_dict().items() if not torch.equal(value, before[key])}
        use["runs"].append({"mode": mode, **entry, "written": written})
        if "error" in entry:
            break
    return use


__all__ = ["adaptive_use", "layer_use", "Skip"]
