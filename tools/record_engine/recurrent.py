"""Records what PyTorch's recurrent layers and cells compute, for packages/engine/tests/recurrent.test.ts.

Usage: python tools/record_engine/recurrent.py          (needs torch; the tests themselves do not)

Writes packages/engine/tests/recorded/recurrent.json.
"""
import warnings

import torch
import torch.nn as nn

from record import camel, message, values, write

LAYERS = [
    # (class, settings, shape of the input, whether first states are given)
    ("RNN", dict(), (4, 2, 3), False),
    ("RNN", dict(nonlinearity="relu", num_layers=2, bidirectional=True), (4, 2, 3), True),
    ("RNN", dict(bias=False, batch_first=True), (2, 4, 3), True),
    ("RNN", dict(num_layers=2), (4, 3), True),
    ("GRU", dict(), (4, 2, 3), False),
    ("GRU", dict(num_layers=2, bidirectional=True, batch_first=True), (2, 3, 3), True),
    ("GRU", dict(bias=False), (4, 3), True),
    ("LSTM", dict(), (4, 2, 3), False),
    ("LSTM", dict(num_layers=3, bidirectional=True), (3, 2, 3), True),
    ("LSTM", dict(num_layers=2, bidirectional=True, proj_size=2), (3, 2, 3), True),
    ("LSTM", dict(proj_size=3, bias=False, batch_first=True), (2, 4, 3), False),
    ("LSTM", dict(num_layers=2, batch_first=True, bidirectional=True), (4, 3), True),
    ("LSTM", dict(num_layers=2, dropout=1.0), (4, 2, 3), False),
]


def flat(result):
    return [result] if torch.is_tensor(result) else [t for part in result for t in flat(part)]


def layers():
    cases = []
    for name, settings, shape, given in LAYERS:
        torch.manual_seed(21)
        layer = getattr(nn, name)(3, 4, **settings)
        seeded = [values(p) for p in layer.parameters()]
        x = torch.randn(shape, requires_grad=True)
        states = None
        if given:
            rows = layer.num_layers * (2 if layer.bidirectional else 1)
            batch = [] if len(shape) == 2 else [shape[0] if layer.batch_first else shape[1]]
            sizes = [layer.proj_size or 4, 4] if name == "LSTM" else [4]
            states = [torch.randn([rows, *batch, size], requires_grad=True) for size in sizes]
        hx = None if states is None else tuple(states) if name == "LSTM" else states[0]
        outputs = flat(layer(x, hx))
        weights = [torch.randn(t.shape) for t in outputs]
        sum((t * w).sum() for t, w in zip(outputs, weights)).backward()
        cases.append({
            "layer": name, "settings": camel(settings), "keys": list(layer.state_dict()), "parameters": seeded, "x": values(x),
            "states": None if states is None else [values(s) for s in states], "outputs": [values(t) for t in outputs], "weights": [values(w) for w in weights],
            "grads": [values(t.grad) for t in [x, *(states or []), *layer.parameters()]], "print": str(layer),
        })
    return cases


def cells():
    cases = []
    for name, settings, shape, given in [("RNNCell", {}, (2, 3), True), ("RNNCell", dict(nonlinearity="relu", bias=False), (3,), False), ("LSTMCell", {}, (2, 3), True), ("LSTMCell", {}, (3,), True), ("GRUCell", {}, (2, 3), False), ("GRUCell", dict(bias=False), (3,), True)]:
        torch.manual_seed(22)
        cell = getattr(nn, name)(3, 4, **settings)
        x = torch.randn(shape, requires_grad=True)
        states = [torch.randn([*shape[:-1], 4], requires_grad=True) for _ in range(2 if name == "LSTMCell" else 1)] if given else None
        outputs = flat(cell(x, None if states is None else tuple(states) if name == "LSTMCell" else states[0]))
        weights = [torch.randn(t.shape) for t in outputs]
        sum((t * w).sum() for t, w in zip(outputs, weights)).backward()
        cases.append({
            "cell": name, "settings": camel(settings), "keys": list(cell.state_dict()), "parameters": [values(p) for p in cell.parameters()], "x": values(x),
            "states": None if states is None else [values(s) for s in states], "outputs": [values(t) for t in outputs], "weights": [values(w) for w in weights],
            "grads": [values(t.grad) for t in [x, *(states or []), *cell.parameters()]], "print": str(cell),
        })
    return cases


def messages():
    lstm, gru, rnn = nn.LSTM(3, 4, 2), nn.GRU(3, 4), nn.RNN(3, 4)
    x = torch.ones(5, 2, 3)
    return {
        "rank": message(lambda: lstm(torch.ones(3))),
        "rankGru": message(lambda: gru(torch.ones(3))),
        "rankRnn": message(lambda: rnn(torch.ones(1, 1, 1, 3))),
        "width": message(lambda: lstm(torch.ones(5, 2, 7))),
        "dtype": message(lambda: lstm(x.double())),
        "hiddenRank": message(lambda: lstm(x, (torch.ones(2, 4), torch.ones(2, 4)))),
        "hiddenRankGru": message(lambda: gru(x, torch.ones(1, 4))),
        "hiddenRankUnbatched": message(lambda: rnn(x[:, 0], torch.ones(1, 1, 4))),
        "hiddenRankUnbatchedLstm": message(lambda: lstm(x[:, 0], (torch.ones(2, 1, 4), torch.ones(2, 1, 4)))),
        "hiddenSize": message(lambda: gru(x, torch.ones(1, 3, 4))),
        "hiddenSizeLstm": message(lambda: lstm(x, (torch.ones(2, 2, 4), torch.ones(2, 2, 5)))),
        "dropout": message(lambda: nn.LSTM(3, 4, 2, dropout=1.5)),
        "layers": message(lambda: nn.LSTM(3, 4, 0)),
        "projection": message(lambda: nn.LSTM(3, 4, proj_size=4)),
        "nonlinearity": message(lambda: nn.RNN(3, 4, nonlinearity="gelu")),
        "empty": message(lambda: lstm(torch.ones(0, 2, 3))),
        "cellRank": message(lambda: nn.GRUCell(3, 4)(torch.ones(1, 1, 3))),
        "cellHiddenRank": message(lambda: nn.LSTMCell(3, 4)(torch.ones(1, 3), (torch.ones(1, 4), torch.ones(1, 1, 4)))),
        "cellWidth": message(lambda: nn.GRUCell(3, 4)(torch.ones(1, 5))),
        "cellBatch": message(lambda: nn.GRUCell(3, 4)(torch.ones(2, 3), torch.ones(1, 4))),
        "cellHidden": message(lambda: nn.GRUCell(3, 4)(torch.ones(2, 3), torch.ones(2, 5))),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write("recurrent", {"layers": layers(), "cells": cells(), "messages": messages()})
