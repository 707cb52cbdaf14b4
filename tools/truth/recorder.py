"""Listens to what a program does with its networks on real PyTorch.

Guarantees: the program is executed as it stands; what is observed is hooked outside of it, and everything is put back. The vocabulary is that of
`packages/engine/src/trace/events.ts`.

* `torch.nn.Module.__init__`, `__call__`, `train`, `eval`, `load_state_dict` and the attribute `training` are wrapped.
* A `TorchFunctionMode` sees every operation: it follows which root calls a tensor was computed from, which
  random operations moved the generator, and where values are taken out of a tensor.
* `torch.autograd.backward` and `torch.autograd.grad` walk the graph from the loss: a root call was consumed
  if one of the nodes that it recorded is reached.
* `scopes.py` wraps the gradient scopes, `exports.py` what traces, exports or saves networks, `layers.py` watches how modules are handled.

A line is that of the innermost frame of the program. What happens outside of the program's code has none (null).
"""
import contextlib
import sys

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.overrides import TorchFunctionMode

from truth.exports import Exports, around_exports
from truth.layers import LayerWatch
from truth.scopes import ScopeWatch, hook_scopes

READS = {"item": "item", "tolist": "toArray", "numpy": "toTypedArray", "__array__": "toTypedArray", "__repr__": "toString",
         "__str__": "toString", "__format__": "toString", "__bool__": "item", "__float__": "item", "__int__": "item",
         "__index__": "item", "argmax": "argmax"}

# Functional layers that are off unless they are told the mode.
OFF_BY_DEFAULT = {"alpha_dropout", "feature_alpha_dropout", "rrelu", "rrelu_"}

DROPOUTS = (torch.nn.modules.dropout._DropoutNd,)


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


def flag_of(module):
    """The training flag, not through the hook that watches who reads it. A TorchScript program keeps it elsewhere."""
    return vars(module)["training"] if "training" in vars(module) else module.training


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
        self.readers, self.leaves, self.buffers = {}, [], {}

    def path_of(self, module):
        """Where `module` is registered below the root of this call; None if it is not."""
        return (self.root or self).paths.get(id(module))


class Recorder:
    """One stretch of listening to one case."""

    def __init__(self, sources):
        self.files = {str(path): name for path, name in sources.items()}
        self.events, self.frames = [], []
        self.modules, self.kept = {}, []
        self.forwards = 0
        self.nodes, self.owners = {}, {}
        self.setting = self.reading = self.quiet = False
        self.scopes, self.exports, self.layers = ScopeWatch(self), Exports(self, sensitivity_of), LayerWatch(self, sensitivity_of)

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
        if self.quiet:
            return
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
        if self.quiet:
            return original(module, *args, **kwargs)
        if not self.frames:
            self.scopes.called(caller)
        root = self.frames[0] if self.frames else None
        paths = {} if root else {id(part): path for path, part in module.named_modules()}
        self.forwards += 1
        frame = Frame(self.forwards, module, root, paths)
        self.owners.update((id(parameter), self.module_id(module)) for parameter in module.parameters(recurse=False))
        known = sensitivity_of(module)
        frame.buffers = self.buffers_of(module)
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
            self.tell_buffers(module, frame.buffers, "forward", caller, facts["root"])
            self.collect_leaves(frame, known)
            if self.frames:
                self.frames[-1].leaves.extend(frame.leaves)
            self.emit("forward", caller, **facts, training=frame.training, grad=grad, graph=graph,
                      leaves=list(frame.leaves), threw=threw)

    def step(self, optimizer, caller):
        held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        idle = {self.owners[id(parameter)] for parameter in held if parameter.requires_grad and parameter.grad is None and id(parameter) in self.owners}
        self.emit("step", caller, idle=sorted(idle))

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
                note(part, flag_of(part), "reads-training")

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
            now = flag_of(part)
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
        disagreeing = [path for path, part in module.named_modules() if flag_of(part) != mode]
        self.emit("mode", caller, module=self.module_id(module), className=name, mode=mode, via="assignment",
                  changed=changed, disagreeing=disagreeing)

    # --- operations

    def operation(self, func, args, kwargs):
        """Carries out one operation of torch and tells what it read, drew and was computed from."""
        if self.quiet:
            return func(*args, **kwargs)
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
        self.tell_functional(name, kwargs, caller)
        self.tell_own_buffers(name, caller)
        for tensor in tensors_in(output):
            if merged:
                self.mark(tensor, merged)
            if self.frames:
                self.keep_node(tensor, self.root_call)
        return output

    def tell_functional(self, name, kwargs, caller):
        """A functional layer that does nothing while its module is trained, or is given the flag for its rate."""
        if not self.frames or not self.frames[-1].training:
            return
        idle = name in OFF_BY_DEFAULT and kwargs.get("training", False) is False and kwargs.get("p", 1) != 0
        if idle or kwargs.get("p") is True:
            self.emit("functional", caller, op=name, fault="idle" if idle else "flag-as-rate", module=self.module_id(self.frames[-1].module))

    def tell_own_buffers(self, name, caller):
        """A class of the program has its buffers written by a function: the place is that of the call, and not that of its own."""
        frame = self.frames[-1] if self.frames else None
        if frame is None or not name.endswith("_norm") or type(frame.module).__module__.startswith("torch."):
            return
        self.tell_buffers(frame.module, frame.buffers, "forward", caller, self.root_call)
        frame.buffers = self.buffers_of(frame.module)

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
        caller = sys._getframe(1)
        while caller.f_code.co_name == "__init__" and caller.f_locals.get(caller.f_code.co_varnames[0]) is self:
            caller = caller.f_back
        recorder.emit("construct", caller, module=recorder.module_id(self), className=type(self).__name__,
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
    replace(module, "train", recorder.layers.method("train", traced_train))
    replace(module, "eval", recorder.layers.method("eval", traced_eval))
    replace(module, "load_state_dict", traced_load)
    replace(module, "training", property(read_training, lambda self, mode: recorder.assign_mode(self, mode, sys._getframe(2))))
    hook_scopes(recorder.scopes, replace)
    hook_autograd(recorder, replace)
    stepped = register_optimizer_step_post_hook(lambda optimizer, *_: recorder.step(optimizer, sys._getframe(1)))

    class Operations(TorchFunctionMode):
        """Every operation goes through the recorder."""

        def __torch_function__(self, func, types, args=(), kwargs=None):
            return recorder.operation(func, args, kwargs or {})

    def trace(frame, event, argument):
        recorder.layers.trace(frame, event, argument)
        recorder.scopes.trace(frame, event, argument)
        return trace if recorder.scopes.is_ours(frame) else None

    sys.settrace(trace)
    try:
        with Operations(), around_exports(recorder.exports.around):
            yield
    finally:
        sys.settrace(None)
        stepped.remove()
        for owner, name, value in reversed(undo):
            if value is undo:
                delattr(owner, name)
            else:
                setattr(owner, name, value)


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
