"""What leaves a program: networks that are traced, exported, frozen or saved.

An `export` event has the `phase` "make" (a module became a program or is about to be written as it is; `training` lists the layers that were in
training mode then, empty if the exporter sets evaluation mode for it) or "write" (it went into a file). `id` is common to both. What torch does
inside such a function is its own business and is not told.
"""
import contextlib
import inspect
import sys

import torch

MAKERS = {"torch.jit.trace": "func", "torch.jit.trace_module": "mod", "torch.export.export": "mod", "torch.onnx.export": "model"}
WRITERS = {"torch.jit.save": "m", "torch.export.save": "ep", "torch.save": "obj"}


@contextlib.contextmanager
def around_exports(around):
    """For the time of the block, `around(name, function, args, kwargs)` stands for each function that exports or saves."""
    undo = []

    def replace(owner, name, path):
        function = getattr(owner, name)
        undo.append((owner, name, function))
        setattr(owner, name, lambda *args, **kwargs: around(path, function, args, kwargs))

    for path in [*MAKERS, *WRITERS, "torch.jit.freeze", "torch.jit.script"]:
        owner = torch
        for part in path.split(".")[1:-1]:
            owner = getattr(owner, part)
        replace(owner, path.rsplit(".", 1)[1], path)
    replace(torch.jit.ScriptModule, "save", "ScriptModule.save")
    try:
        yield
    finally:
        for owner, name, function in reversed(undo):
            setattr(owner, name, function)


@contextlib.contextmanager
def without_modes():
    """Takes the recorder's `TorchFunctionMode` away for the time of the block."""
    mode = torch.overrides._pop_mode()
    try:
        yield
    finally:
        torch.overrides._push_mode(mode)


class Exports:
    """Tells a recorder's events of exports."""

    def __init__(self, recorder, sensitivity_of):
        self.recorder, self.sensitivity_of = recorder, sensitivity_of
        self.programs, self.count = {}, 0

    def around(self, path, function, args, kwargs):
        caller = sys._getframe(2)
        if self.recorder.quiet:
            return function(*args, **kwargs)
        if path == "torch.jit.script":
            return self.quietly(function, args, kwargs)
        if path == "torch.jit.freeze":
            return self.freeze(function, args, kwargs, caller)
        given = inspect.signature(function).bind(*args, **kwargs)
        given.apply_defaults()
        if path in MAKERS:
            return self.make(path, function, given.arguments, args, kwargs, caller)
        value = args[0] if path == "ScriptModule.save" else given.arguments[WRITERS[path]]
        for part in value.values() if isinstance(value, dict) else [value]:
            self.write(part, path, caller)
        return self.quietly(function, args, kwargs)

    def quietly(self, function, args, kwargs):
        # TorchScript compiles the properties of a class; the one that watches `training` is not for it.
        watched = vars(torch.nn.Module)["training"]
        del torch.nn.Module.training
        self.recorder.quiet = True
        try:
            with torch._C.DisableTorchFunctionSubclass(), without_modes():
                return function(*args, **kwargs)
        finally:
            self.recorder.quiet = False
            torch.nn.Module.training = watched

    def emit(self, phase, number, module, path, caller, training=()):
        kept = {} if module is None else {"module": self.recorder.module_id(module)}
        self.recorder.emit("export", caller, phase=phase, id=number, via=path, **kept, training=list(training))

    def make(self, path, function, given, args, kwargs, caller):
        source = given[MAKERS[path]]
        keeps = path != "torch.onnx.export" or given.get("dynamo", False)
        training = self.awake(source) if keeps and isinstance(source, torch.nn.Module) else []
        program = self.quietly(function, args, kwargs)
        self.count += 1
        self.programs[id(program)] = (self.count, program)
        self.emit("make", self.count, program if isinstance(program, torch.nn.Module) else None, path, caller, training)
        if path == "torch.onnx.export":
            self.emit("write", self.count, None, path, caller)
        return program

    def write(self, value, path, caller):
        number, _ = self.programs.get(id(value), (None, None))
        if number is None and isinstance(value, torch.nn.Module):
            self.count += 1
            number = self.count
            self.emit("make", number, None, path, caller, self.awake(value))
        if number is not None:
            self.emit("write", number, None, path, caller)

    def freeze(self, function, args, kwargs, caller):
        try:
            return self.quietly(function, args, kwargs)
        except RuntimeError as error:
            if "eval mode" in str(error):
                self.count += 1
                self.emit("make", self.count, None, "torch.jit.freeze", caller, [""])
                self.emit("write", self.count, None, "torch.jit.freeze", caller)
            raise

    def awake(self, root):
        """Paths of the layers whose computation depends on the mode and that are in training mode."""
        before, self.recorder.quiet = self.recorder.quiet, True
        try:
            return [path for path, part in root.named_modules() if vars(part).get("training") and self.sensitivity_of(part)]
        finally:
            self.recorder.quiet = before
