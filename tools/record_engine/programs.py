"""Random programs over tensors on PyTorch: for packages/engine to be held against, step by step, with its views, in-place writes, types, refusals and gradients.

Usage: python tools/record_engine/programs.py                              records packages/engine/tests/recorded/programs.json (needs torch)
       python tools/record_engine/programs.py --first 1000 --count 20000 --out programs.json   others, for `PROGRAMS=programs.json node node_modules/vitest/vitest.mjs run packages/engine/tests/programs.test.ts`
"""
import argparse
import json
import pathlib
import warnings

import torch

from program import Program, Skip
from program_steps import STEPS, WEIGHTS
from record import TARGET


# Seeds beyond the recorded range that the engine once got wrong.
KEPT = [700912, 701279]


def program(seed):
    made = Program(seed)
    for _ in range(made.random.randint(1, 3)):
        try:
            made.leaf()
        except Skip:
            pass
    wanted = made.random.randint(2, 8)
    for _ in range(30):
        if len(made.steps) == wanted:
            break
        try:
            made.random.choices(STEPS, WEIGHTS)[0](made)
        except Skip:
            pass
    return made.recorded()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--count", type=int, default=400)
    options.add_argument("--out", type=pathlib.Path, default=TARGET / "programs.json")
    given = options.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    lines = []
    for seed in [*range(given.first, given.first + given.count), *([] if given.first else KEPT)]:
        try:
            lines.append(json.dumps(program(seed), separators=(",", ":"), allow_nan=False))
        except RuntimeError:
            # Of views that `split` gave together, those whose memory was written to cannot even be asked whether they require a gradient.
            pass
    programs = ",\n".join(lines)
    given.out.write_text(f'{{"torch":"{torch.__version__.split("+")[0]}","programs":[\n{programs}\n]}}\n')
