"""What a run shows of how classes of modules are written, and of how modules are handled as objects.

* `override`: a class of the program overrides `train` or `eval`. When the run is over, `eval()` is called on one of its modules, and, if it
  overrides `train`, `train(False)`, as the `eval()` of a network around it does:
  `refuses` (it throws), `returns-other` (it does not return the module), `keeps-training` (part of it is in training mode afterwards);
  `eval-alone`: `eval` is overridden and `train` is not. The place is that of the definition.
* `methodFault`: `never-called`, a mode method was looked up and never called; `flag-called`, the flag was called like a method.
* `direct`: the program called `forward` itself; `hooked` tells whether the module has hooks, which were passed by.

They are told at the end, in the order of their lines.
"""
import sys

import torch


class Looked:
    """A mode method that was looked up on a module."""

    def __init__(self, function, module):
        self.function, self.module, self.called = function, module, False

    def __call__(self, *args, **kwargs):
        self.called = True
        return self.function(self.module, *args, **kwargs)


class LayerWatch:
    """Follows the modules of one run."""

    def __init__(self, recorder, sensitivity_of):
        self.recorder, self.sensitivity_of = recorder, sensitivity_of
        self.looked, self.told = [], []

    def is_ours(self, frame):
        return frame is not None and frame.f_code.co_filename in self.recorder.files

    def tell(self, kind, place, **facts):
        event = {"kind": kind, **facts, **place}
        if event not in self.told:
            self.told.append(event)

    def method(self, name, function):
        """A descriptor in the place of `nn.Module.train` and `nn.Module.eval`."""
        watch = self

        class Method:
            """Gives the method, and remembers who asked for it."""

            def __get__(self, module, owner=None):
                if module is None:
                    return function
                caller = sys._getframe(1)
                if not watch.is_ours(caller):
                    return function.__get__(module, owner)
                looked = Looked(function, module)
                watch.looked.append((looked, name, watch.recorder.place(caller)))
                return looked

        return Method()

    def trace(self, frame, event, argument):
        """For `sys.settrace`: a `forward` that is entered from the program itself, and the flag called like a method."""
        if event == "call" and frame.f_code.co_name == "forward" and self.is_ours(frame.f_back) and frame.f_code.co_argcount > 0:
            receiver = frame.f_locals.get(frame.f_code.co_varnames[0])
            caller = frame.f_back
            own = caller.f_locals.get(caller.f_code.co_varnames[0]) if caller.f_code.co_argcount > 0 else None
            if isinstance(receiver, torch.nn.Module) and not (own is receiver and caller.f_code.co_name == "forward"):
                hooked = bool(receiver._forward_hooks or receiver._forward_pre_hooks)
                self.tell("direct", self.recorder.place(caller), className=type(receiver).__name__, hooked=hooked)
        elif event == "exception" and self.is_ours(frame) and argument[0] is TypeError and argument[2].tb_next is None and "'bool' object is not callable" in str(argument[1]):
            self.tell("methodFault", self.recorder.place(frame), fault="flag-called")

    def finish(self):
        for looked, _, place in self.looked:
            if not looked.called:
                self.tell("methodFault", place, fault="never-called")
        self.recorder.quiet = True
        try:
            seen = set()
            for module in [item for item in self.recorder.kept if isinstance(item, torch.nn.Module)]:
                for name in ("train", "eval"):
                    self.override(module, name, seen)
        finally:
            self.recorder.quiet = False
        self.recorder.events.extend(sorted(self.told, key=lambda event: (event.get("file", ""), event["line"] or 0, event["kind"])))

    def asleep_by(self, module, switch):
        """What is wrong with how `switch` puts a module that is all in training mode into evaluation mode, and what it returns."""
        for part in module.modules():
            torch.nn.Module.__setattr__(part, "training", True)
        try:
            result = switch()
        except NotImplementedError:
            raise
        except Exception:  # pylint: disable=broad-except -- whatever it is, the mode was not set
            return "refuses", None
        awake = any(part.training and (part is module or self.sensitivity_of(part)) for part in module.modules())
        return ("keeps-training" if awake else None), result

    def override(self, module, name, seen):
        function = getattr(type(module), name)
        code = getattr(function, "__code__", None)
        if code is None or code.co_filename not in self.recorder.files or (code, type(module)) in seen:
            return
        seen.add((code, type(module)))
        file = self.recorder.files[code.co_filename]
        place = {"line": code.co_firstlineno} if file == next(iter(self.recorder.files.values())) else {"file": file, "line": code.co_firstlineno}
        try:
            fault, result = self.asleep_by(module, module.eval)
            if fault is None and result is not module:
                fault = "returns-other"
            elif fault is None and name == "train":
                fault, _ = self.asleep_by(module, lambda: module.train(False))
            elif fault is None and type(module).train is torch.nn.Module.train:
                fault = "eval-alone"
        except NotImplementedError:
            return
        if fault is not None:
            self.tell("override", place, className=type(module).__name__, method=name, fault=fault)
