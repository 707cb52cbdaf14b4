# New in Python 3.10: `match`, parenthesised context managers, `:=` in indices and sets.
match = case = _ = type = 1
match[0], match(case), match.x


def matches(subject, limit):
    match subject:
        case 0 | -1 | 2.5 | -1.5 | 1 + 2j | -3 - 4j: pass
        case 'a' 'b' | b'c' | """d""": pass
        case True | False | None: pass
        case limit.maximum: pass
        case [] | (): pass
        case [x]: pass
        case (x,): pass
        case [x, [y, *_], (z)] if x > y: print(x, y, z)
        case (x, *rest) | [x, _, *rest]: print(x, rest)
        case {}: pass
        case {'k': x, limit.key: 1 | 2, -1: [y], **rest}: print(x, y, rest)
        case int() | str(): pass
        case limit.Point(x, 0, y=int() as y, z=-1): print(x, y)
        case limit.Point(limit.Point(), x=[a, *b],): print(a, b)
        case (1 | 2) as x: print(x)
        case {'a': {'b': limit.Point(x=None)}} as whole if whole: print(whole)
        case x, y: print(x, y)
        case *x, y: print(x, y)
        case x if (x := limit): print(x)
        case _: pass
    match subject, limit:
        case x, _:
            match x:
                case wildcard: return wildcard
    match *subject, 1:
        case _: pass
    match (subject):
        case _: pass
    match -subject:
        case _: pass
    match [subject]:
        case other: return other


with (
    open('a') as a,
    open('b') as (b, *c),
    open('c'),
): pass
with (open('a') as a): pass
with (a, b): pass
with (a if b else c) as d, (a, b) as e: pass
with a if b else c as d: pass

print(a[b := 0], {b := 1, 2}, [b := 2])
