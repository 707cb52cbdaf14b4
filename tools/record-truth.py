"""Runs the Python cases of fixtures/ on real PyTorch and writes down what happened.

Usage: python tools/record-truth.py [--check] [CASE ...]     (needs torch 2.x and nothing else)
       python tools/record-truth.py --programs FILE          (for tools/record-generated.mjs)

For every `fixtures/cases/<theme>/<case>.py` (or only those named) the module is executed, then each callable of
its list `RUNS`, and the events go to `<case>.truth.json` beside it, together with the torch version and the hash of the
source. With `--check` nothing is written; the exit code says whether the files on disk are what a run gives. A case that is
a folder with a `main.py` is run from there; the events of its other files name the `file`.

`truth/recorder.py` says how a run is observed, `truth/witness.py` what its second run shows. Two kinds of event are told here
alone: `run`, where a declared run begins, and `repeat`, whether a root call gave the same when it was made once more.
"""
import argparse
import hashlib
import json
import pathlib
import sys
import tempfile

import torch

from truth.cases import cases_below, execute, importing, read, sources_of
from truth.recorder import Recorder, listening, renumber_scopes
from truth.witness import with_repeats, witness

CASES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "cases"


def source_hash(text):
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def events_of(case, sources):
    """What happens when the case is run as it stands."""
    recorder = Recorder(sources)
    with importing(sources, read), listening(recorder):
        execute(case, read, lambda number: recorder.events.append({"kind": "run", "number": number, "line": None}))
        recorder.scopes.finish()
        recorder.layers.finish()
    renumber_scopes(recorder.events)
    return recorder.events


def record(case):
    """The truth of one case."""
    sources = sources_of(case)
    events = events_of(case, sources)
    branches, repeats = witness(case, sources)
    text = "".join(source if source.endswith("\n") else source + "\n" for source in map(read, sources))
    return {"torch": torch.__version__.split("+")[0], "sha256": source_hash(text), "missed": branches,
            "events": with_repeats(events, repeats)}


def written(truth):
    """JSON with one event a line, so that a difference is readable."""
    events = ",\n".join("    " + json.dumps(event) for event in truth["events"])
    head = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in truth.items() if key != "events")
    return "{\n" + head + '  "events": [\n' + events + "\n  ]\n}\n"


def print_programs(sources):
    """The events of programs that are in no file of the project."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "program.py"
        results = []
        for source in sources:
            file.write_text(source, encoding="utf-8")
            results.append(events_of(file, sources_of(file)))
    print(json.dumps({"torch": torch.__version__.split("+")[0], "events": results}))


def main():
    parser = argparse.ArgumentParser(description="Record what the Python cases of fixtures/ do on real PyTorch (needs torch).")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs from a fresh run")
    parser.add_argument("--programs", metavar="FILE", help="a JSON list of sources: print the events of each, and write nothing")
    parser.add_argument("cases", nargs="*", help="files; all cases if left out")
    options = parser.parse_args()
    if options.programs is not None:
        print_programs(json.loads(read(pathlib.Path(options.programs))))
        return
    cases = [pathlib.Path(name).resolve() for name in options.cases] or cases_below(CASES)
    different = []
    for case in cases:
        text = written(record(case))
        target = case.with_suffix(".truth.json")
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue
        different.append(case)
        print(("differs: " if options.check else "recorded: ") + str(case.relative_to(CASES)))
        if not options.check:
            target.write_text(text, encoding="utf-8")
    print(f"{len(cases)} cases, {len(different)} {'differ' if options.check else 'recorded anew'}; torch {torch.__version__}")
    sys.exit(1 if options.check and different else 0)


if __name__ == "__main__":
    main()
