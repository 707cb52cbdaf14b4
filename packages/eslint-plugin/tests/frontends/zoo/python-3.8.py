# New in Python 3.8.
import re


def positional(a, b=1, /, c=2, *, d): return a, b, c, d


def only(a, /): return lambda x, y=a, /, *z: (x, y)


def bound(lines):
    if (match := re.match('a', lines[0])) is not None:
        print(match)
    while chunk := lines.read(10):
        print(chunk)
    kept = [y for x in lines if (y := x.strip())]
    last = any((seen := line) == 'x' for line in lines)
    print(f'{(n := 10)}', f'{n:=5}', (m := n if seen else last), y)
    return [p := 1, p ** 2], (q := 2, q)


def debug(x): return f'{x=} {x = } {x=!s} {x=:>10} {x + 1=!r:^{x}}'


def unpacked(rest):
    yield 1, *rest
    return *rest, *[1], 2


def finals():
    for i in range(3):
        try:
            pass
        finally:
            continue


pair: tuple = 1, *[2]
print({(k := 'key'): (v := 'value')})
