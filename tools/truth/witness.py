"""The second run of a program, as a witness.

Its branches tell what they take, and those that no run takes are told (the same kinds as in `fixtures/harness/branches.ts`). Every root
call is made once more with the same input, parameters and buffers: what differs then is down to random numbers.
"""
import ast
import builtins
import contextlib

import torch

from truth.cases import execute, importing, read
from truth.exports import around_exports
from truth.recorder import tensors_in

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
        setattr(builtins, PROBE, branch)
        stack.callback(delattr, builtins, PROBE)
        execute(case, change, lambda number: None)
    missed = [row for number, row in enumerate(found) if number not in told]
    return sorted(missed, key=lambda row: (row.get("file", ""), row["line"], row["branch"], row["outcome"])), repeats


def same(a, b):
    """Equal to the last bit; what is not a number is equal to itself."""
    return a.shape == b.shape and bool(((a == b) | ((a != a) & (b != b))).all())


@contextlib.contextmanager
def repeating(repeats):
    """Makes every root call once more and notes whether the output is the same."""
    module, depth = torch.nn.Module, [0]
    call = module.__call__

    def buffers_of(self):
        return [(buffer, buffer.detach().clone()) for buffer in self.buffers()]

    def restore(saved):
        # Behind autograd's back: a graph that is still to be used must not notice.
        for buffer, value in saved:
            buffer.data.copy_(value)

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
                repeats[number] = all(same(a, b) for a, b in pairs) if pairs else None
            except Exception:  # A call that cannot be repeated shows nothing.
                pass
            restore(after)
            return output
        finally:
            depth[0] -= 1

    def exported(path, function, args, kwargs):
        # What it calls are no root calls of the program.
        depth[0] += 1
        try:
            return function(*args, **kwargs)
        finally:
            depth[0] -= 1

    module.__call__ = repeated
    try:
        with around_exports(exported):
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
