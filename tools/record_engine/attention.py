"""Records what PyTorch's attention and transformer layers compute, for packages/engine/tests/attention.test.ts.

Usage: python tools/record_engine/attention.py          (needs torch; the tests themselves do not)

Writes packages/engine/tests/recorded/attention.json. Every case is run three ways: training mode with dropout 0, evaluation mode with gradients,
and evaluation mode without (the fused path, where it may be taken).
"""
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F

from record import camel, message, rounded, values, write

X = dict(batch_first=True)
PADDED = [[False, False, False], [False, False, True]]
WHOLE_ROW = [[False, False, False], [True, True, True]]
GAP = [[True, False, False], [False, False, True]]
CAUSAL = [[False, True, True], [False, False, True], [False, False, False]]

ATTENTIONS = [
    # (settings, shapes of query, key, value (one shape: self-attention), options of the call)
    (dict(), [(3, 2, 4)], {}),
    (dict(X), [(2, 3, 4)], {}),
    (dict(), [(3, 4)], {}),
    (dict(bias=False), [(3, 2, 4)], dict(need_weights=False)),
    (dict(X), [(2, 3, 4)], dict(average_attn_weights=False, key_padding_mask=PADDED)),
    (dict(X), [(2, 3, 4)], dict(key_padding_mask=WHOLE_ROW)),
    (dict(X), [(2, 3, 4)], dict(key_padding_mask=WHOLE_ROW, need_weights=False)),
    (dict(X), [(2, 3, 4)], dict(attn_mask=CAUSAL, is_causal=True, need_weights=False)),
    (dict(), [(3, 2, 4)], dict(attn_mask=CAUSAL, key_padding_mask=PADDED)),
    (dict(add_bias_kv=True), [(3, 2, 4)], dict(attn_mask=CAUSAL)),
    (dict(add_zero_attn=True, add_bias_kv=True), [(3, 2, 4)], dict(key_padding_mask=PADDED)),
    (dict(), [(2, 2, 4), (3, 2, 4)], {}),
    (dict(), [(2, 2, 4), (3, 2, 4), (3, 2, 4)], {}),
    (dict(kdim=5, vdim=6), [(2, 2, 4), (3, 2, 5), (3, 2, 6)], dict(key_padding_mask=PADDED)),
]

LAYERS = [
    # (class, settings, options of the call, inputs)
    ("TransformerEncoderLayer", dict(X), {}, [(2, 3, 4)]),
    ("TransformerEncoderLayer", dict(X, norm_first=True, activation="gelu"), {}, [(2, 3, 4)]),
    ("TransformerEncoderLayer", dict(), dict(src_mask=CAUSAL), [(3, 2, 4)]),
    ("TransformerEncoderLayer", dict(X), dict(src_key_padding_mask=WHOLE_ROW), [(2, 3, 4)]),
    ("TransformerEncoderLayer", dict(X, bias=False), dict(src_key_padding_mask=PADDED), [(2, 3, 4)]),
    ("TransformerEncoderLayer", dict(), {}, [(3, 4)]),
    ("TransformerDecoderLayer", dict(), {}, [(3, 2, 4), (2, 2, 4)]),
    ("TransformerDecoderLayer", dict(X, norm_first=True), dict(tgt_mask=CAUSAL), [(2, 3, 4), (2, 2, 4)]),
    ("TransformerEncoder", dict(X), dict(src_key_padding_mask=PADDED), [(2, 3, 4)]),
    ("TransformerEncoder", dict(X), dict(src_key_padding_mask=WHOLE_ROW), [(2, 3, 4)]),
    ("TransformerEncoder", dict(X), dict(src_key_padding_mask=GAP), [(2, 3, 4)]),
    ("TransformerEncoder", dict(X), dict(mask=CAUSAL, src_key_padding_mask=PADDED), [(2, 3, 4)]),
    ("TransformerEncoder", dict(), dict(mask=CAUSAL), [(3, 2, 4)]),
    ("TransformerDecoder", dict(), dict(tgt_mask=CAUSAL), [(3, 2, 4), (2, 2, 4)]),
    ("Transformer", dict(), {}, [(3, 2, 4), (2, 2, 4)]),
    ("Transformer", dict(X), dict(src_key_padding_mask=PADDED, memory_key_padding_mask=PADDED), [(2, 3, 4), (2, 2, 4)]),
]


def flat(result):
    return [result] if torch.is_tensor(result) else [part for part in result if part is not None]


def randomize(module):
    """Values away from the zeros and ones that layers start with."""
    generator = torch.Generator().manual_seed(31)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.2)


def runs(module, inputs, options):
    def call():
        # eslint-disable-next-line modeguard/require-no-grad -- without gradients the fused path would run, which is recorded by itself
        return flat(module(*inputs, **{k: torch.tensor(v) if isinstance(v, list) else v for k, v in options.items()}))

    trail = {"inputs": [rounded(t) for t in dict.fromkeys(inputs)], "state": {k: rounded(v) for k, v in module.state_dict().items()}}
    module.train()
    outputs = call()
    weights = [torch.randn(t.shape) for t in outputs]
    trail["outputs"] = [rounded(t) for t in outputs]
    if not any(t.isnan().any() for t in outputs):
        sum((t * w).sum() for t, w in zip(outputs, weights)).backward()
        trail["weights"] = [rounded(w) for w in weights]
        trail["grads"] = [rounded(t.grad) for t in [*dict.fromkeys(inputs), *module.parameters()]]
    module.eval()
    trail["eval"] = [rounded(t) for t in call()]
    with torch.no_grad():
        trail["fused"] = [rounded(t) for t in call()]
    return trail


def attentions():
    cases = []
    for settings, shapes, options in ATTENTIONS:
        torch.manual_seed(32)
        module = nn.MultiheadAttention(4, 2, **settings)
        start = [values(p) for p in module.parameters()]
        randomize(module)
        given = [torch.randn(shape, requires_grad=True) for shape in shapes]
        inputs = given * 3 if len(given) == 1 else [given[0], given[1], given[-1]]
        cases.append({"settings": camel(settings), "options": camel(options), "start": start, "keys": list(module.state_dict()), "which": [[id(g) for g in given].index(id(t)) for t in inputs], **runs(module, inputs, options)})
    return cases


def layers():
    cases = []
    for name, settings, options, shapes in LAYERS:
        torch.manual_seed(33)
        if name == "Transformer":
            module = nn.Transformer(4, 2, 1, 1, 5, dropout=0.0, **settings)
        else:
            layer = getattr(nn, name.replace("Encoder", "EncoderLayer").replace("Decoder", "DecoderLayer") if not name.endswith("Layer") else name)(4, 2, 5, dropout=0.0, **settings)
            module = layer if name.endswith("Layer") else getattr(nn, name)(layer, 2, norm=nn.LayerNorm(4))
        start = [values(p) for p in module.parameters()]
        randomize(module)
        inputs = [torch.randn(shape, requires_grad=True) for shape in shapes]
        cases.append({"layer": name, "settings": camel(settings), "options": camel(options), "start": start, "keys": list(module.state_dict()), **runs(module, inputs, options)})
    return cases


def messages():
    attention = nn.MultiheadAttention(4, 2)
    x = torch.ones(3, 2, 4)
    transformer = nn.Transformer(4, 2, 1, 1, 5)
    return {
        "divide": message(lambda: nn.MultiheadAttention(4, 3)),
        "positive": message(lambda: nn.MultiheadAttention(0, 2)),
        "rank": message(lambda: attention(torch.ones(4), x, x)),
        "ranks": message(lambda: attention(x, torch.ones(3, 4), x)),
        "ranksUnbatched": message(lambda: attention(torch.ones(3, 4), x, x)),
        "padding": message(lambda: attention(x, x, x, key_padding_mask=torch.ones(3, dtype=torch.bool))),
        "paddingSize": message(lambda: attention(x, x, x, key_padding_mask=torch.ones(2, 4, dtype=torch.bool))),
        "maskType": message(lambda: attention(x, x, x, attn_mask=torch.ones(3, 3, dtype=torch.int64))),
        "maskRank": message(lambda: attention(x, x, x, attn_mask=torch.ones(3))),
        "maskSize": message(lambda: attention(x, x, x, attn_mask=torch.ones(2, 3))),
        "maskSize3": message(lambda: attention(x, x, x, attn_mask=torch.ones(2, 3, 3))),
        "maskUnbatched": message(lambda: attention(x[:, 0], x[:, 0], x[:, 0], attn_mask=torch.ones(4, 3, 3))),
        "embedding": message(lambda: attention(torch.ones(3, 2, 6), torch.ones(3, 2, 6), torch.ones(3, 2, 6))),
        "keyValue": message(lambda: attention(x, x, torch.ones(2, 2, 4))),
        "causal": message(lambda: attention(x, x, x, is_causal=True)),
        "activation": message(lambda: nn.TransformerEncoderLayer(4, 2, activation="swish")),
        "batches": message(lambda: transformer(x, torch.ones(3, 1, 4))),
        "features": message(lambda: transformer(x, torch.ones(3, 2, 6))),
    }


def fast_path():
    """What keeps a call off the fused path, and what is seen of it (B12, B13)."""
    x = torch.ones(2, 3, 4)
    torch.manual_seed(34)
    layer = nn.TransformerEncoderLayer(4, 2, 16, dropout=0.5, batch_first=True).eval()
    for part in (layer.dropout, layer.dropout1, layer.dropout2):
        part.train()
    with torch.no_grad():
        fused = torch.equal(layer(x), layer(x))
    # eslint-disable-next-line modeguard/require-no-grad -- with gradients on, on purpose: that keeps the layer off the fused path
    recorded = torch.equal(layer(x), layer(x))
    layer.linear1.register_forward_hook(lambda *a: None)
    with torch.no_grad():
        hooked = torch.equal(layer(x), layer(x))
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 16, batch_first=True), 2).eval()
    encoder.layers[1].train()
    with torch.no_grad():
        mixed = message(lambda: encoder(x, src_key_padding_mask=torch.tensor(PADDED)))
    return {"fusedDeterministic": fused, "recordedDeterministic": recorded, "hookedDeterministic": hooked, "mixed": mixed, "mask": [["-inf" if v < 0 else v for v in row] for row in nn.Transformer.generate_square_subsequent_mask(3).tolist()]}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write("attention", {"attentions": attentions(), "layers": layers(), "messages": messages(), "fastPath": fast_path()})
