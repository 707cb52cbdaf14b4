"""Runs the cases of fixtures/keras on Keras with its torch backend and writes down what they violated, to `<case>.truth.json` beside each.

Usage: python tools/record-keras-truth.py [--check] [CASE ...]     (needs keras 3 and torch)

Keras and its layers are the library's own; `import tensorflow` gives a stand-in that is made of them (`truth/tensorflow_in_keras.py` says what it is and is not).
What is watched: every layer of Keras that depends on the mode, with the mode that Keras has found for the call; every call of a layer that the case itself makes while a tape is
open; and every draw of random numbers that the case itself makes. From that follow, with the line of the case:

* `require-training-option`: a model was called while a tape was open, a layer in it that depends on the mode ran in inference, without having
  been told so when the model was put together, and no call under that tape ran one in training;
* `randomness`: a layer of the case drew random numbers in a call that is not in training mode.

With `--check` nothing is written; the exit code says whether the files on disk are what a run gives.
"""
import argparse
import contextlib
import functools
import hashlib
import io
import json
import os
import pathlib
import sys
import warnings

os.environ["KERAS_BACKEND"] = "torch"
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
warnings.simplefilter("ignore")

import keras  # pylint: disable=wrong-import-position -- the backend is chosen before

from truth import tensorflow_in_keras  # pylint: disable=wrong-import-position

CASES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "keras" / "cases"
RATES = {
    "Dropout": ("rate",), "SpatialDropout1D": ("rate",), "SpatialDropout2D": ("rate",), "GaussianDropout": ("rate",), "AlphaDropout": ("rate",), "GaussianNoise": ("stddev",),
    "LSTM": ("dropout", "recurrent_dropout"), "GRU": ("dropout", "recurrent_dropout"), "SimpleRNN": ("dropout", "recurrent_dropout"), "MultiHeadAttention": ("dropout", "_dropout"),
    "BatchNormalization": (), "RandomFlip": (), "RandomContrast": (),
}


class Watch:
    """What one run shows."""

    def __init__(self):
        self.file = None
        self.violations = []
        self.tapes = []
        self.roots = []
        # Layers that run, and those that were told their mode when a model was put together: `base(inputs, training=False)`.
        self.running, self.told = [], set()

    def place(self):
        """The line of the case that is the nearest caller, if nothing but this tool is in between; else None."""
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename in (__file__, tensorflow_in_keras.__file__):
            frame = frame.f_back
        return frame.f_lineno if frame is not None and frame.f_code.co_filename == self.file else None

    def tell(self, rule, line):
        if {"rule": rule, "line": line} not in self.violations:
            self.violations.append({"rule": rule, "line": line})

    def opened(self):
        self.tapes.append([])

    def closed(self):
        """A call that is told makes the others of its tape targets."""
        roots = self.tapes.pop()
        if not any(root["awake"] for root in roots):
            for root in roots:
                if root["asleep"]:
                    self.tell("require-training-option", root["line"])

    def ran(self, layer, training):
        """A layer that depends on the mode runs."""
        rates = RATES[type(layer).__name__]
        if (rates and not any(getattr(layer, rate, 0) for rate in rates)) or (type(layer).__name__ == "BatchNormalization" and not layer.trainable):
            return
        for root in self.roots:
            if training or self.told.isdisjoint(self.running):
                root["awake" if training else "asleep"] = True

    @contextlib.contextmanager
    def root(self, line):
        """A call that the case makes of a layer, while a tape is open."""
        if line is None or not self.tapes or self.roots:
            yield
            return
        root = {"line": line, "awake": False, "asleep": False}
        self.roots.append(root)
        self.tapes[-1].append(root)
        try:
            yield
        finally:
            self.roots.pop()

    @contextlib.contextmanager
    def inside(self, layer):
        self.running.append(layer)
        try:
            yield
        finally:
            self.running.pop()

    def drew(self):
        """The case draws random numbers; in a call of a layer the mode is that which Keras has found."""
        line, context = self.place(), keras.src.backend.common.global_state.get_global_attribute("current_call_ctx")
        if line is not None and context is not None and not context.get_value("training"):
            self.tell("randomness", line)


WATCH = Watch()


def drawing(function):
    @functools.wraps(function)
    def watched(*args, **kwargs):
        WATCH.drew()
        return function(*args, **kwargs)
    return watched


def dropping(function):
    """A rate of 0 draws nothing."""
    @functools.wraps(function)
    def watched(inputs, rate, *args, **kwargs):
        if rate:
            WATCH.drew()
        return function(inputs, rate, *args, **kwargs)
    return watched


def watch_layers():
    call = keras.layers.Layer.__call__

    @functools.wraps(call)
    def called(self, *args, **kwargs):
        symbolic = any(isinstance(item, keras.KerasTensor) for item in keras.tree.flatten((args, kwargs)))
        if symbolic and WATCH.place() is not None and kwargs.get("training") is not None:
            WATCH.told.add(self)
        with WATCH.root(None if symbolic else WATCH.place()), WATCH.inside(self):
            return call(self, *args, **kwargs)

    keras.layers.Layer.__call__ = called
    for name in RATES:
        watch_layer(getattr(keras.layers, name))


def watch_layer(cls):
    inner = cls.call

    @functools.wraps(inner)
    def run(self, *args, **kwargs):
        WATCH.ran(self, kwargs.get("training"))
        return inner(self, *args, **kwargs)

    cls.call = run


def record(case):
    text = case.read_text(encoding="utf-8").replace("\r\n", "\n")
    keras.utils.set_random_seed(0)
    keras.backend.clear_session()
    WATCH.__init__()
    WATCH.file = str(case)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, str(case), "exec"), {"__name__": "__main__", "__file__": str(case)})
    violations = sorted(WATCH.violations, key=lambda item: (item["line"], item["rule"]))
    return {"keras": keras.__version__, "backend": keras.backend.backend(), "sha256": hashlib.sha256(text.encode()).hexdigest(), "violations": violations}


def main():
    parser = argparse.ArgumentParser(description="Record what the cases of fixtures/keras do on Keras with its torch backend.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs from a fresh run")
    parser.add_argument("cases", nargs="*", help="files; all cases if left out")
    options = parser.parse_args()
    keras.config.disable_traceback_filtering()
    keras.random.normal, keras.random.uniform, keras.random.dropout = drawing(keras.random.normal), drawing(keras.random.uniform), dropping(keras.random.dropout)
    tensorflow_in_keras.install()
    tensorflow_in_keras.GradientTape.opened, tensorflow_in_keras.GradientTape.closed = staticmethod(WATCH.opened), staticmethod(WATCH.closed)
    watch_layers()
    differ = 0
    for case in [pathlib.Path(name).resolve() for name in options.cases] or sorted(CASES.glob("*.py")):
        target, written = case.with_suffix(".truth.json"), json.dumps(record(case), indent=2) + "\n"
        if target.exists() and target.read_text(encoding="utf-8") == written:
            continue
        differ += 1
        print(f"{'differs' if options.check else 'recorded'}: {case.name}", file=sys.stderr)
        if not options.check:
            target.write_text(written, encoding="utf-8")
    print(f"{differ} {'differ' if options.check else 'recorded anew'}; Keras {keras.__version__} on {keras.backend.backend()}", file=sys.stderr)
    sys.exit(1 if options.check and differ else 0)


if __name__ == "__main__":
    main()
