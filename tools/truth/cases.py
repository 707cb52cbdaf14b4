"""The files of a case, and how they are executed."""
import contextlib
import importlib.abc
import importlib.util
import io
import pathlib
import sys

import torch


def cases_below(folder):
    """Files that are cases: what is beside or below a `main.py` belongs to it."""
    files = sorted(folder.rglob("*.py"))
    homes = {file.parent for file in files if file.name == "main.py"}
    return [file for file in files if file.name == "main.py" or homes.isdisjoint(file.parents)]


def sources_of(case):
    """The files of a case by path, the one that is run first; with their names below the case's folder."""
    if case.name != "main.py":
        return {case: case.name}
    others = sorted(path for path in case.parent.rglob("*.py") if path != case)
    return {path: path.relative_to(case.parent).as_posix() for path in [case, *others]}


@contextlib.contextmanager
def importing(sources, change):
    """Makes the files of a case importable, changed by `change`, and forgets them afterwards."""
    folder = next(iter(sources)).parent
    alone = len(sources) == 1

    class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, name, path, target=None):
            base = folder.joinpath(*name.split("."))
            for file, package in ((base.with_suffix(".py"), False), (base / "__init__.py", True)):
                if not alone and file in sources:
                    return importlib.util.spec_from_file_location(name, file, loader=self, submodule_search_locations=[str(base)] if package else None)
            return None

        def exec_module(self, module):
            file = module.__spec__.origin
            exec(compile(change(pathlib.Path(file)), file, "exec"), vars(module))

    finder, before = Finder(), set(sys.modules)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
                del sys.modules[name]


def execute(case, change, started):
    """Runs the case and then each of its declared runs."""
    torch.manual_seed(0)
    torch.set_grad_enabled(True)
    namespace = {"__name__": "__main__", "__file__": str(case)}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(change(case), str(case), "exec"), namespace)
        for number, run in enumerate(namespace.get("RUNS", ())):
            started(number)
            run()
    torch.set_grad_enabled(True)


def read(path):
    return path.read_text(encoding="utf-8")
