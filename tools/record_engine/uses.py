"""Random uses of layers, losses, functions, optimizers and schedules on PyTorch, for packages/engine to be held against.

Usage: python tools/record_engine/uses.py                          records packages/engine/tests/recorded/uses.json (needs torch)
       python tools/record_engine/uses.py --first 1000 --count 5000 --out uses.json   others, for `USES=uses.json node node_modules/vitest/vitest.mjs run packages/engine/tests/uses.test.ts`
"""
import argparse
import json
import pathlib
import warnings

import torch

from draw import Skip
from function_uses import function_use
from layer_uses import adaptive_use, layer_use
from loss_uses import loss_use
from record import TARGET
from training_uses import optimizer_use, schedule_use

KINDS = {"function": function_use, "adaptive": adaptive_use, "layer": layer_use, "loss": loss_use, "optimizer": optimizer_use, "schedule": schedule_use}
# Seeds beyond the recorded range that the engine once got wrong.
KEPT = [21161, 23263]
ORDER = ["layer", "layer", "layer", "loss", "loss", "optimizer", "schedule"]


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--count", type=int, default=350)
    options.add_argument("--kind", choices=KINDS)
    options.add_argument("--out", type=pathlib.Path, default=TARGET / "uses.json")
    given = options.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    drawn = [(given.kind or ORDER[seed % len(ORDER)], seed) for seed in range(given.first, given.first + given.count)]
    if given.first == 0 and given.kind is None:
        drawn += [*((ORDER[seed % len(ORDER)], seed) for seed in KEPT), *(("function", seed) for seed in range(90)), *(("adaptive", seed) for seed in range(10))]
    lines = []
    for kind, seed in drawn:
        try:
            lines.append(json.dumps(KINDS[kind](seed), separators=(",", ":"), allow_nan=False))
        except Skip:
            pass
    text = ",\n".join(lines)
    given.out.write_text(f'{{"torch":"{torch.__version__.split("+")[0]}","uses":[\n{text}\n]}}\n')
