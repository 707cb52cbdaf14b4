"""What the recording scripts of this folder share: where the files go, and how values, names and errors are written."""
import json
import pathlib
import re

import torch

TARGET = pathlib.Path(__file__).resolve().parent.parent.parent / "packages" / "engine" / "tests" / "recorded"


def write(name, content):
    """Writes packages/engine/tests/recorded/<name>.json with the torch version that made it (without the build's suffix)."""
    TARGET.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"torch": torch.__version__.split("+")[0], **content}, separators=(",", ":"), allow_nan=False)
    # One line per case of a list keeps the difference between two recordings readable.
    (TARGET / f"{name}.json").write_text(re.sub(r'(\},|\[)(?=\{")', r"\1\n", text) + "\n")


def values(tensor):
    """A tensor as nested numbers; what is not finite as a string."""
    def plain(value):
        if isinstance(value, list):
            return [plain(part) for part in value]
        if isinstance(value, float) and value != value:
            return "nan"
        return value if not isinstance(value, float) or abs(value) != float("inf") else ("inf" if value > 0 else "-inf")

    return plain(tensor.detach().tolist())


def rounded(tensor):
    """As `values`, to eight digits: for what is compared with a tolerance."""
    def short(value):
        if isinstance(value, list):
            return [short(part) for part in value]
        return float(f"{value:.8g}") if isinstance(value, float) else value

    return short(values(tensor))


def camel(settings):
    """Settings under the engine's names: `weight_decay` is `weightDecay`, `T_mult` is `tMult`."""
    def name(key):
        first, *rest = key.split("_")
        return first.lower() + "".join(part[0].upper() + part[1:] for part in rest)

    return {name(key): list(value) if isinstance(value, tuple) else value for key, value in settings.items()}


def message(function):
    """`ValueError: …`: class and text of the error that `function` raises."""
    try:
        function()
    except Exception as error:  # noqa: BLE001 - whatever it is, its text is what is recorded
        return f"{type(error).__name__}: {error}"
    raise AssertionError("no error")
