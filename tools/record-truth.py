"""Runs the Python cases of fixtures/ on real PyTorch and writes down what happened.

Usage: python tools/record-truth.py [--check] [CASE ...]     (needs torch 2.x and nothing else)

For every `fixtures/cases/<theme>/<case>.py` (or only those named) the module is executed, then each callable of
its list `RUNS`, and the events go to `<case>.truth.json` beside it, together with the torch version and the hash of the
source. With `--check` nothing is written; the exit code says whether the files on disk are what a run gives.

The vocabulary is that of `packages/engine/src/trace/events.ts`, plus `run`, which tells where a declared run begins. The
case itself is executed as it stands: what is observed is hooked outside of it.

* `torch.nn.Module.__init__`, `__call__`, `train`, `eval`, `load_state_dict` and the attribute `training` are wrapped.
* A `TorchFunctionMode` sees every operation: it follows which root calls a tensor was computed from, which
  random operations moved the generator, and where values are taken out of a tensor.
* `torch.autograd.backward` and `torch.autograd.grad` walk the graph from the loss: a root call was consumed
  if one of the nodes that it recorded is reached.
* The gradient scopes are wrapped; only those that the case itself enters are told.

A line is that of the innermost frame of the case. What happens outside of the case's code has none (null). A case that is a folder
with a `main.py` is run from there; the events of its other files name the `file`.

Then the case is run a second time, as a witness, from the same seed. Its branches tell what they take, and those that no run takes
are written down as `missed` (the same kinds as in `fixtures/harness/branches.ts`); every root call is made once more with the
same input, parameters and buffers, and `repeat` says whether the output was the same to the last bit.
"""
import argparse
import ast
import contextlib
import hashlib
import importlib.abc
import importlib.util
import io
import json
import pathlib
import sys

import torch
from torch.overrides import TorchFunctionMode

CASES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "cases"

READS = {"item": "item", "tolist": "toArray", "numpy": "toTypedArray", "__array__": "toTypedArray", "__repr__": "toString",
         "__str__": "toString", "__format__": "toString", "__bool__": "item", "__float__": "item", "__int__": "item",
         "__index__": "item", "argmax": "argmax"}

DROPOUTS = (torch.nn.modules.dropout._DropoutNd,)
SCOPES = {torch.no_grad: "noGrad", torch.enable_grad: "enableGrad", torch.inference_mode: "inferenceMode",
          torch.set_grad_enabled: "setGradEnabled"}


def sensitivity_of(module):
    """True or False for a layer of torch whose configuration tells, None where only its run can."""
    kind = type(module)
    if not kind.__module__.startswith("torch."):
        return sensitivity_of_subclass(module)
    if isinstance(module, DROPOUTS):
        return module.p > 0
    if isinstance(module, torch.nn.modules.batchnorm._NormBase):
        return module.track_running_stats or module.running_mean is not None
    if isinstance(module, torch.nn.RNNBase):
        return module.dropout > 0 and module.num_layers > 1
    if isinstance(module, torch.nn.MultiheadAttention):
        return module.dropout > 0
    return isinstance(module, torch.nn.RReLU)


def sensitivity_of_subclass(module):
    """A layer that was derived without a forward of its own is as sensitive as its base."""
    own = next(base for base in type(module).__mro__ if "forward" in vars(base))
    if own.__module__.startswith("torch.") and own is not torch.nn.Module and isinstance(module, own):
        if isinstance(module, DROPOUTS):
            return module.p > 0
        if isinstance(module, torch.nn.modules.batchnorm._NormBase):
            return module.track_running_stats or module.running_mean is not None
    return None


def tensors_in(value, depth=0):
    """Tensors in tuples, lists, dictionaries and objects, to the depth at which outputs are nested."""
    if isinstance(value, torch.Tensor):
        yield value
    elif depth < 4:
        if isinstance(value, dict):
            parts = value.values()
        elif isinstance(value, (list, tuple, set)):
            parts = value
        elif hasattr(value, "__dict__") and not isinstance(value, (type, torch.nn.Module)) and not callable(value):
            parts = vars(value).values()
        else:
            parts = ()
        for part in list(parts):
            yield from tensors_in(part, depth + 1)


class Frame:
    """A module call under way."""

    def __init__(self, number, module, root, paths):
        self.number, self.module, self.root, self.paths = number, module, root, paths
        self.training = vars(module).get("training", True)
        self.readers, self.leaves = {}, []

    def path_of(self, module):
        """Where `module` is registered below the root of this call; None if it is not."""
        return (self.root or self).paths.get(id(module))


class Recorder:
    """One stretch of listening to one case."""

    def __init__(self, sources):
        self.files = {str(path): name for path, name in sources.items()}
        self.events, self.frames = [], []
        self.modules, self.kept = {}, []
        self.forwards = self.scopes = 0
        self.nodes = {}
        self.setting = self.reading = False

    # --- identities and places

    def place(self, frame):
        """File (unless it is the one that is run) and line of the innermost frame of the case, from `frame` outwards."""
        while frame is not None:
            name = self.files.get(frame.f_code.co_filename)
            if name is not None:
                return {"line": frame.f_lineno} if name == next(iter(self.files.values())) else {"file": name, "line": frame.f_lineno}
            frame = frame.f_back
        return {"line": None}

    def emit(self, kind, frame, **facts):
        self.events.append({"kind": kind, **facts, **self.place(frame)})

    def module_id(self, module):
        if id(module) not in self.modules:
            self.modules[id(module)] = len(self.modules) + 1
            self.kept.append(module)
        return self.modules[id(module)]

    @property
    def root_call(self):
        return self.frames[0].number if self.frames else None

    def origins(self, tensor):
        return getattr(tensor, "_modeguard_origins", ())

    def mark(self, tensor, more):
        merged = tuple(sorted({*self.origins(tensor), *more}))
        if merged:
            tensor._modeguard_origins = merged

    # --- module calls

    def call(self, module, args, kwargs, original, caller):
        root = self.frames[0] if self.frames else None
        paths = {} if root else {id(part): path for path, part in module.named_modules()}
        self.forwards += 1
        frame = Frame(self.forwards, module, root, paths)
        known = sensitivity_of(module)
        before = self.buffers_of(module)
        facts = {"id": frame.number, "root": root.number if root else frame.number, "depth": len(self.frames),
                 "module": self.module_id(module), "className": type(module).__name__, "path": frame.path_of(module)}
        grad = "inference" if torch.is_inference_mode_enabled() else "enabled" if torch.is_grad_enabled() else "disabled"
        graph, threw = False, True
        self.frames.append(frame)
        try:
            output = original(module, *args, **kwargs)
            threw = False
            for tensor in tensors_in(output):
                graph = graph or tensor.grad_fn is not None
                self.keep_node(tensor, facts["root"])
                if root is None:
                    self.mark(tensor, (frame.number,))
            return output
        finally:
            self.frames.pop()
            self.tell_buffers(module, before, "forward", caller, facts["root"])
            self.collect_leaves(frame, known)
            if self.frames:
                self.frames[-1].leaves.extend(frame.leaves)
            self.emit("forward", caller, **facts, training=frame.training, grad=grad, graph=graph,
                      leaves=list(frame.leaves), threw=threw)

    def collect_leaves(self, frame, known):
        def note(part, training, because):
            frame.leaves.append({"module": self.module_id(part), "className": type(part).__name__,
                                 "path": frame.path_of(part), "training": training, "because": because})

        if known is True:
            note(frame.module, frame.training, "layer")
        for part in frame.readers.values():
            if part is frame.module:
                if known is None:
                    note(part, frame.training, "reads-training")
            elif all(leaf["module"] != self.module_id(part) for leaf in frame.leaves):
                note(part, vars(part)["training"], "reads-training")

    def note_read_of_flag(self, module):
        """`training` was read while a call was under way: only a read by code of the case says something about the case."""
        if self.frames and not self.setting:
            reader = sys._getframe(2)
            if reader.f_code.co_filename in self.files:
                self.frames[-1].readers.setdefault(id(module), module)

    # --- buffers

    def buffers_of(self, module):
        return {name: value.clone() for name, value in module._buffers.items() if value is not None}

    def tell_buffers(self, module, before, via, caller, forward):
        for name, value in module._buffers.items():
            if value is not None and name in before and not torch.equal(value, before[name]):
                self.emit("buffer", caller, module=self.module_id(module), className=type(module).__name__, name=name,
                          via=via, forward=forward)

    def tell_loaded(self, module, state, caller):
        for path, part in module.named_modules():
            for name in part._buffers:
                if (f"{path}.{name}" if path else name) in state:
                    self.emit("buffer", caller, module=self.module_id(part), className=type(part).__name__, name=name,
                              via="load", forward=self.root_call)

    # --- modes

    def set_mode(self, module, mode, via, change, caller):
        if self.setting:
            return change()
        before = {id(part): part.training for part in module.modules()}
        self.setting = True
        try:
            result = change()
        finally:
            self.setting = False
        changed, disagreeing = [], []
        for path, part in module.named_modules():
            now = vars(part)["training"]
            was = before.get(id(part))
            if was is not None and was != now:
                changed.append({"path": path, "className": type(part).__name__, "from": was, "to": now})
            if now != mode:
                disagreeing.append(path)
        self.emit("mode", caller, module=self.module_id(module), className=type(module).__name__, mode=mode, via=via,
                  changed=changed, disagreeing=disagreeing)
        return result

    def assign_mode(self, module, mode, caller):
        was = vars(module).get("training")
        vars(module)["training"] = mode
        if was is None or self.setting:
            return
        name = type(module).__name__
        changed = [] if was == mode else [{"path": "", "className": name, "from": was, "to": mode}]
        disagreeing = [path for path, part in module.named_modules() if vars(part)["training"] != mode]
        self.emit("mode", caller, module=self.module_id(module), className=name, mode=mode, via="assignment",
                  changed=changed, disagreeing=disagreeing)

    # --- operations

    def operation(self, func, args, kwargs):
        """Carries out one operation of torch and tells what it read, drew and was computed from."""
        name = getattr(func, "__name__", "")
        caller = sys._getframe(2)
        merged = {origin for tensor in tensors_in((args, kwargs)) for origin in self.origins(tensor)}
        outermost = not self.reading
        if name in READS and outermost and merged:
            self.emit("read", caller, via=READS[name], forwards=sorted(merged))
        state = torch.get_rng_state() if self.frames else None
        self.reading = self.reading or name in READS
        try:
            output = func(*args, **kwargs)
        finally:
            self.reading = self.reading and not outermost
        if state is not None and not torch.equal(state, torch.get_rng_state()):
            frame = self.frames[-1]
            self.emit("random", caller, op=name, module=self.module_id(frame.module), className=type(frame.module).__name__,
                      path=frame.path_of(frame.module), training=frame.training, forward=self.root_call)
        for tensor in tensors_in(output):
            if merged:
                self.mark(tensor, merged)
            if self.frames:
                self.keep_node(tensor, self.root_call)
        return output

    def keep_node(self, tensor, root):
        """The graph node of `tensor` belongs to root call `root`. Kept, so that its identity stays."""
        node = tensor.grad_fn
        if node is not None:
            self.nodes.setdefault(id(node), (root, node))

    def backward(self, losses, caller):
        derived = sorted({origin for loss in losses for origin in self.origins(loss)})
        reached, seen = set(), set()
        pending = [loss.grad_fn for loss in losses if loss.grad_fn is not None]
        while pending:
            node = pending.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            self.kept.append(node)
            if id(node) in self.nodes:
                reached.add(self.nodes[id(node)][0])
            pending.extend(parent for parent, _ in node.next_functions if parent is not None)
        self.emit("backward", caller, forwards=sorted(reached), derivesFrom=derived)

    # --- gradient scopes

    def scope(self, phase, name, number, caller):
        while caller is not None and caller.f_code.co_filename.endswith("_contextlib.py"):
            caller = caller.f_back
        if caller is None or caller.f_code.co_filename not in self.files:
            return
        grad = "inference" if torch.is_inference_mode_enabled() else "enabled" if torch.is_grad_enabled() else "disabled"
        self.emit("gradScope", caller, phase=phase, scope=name, id=number, grad=grad)


@contextlib.contextmanager
def listening(recorder):
    """Hooks torch for the time of the case and puts everything back."""
    undo = []

    def replace(owner, name, value):
        undo.append((owner, name, vars(owner).get(name, undo)))
        setattr(owner, name, value)

    module = torch.nn.Module
    call, construct, train, evaluate, load = module.__call__, module.__init__, module.train, module.eval, module.load_state_dict

    def traced_init(self, *args, **kwargs):
        construct(self, *args, **kwargs)
        recorder.emit("construct", sys._getframe(1), module=recorder.module_id(self), className=type(self).__name__,
                      forward=recorder.root_call)

    def traced_load(self, state_dict, *args, **kwargs):
        result = load(self, state_dict, *args, **kwargs)
        recorder.tell_loaded(self, state_dict, sys._getframe(1))
        return result

    def traced_train(self, mode=True):
        return recorder.set_mode(self, mode, "train", lambda: train(self, mode), sys._getframe(1))

    def traced_eval(self):
        return recorder.set_mode(self, False, "eval", lambda: evaluate(self), sys._getframe(1))

    def read_training(self):
        recorder.note_read_of_flag(self)
        try:
            return vars(self)["training"]
        except KeyError:
            raise AttributeError("training") from None

    replace(module, "__call__", lambda self, *args, **kwargs: recorder.call(self, args, kwargs, call, sys._getframe(1)))
    replace(module, "__init__", traced_init)
    replace(module, "train", traced_train)
    replace(module, "eval", traced_eval)
    replace(module, "load_state_dict", traced_load)
    replace(module, "training", property(read_training, lambda self, mode: recorder.assign_mode(self, mode, sys._getframe(2))))
    hook_scopes(recorder, replace)
    hook_autograd(recorder, replace)

    class Operations(TorchFunctionMode):
        """Every operation goes through the recorder."""

        def __torch_function__(self, func, types, args=(), kwargs=None):
            return recorder.operation(func, args, kwargs or {})

    try:
        with Operations():
            yield
    finally:
        for owner, name, value in reversed(undo):
            if value is undo:
                delattr(owner, name)
            else:
                setattr(owner, name, value)


def hook_scopes(recorder, replace):
    def hook(kind, name):
        enter, leave = kind.__enter__, kind.__exit__

        def traced_enter(self):
            result = enter(self)
            recorder.scopes += 1
            self._modeguard_scope = recorder.scopes
            recorder.scope("enter", name, self._modeguard_scope, sys._getframe(1))
            return result

        def traced_exit(self, *reason):
            recorder.scope("exit", name, self._modeguard_scope, sys._getframe(1))
            return leave(self, *reason)

        replace(kind, "__enter__", traced_enter)
        replace(kind, "__exit__", traced_exit)

    for kind, name in SCOPES.items():
        hook(kind, name)


def hook_autograd(recorder, replace):
    backward, grad = torch.autograd.backward, torch.autograd.grad

    def traced_backward(tensors, *args, **kwargs):
        recorder.backward(list(tensors_in(tensors)), sys._getframe(1))
        return backward(tensors, *args, **kwargs)

    def traced_grad(outputs, *args, **kwargs):
        recorder.backward(list(tensors_in(outputs)), sys._getframe(1))
        return grad(outputs, *args, **kwargs)

    replace(torch.autograd, "backward", traced_backward)
    replace(torch.autograd, "grad", traced_grad)


def renumber_scopes(events):
    """Scopes that torch enters for itself are not told, so theirs are no numbers of the case."""
    numbers = {}
    for event in events:
        if event["kind"] == "gradScope":
            event["id"] = numbers.setdefault(event["id"], len(numbers) + 1)


def source_hash(text):
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


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


def execute(case, change, started, extra=()):
    """Runs the case and then each of its declared runs."""
    torch.manual_seed(0)
    torch.set_grad_enabled(True)
    namespace = {"__name__": "__main__", "__file__": str(case), **dict(extra)}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(change(case), str(case), "exec"), namespace)
        for number, run in enumerate(namespace.get("RUNS", ())):
            started(number)
            run()
    torch.set_grad_enabled(True)


def read(path):
    return path.read_text(encoding="utf-8")


def record(case):
    """The truth of one case."""
    sources = sources_of(case)
    recorder = Recorder(sources)
    with importing(sources, read), listening(recorder):
        execute(case, read, lambda number: recorder.events.append({"kind": "run", "number": number, "line": None}))
    renumber_scopes(recorder.events)
    branches, repeats = witness(case, sources)
    text = "".join(source if source.endswith("\n") else source + "\n" for source in map(read, sources))
    return {"torch": torch.__version__.split("+")[0], "sha256": source_hash(text), "missed": branches,
            "events": with_repeats(recorder.events, repeats)}


# --- the witness

PROBE = "__branch__"


class Branches(ast.NodeTransformer):
    """Makes every branch of a program tell what it takes."""

    def __init__(self, file, found):
        self.file, self.found = file, found

    def add(self, node, branch, *outcomes):
        for outcome in outcomes:
            self.found.append({**({"file": self.file} if self.file else {}), "line": node.lineno, "branch": branch, "outcome": outcome})
        return len(self.found) - len(outcomes)

    def tested(self, node, branch):
        """`node` as a condition."""
        number = self.add(node, branch, "true", "false") if not isinstance(node, ast.Constant) else None
        visited = self.visit(node)
        return visited if number is None else self.probe(number, visited)

    def probe(self, number, value):
        call = ast.Call(ast.Name(PROBE, ast.Load()), [ast.Constant(number), value], [])
        return ast.fix_missing_locations(ast.copy_location(call, value))

    def entered(self, node, branch):
        number = self.add(node, branch, "entered")
        return ast.fix_missing_locations(ast.copy_location(ast.Expr(ast.Call(ast.Name(PROBE, ast.Load()), [ast.Constant(number), ast.Constant(True)], [])), node))

    def body(self, node, branch):
        first = self.entered(node, branch)
        self.generic_visit(node)
        # A docstring stays what it is only in the first place.
        node.body.insert(1 if isinstance(node, ast.FunctionDef) and ast.get_docstring(node, clean=False) is not None else 0, first)
        return node

    def condition(self, node, branch):
        node.test = self.tested(node.test, branch)
        for name, value in ast.iter_fields(node):
            if name != "test":
                setattr(node, name, self.parts(value))
        return node

    def parts(self, value):
        if isinstance(value, list):
            return [self.visit(part) if isinstance(part, ast.AST) else part for part in value]
        return self.visit(value) if isinstance(value, ast.AST) else value

    def visit_If(self, node):
        return self.condition(node, "if")

    def visit_While(self, node):
        return self.condition(node, "while")

    def visit_IfExp(self, node):
        return self.condition(node, "conditional")

    def visit_BoolOp(self, node):
        branch = "and" if isinstance(node.op, ast.And) else "or"
        node.values = [*(self.tested(value, branch) for value in node.values[:-1]), self.visit(node.values[-1])]
        return node

    def visit_For(self, node):
        return self.body(node, "for")

    def visit_AsyncFor(self, node):
        return self.body(node, "for")

    def visit_ExceptHandler(self, node):
        return self.body(node, "catch")

    def visit_FunctionDef(self, node):
        return self.body(node, "function")

    def visit_AsyncFunctionDef(self, node):
        return self.body(node, "function")

    def visit_Lambda(self, node):
        number = self.add(node, "function", "entered")
        self.generic_visit(node)
        node.body = ast.fix_missing_locations(ast.copy_location(ast.IfExp(self.probe(number, ast.copy_location(ast.Constant(True), node.body)), node.body, ast.Constant(None)), node.body))
        return node

    def visit_comprehension(self, node):
        self.generic_visit(node)
        node.ifs = [self.tested(test, "if") for test in node.ifs]
        return node

    def visit_match_case(self, node):
        at = ast.copy_location(ast.Pass(), node.pattern)
        first = self.entered(at, "case")
        self.generic_visit(node)
        node.body.insert(0, first)
        return node


def witness(case, sources):
    """Runs the case again: the branches that it misses, and whether each root call gives the same when it is repeated."""
    found, told, repeats = [], set(), []

    def change(path):
        name = sources[path] if path != case else None
        return Branches(name, found).visit(ast.parse(read(path)))

    def branch(number, value):
        outcome = bool(value)
        told.add(number if outcome else number + 1)
        return value

    with importing(sources, change), repeating(repeats), contextlib.ExitStack() as stack:
        import builtins
        setattr(builtins, PROBE, branch)
        stack.callback(delattr, builtins, PROBE)
        execute(case, change, lambda number: None)
    missed = [row for number, row in enumerate(found) if number not in told]
    return sorted(missed, key=lambda row: (row.get("file", ""), row["line"], row["branch"], row["outcome"])), repeats


@contextlib.contextmanager
def repeating(repeats):
    """Makes every root call once more and notes whether the output is the same."""
    module, depth = torch.nn.Module, [0]
    call = module.__call__

    def buffers_of(self):
        return [(buffer, buffer.detach().clone()) for buffer in self.buffers()]

    def restore(saved):
        with torch.no_grad():
            for buffer, value in saved:
                buffer.copy_(value)

    def repeated(self, *args, **kwargs):
        if depth[0]:
            return call(self, *args, **kwargs)
        before = buffers_of(self)
        number = len(repeats)
        repeats.append(None)
        depth[0] += 1
        try:
            output = call(self, *args, **kwargs)
            after = buffers_of(self)
            restore(before)
            try:
                with torch.no_grad():
                    again = call(self, *args, **kwargs)
                pairs = list(zip(tensors_in(output), tensors_in(again), strict=True))
                repeats[number] = all(torch.equal(a, b) for a, b in pairs) if pairs else None
            except Exception:  # A call that cannot be repeated shows nothing.
                pass
            restore(after)
            return output
        finally:
            depth[0] -= 1

    module.__call__ = repeated
    try:
        yield
    finally:
        module.__call__ = call


def with_repeats(events, repeats):
    """Puts what repeating showed behind the root calls, which come in the same order in both runs."""
    told, result = iter(repeats), []
    for event in events:
        result.append(event)
        if event["kind"] == "forward" and event["depth"] == 0:
            equal = next(told, None)
            if equal is not None:
                place = {key: event[key] for key in ("file", "line") if key in event}
                result.append({"kind": "repeat", "forward": event["id"], "equal": equal, **place})
    return result


def written(truth):
    """JSON with one event a line, so that a difference is readable."""
    events = ",\n".join("    " + json.dumps(event) for event in truth["events"])
    head = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in truth.items() if key != "events")
    return "{\n" + head + '  "events": [\n' + events + "\n  ]\n}\n"


def cases_below(folder):
    """Files that are cases: what is beside or below a `main.py` belongs to it."""
    files = sorted(folder.rglob("*.py"))
    homes = {file.parent for file in files if file.name == "main.py"}
    return [file for file in files if file.name == "main.py" or homes.isdisjoint(file.parents)]


def main():
    parser = argparse.ArgumentParser(description="Record what the Python cases of fixtures/ do on real PyTorch (needs torch).")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs from a fresh run")
    parser.add_argument("cases", nargs="*", help="files; all cases if left out")
    options = parser.parse_args()
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
