"""What PyTorch gives for every operation of the engine: inputs, outputs and gradients, in double precision.

A row names a function as the engine does (`F.conv2d`, `t.cumsum` for a method, `cat` for a function of torch), its arguments and options in
PyTorch's spelling; spelling in camelCase is made from that. `T(2, 3)` is a tensor of normal deviates that wants a gradient.
"""
import torch
import torch.nn.functional as F


class T:
    """A tensor argument: normal deviates of a shape, or given values; `of` maps the deviates to where the function is defined."""

    def __init__(self, *shape, values=None, dtype=torch.float64, of=None, grad=None):
        self.shape, self.values, self.dtype, self.of = shape, values, dtype, of
        self.grad = dtype.is_floating_point if grad is None else grad

    def make(self):
        if self.values is not None:
            tensor = torch.tensor(self.values, dtype=self.dtype)
        else:
            tensor = torch.randn(self.shape, dtype=torch.float64)
            tensor = ((self.of or (lambda x: x))(tensor) * 1e4).round() / 1e4
        return tensor.requires_grad_() if self.grad else tensor


def I(values):
    return T(values=values, dtype=torch.int64)


def J(values):
    return T(values=values, dtype=torch.int32)


def M(values):
    return T(values=values, dtype=torch.bool)


def C(*shape, of=None):
    """A tensor that wants no gradient."""
    return T(*shape, of=of, grad=False)


def unit(x):
    return x.sigmoid() * 0.8 + 0.1


def positive(x):
    return x.abs() + 0.3


def logs(x):
    return x.log_softmax(-1)


def shares(x):
    return x.softmax(-1)


def one(x):
    return x.sign()


DISTINCT = dict(of=lambda x: x * 3)

ROWS = [
    # convolutions
    ("F.conv1d", [T(2, 4, 7), T(6, 2, 3), T(6)], dict(stride=2, padding=1, dilation=1, groups=2)),
    ("F.conv1d", [T(4, 7), T(3, 4, 2)], {}),
    ("F.conv1d", [T(1, 2, 6), T(3, 2, 4), T(3)], dict(padding="same")),
    ("F.conv1d", [T(1, 2, 6), T(3, 2, 4), T(3)], dict(padding="valid")),
    ("F.conv2d", [T(2, 3, 5, 6), T(4, 3, 3, 2), T(4)], dict(stride=[2, 1], padding=[1, 0], dilation=[1, 2])),
    ("F.conv2d", [T(1, 4, 4, 4), T(4, 1, 3, 3), None], dict(padding="same", groups=4, dilation=2)),
    ("F.conv3d", [T(1, 2, 3, 4, 3), T(2, 2, 2, 3, 2), T(2)], dict(padding=1, stride=2)),
    ("F.convTranspose1d", [T(2, 4, 5), T(4, 3, 3), T(6)], dict(stride=2, padding=1, output_padding=1, groups=2)),
    ("F.convTranspose2d", [T(1, 2, 3, 3), T(2, 3, 3, 2), T(3)], dict(stride=[2, 1], dilation=[1, 2], padding=[0, 1])),
    ("F.convTranspose2d", [T(2, 3, 3), T(2, 3, 3, 2)], {}),
    ("F.convTranspose3d", [T(1, 2, 2, 2, 2), T(2, 1, 2, 2, 2), T(1)], dict(stride=2)),
    ("F.conv2d", [T(1, 3, 5, 5), T(6, 4, 3, 3)], {}),
    ("F.conv2d", [T(5, 5), T(6, 4, 3, 3)], {}),
    ("F.conv2d", [T(1, 4, 5, 5), T(6, 4, 3, 3), T(5)], {}),
    ("F.conv2d", [T(1, 4, 2, 2), T(6, 4, 3, 3)], {}),
    ("F.convTranspose2d", [T(1, 3, 5, 5), T(4, 6, 3, 3)], {}),
    # pools
    ("F.maxPool1d", [T(1, 2, 7, **DISTINCT), 3], dict(stride=2, padding=1)),
    ("F.maxPool2d", [T(2, 2, 5, 6, **DISTINCT), [2, 3]], dict(stride=[2, 1], padding=[1, 1], ceil_mode=True)),
    ("F.maxPool2d", [T(2, 5, 6, **DISTINCT), 2], dict(dilation=2, stride=1)),
    ("F.maxPool3d", [T(1, 1, 4, 4, 4, **DISTINCT), 2], {}),
    ("F.maxPool2dWithIndices", [T(1, 2, 4, 4, **DISTINCT), 2], {}),
    ("F.maxPool1dWithIndices", [T(1, 2, 6, **DISTINCT), 2], {}),
    ("F.maxPool3dWithIndices", [T(1, 1, 4, 4, 2, **DISTINCT), 2], {}),
    ("F.avgPool1d", [T(1, 2, 7), 3], dict(stride=2, padding=1, ceil_mode=True)),
    ("F.avgPool2d", [T(1, 2, 5, 6), 2], dict(padding=1, count_include_pad=False)),
    ("F.avgPool2d", [T(1, 2, 5, 6), [3, 2]], dict(stride=2, padding=1, ceil_mode=True)),
    ("F.avgPool2d", [T(2, 5, 6), 2], dict(divisor_override=3)),
    ("F.avgPool3d", [T(1, 1, 3, 4, 4), 2], dict(padding=1)),
    ("F.adaptiveAvgPool1d", [T(1, 2, 7), 3], {}),
    ("F.adaptiveAvgPool2d", [T(1, 2, 5, 4), [2, None]], {}),
    ("F.adaptiveAvgPool3d", [T(1, 1, 3, 4, 5), [2, 3, 2]], {}),
    ("F.adaptiveMaxPool1d", [T(1, 2, 7, **DISTINCT), 3], {}),
    ("F.adaptiveMaxPool2dWithIndices", [T(1, 2, 5, 4, **DISTINCT), [2, 3]], {}),
    ("F.adaptiveMaxPool3d", [T(1, 1, 3, 4, 5, **DISTINCT), 2], {}),
    ("F.lpPool1d", [T(1, 2, 6, of=positive), 2, 3], dict(stride=2)),
    ("F.lpPool2d", [T(1, 2, 5, 5, of=positive), 3, 2], dict(ceil_mode=True)),
    ("F.lpPool3d", [T(1, 1, 2, 4, 4, of=positive), 2, 2], {}),
    ("F.maxUnpool1d", [T(1, 2, 2), I([[[0, 3], [1, 2]]]), 2], {}),
    ("F.maxUnpool2d", [T(1, 1, 2, 2), I([[[[0, 3], [9, 14]]]]), 2], dict(output_size=[4, 5])),
    ("F.maxUnpool3d", [T(1, 1, 1, 1, 2), I([[[[[0, 7]]]]]), 2], {}),
    ("F.fractionalMaxPool2d", [T(1, 2, 7, 8, **DISTINCT), 2], dict(output_size=[3, 4], _random_samples=C(1, 2, 2, of=unit))),
    ("F.fractionalMaxPool2dWithIndices", [T(1, 1, 7, 8, **DISTINCT), [2, 3]], dict(output_ratio=[0.5, 0.5], _random_samples=C(1, 1, 2, of=unit))),
    ("F.fractionalMaxPool3d", [T(1, 2, 5, 6, 7, **DISTINCT), 2], dict(output_size=[2, 3, 4], _random_samples=C(1, 2, 3, of=unit))),
    # normalisations
    ("F.batchNorm", [T(4, 3, 2), C(3), C(3, of=positive)], dict(weight=T(3), bias=T(3), training=True, momentum=0.3)),
    ("F.batchNorm", [T(4, 3), C(3), C(3, of=positive)], dict(weight=T(3), bias=T(3), eps=1e-3)),
    ("F.batchNorm", [T(4, 3), None, None], dict(training=True)),
    ("F.batchNorm", [T(4, 3), None, None], dict(bias=T(3), training=True)),
    ("F.batchNorm", [T(1, 3), None, None], dict(training=True)),
    ("F.batchNorm", [T(4, 3), None, None], {}),
    ("F.batchNorm", [T(4, 3), C(2), C(2)], {}),
    ("F.instanceNorm", [T(2, 3, 4)], dict(weight=T(3), bias=T(3))),
    ("F.instanceNorm", [T(2, 3, 2, 2)], dict(running_mean=C(3), running_var=C(3, of=positive), momentum=0.2)),
    ("F.instanceNorm", [T(2, 3, 4)], dict(running_mean=C(3), running_var=C(3, of=positive), use_input_stats=False)),
    ("F.instanceNorm", [T(2, 3, 1)], {}),
    ("F.instanceNorm", [T(2, 3, 4)], dict(use_input_stats=False)),
    ("F.layerNorm", [T(2, 3, 4), [3, 4], T(3, 4), T(3, 4), 1e-4], {}),
    ("F.layerNorm", [T(2, 3, 4), [4]], {}),
    ("F.layerNorm", [T(2, 3, 4), [3]], {}),
    ("F.layerNorm", [T(2, 3, 4), [4], T(3)], {}),
    ("F.rmsNorm", [T(2, 3, 4), [4], T(4), 1e-4], {}),
    ("F.rmsNorm", [T(2, 3, 4), [3, 4]], {}),
    ("F.groupNorm", [T(2, 6, 3), 2, T(6), T(6), 1e-4], {}),
    ("F.groupNorm", [T(2, 6), 3], {}),
    ("F.groupNorm", [T(2, 6, 3), 4], {}),
    ("F.localResponseNorm", [T(2, 5, 3), 3], dict(alpha=0.3, beta=0.6, k=1.2)),
    ("F.localResponseNorm", [T(2, 5, 3, 2), 2], {}),
    # embeddings
    ("F.embedding", [I([[0, 2], [2, 3]]), T(4, 3)], dict(padding_idx=2)),
    ("F.embedding", [I([[0, 2], [2, 3]]), C(4, 3)], dict(max_norm=1.0)),
    ("F.embeddingBag", [I([0, 2, 2, 1, 3]), T(4, 3)], dict(offsets=I([0, 2, 2]), mode="mean")),
    ("F.embeddingBag", [I([0, 2, 2, 1, 3]), T(4, 3)], dict(offsets=I([0, 2, 5]), mode="sum", include_last_offset=True, per_sample_weights=T(5))),
    ("F.embeddingBag", [I([[0, 2], [1, 3]]), T(4, 3)], dict(mode="max")),
    ("F.embeddingBag", [I([[0, 2], [2, 3]]), T(4, 3)], dict(padding_idx=2)),
    ("F.embedding", [I([4]), T(4, 3)], {}),
    ("F.oneHot", [I([0, 2, 1]), 4], {}),
    # attention
    ("F.scaledDotProductAttention", [T(2, 3, 4), T(2, 5, 4), T(2, 5, 3)], {}),
    ("F.scaledDotProductAttention", [T(2, 2, 3, 4), T(2, 2, 3, 4), T(2, 2, 3, 4)], dict(is_causal=True, scale=0.7)),
    ("F.scaledDotProductAttention", [T(2, 3, 4), T(2, 5, 4), T(2, 5, 4)], dict(attn_mask=M([[True, False, True, True, True], [True, True, False, True, True], [False, True, True, True, False]]))),
    ("F.scaledDotProductAttention", [T(2, 3, 4), T(2, 5, 4), T(2, 5, 4)], dict(attn_mask=T(3, 5))),
    ("F.scaledDotProductAttention", [T(1, 4, 3, 4), T(1, 2, 5, 4), T(1, 2, 5, 4)], dict(enable_gqa=True)),
    # activations
    ("F.relu", [T(3, 4)], {}), ("F.relu6", [T(3, 4, of=lambda x: x * 5)], {}), ("F.elu", [T(3, 4), 1.3], {}), ("F.selu", [T(3, 4)], {}), ("F.celu", [T(3, 4), 1.4], {}),
    ("F.gelu", [T(3, 4)], {}), ("F.gelu", [T(3, 4)], dict(approximate="tanh")), ("F.gelu", [T(3, 4, of=lambda x: x * 4)], {}),
    ("F.silu", [T(3, 4)], {}), ("F.mish", [T(3, 4)], {}), ("F.softplus", [T(3, 4)], {}), ("F.softplus", [T(3, 4), 2, 1], {}),
    ("F.softsign", [T(3, 4)], {}), ("F.hardtanh", [T(3, 4), -0.5, 0.7], {}), ("F.hardsigmoid", [T(3, 4, of=lambda x: x * 3)], {}), ("F.hardswish", [T(3, 4, of=lambda x: x * 3)], {}),
    ("F.leakyRelu", [T(3, 4), 0.2], {}), ("F.prelu", [T(2, 3, 2), T(3)], {}), ("F.prelu", [T(4), T(1)], {}), ("F.rrelu", [T(3, 4)], {}), ("F.rrelu", [T(3, 4), 0.2, 0.2, True], {}),
    ("F.logsigmoid", [T(3, 4)], {}), ("F.threshold", [T(3, 4), 0.1, 20], {}), ("F.tanhshrink", [T(3, 4)], {}), ("F.softshrink", [T(3, 4)], {}), ("F.hardshrink", [T(3, 4), 0.4], {}),
    ("F.glu", [T(2, 4, 3), 1], {}), ("F.softmin", [T(3, 4), 1], {}), ("F.softmax", [T(3, 4), 0], {}), ("F.logSoftmax", [T(3, 4), 1], {}), ("F.sigmoid", [T(3, 4)], {}), ("F.tanh", [T(3, 4)], {}),
    ("F.glu", [T(3, 3), 1], {}), ("F.prelu", [T(2, 3), T(2)], {}),
    # padding, resampling, columns
    ("F.pad", [T(2, 3), [1, 2, -1, 1]], {}), ("F.pad", [T(2, 3), [1, 1], "constant", 2.5], {}),
    ("F.pad", [T(1, 2, 4), [2, 1], "reflect"], {}), ("F.pad", [T(1, 2, 3, 4), [2, 1, 1, 2], "replicate"], {}), ("F.pad", [T(1, 1, 3, 4), [2, 1, 1, 2], "circular"], {}),
    ("F.pad", [T(1, 1, 2, 3, 3), [1, 1, 1, 1, 1, 1], "reflect"], {}), ("F.pad", [T(1, 1, 2, 3, 3), [1, 0, 2, 1, 1, 1], "replicate"], {}), ("F.pad", [T(1, 2, 3), [1, 1], "circular"], {}),
    ("F.pad", [T(2, 3), [1, 1, 1]], {}),
    ("F.interpolate", [T(1, 2, 4)], dict(scale_factor=2)), ("F.interpolate", [T(1, 2, 5)], dict(size=3, mode="nearest-exact")), ("F.interpolate", [T(1, 2, 3, 4)], dict(size=[5, 3])),
    ("F.interpolate", [T(1, 2, 4)], dict(size=7, mode="linear")), ("F.interpolate", [T(1, 2, 4)], dict(size=7, mode="linear", align_corners=True)),
    ("F.interpolate", [T(1, 2, 3, 4)], dict(scale_factor=[2, 1.5], mode="bilinear")), ("F.interpolate", [T(1, 2, 3, 4)], dict(size=[2, 6], mode="bilinear", align_corners=True)),
    ("F.interpolate", [T(1, 1, 2, 3, 2)], dict(size=[3, 2, 4], mode="trilinear")), ("F.interpolate", [T(1, 1, 4, 5)], dict(size=[6, 7], mode="bicubic")),
    ("F.interpolate", [T(1, 1, 4, 5)], dict(scale_factor=1.7, mode="bicubic", align_corners=False)), ("F.interpolate", [T(1, 1, 4, 5)], dict(size=[2, 3], mode="area")),
    ("F.pixelShuffle", [T(1, 8, 2, 3), 2], {}), ("F.pixelUnshuffle", [T(1, 2, 4, 6), 2], {}), ("F.channelShuffle", [T(1, 6, 2), 3], {}),
    ("F.unfold", [T(2, 2, 4, 5), [2, 3]], dict(padding=1, stride=[2, 1])), ("F.unfold", [T(2, 4, 5), 2], dict(dilation=2)), ("F.fold", [T(1, 8, 12), [4, 5], 2], {}), ("F.fold", [T(1, 8, 11), [4, 5], 2], {}),
    # linear maps and distances
    ("F.linear", [T(2, 3, 4), T(5, 4), T(5)], {}), ("F.bilinear", [T(2, 3), T(2, 4), T(5, 3, 4), T(5)], {}), ("F.normalize", [T(3, 4)], dict(p=3, dim=1)),
    ("F.cosineSimilarity", [T(3, 4), T(3, 4), 1], {}), ("F.pairwiseDistance", [T(3, 4), T(3, 4)], {}), ("F.pairwiseDistance", [T(3, 4), T(3, 4)], dict(p=1, keepdim=True)),
    # dropouts that do nothing, or all
    ("F.dropout", [T(3, 4), 0.5, False], {}), ("F.dropout", [T(3, 4), 1.0], {}), ("F.dropout", [T(3, 4), 1.5], {}), ("F.dropout1d", [T(2, 3, 4), 1.0], {}), ("F.dropout2d", [T(2, 3, 4, 2), 1.0], {}),
    ("F.dropout3d", [T(2, 3, 4, 2, 1), 0.0], {}), ("F.alphaDropout", [T(3, 4)], {}), ("F.alphaDropout", [T(3, 4), 1.0, True], {}), ("F.featureAlphaDropout", [T(3, 4)], {}), ("F.dropout1d", [T(3)], {}),
    ("F.alphaDropout", [T(3, 4), -0.5], {}), ("F.dropout2d", [T(2, 3, 2, 2), 0.5, 1], {}), ("F.alphaDropout", [T(3, 4), 0.5, None], {}), ("F.featureAlphaDropout", [T(3, 4), 0.5, "eval"], {}),
    # elementwise
    *[(f"t.{name}", [T(2, 3)], {}) for name in ["sin", "cos", "atan", "sinh", "cosh", "erf", "expm1", "sign", "floor", "ceil", "round", "trunc", "exp", "tanh", "sigmoid", "abs", "neg", "relu", "square", "clone"]],
    *[(f"t.{name}", [T(2, 3, of=positive)], {}) for name in ["log1p", "log2", "log10", "rsqrt", "reciprocal", "log", "sqrt"]],
    *[(f"t.{name}", [T(2, 3, of=torch.tanh)], {}) for name in ["tan", "asin", "acos"]],
    *[(f"t.{name}", [T(2, 3), T(3)], {}) for name in ["add", "sub", "mul", "div", "maximum", "minimum"]],
    *[(f"t.{name}", [T(values=[1.0, 2.0, 3.0], grad=False), T(values=[2.0, 2.0, 2.0], grad=False)], {}) for name in ["eq", "ne", "gt", "lt", "ge", "le"]],
    ("t.pow", [T(2, 3, of=positive), T(3)], {}), ("t.remainder", [T(2, 3), T(3)], {}), ("t.lerp", [T(2, 3), T(2, 3), 0.3], {}), ("t.lerp", [T(2, 3), T(2, 3), T(3)], {}),
    ("t.addcmul", [T(2, 3), T(2, 3), T(3)], dict(value=0.5)), ("t.addcdiv", [T(2, 3), T(2, 3), T(3, of=positive)], dict(value=2)), ("t.clamp", [T(2, 3), -0.5, 0.5], {}), ("t.round", [T(values=[0.5, 1.5, -0.5, 2.5])], {}),
    ("t.isnan", [C(2)], {}), ("t.isinf", [C(2)], {}), ("t.logicalNot", [M([True, False])], {}),
    # reductions
    ("t.sum", [T(2, 3, 4), [0, 2], True], {}), ("t.mean", [T(2, 3, 4), 1], {}), ("t.prod", [T(2, 3)], {}), ("t.prod", [T(values=[[1.0, 0.0, 3.0], [0.0, 0.0, 2.0]]), 1], {}), ("t.var", [T(2, 3, 4), [0, 2]], {}), ("t.std", [T(2, 3), 1], dict(correction=0, keepdim=True)),
    ("t.logsumexp", [T(2, 3), 1], {}), ("t.norm", [T(2, 3)], {}), ("t.norm", [T(2, 3), 3, 1], {}), ("t.norm", [T(2, 3), float("inf"), 1], {}), ("t.norm", [T(2, 3), 1, [0, 1], True], {}),
    ("t.amax", [T(2, 3), 1], {}), ("t.amin", [T(2, 3), 0], {}), ("t.argmax", [C(2, 3), 1], {}), ("t.argmin", [C(2, 3), 0, True], {}),
    ("t.all", [M([[True, False], [True, True]]), 1], {}), ("t.any", [M([[False, False], [True, False]])], {}), ("t.cumsum", [T(2, 3), 1], {}), ("t.cumprod", [T(2, 3), 1], {}), ("t.softmax", [T(2, 3), 1], {}), ("t.logSoftmax", [T(2, 3), 0], {}),
    # products
    ("t.matmul", [T(2, 1, 2, 3), T(4, 3, 2)], {}), ("t.bmm", [T(2, 3, 4), T(2, 4, 2)], {}), ("t.bmm", [T(2, 3, 4), T(2, 3, 2)], {}), ("t.baddbmm", [T(3, 2), T(2, 3, 4), T(2, 4, 2)], dict(beta=0.5, alpha=2)), ("t.addmm", [T(2), T(3, 4), T(4, 2)], {}),
    # shape
    ("t.reshape", [T(2, 6), [3, -1]], {}), ("t.permute", [T(2, 3, 4), 2, 0, 1], {}), ("t.expand", [T(2, 1), 3, 2, 4], {}), ("t.narrow", [T(2, 4), 1, 1, 2], {}), ("t.select", [T(2, 4), 1, -1], {}), ("t.squeeze", [T(2, 1, 3), 1], {}),
    ("t.unsqueeze", [T(2, 3), -1], {}), ("t.unflatten", [T(2, 6), 1, [2, -1]], {}), ("t.movedim", [T(2, 3, 4), 0, -1], {}), ("t.movedim", [T(2, 3, 4), [0, 1], [2, 0]], {}), ("t.repeat", [T(2, 3), 2, 1, 2], {}), ("t.tile", [T(2, 3), 2], {}),
    ("t.repeatInterleave", [T(2, 3), 2, 1], {}), ("t.repeatInterleave", [T(2, 3), 2], {}), ("t.flip", [T(2, 3), 0, 1], {}), ("t.roll", [T(2, 3), 1, 1], {}), ("t.roll", [T(2, 3), [1, -1], [0, 1]], {}), ("t.roll", [T(2, 3), 2], {}), ("t.tril", [T(3, 4), -1], {}), ("t.triu", [T(2, 3, 3), 1], {}),
    ("t.split", [T(5, 2), 2], {}), ("t.split", [T(2, 5), [2, 3], 1], {}), ("t.chunk", [T(5, 2), 3], {}), ("t.unbind", [T(2, 3), 1], {}),
    # choosing and placing
    ("t.gather", [T(3, 2), 0, I([[0, 1], [2, 2]])], {}), ("t.indexSelect", [T(3, 2), 1, I([1, 0, 1])], {}), ("t.maskedFill", [T(2, 3), M([True, False, True]), 7], {}), ("t.maskedSelect", [T(2, 3), M([True, False, True])], {}),
    ("t.scatter", [T(3, 2), 0, I([[0, 1], [2, 2]]), C(2, 2)], {}), ("t.scatter", [T(3, 2), 0, I([[0, 1]]), 5], {}), ("t.scatterAdd", [T(3, 2), 0, I([[0, 1], [0, 2]]), T(2, 2)], {}), ("t.nonzero", [T(values=[[0.0, 2.0], [3.0, 0.0]], grad=False)], {}),
    ("t.sort", [T(2, 4), 1], {}), ("t.sort", [T(2, 4), 0, True], {}), ("t.topk", [T(2, 5), 2], {}), ("t.topk", [T(2, 5), 3, 1, False], {}), ("t.argsort", [C(2, 4)], {}),
    ("where", [M([[True, False, True]]), T(2, 3), T(3)], {}),
    # losses
    *[(f"F.{name}", [T(3, 4), T(3, 4)], dict(reduction=r)) for name in ["mseLoss", "l1Loss", "smoothL1Loss", "huberLoss"] for r in ["mean", "sum", "none"]],
    ("F.smoothL1Loss", [T(3, 4), T(3, 4)], dict(beta=0.5)), ("F.huberLoss", [T(3, 4), T(3, 4)], dict(delta=0.5)), ("F.mseLoss", [T(3, 4), T(3, 4)], dict(weight=C(3, 4, of=positive))),
    *[("F.nllLoss", [T(4, 3), I([0, 2, 1, 2])], dict(reduction=r, ignore_index=1, weight=C(3, of=positive))) for r in ["mean", "sum", "none"]],
    ("F.nllLoss", [T(3), I(1)], {}), ("F.nllLoss", [T(2, 3, 2), I([[0, 2], [1, 1]])], {}), ("F.nllLoss", [T(4, 3), I([0, 3, 1, 2])], {}),
    *[("F.crossEntropy", [T(4, 3), I([0, 2, 1, 2])], dict(reduction=r, ignore_index=1, weight=C(3, of=positive), label_smoothing=0.2)) for r in ["mean", "sum", "none"]],
    ("F.crossEntropy", [T(2, 3, 2), I([[0, 2], [1, 1]])], dict(label_smoothing=0.1)), ("F.crossEntropy", [T(2, 3), T(2, 3, of=unit)], dict(label_smoothing=0.1, weight=C(3, of=positive))), ("F.crossEntropy", [T(2, 3, 2), C(2, 3, 2, of=unit)], {}),
    ("F.binaryCrossEntropy", [T(3, 2, of=unit), T(3, 2, of=unit)], {}), ("F.binaryCrossEntropy", [T(3, 2, of=unit), C(3, 2, of=unit)], dict(weight=C(2, of=positive), reduction="sum")), ("F.binaryCrossEntropyWithLogits", [T(3, 2), T(3, 2, of=unit)], {}),
    ("F.binaryCrossEntropyWithLogits", [T(3, 2), C(3, 2, of=unit)], dict(pos_weight=C(2, of=positive), weight=C(3, 2, of=positive))),
    *[("F.klDiv", [T(3, 4), T(3, 4, of=unit)], dict(reduction=r)) for r in ["mean", "sum", "none", "batchmean"]], ("F.klDiv", [T(3, 4), T(3, 4)], dict(log_target=True, reduction="sum")),
    ("F.gaussianNllLoss", [T(3, 4), T(3, 4), T(3, 4, of=positive)], {}), ("F.gaussianNllLoss", [T(3, 4), T(3, 4), T(3, 1, of=positive)], dict(full=True, reduction="sum")), ("F.poissonNllLoss", [T(3, 4), C(3, 4, of=positive)], {}), ("F.poissonNllLoss", [T(3, 4, of=positive), C(3, 4, of=lambda x: x.abs() * 3)], dict(log_input=False, full=True)),
    ("F.hingeEmbeddingLoss", [T(3, 4), C(3, 4, of=one)], dict(margin=0.7)), ("F.marginRankingLoss", [T(4), T(4), C(4, of=one)], dict(margin=0.3)), ("F.softMarginLoss", [T(3, 4), C(3, 4, of=one)], {}),
    ("F.multiMarginLoss", [T(3, 4), I([0, 2, 3])], {}), ("F.multiMarginLoss", [T(3, 4), I([0, 2, 3])], dict(p=2, margin=0.5, weight=C(4, of=positive), reduction="sum")), ("F.multiMarginLoss", [T(4), I(2)], {}),
    ("F.multilabelMarginLoss", [T(2, 4), I([[3, 0, -1, 1], [1, -1, 0, 2]])], {}), ("F.multilabelSoftMarginLoss", [T(3, 4), C(3, 4, of=lambda x: (x > 0).double())], dict(weight=C(4, of=positive))),
    ("F.tripletMarginLoss", [T(3, 4), T(3, 4), T(3, 4)], {}), ("F.tripletMarginLoss", [T(3, 4), T(3, 4), T(3, 4)], dict(swap=True, margin=2.0, p=1.5, reduction="none")), ("F.cosineEmbeddingLoss", [T(4, 3), T(4, 3), C(4, of=one)], dict(margin=0.1)),
    # what an index picked counts how often
    ("F.embedding", [I([[0, 1], [1, 1]]), T(3, 2)], dict(scale_grad_by_freq=True)),
    ("F.embedding", [I([[0, 1], [2, 0]]), T(3, 2)], dict(scale_grad_by_freq=True, padding_idx=0)),
    # connectionist temporal classification
    *[("F.ctcLoss", [T(6, 2, 4, of=logs), I([[1, 2, 2], [3, 1, 0]]), I([6, 5]), I([3, 2])], dict(reduction=r)) for r in ("none", "mean", "sum")],
    ("F.ctcLoss", [T(5, 3, 4, of=logs), I([1, 3, 0, 0, 2]), I([5, 4, 3]), I([2, 0, 3])], dict(blank=3 - 1, reduction="none", zero_infinity=True)),
    ("F.ctcLoss", [T(5, 4, of=logs), I([1, 3]), I(5), I(2)], {}),
    ("F.ctcLoss", [T(2, 1, 4, of=logs), I([[1, 1, 1]]), I([2]), I([3])], dict(zero_infinity=True)),
    ("F.ctcLoss", [T(2, 1, 4, of=logs), I([[1]]), I([3]), I([1])], {}),
    ("F.ctcLoss", [T(2, 1, 4, of=logs), I([[1]]), I([2]), I([1])], dict(blank=4)),
    ("F.ctcLoss", [T(2, 2, 4, of=logs), I([[1], [1]]), I([2]), I([1, 1])], {}),
    ("F.ctcLoss", [T(2, 2, 4, of=logs), I([[1], [1]]), I([2, 2]), I([1])], {}),
    ("F.ctcLoss", [T(2, 1, 4, of=logs), I([[1]]), I([2]), I([2])], {}),
    ("F.ctcLoss", [T(4, 2, 4, of=logs), I([1, 2, 3]), I([4, 4]), I([1, 1])], {}),
    # a linear map and cross entropy in one
    ("F.linearCrossEntropy", [T(3, 4), T(5, 4), I([0, 4, 2])], {}),
    ("F.linearCrossEntropy", [T(3, 4), T(5, 2, 4), I([[0, 4], [2, 1], [3, 3]])], dict(linear_bias=T(5, 2), weight=C(5, of=positive), reduction="sum", ignore_index=3)),
    ("F.linearCrossEntropy", [T(4), T(5, 4), I(2)], dict(label_smoothing=0.1)),
    ("F.linearCrossEntropy", [T(3, 4), T(5, 4), C(3, 5, of=shares)], dict(reduction="none")),
    ("F.linearCrossEntropy", [T(3, 4), T(5, 3), I([0, 4, 2])], {}),
    ("F.linearCrossEntropy", [T(3, 4), T(5, 4), I([0, 4, 2])], dict(linear_bias=T(4))),
    ("F.linearCrossEntropy", [T(4), T(5, 2, 4), I([0, 4])], {}),
    ("F.linearCrossEntropy", [T(1, 3, 4), T(5, 4), I([0])], {}),
    ("F.linearCrossEntropy", [T(3, 4), T(5, 4), C(3, 5, of=shares)], dict(ignore_index=1)),
    # sums of products
    *[("einsum", [equation, *[T(*shape) for shape in shapes]], {}) for equation, shapes in [
        ("ij,jk->ik", [(2, 3), (3, 4)]), ("ij,jk", [(2, 3), (3, 4)]), ("bij,bkj->bik", [(2, 2, 3), (2, 4, 3)]), ("i,j->ij", [(2,), (3,)]), ("i,i", [(3,), (3,)]), ("ii", [(3, 3)]), ("ii->i", [(3, 3)]), ("ij->ji", [(2, 3)]), ("ij->", [(2, 3)]), ("ba", [(2, 3)]),
        ("...ij,...jk->...ik", [(2, 1, 2, 3), (4, 3, 2)]), ("b...,b...->b", [(2, 3, 2), (2, 3, 2)]), ("ij...->j...", [(2, 3, 2)]), ("i...", [(2, 3)]), ("bn,anm,bm->ba", [(2, 3), (4, 3, 2), (2, 2)]), ("iij,jk->ik", [(2, 2, 3), (3, 2)]), ("ij,ij->ij", [(2, 3), (1, 3)]), (" i j , j k -> i k ", [(2, 3), (3, 2)]), ("aB,Bc->ac", [(2, 3), (3, 2)]), ("ijk,il->jkl", [(2, 3, 2), (2, 3)]), ("ij,kl->ijkl", [(2, 1), (2, 2)]),
        ("ij,jk->ik", [(2, 3)]), ("ij->ij", [(2, 3), (2, 3)]), ("ij,jk->ik", [(2, 3), (4, 2)]), ("ijk->i", [(2, 3)]), ("i->i", [(2, 3)]), ("ii->i", [(2, 3)]), ("ij->ijj", [(2, 3)]), ("ij->k", [(2, 3)]), ("i.j->i", [(2, 3)]), ("...i...->i", [(2, 3)]), ("i1->i", [(2, 3)])]],
    # in bags only where all rows are picked equally often: else the CPU kernel takes the count of another row
    ("F.embeddingBag", [I([[0, 1], [1, 0]]), T(3, 2)], dict(mode="sum", scale_grad_by_freq=True, per_sample_weights=T(2, 2))), ("F.embeddingBag", [I([[0, 1, 2], [2, 0, 1]]), T(4, 2)], dict(scale_grad_by_freq=True, padding_idx=1)), ("F.embeddingBag", [I([[0, 1]]), T(3, 2)], dict(mode="max", scale_grad_by_freq=True)),
    # images sampled at places, some of them outside
    *[("F.gridSample", [T(2, 2, 3, 4), T(2, 3, 2, 2)], dict(mode=mode, padding_mode=padding, align_corners=corners))
      for mode in ("bilinear", "nearest", "bicubic") for padding in ("zeros", "border", "reflection") for corners in (True, False)],
    *[("F.gridSample", [T(1, 2, 3, 2, 4), T(1, 2, 2, 2, 3)], dict(mode=mode, padding_mode=padding, align_corners=corners))
      for mode in ("bilinear", "nearest") for padding, corners in (("zeros", False), ("border", True), ("reflection", False))],
    ("F.gridSample", [T(1, 1, 1, 3), T(1, 2, 2, 2)], dict(padding_mode="reflection", align_corners=True)), ("F.gridSample", [T(1, 2, 3, 3), C(1, 2, 2, 2)], dict(align_corners=False)),
    ("F.gridSample", [T(1, 2, 3, 3), T(1, 2, 2, 2)], dict(mode="cubic", align_corners=False)), ("F.gridSample", [T(1, 2, 3, 3), T(1, 2, 2, 2)], dict(padding_mode="edge", align_corners=False)),
    *[("F.gridSample", [T(*x), T(*grid)], dict(align_corners=False)) for x, grid in [((2, 3, 3), (1, 2, 2)), ((1, 2, 3, 3), (2, 2, 2, 2)), ((1, 2, 3, 3), (1, 2, 2, 3)), ((1, 2, 3, 3), (1, 2, 2))]],
    ("F.gridSample", [T(1, 1, 2, 2, 2), T(1, 2, 2, 2, 3)], dict(mode="bicubic", align_corners=False)),
    ("F.affineGrid", [T(2, 2, 3), [2, 1, 3, 4], False], {}), ("F.affineGrid", [T(1, 2, 3), [1, 1, 1, 3], True], {}), ("F.affineGrid", [T(1, 3, 4), [1, 1, 2, 3, 2], False], {}), ("F.affineGrid", [T(1, 3, 4), [1, 1, 2, 3, 2], True], {}),
    ("F.affineGrid", [T(1, 2, 3), [1, 1, 0, 2], False], {}), ("F.affineGrid", [T(2, 3), [1, 1, 2, 2], False], {}), ("F.affineGrid", [I([[[1, 0, 0], [0, 1, 0]]]), [1, 1, 2, 2], False], {}), ("F.affineGrid", [T(1, 3, 4), [1, 1, 2, 2], False], {}), ("F.affineGrid", [T(2, 2, 3), [1, 1, 2, 2], False], {}),
    *[("F.pdist", [T(4, 3), p], {}) for p in (0.0, 1.0, 2.0, 3.0, 1.5, float("inf"))], ("F.pdist", [T(1, 3)], {}), ("F.pdist", [T(values=[[1.0, 2.0], [1.0, 2.0], [0.0, 2.0]])], {}), ("F.pdist", [T(3)], {}), ("F.pdist", [T(3, 2), -1.0], {}),
    # picking and placing by an index: what does not fit, what is a scalar, what is empty
    *[(f"t.{name}", [T(2, 3), dim, index, *source], {}) for name, source in [("gather", []), ("scatter", [1.5]), ("scatter", [C(2, 3)]), ("scatterAdd", [C(2, 3)])] for dim, index in [
        (1, I([[0], [0], [0]])), (0, I([[0, 0, 0, 0]])), (0, I([[0, 1], [1, 0], [1, 1]])), (0, I([0, 0])), (0, I([[0, 2]])), (0, I([[-1, 0]])), (1, C(1, 1)), (2, I([[0]])), (0, J([[1, 0]])), (1, I(0))]],
    ("t.gather", [T(values=2.0), 0, I(0)], {}), ("t.gather", [T(values=2.0), 0, I([0, 0])], {}), ("t.gather", [T(values=[2.0]), 0, I(0)], {}), ("t.gather", [T(values=2.0), 0, I(1)], {}), ("t.indexSelect", [T(values=2.0), 0, I([0])], {}), ("t.indexSelect", [T(values=2.0), 0, I([0, 0])], {}),
    ("t.gather", [C(2, 3), 0, I([])], {}), ("t.scatter", [C(2, 3), 0, I([]), C(1)], {}), ("t.scatterAdd", [C(2, 3), 0, I([]), C(1)], {}),
    ("t.scatter", [T(values=2.0), 0, I(0), T(values=3.0)], {}), ("t.scatterAdd", [T(values=2.0), 0, I([0, 0]), T(2)], {}), ("t.scatter", [T(2, 3), 1, I([[0, 1]]), T(values=3.0)], {}), ("t.scatter", [T(2, 3), 1, I([[0, 1]]), T(1, 1)], {}),
    ("t.indexSelect", [T(2, 3), 1, I([[1]])], {}), ("t.indexSelect", [T(2, 3), 1, C(1)], {}), ("t.indexSelect", [T(2, 3), 1, J([2, 0])], {}),
    ("F.lpPool1d", [T(1, 2, 5), float("inf"), 2], {}), ("F.lpPool2d", [T(1, 2, 4, 5), float("inf"), 2], dict(stride=1)), ("F.avgPool3d", [T(1, 1, 2, 4, 3), [3, 1, 1]], dict(padding=[1, 0, 0])), ("F.crossEntropy", [T(2, 3), T(2, 3, of=unit)], dict(ignore_index=0)),
    ("t.isfinite", [C(2)], {}), ("t.isfinite", [I([1, 2])], {}), ("t.isfinite", [M([True])], {}), ("F.nllLoss", [C(3), I([2])], dict(reduction="none")), ("F.nllLoss", [T(3), I([2, 1])], {}), ("F.nllLoss", [T(2, 3), I([1])], {}), ("F.softMarginLoss", [T(2, 1), C(2, 3, of=one)], {}),
]

# Where the engine's name in snake case is not PyTorch's.
NAMES = {
    "F.max_pool1d_with_indices": lambda *a, **k: F.max_pool1d(*a, return_indices=True, **k),
    "F.max_pool2d_with_indices": lambda *a, **k: F.max_pool2d(*a, return_indices=True, **k),
    "F.max_pool3d_with_indices": lambda *a, **k: F.max_pool3d(*a, return_indices=True, **k),
    "F.adaptive_max_pool2d_with_indices": lambda *a, **k: F.adaptive_max_pool2d(*a, return_indices=True, **k),
    "F.channel_shuffle": torch.channel_shuffle,
}
ENGINE_OPTIONS = {"_random_samples": "randomSamples", "enable_gqa": "enableGqa"}


def snake(name):
    text = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    for dimension in "123":
        text = text.replace(f"_{dimension}d", f"{dimension}d")
    return text


def camel(name):
    head, *rest = name.split("_")
    return ENGINE_OPTIONS.get(name, head + "".join(part.capitalize() for part in rest))


def function_of(name):
    if snake(name) in NAMES:
        return NAMES[snake(name)]
    if name.startswith("F."):
        return getattr(F, snake(name[2:]))
    if name.startswith("t."):
        return lambda x, *rest, **options: getattr(x, snake(name[2:]))(*rest, **options)
    return getattr(torch, snake(name))


def rounded(tensor):
    def one_of(value):
        if isinstance(value, list):
            return [one_of(part) for part in value]
        if isinstance(value, float):
            return value if value != value or abs(value) == float("inf") else float(f"{value:.10g}")
        return value

    return one_of(tensor.detach().tolist())


def record_rows():
    torch.manual_seed(9)
    rows = []
    for name, arguments, options in ROWS:
        tensors = []

        def placed(value):
            if not isinstance(value, T):
                return value, value
            tensor = value.make()
            tensors.append(tensor)
            return tensor, {"$": len(tensors) - 1}

        pairs = [placed(value) for value in arguments]
        named = {key: placed(value) for key, value in options.items()}
        inputs = [{"dtype": str(t.dtype).split(".")[1], "grad": t.requires_grad, "values": rounded(t)} for t in tensors]
        row = {"call": name, "inputs": inputs, "args": ["Infinity" if pair[1] == float("inf") else pair[1] for pair in pairs], "options": {camel(key): pair[1] for key, pair in named.items()}}
        try:
            result = function_of(name)(*[pair[0] for pair in pairs], **{key: pair[0] for key, pair in named.items()})
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            rows.append({**row, "error": f"{type(error).__name__}: {error}".split("\n")[0]})
            continue
        outputs = list(result) if isinstance(result, (tuple, list)) else [result]
        row["outputs"] = [rounded(output) for output in outputs]
        smooth = [output for output in outputs if output.requires_grad]
        weights = [(torch.randn(output.shape, dtype=torch.float64) * 100).round() / 100 for output in smooth]
        if smooth:
            sum((output * weight).sum() for output, weight in zip(smooth, weights)).backward()
        row["weights"] = [rounded(weight) for weight in weights]
        row["grads"] = [None if t.grad is None else rounded(t.grad) for t in tensors]
        # What the call wrote: running statistics, renormalised tables.
        row["after"] = [rounded(t) for t in tensors]
        rows.append(row)
    return rows
