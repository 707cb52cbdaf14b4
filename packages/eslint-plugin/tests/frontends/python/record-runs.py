"""Writes runs.json: random programs and what CPython (3.11 or newer) did in them, for runs.test.ts.

    python record-runs.py 100 1 > runs.json        (number of programs, seed)

Everything observable is a call of a function that is written down as `name:number:outcome`. Outcomes are random, and any call
may raise, so that every way through `try`, `with` and loops is taken by some run.
"""
import json
import random
import sys

COUNT, SEED = int(sys.argv[1]), int(sys.argv[2])
MAX_EVENTS = 40
dice = random.Random(SEED)


class Program:
    """Grows one program; `number` tells the observable calls apart."""

    def __init__(self):
        self.number = 0

    def call(self, name):
        self.number += 1
        return f'{name}({self.number})'

    def expression(self, depth=2):
        def part():
            return self.expression(depth - 1)

        def event():
            return self.call('event')

        forms = [
            event,
            event,
            lambda: f'({part()} and {part()})',
            lambda: f'({part()} or {part()})',
            lambda: f'(not {part()})',
            lambda: f'({part()} if {part()} else {part()})',
            lambda: f'({event()} < {event()} < {event()})',
            lambda: f'(bound := {part()})',
            lambda: f'bool([{part()} for item in {self.call("items")} if {part()}])',
            lambda: f'sink(key={part()}, *{self.call("items")}, **{self.call("table")})',
            lambda: f'bool({{{part()}: {part()}, **{self.call("table")}}})',
            lambda: f'bool([{part()}, *{self.call("items")}])',
            lambda: f'bool(f"{{{event()}:{{{event()}}}}}")',
        ]
        return dice.choice(forms)() if depth > 0 else event()

    def block(self, depth, indent, in_loop, in_handler):
        lines = []
        for _ in range(dice.randint(1, 2)):
            lines += self.statement(depth, '    ' * indent, lambda loop=in_loop, handler=in_handler: self.block(depth - 1, indent + 1, loop, handler), in_loop, in_handler)
        return lines

    def statement(self, depth, pad, body, in_loop, in_handler):
        def some(chance, head, **inside):
            return [pad + head, *body(**inside)] if dice.random() < chance else []

        def simple():
            lines = [
                self.expression(),
                f'value = {self.expression()}',
                f'{self.call("thing")}.a = {self.call("thing")}[{self.expression(1)}] = {self.expression(1)}',
                f'{self.call("thing")}[{self.expression(1)}] += {self.expression(1)}',
                f'{self.call("thing")}.a: int',
                f'assert {self.expression(1)}, {self.expression(1)}',
                f'return {self.expression(1)}',
                'raise First',
            ]
            return [pad + dice.choice(lines + ['break', 'continue'] * in_loop + ['raise'] * in_handler)]

        def caught(keyword):
            types = ['First', 'Second', '(First, Third)', self.call('kind')]
            return f'{keyword} {dice.choice(types)}{dice.choice(["", " as error"])}:'

        def attempt():
            lines = [pad + 'try:', *body()]
            handlers = dice.randint(0, 2)
            for _ in range(handlers):
                lines += [pad + caught('except'), *body(handler=True)]
            lines += some(0.3, 'else:') if handlers else []
            return lines + some(0.5 if handlers else 1, 'finally:')

        def attempt_group():
            lines = [pad + 'try:', *body()]
            for _ in range(dice.randint(1, 3)):
                lines += [pad + caught('except*'), f'{pad}    {self.expression(1)}']
            return lines + some(0.3, 'else:') + some(0.4, 'finally:')

        def manage():
            items = [self.call('manager') + dice.choice([' as value', '', f' as {self.call("thing")}.a']) for _ in range(dice.randint(1, 2))]
            return [f'{pad}with {", ".join(items)}:', *body()]

        def select():
            lines = [f'{pad}match {self.expression(1)}:']
            for _ in range(dice.randint(1, 3)):
                pattern = dice.choice(['0', '0 | 2', 'None', '[value]', '[1, value]', f'value if {self.expression(1)}', 'int(value)'])
                lines += [f'{pad}    case {pattern}:', *('    ' + line for line in body())]
            return lines

        forms = [
            simple,
            lambda: [f'{pad}if {self.expression()}:', *body(), *some(0.3, f'elif {self.expression(1)}:'), *some(0.5, 'else:')],
            lambda: [f'{pad}while {self.expression(1)}:', *body(loop=True), *some(0.4, 'else:')],
            lambda: [f'{pad}for value in {self.call("items")}:', *body(loop=True), *some(0.4, 'else:')],
            attempt, attempt, attempt_group, manage, manage, select,
        ]
        return dice.choice(forms)() if depth > 0 else simple()


class First(Exception): pass
class Second(First): pass
class Third(Exception): pass
class TooLong(BaseException): pass


class Run:
    """The functions that the programs call, and what was seen of them."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.events = []

    def see(self, name, number, outcome, may_raise=True):
        if len(self.events) == MAX_EVENTS:
            raise TooLong
        if may_raise and self.chance.random() < 0.08:
            self.events.append(f'{name}:{number}:raise')
            raise self.chance.choice([First, Second, Third])
        self.events.append(f'{name}:{number}:{outcome}')
        return outcome

    def functions(self):
        run = self

        class Thing:
            a = 0
            def __getitem__(self, index): return 0
            def __setitem__(self, index, value): pass

        class Manager:
            def __init__(self, number): self.number = run.see('manager', number, 0) or number
            def __enter__(self): return run.see('enter', self.number, 1)
            def __exit__(self, kind, error, trace): run.see('exit', self.number, 'exception' if kind else 'normal', may_raise=False)

        return {
            'event': lambda number: run.see('event', number, run.chance.choice([0, 0, 1, 2, 3])),
            'items': lambda number: list(range(run.see('items', number, run.chance.choice([0, 1, 2])))),
            'table': lambda number: {} if run.see('table', number, 0) else {},
            'thing': lambda number: Thing() if run.see('thing', number, 0) == 0 else None,
            'kind': lambda number: [First, Second, Third][run.see('kind', number, run.chance.choice([0, 1, 2]))],
            'sink': lambda *args, **kwargs: 1,
            'manager': Manager, 'First': First, 'Second': Second, 'Third': Third,
        }

    def result(self, code):
        functions = self.functions()
        exec(code, functions)
        try:
            value = functions['f']()
            end = 'return' if value is None else f'return {int(value)}'
        except TooLong:
            return None
        except BaseException:
            end = 'raise'
        return ' '.join([*self.events, end])


programs = []
while len(programs) < COUNT:
    text = 'def f():\n    value = bound = 0\n' + '\n'.join(Program().block(2, 1, False, False)) + '\n'
    try:
        code = compile(text, 'program', 'exec')
    except SyntaxError:
        continue
    results = {Run(seed).result(code) for seed in range(10)} - {None}
    if len(results) > 3:
        programs.append({'text': text, 'runs': sorted(results)})
print('[\n' + ',\n'.join(json.dumps(program) for program in programs) + '\n]')
