"""What PyTorch's layers print, keep and compute: every layer class of the engine in some configurations, seeded.

A row names the class, its arguments and options in PyTorch's spelling, and the shapes of its inputs (normal deviates; an integer tensor is given by its values).
"""
import torch
from torch import nn

from engine_rows import camel, rounded

LAYERS = [
    ("Conv1d", [4, 6, 3], dict(stride=2, groups=2), [(2, 4, 7)]), ("Conv2d", [3, 4, [3, 2]], dict(padding="same"), [(2, 3, 5, 4)]), ("Conv2d", [2, 3, 3], dict(padding=1, padding_mode="circular", bias=False), [(1, 2, 4, 5)]),
    ("Conv2d", [2, 3, 3], dict(padding="same", padding_mode="reflect", dilation=2), [(1, 2, 5, 6)]), ("Conv3d", [2, 3, 2], dict(padding=1), [(1, 2, 3, 2, 3)]),
    ("ConvTranspose1d", [4, 6, 3], dict(stride=2, output_padding=1, groups=2), [(2, 4, 3)]), ("ConvTranspose2d", [2, 3, 3], dict(padding=1), [(1, 2, 3, 3)]), ("ConvTranspose3d", [2, 1, 2], dict(stride=2, bias=False), [(1, 2, 2, 2, 2)]),
    ("MaxPool1d", [2], {}, [(1, 2, 5)]), ("MaxPool2d", [2], dict(stride=1, return_indices=True), [(1, 2, 4, 4)]), ("MaxPool3d", [2], {}, [(1, 1, 2, 4, 4)]),
    ("AvgPool1d", [3], dict(stride=2, padding=1), [(1, 2, 5)]), ("AvgPool2d", [[2, 1]], {}, [(1, 2, 4, 4)]), ("AvgPool3d", [2], {}, [(1, 1, 2, 4, 4)]),
    ("AdaptiveAvgPool1d", [3], {}, [(1, 2, 5)]), ("AdaptiveAvgPool2d", [[2, None]], {}, [(1, 2, 5, 4)]), ("AdaptiveAvgPool3d", [1], {}, [(1, 2, 3, 3, 3)]),
    ("AdaptiveMaxPool1d", [3], {}, [(1, 2, 5)]), ("AdaptiveMaxPool2d", [2], dict(return_indices=True), [(1, 2, 5, 4)]), ("AdaptiveMaxPool3d", [1], {}, [(1, 2, 3, 3, 3)]),
    ("LPPool1d", [2, 3], dict(stride=2), [(1, 2, 7)]), ("LPPool2d", [2, 2], {}, [(1, 2, 4, 4)]), ("LPPool3d", [2, 2], {}, [(1, 1, 2, 2, 4)]),
    *[(f"ConstantPad{d}d", [1, 2.5], {}, [(1, 2) + (3,) * d]) for d in (1, 2, 3)], *[(f"ZeroPad{d}d", [2], {}, [(1, 2) + (3,) * d]) for d in (1, 2, 3)],
    *[(f"{kind}Pad{d}d", [1], {}, [(1, 2) + (3,) * d]) for kind in ("Reflection", "Replication", "Circular") for d in (1, 2, 3)],
    ("BatchNorm1d", [3], {}, [(4, 3)]), ("BatchNorm2d", [3], dict(momentum=None), [(2, 3, 2, 2)]), ("BatchNorm3d", [2], dict(affine=False), [(2, 2, 2, 1, 2)]), ("BatchNorm2d", [3], dict(track_running_stats=False), [(2, 3, 2, 2)]),
    ("InstanceNorm1d", [3], {}, [(2, 3, 4)]), ("InstanceNorm2d", [3], dict(affine=True, track_running_stats=True), [(2, 3, 2, 2)]), ("InstanceNorm3d", [2], dict(track_running_stats=True, momentum=None), [(2, 2, 2, 2, 1)]), ("InstanceNorm1d", [3], {}, [(3, 4)]),
    ("GroupNorm", [2, 4], {}, [(2, 4, 3)]), ("RMSNorm", [4], {}, [(2, 3, 4)]), ("RMSNorm", [[3, 4]], dict(eps=1e-4, elementwise_affine=False), [(2, 3, 4)]), ("LocalResponseNorm", [2], {}, [(2, 4, 3)]),
    ("Embedding", [5, 3], dict(padding_idx=1), [[[0, 1], [4, 2]]]), ("Embedding", [4, 2], dict(max_norm=0.5, norm_type=1.0), [[0, 2]]), ("EmbeddingBag", [5, 3], dict(mode="sum"), [[[0, 1], [4, 2]]]),
    ("Flatten", [], {}, [(2, 3, 2)]), ("Unflatten", [1, [2, 3]], {}, [(2, 6)]), ("PixelShuffle", [2], {}, [(1, 4, 2, 3)]), ("PixelUnshuffle", [2], {}, [(1, 1, 4, 2)]), ("ChannelShuffle", [2], {}, [(1, 4, 2)]),
    ("Upsample", [], dict(scale_factor=2), [(1, 2, 3)]), ("UpsamplingNearest2d", [], dict(scale_factor=2), [(1, 1, 2, 3)]), ("UpsamplingBilinear2d", [], dict(size=[4, 3]), [(1, 1, 2, 3)]),
    ("Unfold", [2], dict(padding=1), [(1, 2, 3, 3)]), ("Fold", [[4, 5], 2], {}, [(1, 4, 12)]), ("Bilinear", [3, 4, 2], {}, [(2, 3), (2, 4)]), ("CosineSimilarity", [], {}, [(3, 4), (3, 4)]), ("PairwiseDistance", [], dict(p=1, keepdim=True), [(3, 4), (3, 4)]),
    *[(name, [], {}, [(3, 4)]) for name in ["Identity", "ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardsigmoid", "Hardswish", "Sigmoid", "Tanh", "LogSigmoid", "Softsign", "Tanhshrink", "ELU", "CELU", "LeakyReLU", "Hardtanh", "GELU", "Softplus", "PReLU", "Softshrink", "Hardshrink", "GLU"]],
    ("ReLU", [], dict(inplace=True), [(3, 4)]), ("ELU", [0.5], dict(inplace=True), [(3, 4)]), ("Threshold", [0.1, 3], {}, [(3, 4)]), ("GELU", [], dict(approximate="tanh"), [(3, 4)]), ("RReLU", [0.2, 0.2], {}, [(3, 4)]),
    ("Softmax", [1], {}, [(3, 4)]), ("Softmin", [0], {}, [(3, 4)]), ("LogSoftmax", [1], {}, [(3, 4)]), ("Softmax2d", [], {}, [(1, 3, 2, 2)]),
    *[(name, [0.0], {}, [(2, 3, 2, 2)[: 4 if name == "Dropout2d" else 3]]) for name in ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"]],
    *[(name, [], {}, [(3, 4), (3, 4)]) for name in ["MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "BCEWithLogitsLoss", "HingeEmbeddingLoss", "SoftMarginLoss", "MultiLabelSoftMarginLoss"]],
    ("PoissonNLLLoss", [], {}, [(3, 4), (3, 4)]), ("KLDivLoss", [], dict(reduction="batchmean", log_target=True), [(3, 4), (3, 4)]), ("MarginRankingLoss", [], {}, [(4,), (4,), (4,)]), ("TripletMarginLoss", [], dict(margin=2.0), [(3, 4), (3, 4), (3, 4)]),
    ("CrossEntropyLoss", [], dict(label_smoothing=0.1), [(3, 4), [0, 2, 1]]), ("NLLLoss", [], dict(reduction="sum"), [(3, 4), [0, 2, 1]]), ("MultiMarginLoss", [], {}, [(3, 4), [0, 2, 1]]), ("MultiLabelMarginLoss", [], {}, [(1, 4), [[3, 0, -1, 1]]]),
    ("CrossMapLRN2d", [3], dict(k=2.0), [(1, 4, 2, 2)]), ("CrossMapLRN2d", [4], dict(alpha=0.5), [(1, 3, 2, 1)]), ("Embedding", [5, 3], dict(scale_grad_by_freq=True), [[0, 2]]), ("EmbeddingBag", [5, 3], dict(mode="sum", scale_grad_by_freq=True), [[[0, 2]]]), ("NLLLoss2d", [], {}, [(1, 3, 2, 1), [[[0], [2]]]]),
    ("CTCLoss", [], dict(blank=3, reduction="sum"), [(5, 2, 4), [[0, 1], [2, 2]], [5, 4], [2, 2]]), ("AdaptiveLogSoftmaxWithLoss", [16, 20, [5, 9]], dict(div_value=2.0, head_bias=True), [(6, 16), [0, 7, 19, 4, 5, 9]]),
    ("LinearCrossEntropyLoss", [4, 5], {}, [(3, 4), [0, 4, 2]]), ("LinearCrossEntropyLoss", [4, 5], dict(out_features=[2], bias=True, ignore_index=1), [(3, 4), [[0, 4], [2, 1], [3, 3]]]),
    ("LazyLinear", [3], {}, [(2, 4)]),
    *[(f"LazyConv{d}d", [3, 2], dict(padding=1, bias=d != 2), [(1, 4) + (3,) * d]) for d in (1, 2, 3)], *[(f"LazyConvTranspose{d}d", [4, 2], dict(groups=2, stride=2), [(1, 2) + (2,) * d]) for d in (1, 2, 3)],
    *[(f"LazyBatchNorm{d}d", [], dict(momentum=0.5) if d == 2 else {}, [(2, 3) + (2,) * d]) for d in (1, 2, 3)], *[(f"LazyInstanceNorm{d}d", [], dict(affine=False) if d == 3 else {}, [(2, 3) + (2,) * d]) for d in (1, 2, 3)],
]


def record_layers():
    rows = []
    for name, arguments, options, shapes in LAYERS:
        torch.manual_seed(0)
        given = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
        layer = getattr(nn, name)(*[tuple(a) if isinstance(a, list) else a for a in arguments], **given)
        lazy = name.startswith("Lazy")
        # A lazy layer has nothing before its first call, which draws it.
        state = None if lazy else {key: rounded(value) for key, value in layer.state_dict().items()}
        torch.manual_seed(1)
        inputs = [torch.tensor(shape) if isinstance(shape, list) else torch.randn(shape) for shape in shapes]
        row = {"layer": name, "args": arguments, "options": {camel(key): value for key, value in options.items()}, "text": str(layer), "state": state, "inputs": [rounded(t) for t in inputs], "integers": [isinstance(s, list) for s in shapes]}
        for mode in ["train", "eval"]:
            getattr(layer, mode)()
            if lazy:
                torch.manual_seed(2)
            out = layer(*[t.clone() for t in inputs])
            row[mode] = [rounded(t) for t in (out if isinstance(out, tuple) else (out,))]
        row["after"] = {key: rounded(value) for key, value in layer.state_dict().items()}
        if lazy:
            row["textAfter"] = str(layer)
        rows.append(row)
    return rows
