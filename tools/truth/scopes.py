"""Gradient scopes: what enters and leaves them, and what goes wrong with them.

A `gradScope` event tells the entry and the exit of each scope that the program itself enters. A `scopeFault` event tells

* `dropped`: a scope object was made by the program and neither entered nor put around a function until its end,
* `not-called`: `with` was given the class,
* `entered-twice`: an object was entered while it was entered,
* `around-coroutine`: a network ran with gradients on in the body of a coroutine that such a scope decorates (the place is the decorator's),
* `suspended`: a network ran without gradients because of a scope whose function is not running (the place is where that waits or yields).
"""
import contextlib
import inspect
import sys

import torch

SCOPES = {torch.no_grad: "noGrad", torch.enable_grad: "enableGrad", torch.inference_mode: "inferenceMode",
          torch.set_grad_enabled: "setGradEnabled"}


def stack_of(frame):
    while frame is not None:
        yield frame
        frame = frame.f_back


class ScopeWatch:
    """Follows the scope objects of one run."""

    def __init__(self, recorder):
        self.recorder = recorder
        self.count = 0
        self.unused, self.open = {}, []
        self.coroutines, self.managers, self.told = {}, set(), set()

    def is_ours(self, frame):
        return frame is not None and frame.f_code.co_filename in self.recorder.files

    def fault(self, fault, place):
        key = (fault, tuple(sorted(place.items())))
        if key not in self.told:
            self.told.add(key)
            self.recorder.events.append({"kind": "scopeFault", "fault": fault, **place})

    # --- what happens to scope objects

    def made(self, scope, caller):
        if self.is_ours(caller):
            self.unused[id(scope)] = (scope, self.recorder.place(caller))

    def used(self, scope):
        self.unused.pop(id(scope), None)

    def entered(self, scope, name, caller):
        self.used(scope)
        while caller is not None and caller.f_code.co_filename.endswith("_contextlib.py"):
            caller = caller.f_back
        if any(known is scope for known, _ in self.open):
            self.fault("entered-twice", self.recorder.place(caller))
        self.open.append((scope, caller))
        self.count += 1
        scope._modeguard_scope = self.count
        self.tell("enter", name, scope._modeguard_scope, caller)

    def left(self, scope, name, caller):
        while caller is not None and caller.f_code.co_filename.endswith("_contextlib.py"):
            caller = caller.f_back
        self.tell("exit", name, scope._modeguard_scope, caller)
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at][0] is scope:
                del self.open[at]
                break

    def tell(self, phase, name, number, caller):
        if not self.is_ours(caller):
            return
        grad = "inference" if torch.is_inference_mode_enabled() else "enabled" if torch.is_grad_enabled() else "disabled"
        self.recorder.emit("gradScope", caller, phase=phase, scope=name, id=number, grad=grad)

    def decorated(self, scope, function, caller):
        self.used(scope)
        if self.is_ours(caller) and (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)):
            self.coroutines[function.__code__] = self.recorder.place(caller)

    # --- what a run shows

    def called(self, caller):
        """A network is called from outside of any network."""
        stack = list(stack_of(caller))
        if torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
            for frame in stack:
                if frame.f_code in self.coroutines:
                    self.fault("around-coroutine", self.coroutines[frame.f_code])
        elif self.open:
            frame = self.open[-1][1]
            if self.is_ours(frame) and frame not in stack and frame.f_code not in self.managers:
                self.fault("suspended", self.recorder.place(frame))

    def trace(self, frame, event, argument):
        """For `sys.settrace`: an exception that nobody else can see."""
        if not self.is_ours(frame):
            return None
        if event == "exception" and argument[0] is TypeError and argument[2].tb_next is None and "context manager protocol" in str(argument[1]):
            self.fault("not-called", self.recorder.place(frame))
        return self.trace

    def finish(self):
        for _, place in self.unused.values():
            self.fault("dropped", place)


def hook_scopes(watch, replace):
    def hook(kind, name):
        enter, leave, construct, decorate = kind.__enter__, kind.__exit__, kind.__init__, kind.__call__
        acts_at_once = kind is torch.set_grad_enabled

        def traced_init(self, *args, **kwargs):
            construct(self, *args, **kwargs)
            if not acts_at_once:
                watch.made(self, sys._getframe(1))

        def traced_enter(self):
            result = enter(self)
            watch.entered(self, name, sys._getframe(1))
            return result

        def traced_exit(self, *reason):
            watch.left(self, name, sys._getframe(1))
            return leave(self, *reason)

        def traced_call(self, function):
            caller = sys._getframe(1)
            # `@torch.no_grad` without parentheses makes the object itself.
            watch.decorated(self, function, caller if watch.is_ours(caller) else caller.f_back)
            return decorate(self, function)

        replace(kind, "__init__", traced_init)
        replace(kind, "__enter__", traced_enter)
        replace(kind, "__exit__", traced_exit)
        replace(kind, "__call__", traced_call)

    for kind, name in SCOPES.items():
        hook(kind, name)
    for name in ("contextmanager", "asynccontextmanager"):
        replace(contextlib, name, manager_hook(watch, getattr(contextlib, name)))


def manager_hook(watch, original):
    def traced(function):
        watch.managers.add(function.__code__)
        return original(function)

    return traced
